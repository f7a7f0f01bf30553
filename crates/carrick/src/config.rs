//! What the operator decides: `carrick.toml`, then `CARRICK_…` variables, then arguments.
//!
//! One file per section. Everything is read and checked before anything starts, an unknown field
//! is refused by name, and the sample is generated from the same types. Secrets are never printed
//! or written back.
//!
//! What belongs to one connection is not here but in its settings (`carrick settings`).

pub(crate) mod address;
mod environment;
mod intercom;
mod load;
mod log;
mod mail;
mod remembered;
mod salesforce;
mod sample;
mod secret;
mod security;
mod server;
mod store;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

pub(crate) use environment::Environment;
pub(crate) use intercom::{IntercomApp, MAIN_APP};
pub(crate) use load::{Configured, load};
pub(crate) use log::{Log, LogFormat};
pub(crate) use mail::{Mail, SmtpServer, SmtpTls};
pub(crate) use remembered::RememberedApp;
pub(crate) use salesforce::Salesforce;
pub(crate) use sample::sample;
pub(crate) use security::SettingsAccess;

/// The whole configuration.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Config {
    pub(crate) server: server::Server,
    pub(crate) store: store::Store,
    pub(crate) security: security::Security,
    pub(crate) salesforce: Salesforce,
    pub(crate) mail: Mail,
    pub(crate) log: Log,
    pub(crate) intercom: intercom::Intercom,
}

/// A field as the sample and the environment know it.
#[derive(Debug, Clone, Copy)]
struct Field {
    name: &'static str,
    kind: Kind,
    purpose: &'static str,
}

/// How a field's value is written in a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// As it is.
    Text,
    /// `true` or `false`.
    Switch,
}

impl Field {
    const fn text(name: &'static str, purpose: &'static str) -> Self {
        Self {
            name,
            kind: Kind::Text,
            purpose,
        }
    }

    const fn switch(name: &'static str, purpose: &'static str) -> Self {
        Self {
            name,
            kind: Kind::Switch,
            purpose,
        }
    }
}

/// The sections that are a table of fields. The apps of Intercom are a list and have their own.
const SECTIONS: [(&str, &[Field]); 6] = [
    ("server", server::FIELDS),
    ("store", store::FIELDS),
    ("security", security::FIELDS),
    ("salesforce", salesforce::FIELDS),
    ("mail", mail::FIELDS),
    ("log", log::FIELDS),
];
