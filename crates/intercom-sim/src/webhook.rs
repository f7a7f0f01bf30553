//! Notifications on their way to the app: queued when something changes, signed when they leave,
//! repeated once after a minute (Webhooks, Webhook Notifications).
//!
//! Intercom promises neither order nor exactly-once; the controls make both visible on demand.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use model::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::ids::derived_uuid;
use crate::signature;

/// How long the receiver may take.
pub(crate) const ANSWER_WITHIN: Duration = Duration::from_secs(5);
/// From a failed delivery to its only repetition.
const RETRY_AFTER: Duration = Duration::from_mins(1);
/// Notifications that wait at most; beyond that new ones are dropped, as the vendor does when a
/// receiver stays behind.
const QUEUE_MAX: usize = 100_000;
/// How long a notification may be held back for a receiver that answers 429.
const THROTTLED_MAX: Duration = Duration::from_hours(2);

/// What the receiver did with a notification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It answered in time.
    Answered(StatusCode),
    /// It did not answer within five seconds, or the connection failed.
    Unanswered,
}

/// A request that the world wants to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Names it in [`crate::World::delivered`].
    pub sequence: u64,
    /// The receiver.
    pub url: String,
    /// Signature and content type.
    pub headers: HeaderMap,
    /// Exactly the bytes that were signed.
    pub body: Bytes,
    /// 1, or 2 for the repetition.
    pub attempt: u8,
}

/// What is done to deliveries on purpose.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WebhookControls {
    /// Nothing is sent, and what happens meanwhile is lost.
    pub off: bool,
    /// So many next notifications are lost.
    pub lose_next: u32,
    /// So many next notifications are sent twice.
    pub duplicate_next: u32,
    /// What is due together leaves the latest first.
    pub reverse: bool,
    /// How long each notification waits before it leaves.
    pub delay_ms: u64,
    /// Times inside the item are ISO 8601 texts (observed in 2023 and 2024).
    pub iso_timestamps: bool,
}

/// What is being told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Message {
    Notification {
        id: Option<String>,
        topic: String,
        item: Value,
    },
    /// The uninstall notice: another signature, no envelope, no repetition.
    Uninstalled,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Queued {
    message: Message,
    url: String,
    created_at: i64,
    due: Timestamp,
    first_sent_at: Option<i64>,
    attempt: u8,
    in_flight: bool,
    throttled_since: Option<Timestamp>,
}

/// The queue of one subscription.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Webhooks {
    queue: BTreeMap<u64, Queued>,
    sequence: u64,
    pub(crate) controls: WebhookControls,
    /// A receiver that answered 410 gets nothing more.
    pub(crate) disabled: bool,
    /// How long the receiver's 429s hold everything back by now.
    throttle_ms: u64,
    throttled_until: Option<Timestamp>,
}

impl Webhooks {
    /// Queues a notification.
    pub(crate) fn tell(&mut self, seed: u64, url: &str, topic: &str, item: Value, now: Timestamp) {
        if self.disabled || self.controls.off {
            return;
        }
        if self.controls.lose_next > 0 {
            self.controls.lose_next -= 1;
            return;
        }
        let copies = if self.controls.duplicate_next > 0 {
            2
        } else {
            1
        };
        self.controls.duplicate_next = self.controls.duplicate_next.saturating_sub(1);
        let uuid = derived_uuid(seed, "notification", self.sequence);
        let id = (topic != "ping").then(|| format!("notif_{uuid}"));
        let item = if self.controls.iso_timestamps {
            with_iso_timestamps(item)
        } else {
            item
        };
        let message = Message::Notification {
            id,
            topic: topic.to_owned(),
            item,
        };
        for _ in 0..copies {
            self.push(message.clone(), url, now);
        }
    }

    /// Queues the uninstall notice.
    pub(crate) fn tell_uninstalled(&mut self, url: &str, now: Timestamp) {
        self.push(Message::Uninstalled, url, now);
    }

    fn push(&mut self, message: Message, url: &str, now: Timestamp) {
        if self.queue.len() >= QUEUE_MAX {
            return;
        }
        self.sequence += 1;
        let queued = Queued {
            message,
            url: url.to_owned(),
            created_at: now.as_seconds(),
            due: now.plus(Duration::from_millis(self.controls.delay_ms)),
            first_sent_at: None,
            attempt: 1,
            in_flight: false,
            throttled_since: None,
        };
        self.queue.insert(self.sequence, queued);
    }

    pub(crate) fn next_due(&self) -> Option<Timestamp> {
        let waiting = self.queue.values().filter(|queued| !queued.in_flight);
        waiting
            .map(|queued| queued.due)
            .min()
            .map(|due| due.max(self.held_until()))
    }

    fn held_until(&self) -> Timestamp {
        self.throttled_until.unwrap_or_default()
    }

    /// Takes what is due at `now`. Each delivery must be answered by [`Self::delivered`].
    pub(crate) fn due(&mut self, app: &AppIdentity<'_>, now: Timestamp) -> Vec<Delivery> {
        if now < self.held_until() {
            return Vec::new();
        }
        let mut due: Vec<Delivery> = Vec::new();
        for (sequence, queued) in &mut self.queue {
            if queued.in_flight || queued.due > now {
                continue;
            }
            queued.in_flight = true;
            queued.first_sent_at.get_or_insert(now.as_seconds());
            due.push(queued.delivery(*sequence, app));
        }
        if self.controls.reverse {
            due.reverse();
        }
        due
    }

    /// Settles a delivery: done, repeated once after a minute, or given up.
    pub(crate) fn delivered(&mut self, sequence: u64, outcome: Outcome, now: Timestamp) {
        let Some(mut queued) = self.queue.remove(&sequence) else {
            return;
        };
        queued.in_flight = false;
        match outcome {
            Outcome::Answered(status) if status.is_success() => {
                self.throttle_ms = 0;
                self.throttled_until = None;
            }
            Outcome::Answered(StatusCode::GONE) => {
                self.disabled = true;
                self.queue.clear();
            }
            Outcome::Answered(StatusCode::TOO_MANY_REQUESTS) => {
                let longest = u64::try_from(THROTTLED_MAX.as_millis()).unwrap_or(u64::MAX);
                self.throttle_ms = (self.throttle_ms * 2).clamp(60_000, longest);
                let until = now.plus(Duration::from_millis(self.throttle_ms));
                self.throttled_until = Some(until);
                let since = *queued.throttled_since.get_or_insert(now);
                if until.since(since) <= THROTTLED_MAX {
                    queued.due = until;
                    self.queue.insert(sequence, queued);
                }
            }
            Outcome::Answered(_) | Outcome::Unanswered => {
                let is_repeatable = matches!(queued.message, Message::Notification { .. });
                if is_repeatable && queued.attempt == 1 {
                    queued.attempt = 2;
                    queued.due = now.plus(RETRY_AFTER);
                    self.queue.insert(sequence, queued);
                }
            }
        }
    }

    /// After a load nothing is on its way any more.
    pub(crate) fn forget_flights(&mut self) {
        for queued in self.queue.values_mut() {
            queued.in_flight = false;
        }
    }
}

/// Who is speaking, and with which key.
pub(crate) struct AppIdentity<'a> {
    pub(crate) workspace: &'a str,
    pub(crate) secret: &'a str,
}

impl Queued {
    fn delivery(&self, sequence: u64, app: &AppIdentity<'_>) -> Delivery {
        let mut headers = HeaderMap::new();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        );
        headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(
            header::USER_AGENT,
            HeaderValue::from_static("intercom-parrot-service-client/1.0"),
        );
        let (body, name, signature) = match &self.message {
            Message::Notification { id, topic, item } => {
                let body = self
                    .envelope(id.as_deref(), topic, item, app.workspace)
                    .to_string();
                let signature = signature::hub(app.secret, body.as_bytes());
                (body, "x-hub-signature", signature)
            }
            Message::Uninstalled => {
                let body = json!({ "app_id": app.workspace }).to_string();
                let signature = signature::body(app.secret, body.as_bytes());
                (body, "x-body-signature", signature)
            }
        };
        let signature = HeaderValue::from_str(&signature).expect("a signature is plain hex");
        headers.insert(name, signature);
        Delivery {
            sequence,
            url: self.url.clone(),
            headers,
            body: Bytes::from(body),
            attempt: self.attempt,
        }
    }

    fn envelope(&self, id: Option<&str>, topic: &str, item: &Value, workspace: &str) -> Value {
        json!({
            "type": "notification_event", "app_id": workspace, "id": id, "topic": topic,
            "data": { "type": "notification_event_data", "item": item },
            "links": {}, "delivery_status": if self.attempt == 1 { "pending" } else { "retry" },
            "delivery_attempts": self.attempt, "delivered_at": 0,
            "first_sent_at": self.first_sent_at, "created_at": self.created_at, "self": null,
        })
    }
}

/// The item with each `…_at` as `2023-08-15T18:49:35.000+00:00`.
fn with_iso_timestamps(item: Value) -> Value {
    match item {
        Value::Object(fields) => {
            let told = fields.into_iter().map(|(name, value)| {
                let seconds = value.as_i64().filter(|_| name.ends_with("_at"));
                let value = seconds.map_or_else(|| with_iso_timestamps(value), iso);
                (name, value)
            });
            Value::Object(told.collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(with_iso_timestamps).collect()),
        plain @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => plain,
    }
}

fn iso(seconds: i64) -> Value {
    let text = Timestamp::from_seconds(seconds).to_rfc3339();
    Value::String(text.replace('Z', "+00:00"))
}
