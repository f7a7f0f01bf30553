use super::*;

fn event(metadata: &[(&str, EventValue)]) -> NewEvent {
    NewEvent {
        contact: "5ba6".parse().unwrap(),
        name: "SALESFORCE_CHANGE_STATUS".to_owned(),
        created_at: Timestamp::from_millis(1_734_537_390_999),
        metadata: metadata
            .iter()
            .map(|(key, value)| ((*key).to_owned(), value.clone()))
            .collect(),
    }
}

fn text() -> EventValue {
    EventValue::Text("Open".to_owned())
}

/// The field that is named and the reason; `None` if the event can be sent.
fn refused(event: &NewEvent) -> Option<String> {
    match call(event) {
        Ok(_) => None,
        Err(IntercomError::Invalid { field, message, .. }) => {
            Some(format!("{}: {message}", field.unwrap()))
        }
        Err(other) => panic!("{other:?}"),
    }
}

#[test]
fn a3_a_date_and_its_key_belong_together() {
    let date = EventValue::Date(Timestamp::from_seconds(1_734_480_000));
    let link = EventValue::Link {
        url: "https://crm.example/o/1".parse().unwrap(),
        text: "Lead".to_owned(),
    };
    let why = "dates, and only they, have a key in _date";
    assert_eq!(refused(&event(&[("changed_date", date.clone())])), None);
    assert_eq!(
        refused(&event(&[("changed_at", date)])),
        Some(format!("changed_at: {why}"))
    );
    for value in [text(), link] {
        assert_eq!(
            refused(&event(&[("from_date", value)])),
            Some(format!("from_date: {why}"))
        );
    }
}

#[test]
fn an_eleventh_value_is_refused_because_intercom_would_drop_it() {
    let mut full = event(&[]);
    for number in 0..10 {
        full.metadata.insert(format!("key_{number}"), text());
    }
    assert_eq!(refused(&full), None);
    full.metadata.insert("one_more".to_owned(), text());
    assert_eq!(
        refused(&full).as_deref(),
        Some("metadata: an event keeps ten values")
    );
}

#[test]
fn an_event_without_a_name_is_refused() {
    let mut nameless = event(&[]);
    nameless.name = " ".to_owned();
    assert_eq!(
        refused(&nameless).as_deref(),
        Some("event_name: an event needs a name")
    );
}
