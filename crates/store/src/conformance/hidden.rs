//! Promises of `Mirror` about records that do not come although nobody said that they were deleted.

use model::{ConnectionId, Lane, Reason};

use super::rows::{
    absorption, at, body, connected, drain, given, lead_id, persons, read, record, tickets,
};
use crate::{RecordRow, Side, Sighting, Source, Store};

async fn row(store: &impl Store, c: ConnectionId) -> RecordRow {
    store.record(c, lead_id(1)).await.unwrap().unwrap()
}

/// Stores Ada's Lead and hides it at second 50.
async fn hidden(store: &impl Store) -> ConnectionId {
    let c = connected(store, "acme").await;
    given(
        store,
        c,
        vec![],
        vec![record(lead_id(1), "ada@acme.io", 10)],
    )
    .await;
    let others = store.hide_records(c, &[lead_id(1)], at(50)).await.unwrap();
    assert_eq!(others, []);
    drain(store, c).await;
    c
}

/// It still is its person's, who is due once; what is not stored, or gone, is named.
pub async fn a_hidden_record_stays_with_its_person(store: &impl Store) {
    let c = connected(store, "acme").await;
    let mut gone = record(lead_id(2), "eve@acme.io", 10);
    gone.gone = true;
    let shown = record(lead_id(1), "ada@acme.io", 10);
    given(store, c, vec![], vec![shown.clone(), gone]).await;
    store.mark_stale(c, &[], &[lead_id(1)]).await.unwrap();
    let ids = [lead_id(3), lead_id(1), lead_id(2)];
    let others = store.hide_records(c, &ids, at(50)).await.unwrap();
    assert_eq!(others, [lead_id(3), lead_id(2)]);
    let due: Vec<_> = tickets(store, c)
        .await
        .into_iter()
        .map(|ticket| (ticket.lane, ticket.due, ticket.reason))
        .collect();
    assert_eq!(due, [(Lane::Repair, at(50), Reason::FollowUp)]);
    assert_eq!(drain(store, c).await, persons(&["ada@acme.io"]));
    let expected = RecordRow {
        hidden: true,
        seen_at: at(50),
        ..shown
    };
    assert_eq!(row(store, c).await, expected);
    let asked = [super::rows::matched("ada@acme.io")];
    let rows = store.persons(c, &asked).await.unwrap();
    assert_eq!(rows[0].records, [expected]);
    store.hide_records(c, &ids[1..2], at(60)).await.unwrap();
    assert_eq!(drain(store, c).await, []);
    assert_eq!(row(store, c).await.seen_at, at(60));
}

/// A webhook's or poll's page that is not older, an answer, a scan: it is seen again, and its
/// person is due (a scan marks nobody).
pub async fn a_reading_shows_a_hidden_record_again(store: &impl Store) {
    let c = hidden(store).await;
    let mut seconds = 60;
    for source in [Source::Snapshot, Source::Answer] {
        let mut shown = record(lead_id(1), "ada@acme.io", 10);
        shown.seen_at = at(seconds);
        let mut reading = absorption(seconds);
        reading.records = vec![read(shown.clone(), source)];
        let absorbed = store.absorb(c, &reading).await.unwrap();
        assert_eq!(absorbed.records, [Sighting::Changed], "{source:?}");
        assert_eq!(drain(store, c).await, persons(&["ada@acme.io"]));
        assert_eq!(row(store, c).await, shown);
        seconds += 10;
        let hide = store.hide_records(c, &[lead_id(1)], at(seconds)).await;
        assert_eq!(hide.unwrap(), []);
        drain(store, c).await;
        seconds += 10;
    }
    let mut older = record(lead_id(1), "ada@acme.io", 9);
    older.body = body(&["older"]);
    let mut reading = absorption(seconds);
    reading.records = vec![read(older, Source::Snapshot)];
    let absorbed = store.absorb(c, &reading).await.unwrap();
    assert_eq!(absorbed.records, [Sighting::Older]);
    assert!(row(store, c).await.hidden);
    let scan = store
        .begin_scan(c, Side::Salesforce, at(200))
        .await
        .unwrap();
    let mut shown = record(lead_id(1), "ada@acme.io", 10);
    shown.seen_at = at(201);
    let staged = vec![shown.clone()];
    store.stage_records(&scan, staged).await.unwrap();
    assert_eq!(store.finish_scan(&scan).await.unwrap().changed, 1);
    assert_eq!(row(store, c).await, shown);
}

/// It was asked for by id before; asking again with every scan would tell nothing new.
pub async fn a_hidden_record_is_not_missed(store: &impl Store) {
    let c = hidden(store).await;
    let scan = store
        .begin_scan(c, Side::Salesforce, at(100))
        .await
        .unwrap();
    assert_eq!(store.finish_scan(&scan).await.unwrap().missing, 0);
    let missing = store.missing_records(&scan, None, 10).await.unwrap();
    assert_eq!(missing, []);
}

/// An admin's word counts for a hidden record only, and until Salesforce shows it after all.
pub async fn an_admin_can_say_that_a_hidden_record_is_deleted(store: &impl Store) {
    let c = hidden(store).await;
    assert!(store.forget_hidden(c, lead_id(1), at(60)).await.unwrap());
    let due = tickets(store, c).await;
    assert_eq!((due[0].lane, due[0].due), (Lane::Interactive, at(60)));
    assert_eq!(drain(store, c).await, persons(&["ada@acme.io"]));
    let now = row(store, c).await;
    assert_eq!((now.gone, now.hidden), (true, false));
    for unknown in [lead_id(1), lead_id(2)] {
        assert!(!store.forget_hidden(c, unknown, at(70)).await.unwrap());
    }
    assert_eq!(drain(store, c).await, []);
    let shown = record(lead_id(1), "ada@acme.io", 10);
    let mut reading = absorption(80);
    reading.records = vec![read(shown.clone(), Source::Snapshot)];
    store.absorb(c, &reading).await.unwrap();
    assert_eq!(row(store, c).await, shown);
}
