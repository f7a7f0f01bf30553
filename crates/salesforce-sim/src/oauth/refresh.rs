//! A refresh token becomes an access token, and perhaps another refresh token.

use model::Entropy;

use super::grants::{RefreshState, RefreshToken};
use super::policy::Replay;
use super::random_text;
use super::token::{Form, Granted, Refusal, Secret};
use crate::id::RecordId;
use crate::world::World;

impl World {
    pub(super) fn refresh(
        &mut self,
        form: &Form,
        entropy: &mut dyn Entropy,
    ) -> Result<Granted, Refusal> {
        let policy = &self.options.login;
        let secret = if policy.requires_secret {
            Secret::Needed
        } else {
            Secret::IfSent
        };
        self.check_client(form, secret)?;
        let expired = Refusal::invalid_grant("expired access/refresh token");
        let token = form.get("refresh_token").ok_or(expired)?;
        let known = self.grants.refresh_token(token).cloned().ok_or(expired)?;
        if known.state == RefreshState::Rotated && policy.replay == Replay::EndsGrant {
            self.grants.end_family(known.family);
        }
        if !known.is_alive(policy, self.now) {
            return Err(expired);
        }
        let RefreshToken {
            user,
            scope,
            family,
            ..
        } = known;
        self.admit_login(user)?;
        let now = self.now;
        let rotates = self.options.rotates_refresh_tokens;
        if let Some(shown) = self.grants.refresh_token_mut(token) {
            shown.used_at = now;
            if rotates {
                shown.state = RefreshState::Rotated;
            }
        }
        let refresh_token = rotates.then(|| self.new_refresh_token(user, &scope, family, entropy));
        Ok(Granted {
            user,
            scope,
            family,
            refresh_token,
        })
    }

    pub(super) fn new_refresh_token(
        &mut self,
        user: RecordId,
        scope: &str,
        family: u64,
        entropy: &mut dyn Entropy,
    ) -> String {
        let token = format!("5Aep861{}", random_text(entropy, 60));
        let granted = RefreshToken {
            user,
            scope: scope.to_owned(),
            family,
            state: RefreshState::Live,
            issued_at: self.now,
            used_at: self.now,
        };
        let most = self.options.login.refresh_tokens_per_user;
        self.grants.keep_refresh_token(token.clone(), granted, most);
        token
    }
}
