//! The bytes on the wire.

use serde_json::json;

use super::notification::{Attempt, Notification, Times, hub_headers, uninstall_notice};
use super::*;

const SECRET: &str = "test_client_secret_0123456789abcdef";

fn told(topic: &str, item: Value) -> Notification {
    let id = "notif_00000000-0000-4000-8000-000000000001".to_owned();
    let at = Timestamp::from_seconds(1_692_131_388);
    Notification::about(topic, item, (id, at), Times::Seconds)
}

fn text(notification: &Notification, number: u8) -> String {
    let attempt = Attempt {
        number,
        first_sent_at: 1_692_131_395,
    };
    String::from_utf8(notification.body("a1b2c3d4", attempt).to_vec()).unwrap()
}

#[test]
fn a_notification_is_one_line_in_the_order_of_the_documentation() {
    let deleted = json!({ "type": "contact", "id": "65f642bf674b9af4e9e46dd1", "deleted": true });
    let notification = told("contact.deleted", deleted);
    let first = concat!(
        r#"{"type":"notification_event","app_id":"a1b2c3d4","#,
        r#""id":"notif_00000000-0000-4000-8000-000000000001","topic":"contact.deleted","#,
        r#""data":{"type":"notification_event_data","#,
        r#""item":{"deleted":true,"id":"65f642bf674b9af4e9e46dd1","type":"contact"}},"#,
        r#""links":{},"delivery_status":"pending","delivery_attempts":1,"delivered_at":0,"#,
        r#""first_sent_at":1692131395,"created_at":1692131388,"self":null}"#,
    );
    assert_eq!(text(&notification, 1), first);
    let second = first
        .replace("pending", "retry")
        .replace(r#""delivery_attempts":1"#, r#""delivery_attempts":2"#);
    assert_eq!(text(&notification, 2), second);
}

#[test]
fn a_ping_is_written_over_several_lines_and_has_no_id() {
    let ping = told("ping", json!({ "message": "hello" }));
    let expected = r#"{
  "type": "notification_event",
  "app_id": "a1b2c3d4",
  "id": null,
  "topic": "ping",
  "data": {
    "type": "notification_event_data",
    "item": {"message":"hello"}
  },
  "links": {},
  "delivery_status": "pending",
  "delivery_attempts": 1,
  "delivered_at": 0,
  "first_sent_at": 1692131395,
  "created_at": 1692131388,
  "self": null
}
"#;
    assert_eq!(text(&ping, 1), expected);
    let read = told(
        "conversation.read",
        json!({ "type": "conversation", "id": "1" }),
    );
    assert!(text(&read, 1).contains(r#""id":null,"topic":"conversation.read""#));
}

#[test]
fn the_signatures_are_those_of_the_vectors() {
    let ping = concat!(
        r#"{"type":"notification_event","app_id":"a1b2c3d4","topic":"ping","#,
        r#""data":{"type":"notification_event_data","item":{"type":"ping","message":"hello"}}}"#,
    );
    let headers = hub_headers(SECRET, ping.as_bytes());
    assert_eq!(
        headers["x-hub-signature"],
        "sha1=50d6c19d1a9653ce6e532bbe7d0eba31fd697895"
    );
    let (body, headers) = uninstall_notice("a1b2c3d4", SECRET);
    assert_eq!(body, r#"{"app_id":"a1b2c3d4"}"#);
    assert_eq!(
        headers["x-body-signature"],
        "cf5b76e09a9f9c1301e3f3e6e12ac1707d01853e500d596cf8a3216107843968"
    );
    assert!(!headers.contains_key("x-hub-signature"));
}

#[test]
fn a_full_queue_takes_nothing_more_and_says_so() {
    let mut webhooks = Webhooks::default();
    let now = Timestamp::from_seconds(1_692_131_388);
    for _ in 0..QUEUE_MAX + 2 {
        webhooks.tell(7, "contact.deleted", json!({}), now);
    }
    let standing = webhooks.subscription(None, &[]);
    assert_eq!(standing.waiting, 100_000);
    assert_eq!(standing.counts.dropped[&DropReason::QueueFull], 2);
}

#[test]
fn topics_of_older_versions_do_not_exist() {
    for known in ["contact.user.created", "contact.unarchive", "call.started"] {
        assert!(is_webhook_topic(known), "{known}");
    }
    for unknown in ["contact.created", "user.created", "contact.tag.created", ""] {
        assert!(!is_webhook_topic(unknown), "{unknown}");
    }
}
