//! Promises of `Aliases`, and of what moves with a merge.

use model::{ConnectionId, Lane, Subject, sf};

use super::rows::{
    absorption, at, connected, contact, contact_id, drain, given, ic_id, key, lead_id, link,
    matched, new_intent, org, persons, read, record, tickets,
};
use crate::{IntentState, OpenedIntent, PersonRows, RecordRow, Settlement, Side, Source, Store};

/// The loser of a merge, as the recycle bin shows it.
fn merged(id: sf::RecordId, email: &str, into: sf::RecordId, seconds: i64) -> RecordRow {
    let mut row = record(id, email, seconds);
    row.gone = true;
    row.successor = Some(into);
    row
}

async fn absorb_record(store: &impl Store, c: ConnectionId, row: RecordRow) -> Vec<Subject> {
    let mut reading = absorption(100);
    reading.records = vec![read(row, Source::Answer)];
    store.absorb(c, &reading).await.unwrap();
    let mut due = drain(store, c).await;
    due.sort();
    due
}

/// Absorbs that `loser` was merged into `survivor`; returns who is due.
async fn merge(store: &impl Store, c: ConnectionId, loser: &str, survivor: &str) -> Vec<Subject> {
    let mut reading = absorption(100);
    reading.contacts_merged = vec![(ic_id(loser), ic_id(survivor))];
    store.absorb(c, &reading).await.unwrap();
    let mut due = drain(store, c).await;
    due.sort();
    due
}

async fn person(store: &impl Store, c: ConnectionId, email: &str) -> PersonRows {
    store.persons(c, &[matched(email)]).await.unwrap().remove(0)
}

async fn pinned(store: &impl Store, c: ConnectionId, email: &str) -> Option<sf::RecordId> {
    person(store, c, email).await.pinned.map(|row| row.id)
}

/// By merge and by conversion, over several steps; a record that stands for itself has none.
pub async fn what_stands_for_a_record_is_known_over_its_steps(store: &impl Store) {
    let c = connected(store, "acme").await;
    let mut converted = record(lead_id(2), "ada@acme.io", 10);
    converted.successor = Some(contact_id(1));
    let records = vec![
        merged(lead_id(1), "ada@acme.io", lead_id(2), 10),
        converted,
        merged(contact_id(1), "ada@acme.io", contact_id(2), 10),
        record(contact_id(2), "ada@acme.io", 10),
    ];
    given(store, c, vec![], records).await;
    for old in [lead_id(1), lead_id(2), contact_id(1)] {
        let alias = store.record_alias(c, old).await.unwrap();
        assert_eq!(alias, Some(contact_id(2)), "{old}");
    }
    assert_eq!(store.record_alias(c, contact_id(2)).await.unwrap(), None);
    let other = connected(store, "beta").await;
    assert_eq!(store.record_alias(other, lead_id(1)).await.unwrap(), None);
}

/// A circle of ids, which only a damaged org has, ends.
pub async fn a_circle_of_aliases_is_left(store: &impl Store) {
    let c = connected(store, "acme").await;
    let records = vec![
        merged(lead_id(1), "ada@acme.io", lead_id(2), 10),
        merged(lead_id(2), "ada@acme.io", lead_id(1), 10),
    ];
    given(store, c, vec![], records).await;
    assert!(store.record_alias(c, lead_id(1)).await.unwrap().is_some());
    let rows = person(store, c, "ada@acme.io").await;
    assert_eq!((rows.merged.len(), rows.became), (2, vec![]));
}

/// Whatever told of the merge: an absorption, a scan, or a purge that shows nothing any more.
pub async fn an_alias_outlives_the_row_and_goes_when_the_record_comes_back(store: &impl Store) {
    let c = connected(store, "acme").await;
    let scan = store.begin_scan(c, Side::Salesforce, at(50)).await.unwrap();
    let row = merged(lead_id(1), "ada@acme.io", lead_id(2), 10);
    store.stage_records(&scan, vec![row]).await.unwrap();
    store.finish_scan(&scan).await.unwrap();
    let alias = async || store.record_alias(c, lead_id(1)).await.unwrap();
    assert_eq!(alias().await, Some(lead_id(2)));
    let mut purged = record(lead_id(1), "", 0);
    purged.gone = true;
    absorb_record(store, c, purged).await;
    assert_eq!(alias().await, Some(lead_id(2)));
    absorb_record(store, c, record(lead_id(1), "ada@acme.io", 60)).await;
    assert_eq!(alias().await, None);
}

/// The choice is not lost with the record that was chosen; the person follows.
pub async fn a_pin_moves_with_a_merged_record(store: &impl Store) {
    let c = connected(store, "acme").await;
    let chosen = record(lead_id(1), "king@acme.io", 10);
    let winner = record(lead_id(2), "countess@acme.io", 10);
    given(store, c, vec![], vec![winner]).await;
    let ada = key("ada@acme.io");
    store.put_pin(c, &ada, &chosen, "7", at(20)).await.unwrap();
    drain(store, c).await;
    let loser = merged(lead_id(1), "king@acme.io", lead_id(2), 11);
    let due = absorb_record(store, c, loser).await;
    let everybody = ["ada@acme.io", "countess@acme.io", "king@acme.io"];
    assert_eq!(due, persons(&everybody));
    assert_eq!(pinned(store, c, "ada@acme.io").await, Some(lead_id(2)));
    // The pin is on the winner now, so that the loser's return does not take it back.
    absorb_record(store, c, record(lead_id(1), "king@acme.io", 12)).await;
    assert_eq!(pinned(store, c, "ada@acme.io").await, Some(lead_id(2)));
}

/// As a gone one; its survivor stands for it, over several merges. Saying it twice changes nothing.
pub async fn a_merged_contact_goes_and_is_stood_for(store: &impl Store) {
    let c = connected(store, "acme").await;
    let contacts = vec![
        contact("a", "ada@acme.io", 10),
        contact("b", "byron@acme.io", 10),
    ];
    given(
        store,
        c,
        contacts,
        vec![record(lead_id(1), "ada@acme.io", 10)],
    )
    .await;
    let mut linked = Settlement::of(matched("ada@acme.io"));
    linked.links = vec![link("a", lead_id(1))];
    store.settle(c, &[linked], at(20)).await.unwrap();
    let both = persons(&["ada@acme.io", "byron@acme.io"]);
    assert_eq!(merge(store, c, "a", "b").await, both);
    assert_eq!(merge(store, c, "a", "b").await, []);
    assert_eq!(store.contact(c, &ic_id("a")).await.unwrap(), None);
    assert_eq!(store.mirror_counts(c).await.unwrap().links, 0);
    merge(store, c, "b", "z").await;
    let alias = store.contact_alias(c, &ic_id("a")).await.unwrap();
    assert_eq!(alias, Some(ic_id("z")));
    assert_eq!(store.contact_alias(c, &ic_id("z")).await.unwrap(), None);
}

/// Gives `email` a pin on `record_id` and a Lead intent.
async fn with_pin_and_intent(
    store: &impl Store,
    c: ConnectionId,
    email: &str,
    record_id: sf::RecordId,
) -> crate::IntentId {
    let row = record(record_id, "king@acme.io", 10);
    store
        .put_pin(c, &key(email), &row, "7", at(20))
        .await
        .unwrap();
    let new = new_intent(c, org(1), email);
    let opened = store.open_intent(&new, at(20)).await.unwrap();
    drain(store, c).await;
    match opened {
        OpenedIntent::Opened(intent) => intent.id,
        OpenedIntent::Standing(intent) => panic!("{intent:?} stands already"),
    }
}

/// At once if the survivor is known, and with its row otherwise, in whatever way that comes.
pub async fn pin_and_intents_move_with_a_merged_contact(store: &impl Store) {
    let c = connected(store, "acme").await;
    let survivor = contact("b", "byron@acme.io", 10);
    for (number, known) in [(1, true), (2, false)] {
        let (loser, lead) = (format!("a{number}"), lead_id(number));
        let email = format!("ada{number}@acme.io");
        given(store, c, vec![contact(&loser, &email, 10)], vec![]).await;
        if known {
            given(store, c, vec![survivor.clone()], vec![]).await;
        }
        let intent = with_pin_and_intent(store, c, &email, lead).await;
        let due = merge(store, c, &loser, "b").await;
        if known {
            assert_eq!(due, persons(&[&email, "byron@acme.io"]));
        } else {
            assert_eq!(due, persons(&[&email]));
            assert_eq!(pinned(store, c, &email).await, Some(lead));
            let mut reading = absorption(110);
            reading.contacts = vec![read(survivor.clone(), Source::Snapshot)];
            store.absorb(c, &reading).await.unwrap();
            let due = drain(store, c).await;
            assert_eq!(due, persons(&[&email, "byron@acme.io"]));
        }
        assert_eq!(pinned(store, c, &email).await, None);
        assert_eq!(pinned(store, c, "byron@acme.io").await, Some(lead));
        let moved = person(store, c, "byron@acme.io").await.intents;
        let moved: Vec<_> = moved.iter().map(|intent| intent.id).collect();
        assert_eq!(moved, [intent]);
        // Make room for the next round: nothing of it is left.
        store.intent_refused(intent, "No.").await.unwrap();
        store
            .remove_pin(c, &key("byron@acme.io"), at(120))
            .await
            .unwrap();
        let mut gone = absorption(120);
        gone.contacts_gone = vec![ic_id("b")];
        store.absorb(c, &gone).await.unwrap();
        drain(store, c).await;
    }
}

/// What the survivor has of its own stays; a closed intent is nobody's any more.
pub async fn a_move_takes_nothing_from_the_survivor(store: &impl Store) {
    let c = connected(store, "acme").await;
    let contacts = vec![
        contact("a", "ada@acme.io", 10),
        contact("b", "byron@acme.io", 10),
    ];
    given(store, c, contacts, vec![]).await;
    let left = with_pin_and_intent(store, c, "ada@acme.io", lead_id(1)).await;
    let own = with_pin_and_intent(store, c, "byron@acme.io", lead_id(2)).await;
    merge(store, c, "a", "b").await;
    assert_eq!(pinned(store, c, "byron@acme.io").await, Some(lead_id(2)));
    for (id, target) in [(left, "ada@acme.io"), (own, "byron@acme.io")] {
        let intent = store.intent(id).await.unwrap().unwrap();
        assert_eq!(intent.target, target);
        assert_eq!(intent.state, IntentState::Open);
    }
}

/// The key still is somebody's, so what hangs on it stays, also when that one goes later.
pub async fn nothing_moves_while_another_contact_has_the_key(store: &impl Store) {
    let c = connected(store, "acme").await;
    let contacts = vec![
        contact("a", "ada@acme.io", 10),
        contact("b", "byron@acme.io", 10),
        contact("twin", "ada@acme.io", 10),
    ];
    given(store, c, contacts, vec![]).await;
    let intent = with_pin_and_intent(store, c, "ada@acme.io", lead_id(1)).await;
    merge(store, c, "a", "b").await;
    let mut gone = absorption(120);
    gone.contacts_gone = vec![ic_id("twin")];
    store.absorb(c, &gone).await.unwrap();
    assert_eq!(pinned(store, c, "ada@acme.io").await, Some(lead_id(1)));
    assert_eq!(pinned(store, c, "byron@acme.io").await, None);
    let intent = store.intent(intent).await.unwrap().unwrap();
    assert_eq!(intent.target, "ada@acme.io");
}

/// Two accounts of one human with the same email: nothing has to move.
pub async fn a_merge_within_a_person_moves_nothing(store: &impl Store) {
    let c = connected(store, "acme").await;
    let contacts = vec![
        contact("a", "ada@acme.io", 10),
        contact("b", "ada@acme.io", 10),
    ];
    given(store, c, contacts, vec![]).await;
    with_pin_and_intent(store, c, "ada@acme.io", lead_id(1)).await;
    assert_eq!(merge(store, c, "a", "b").await, persons(&["ada@acme.io"]));
    assert_eq!(pinned(store, c, "ada@acme.io").await, Some(lead_id(1)));
    let due = tickets(store, c).await;
    assert!(due.iter().all(|ticket| ticket.lane == Lane::Live));
}
