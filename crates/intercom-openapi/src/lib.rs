//! Intercom's own description of its API, as a judge of requests and answers in tests.
//!
//! For tests alone: the program knows nothing of this crate. `Description` answers what in an
//! exchange is not as described, `Deviation` by `Deviation`; `Ledger` is the list of those that
//! are known, each with its reason (`deviations.toml`). What is neither described nor listed fails
//! the test that met it.
//!
//! It must never know our client or the twin: a judge who shares a type with a party is none. The
//! twin's tests hand in what went over the wire, the client's tests too.
//!
//! Start at `description`; `schema` turns the dialect of OpenAPI 3.0 into JSON Schema.

#![deny(missing_docs)]

mod description;
mod exchange;
mod ledger;
mod operation;
mod schema;

pub use description::{Description, NotADescription};
pub use exchange::{Deviation, Exchange, Place};
pub use ledger::{Entry, Ledger, NotALedger, Party};
