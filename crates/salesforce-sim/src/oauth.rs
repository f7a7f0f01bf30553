//! OAuth: who may call, for how long, and the pages and endpoints where that is settled.
//!
//! Sessions end by idling, by revocation, with their user, or because a control says so; the API
//! then answers as it does to any stale token. What is allowed is the [`LoginPolicy`]'s matter.

mod assertion;
mod authorize;
mod code;
mod direct;
mod grants;
mod identity;
mod policy;
mod refresh;
mod revoke;
mod token;

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{HeaderMap, StatusCode, header};
use model::Entropy;

use crate::answer::{Request, Response};
use crate::error::ApiError;
use crate::id::RecordId;
use crate::schema::Object;
use crate::world::World;

pub(crate) use grants::Grants;
use grants::Session;
pub use policy::{Approval, ChallengeMethod, Flow, LoginPolicy, Replay};

/// Scopes with which the data APIs may be called.
const DATA_SCOPES: [&str; 3] = ["api", "full", "web"];

impl World {
    /// The user behind the token of an API call.
    pub(crate) fn authenticate(&mut self, headers: &HeaderMap) -> Result<RecordId, ApiError> {
        let token = bearer(headers).ok_or_else(|| {
            ApiError::new(
                StatusCode::UNAUTHORIZED,
                "INVALID_AUTH_HEADER",
                "INVALID_HEADER_TYPE",
            )
        })?;
        self.authenticate_token(&token)
    }

    /// The user behind an access token, however it was sent.
    pub(crate) fn authenticate_token(&mut self, token: &str) -> Result<RecordId, ApiError> {
        let refused =
            |message| ApiError::new(StatusCode::UNAUTHORIZED, "INVALID_SESSION_ID", message);
        let (now, timeout) = (self.now, self.options.session_timeout);
        let session = self.grants.touch(token, now, timeout);
        let (user, may_call) = session
            .map(|session| (session.user, session.allows_data()))
            .filter(|(user, _)| self.is_active(*user))
            .ok_or_else(|| refused("Session expired or invalid"))?;
        if !may_call {
            let message = "This session is not valid for use with the REST API";
            return Err(refused(message));
        }
        Ok(user)
    }

    /// The user behind an access token and for how long it still lives, which asking does not
    /// lengthen.
    pub(crate) fn session_left(&self, token: &str) -> Option<(RecordId, Duration)> {
        let session = self.grants.session(token)?;
        let unused = self.now.since(session.used_at);
        let left = self.options.session_timeout.checked_sub(unused)?;
        let may_call = session.allows_data() && self.is_active(session.user);
        may_call.then_some((session.user, left))
    }

    /// How one may log in.
    pub fn login_policy(&self) -> &LoginPolicy {
        &self.options.login
    }

    /// Changes how one may log in, from the next log-in on.
    pub fn set_login_policy(&mut self, policy: LoginPolicy) {
        self.options.login = policy;
    }

    /// Answers a request under `/services/oauth2` or `/id`.
    pub(crate) fn oauth(
        &mut self,
        path: &[&str],
        request: &Request,
        entropy: &mut dyn Entropy,
    ) -> Response {
        match path {
            ["services", "oauth2", "authorize"] => self.authorize(request, entropy),
            ["services", "oauth2", "token"] => self.token(request, entropy),
            ["services", "oauth2", "revoke"] => self.revoke(request),
            ["services", "oauth2", "introspect"] => self.introspect(request),
            ["services", "oauth2", "userinfo"] => self.user_info(request),
            ["id", org, user] => self.identity(org, user, request),
            _ => ApiError::not_found().into(),
        }
    }

    /// A user who may log in at all.
    fn is_active(&self, user: RecordId) -> bool {
        let schema = self.records.schema_of(Object::User);
        let row = self.records.tables.find(user);
        row.is_some_and(|row| row.flag(schema, "IsActive"))
    }

    /// The user of that name, active or not.
    fn user_named(&self, username: &str) -> Option<RecordId> {
        let schema = self.records.schema_of(Object::User);
        let mut users = self.records.tables.of(Object::User).rows();
        let found = users.find(|user| {
            user.text(schema, "Username")
                .is_some_and(|name| name.eq_ignore_ascii_case(username))
        });
        found.map(|user| user.id)
    }

    /// A session for `user`, and its token.
    pub(crate) fn open_session(
        &mut self,
        user: RecordId,
        scope: &str,
        family: u64,
        entropy: &mut dyn Entropy,
    ) -> String {
        let token = format!("{}!{}", self.org().short(), random_text(entropy, 72));
        let session = Session {
            user,
            opened_at: self.now,
            used_at: self.now,
            scope: scope.to_owned(),
            family,
        };
        self.grants.open_session(token.clone(), session);
        token
    }

    /// Ends the session that a call carries in its header.
    pub(crate) fn end_session(&mut self, headers: &HeaderMap) {
        if let Some(token) = bearer(headers) {
            self.close_session(&token);
        }
    }

    /// Ends the session of a token. Says whether there was one.
    pub(crate) fn close_session(&mut self, token: &str) -> bool {
        self.grants.close_session(token)
    }

    /// The URL under which a user is known.
    fn identity_url(&self, user: RecordId) -> String {
        format!("{}/id/{}/{user}", self.origin, self.org())
    }
}

impl Session {
    fn allows_data(&self) -> bool {
        let mut scopes = self.scope.split_whitespace();
        scopes.any(|scope| DATA_SCOPES.contains(&scope))
    }
}

/// The token of `Authorization: Bearer …` or `OAuth …`.
fn bearer(headers: &HeaderMap) -> Option<String> {
    let text = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = text.split_once(' ')?;
    let is_known = scheme.eq_ignore_ascii_case("bearer") || scheme.eq_ignore_ascii_case("oauth");
    (is_known && !token.trim().is_empty()).then(|| token.trim().to_owned())
}

/// `bytes` random bytes as text that needs no escaping in a URL.
fn random_text(entropy: &mut dyn Entropy, bytes: usize) -> String {
    let mut random = vec![0; bytes];
    entropy.fill(&mut random);
    URL_SAFE_NO_PAD.encode(random)
}
