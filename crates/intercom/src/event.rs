//! Events: what is told about a contact, for workflows and the profile to react to.
//!
//! An event cannot be taken back, and Intercom keeps one of those that have the same contact, name
//! and second. What it would drop or misread without a word is refused here, before it is sent.

use std::collections::BTreeMap;

use model::Timestamp;
use model::ic::ContactId;
use serde::Serialize;
use serde_json::{Value, json};
use url::Url;

use crate::client::{Call, Client};
use crate::error::IntercomError;

/// What is not among the first ten, Intercom ignores.
const METADATA_KEYS_MAX: usize = 10;

/// By this ending of its key Intercom knows a date.
const DATE_SUFFIX: &str = "_date";

/// Something that happened to a contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEvent {
    /// Whom it happened to.
    pub contact: ContactId,
    /// A workspace has at most 120 different ones.
    pub name: String,
    /// To the second. Of two events of one contact, name and second, only one is kept.
    pub created_at: Timestamp,
    /// At most ten. The key of a date ends in `_date`, and no other does.
    pub metadata: BTreeMap<String, EventValue>,
}

/// A value of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventValue {
    /// A text.
    Text(String),
    /// An instant, to the second.
    Date(Timestamp),
    /// A link that shows as a text.
    Link {
        /// Where it leads.
        url: Url,
        /// What is shown.
        text: String,
    },
}

impl Client {
    /// Tells `event`. Sent once: Intercom drops a repetition of the same second, but whether the
    /// first one came is known only by its answer. An event that Intercom would not keep whole is
    /// [`IntercomError::Invalid`] and not sent.
    pub async fn create_event(&self, event: &NewEvent) -> Result<(), IntercomError> {
        // Accepted means an empty body, so there is nothing to read.
        self.write(&call(event)?, |_| Ok(())).await
    }
}

fn call(event: &NewEvent) -> Result<Call, IntercomError> {
    let NewEvent {
        contact,
        name,
        created_at,
        metadata,
    } = event;
    if name.trim().is_empty() {
        return Err(misshapen("event_name", "an event needs a name"));
    }
    if metadata.len() > METADATA_KEYS_MAX {
        return Err(misshapen("metadata", "an event keeps ten values"));
    }
    for (key, value) in metadata {
        if key.ends_with(DATE_SUFFIX) != value.is_date() {
            return Err(misshapen(key, "dates, and only they, have a key in _date"));
        }
    }
    Ok(Call::post(
        "/events",
        &WireEvent {
            event_name: name,
            created_at: created_at.as_seconds(),
            id: contact,
            metadata: metadata
                .iter()
                .map(|(key, value)| (key.as_str(), value.json()))
                .collect(),
        },
    ))
}

fn misshapen(field: &str, why: &str) -> IntercomError {
    IntercomError::Invalid {
        code: "event_malformed".to_owned(),
        message: why.to_owned(),
        field: Some(field.to_owned()),
    }
}

impl EventValue {
    fn is_date(&self) -> bool {
        match self {
            Self::Date(_) => true,
            Self::Text(_) | Self::Link { .. } => false,
        }
    }

    fn json(&self) -> Value {
        match self {
            Self::Text(text) => text.as_str().into(),
            Self::Date(at) => at.as_seconds().into(),
            Self::Link { url, text } => json!({ "url": url, "value": text }),
        }
    }
}

/// The vendor's spelling.
#[derive(Serialize)]
struct WireEvent<'a> {
    event_name: &'a str,
    created_at: i64,
    /// Intercom's own; leads have no other.
    id: &'a ContactId,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    metadata: BTreeMap<&'a str, Value>,
}

#[cfg(test)]
mod tests;
