//! Promises of `Pins`.

use model::{ConnectionId, Lane, Reason};

use super::rows::{
    absorption, account, account_id, at, body, connected, contact_id, drain, given, key, lead_id,
    link, matched, persons, read, record, tickets, user_id,
};
use crate::{
    DirectoryKind, DirectoryRow, PersonRows, RecordRow, Settlement, Sighting, Source, Store,
};

const BY: &str = "814860";

/// Pins a record for Ada and empties the queue.
async fn pin(store: &impl Store, c: ConnectionId, row: &RecordRow) {
    let ada = key("ada@acme.io");
    store.put_pin(c, &ada, row, BY, at(20)).await.unwrap();
    drain(store, c).await;
}

async fn ada(store: &impl Store, c: ConnectionId) -> PersonRows {
    let rows = store.persons(c, &[matched("ada@acme.io")]).await.unwrap();
    rows.into_iter().next().unwrap()
}

/// With its Account and the owners of both; nobody else sees it.
pub async fn a_pinned_record_is_read_with_its_person_whatever_its_key(store: &impl Store) {
    let c = connected(store, "acme").await;
    let owner = |number, name: &str| DirectoryRow {
        kind: DirectoryKind::User,
        id: user_id(number).as_str().to_owned(),
        name: name.to_owned(),
        email: None,
        role: None,
        title: None,
        active: true,
        standard: true,
        last_login: None,
    };
    let owners = [owner(1, "Zoe"), owner(2, "Bob")];
    store
        .put_directory(c, &[DirectoryKind::User], &owners, at(1))
        .await
        .unwrap();
    let mut reading = absorption(20);
    reading.accounts = vec![account(1, "Acme", 10)];
    store.absorb(c, &reading).await.unwrap();
    let mut row = record(contact_id(1), "countess@acme.io", 10);
    row.account_id = Some(account_id(1));
    pin(store, c, &row).await;
    let rows = ada(store, c).await;
    assert_eq!(rows.records, []);
    assert_eq!(rows.pinned, Some(row.clone()));
    assert_eq!(rows.accounts, [account(1, "Acme", 10)]);
    assert_eq!(rows.owners, owners);
    let other = connected(store, "beta").await;
    assert_eq!(ada(store, other).await.pinned, None);
    let asked = [matched("countess@acme.io")];
    let rows = store.persons(c, &asked).await.unwrap();
    assert_eq!((&rows[0].records, &rows[0].pinned), (&vec![row], &None));
}

/// So that a pin outlives the conversion of its Lead.
pub async fn what_a_pinned_lead_became_is_read_with_the_person(store: &impl Store) {
    let c = connected(store, "acme").await;
    let successor = record(contact_id(1), "countess@acme.io", 10);
    given(store, c, vec![], vec![successor.clone()]).await;
    let mut converted = record(lead_id(1), "king@acme.io", 10);
    converted.successor = Some(successor.id);
    pin(store, c, &converted).await;
    let rows = ada(store, c).await;
    assert_eq!(rows.pinned, Some(converted));
    assert_eq!(rows.successors, [successor]);
}

/// What was kept only for the earlier pin goes with it; the same pin again keeps its record.
pub async fn a_person_has_one_pin_and_the_next_replaces_it(store: &impl Store) {
    let c = connected(store, "acme").await;
    let (first, second) = (record(lead_id(1), "", 10), record(lead_id(2), "", 10));
    pin(store, c, &first).await;
    pin(store, c, &first).await;
    assert_eq!(ada(store, c).await.pinned, Some(first.clone()));
    pin(store, c, &second).await;
    assert_eq!(ada(store, c).await.pinned, Some(second));
    assert_eq!(store.record(c, first.id).await.unwrap(), None);
}

/// A teammate waits for it. Removing what is not there makes nobody due.
pub async fn pinning_and_unpinning_make_the_person_due_interactively(store: &impl Store) {
    let c = connected(store, "acme").await;
    let row = record(lead_id(1), "king@acme.io", 10);
    given(store, c, vec![], vec![row.clone()]).await;
    let ada = key("ada@acme.io");
    let due = async || {
        let due: Vec<_> = tickets(store, c)
            .await
            .into_iter()
            .map(|ticket| (ticket.lane, ticket.due, ticket.reason))
            .collect();
        (drain(store, c).await, due)
    };
    let at_once = |seconds| vec![(Lane::Interactive, at(seconds), Reason::Click)];
    store.put_pin(c, &ada, &row, BY, at(20)).await.unwrap();
    assert_eq!(due().await, (persons(&["ada@acme.io"]), at_once(20)));
    store.remove_pin(c, &ada, at(30)).await.unwrap();
    assert_eq!(due().await, (persons(&["ada@acme.io"]), at_once(30)));
    store.remove_pin(c, &ada, at(40)).await.unwrap();
    assert_eq!(due().await, (vec![], vec![]));
    let mut moved = row;
    moved.key = Some(key("countess@acme.io"));
    moved.stamp = at(11);
    store.put_pin(c, &ada, &moved, BY, at(50)).await.unwrap();
    let everybody = ["ada@acme.io", "countess@acme.io", "king@acme.io"];
    assert_eq!(due().await.0, persons(&everybody));
}

/// As with links: readings of it count, and it goes when nothing points to it any more.
pub async fn a_record_without_a_key_is_kept_while_it_is_pinned(store: &impl Store) {
    let c = connected(store, "acme").await;
    let row = record(lead_id(1), "", 10);
    let mut linked = Settlement::of(matched("ada@acme.io"));
    linked.links = vec![link("a", row.id)];
    linked.records = vec![row.clone()];
    store.settle(c, &[linked], at(10)).await.unwrap();
    pin(store, c, &row).await;
    let mut unlinked = Settlement::of(matched("ada@acme.io"));
    unlinked.unlinks = vec![("a".parse().unwrap(), row.id)];
    store.settle(c, &[unlinked], at(20)).await.unwrap();
    assert_eq!(ada(store, c).await.pinned, Some(row.clone()));
    store
        .remove_pin(c, &key("ada@acme.io"), at(30))
        .await
        .unwrap();
    assert_eq!(ada(store, c).await.pinned, None);
    assert_eq!(store.record(c, row.id).await.unwrap(), None);
}

/// By absorption, by settlement, through what it became, and through its Account.
pub async fn whoever_pinned_a_record_follows_its_changes(store: &impl Store) {
    let c = connected(store, "acme").await;
    let mut successor = record(contact_id(1), "", 10);
    successor.account_id = Some(account_id(1));
    let mut converted = record(lead_id(1), "", 10);
    converted.successor = Some(successor.id);
    pin(store, c, &converted).await;
    given(store, c, vec![], vec![successor.clone()]).await;
    let mut seconds = 10;
    for row in [converted, successor] {
        let mut changed = row;
        seconds += 1;
        changed.stamp = at(seconds);
        changed.body = body(&["absorbed"]);
        let mut reading = absorption(20);
        reading.records = vec![read(changed, Source::Snapshot)];
        let absorbed = store.absorb(c, &reading).await.unwrap();
        assert_eq!(absorbed.records, [Sighting::Changed]);
        assert_eq!(drain(store, c).await, persons(&["ada@acme.io"]));
    }
    let (account, now) = (account_id(1), at(30));
    store
        .fan_out_account(c, account, None, 10, Lane::Live, now)
        .await
        .unwrap();
    assert_eq!(drain(store, c).await, persons(&["ada@acme.io"]));

    let mut settled = Settlement::of(matched("king@acme.io"));
    settled.records = vec![record(lead_id(1), "", 40)];
    store.settle(c, &[settled], at(40)).await.unwrap();
    assert_eq!(drain(store, c).await, persons(&["ada@acme.io"]));
}

/// Deleted and restored: the choice stands again.
pub async fn a_pin_counts_for_nothing_while_its_record_is_gone(store: &impl Store) {
    let c = connected(store, "acme").await;
    let row = record(lead_id(1), "king@acme.io", 10);
    pin(store, c, &row).await;
    let mut gone = record(lead_id(1), "", 11);
    gone.gone = true;
    let restored = record(lead_id(1), "king@acme.io", 12);
    for (row, expected) in [(gone, None), (restored.clone(), Some(restored))] {
        let mut reading = absorption(20);
        reading.records = vec![read(row, Source::Snapshot)];
        store.absorb(c, &reading).await.unwrap();
        let due = drain(store, c).await;
        assert!(
            due.contains(&persons(&["ada@acme.io"])[0]),
            "whoever pinned it falls back"
        );
        assert_eq!(ada(store, c).await.pinned, expected);
    }
}
