//! What the API does not show of events: in which order they came.

use serde_json::json;

use super::{TrackedEvent, TrackedEvents};
use crate::ids::ObjectId;

fn event(id: &str, contact: ObjectId) -> TrackedEvent {
    TrackedEvent {
        id: id.to_owned(),
        contact,
        name: format!("event-{id}"),
        created_at: 1_750_000_000,
        metadata: json!({}),
    }
}

#[test]
fn what_was_saved_is_forgotten_in_the_order_in_which_it_came() {
    let contact = |id: &str| id.parse::<ObjectId>().unwrap();
    let low = contact("000000000000000000000001");
    let high = contact("000000000000000000000002");
    let mut events = TrackedEvents::default();
    for (id, contact) in [("a", high), ("b", low), ("c", high), ("d", low)] {
        events.add(event(id, contact));
    }
    let saved = serde_json::to_string(&events).unwrap();
    let mut again: TrackedEvents = serde_json::from_str(&saved).unwrap();
    assert_eq!(serde_json::to_string(&again).unwrap(), saved);
    for (forgotten, left) in [("a", vec!["b", "d", "c"]), ("b", vec!["d", "c"])] {
        again.forget_oldest();
        let ids: Vec<&str> = again.all().map(|event| event.id.as_str()).collect();
        assert_eq!(ids, left, "{forgotten} came first");
    }
}
