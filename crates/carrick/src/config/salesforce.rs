//! `[salesforce]`: the connected app.

use serde::{Deserialize, Serialize};
use transport::Secret;
use url::Url;

use super::{Field, address, secret};

pub(super) const FIELDS: &[Field] = &[
    Field::text("client_id", "Consumer key of the connected app."),
    Field::text("client_secret", "Consumer secret of the connected app."),
    Field::text(
        "login_url",
        "Where admins allow it: login, test (sandboxes) or My Domain.",
    ),
];

/// See the module's documentation.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Salesforce {
    pub(crate) client_id: String,
    #[serde(with = "secret")]
    pub(crate) client_secret: Secret,
    pub(crate) login_url: Url,
}

impl Default for Salesforce {
    fn default() -> Self {
        Self {
            client_id: String::new(),
            client_secret: Secret::from(""),
            login_url: "https://login.salesforce.com"
                .parse()
                .expect("a constant address"),
        }
    }
}

impl Salesforce {
    /// Whether an app was named at all.
    pub(crate) fn is_named(&self) -> bool {
        !self.client_id.trim().is_empty()
    }

    pub(super) fn check(&self) -> Result<(), String> {
        address::check("salesforce.login_url", &self.login_url)
    }
}
