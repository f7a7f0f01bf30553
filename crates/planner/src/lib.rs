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
mod event;
mod facts;
mod fill;
pub mod intent;
pub mod lead;
mod matching;
mod ownership;
mod person;
mod plan;
#[cfg(test)]
mod planned;
mod put_back;
#[cfg(test)]
mod table;
mod team;
#[cfg(test)]
mod world;

pub use attribute::Attribute;
pub use event::{Announcement, Event};
pub use facts::{Account, Contact, Crowd, Facts, Lead, Owner, Parked, Record, SfContact};
pub use fill::wants_company;
pub use matching::{Match, Verdict, verdict};
pub use person::{OWNER, plan};
pub use plan::{
    Booking, ContactWrite, Counts, Fill, GivenUp, LinkChange, Maintained, Note, Operation, Plan,
    Rule,
};
pub use team::{Pair, PairedBy, Team, Teammate, User};
