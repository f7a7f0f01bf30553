//! Promises of `Persons` about records that became others, and of who follows them.

use model::{ConnectionId, Subject, sf};

use super::rows::{
    absorption, at, body, connected, contact, contact_id, drain, given, key, lead_id, link,
    matched, persons, read, record,
};
use crate::{PersonRows, RecordRow, Settlement, Source, Store};

fn merged(id: sf::RecordId, email: &str, into: sf::RecordId) -> RecordRow {
    let mut row = record(id, email, 10);
    row.gone = true;
    row.successor = Some(into);
    row
}

fn converted(id: sf::RecordId, email: &str, into: sf::RecordId) -> RecordRow {
    let mut row = record(id, email, 10);
    row.successor = Some(into);
    row
}

async fn ada(store: &impl Store, c: ConnectionId) -> PersonRows {
    let rows = store.persons(c, &[matched("ada@acme.io")]).await.unwrap();
    rows.into_iter().next().unwrap()
}

/// Changes a record's body; returns who is due.
async fn changed(store: &impl Store, c: ConnectionId, mut row: RecordRow) -> Vec<Subject> {
    row.stamp = at(30);
    row.body = body(&["changed"]);
    let mut reading = absorption(30);
    reading.records = vec![read(row, Source::Snapshot)];
    store.absorb(c, &reading).await.unwrap();
    let mut due = drain(store, c).await;
    due.sort();
    due
}

/// Losers of merges come apart; the end of each chain comes once, converted Leads on the way do
/// not.
pub async fn chains_are_followed_to_their_ends(store: &impl Store) {
    let c = connected(store, "acme").await;
    let end = record(contact_id(2), "byron@acme.io", 10);
    let loser = merged(lead_id(1), "ada@acme.io", lead_id(2));
    let second = converted(lead_id(2), "king@acme.io", contact_id(1));
    let third = merged(contact_id(1), "king@acme.io", contact_id(2));
    let own = converted(lead_id(3), "ada@acme.io", contact_id(2));
    let mut deleted = record(lead_id(4), "ada@acme.io", 10);
    deleted.gone = true;
    let records = vec![
        loser.clone(),
        second,
        third,
        end.clone(),
        own.clone(),
        deleted,
    ];
    given(store, c, vec![], records).await;
    let rows = ada(store, c).await;
    assert_eq!(rows.records, [own]);
    assert_eq!(rows.merged, [loser]);
    assert_eq!(rows.successors, [end]);
    let expected = [(lead_id(1), contact_id(2)), (lead_id(3), contact_id(2))];
    assert_eq!(rows.became, expected);
}

/// Five steps, and no more; an end that is gone is none.
pub async fn a_chain_ends_after_five_steps(store: &impl Store) {
    let c = connected(store, "acme").await;
    let mut records = vec![record(lead_id(6), "end@acme.io", 10)];
    for number in 1..6 {
        let email = format!("p{number}@acme.io");
        records.push(merged(lead_id(number), &email, lead_id(number + 1)));
    }
    records.push(merged(lead_id(9), "p9@acme.io", lead_id(1)));
    let mut deleted = record(lead_id(8), "end@acme.io", 10);
    deleted.gone = true;
    records.push(deleted);
    records.push(merged(lead_id(7), "p7@acme.io", lead_id(8)));
    given(store, c, vec![], records).await;
    for (email, became) in [
        ("p1@acme.io", vec![(lead_id(1), lead_id(6))]),
        ("p9@acme.io", vec![]),
        ("p7@acme.io", vec![]),
    ] {
        let rows = store.persons(c, &[matched(email)]).await.unwrap();
        assert_eq!(rows[0].became, became, "{email}");
        assert_eq!(rows[0].successors.len(), became.len(), "{email}");
    }
    let due = changed(store, c, record(lead_id(6), "end@acme.io", 10)).await;
    let reached = ["end", "p1", "p2", "p3", "p4", "p5"].map(|name| format!("{name}@acme.io"));
    let reached: Vec<&str> = reached.iter().map(String::as_str).collect();
    assert_eq!(due, persons(&reached));
}

/// A Lead that was converted and deleted then: the pin stays on it, and what it became counts.
pub async fn a_gone_pin_is_stood_for_by_the_end_of_its_chain(store: &impl Store) {
    let c = connected(store, "acme").await;
    let end = record(contact_id(1), "byron@acme.io", 10);
    let next = merged(contact_id(2), "byron@acme.io", contact_id(1));
    given(store, c, vec![], vec![end.clone(), next]).await;
    let pinned = merged(lead_id(1), "king@acme.io", contact_id(2));
    store
        .put_pin(c, &key("ada@acme.io"), &pinned, "7", at(20))
        .await
        .unwrap();
    drain(store, c).await;
    let rows = ada(store, c).await;
    assert_eq!(rows.pinned, Some(end.clone()));
    assert_eq!(rows.successors, [end]);
    assert_eq!(rows.became, [(lead_id(1), contact_id(1))]);
}

/// A contact that shows a record of another key follows it into what it becomes.
pub async fn a_linked_record_that_left_the_person_is_read(store: &impl Store) {
    let c = connected(store, "acme").await;
    let left = merged(lead_id(1), "king@acme.io", lead_id(2));
    let winner = record(lead_id(2), "king@acme.io", 10);
    let own = record(lead_id(3), "ada@acme.io", 10);
    let contacts = ["a", "b", "c"].map(|id| contact(id, "ada@acme.io", 10));
    let records = vec![left.clone(), winner.clone(), own];
    given(store, c, contacts.to_vec(), records).await;
    let mut linked = Settlement::of(matched("ada@acme.io"));
    linked.links = vec![
        link("a", lead_id(1)),
        link("b", lead_id(3)),
        link("c", lead_id(9)),
    ];
    store.settle(c, &[linked], at(20)).await.unwrap();
    let rows = ada(store, c).await;
    assert_eq!(rows.linked, std::slice::from_ref(&left));
    assert_eq!(rows.became, [(lead_id(1), lead_id(2))]);
    assert_eq!(rows.successors, std::slice::from_ref(&winner));
    let both = persons(&["ada@acme.io", "king@acme.io"]);
    assert_eq!(changed(store, c, winner).await, both);
    assert_eq!(changed(store, c, left).await, both);
}
