//! Access tokens, and the codes that are exchanged for them.
//!
//! A token neither runs out nor is refreshed; it dies when it is revoked, and a control lets it die
//! in the other ways that the vendor's error codes name.

use std::borrow::Cow;
use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::Entropy;
use serde::{Deserialize, Serialize};

use crate::answer::Refusal;
use crate::ids::AdminId;

/// Codes that may wait for their exchange; the oldest go.
const CODES_MAX: usize = 100;

/// What became of a token (REST API, Error Codes).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenState {
    /// It is good.
    Live,
    /// It was revoked, by the app or by the customer.
    Revoked,
    /// Its time is over.
    Expired,
    /// The vendor blocked it.
    Blocked,
}

impl TokenState {
    /// The message beside each code is not documented.
    fn refusal(self) -> Option<Refusal> {
        let (code, message) = match self {
            Self::Live => return None,
            Self::Revoked => ("token_revoked", "Access Token Revoked"),
            Self::Expired => ("token_expired", "Access Token Expired"),
            Self::Blocked => ("token_blocked", "Access Token Blocked"),
        };
        Some(Refusal::unauthorized(code, message))
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Grant {
    admin: AdminId,
    state: TokenState,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Code {
    text: String,
    admin: AdminId,
}

/// All tokens that were ever granted.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Grants {
    tokens: BTreeMap<String, Grant>,
    codes: Vec<Code>,
}

impl Grants {
    /// Makes `token` valid for the admin who stands behind it.
    pub(crate) fn allow(&mut self, token: String, admin: AdminId) {
        self.tokens.insert(
            token,
            Grant {
                admin,
                state: TokenState::Live,
            },
        );
    }

    /// A code for an admin who consented. It is base64 and so may end in `=`, as real ones do.
    pub(crate) fn issue_code(&mut self, admin: AdminId, entropy: &mut dyn Entropy) -> String {
        if self.codes.len() == CODES_MAX {
            self.codes.remove(0);
        }
        let mut bytes = [0; 16];
        entropy.fill(&mut bytes);
        let text = STANDARD.encode(bytes);
        self.codes.push(Code {
            text: text.clone(),
            admin,
        });
        text
    }

    /// Exchanges a code, once, for a token.
    pub(crate) fn exchange(&mut self, code: &str, entropy: &mut dyn Entropy) -> Option<String> {
        let place = self.codes.iter().position(|issued| issued.text == code)?;
        let code = self.codes.remove(place);
        let mut bytes = [0; 20];
        entropy.fill(&mut bytes);
        let token = STANDARD.encode(format!("tok:{}", hex::encode(bytes)));
        self.allow(token.clone(), code.admin);
        Some(token)
    }

    /// The admin behind an `Authorization` header.
    pub(crate) fn bearer(&self, authorization: Option<&str>) -> Result<AdminId, Refusal> {
        let header = authorization.ok_or_else(|| {
            Refusal::unauthorized("missing_authorization", "Access Token Invalid")
        })?;
        let grant = token_of(header)
            .and_then(|token| self.tokens.get(token.as_ref()))
            .ok_or_else(|| Refusal::unauthorized("unauthorized", "Access Token Invalid"))?;
        grant.state.refusal().map_or(Ok(grant.admin), Err)
    }

    /// Revokes one token. False if there is no such token, or it was revoked already.
    pub(crate) fn revoke(&mut self, token: &str) -> bool {
        let grant = self.tokens.get_mut(token);
        grant.is_some_and(|grant| {
            std::mem::replace(&mut grant.state, TokenState::Revoked) != TokenState::Revoked
        })
    }

    /// Sets what became of a token. False if there is no such token.
    pub(crate) fn set_state(&mut self, token: &str, state: TokenState) -> bool {
        let grant = self.tokens.get_mut(token);
        grant.map(|grant| grant.state = state).is_some()
    }

    /// Revokes all.
    pub(crate) fn revoke_all(&mut self) {
        for grant in self.tokens.values_mut() {
            grant.state = TokenState::Revoked;
        }
    }
}

/// The token of an `Authorization` header; the scheme's name is written in any case. The vendor's
/// own clients up to their fifth version send it as the user name of Basic, with no password.
pub(crate) fn token_of(authorization: &str) -> Option<Cow<'_, str>> {
    let (scheme, token) = authorization.split_once(' ')?;
    let token = token.trim();
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(Cow::Borrowed(token));
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let pair = String::from_utf8(STANDARD.decode(token).ok()?).ok()?;
    let token = pair.strip_suffix(':')?;
    Some(Cow::Owned(token.to_owned()))
}
