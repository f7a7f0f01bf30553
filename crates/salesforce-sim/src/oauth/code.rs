//! The second half of the web-server flow: a code becomes tokens.

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use model::Entropy;

use super::grants::Code;
use super::policy::{ChallengeMethod, Flow};
use super::token::{Form, Granted, Refusal, Secret};
use crate::world::World;

/// The scopes that ask for a refresh token.
pub(super) const OFFLINE: [&str; 2] = ["refresh_token", "offline_access"];

impl World {
    pub(super) fn exchange_code(
        &mut self,
        form: &Form,
        entropy: &mut dyn Entropy,
    ) -> Result<Granted, Refusal> {
        let now = self.now;
        let policy = &self.options.login;
        let sent = form.get("code").unwrap_or_default();
        let known = self.grants.code(sent).cloned();
        let has_challenge = known.as_ref().is_some_and(|code| code.challenge.is_some());
        let secret = if has_challenge && !policy.requires_secret {
            Secret::IfSent
        } else {
            Secret::Needed
        };
        self.check_client(form, secret)?;
        if !policy.is_open(Flow::WebServer) {
            let words = "grant type not supported";
            return Err(Refusal::new("unsupported_grant_type", words));
        }
        let issued = known.ok_or(Refusal::invalid_grant("invalid authorization code"))?;
        if issued.is_used || now.since(issued.issued_at) > policy.code_lifetime() {
            return Err(Refusal::invalid_grant("expired authorization code"));
        }
        if form.get("redirect_uri") != Some(issued.redirect_uri.as_str()) {
            let words = "redirect_uri must match configuration";
            return Err(Refusal::new("redirect_uri_mismatch", words));
        }
        if !issued.is_met_by(form.get("code_verifier").unwrap_or_default()) {
            return Err(Refusal::invalid_grant("invalid code verifier"));
        }
        self.admit_login(issued.user)?;
        self.grants.use_code(sent);
        let family = self.grants.new_family();
        let is_offline = issued
            .scope
            .split_whitespace()
            .any(|scope| OFFLINE.contains(&scope));
        let refresh_token =
            is_offline.then(|| self.new_refresh_token(issued.user, &issued.scope, family, entropy));
        Ok(Granted {
            user: issued.user,
            scope: issued.scope,
            family,
            refresh_token,
        })
    }
}

impl Code {
    /// Whether `verifier` is what the challenge was made from.
    fn is_met_by(&self, verifier: &str) -> bool {
        let Some(challenge) = &self.challenge else {
            return true;
        };
        match self.method {
            ChallengeMethod::S256 => {
                let digest = digest::digest(&digest::SHA256, verifier.as_bytes());
                URL_SAFE_NO_PAD.encode(digest) == *challenge
            }
            ChallengeMethod::Plain => verifier == challenge,
        }
    }
}
