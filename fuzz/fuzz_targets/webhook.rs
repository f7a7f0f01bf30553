//! Any bytes are a notification of Intercom or are refused by name; none make the reader panic. What
//! is read does not depend on how the JSON is spaced, ordered or escaped.
//!
//! An input is a body as a whole, or a topic in its first line and an item below.
#![no_main]

use std::collections::BTreeSet;
use std::fmt;

use intercom::webhook::{self, Notification, WebhookError};
use libfuzzer_sys::fuzz_target;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Value, json};

fuzz_target!(|input: &[u8]| {
    read(input);
    let lines = str::from_utf8(input)
        .ok()
        .and_then(|text| text.split_once('\n'));
    if let Some((topic, item)) = lines
        && let Ok(item) = serde_json::from_str::<Value>(item)
    {
        let body = json!({
            "type": "notification_event", "app_id": "a1b2c3d4", "topic": topic,
            "data": { "type": "notification_event_data", "item": item },
        });
        if let Some(told) = read(body.to_string().as_bytes()) {
            assert_eq!(told.topic.as_str(), topic);
            assert_eq!(told.workspace_id.as_str(), "a1b2c3d4");
        }
    }
    // Nobody who is not signed gets so far, but it must not matter.
    let _ = webhook::uninstalled_workspace(input);
});

/// Reads a body, and once more after it was written anew.
fn read(body: &[u8]) -> Option<Notification> {
    let told = match webhook::parse(body) {
        Ok(told) => told,
        Err(WebhookError::NobodyNamed { topic, .. }) => {
            assert!(!topic.as_str().is_empty());
            return None;
        }
        Err(WebhookError::NotANotification(_) | WebhookError::NotANotice(_)) => return None,
    };
    if let Ok(Plain) = serde_json::from_slice(body)
        && let Ok(value) = serde_json::from_slice::<Value>(body)
    {
        let again = webhook::parse(value.to_string().as_bytes());
        assert_eq!(again.ok().as_ref(), Some(&told));
    }
    Some(told)
}

/// JSON in which no object has a name twice: writing such a one anew would drop members.
struct Plain;

impl<'de> Deserialize<'de> for Plain {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        json.deserialize_any(Plain)
    }
}

impl<'de> Visitor<'de> for Plain {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON without a name that is there twice")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_str<E>(self, _: &str) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_unit<E>(self) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self, A::Error> {
        while let Some(Plain) = list.next_element()? {}
        Ok(self)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self, A::Error> {
        let mut names = BTreeSet::new();
        while let Some((name, Plain)) = members.next_entry::<String, Self>()? {
            if !names.insert(name) {
                return Err(A::Error::custom("a name is there twice"));
            }
        }
        Ok(self)
    }
}
