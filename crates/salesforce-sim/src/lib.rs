//! A Salesforce org to run beside Carrick: its sign-in, REST, SOQL, Bulk 2.0 and
//! change events, and pages on which a person can play the sales rep.
//!
//! It is written from the vendor's documentation with its own wire types, and must never know
//! Carrick's clients, engine or stores: it does not bend to what a client happens to send. The
//! [`World`] is a synchronous state machine without clock, chance or tasks of its own; [`Sim`]
//! drives it.
//!
//! Start at [`World::handle`]. Reading leads through `api` and `soql`, writing through `records`.
#![deny(missing_docs)]

mod answer;
mod api;
mod call_log;
mod control;
mod dump;
mod error;
mod events;
mod fault;
mod fixture;
pub mod fuzzing;
mod id;
mod oauth;
mod options;
mod pages;
mod paging;
mod permissions;
mod record_json;
mod records;
mod row;
mod save;
mod schema;
mod search;
mod seed;
mod sharing;
mod sim;
mod soap;
mod soql;
mod table;
mod usage;
mod value;
mod world;

pub use answer::{Body, Request, Response};
pub use api::BulkSwitches;
pub use call_log::{CallCount, CallKind, CallRecord, CallSummary};
pub use control::Refused;
pub use dump::DumpLines;
pub use events::ChangeEventOptions;
pub use fault::{Action, ConnectionCut, Cut, Ended, Fault, Matching, Trickle};
pub use fixture::{Fixture, FixtureError};
pub use id::{ParseRecordIdError, RecordId};
pub use oauth::{Approval, ChallengeMethod, Flow, LoginPolicy, Replay};
pub use options::Options;
pub use paging::Paging;
pub use records::{
    BeforeSaveFlow, Conversion, Converted, DuplicateMode, FailingTrigger, FieldChange, Formula,
    FormulaError, Held, RecordLock, Rules, TriggerEvent, ValidationRule,
};
pub use save::LoadError;
pub use schema::{
    ChoiceDetails, CustomChoice, CustomDefault, CustomField, CustomKind, Object, Setup,
};
pub use sharing::{FieldLevel, Restriction, Right};
pub use sim::serve::identity;
pub use sim::{Sim, SimService};
pub use world::{Touched, World};
