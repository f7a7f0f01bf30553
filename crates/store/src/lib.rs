//! What Carrick keeps, as narrow ports: connections, the mirror of both sides, links with their
//! base, the queue of due subjects, intents, failures, the timeline, sweeps, and the inbox.
//!
//! A port's documentation promises atomicity, order, and what happens in a race; the conformance
//! suite (feature `conformance`) proves the promises for each database. Rows here are what is
//! stored, not what the planner reasons about: the engine translates.
//!
//! Never here: SQL, a vendor's wire format, the clock (instants are handed in), decisions about
//! what to write where.
//!
//! The mirror can be thrown away and read again; links, base, intents and pins cannot.
//!
//! Start at [`Store`].
#![deny(missing_docs)]

mod aliases;
#[cfg(any(test, feature = "conformance"))]
pub mod conformance;
mod connections;
mod error;
mod failures;
mod inbox;
mod intents;
mod mirror;
mod persons;
mod pins;
mod queue;
mod settle;
mod sweeps;
mod timeline;
mod verdicts;
mod version;

pub use aliases::Aliases;
pub use connections::{
    Connection, ConnectionState, Connections, IntercomProfile, NewConnection, Profile,
    SalesforceProfile, SealedCredential, Side,
};
pub use error::StoreError;
pub use failures::{Failure, FailureReport, Failures, WaitsFor};
pub use inbox::{Delivery, Inbox, StoredDelivery};
pub use intents::{
    Intent, IntentId, IntentKind, IntentState, Intents, NewIntent, OpenedIntent, Settled,
};
pub use mirror::{
    Absorbed, Absorption, AccountRow, Body, CHAIN_MAX, ContactRow, DirectoryKind, DirectoryRow,
    FanOutPosition, Mirror, MirrorCounts, Observed, RecordRow,
};
pub use model::{Base, BasePair, How, Link};
pub use persons::{Crowd, PersonRows, Persons, Position};
pub use pins::Pins;
pub use queue::{Due, Queue, Ticket};
pub use settle::{Settle, Settlement};
pub use sweeps::{
    Cursors, Scan, ScanOutcome, Scans, Sweep, SweepCounts, SweepKind, SweepState, Sweeps,
};
pub use timeline::{Entry, StoredEntry, Timeline};
pub use verdicts::{Listing, Unclear, Verdicted, Verdicts};
pub use version::{Digest, Sighting, Source, UNSTAMPED, Version, judge};

/// Everything that one database does for the engine, except the inbox, which is a file of its own.
pub trait Store:
    Connections
    + Mirror
    + Aliases
    + Persons
    + Pins
    + Verdicts
    + Queue
    + Settle
    + Intents
    + Failures
    + Timeline
    + Scans
    + Sweeps
    + Cursors
{
}

impl<T> Store for T where
    T: Connections
        + Mirror
        + Aliases
        + Persons
        + Pins
        + Verdicts
        + Queue
        + Settle
        + Intents
        + Failures
        + Timeline
        + Scans
        + Sweeps
        + Cursors
{
}
