//! The JWT bearer grant: a signed assertion instead of a person in a browser.
//!
//! The app has to be approved for the user beforehand, and no refresh token comes back: a new
//! assertion is signed each time.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::RSA_PKCS1_SHA256;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use model::{Clock, Timestamp};
use serde::Serialize;
use transport::{HttpService, Secret};
use url::Url;

use super::{Grant, granted, posted};
use crate::SalesforceError;
use crate::host::{self, Loopback};

/// An app that signs for one of its users.
#[derive(Debug, Clone)]
pub struct SigningApp {
    /// The consumer key.
    pub client_id: String,
    /// For whom: the user's name at Salesforce.
    pub username: String,
    /// What it signs with.
    pub key: SigningKey,
    /// `https://login.salesforce.com`, `https://test.salesforce.com`, or an org's own host.
    pub login_url: Url,
}

/// An RSA key. Its `Debug` shows nothing.
#[derive(Clone)]
pub struct SigningKey(Arc<KeyPair>);

/// The text is not a private RSA key as PEM (`PRIVATE KEY` or `RSA PRIVATE KEY`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not a private RSA key of at least 2048 bits as unencrypted PEM")]
pub struct InvalidSigningKey;

/// Salesforce takes three minutes and a little for the clocks.
const LIFETIME: Duration = Duration::from_mins(3);

const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

/// `{"alg":"RS256"}`; the type may be left out.
const HEADER: &str = r#"{"alg":"RS256"}"#;

#[derive(Serialize)]
struct ClaimsWire<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: &'a str,
    exp: i64,
}

impl SigningKey {
    /// Reads a key from PEM, as `openssl genrsa` and `openssl genpkey` write it.
    pub fn from_pem(pem: &Secret) -> Result<Self, InvalidSigningKey> {
        let lines: Vec<&str> = pem.expose().lines().map(str::trim).collect();
        let between = |begin: &str, end: &str| {
            let from = lines.iter().position(|line| *line == begin)?;
            let to = lines[from..].iter().position(|line| *line == end)? + from;
            STANDARD.decode(lines[from + 1..to].concat()).ok()
        };
        let pkcs8 = between("-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----");
        let pkcs1 = between(
            "-----BEGIN RSA PRIVATE KEY-----",
            "-----END RSA PRIVATE KEY-----",
        );
        let pair = match (pkcs8, pkcs1) {
            (Some(der), _) => KeyPair::from_pkcs8(&der),
            (None, Some(der)) => KeyPair::from_der(&der),
            (None, None) => return Err(InvalidSigningKey),
        };
        pair.map(|pair| Self(Arc::new(pair)))
            .map_err(|_| InvalidSigningKey)
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey")
    }
}

/// Whom the assertion is for, which Salesforce compares with itself: the host of the login, be it
/// one where everybody logs in, an org's own or a loopback one. An instance is none of these; there
/// it is the login host.
fn audience(login_url: &Url) -> String {
    if host::is_login(login_url) || host::is_my_domain(login_url) || host::is_loopback(login_url) {
        login_url.origin().ascii_serialization()
    } else {
        "https://login.salesforce.com".to_owned()
    }
}

/// The signed assertion. PKCS #1 signatures are the same each time, so nothing is drawn.
fn assertion(app: &SigningApp, now: Timestamp) -> Secret {
    let audience = audience(&app.login_url);
    let claims = ClaimsWire {
        iss: &app.client_id,
        sub: &app.username,
        aud: &audience,
        exp: now.plus(LIFETIME).as_seconds(),
    };
    let claims = serde_json::to_vec(&claims).expect("claims are texts and a number");
    let mut text = format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(HEADER),
        URL_SAFE_NO_PAD.encode(claims)
    );
    let pair = &app.key.0;
    let mut signature = vec![0; pair.public_modulus_len()];
    pair.sign(
        &RSA_PKCS1_SHA256,
        &SystemRandom::new(),
        text.as_bytes(),
        &mut signature,
    )
    .expect("the key was checked, and the signature has its length");
    text.push('.');
    text.push_str(&URL_SAFE_NO_PAD.encode(signature));
    text.into()
}

/// Gets an access token for the app's user. [`Grant::refresh_token`] is `None`.
pub async fn sign_in(
    http: &HttpService,
    app: &SigningApp,
    clock: &dyn Clock,
    loopback: Loopback,
) -> Result<Grant, SalesforceError> {
    let assertion = assertion(app, clock.now());
    let form = [
        ("grant_type", GRANT_TYPE),
        ("assertion", assertion.expose()),
    ];
    let reply = posted(http, &app.login_url, "token", &form, loopback).await?;
    granted(&reply, None, loopback)
}

#[cfg(test)]
mod tests;
