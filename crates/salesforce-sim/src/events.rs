//! Change Data Capture, and the event bus from which its events are read.
//!
//! Where a version of a record becomes visible, [`Events::note`] hears of it; what a transaction did
//! is told when it ends ([`Events::seal`]), in its order, and goes into the log. What was rolled back
//! is never told. Objects that are not selected cost one comparison.
//!
//! All but `service` and `subscription` belongs to the world: it knows no clock, no task and no
//! socket, and which bytes a client sends is none of its business. Start at `capture` for how events
//! come to be, at `delivery` for how they are given out.

pub(crate) mod bitmap;
mod capture;
pub(crate) mod change;
mod delivery;
mod diff;
pub(crate) mod log;
mod options;
pub(crate) mod payload;
pub(crate) mod refusal;
pub(crate) mod schema;
pub(crate) mod service;
pub(crate) mod streams;
mod subscription;
mod wire;

use std::sync::Arc;

use model::Timestamp;
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_128_with_seed;

use crate::schema::Object;
use crate::usage::Usage;

use capture::Pending;
pub(crate) use capture::Unit;
use log::{Log, ReplayId};
pub use options::ChangeEventOptions;
use schema::Schemas;
use streams::Streams;

/// Captured changes, and who reads them.
#[derive(Debug)]
pub(crate) struct Events {
    pub(crate) options: ChangeEventOptions,
    /// Keys and ids of one org are not those of another.
    seed: u64,
    pub(crate) schemas: Schemas,
    pending: Pending,
    /// What was not told when the transaction began that may still be rolled back.
    savepoint: Option<Pending>,
    /// Transactions so far; the number of the one that is running.
    transactions: u64,
    /// Whether a version that is seen later belongs to the running transaction.
    is_number_taken: bool,
    commit_number: i64,
    pub(crate) log: Log,
    /// What was delivered in the last day, over all subscribers.
    pub(crate) delivered: Usage,
    pub(crate) streams: Streams,
    /// So many of the next changes are told as gap events.
    pub(crate) forced_gaps: u32,
    /// So many of the next events are delivered twice.
    pub(crate) doubled: u32,
    /// Calls of the bus so far.
    calls: u64,
}

/// What goes on when a saved org is loaded. The log is not among it: who comes back with an id from
/// before finds it expired, as after a move to another instance.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct SavedEvents {
    options: ChangeEventOptions,
    head: u64,
    transactions: u64,
    commit_number: i64,
}

impl Events {
    pub(crate) fn new(options: ChangeEventOptions, seed: u64) -> Self {
        Self {
            options,
            seed,
            schemas: Schemas::default(),
            pending: Pending::default(),
            savepoint: None,
            transactions: 1,
            is_number_taken: false,
            commit_number: 0,
            log: Log::behind(None),
            delivered: Usage::default(),
            streams: Streams::default(),
            forced_gaps: 0,
            doubled: 0,
            calls: 0,
        }
    }

    pub(crate) fn saved(&self) -> SavedEvents {
        SavedEvents {
            options: self.options.clone(),
            head: self.log.head().number(),
            transactions: self.transactions,
            commit_number: self.commit_number,
        }
    }

    pub(crate) fn go_on(&mut self, saved: SavedEvents) {
        self.options = saved.options;
        self.log = Log::behind(Some(ReplayId::from_number(saved.head)));
        self.transactions = saved.transactions;
        self.commit_number = saved.commit_number;
    }

    /// Whether changes of that object are captured.
    pub(crate) fn captures(&self, object: Object) -> bool {
        self.options.entities.contains(&object)
    }

    /// From here on changes may be taken back together.
    pub(crate) fn begin(&mut self) {
        self.savepoint = Some(self.pending.clone());
    }

    /// The changes stay.
    pub(crate) fn keep(&mut self) {
        self.savepoint = None;
    }

    /// The changes since [`Events::begin`] never were.
    pub(crate) fn roll_back(&mut self) {
        if let Some(savepoint) = self.savepoint.take() {
            self.pending = savepoint;
        }
    }

    /// Whether the running transaction did something, to be told now or when it is seen.
    pub(crate) fn has_pending(&self) -> bool {
        !self.pending.is_empty() || self.is_number_taken
    }

    /// Forgets what the retention or the bound of the log takes.
    pub(crate) fn trim(&mut self, now: Timestamp) {
        let (retention, most) = (self.options.retention(), self.options.log_events_max);
        self.log.trim(now, retention, most);
    }

    /// The id of a call, as its errors and answers name it.
    pub(crate) fn call_id(&mut self) -> String {
        self.calls += 1;
        uuid(self.seed, "call", self.calls)
    }

    fn event_id(&self, replay: ReplayId) -> String {
        uuid(self.seed, "event", replay.number())
    }

    fn transaction_key(&self, number: u64) -> Arc<str> {
        uuid(self.seed, "transaction", number).into()
    }

    fn take_forced_gap(&mut self) -> bool {
        let is_forced = self.forced_gaps > 0;
        self.forced_gaps = self.forced_gaps.saturating_sub(1);
        is_forced
    }
}

/// A name in the form of a UUID that follows from what it names.
fn uuid(seed: u64, purpose: &str, number: u64) -> String {
    let bits = xxh3_128_with_seed(format!("{purpose} {number}").as_bytes(), seed);
    let digits = format!("{bits:032x}");
    let (first, rest) = digits.split_at(8);
    let (second, rest) = rest.split_at(4);
    let (third, rest) = rest.split_at(4);
    let (fourth, fifth) = rest.split_at(4);
    format!("{first}-{second}-{third}-{fourth}-{fifth}")
}

#[cfg(test)]
pub(crate) mod tests;
