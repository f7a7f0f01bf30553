//! What an administrator settled about logging in: for the org, and for the connected app.
//!
//! Where the vendor documents no default, the one here is a guess that can be changed, at founding
//! and at run time under `/_sim/login`.

use std::collections::BTreeSet;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// How one may log in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LoginPolicy {
    /// Ways in that are closed. By default all are open; orgs created since Summer '23 are said to
    /// have [`Flow::Password`] closed.
    pub closed: BTreeSet<Flow>,
    /// The password of every user.
    pub password: String,
    /// What has to be appended to a password, if anything.
    pub security_token: Option<String>,
    /// Scopes that the app may ask for; none means all that there are.
    pub scopes: BTreeSet<String>,
    /// How long an authorization code lives.
    pub code_lifetime_seconds: u64,
    /// Whether a code is given out only for a PKCE challenge.
    pub requires_pkce: bool,
    /// What a challenge without a method is taken for. RFC 7636 says plain; the vendor's own
    /// clients send none and mean S256.
    pub default_challenge: ChallengeMethod,
    /// Whether a refresh, and a code with a challenge, need the consumer secret as well.
    pub requires_secret: bool,
    /// How long a refresh token lives at most.
    pub refresh_token_lifetime_seconds: Option<u64>,
    /// How long a refresh token lives without being used.
    pub refresh_token_idle_seconds: Option<u64>,
    /// How many refresh tokens a user may have; one more ends the oldest.
    pub refresh_tokens_per_user: usize,
    /// What showing a refresh token does that was rotated out.
    pub replay: Replay,
    /// The certificate, or the public key, by which the app's assertions are checked, as PEM.
    pub certificate: Option<String>,
    /// When users count as having approved the app for assertions.
    pub approval: Approval,
    /// The username that client credentials stand for; by default that of the integration user.
    pub run_as: Option<String>,
    /// Whether client credentials are refused at `login.salesforce.com` and its like.
    pub client_credentials_need_my_domain: bool,
    /// How often a user may log in within an hour.
    pub logins_per_hour: u32,
}

/// A way to log in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Flow {
    /// A person allows it in the browser.
    WebServer,
    /// The app signs an assertion.
    JwtBearer,
    /// The app's own key and secret.
    ClientCredentials,
    /// A username and a password, by OAuth.
    Password,
    /// A username and a password, by SOAP.
    Soap,
}

/// How a PKCE challenge follows from its verifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ChallengeMethod {
    /// By its SHA-256.
    S256,
    /// It is the verifier.
    #[serde(rename = "plain")]
    Plain,
}

/// What showing a rotated refresh token does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Replay {
    /// It is refused, and all that the same consent gave ends.
    EndsGrant,
    /// It is refused, and nothing else happens.
    IsRefused,
}

/// When a user has approved the app.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Approval {
    /// The administrator approved it for everybody.
    InAdvance,
    /// The user allowed it on the consent page, for as long as a refresh token of that lives.
    OnConsent,
}

impl Default for LoginPolicy {
    fn default() -> Self {
        Self {
            closed: BTreeSet::new(),
            password: "carrick-password".to_owned(),
            security_token: None,
            scopes: BTreeSet::new(),
            code_lifetime_seconds: 900,
            requires_pkce: false,
            default_challenge: ChallengeMethod::S256,
            requires_secret: false,
            refresh_token_lifetime_seconds: None,
            refresh_token_idle_seconds: None,
            refresh_tokens_per_user: 5,
            replay: Replay::EndsGrant,
            certificate: None,
            approval: Approval::InAdvance,
            run_as: None,
            client_credentials_need_my_domain: true,
            logins_per_hour: 3_600,
        }
    }
}

impl LoginPolicy {
    pub(super) fn is_open(&self, flow: Flow) -> bool {
        !self.closed.contains(&flow)
    }

    pub(super) fn code_lifetime(&self) -> Duration {
        Duration::from_secs(self.code_lifetime_seconds)
    }

    /// What has to be sent as password.
    pub(super) fn full_password(&self) -> String {
        let token = self.security_token.as_deref().unwrap_or_default();
        format!("{}{token}", self.password)
    }
}

impl ChallengeMethod {
    pub(super) fn named(name: &str) -> Option<Self> {
        match name {
            "S256" => Some(Self::S256),
            "plain" => Some(Self::Plain),
            _ => None,
        }
    }
}
