//! The behaviour book as pure functions: facts in, plan out.
//!
//! Every operation and every note carries the id of the rule that caused it; that is what the
//! timeline and the settings pages print. Not acting is an outcome with a reason. A plan leaves
//! the executor no choice: an operation names its contact, the exact values, what has to be shown
//! for it still to be right, and a key under which its failure is parked.
//!
//! Never here: async, IO, the clock (`observed_at` is a fact), a vendor's client or wire format,
//! hash-map order. Nothing returns `Result` for what is merely undesirable.
//!
//! Start at [`plan()`]: one person, all of whose facts fit on a page. [`card::card`] says what the
//! inbox shows of it, [`lead::decide`] what a click on *Create lead* does, and [`intent::look`]
//! what it means to find, or not to find, what a lost request may have created.
#![deny(missing_docs)]

pub mod attribute;
pub mod card;
mod facts;
pub mod intent;
pub mod lead;
mod matching;
mod person;
mod plan;
#[cfg(test)]
mod world;

pub use attribute::Attribute;
pub use facts::{Account, Contact, Facts, Lead, Owner, Parked, Record, SfContact};
pub use matching::{Match, Verdict, verdict};
pub use person::plan;
pub use plan::{ContactWrite, LinkChange, Note, Operation, Plan, Rule};
