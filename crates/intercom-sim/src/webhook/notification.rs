//! A notification as it is sent: the envelope around an item, and the signature over its bytes.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, header};
use model::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};

use crate::api::Version;
use crate::signature;

/// Who says to be asking.
pub(crate) const USER_AGENT: &str = "intercom-parrot-service-client/1.0";

/// Topics whose notifications have no id (observed).
const WITHOUT_ID: [&str; 2] = ["ping", "conversation.read"];

/// How times inside an item are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Times {
    /// As the API writes them: whole seconds.
    Seconds,
    /// `2023-08-15T18:49:35.000+00:00` (observed).
    Iso,
}

/// What is told. The item is kept as it is written: a queue can hold 100,000 of them.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Notification {
    pub(super) id: Option<String>,
    pub(super) topic: String,
    item: Box<RawValue>,
    pub(super) created_at: i64,
}

/// What is said of one attempt to deliver.
#[derive(Debug, Clone, Copy)]
pub(super) struct Attempt {
    pub(super) number: u8,
    pub(super) first_sent_at: i64,
}

#[derive(Serialize)]
struct Envelope<'a> {
    r#type: &'static str,
    app_id: &'a str,
    id: Option<&'a str>,
    topic: &'a str,
    data: EventData<'a>,
    links: Links,
    delivery_status: &'static str,
    delivery_attempts: u8,
    delivered_at: i64,
    first_sent_at: i64,
    created_at: i64,
    #[serde(rename = "self")]
    own_address: (),
}

#[derive(Serialize)]
struct EventData<'a> {
    r#type: &'static str,
    item: &'a RawValue,
}

#[derive(Serialize)]
struct Links {}

impl Notification {
    /// A notification about `item`, which gets the id unless its topic has none.
    pub(super) fn about(
        topic: &str,
        item: Value,
        (id, at): (String, Timestamp),
        times: Times,
    ) -> Self {
        let item = match times {
            Times::Seconds => item,
            Times::Iso => with_iso_times(item),
        };
        Self {
            id: (!WITHOUT_ID.contains(&topic)).then_some(id),
            topic: topic.to_owned(),
            item: to_raw_value(&item).expect("an item has only text keys"),
            created_at: at.as_seconds(),
        }
    }

    /// The exact bytes of an attempt.
    pub(super) fn body(&self, workspace: &str, attempt: Attempt) -> Bytes {
        let envelope = Envelope {
            r#type: "notification_event",
            app_id: workspace,
            id: self.id.as_deref(),
            topic: &self.topic,
            data: EventData {
                r#type: "notification_event_data",
                item: &self.item,
            },
            links: Links {},
            delivery_status: if attempt.number == 1 {
                "pending"
            } else {
                "retry"
            },
            delivery_attempts: attempt.number,
            delivered_at: 0,
            first_sent_at: attempt.first_sent_at,
            created_at: self.created_at,
            own_address: (),
        };
        // Pings come with line breaks (observed), so that nobody writes a body again to verify it.
        let written = if self.topic == "ping" {
            serde_json::to_string_pretty(&envelope).map(|text| text + "\n")
        } else {
            serde_json::to_string(&envelope)
        };
        Bytes::from(written.expect("an envelope has only text keys"))
    }
}

/// The headers of a notification with these bytes.
pub(super) fn hub_headers(secret: &str, body: &[u8]) -> HeaderMap {
    headers("x-hub-signature", &signature::hub(secret, body))
}

/// Body and headers of the uninstall notice: another signature, and no envelope.
pub(super) fn uninstall_notice(workspace: &str, secret: &str) -> (Bytes, HeaderMap) {
    let body = Bytes::from(serde_json::json!({ "app_id": workspace }).to_string());
    let headers = headers("x-body-signature", &signature::body(secret, &body));
    (body, headers)
}

fn headers(name: &'static str, signature: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let json = HeaderValue::from_static("application/json");
    headers.insert(header::CONTENT_TYPE, json.clone());
    headers.insert(header::ACCEPT, json);
    let agent = HeaderValue::from_static(USER_AGENT);
    headers.insert(header::USER_AGENT, agent);
    let signature = HeaderValue::from_str(signature).expect("a signature is plain hex");
    headers.insert(name, signature);
    headers
}

/// The item as webhooks of this version write it: up to 2.14 the times of a conversation's statistics
/// are ISO texts.
pub(crate) fn as_of(version: Version, mut item: Value) -> Value {
    if version < Version::V2_15
        && let Some(statistics) = item.get_mut("statistics")
    {
        *statistics = with_iso_times(statistics.take());
    }
    item
}

/// The item with each `…_at` as an ISO text.
fn with_iso_times(item: Value) -> Value {
    match item {
        Value::Object(fields) => {
            let told = fields.into_iter().map(|(name, value)| {
                let seconds = value.as_i64().filter(|_| name.ends_with("_at"));
                let value = seconds.map_or_else(|| with_iso_times(value), iso);
                (name, value)
            });
            Value::Object(told.collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(with_iso_times).collect()),
        plain @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => plain,
    }
}

/// `2023-08-15T18:49:35.000+00:00`.
fn iso(seconds: i64) -> Value {
    let text = Timestamp::from_seconds(seconds).to_rfc3339();
    Value::String(text.replace('Z', "+00:00"))
}
