//! What changed and what went, by spans of time.

use std::time::Duration;

use salesforce_sim::{Object, RecordId};
use serde_json::{Value as Json, json};

use crate::world::{Org, ada, refusal};

fn span(what: &str, start: &str, end: &str) -> String {
    let encoded = |time: &str| -> String {
        let instant = format!("2026-06-10T{time}+00:00");
        url::form_urlencoded::byte_serialize(instant.as_bytes()).collect()
    };
    format!(
        "sobjects/Lead/{what}/?start={}&end={}",
        encoded(start),
        encoded(end)
    )
}

/// An org at noon and three minutes, with a Lead of each minute before.
fn three_leads() -> (Org, Vec<RecordId>) {
    let mut org = Org::empty();
    let mut leads = Vec::new();
    for _ in 0..3 {
        leads.push(org.create("Lead", &ada()));
        org.wait(Duration::from_mins(1));
    }
    (org, leads)
}

#[test]
fn spans_are_whole_minutes_from_start_to_before_end() {
    let (mut org, leads) = three_leads();
    let (status, body) = org.get(&span("updated", "12:00:59", "12:02:30"));
    assert_eq!(status, 200);
    assert_eq!(
        body,
        json!({
            "ids": [leads[0], leads[1]],
            "latestDateCovered": "2026-06-10T12:02:00.000+0000",
        })
    );
    // Nobody can vouch for the future.
    let (_, body) = org.get(&span("updated", "12:00:00", "13:00:00"));
    assert_eq!(body["ids"].as_array().unwrap().len(), 3);
    assert_eq!(body["latestDateCovered"], "2026-06-10T12:03:00.000+0000");
    org.call(
        "DELETE",
        &format!("sobjects/Lead/{}", leads[0]),
        &Json::Null,
    );
    let (_, body) = org.get(&span("updated", "12:00:00", "13:00:00"));
    assert_eq!(body["ids"], json!([leads[1], leads[2]]));
}

#[test]
fn an_open_transaction_holds_the_covered_date_back() {
    let (mut org, _) = three_leads();
    org.world.delay_commits(Some(Duration::from_mins(10)));
    let late = org.create("Lead", &ada());
    org.world.delay_commits(None);
    org.wait(Duration::from_mins(5));
    let until = |org: &mut Org| {
        let (_, body) = org.get(&span("updated", "12:02:00", "12:08:00"));
        let ids = body["ids"].as_array().unwrap();
        let has_late = ids.contains(&json!(late));
        (
            has_late,
            body["latestDateCovered"].as_str().unwrap().to_owned(),
        )
    };
    assert_eq!(
        until(&mut org),
        (false, "2026-06-10T12:03:00.000+0000".to_owned())
    );
    let (_, deleted) = org.get(&span("deleted", "12:02:00", "12:08:00"));
    assert_eq!(deleted["latestDateCovered"], "2026-06-10T12:03:00.000+0000");
    org.wait(Duration::from_mins(5));
    assert_eq!(
        until(&mut org),
        (true, "2026-06-10T12:08:00.000+0000".to_owned())
    );
}

#[test]
fn what_was_deleted_is_told_even_after_it_was_purged() {
    let (mut org, leads) = three_leads();
    let delete = |org: &mut Org, id: RecordId| {
        let path = format!("sobjects/Lead/{id}");
        assert_eq!(org.call("DELETE", &path, &Json::Null).0, 204);
        org.wait(Duration::from_mins(1));
    };
    delete(&mut org, leads[2]);
    delete(&mut org, leads[0]);
    let expected = json!({
        "deletedRecords": [
            {"id": leads[2], "deletedDate": "2026-06-10T12:03:00.000+0000"},
            {"id": leads[0], "deletedDate": "2026-06-10T12:04:00.000+0000"},
        ],
        "earliestDateAvailable": "2026-05-11T12:05:00.000+0000",
        "latestDateCovered": "2026-06-10T12:05:00.000+0000",
    });
    let path = span("deleted", "12:00:00", "12:05:00");
    assert_eq!(org.get(&path), (200, expected.clone()));
    org.world.purge_as_rep(leads[2]).unwrap();
    assert_eq!(org.get(&path), (200, expected));
    org.world.undelete_as_rep(leads[0]).unwrap();
    let (_, body) = org.get(&path);
    assert_eq!(body["deletedRecords"].as_array().unwrap().len(), 1);
}

#[test]
fn forgotten_deletions_cannot_be_asked_for() {
    let (mut org, leads) = three_leads();
    let purge = format!("/_sim/records/{}/purge", leads[0]);
    assert_eq!(org.call("POST", &purge, &Json::Null).0, 200);
    org.wait(Duration::from_mins(5));
    let forget = json!({"object": "Lead", "before": "2026-06-10T12:05:00Z"});
    assert_eq!(org.call("POST", "/_sim/replication/forget", &forget).0, 200);
    assert_eq!(
        refusal(org.get(&span("deleted", "12:00:00", "12:08:00"))),
        "400 INVALID_REPLICATION_DATE: startDate is before the earliest date for which deletions \
         are available"
    );
    let (_, body) = org.get(&span("deleted", "12:03:00", "12:08:00"));
    assert_eq!(
        body,
        json!({
            "deletedRecords": [],
            "earliestDateAvailable": "2026-06-10T12:03:00.000+0000",
            "latestDateCovered": "2026-06-10T12:08:00.000+0000",
        })
    );
    // Other objects lost nothing.
    let path = span("deleted", "12:00:00", "12:08:00").replace("Lead", Object::Contact.name());
    assert_eq!(org.get(&path).0, 200);
}

#[test]
fn a_span_is_longer_than_a_minute_and_not_too_old() {
    let (mut org, _) = three_leads();
    let too_short =
        "400 INVALID_REPLICATION_DATE: endDate must be more than one minute after startDate";
    for what in ["updated", "deleted"] {
        assert_eq!(
            refusal(org.get(&span(what, "12:00:00", "12:01:00"))),
            too_short
        );
        assert_eq!(
            refusal(org.get(&span(what, "12:00:01", "12:01:59"))),
            too_short
        );
        assert_eq!(
            refusal(org.get(&span(what, "12:05:00", "12:00:00"))),
            too_short
        );
        assert_eq!(org.get(&span(what, "12:00:59", "12:02:00")).0, 200);
        let old =
            format!("sobjects/Lead/{what}?start=2026-05-11T12:02:59Z&end=2026-06-10T12:00:00Z");
        assert_eq!(
            refusal(org.get(&old)),
            "400 INVALID_REPLICATION_DATE: startDate cannot be more than 30 days ago"
        );
        let edge = old.replace("12:02:59", "12:03:00");
        assert_eq!(org.get(&edge).0, 200);
    }
    // A plus sign that was not encoded is a space.
    let unencoded =
        "sobjects/Lead/updated?start=2026-06-10T12:00:00+00:00&end=2026-06-10T12:02:00Z";
    assert_eq!(
        refusal(org.get(unencoded)),
        "400 INVALID_REPLICATION_DATE: start is not a valid date and time: 2026-06-10T12:00:00 \
         00:00"
    );
    assert_eq!(
        refusal(org.get("sobjects/Lead/updated")),
        "400 INVALID_REPLICATION_DATE: start is not a valid date and time: "
    );
}

#[tokio::test]
async fn a_saved_org_remembers_its_day_and_what_was_purged() {
    use std::sync::Arc;

    use model::ManualClock;
    use salesforce_sim::Sim;

    let clock = Arc::new(ManualClock::at(crate::world::noon()));
    let sim = Sim::new(crate::world::empty(), clock.clone(), 7);
    let id = sim.create_as_rep(Object::Lead, &ada()).unwrap();
    sim.with_world(|world| world.purge_as_rep(id)).unwrap();
    sim.with_world(|world| world.set_used_requests(7));
    let mut file = Vec::new();
    sim.save(&mut file).unwrap();
    clock.advance(Duration::from_mins(5));
    let loaded = Sim::load(&mut file.as_slice(), clock, 7).unwrap();
    assert_eq!(loaded.with_world(|world| world.used_requests()), 7);
    let mut entropy = model::SeededEntropy::new(7, "test");
    let request = http::Request::get(format!(
        "/services/data/v67.0/{}",
        span("deleted", "12:00:00", "12:02:00")
    ))
    .header("authorization", "Bearer token")
    .body(bytes::Bytes::new())
    .unwrap();
    let now = crate::world::noon().plus(Duration::from_mins(5));
    let response = loaded.with_world(|world| world.handle(now, &mut entropy, &request));
    let body: Json = serde_json::from_slice(&response.into_body().into_bytes()).unwrap();
    assert_eq!(
        body["deletedRecords"],
        json!([{"id": id, "deletedDate": "2026-06-10T12:00:00.000+0000"}])
    );
}

#[test]
fn what_is_computed_cannot_be_replicated() {
    let mut org = Org::empty();
    let path = span("updated", "12:00:00", "12:08:00").replace("Lead", "UserRecordAccess");
    assert_eq!(
        refusal(org.get(&path)),
        "400 INVALID_TYPE: entity type UserRecordAccess cannot be replicated"
    );
    let (_, described) = org.get("sobjects/UserRecordAccess/describe");
    assert_eq!(described["replicateable"], false);
}
