//! Promises of `Scans`.

use model::{ConnectionId, Subject};

use super::rows::{
    account, account_id, at, body, connected, contact, contact_id, drain, given, ic_id, lead_id,
    link, matched, record,
};
use crate::{ContactRow, RecordRow, Scan, ScanOutcome, Settlement, Side, Store, StoreError};

/// Begins a scan of Intercom at second 50 and stages `rows`.
async fn scan_of(store: &impl Store, c: ConnectionId, rows: Vec<ContactRow>) -> Scan {
    let scan = store.begin_scan(c, Side::Intercom, at(50)).await.unwrap();
    store.stage_contacts(&scan, rows).await.unwrap();
    scan
}

/// As `scan_of`, for Salesforce.
async fn scan_of_records(store: &impl Store, c: ConnectionId, rows: Vec<RecordRow>) -> Scan {
    let scan = store.begin_scan(c, Side::Salesforce, at(50)).await.unwrap();
    store.stage_records(&scan, rows).await.unwrap();
    scan
}

fn outcome(read: u64, new: u64, changed: u64, missing: u64) -> ScanOutcome {
    ScanOutcome {
        read,
        new,
        changed,
        missing,
    }
}

/// A contact shown at `stamp` and read at second 51 by the scan.
fn scanned(id: &str, email: &str, stamp: i64) -> ContactRow {
    let mut row = contact(id, email, stamp);
    row.seen_at = at(51);
    row
}

async fn standing(store: &impl Store, c: ConnectionId, id: &str) -> ContactRow {
    store.contact(c, &ic_id(id)).await.unwrap().unwrap()
}

/// The sweep that follows looks at everybody, so the scan marks nobody.
pub async fn a_first_scan_fills_the_mirror_and_nobody_is_due(store: &impl Store) {
    let c = connected(store, "acme").await;
    let rows = vec![scanned("a", "ada@acme.io", 10), scanned("b", "", 11)];
    let scan = scan_of(store, c, rows.clone()).await;
    assert_eq!(store.finish_scan(&scan).await.unwrap(), outcome(2, 2, 0, 0));
    let mut lead = record(lead_id(1), "ada@acme.io", 10);
    lead.seen_at = at(51);
    let scan = scan_of_records(store, c, vec![lead.clone()]).await;
    assert_eq!(store.finish_scan(&scan).await.unwrap(), outcome(1, 1, 0, 0));
    assert_eq!(standing(store, c, "a").await, rows[0]);
    assert_eq!(standing(store, c, "b").await, rows[1]);
    let rows = store.persons(c, &[matched("ada@acme.io")]).await.unwrap();
    assert_eq!(rows[0].records, [lead]);
    assert_eq!(drain(store, c).await, []);
}

/// Half a scan says nothing.
pub async fn nothing_is_merged_before_the_scan_is_finished(store: &impl Store) {
    let c = connected(store, "acme").await;
    let scan = scan_of(store, c, vec![scanned("a", "ada@acme.io", 10)]).await;
    assert_eq!(store.contact(c, &ic_id("a")).await.unwrap(), None);
    let early = store.missing_contacts(&scan, None, 10).await;
    assert!(matches!(early, Err(StoreError::Conflict { .. })));
    store.finish_scan(&scan).await.unwrap();
    let late = store
        .stage_contacts(&scan, vec![scanned("b", "", 10)])
        .await;
    assert!(matches!(late, Err(StoreError::Conflict { .. })));
}

/// Moved keys move rows; older and equal rows change nothing.
pub async fn a_later_scan_replaces_what_is_strictly_newer(store: &impl Store) {
    let c = connected(store, "acme").await;
    let contacts = ["moved", "older", "equal"].map(|id| contact(id, "ada@acme.io", 20));
    given(store, c, contacts.to_vec(), vec![]).await;
    let moved = scanned("moved", "byron@acme.io", 21);
    let older = scanned("older", "byron@acme.io", 19);
    let rows = vec![moved.clone(), older, scanned("equal", "ada@acme.io", 20)];
    let scan = scan_of(store, c, rows).await;
    assert_eq!(store.finish_scan(&scan).await.unwrap(), outcome(3, 0, 1, 0));
    let rows = store
        .persons(c, &[matched("byron@acme.io"), matched("ada@acme.io")])
        .await
        .unwrap();
    assert_eq!(rows[0].contacts, [moved]);
    let left: Vec<_> = rows[1]
        .contacts
        .iter()
        .map(|row| (row.id.as_str(), row.stamp))
        .collect();
    assert_eq!(left, [("equal", at(20)), ("older", at(20))]);
    // Whom the contact left may have nobody else, whom a walk would meet.
    let left = Subject::Person(matched("ada@acme.io"));
    assert_eq!(drain(store, c).await, [left]);
}

/// A tie within a second is a doubt here too.
pub async fn an_equal_stamp_with_other_values_becomes_stale(store: &impl Store) {
    let c = connected(store, "acme").await;
    let mut row = contact("a", "ada@acme.io", 20);
    let mut lead = record(lead_id(1), "ada@acme.io", 20);
    given(store, c, vec![row.clone()], vec![lead.clone()]).await;
    let mut other = scanned("a", "ada@acme.io", 20);
    other.body = body(&["changed"]);
    let scan = scan_of(store, c, vec![other]).await;
    assert_eq!(store.finish_scan(&scan).await.unwrap(), outcome(1, 0, 1, 0));
    let mut other = lead.clone();
    other.body = body(&["changed"]);
    let scan = scan_of_records(store, c, vec![other]).await;
    assert_eq!(store.finish_scan(&scan).await.unwrap(), outcome(1, 0, 1, 0));
    row.stale = true;
    lead.stale = true;
    assert_eq!(standing(store, c, "a").await, row);
    assert_eq!(store.record(c, lead.id).await.unwrap(), Some(lead));
}

/// What came by webhook meanwhile is younger than the page that the scan read.
pub async fn a_row_seen_after_the_scan_began_is_left_alone(store: &impl Store) {
    let c = connected(store, "acme").await;
    let scan = scan_of(store, c, vec![scanned("a", "ada@acme.io", 30)]).await;
    let mut live = contact("a", "byron@acme.io", 20);
    live.seen_at = at(50);
    given(store, c, vec![live.clone()], vec![]).await;
    assert_eq!(store.finish_scan(&scan).await.unwrap(), outcome(1, 0, 0, 0));
    assert_eq!(standing(store, c, "a").await, live);
}

/// Whether it is needed does not depend on the order in which rows were read.
pub async fn a_record_without_a_key_is_merged_only_if_needed(store: &impl Store) {
    let c = connected(store, "acme").await;
    let mut linked = Settlement::of(matched("ada@acme.io"));
    linked.links = vec![link("a", contact_id(2))];
    store.settle(c, &[linked], at(20)).await.unwrap();
    let successor = record(contact_id(1), "", 10);
    let mut rows = vec![successor, record(contact_id(2), "", 10)];
    rows.push(record(contact_id(3), "", 10));
    for number in 1..=9 {
        let mut converted = record(lead_id(number), &format!("{number}@acme.io"), 10);
        converted.successor = Some(contact_id(1));
        rows.push(converted);
    }
    let scan = scan_of_records(store, c, rows).await;
    let merged = store.finish_scan(&scan).await.unwrap();
    assert_eq!(merged, outcome(12, 11, 0, 0));
    for (number, kept) in [(1, true), (2, true), (3, false)] {
        let row = store.record(c, contact_id(number)).await.unwrap();
        assert_eq!(row.is_some(), kept, "{number}");
    }
}

/// Pages shift while they are read: nobody knows which of two readings is right.
pub async fn a_row_met_twice_is_read_again_unless_both_agree(store: &impl Store) {
    let c = connected(store, "acme").await;
    let same = contact("same", "ada@acme.io", 20);
    given(store, c, vec![same.clone()], vec![]).await;
    for emails in [["x@acme.io", "y@acme.io"], ["y@acme.io", "x@acme.io"]] {
        let again = scanned("same", "ada@acme.io", 20);
        let rows = vec![
            scanned("a", emails[0], 10),
            again.clone(),
            scanned("a", emails[1], 11),
            again,
        ];
        let scan = scan_of(store, c, rows).await;
        assert_eq!(store.finish_scan(&scan).await.unwrap().read, 4);
        assert!(standing(store, c, "a").await.stale);
        assert_eq!(standing(store, c, "same").await, same);
        let mut gone = super::rows::absorption(60);
        gone.contacts_gone = vec![ic_id("a")];
        store.absorb(c, &gone).await.unwrap();
    }
}

/// By id, and only of what was seen before the scan began.
pub async fn what_a_scan_did_not_meet_is_named_in_pages(store: &impl Store) {
    let c = connected(store, "acme").await;
    let other = connected(store, "beta").await;
    let mut live = contact("z-live", "ada@acme.io", 20);
    live.seen_at = at(50);
    let mut contacts: Vec<_> = ["d", "b", "c", "a"]
        .into_iter()
        .map(|id| contact(id, "ada@acme.io", 20))
        .collect();
    contacts.push(live);
    given(store, c, contacts, vec![]).await;
    given(store, other, vec![contact("e", "", 20)], vec![]).await;
    let scan = scan_of(store, c, vec![scanned("b", "ada@acme.io", 20)]).await;
    let found = store.finish_scan(&scan).await.unwrap();
    assert_eq!(found, outcome(1, 0, 0, 3));
    let page = store.missing_contacts(&scan, None, 2).await.unwrap();
    assert_eq!(page, [ic_id("a"), ic_id("c")]);
    let page = store.missing_contacts(&scan, page.last(), 2).await.unwrap();
    assert_eq!(page, [ic_id("d")]);
    assert_eq!(standing(store, c, "a").await.stamp, at(20));
}

/// What is known to be gone is not looked for.
pub async fn a_gone_record_is_not_missed(store: &impl Store) {
    let c = connected(store, "acme").await;
    let mut gone = record(lead_id(1), "ada@acme.io", 20);
    gone.gone = true;
    let records = vec![
        gone,
        record(contact_id(1), "ada@acme.io", 20),
        record(lead_id(2), "ada@acme.io", 20),
    ];
    given(store, c, vec![], records).await;
    let scan = scan_of_records(store, c, vec![]).await;
    assert_eq!(store.finish_scan(&scan).await.unwrap(), outcome(0, 0, 0, 2));
    let page = store.missing_records(&scan, None, 1).await.unwrap();
    assert_eq!(page, [contact_id(1)]);
    let page = store
        .missing_records(&scan, Some(contact_id(1)), 9)
        .await
        .unwrap();
    assert_eq!(page, [lead_id(2)]);
}

/// Whoever does not know whether a scan was finished finishes it again.
pub async fn finishing_again_changes_nothing(store: &impl Store) {
    let c = connected(store, "acme").await;
    given(store, c, vec![contact("b", "ada@acme.io", 20)], vec![]).await;
    let scan = scan_of(store, c, vec![scanned("a", "ada@acme.io", 20)]).await;
    let first = store.finish_scan(&scan).await.unwrap();
    let mut gone = super::rows::absorption(60);
    gone.contacts_gone = vec![ic_id("a"), ic_id("b")];
    store.absorb(c, &gone).await.unwrap();
    let second = store.finish_scan(&scan).await.unwrap();
    assert_eq!((first, second), (outcome(1, 1, 0, 1), outcome(1, 1, 0, 1)));
    assert_eq!(store.contact(c, &ic_id("a")).await.unwrap(), None);
}

/// More rows than one transaction takes, in several stagings, some far apart and some of one
/// person.
pub async fn a_scan_of_many_rows_is_merged_whole(store: &impl Store) {
    let c = connected(store, "acme").await;
    let scan = store.begin_scan(c, Side::Intercom, at(50)).await.unwrap();
    for page in 0..4 {
        let rows = (0..3000)
            .map(|row| {
                let email = match row % 2 {
                    0 => "team@acme.io".to_owned(),
                    _ => format!("p{page}-{row}@acme.io"),
                };
                scanned(&format!("c{page}-{row}"), &email, 10)
            })
            .collect();
        store.stage_contacts(&scan, rows).await.unwrap();
    }
    let merged = store.finish_scan(&scan).await.unwrap();
    assert_eq!(merged, outcome(12_000, 12_000, 0, 0));
    assert_eq!(store.mirror_counts(c).await.unwrap().contacts, 12_000);
    let team = store.persons(c, &[matched("team@acme.io")]).await.unwrap();
    assert_eq!(team[0].crowd.map(|crowd| crowd.contacts), Some(6000));
}

/// The side's earlier scan, finished or not, is no more, and nothing of it is merged.
pub async fn beginning_again_drops_the_unfinished_scan(store: &impl Store) {
    let c = connected(store, "acme").await;
    let first = scan_of(store, c, vec![scanned("a", "ada@acme.io", 10)]).await;
    let records = scan_of_records(store, c, vec![record(lead_id(1), "a@b.c", 10)]).await;
    let second = scan_of(store, c, vec![scanned("b", "eve@acme.io", 10)]).await;
    let staged = store.stage_contacts(&first, vec![]).await;
    assert_eq!(staged.ok(), Some(()));
    let staged = store
        .stage_contacts(&first, vec![scanned("c", "", 10)])
        .await;
    assert!(matches!(staged, Err(StoreError::Missing { .. })));
    let finished = store.finish_scan(&first).await;
    assert!(matches!(finished, Err(StoreError::Missing { .. })));
    let merged = store.finish_scan(&second).await.unwrap();
    assert_eq!(merged, outcome(1, 1, 0, 0));
    assert_eq!(store.contact(c, &ic_id("a")).await.unwrap(), None);
    let merged = store.finish_scan(&records).await.unwrap();
    assert_eq!(merged, outcome(1, 1, 0, 0));
}

/// What it merged stays.
pub async fn a_forgotten_scan_is_missing(store: &impl Store) {
    let c = connected(store, "acme").await;
    let scan = scan_of(store, c, vec![scanned("a", "ada@acme.io", 10)]).await;
    store.finish_scan(&scan).await.unwrap();
    store.forget_scan(&scan).await.unwrap();
    store.forget_scan(&scan).await.unwrap();
    let missing = store.missing_contacts(&scan, None, 10).await;
    assert!(matches!(missing, Err(StoreError::Missing { .. })));
    assert_eq!(standing(store, c, "a").await.stamp, at(10));
}

/// They are there before the scan is finished; a newer one stays.
pub async fn accounts_go_straight_to_the_mirror(store: &impl Store) {
    let c = connected(store, "acme").await;
    let scan = store.begin_scan(c, Side::Salesforce, at(50)).await.unwrap();
    let mut lead = record(contact_id(1), "ada@acme.io", 10);
    lead.account_id = Some(account_id(1));
    given(store, c, vec![], vec![lead]).await;
    for (name, seconds) in [("Acme", 20), ("Acme Ltd", 30), ("Old", 10)] {
        let rows = vec![account(1, name, seconds)];
        store.stage_accounts(&scan, rows).await.unwrap();
    }
    let rows = store.persons(c, &[matched("ada@acme.io")]).await.unwrap();
    assert_eq!(rows[0].accounts, [account(1, "Acme Ltd", 30)]);
    assert_eq!(drain(store, c).await, []);
}
