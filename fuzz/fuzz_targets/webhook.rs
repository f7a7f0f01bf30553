//! Any bytes are a notification of Intercom or are refused by name; none make the reader panic. What
//! is read does not depend on how the JSON is spaced, ordered or escaped.
//!
//! An input is a body as a whole, or a topic in its first line and an item below.
#![no_main]

use intercom::webhook::{self, Notification, WebhookError};
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};

fuzz_target!(|input: &[u8]| {
    read(input);
    let lines = str::from_utf8(input).ok().and_then(|text| text.split_once('\n'));
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
        Err(WebhookError::NobodyNamed { topic }) => {
            assert!(!topic.as_str().is_empty());
            return None;
        }
        Err(WebhookError::NotANotification(_) | WebhookError::NotANotice(_)) => return None,
    };
    if let Ok(value) = serde_json::from_slice::<Value>(body) {
        let again = webhook::parse(value.to_string().as_bytes());
        assert_eq!(again.ok().as_ref(), Some(&told));
    }
    Some(told)
}
