//! Intercom, typed: the REST client (pinned to one `Intercom-Version`), the signatures of webhooks
//! and card requests, and the components of which a card is built.
//!
//! Wire spellings live in private wire types and nowhere else; ids may come as text or number and
//! instants as integer, float or ISO 8601, and both are read here once. Lists come as [`Pages`] that
//! the reader's pace holds back, and one row of them that cannot be read fails alone. What was said
//! in a conversation is always read by id, whatever a webhook or a card request holds of it. Reads
//! are repeated within seconds; writes never, except after a `429`, which is a refusal.
//!
//! Must never know the engine, Salesforce, a rule of the behaviour book, or the wall clock.
//!
//! Start at [`Client`], [`webhook::parse`], [`canvas::request::parse`], [`canvas::Canvas`] and
//! [`transcript::Transcript`].
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
mod html;
mod limiter;
mod note;
mod page;
pub mod region;
mod search;
mod signature;
mod tag;
mod team;
mod teammate;
pub mod transcript;
pub mod webhook;
mod wire;

pub use attribute::{
    AttributeModel, AttributeOptions, AttributeQuota, AttributeType, DataAttribute, NewAttribute,
    QuotaStanding,
};
pub use auth::App;
pub use client::{Client, INTERCOM_VERSION};
pub use company::{Company, CompanyScroll, CompanyUpsert, MonthlySpend, ScrolledCompanies};
pub use contact::{
    AttributeValue, Contact, ContactPatch, Created, CurrentContact, Location, MergeCheck,
    NewContact, NewIdentity, Utm,
};
pub use conversation::{
    Assignee, Attachment, AttachmentUrls, Author, AuthorKind, Conversation, ConversationHead,
    ConversationPage, ConversationPages, ConversationState, Gap, Nature, Part, PartKind, Source,
    TooManyAttachments,
};
pub use error::{IntercomError, Outcome};
pub use event::{EventValue, NewEvent};
pub use limiter::RateLimit;
pub use model::Change;
pub use note::{Note, NoteAuthor, NotePages};
pub use page::{Cursor, Page, Pages, Unreadable};
pub use region::Region;
pub use search::{ContactPage, ContactPages, UnreadableContact};
pub use signature::SignatureError;
pub use tag::Tag;
pub use team::Team;
pub use teammate::{Me, Teammate};
