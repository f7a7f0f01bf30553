//! `/services/oauth2/revoke` and `/introspect`: ending a token, and asking what it is worth.

use http::{Method, StatusCode};
use serde_json::{Value as Json, json};

use super::token::{Form, Refusal, Secret, not_kept};
use crate::answer::{self, Request, Response};
use crate::api::call::pairs;
use crate::id::RecordId;
use crate::world::World;

impl World {
    /// Ends a refresh token with all that its consent gave, or an access token alone.
    pub(super) fn revoke(&mut self, request: &Request) -> Response {
        let sent = match *request.method() {
            Method::POST => pairs(request.body()),
            Method::GET => pairs(request.uri().query().unwrap_or_default().as_bytes()),
            _ => return Refusal::new("invalid_request", "must use HTTP GET or POST").into(),
        };
        let token = sent.iter().find(|(key, _)| key == "token");
        let token = token.map_or("", |(_, token)| token.as_str());
        let (policy, now) = (&self.options.login, self.now);
        let family = self
            .grants
            .refresh_token(token)
            .filter(|token| token.is_alive(policy, now))
            .map(|token| token.family);
        if let Some(family) = family {
            self.grants.end_family(family);
            return answer::empty(StatusCode::OK);
        }
        if self.grants.close_session(token) {
            answer::empty(StatusCode::OK)
        } else {
            Refusal::new("unsupported_token_type", "this token is not known").into()
        }
    }

    /// RFC 7662. A token that is worth nothing is not worth an explanation.
    pub(super) fn introspect(&mut self, request: &Request) -> Response {
        if request.method() != Method::POST {
            return Refusal::new("invalid_request", "must use HTTP POST").into();
        }
        let form = Form::sent(request);
        if let Err(refusal) = self.check_client(&form, Secret::Needed) {
            return refusal.into();
        }
        let token = form.get("token").unwrap_or_default();
        let known = self
            .access_token_facts(token)
            .or_else(|| self.refresh_token_facts(token));
        let facts = known.unwrap_or_else(|| json!({"active": false}));
        not_kept(answer::json_value(StatusCode::OK, &facts))
    }

    fn access_token_facts(&self, token: &str) -> Option<Json> {
        let timeout = self.options.session_timeout;
        let session = self.grants.session(token).filter(|session| {
            self.now.since(session.used_at) <= timeout && self.is_active(session.user)
        })?;
        let mut facts = self.token_facts(session.user, &session.scope, "access_token");
        facts["iat"] = session.opened_at.as_seconds().into();
        facts["nbf"] = session.opened_at.as_seconds().into();
        facts["exp"] = session.used_at.plus(timeout).as_seconds().into();
        Some(facts)
    }

    fn refresh_token_facts(&self, token: &str) -> Option<Json> {
        let policy = &self.options.login;
        let token = self
            .grants
            .refresh_token(token)
            .filter(|token| token.is_alive(policy, self.now) && self.is_active(token.user))?;
        let mut facts = self.token_facts(token.user, &token.scope, "refresh_token");
        facts["iat"] = token.issued_at.as_seconds().into();
        facts["nbf"] = token.issued_at.as_seconds().into();
        Some(facts)
    }

    fn token_facts(&self, user: RecordId, scope: &str, kind: &str) -> Json {
        json!({
            "active": true,
            "scope": scope,
            "client_id": self.options.client_id,
            "username": self.user_text(user, "Username"),
            "sub": self.identity_url(user),
            "token_type": kind,
        })
    }
}
