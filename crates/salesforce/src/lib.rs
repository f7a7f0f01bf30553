//! A typed client for the part of Salesforce that Carrick uses: OAuth, SOQL, describes, collections
//! and composite calls, Bulk 2.0 in both directions, change events. It says what Salesforce said, in
//! types that can be acted on.
//!
//! This crate must never know the engine or Intercom: it does not decide which record is whose, or
//! whether a write is a good idea. Field names of the wire appear only where rows are read and
//! drafts are written. Requests are built and answers are read by functions without IO; the one
//! place that sends is [`Client`]. Reads are repeated within seconds, writes never: after a write
//! without an answer, [`SalesforceError::outcome`] says what may have happened.
//!
//! Start at [`Client`], then [`SalesforceError`].
#![deny(missing_docs)]

mod account;
mod api_name;
mod asked;
pub mod auth;
mod bulk;
mod by_id;
mod call;
mod client;
mod collections;
mod composite;
mod composite_request;
mod contact;
mod create_lead;
mod created_by;
mod describe;
mod error;
pub mod events;
mod host;
mod ingest;
mod keyset;
mod lead;
mod limits;
mod links;
mod organization;
mod people;
mod poll;
mod query;
mod record;
mod row;
mod row_query;
mod soql;
mod update_lead;
mod user;
mod version;

pub use account::Account;
pub use api_name::{ApiName, InvalidApiName};
pub use auth::App;
pub use bulk::{Block, BlockRow, BulkRows, UnreadableCell};
pub use by_id::Found;
pub use client::{Client, Renew, Session, StaleToken};
pub use collections::{RecordChange, RecordDraft, RecordOutcome, RecordUpsert, Saved};
pub use composite::AllOrNone;
pub use composite_request::{CompositeRequest, PartDone, PartOutcomes, PartTarget, PartValue};
pub use contact::Contact;
pub use create_lead::{AutoAssign, CreatedLead, Duplicates, FieldValue, LeadDraft};
pub use describe::{FieldDescribe, FieldKind, ObjectDescribe, PicklistValue};
pub use error::{Outcome, SalesforceError};
pub use host::Loopback;
pub use ingest::{
    IngestJob, IngestOperation, IngestResults, IngestRow, Ingested, IngestedRow, JobEnd, RowFate,
};
pub use keyset::KeysetRows;
pub use lead::Lead;
pub use limits::Usage;
pub use links::record_url;
pub use organization::Organization;
pub use people::People;
pub use poll::{Changes, Cursor, PollCursors};
pub use query::Operation;
pub use record::{Record, UnreadableField};
pub use row::{Parsed, UnreadableRow};
pub use row_query::RowQuery;
pub use user::{Queue, User};
pub use version::ApiVersion;
