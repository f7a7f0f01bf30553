//! Intercom, typed: the REST client (pinned to one `Intercom-Version`), the signatures of webhooks
//! and card requests, and the components of which a card is built.
//!
//! Wire spellings live in private wire types and nowhere else; ids may come as text or number and
//! instants as integer, float or ISO 8601, and both are read here once. One contact of a page that
//! cannot be read fails alone. Reads are repeated within seconds; writes never, except after a
//! `429`, which is a refusal.
//!
//! Must never know the engine, Salesforce, a rule of the behaviour book, or the wall clock.
//!
//! Start at [`Client`], [`webhook::parse`], [`canvas::request::parse`] and [`canvas::Canvas`].
#![deny(missing_docs)]

mod attribute;
pub mod auth;
pub mod canvas;
mod client;
mod company;
mod contact;
mod conversation;
mod error;
mod event;
mod limiter;
mod search;
mod signature;
mod teammate;
pub mod webhook;
mod wire;

pub use attribute::{AttributeModel, DataAttribute, NewAttribute};
pub use auth::App;
pub use client::{Client, INTERCOM_VERSION};
pub use company::Company;
pub use contact::{AttributeValue, Contact, ContactPatch, Location, Utm};
pub use conversation::{Author, Conversation, Part};
pub use error::{IntercomError, Outcome};
pub use event::{EventValue, NewEvent};
pub use limiter::RateLimit;
pub use model::Change;
pub use search::{ContactPage, Cursor, UnreadableContact};
pub use signature::SignatureError;
pub use teammate::{Me, Teammate};
