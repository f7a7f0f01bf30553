//! What Carrick answers over HTTP: Intercom's webhooks, uninstall notices and card requests, the vendors'
//! OAuth redirects, and the settings pages.
//!
//! A handler parses, calls the engine and renders; it decides nothing. Addresses come from
//! `routes` and nowhere else, every page has one typed context that `samples` fill for the test
//! that renders them all, and every state-changing form is refused when another site sent it.
//!
//! Must never know: rules, SQL, a vendor's REST API, a simulator.
//!
//! Start at [`router()`].

mod assets;
mod body;
mod card;
mod config;
mod connections;
mod health;
mod look;
mod oauth;
mod page;
mod problem;
mod router;
mod routes;
mod security;
mod site;
mod uninstall;
mod webhook;
mod wording;

pub use config::{SettingsAccess, WebConfig};
pub use router::router;
pub use routes::connection_page;
