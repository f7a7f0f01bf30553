//! What became of deliveries: those of late one by one, and counts of all of them.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use model::Timestamp;
use serde::{Deserialize, Serialize};

use super::Outcome;
use super::notification::Notification;

/// Deliveries that are remembered; the oldest are forgotten.
const RECORDS_MAX: usize = 10_000;
/// Of so many of them the notification itself is kept, to be sent again.
const NOTIFICATIONS_MAX: usize = 1_000;

/// An answer that takes longer costs priority.
const SLOW_AFTER: Duration = Duration::from_millis(500);
/// What the notice that is no notification is called.
const UNINSTALL: &str = "uninstall";

/// What became of an attempt to deliver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// The receiver took it.
    Delivered,
    /// It failed, and is sent once more after a minute.
    Repeated,
    /// The receiver answered 429, and it is sent again later.
    HeldBack,
    /// It is lost.
    Dropped,
}

/// Why a notification is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DropReason {
    /// Somebody wanted it so.
    LostOnPurpose,
    /// Deliveries were switched off.
    SwitchedOff,
    /// No address is set.
    NoAddress,
    /// Too many are waiting.
    QueueFull,
    /// Both attempts failed; the uninstall notice has one.
    Failed,
    /// The receiver's 429s held it back for more than two hours.
    HeldBackTooLong,
    /// The receiver failed more than 1,000 times in a row within 15 minutes.
    Paused,
    /// The receiver answered 410.
    Disabled,
    /// The receiver failed for more than seven days.
    Suspended,
}

/// One attempt to deliver, or a notification that was never sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeliveryRecord {
    /// Counts notifications. A duplicate has a number of its own, a repetition has not.
    pub sequence: u64,
    /// The notification's id; pings, read receipts and the uninstall notice have none.
    pub id: Option<String>,
    /// The topic, or `uninstall` for the notice that is no notification.
    pub topic: String,
    /// 1, 2 for the repetition, 0 if it was never sent.
    pub attempt: u8,
    /// When it was settled.
    pub at: Timestamp,
    /// How long the receiver took.
    pub latency_ms: Option<u64>,
    /// More than 500 ms, which costs priority.
    pub slow: bool,
    /// What the receiver answered; nothing if it did not, or was not asked.
    pub status: Option<u16>,
    /// What became of it.
    pub fate: Fate,
    /// Why it is lost, if it is.
    pub reason: Option<DropReason>,
}

impl DeliveryRecord {
    /// A notification that never left.
    pub(super) fn unsent(
        sequence: u64,
        notification: &Notification,
        reason: DropReason,
        now: Timestamp,
    ) -> Self {
        Self {
            id: notification.id.clone(),
            topic: notification.topic.clone(),
            ..Self::plain(sequence, now)
        }
        .that_was((Fate::Dropped, Some(reason)))
    }

    /// An attempt: its number, since when it was on its way, and when it ended.
    pub(super) fn of(
        sequence: u64,
        notification: &Notification,
        made: (u8, Option<Timestamp>, Timestamp),
        outcome: Outcome,
    ) -> Self {
        Self {
            id: notification.id.clone(),
            topic: notification.topic.clone(),
            ..Self::of_notice(sequence, made, outcome)
        }
    }

    /// As [`Self::of`], for the uninstall notice.
    pub(super) fn of_notice(
        sequence: u64,
        (attempt, sent_at, now): (u8, Option<Timestamp>, Timestamp),
        outcome: Outcome,
    ) -> Self {
        let latency = now.since(sent_at.unwrap_or(now));
        let status = match outcome {
            Outcome::Answered(status) => Some(status.as_u16()),
            Outcome::Unanswered => None,
        };
        Self {
            attempt,
            latency_ms: u64::try_from(latency.as_millis()).ok(),
            slow: latency > SLOW_AFTER,
            status,
            ..Self::plain(sequence, now)
        }
    }

    fn plain(sequence: u64, at: Timestamp) -> Self {
        Self {
            sequence,
            id: None,
            topic: UNINSTALL.to_owned(),
            attempt: 0,
            at,
            latency_ms: None,
            slow: false,
            status: None,
            fate: Fate::Delivered,
            reason: None,
        }
    }

    /// The same, with what became of it.
    pub(super) fn that_was(self, (fate, reason): (Fate, Option<DropReason>)) -> Self {
        Self {
            fate,
            reason,
            ..self
        }
    }
}

/// All deliveries since they were last forgotten, counted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct DeliveryCounts {
    /// Taken by the receiver.
    pub delivered: u64,
    /// Failed once, and sent again.
    pub repeated: u64,
    /// Answered 429, and sent again.
    pub held_back: u64,
    /// Lost, by reason.
    pub dropped: BTreeMap<DropReason, u64>,
    /// Answered after more than 500 ms.
    pub slow: u64,
}

/// Which deliveries are meant. What is not said fits all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DeliveryFilter {
    /// Of this topic.
    pub topic: Option<String>,
    /// With this id.
    pub id: Option<String>,
    /// That ended so.
    pub fate: Option<Fate>,
    /// At most so many, the latest.
    pub limit: Option<usize>,
}

#[derive(Debug)]
struct Settled {
    record: DeliveryRecord,
    notification: Option<Notification>,
}

/// The deliveries of late, and the counts of all.
#[derive(Debug, Default)]
pub(super) struct DeliveryLog {
    settled: VecDeque<Settled>,
    counts: DeliveryCounts,
}

impl DeliveryLog {
    pub(super) fn push(&mut self, record: DeliveryRecord, notification: Option<Notification>) {
        self.count(&record);
        if self.settled.len() == RECORDS_MAX {
            self.settled.pop_front();
        }
        self.settled.push_back(Settled {
            record,
            notification,
        });
        let old = self.settled.len().checked_sub(NOTIFICATIONS_MAX + 1);
        if let Some(old) = old.and_then(|at| self.settled.get_mut(at)) {
            old.notification = None;
        }
    }

    fn count(&mut self, record: &DeliveryRecord) {
        let counts = &mut self.counts;
        match record.fate {
            Fate::Delivered => counts.delivered += 1,
            Fate::Repeated => counts.repeated += 1,
            Fate::HeldBack => counts.held_back += 1,
            Fate::Dropped => {
                if let Some(reason) = record.reason {
                    *counts.dropped.entry(reason).or_default() += 1;
                }
            }
        }
        counts.slow += u64::from(record.slow);
    }

    /// The records that fit, oldest first.
    pub(super) fn records(&self, filter: &DeliveryFilter) -> Vec<DeliveryRecord> {
        let fits = |record: &&DeliveryRecord| {
            let same = |wanted: &Option<String>, is: Option<&str>| {
                wanted.is_none() || wanted.as_deref() == is
            };
            same(&filter.topic, Some(&record.topic))
                && same(&filter.id, record.id.as_deref())
                && filter.fate.is_none_or(|fate| fate == record.fate)
        };
        let latest_first = self.settled.iter().rev().map(|settled| &settled.record);
        let limit = filter.limit.unwrap_or(RECORDS_MAX);
        let mut records: Vec<_> = latest_first.filter(fits).take(limit).cloned().collect();
        records.reverse();
        records
    }

    pub(super) fn counts(&self) -> &DeliveryCounts {
        &self.counts
    }

    /// The latest settled notification that is named by its id or its number.
    pub(super) fn notification(&self, name: &str) -> Option<&Notification> {
        let is_meant = |record: &DeliveryRecord| {
            record.id.as_deref() == Some(name) || record.sequence.to_string() == name
        };
        let latest_first = self.settled.iter().rev();
        latest_first
            .filter(|settled| is_meant(&settled.record))
            .find_map(|settled| settled.notification.as_ref())
    }

    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }
}
