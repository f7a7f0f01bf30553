//! Telling events: what is sent, and that it is sent once.

use std::collections::BTreeMap;

use intercom::{EventValue, IntercomError, NewEvent, Outcome};
use model::Timestamp;
use serde_json::json;
use transport::{RetryWhen, TransportError};

use crate::script::{Answer, Script, refused, reply};

fn status_changed() -> NewEvent {
    let text = |text: &str| EventValue::Text(text.to_owned());
    let link = EventValue::Link {
        url: "https://crm.example/lead/1?a=1&b=2"
            .parse()
            .expect("it is an address"),
        text: "Ada <Lee>".to_owned(),
    };
    let metadata = [
        ("from", text("Open")),
        ("to", text("Closed \"won\"")),
        (
            "changed_date",
            EventValue::Date(Timestamp::from_millis(1_734_480_000_999)),
        ),
        ("record", link),
    ];
    NewEvent {
        contact: "5ba6".parse().expect("it is an id"),
        name: "SALESFORCE_CHANGE_STATUS".to_owned(),
        created_at: Timestamp::from_millis(1_734_537_390_016),
        metadata: metadata
            .into_iter()
            .map(|(key, value)| (key.to_owned(), value))
            .collect(),
    }
}

#[tokio::test]
async fn a3_an_event_is_told_with_dates_in_seconds_and_a_link_with_its_text() {
    let script = Script::of([reply(202, &[], "")]);
    script
        .client()
        .create_event(&status_changed())
        .await
        .unwrap();
    assert_eq!(script.asked(), ["POST /events"]);
    let sent = json!({
        "event_name": "SALESFORCE_CHANGE_STATUS",
        "created_at": 1_734_537_390,
        "id": "5ba6",
        "metadata": {
            "from": "Open",
            "to": "Closed \"won\"",
            "changed_date": 1_734_480_000,
            "record": { "url": "https://crm.example/lead/1?a=1&b=2", "value": "Ada <Lee>" },
        },
    });
    assert_eq!(script.json_bodies(), [sent]);
}

#[tokio::test]
async fn an_event_without_an_answer_is_not_told_again() {
    let lost = Answer::Failure(TransportError::Broken {
        source: "reset".into(),
    });
    for answer in [lost, reply(503, &[], "")] {
        let script = Script::of([answer]);
        let error = script
            .client()
            .create_event(&status_changed())
            .await
            .unwrap_err();
        assert_eq!(error.outcome(), Outcome::Unknown, "{error:?}");
        assert_eq!(script.asked(), ["POST /events"]);
    }
}

#[tokio::test]
async fn an_event_of_nobody_is_refused() {
    let script = Script::of([refused(404, "not_found", "User Not Found")]);
    let error = script
        .client()
        .create_event(&status_changed())
        .await
        .unwrap_err();
    assert!(matches!(error, IntercomError::NotFound), "{error:?}");
}

#[tokio::test]
async fn a_misshapen_event_never_leaves() {
    let script = Script::of([]);
    let date = EventValue::Date(Timestamp::from_seconds(1));
    let event = NewEvent {
        metadata: BTreeMap::from([("changed".to_owned(), date)]),
        ..status_changed()
    };
    let error = script.client().create_event(&event).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "Intercom refuses it: dates, and only they, have a key in _date (event_malformed)"
    );
    assert_eq!(error.outcome(), Outcome::Refused);
    assert_eq!(error.retry_when(), RetryWhen::Changed);
    assert_eq!(script.asked(), [""; 0]);
}
