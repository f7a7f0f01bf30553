//! OAuth: who may call, for how long, and the pages and endpoints where that is settled.
//!
//! Every token stands for the integration user. Sessions end by idling, by revocation, or because
//! a control says so; the API then answers as it does to any stale token.

mod authorize;
mod identity;
mod token;

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{HeaderMap, StatusCode, header};
use model::{Entropy, Timestamp};
use serde::{Deserialize, Serialize};

use crate::answer::{Request, Response};
use crate::error::ApiError;
use crate::id::RecordId;
use crate::options::Options;
use crate::world::World;

/// Sessions that are remembered; the one unused for longest goes first.
const SESSIONS_MAX: usize = 10_000;

/// All that was granted to apps.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Grants {
    sessions: BTreeMap<String, Session>,
    refresh_tokens: BTreeMap<String, RefreshToken>,
    codes: BTreeMap<String, Code>,
    families: u64,
}

/// An access token.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Session {
    user: RecordId,
    used_at: Timestamp,
    /// The consent it comes from: 0 for tokens that were there from the start.
    family: u64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct RefreshToken {
    user: RecordId,
    scope: String,
    family: u64,
    state: RefreshState,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum RefreshState {
    Live,
    /// Replaced by another one of its family: showing it again betrays a theft.
    Rotated,
    Dead,
}

/// A consent that was not yet exchanged for tokens.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Code {
    user: RecordId,
    redirect_uri: String,
    scope: String,
    challenge: Option<String>,
    issued_at: Timestamp,
    is_used: bool,
}

impl Grants {
    /// The tokens that the options ask for.
    pub(crate) fn new(options: &Options, user: RecordId, now: Timestamp) -> Self {
        let mut grants = Self::default();
        if let Some(token) = &options.access_token {
            grants.sessions.insert(
                token.clone(),
                Session {
                    user,
                    used_at: now,
                    family: 0,
                },
            );
        }
        if let Some(token) = &options.refresh_token {
            let scope = "refresh_token api".to_owned();
            let state = RefreshState::Live;
            let granted = RefreshToken {
                user,
                scope,
                family: 0,
                state,
            };
            grants.refresh_tokens.insert(token.clone(), granted);
        }
        grants
    }

    fn open_session(&mut self, token: String, session: Session) {
        if self.sessions.len() >= SESSIONS_MAX {
            let oldest = self
                .sessions
                .iter()
                .min_by_key(|(_, session)| session.used_at);
            if let Some(oldest) = oldest.map(|(token, _)| token.clone()) {
                self.sessions.remove(&oldest);
            }
        }
        self.sessions.insert(token, session);
    }

    /// The user behind a token that is alive, which lengthens its life.
    fn touch(&mut self, token: &str, now: Timestamp, timeout: Duration) -> Option<RecordId> {
        let session = self.sessions.get_mut(token)?;
        if now.since(session.used_at) > timeout {
            self.sessions.remove(token);
            return None;
        }
        session.used_at = now;
        Some(session.user)
    }

    /// Ends all access tokens.
    pub(crate) fn expire_sessions(&mut self) {
        self.sessions.clear();
    }

    /// Ends all refresh tokens.
    pub(crate) fn expire_refresh_tokens(&mut self) {
        for token in self.refresh_tokens.values_mut() {
            token.state = RefreshState::Dead;
        }
    }

    /// Ends everything that one consent gave.
    fn end_family(&mut self, family: u64) {
        self.sessions.retain(|_, session| session.family != family);
        for token in self
            .refresh_tokens
            .values_mut()
            .filter(|token| token.family == family)
        {
            token.state = RefreshState::Dead;
        }
    }
}

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
        let (now, timeout) = (self.now, self.options.session_timeout);
        self.grants.touch(&token, now, timeout).ok_or_else(|| {
            let message = "Session expired or invalid";
            ApiError::new(StatusCode::UNAUTHORIZED, "INVALID_SESSION_ID", message)
        })
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
            ["services", "oauth2", "userinfo"] => self.user_info(request),
            ["id", org, user] => self.identity(org, user, request),
            _ => ApiError::not_found().into(),
        }
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
