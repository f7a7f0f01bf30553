//! `[[intercom.apps]]`: the apps registered in Intercom's Developer Hub, one per region at most.

use serde::{Deserialize, Serialize};
use transport::Secret;
use url::Url;

use super::{Field, address, secret};

/// In the environment a field of the app `main` is `CARRICK_INTERCOM_MAIN_…`.
pub(super) const APP_FIELDS: &[Field] = &[
    Field::text(
        "name",
        "Part of the app's webhook and card addresses: a-z, 0-9 and dashes.",
    ),
    Field::text("client_id", "From the app's page in the Developer Hub."),
    Field::text(
        "client_secret",
        "From the same page. Signs webhooks and card requests.",
    ),
    Field::text("authorize_url", "Where teammates allow the app."),
    Field::text(
        "api_url",
        "Intercom's API: api.intercom.io, api.eu.intercom.io, api.au.intercom.io.",
    ),
];

/// The app that is meant where none is named.
pub(crate) const MAIN_APP: &str = "main";

/// See the module's documentation.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Intercom {
    pub(crate) apps: Vec<IntercomApp>,
}

/// One app.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct IntercomApp {
    pub(crate) name: String,
    pub(crate) client_id: String,
    #[serde(with = "secret")]
    pub(crate) client_secret: Secret,
    pub(crate) authorize_url: Url,
    pub(crate) api_url: Url,
}

impl Default for IntercomApp {
    fn default() -> Self {
        let constant = |url: &str| url.parse().expect("a constant address");
        Self {
            name: MAIN_APP.to_owned(),
            client_id: String::new(),
            client_secret: Secret::from(""),
            authorize_url: constant("https://app.intercom.com/oauth"),
            api_url: constant("https://api.intercom.io"),
        }
    }
}

impl Intercom {
    pub(super) fn check(&self) -> Result<(), String> {
        for (index, app) in self.apps.iter().enumerate() {
            app.check()?;
            if self.apps[..index]
                .iter()
                .any(|earlier| earlier.name == app.name)
            {
                return Err(format!("two Intercom apps are called {:?}", app.name));
            }
        }
        Ok(())
    }
}

impl IntercomApp {
    fn check(&self) -> Result<(), String> {
        if !is_app_name(&self.name) {
            return Err(format!(
                "the name of an Intercom app must be 1 to 32 of a-z, 0-9 and dashes, but is {:?}",
                self.name
            ));
        }
        // Anybody could sign with an empty secret.
        for (field, value) in [
            ("client_id", self.client_id.as_str()),
            ("client_secret", self.client_secret.expose()),
        ] {
            if value.trim().is_empty() {
                return Err(format!("the Intercom app {:?} has no {field}", self.name));
            }
        }
        address::check("authorize_url of an Intercom app", &self.authorize_url)?;
        address::check("api_url of an Intercom app", &self.api_url)
    }
}

/// Whether an app may be called so: the name is a piece of an address.
pub(super) fn is_app_name(name: &str) -> bool {
    (1..=32).contains(&name.len())
        && name
            .bytes()
            .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
}
