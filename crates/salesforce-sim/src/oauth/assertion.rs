//! The JWT bearer flow: an assertion that the app signed with its own key.

use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, SubjectPublicKeyInfoDer};
use rustls::server::ParsedCertificate;
use serde::Deserialize;
use serde_json::Value as Json;

use super::policy::{Approval, Flow};
use super::token::{APP_SCOPE, Form, Granted, Refusal};
use crate::schema::Object;
use crate::world::World;

#[derive(Deserialize)]
struct Header {
    alg: String,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    #[serde(alias = "prn")]
    sub: String,
    aud: Audience,
    /// Seconds, as a number or, as some clients send them, as text.
    exp: Json,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

/// An assertion whose signature has not been looked at.
struct Assertion {
    claims: Claims,
    signed: String,
    signature: Vec<u8>,
}

const INVALID: Refusal = Refusal::invalid_grant("invalid assertion");

impl World {
    pub(super) fn take_assertion(&mut self, form: &Form) -> Result<Granted, Refusal> {
        let assertion = parsed(form.get("assertion").unwrap_or_default()).ok_or(INVALID)?;
        let Claims { iss, sub, aud, exp } = &assertion.claims;
        if *iss != self.options.client_id {
            let words = "client identifier invalid";
            return Err(Refusal::new("invalid_client_id", words));
        }
        let policy = &self.options.login;
        let key = policy.certificate.as_deref().and_then(public_key);
        if !policy.is_open(Flow::JwtBearer) || !key.is_some_and(|key| assertion.is_signed_by(&key))
        {
            return Err(INVALID);
        }
        if seconds(exp).ok_or(INVALID)? <= self.now.as_seconds() {
            return Err(INVALID);
        }
        let accepted = self.audiences();
        let is_for_us = |aud: &str| accepted.iter().any(|own| own == aud.trim_end_matches('/'));
        let is_meant = match aud {
            Audience::One(aud) => is_for_us(aud),
            Audience::Many(all) => all.iter().any(|aud| is_for_us(aud)),
        };
        if !is_meant {
            return Err(Refusal::invalid_grant("Audience validation failed"));
        }
        let unapproved = Refusal::invalid_grant("user hasn't approved this consumer");
        let user = self.user_named(sub).ok_or(unapproved)?;
        let is_approved = match policy.approval {
            Approval::InAdvance => true,
            Approval::OnConsent => self.grants.has_consent(user, policy, self.now),
        };
        if !is_approved {
            return Err(unapproved);
        }
        self.admit_login(user)?;
        Ok(Granted {
            user,
            scope: APP_SCOPE.to_owned(),
            family: 0,
            refresh_token: None,
        })
    }

    /// What an assertion for this org may name: where everybody of its kind logs in, and itself.
    fn audiences(&self) -> [String; 3] {
        let schema = self.records.schema_of(Object::Organization);
        let org = self.records.tables.find(self.org());
        let is_sandbox = org.is_some_and(|org| org.flag(schema, "IsSandbox"));
        let shared = if is_sandbox { "test" } else { "login" };
        [
            format!("https://{shared}.salesforce.com"),
            self.instance_url(),
            self.origin.clone(),
        ]
    }
}

impl Assertion {
    fn is_signed_by(&self, key: &SubjectPublicKeyInfoDer<'_>) -> bool {
        let key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key.as_ref());
        key.verify(self.signed.as_bytes(), &self.signature).is_ok()
    }
}

/// The three parts of a JWT. Only RS256 is one.
fn parsed(text: &str) -> Option<Assertion> {
    let (signed, signature) = text.rsplit_once('.')?;
    let (header, claims) = signed.split_once('.')?;
    let decoded = |part: &str| URL_SAFE_NO_PAD.decode(part.trim_end_matches('=')).ok();
    let header: Header = serde_json::from_slice(&decoded(header)?).ok()?;
    if header.alg != "RS256" {
        return None;
    }
    Some(Assertion {
        claims: serde_json::from_slice(&decoded(claims)?).ok()?,
        signed: signed.to_owned(),
        signature: decoded(signature)?,
    })
}

fn seconds(exp: &Json) -> Option<i64> {
    match exp {
        Json::Number(number) => number
            .as_i64()
            .or_else(|| number.to_string().split('.').next()?.parse().ok()),
        Json::String(text) => text.trim().parse().ok(),
        Json::Null | Json::Bool(_) | Json::Array(_) | Json::Object(_) => None,
    }
}

/// The key in the PEM of a certificate or of a public key.
fn public_key(pem: &str) -> Option<SubjectPublicKeyInfoDer<'static>> {
    if let Ok(certificate) = CertificateDer::from_pem_slice(pem.as_bytes()) {
        let parsed = ParsedCertificate::try_from(&certificate).ok()?;
        return Some(parsed.subject_public_key_info());
    }
    SubjectPublicKeyInfoDer::from_pem_slice(pem.as_bytes()).ok()
}
