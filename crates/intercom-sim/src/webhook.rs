//! Notifications on their way to the app: queued when something changes, signed when they leave,
//! repeated once after a minute (Webhooks, Webhook Notifications).
//!
//! Intercom promises neither order nor exactly-once; the controls make both visible on demand. It
//! never sends: the driver does, and says how it went.

mod health;
mod notification;
mod record;
mod subscription;
#[cfg(test)]
mod tests;
mod topic;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use http::StatusCode;
use model::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::ids::derived_uuid;
use crate::options::AppKind;
use health::Health;
use notification::{Attempt, Notification, Times};
use record::DeliveryLog;

pub use health::Standing;
pub(crate) use notification::{USER_AGENT, as_of};
pub use record::{DeliveryCounts, DeliveryFilter, DeliveryRecord, DropReason, Fate};
pub use subscription::{Delivery, Outcome, Subscription, WebhookControls};
pub use topic::is_webhook_topic;

/// How long the receiver may take.
pub(crate) const ANSWER_WITHIN: Duration = Duration::from_secs(5);
/// From a failed delivery to its only repetition.
const RETRY_AFTER: Duration = Duration::from_mins(1);
/// Notifications that wait at most; beyond that new ones are dropped. The vendor names no number.
const QUEUE_MAX: usize = 100_000;

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Queued {
    notification: Notification,
    due: Timestamp,
    first_sent_at: Option<i64>,
    attempt: u8,
    /// Since when it is on its way.
    #[serde(skip)]
    sent_at: Option<Timestamp>,
}

/// An uninstall notice: it goes to another address and is not repeated.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Notice {
    due: Timestamp,
    #[serde(skip)]
    sent_at: Option<Timestamp>,
}

/// The queue of one subscription.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Webhooks {
    queue: BTreeMap<u64, Queued>,
    /// Those of the queue that are not on their way, by when they are due.
    #[serde(skip)]
    waiting: BTreeSet<(Timestamp, u64)>,
    notices: BTreeMap<u64, Notice>,
    sequence: u64,
    /// Notifications so far, without their duplicates.
    told: u64,
    pub(crate) controls: WebhookControls,
    health: Health,
    /// The app was removed from the workspace, so that nothing more is told.
    uninstalled: bool,
    #[serde(skip)]
    log: DeliveryLog,
}

/// Who is speaking, with which key, and to which addresses.
pub(crate) struct AppIdentity<'a> {
    pub(crate) workspace: &'a str,
    pub(crate) secret: &'a str,
    pub(crate) webhook_url: Option<&'a str>,
    pub(crate) uninstall_url: Option<&'a str>,
}

impl Webhooks {
    /// Queues a notification.
    pub(crate) fn tell(&mut self, seed: u64, topic: &str, item: Value, now: Timestamp) {
        if self.uninstalled {
            return;
        }
        self.told += 1;
        self.sequence += 1;
        let uuid = derived_uuid(seed, "notification", self.sequence);
        let times = if self.controls.iso_timestamps {
            Times::Iso
        } else {
            Times::Seconds
        };
        let id = (format!("notif_{uuid}"), now);
        let notification = Notification::about(topic, item, id, times);
        if let Some(reason) = self.is_lost() {
            self.drop_unsent(self.sequence, notification, reason, now);
            return;
        }
        let due = now.plus(Duration::from_millis(self.controls.delay_ms));
        if self.is_doubled() {
            self.push(self.sequence, notification.clone(), due, now);
            self.sequence += 1;
        }
        self.push(self.sequence, notification, due, now);
    }

    /// Why the next notification never leaves, if it does not.
    fn is_lost(&mut self) -> Option<DropReason> {
        match self.health.standing {
            Standing::Disabled => return Some(DropReason::Disabled),
            Standing::Suspended => return Some(DropReason::Suspended),
            Standing::Live => {}
        }
        if self.controls.off {
            return Some(DropReason::SwitchedOff);
        }
        let is_one_of_many = is_multiple(self.told, self.controls.lose_every);
        if self.controls.lose_next > 0 || is_one_of_many {
            self.controls.lose_next = self.controls.lose_next.saturating_sub(1);
            return Some(DropReason::LostOnPurpose);
        }
        None
    }

    fn is_doubled(&mut self) -> bool {
        let is_next = self.controls.duplicate_next > 0;
        self.controls.duplicate_next = self.controls.duplicate_next.saturating_sub(1);
        is_next || is_multiple(self.told, self.controls.duplicate_every)
    }

    fn push(&mut self, sequence: u64, notification: Notification, due: Timestamp, now: Timestamp) {
        if self.queue.len() >= QUEUE_MAX {
            self.drop_unsent(sequence, notification, DropReason::QueueFull, now);
            return;
        }
        let queued = Queued {
            notification,
            due,
            first_sent_at: None,
            attempt: 1,
            sent_at: None,
        };
        self.queue.insert(sequence, queued);
        self.waiting.insert((due, sequence));
    }

    fn drop_unsent(
        &mut self,
        sequence: u64,
        notification: Notification,
        reason: DropReason,
        now: Timestamp,
    ) {
        let record = DeliveryRecord::unsent(sequence, &notification, reason, now);
        self.log.push(record, Some(notification));
    }

    /// Queues the uninstall notice.
    pub(crate) fn tell_uninstalled(&mut self, now: Timestamp) {
        self.sequence += 1;
        let notice = Notice {
            due: now,
            sent_at: None,
        };
        self.notices.insert(self.sequence, notice);
    }

    /// The app was removed from the workspace: nothing that happens from now on is told. What waits
    /// still leaves.
    pub(crate) fn stop_telling(&mut self) {
        self.uninstalled = true;
    }

    /// The app was installed (again).
    pub(crate) fn start_telling(&mut self) {
        self.uninstalled = false;
    }

    /// Queues a settled notification once more, with its id. False if it is not remembered.
    pub(crate) fn resend(&mut self, name: &str, now: Timestamp) -> bool {
        let Some(notification) = self.log.notification(name).cloned() else {
            return false;
        };
        self.sequence += 1;
        self.push(self.sequence, notification, now, now);
        true
    }

    pub(crate) fn next_due(&self) -> Option<Timestamp> {
        let unsent = self.notices.values().filter(|it| it.sent_at.is_none());
        let notice = unsent.map(|notice| notice.due).min();
        let held = self.health.held_until.unwrap_or_default();
        let notification = self.waiting.first().map(|(due, _)| held.max(*due));
        notice.into_iter().chain(notification).min()
    }

    /// Takes what is due at `now`, at most `most` notifications. Each delivery must be answered by
    /// [`Self::delivered`].
    pub(crate) fn due(
        &mut self,
        app: &AppIdentity<'_>,
        now: Timestamp,
        most: usize,
    ) -> Vec<Delivery> {
        let mut due: Vec<Delivery> = Vec::new();
        while !self.health.is_held(now) && due.len() < most {
            let first = self.waiting.first().copied();
            let Some((at, sequence)) = first.filter(|(at, _)| *at <= now) else {
                break;
            };
            self.waiting.remove(&(at, sequence));
            due.extend(self.send(sequence, app, now));
        }
        if self.controls.reverse {
            due.reverse();
        }
        due.extend(self.notices_due(app, now));
        due
    }

    fn send(&mut self, sequence: u64, app: &AppIdentity<'_>, now: Timestamp) -> Option<Delivery> {
        let queued = self.queue.get_mut(&sequence)?;
        let held_until = self.health.held_until.unwrap_or_default();
        let lost = if self.health.is_paused(now) {
            Some(DropReason::Paused)
        } else if held_until.since(queued.due) > health::THROTTLE_MAX {
            Some(DropReason::HeldBackTooLong)
        } else if app.webhook_url.is_none() {
            Some(DropReason::NoAddress)
        } else {
            None
        };
        if let Some(reason) = lost {
            let queued = self.queue.remove(&sequence)?;
            self.drop_unsent(sequence, queued.notification, reason, now);
            return None;
        }
        queued.sent_at = Some(now);
        let attempt = Attempt {
            number: queued.attempt,
            first_sent_at: *queued.first_sent_at.get_or_insert(now.as_seconds()),
        };
        let body = queued.notification.body(app.workspace, attempt);
        Some(Delivery {
            sequence,
            url: app.webhook_url?.to_owned(),
            headers: notification::hub_headers(app.secret, &body),
            body,
            attempt: attempt.number,
        })
    }

    fn notices_due(&mut self, app: &AppIdentity<'_>, now: Timestamp) -> Vec<Delivery> {
        let Some(url) = app.uninstall_url else {
            self.notices.clear();
            return Vec::new();
        };
        let waiting = self.notices.iter_mut();
        let waiting = waiting.filter(|(_, notice)| notice.sent_at.is_none());
        let due = waiting.map(|(sequence, notice)| {
            notice.sent_at = Some(now);
            let (body, headers) = notification::uninstall_notice(app.workspace, app.secret);
            Delivery {
                sequence: *sequence,
                url: url.to_owned(),
                headers,
                body,
                attempt: 1,
            }
        });
        due.collect()
    }

    /// A delivery that was taken leaves only now: what it waited for is not the receiver's doing.
    pub(crate) fn sending(&mut self, sequence: u64, now: Timestamp) {
        if let Some(queued) = self.queue.get_mut(&sequence) {
            queued.sent_at = Some(now);
        }
        if let Some(notice) = self.notices.get_mut(&sequence) {
            notice.sent_at = Some(now);
        }
    }

    /// Settles a delivery: done, repeated once after a minute, or given up.
    pub(crate) fn delivered(
        &mut self,
        sequence: u64,
        outcome: Outcome,
        app: AppKind,
        now: Timestamp,
    ) {
        if let Some(notice) = self.notices.remove(&sequence) {
            let taken = matches!(outcome, Outcome::Answered(status) if status.is_success());
            let judged = if taken {
                (Fate::Delivered, None)
            } else {
                (Fate::Dropped, Some(DropReason::Failed))
            };
            let made = (1, notice.sent_at, now);
            let record = DeliveryRecord::of_notice(sequence, made, outcome);
            self.log.push(record.that_was(judged), None);
            return;
        }
        let Some(queued) = self.queue.remove(&sequence) else {
            return;
        };
        let judged = self.judge(&queued, outcome, app, now);
        let made = (queued.attempt, queued.sent_at, now);
        let record = DeliveryRecord::of(sequence, &queued.notification, made, outcome);
        let record = record.that_was(judged);
        match judged.0 {
            Fate::Delivered | Fate::Dropped => self.log.push(record, Some(queued.notification)),
            Fate::Repeated => {
                self.log.push(record, None);
                let (due, attempt) = (now.plus(RETRY_AFTER), 2);
                let again = Queued {
                    due,
                    attempt,
                    ..queued
                };
                self.put_back(sequence, again);
            }
            Fate::HeldBack => {
                self.log.push(record, None);
                self.put_back(sequence, queued);
            }
        }
        if self.health.standing != Standing::Live {
            self.drop_all(now);
        }
    }

    /// What the answer means for the subscription, and for the notification.
    fn judge(
        &mut self,
        queued: &Queued,
        outcome: Outcome,
        app: AppKind,
        now: Timestamp,
    ) -> (Fate, Option<DropReason>) {
        match outcome {
            Outcome::Answered(status) if status.is_success() => {
                self.health.succeeded(now);
                (Fate::Delivered, None)
            }
            Outcome::Answered(StatusCode::GONE) => {
                self.health.gone();
                (Fate::Dropped, Some(DropReason::Disabled))
            }
            Outcome::Answered(StatusCode::TOO_MANY_REQUESTS) => {
                self.health.asked_for_patience(now);
                (Fate::HeldBack, None)
            }
            Outcome::Answered(_) | Outcome::Unanswered => {
                self.health.failed(now, app);
                if queued.attempt == 1 {
                    (Fate::Repeated, None)
                } else {
                    (Fate::Dropped, Some(DropReason::Failed))
                }
            }
        }
    }

    fn put_back(&mut self, sequence: u64, queued: Queued) {
        self.waiting.insert((queued.due, sequence));
        let sent_at = None;
        self.queue.insert(sequence, Queued { sent_at, ..queued });
    }

    /// Drops everything that waits. What is on its way is settled when it is answered.
    fn drop_all(&mut self, now: Timestamp) {
        let reason = match self.health.standing {
            Standing::Live => return,
            Standing::Disabled => DropReason::Disabled,
            Standing::Suspended => DropReason::Suspended,
        };
        for (_, sequence) in std::mem::take(&mut self.waiting) {
            if let Some(queued) = self.queue.remove(&sequence) {
                self.drop_unsent(sequence, queued.notification, reason, now);
            }
        }
    }

    /// Sets the subscription live, and forgets how its receiver has done.
    pub(crate) fn set_live(&mut self) {
        self.health = Health::default();
    }

    /// The subscription with its addresses and topics.
    pub(crate) fn subscription(&self, url: Option<&str>, topics: &[String]) -> Subscription {
        Subscription {
            url: url.map(str::to_owned),
            topics: topics.to_vec(),
            standing: self.health.standing,
            paused_until: self.health.paused_until,
            held_until: self.health.held_until,
            errors_in_a_row: self.health.errors_in_a_row(),
            waiting: self.waiting.len(),
            on_their_way: self.queue.len() - self.waiting.len(),
            counts: self.log.counts().clone(),
        }
    }

    pub(crate) fn records(&self, filter: &DeliveryFilter) -> Vec<DeliveryRecord> {
        self.log.records(filter)
    }

    pub(crate) fn forget_records(&mut self) {
        self.log.clear();
    }

    /// After a load nothing is on its way any more.
    pub(crate) fn forget_flights(&mut self) {
        let waiting = self.queue.iter();
        self.waiting = waiting
            .map(|(sequence, queued)| (queued.due, *sequence))
            .collect();
    }
}

fn is_multiple(number: u64, of: u32) -> bool {
    of > 0 && number.is_multiple_of(u64::from(of))
}
