//! The embedded database: all storage ports on one SQLite file, and the inbox on another.
//!
//! Each call is one transaction, so a port's promise of atomicity is SQLite's. Two executors stand
//! behind one type: *inline* runs on the caller, which is exact under a paused clock; *threaded*
//! gives the file one writing thread and a few reading ones, and prompt work passes bulk work.
//!
//! Durability: a commit of prompt work is on the disk when the call returns, because a webhook is
//! dropped from the inbox, and a cloud is called, on the strength of it. Bulk work (what a scan
//! read) is not synced by itself: it can be read again, and the next prompt commit syncs it too.
//!
//! There are no statistics for the query planner, so that a statement has the same plan on every
//! file. Where it would take the connection alone for selective, the statement names its index.
//!
//! Never here: decisions, the clock, a vendor's wire format. Rows that do not parse are errors
//! which name table, column and key, and never print an email.
//!
//! Start at [`SqliteStore`] and `migrations/0001_first.sql`.
#![deny(missing_docs)]

mod aliases;
mod cells;
mod connections;
mod cursors;
mod executor;
mod failures;
mod file;
mod inbox;
mod intents;
mod links;
mod migrations;
mod mirror;
mod persons;
mod pins;
mod queue;
mod scans;
mod settle;
mod store;
mod subject;
mod sweeps;
mod timeline;
mod trouble;
mod verdicts;
mod words;

pub use inbox::SqliteInbox;
pub use store::{Options, SqliteStore};
