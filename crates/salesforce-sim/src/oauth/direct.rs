//! Grants without a person at a browser and without an assertion: a user's password, or the app's
//! own credentials.

use super::policy::Flow;
use super::token::{APP_SCOPE, Form, Granted, Refusal, Secret};
use crate::id::RecordId;
use crate::world::World;

/// Where everybody logs in, which is nobody's My Domain.
const SHARED_HOSTS: [&str; 2] = ["login.salesforce.com", "test.salesforce.com"];

/// What a password gives: the whole of what a user may do, without a refresh token.
const PASSWORD_SCOPE: &str = "full";

impl World {
    /// The username-password flow.
    pub(super) fn take_password(&mut self, form: &Form) -> Result<Granted, Refusal> {
        self.check_client(form, Secret::Needed)?;
        let failed = Refusal::invalid_grant("authentication failure");
        if !self.options.login.is_open(Flow::Password) {
            return Err(failed);
        }
        let username = form.get("username").unwrap_or_default();
        let password = form.get("password").unwrap_or_default();
        let user = self.user_with(username, password).ok_or(failed)?;
        self.admit_login(user)?;
        Ok(Granted {
            user,
            scope: PASSWORD_SCOPE.to_owned(),
            family: 0,
            refresh_token: None,
        })
    }

    /// The active user with that name and that password; which of the two was wrong is not said.
    pub(super) fn user_with(&self, username: &str, password: &str) -> Option<RecordId> {
        let user = self.user_named(username)?;
        let is_right = password == self.options.login.full_password();
        (is_right && self.is_active(user)).then_some(user)
    }

    /// A SOAP log-in: the user and the session's token, or nothing if it failed.
    pub(crate) fn soap_login(
        &mut self,
        username: &str,
        password: &str,
        entropy: &mut dyn model::Entropy,
    ) -> Option<(RecordId, String)> {
        if !self.options.login.is_open(Flow::Soap) {
            return None;
        }
        let user = self.user_with(username, password)?;
        self.admit_login(user).ok()?;
        let token = self.open_session(user, PASSWORD_SCOPE, 0, entropy);
        Some((user, token))
    }

    /// The client credentials flow: the app itself, as the user whom it runs as.
    pub(super) fn run_as_app(&mut self, form: &Form) -> Result<Granted, Refusal> {
        let host = self.origin.split("://").nth(1).unwrap_or_default();
        let host = host.split(':').next().unwrap_or_default();
        let policy = &self.options.login;
        if policy.client_credentials_need_my_domain && SHARED_HOSTS.contains(&host) {
            let words = "request not supported on this domain";
            return Err(Refusal::invalid_grant(words));
        }
        self.check_client(form, Secret::Needed)?;
        let nobody = Refusal::invalid_grant("no client credentials user enabled");
        if !policy.is_open(Flow::ClientCredentials) {
            return Err(nobody);
        }
        let user = match &policy.run_as {
            Some(username) => self.user_named(username).ok_or(nobody)?,
            None => self.integration_user(),
        };
        self.admit_login(user)?;
        Ok(Granted {
            user,
            scope: APP_SCOPE.to_owned(),
            family: 0,
            refresh_token: None,
        })
    }
}
