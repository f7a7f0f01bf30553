//! Promises of `Mirror`.

use model::{Lane, PersonKey, Reason, Subject};

use super::rows::{
    absorption, account, account_id, at, body, connected, contact, contact_id, drain, due, given,
    ic_id, key, lead_id, link, matched, persons, read, record, tickets,
};
use crate::{Absorbed, ContactRow, MirrorCounts, RecordRow, Settlement, Sighting, Source, Store};

/// Absorbs one contact; returns what became of it and who is due, and empties the queue.
async fn absorb_contact(
    store: &impl Store,
    c: model::ConnectionId,
    row: ContactRow,
    source: Source,
) -> (Sighting, Vec<Subject>) {
    let mut reading = absorption(100);
    reading.contacts = vec![read(row, source)];
    let absorbed = store.absorb(c, &reading).await.unwrap();
    let due = drain(store, c).await;
    assert_eq!(absorbed.persons_due, u64::try_from(due.len()).unwrap());
    (absorbed.contacts[0], due)
}

/// As `absorb_contact`, for a record.
async fn absorb_record(
    store: &impl Store,
    c: model::ConnectionId,
    row: RecordRow,
    source: Source,
) -> (Sighting, Vec<Subject>) {
    let mut reading = absorption(100);
    reading.records = vec![read(row, source)];
    let absorbed = store.absorb(c, &reading).await.unwrap();
    let due = drain(store, c).await;
    assert_eq!(absorbed.persons_due, u64::try_from(due.len()).unwrap());
    (absorbed.records[0], due)
}

fn changed(mut row: ContactRow) -> ContactRow {
    row.body = body(&["changed"]);
    row
}

/// A first sight of somebody, in the lane, for the reason and at the time of the absorption.
pub async fn a_new_contact_is_stored_and_its_person_is_due(store: &impl Store) {
    let c = connected(store, "acme").await;
    let row = contact("a", "ada@acme.io", 10);
    let mut reading = absorption(11);
    reading.contacts = vec![read(row.clone(), Source::Snapshot)];
    let absorbed = store.absorb(c, &reading).await.unwrap();
    let expected = Absorbed {
        contacts: vec![Sighting::New],
        persons_due: 1,
        ..Absorbed::default()
    };
    assert_eq!(absorbed, expected);
    assert_eq!(store.contact(c, &row.id).await.unwrap(), Some(row));
    let tickets = tickets(store, c).await;
    assert_eq!(tickets.len(), 1);
    assert_eq!(tickets[0].subject, Subject::Person(matched("ada@acme.io")));
    assert_eq!((tickets[0].lane, tickets[0].due), (Lane::Live, at(11)));
    assert_eq!(tickets[0].reason, Reason::Webhook);
}

/// A second later is enough.
pub async fn a_strictly_newer_snapshot_replaces_the_row(store: &impl Store) {
    let c = connected(store, "acme").await;
    given(store, c, vec![contact("a", "ada@acme.io", 10)], vec![]).await;
    let newer = changed(contact("a", "ada@acme.io", 11));
    let outcome = absorb_contact(store, c, newer.clone(), Source::Snapshot).await;
    assert_eq!(outcome, (Sighting::Changed, persons(&["ada@acme.io"])));
    assert_eq!(store.contact(c, &newer.id).await.unwrap(), Some(newer));
}

/// A webhook that was overtaken says nothing.
pub async fn an_older_snapshot_is_dropped_and_nobody_is_due(store: &impl Store) {
    let c = connected(store, "acme").await;
    let row = contact("a", "ada@acme.io", 10);
    given(store, c, vec![row.clone()], vec![]).await;
    for source in [Source::Snapshot, Source::DoubtfulSnapshot, Source::Answer] {
        let older = changed(contact("a", "ada@acme.io", 9));
        let outcome = absorb_contact(store, c, older, source).await;
        assert_eq!(outcome, (Sighting::Older, vec![]));
    }
    assert_eq!(store.contact(c, &row.id).await.unwrap(), Some(row));
}

/// No echo: what shows nothing new ends here, forwards or backwards in time.
pub async fn an_equal_snapshot_moves_the_instants_and_nobody_is_due(store: &impl Store) {
    let c = connected(store, "acme").await;
    given(store, c, vec![contact("a", "ada@acme.io", 10)], vec![]).await;
    for seconds in [12, 8] {
        let same = contact("a", "ada@acme.io", seconds);
        let outcome = absorb_contact(store, c, same, Source::Snapshot).await;
        assert_eq!(outcome, (Sighting::Unchanged, vec![]));
        let standing = store.contact(c, &ic_id("a")).await.unwrap().unwrap();
        assert_eq!((standing.stamp, standing.seen_at), (at(12), at(12)));
    }
}

/// Within one second nobody knows what came last: the row stays, and is to be read by id.
pub async fn a_snapshot_that_cannot_be_ordered_makes_the_row_stale(store: &impl Store) {
    let c = connected(store, "acme").await;
    let mut row = contact("a", "ada@acme.io", 10);
    given(store, c, vec![row.clone()], vec![]).await;
    let moved = contact("a", "byron@acme.io", 10);
    let outcome = absorb_contact(store, c, moved, Source::Snapshot).await;
    assert_eq!(outcome.0, Sighting::Doubt);
    assert_eq!(outcome.1, persons(&["ada@acme.io", "byron@acme.io"]));
    row.stale = true;
    assert_eq!(store.contact(c, &row.id).await.unwrap(), Some(row));
}

/// What the vendor has just said is what the vendor has.
pub async fn an_answer_of_the_same_second_counts_and_clears_stale(store: &impl Store) {
    let c = connected(store, "acme").await;
    given(
        store,
        c,
        vec![contact("a", "ada@acme.io", 10)],
        vec![record(lead_id(1), "ada@acme.io", 10)],
    )
    .await;
    store
        .mark_stale(c, &[ic_id("a")], &[lead_id(1)])
        .await
        .unwrap();
    let answer = changed(contact("a", "ada@acme.io", 10));
    let outcome = absorb_contact(store, c, answer.clone(), Source::Answer).await;
    assert_eq!(outcome, (Sighting::Changed, persons(&["ada@acme.io"])));
    assert_eq!(store.contact(c, &answer.id).await.unwrap(), Some(answer));
    let mut answer = record(lead_id(1), "ada@acme.io", 10);
    answer.body = body(&["changed"]);
    let outcome = absorb_record(store, c, answer.clone(), Source::Answer).await;
    assert_eq!(outcome, (Sighting::Changed, persons(&["ada@acme.io"])));
    assert_eq!(store.record(c, lead_id(1)).await.unwrap(), Some(answer));
}

/// A stale row that turns out to be right is not stale any more; a snapshot cannot tell.
pub async fn an_equal_answer_clears_stale(store: &impl Store) {
    let c = connected(store, "acme").await;
    let (person, lead) = (
        contact("a", "ada@acme.io", 10),
        record(lead_id(1), "ada@acme.io", 10),
    );
    given(store, c, vec![person.clone()], vec![lead.clone()]).await;
    store
        .mark_stale(c, &[ic_id("a")], &[lead.id])
        .await
        .unwrap();
    for (source, stale) in [(Source::Snapshot, true), (Source::Answer, false)] {
        let outcome = absorb_contact(store, c, person.clone(), source).await;
        assert_eq!(outcome, (Sighting::Unchanged, vec![]));
        let outcome = absorb_record(store, c, lead.clone(), source).await;
        assert_eq!(outcome, (Sighting::Unchanged, vec![]));
        let standing = store.contact(c, &person.id).await.unwrap().unwrap();
        assert_eq!(standing.stale, stale);
        let standing = store.record(c, lead.id).await.unwrap().unwrap();
        assert_eq!(standing.stale, stale);
    }
}

/// While a write of ours is under way, a snapshot is a hint, however new.
pub async fn a_doubtful_snapshot_never_replaces(store: &impl Store) {
    let c = connected(store, "acme").await;
    let mut row = contact("a", "ada@acme.io", 10);
    given(store, c, vec![row.clone()], vec![]).await;
    let newer = changed(contact("a", "ada@acme.io", 99));
    let outcome = absorb_contact(store, c, newer, Source::DoubtfulSnapshot).await;
    assert_eq!(outcome, (Sighting::Doubt, persons(&["ada@acme.io"])));
    row.stale = true;
    assert_eq!(store.contact(c, &row.id).await.unwrap(), Some(row));
}

/// Who lost a contact or a record has to follow as much as who won it.
pub async fn both_persons_of_a_changed_key_are_due(store: &impl Store) {
    let c = connected(store, "acme").await;
    given(
        store,
        c,
        vec![contact("a", "ada@acme.io", 10)],
        vec![record(lead_id(1), "ada@acme.io", 10)],
    )
    .await;
    let both = persons(&["ada@acme.io", "byron@acme.io"]);
    let moved = contact("a", "byron@acme.io", 11);
    let outcome = absorb_contact(store, c, moved, Source::Snapshot).await;
    assert_eq!(outcome, (Sighting::Changed, both.clone()));
    let moved = record(lead_id(1), "byron@acme.io", 11);
    let outcome = absorb_record(store, c, moved, Source::Snapshot).await;
    assert_eq!(outcome, (Sighting::Changed, both));
    let without = contact("a", "", 12);
    let (sighting, due) = absorb_contact(store, c, without, Source::Snapshot).await;
    let alone = Subject::Person(PersonKey::Alone(ic_id("a")));
    let former = Subject::Person(matched("byron@acme.io"));
    assert_eq!((sighting, due), (Sighting::Changed, vec![alone, former]));
    let rows = store.persons(c, &[matched("ada@acme.io")]).await.unwrap();
    assert_eq!((&rows[0].contacts, &rows[0].records), (&vec![], &vec![]));
}

/// It leaves its person, or was one; what was kept only for its link goes too.
pub async fn a_gone_contact_is_deleted_with_its_links(store: &impl Store) {
    let c = connected(store, "acme").await;
    let lead = record(lead_id(1), "ada@acme.io", 10);
    let contacts = vec![contact("a", "ada@acme.io", 10), contact("b", "", 10)];
    given(store, c, contacts, vec![lead.clone()]).await;
    let mut linked = Settlement::of(matched("ada@acme.io"));
    linked.links = vec![
        link("a", lead.id),
        link("b", lead_id(2)),
        link("other", lead.id),
    ];
    linked.records = vec![record(lead_id(2), "", 10)];
    store.settle(c, &[linked], at(20)).await.unwrap();
    let mut reading = absorption(30);
    reading.contacts_gone = vec![ic_id("a"), ic_id("b"), ic_id("never")];
    let absorbed = store.absorb(c, &reading).await.unwrap();
    assert_eq!(absorbed.persons_due, 2);
    let alone = PersonKey::Alone(ic_id("b"));
    let mut due = drain(store, c).await;
    due.sort();
    let mut expected = persons(&["ada@acme.io"]);
    expected.push(Subject::Person(alone.clone()));
    assert_eq!(due, expected);
    assert_eq!(store.contact(c, &ic_id("a")).await.unwrap(), None);
    let rows = store
        .persons(c, &[matched("ada@acme.io"), alone])
        .await
        .unwrap();
    assert_eq!(rows[0].contacts, []);
    assert_eq!(rows[0].links, [link("other", lead.id)]);
    assert_eq!(rows[1].links, []);
    assert_eq!(store.mirror_counts(c).await.unwrap().links, 1);
    assert_eq!(store.record(c, lead_id(2)).await.unwrap(), None);
}

/// A deleted record comes without its key; it stays known, but belongs to nobody.
pub async fn a_gone_record_makes_its_old_person_due(store: &impl Store) {
    let c = connected(store, "acme").await;
    let contacts = vec![contact("a", "ada@acme.io", 10)];
    given(
        store,
        c,
        contacts,
        vec![record(lead_id(1), "ada@acme.io", 10)],
    )
    .await;
    let mut gone = record(lead_id(1), "", 11);
    gone.gone = true;
    gone.successor = Some(lead_id(2));
    let outcome = absorb_record(store, c, gone.clone(), Source::Snapshot).await;
    assert_eq!(outcome, (Sighting::Changed, persons(&["ada@acme.io"])));
    assert_eq!(store.record(c, gone.id).await.unwrap(), Some(gone));
    let rows = store.persons(c, &[matched("ada@acme.io")]).await.unwrap();
    assert_eq!(rows[0].records, []);
}

/// Conversion ties two persons together: each has to follow the other's record.
pub async fn the_person_of_a_successor_and_of_what_became_it_are_due(store: &impl Store) {
    let c = connected(store, "acme").await;
    let successor = record(contact_id(1), "byron@acme.io", 10);
    given(
        store,
        c,
        vec![],
        vec![record(lead_id(1), "ada@acme.io", 10), successor.clone()],
    )
    .await;
    let both = persons(&["ada@acme.io", "byron@acme.io"]);
    let mut converted = record(lead_id(1), "ada@acme.io", 11);
    converted.successor = Some(successor.id);
    let outcome = absorb_record(store, c, converted, Source::Snapshot).await;
    assert_eq!(outcome, (Sighting::Changed, both.clone()));
    let mut renamed = successor;
    renamed.stamp = at(12);
    renamed.body = body(&["Ada", "King"]);
    let outcome = absorb_record(store, c, renamed, Source::Snapshot).await;
    assert_eq!(outcome, (Sighting::Changed, both));
}

/// An org full of records without an email does not fill the mirror.
pub async fn a_record_without_a_key_is_kept_only_if_needed(store: &impl Store) {
    let c = connected(store, "acme").await;
    let outcome = absorb_record(store, c, record(lead_id(1), "", 10), Source::Answer).await;
    assert_eq!(outcome, (Sighting::Unchanged, vec![]));
    assert_eq!(store.record(c, lead_id(1)).await.unwrap(), None);

    let mut linked = Settlement::of(matched("ada@acme.io"));
    linked.links = vec![link("a", lead_id(1))];
    store.settle(c, &[linked], at(20)).await.unwrap();
    let outcome = absorb_record(store, c, record(lead_id(1), "", 10), Source::Answer).await;
    assert_eq!(outcome.0, Sighting::New);
    assert!(store.record(c, lead_id(1)).await.unwrap().is_some());

    let mut converted = record(lead_id(2), "ada@acme.io", 10);
    converted.successor = Some(contact_id(1));
    given(store, c, vec![], vec![converted]).await;
    let outcome = absorb_record(store, c, record(contact_id(1), "", 10), Source::Answer).await;
    assert_eq!(outcome, (Sighting::New, persons(&["ada@acme.io"])));

    given(
        store,
        c,
        vec![],
        vec![record(lead_id(3), "eve@acme.io", 10)],
    )
    .await;
    let outcome = absorb_record(store, c, record(lead_id(3), "", 11), Source::Snapshot).await;
    assert_eq!(outcome, (Sighting::Changed, persons(&["eve@acme.io"])));
    assert_eq!(
        store.record(c, lead_id(3)).await.unwrap().unwrap().key,
        None
    );
}

/// A poll's page, its hints and its cursor are one.
pub async fn marks_and_cursor_move_with_the_readings(store: &impl Store) {
    let c = connected(store, "acme").await;
    let hint = Subject::Record(lead_id(7));
    let mut reading = absorption(30);
    reading.due = vec![due(hint.clone(), Lane::Repair, 25)];
    reading.cursor = Some(("salesforce.lead".to_owned(), "here".to_owned()));
    let absorbed = store.absorb(c, &reading).await.unwrap();
    assert_eq!(absorbed, Absorbed::default());
    assert_eq!(drain(store, c).await, [hint]);
    let cursor = store.cursor(c, "salesforce.lead").await.unwrap();
    assert_eq!(cursor.as_deref(), Some("here"));
}

/// Webhooks come twice.
pub async fn absorbing_twice_changes_nothing(store: &impl Store) {
    let c = connected(store, "acme").await;
    let mut reading = absorption(30);
    reading.contacts = vec![read(contact("a", "ada@acme.io", 10), Source::Snapshot)];
    reading.records = vec![read(
        record(lead_id(1), "ada@acme.io", 10),
        Source::Snapshot,
    )];
    reading.accounts = vec![account(1, "Acme", 10)];
    let first = store.absorb(c, &reading).await.unwrap();
    assert_eq!(first.accounts_changed, [account_id(1)]);
    drain(store, c).await;
    let second = store.absorb(c, &reading).await.unwrap();
    let expected = Absorbed {
        contacts: vec![Sighting::Unchanged],
        records: vec![Sighting::Unchanged],
        ..Absorbed::default()
    };
    assert_eq!(second, expected);
    assert_eq!(drain(store, c).await, []);
}

/// Unknown ids are ignored.
pub async fn rows_can_be_marked_stale(store: &impl Store) {
    let c = connected(store, "acme").await;
    given(
        store,
        c,
        vec![contact("a", "ada@acme.io", 10)],
        vec![record(lead_id(1), "ada@acme.io", 10)],
    )
    .await;
    store
        .mark_stale(c, &[ic_id("a"), ic_id("b")], &[lead_id(1), lead_id(2)])
        .await
        .unwrap();
    assert!(store.contact(c, &ic_id("a")).await.unwrap().unwrap().stale);
    assert!(store.record(c, lead_id(1)).await.unwrap().unwrap().stale);
    assert_eq!(store.record(c, lead_id(2)).await.unwrap(), None);
    assert_eq!(drain(store, c).await, []);
}

/// Counts are of one connection, and of what there is.
pub async fn what_is_gone_is_not_counted(store: &impl Store) {
    let c = connected(store, "acme").await;
    let other = connected(store, "beta").await;
    let mut gone = record(lead_id(2), "ada@acme.io", 10);
    gone.gone = true;
    let records = vec![
        record(lead_id(1), "ada@acme.io", 10),
        gone,
        record(contact_id(1), "eve@acme.io", 10),
        record(contact_id(2), "eve@acme.io", 10),
    ];
    given(store, c, vec![contact("a", "ada@acme.io", 10)], records).await;
    let mut settlement = Settlement::of(PersonKey::Matched(key("ada@acme.io")));
    settlement.links = vec![link("a", lead_id(1))];
    store.settle(c, &[settlement], at(20)).await.unwrap();
    let mut reading = absorption(20);
    reading.accounts = vec![account(1, "Acme", 10)];
    store.absorb(c, &reading).await.unwrap();
    let expected = MirrorCounts {
        contacts: 1,
        leads: 1,
        sf_contacts: 2,
        accounts: 1,
        links: 1,
    };
    assert_eq!(store.mirror_counts(c).await.unwrap(), expected);
    assert_eq!(
        store.mirror_counts(other).await.unwrap(),
        MirrorCounts::default()
    );
}
