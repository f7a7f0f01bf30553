//! What kind of org is founded.

use std::time::Duration;

use population::Counts;
use serde::{Deserialize, Serialize};

use crate::events::ChangeEventOptions;
use crate::fixture::Fixture;
use crate::oauth::LoginPolicy;

/// How big the org is, who may connect to it, and how it behaves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Options {
    /// Chooses everything that is not chosen below.
    pub seed: u64,
    /// How many Leads there are.
    pub leads: u32,
    /// How many Contacts there are.
    pub contacts: u32,
    /// How many Accounts there are.
    pub accounts: u32,
    /// How many teammates there are; not all of them have a User.
    pub teammates: u32,
    /// How many Opportunities there are, each with a primary contact.
    pub opportunities: u32,
    /// How many Cases there are.
    pub cases: u32,
    /// What is different in this org.
    #[serde(default)]
    pub fixture: Option<Fixture>,
    /// API requests that a day allows.
    pub daily_limit: u32,
    /// The connected app's name, as the consent page shows it.
    pub app_name: String,
    /// The connected app's consumer key.
    pub client_id: String,
    /// The connected app's consumer secret.
    pub client_secret: String,
    /// The connected app's callback URLs; none means that any is accepted.
    pub redirect_uris: Vec<String>,
    /// The username of the user behind every token; by default that of the first teammate.
    pub user: Option<String>,
    /// Where clients are told to call; by default the host they asked.
    pub instance_url: Option<String>,
    /// An access token that is valid from the start.
    pub access_token: Option<String>,
    /// A refresh token that is valid from the start.
    pub refresh_token: Option<String>,
    /// Whether each refresh gives a new refresh token and kills the old one.
    pub rotates_refresh_tokens: bool,
    /// How long an access token lives without being used.
    pub session_timeout: Duration,
    /// How one may log in.
    #[serde(default)]
    pub login: LoginPolicy,
    /// How long a Bulk job runs.
    pub bulk_duration: Duration,
    /// Which changes are captured, and how their events are delivered.
    #[serde(default)]
    pub change_events: ChangeEventOptions,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            seed: 1,
            leads: 240,
            contacts: 160,
            accounts: 60,
            teammates: 8,
            opportunities: 40,
            cases: 24,
            fixture: None,
            daily_limit: 100_000,
            app_name: "Carrick".to_owned(),
            client_id: "carrick-consumer-key".to_owned(),
            client_secret: "carrick-consumer-secret".to_owned(),
            redirect_uris: Vec::new(),
            user: None,
            instance_url: None,
            access_token: None,
            refresh_token: None,
            rotates_refresh_tokens: false,
            session_timeout: Duration::from_hours(2),
            login: LoginPolicy::default(),
            bulk_duration: Duration::from_millis(200),
            change_events: ChangeEventOptions::default(),
        }
    }
}

impl Options {
    pub(crate) fn counts(&self) -> Counts {
        Counts {
            leads: self.leads,
            contacts: self.contacts,
            companies: self.accounts,
            teammates: self.teammates,
        }
    }
}
