//! The events that can still be replayed, oldest first.
//!
//! Replay ids grow and have holes; they mean nothing else. An id whose place in the log is gone
//! cannot be resumed from, whether it went by age or because the log was full: the vendor promises
//! nothing beyond the retention either, so a log that is full looks like one that was purged early.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use model::Timestamp;
use xxhash_rust::xxh3::xxh3_64;

use super::change::ChangeEvent;

/// Where the ids begin.
const FIRST: u64 = 1_000_000;

/// The largest hole between two ids.
const HOLE_MAX: u64 = 3;

/// A place in the stream of events. On the wire eight bytes, the highest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ReplayId(u64);

impl ReplayId {
    pub(crate) fn from_number(number: u64) -> Self {
        Self(number)
    }

    pub(crate) fn number(self) -> u64 {
        self.0
    }

    pub(crate) fn to_bytes(self) -> Vec<u8> {
        self.0.to_be_bytes().to_vec()
    }

    /// The id that a client sends back.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        Some(Self(u64::from_be_bytes(bytes.try_into().ok()?)))
    }

    fn next(self) -> Self {
        let hole = xxh3_64(&self.0.to_be_bytes()) % (HOLE_MAX + 1);
        Self(self.0 + 1 + hole)
    }
}

/// An event in the log, or a place without one that a subscriber was told to resume from.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) replay: ReplayId,
    pub(crate) at: Timestamp,
    pub(crate) event: Option<Arc<ChangeEvent>>,
}

/// The log.
#[derive(Debug)]
pub(crate) struct Log {
    entries: VecDeque<Entry>,
    /// The last id given out.
    head: ReplayId,
    /// The last id that is gone, with all before it.
    gone: ReplayId,
}

impl Log {
    /// An empty log that goes on behind `head`.
    pub(crate) fn behind(head: Option<ReplayId>) -> Self {
        let gone = head.unwrap_or(ReplayId(FIRST));
        Self {
            entries: VecDeque::new(),
            head: gone.next(),
            gone,
        }
    }

    pub(crate) fn push(&mut self, event: Arc<ChangeEvent>, at: Timestamp) {
        self.head = self.head.next();
        self.entries.push_back(Entry {
            replay: self.head,
            at,
            event: Some(event),
        });
    }

    /// A fresh id to resume from, so that a subscriber of a quiet topic does not hold an old one.
    pub(crate) fn mark(&mut self, at: Timestamp) -> ReplayId {
        if self.entries.back().is_some_and(|last| last.event.is_none()) {
            self.entries.pop_back();
        }
        self.head = self.head.next();
        self.entries.push_back(Entry {
            replay: self.head,
            at,
            event: None,
        });
        self.head
    }

    pub(crate) fn head(&self) -> ReplayId {
        self.head
    }

    /// The place before everything that is left.
    pub(crate) fn start(&self) -> ReplayId {
        self.gone
    }

    /// Whether a subscriber may resume from `replay`.
    pub(crate) fn knows(&self, replay: ReplayId) -> bool {
        self.gone < replay && replay <= self.head
    }

    /// Whether nothing behind `replay` is missing.
    pub(crate) fn reaches(&self, replay: ReplayId) -> bool {
        self.gone <= replay
    }

    /// What comes behind `replay`.
    pub(crate) fn after(&self, replay: ReplayId) -> impl Iterator<Item = &Entry> {
        let from = self.entries.partition_point(|entry| entry.replay <= replay);
        self.entries.range(from..)
    }

    pub(crate) fn entries(&self) -> impl DoubleEndedIterator<Item = &Entry> {
        self.entries.iter()
    }

    /// Forgets what is older than the retention, and the oldest ones beyond `most`.
    pub(crate) fn trim(&mut self, now: Timestamp, retention: Duration, most: usize) {
        let eldest = now.minus(retention);
        while let Some(first) = self.entries.front()
            && (first.at < eldest || self.entries.len() > most)
        {
            self.drop_first();
        }
    }

    /// Forgets everything up to `replay`, as if it had grown too old.
    pub(crate) fn expire(&mut self, replay: ReplayId) {
        while let Some(first) = self.entries.front()
            && first.replay <= replay
        {
            self.drop_first();
        }
        // The id itself is gone too, and those before it of which nobody was told.
        self.step_past(ReplayId(replay.0.min(self.head.0)));
    }

    fn drop_first(&mut self) {
        if let Some(gone) = self.entries.pop_front() {
            self.step_past(gone.replay);
        }
    }

    fn step_past(&mut self, gone: ReplayId) {
        self.gone = self.gone.max(gone);
        if self.gone == self.head {
            self.head = self.head.next();
        }
    }
}

#[cfg(test)]
mod tests;
