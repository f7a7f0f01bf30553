//! `/services/oauth2/token` and `/revoke`.

use std::time::Duration;

use aws_lc_rs::{digest, hmac};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http::{Method, StatusCode, header};
use model::Entropy;
use serde_json::json;

use crate::answer::{self, Request, Response};
use crate::api::call::pairs;
use crate::id::RecordId;
use crate::world::World;

use super::{RefreshState, RefreshToken, Session, random_text};

/// A code that was not exchanged by then is worth nothing.
const CODE_LIFETIME: Duration = Duration::from_mins(15);

/// The parameters of a token request.
struct Form(Vec<(String, String)>);

impl Form {
    fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }
}

/// `error`, `error_description`.
type Refusal = (&'static str, &'static str);

/// What a grant leads to.
struct Granted {
    user: RecordId,
    scope: String,
    family: u64,
    refresh_token: Option<String>,
}

impl World {
    pub(super) fn token(&mut self, request: &Request, entropy: &mut dyn Entropy) -> Response {
        if request.method() != Method::POST {
            return refused(("invalid_request", "must use HTTP POST"));
        }
        let mut form = pairs(request.body());
        form.extend(basic_credentials(request));
        let form = Form(form);
        let granted = match form.get("grant_type") {
            Some("authorization_code") => self.exchange_code(&form, entropy),
            Some("refresh_token") => self.refresh(&form, entropy),
            Some(_) => Err(("unsupported_grant_type", "grant type not supported")),
            None => Err(("invalid_request", "grant_type is required")),
        };
        match granted {
            Ok(granted) => self.issued(granted, entropy),
            Err(refusal) => refused(refusal),
        }
    }

    fn check_client(&self, form: &Form, secret_needed: bool) -> Result<(), Refusal> {
        if form.get("client_id") != Some(self.options.client_id.as_str()) {
            return Err(("invalid_client_id", "client identifier invalid"));
        }
        match form.get("client_secret") {
            Some(secret) if secret != self.options.client_secret => {
                Err(("invalid_client", "invalid client credentials"))
            }
            None if secret_needed => Err(("invalid_client", "invalid client credentials")),
            Some(_) | None => Ok(()),
        }
    }

    fn exchange_code(
        &mut self,
        form: &Form,
        entropy: &mut dyn Entropy,
    ) -> Result<Granted, Refusal> {
        let now = self.now;
        let invalid = ("invalid_grant", "invalid authorization code");
        let code = form.get("code").ok_or(invalid)?;
        let known = self.grants.codes.get(code).cloned();
        self.check_client(
            form,
            known.as_ref().is_none_or(|code| code.challenge.is_none()),
        )?;
        let issued = known.ok_or(invalid)?;
        if issued.is_used || now.since(issued.issued_at) > CODE_LIFETIME {
            return Err(("invalid_grant", "expired authorization code"));
        }
        if form.get("redirect_uri") != Some(issued.redirect_uri.as_str()) {
            return Err((
                "redirect_uri_mismatch",
                "redirect_uri must match configuration",
            ));
        }
        if let Some(challenge) = &issued.challenge {
            let verifier = form.get("code_verifier").unwrap_or_default();
            let digest = digest::digest(&digest::SHA256, verifier.as_bytes());
            if URL_SAFE_NO_PAD.encode(digest) != *challenge {
                return Err(("invalid_grant", "invalid code verifier"));
            }
        }
        if let Some(code) = self.grants.codes.get_mut(code) {
            code.is_used = true;
        }
        self.grants.families += 1;
        let family = self.grants.families;
        let is_offline = issued
            .scope
            .split_whitespace()
            .any(|scope| scope == "refresh_token" || scope == "offline_access");
        let refresh_token =
            is_offline.then(|| self.new_refresh_token(issued.user, &issued.scope, family, entropy));
        Ok(Granted {
            user: issued.user,
            scope: issued.scope,
            family,
            refresh_token,
        })
    }

    fn refresh(&mut self, form: &Form, entropy: &mut dyn Entropy) -> Result<Granted, Refusal> {
        self.check_client(form, false)?;
        let expired = ("invalid_grant", "expired access/refresh token");
        let token = form.get("refresh_token").ok_or(expired)?;
        let known = self
            .grants
            .refresh_tokens
            .get(token)
            .cloned()
            .ok_or(expired)?;
        match known.state {
            RefreshState::Live => {}
            RefreshState::Dead => return Err(expired),
            RefreshState::Rotated => {
                self.grants.end_family(known.family);
                return Err(expired);
            }
        }
        let RefreshToken {
            user,
            scope,
            family,
            ..
        } = known;
        let refresh_token = self.options.rotates_refresh_tokens.then(|| {
            if let Some(old) = self.grants.refresh_tokens.get_mut(token) {
                old.state = RefreshState::Rotated;
            }
            self.new_refresh_token(user, &scope, family, entropy)
        });
        Ok(Granted {
            user,
            scope,
            family,
            refresh_token,
        })
    }

    fn new_refresh_token(
        &mut self,
        user: RecordId,
        scope: &str,
        family: u64,
        entropy: &mut dyn Entropy,
    ) -> String {
        let token = format!("5Aep861{}", random_text(entropy, 60));
        let scope = scope.to_owned();
        let granted = RefreshToken {
            user,
            scope,
            family,
            state: RefreshState::Live,
        };
        self.grants.refresh_tokens.insert(token.clone(), granted);
        token
    }

    fn issued(&mut self, granted: Granted, entropy: &mut dyn Entropy) -> Response {
        let Granted {
            user,
            scope,
            family,
            refresh_token,
        } = granted;
        let access_token = format!("{}!{}", self.org().short(), random_text(entropy, 72));
        let session = Session {
            user,
            used_at: self.now,
            family,
        };
        self.grants.open_session(access_token.clone(), session);
        let id = format!("{}/id/{}/{user}", self.origin, self.org());
        let issued_at = self.now.as_millis().to_string();
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.options.client_secret.as_bytes());
        let signature = hmac::sign(&key, format!("{id}{issued_at}").as_bytes());
        let mut body = json!({
            "access_token": access_token,
            "signature": STANDARD.encode(signature),
            "scope": scope,
            "instance_url": self.instance_url(),
            "id": id,
            "token_type": "Bearer",
            "issued_at": issued_at,
        });
        if let Some(refresh_token) = refresh_token {
            body["refresh_token"] = refresh_token.into();
        }
        answer::json_value(StatusCode::OK, &body)
    }

    pub(super) fn revoke(&mut self, request: &Request) -> Response {
        let sent = if request.method() == Method::POST {
            pairs(request.body())
        } else {
            pairs(request.uri().query().unwrap_or_default().as_bytes())
        };
        let form = Form(sent);
        let token = form.get("token").unwrap_or_default();
        if let Some(known) = self.grants.refresh_tokens.get(token)
            && known.state == RefreshState::Live
        {
            let family = known.family;
            self.grants.end_family(family);
            return answer::empty(StatusCode::OK);
        }
        match self.grants.sessions.remove(token) {
            Some(_) => answer::empty(StatusCode::OK),
            None => refused(("unsupported_token_type", "this token is not known")),
        }
    }
}

fn refused((error, description): Refusal) -> Response {
    let body = json!({"error": error, "error_description": description});
    answer::json_value(StatusCode::BAD_REQUEST, &body)
}

/// Client credentials in the header instead of the form.
fn basic_credentials(request: &Request) -> Vec<(String, String)> {
    let header = request.headers().get(header::AUTHORIZATION);
    let decoded = header
        .and_then(|value| value.to_str().ok()?.strip_prefix("Basic "))
        .and_then(|text| STANDARD.decode(text).ok())
        .and_then(|bytes| String::from_utf8(bytes).ok());
    match decoded.as_deref().and_then(|text| text.split_once(':')) {
        Some((id, secret)) => vec![
            ("client_id".to_owned(), id.to_owned()),
            ("client_secret".to_owned(), secret.to_owned()),
        ],
        None => Vec::new(),
    }
}
