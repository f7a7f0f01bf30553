//! What was granted: sessions, refresh tokens, codes, and which of them came from one consent.

use std::collections::BTreeMap;
use std::time::Duration;

use model::Timestamp;
use serde::{Deserialize, Serialize};

use super::policy::{ChallengeMethod, LoginPolicy};
use crate::id::RecordId;
use crate::options::Options;

/// Sessions that are remembered; the one unused for longest goes first.
const SESSIONS_MAX: usize = 10_000;

/// Refresh tokens that are remembered, dead ones among them; the oldest goes first.
const REFRESH_TOKENS_MAX: usize = 10_000;

/// Codes that are remembered, used ones among them; the oldest goes first.
const CODES_MAX: usize = 1_000;

const HOUR: Duration = Duration::from_hours(1);

/// All that was granted to apps.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Grants {
    sessions: BTreeMap<String, Session>,
    refresh_tokens: BTreeMap<String, RefreshToken>,
    codes: BTreeMap<String, Code>,
    families: u64,
    /// Log-ins of each user within the hour that began then.
    #[serde(default)]
    logins: BTreeMap<RecordId, (Timestamp, u32)>,
}

/// An access token.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Session {
    pub(super) user: RecordId,
    #[serde(default = "epoch")]
    pub(super) opened_at: Timestamp,
    pub(super) used_at: Timestamp,
    #[serde(default = "everything")]
    pub(super) scope: String,
    /// The consent it comes from: 0 where nobody was asked.
    pub(super) family: u64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct RefreshToken {
    pub(super) user: RecordId,
    pub(super) scope: String,
    pub(super) family: u64,
    pub(super) state: RefreshState,
    #[serde(default = "epoch")]
    pub(super) issued_at: Timestamp,
    #[serde(default = "epoch")]
    pub(super) used_at: Timestamp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum RefreshState {
    Live,
    /// Replaced by another one of its family: showing it again betrays a theft.
    Rotated,
    Dead,
}

/// A consent that was not yet exchanged for tokens.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Code {
    pub(super) user: RecordId,
    pub(super) redirect_uri: String,
    pub(super) scope: String,
    pub(super) challenge: Option<String>,
    #[serde(default = "hashed")]
    pub(super) method: ChallengeMethod,
    pub(super) issued_at: Timestamp,
    pub(super) is_used: bool,
}

fn epoch() -> Timestamp {
    Timestamp::from_millis(0)
}

fn everything() -> String {
    "full".to_owned()
}

fn hashed() -> ChallengeMethod {
    ChallengeMethod::S256
}

impl Grants {
    /// The tokens that the options ask for.
    pub(crate) fn new(options: &Options, user: RecordId, now: Timestamp) -> Self {
        let mut grants = Self::default();
        if let Some(token) = &options.access_token {
            let session = Session {
                user,
                opened_at: now,
                used_at: now,
                scope: everything(),
                family: 0,
            };
            grants.sessions.insert(token.clone(), session);
        }
        if let Some(token) = &options.refresh_token {
            let granted = RefreshToken {
                user,
                scope: "refresh_token api".to_owned(),
                family: 0,
                state: RefreshState::Live,
                issued_at: now,
                used_at: now,
            };
            grants.refresh_tokens.insert(token.clone(), granted);
        }
        grants
    }

    pub(super) fn new_family(&mut self) -> u64 {
        self.families += 1;
        self.families
    }

    pub(super) fn open_session(&mut self, token: String, session: Session) {
        if self.sessions.len() >= SESSIONS_MAX {
            drop_oldest(&mut self.sessions, |session| session.used_at);
        }
        self.sessions.insert(token, session);
    }

    /// The session of a token that is alive, which lengthens its life.
    pub(super) fn touch(
        &mut self,
        token: &str,
        now: Timestamp,
        timeout: Duration,
    ) -> Option<&Session> {
        let session = self.sessions.get(token)?;
        if now.since(session.used_at) > timeout {
            self.sessions.remove(token);
            return None;
        }
        let session = self.sessions.get_mut(token)?;
        session.used_at = now;
        Some(session)
    }

    /// A session as it is, without lengthening its life.
    pub(super) fn session(&self, token: &str) -> Option<&Session> {
        self.sessions.get(token)
    }

    pub(super) fn close_session(&mut self, token: &str) -> bool {
        self.sessions.remove(token).is_some()
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
    pub(super) fn end_family(&mut self, family: u64) {
        self.sessions.retain(|_, session| session.family != family);
        for token in self
            .refresh_tokens
            .values_mut()
            .filter(|token| token.family == family)
        {
            token.state = RefreshState::Dead;
        }
    }

    pub(super) fn refresh_token(&self, token: &str) -> Option<&RefreshToken> {
        self.refresh_tokens.get(token)
    }

    pub(super) fn refresh_token_mut(&mut self, token: &str) -> Option<&mut RefreshToken> {
        self.refresh_tokens.get_mut(token)
    }

    /// Whether a refresh token of the user's is alive under `policy`.
    pub(super) fn has_consent(&self, user: RecordId, policy: &LoginPolicy, now: Timestamp) -> bool {
        self.refresh_tokens
            .values()
            .any(|token| token.user == user && token.is_alive(policy, now))
    }

    /// Keeps a new refresh token. If its user then has more than `most`, the oldest end.
    pub(super) fn keep_refresh_token(&mut self, token: String, granted: RefreshToken, most: usize) {
        if self.refresh_tokens.len() >= REFRESH_TOKENS_MAX {
            drop_oldest(&mut self.refresh_tokens, |token| {
                (token.state == RefreshState::Live, token.issued_at)
            });
        }
        let user = granted.user;
        self.refresh_tokens.insert(token, granted);
        let mut living: Vec<&mut RefreshToken> = self
            .refresh_tokens
            .values_mut()
            .filter(|token| token.user == user && token.state == RefreshState::Live)
            .collect();
        living.sort_by_key(|token| (token.issued_at, token.family));
        let surplus = living.len().saturating_sub(most);
        for token in living.into_iter().take(surplus) {
            token.state = RefreshState::Dead;
        }
    }

    pub(super) fn keep_code(&mut self, code: String, issued: Code) {
        if self.codes.len() >= CODES_MAX {
            drop_oldest(&mut self.codes, |code| code.issued_at);
        }
        self.codes.insert(code, issued);
    }

    pub(super) fn code(&self, code: &str) -> Option<&Code> {
        self.codes.get(code)
    }

    pub(super) fn use_code(&mut self, code: &str) {
        if let Some(code) = self.codes.get_mut(code) {
            code.is_used = true;
        }
    }

    /// Counts a log-in, unless the user had `most` of them within the hour.
    pub(super) fn count_login(&mut self, user: RecordId, most: u32, now: Timestamp) -> bool {
        let (began, count) = self.logins.entry(user).or_insert((now, 0));
        if now.since(*began) >= HOUR {
            (*began, *count) = (now, 0);
        }
        if *count >= most {
            return false;
        }
        *count += 1;
        true
    }
}

impl RefreshToken {
    /// Whether it can be used at `now`.
    pub(super) fn is_alive(&self, policy: &LoginPolicy, now: Timestamp) -> bool {
        let outlived = |limit: Option<u64>, from: Timestamp| {
            limit.is_some_and(|limit| now.since(from) > Duration::from_secs(limit))
        };
        self.state == RefreshState::Live
            && !outlived(policy.refresh_token_lifetime_seconds, self.issued_at)
            && !outlived(policy.refresh_token_idle_seconds, self.used_at)
    }
}

fn drop_oldest<V, K: Ord>(kept: &mut BTreeMap<String, V>, age: impl Fn(&V) -> K) {
    let oldest = kept.iter().min_by_key(|(_, value)| age(value));
    if let Some(oldest) = oldest.map(|(key, _)| key.clone()) {
        kept.remove(&oldest);
    }
}
