use std::path::Path;

use model::{Lane, MatchKey, PersonKey, PutBacks, Reason, Timestamp, sf};
use store::{
    Absorption, Aliases, Connections, Mirror, Observed, Persons, Queue, Scan, Scans, Side,
    Sighting, Source, SweepKind, SweepState, Sweeps,
};

use super::*;
use crate::{SqliteStore, file};

const OURS: i32 = 7;

const FIRST: Migration = Migration {
    name: "0001_first",
    sql: "CREATE TABLE one (id INTEGER PRIMARY KEY) STRICT;",
};

fn tables(connection: &Connection) -> Vec<String> {
    let mut statement = connection
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
        .unwrap();
    let names = statement.query_map([], |row| row.get(0)).unwrap();
    names.collect::<Result<_, _>>().unwrap()
}

fn why(outcome: Result<(), StoreError>) -> String {
    match outcome {
        Err(StoreError::Incompatible { why }) => why,
        other => panic!("expected it to be incompatible, got {other:?}"),
    }
}

#[test]
fn what_was_applied_is_not_applied_again() {
    let mut connection = Connection::open_in_memory().unwrap();
    bring_up(&mut connection, OURS, &[FIRST]).unwrap();
    bring_up(&mut connection, OURS, &[FIRST]).unwrap();
    let second = Migration {
        name: "0002_second",
        sql: "CREATE TABLE two (id INTEGER PRIMARY KEY) STRICT;",
    };
    bring_up(&mut connection, OURS, &[FIRST, second]).unwrap();
    assert_eq!(tables(&connection), ["migration", "one", "two"]);
}

#[test]
fn a_script_that_fails_leaves_nothing_behind() {
    let mut connection = Connection::open_in_memory().unwrap();
    let half = Migration {
        name: "0002_half",
        sql: "CREATE TABLE two (id INTEGER PRIMARY KEY) STRICT; INSERT INTO nowhere VALUES (1);",
    };
    let failed = bring_up(&mut connection, OURS, &[FIRST, half]);
    assert!(matches!(failed, Err(StoreError::Unavailable { .. })));
    assert_eq!(tables(&connection), ["migration", "one"]);
}

#[test]
fn a_newer_file_is_refused() {
    let mut connection = Connection::open_in_memory().unwrap();
    bring_up(&mut connection, OURS, &[FIRST]).unwrap();
    assert_eq!(
        why(bring_up(&mut connection, OURS, &[])),
        "a newer release wrote it (it has migration 1, 0001_first)"
    );
}

#[test]
fn an_edited_script_is_refused() {
    let mut connection = Connection::open_in_memory().unwrap();
    bring_up(&mut connection, OURS, &[FIRST]).unwrap();
    let edited = Migration {
        name: "0001_first",
        sql: "CREATE TABLE one (id TEXT PRIMARY KEY) STRICT;",
    };
    assert_eq!(
        why(bring_up(&mut connection, OURS, &[edited])),
        "its migration 1, 0001_first, is not the one of this release"
    );
}

#[test]
fn a_file_of_somebody_else_is_refused() {
    let mut connection = Connection::open_in_memory().unwrap();
    connection
        .execute_batch("CREATE TABLE theirs (id INTEGER)")
        .unwrap();
    assert_eq!(
        why(bring_up(&mut connection, OURS, &[FIRST])),
        "it holds something else"
    );
    let mut other_kind = Connection::open_in_memory().unwrap();
    bring_up(&mut other_kind, OURS, &[FIRST]).unwrap();
    assert_eq!(
        why(bring_up(&mut other_kind, OURS + 1, &[FIRST])),
        "it holds something else"
    );
}

/// A file of the first release with rows in all its tables, closed.
fn file_of_the_first_release(path: &Path) {
    let mut connection = Connection::open(path).unwrap();
    bring_up(&mut connection, file::MAIN.application_id(), &MAIN[..1]).unwrap();
    connection
        .execute_batch(include_str!("../../migrations/fixtures/0001.sql"))
        .unwrap();
    for table in tables(&connection) {
        let rows: i64 = connection
            .query_row(&format!("SELECT COUNT(*) FROM {table}"), [], |row| {
                row.get(0)
            })
            .unwrap();
        assert!(rows > 0, "the fixture leaves {table} empty");
    }
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(seconds)
}

#[tokio::test]
async fn a_file_of_the_first_release_is_used_with_its_rows() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("carrick.db");
    file_of_the_first_release(&path);
    let store = SqliteStore::inline(&path).unwrap();
    let c = store.connection_named("acme").await.unwrap().unwrap().id;
    let ada = PersonKey::Matched(MatchKey::from_email("ada@acme.io").unwrap());
    let rows = store.persons(c, &[ada]).await.unwrap().remove(0);
    let lead: sf::RecordId = "00Q000000000001EAA".parse().unwrap();
    assert_eq!(rows.contacts.len(), 1);
    assert_eq!(rows.records.len(), 1);
    assert!(!rows.records[0].hidden);
    assert_eq!(rows.pinned.map(|row| row.id), Some(lead));
    assert_eq!((rows.links.len(), rows.links[0].since), (1, at(12)));
    assert_eq!(rows.links[0].announced, None);
    assert_eq!(rows.links[0].put_backs, PutBacks::default());
    assert_eq!(
        rows.links[0].base.0["SALESFORCE_TITLE"]
            .salesforce
            .as_deref(),
        Some("AE")
    );
    assert_eq!((rows.intents.len(), rows.failures.len()), (1, 1));
    assert_eq!((rows.owners.len(), rows.owners[0].standard), (1, true));
    assert_eq!(rows.listed, None);
    assert_eq!(store.queued(c).await.unwrap(), 1);
    let sweep = store.sweep(c, SweepKind::FirstSync).await.unwrap().unwrap();
    assert_eq!(
        (sweep.state, sweep.counts.persons),
        (SweepState::Reconciling, 1)
    );
    // What had become what is known as aliases now.
    for (old, new) in [
        ("00Q000000000002EAA", "00Q000000000001EAA"),
        ("00Q000000000003EAA", "003000000000001AAA"),
    ] {
        let alias = store.record_alias(c, old.parse().unwrap()).await.unwrap();
        assert_eq!(alias, Some(new.parse().unwrap()));
    }
    let alias = store
        .contact_alias(c, &"old".parse().unwrap())
        .await
        .unwrap();
    assert_eq!(alias, Some("a".parse().unwrap()));
}

#[tokio::test]
async fn work_of_the_first_release_goes_on() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("carrick.db");
    file_of_the_first_release(&path);
    let store = SqliteStore::threaded(&path).unwrap();
    let c = store.connection_named("acme").await.unwrap().unwrap().id;
    for (id, side) in [(1, Side::Intercom), (2, Side::Salesforce)] {
        let scan = Scan {
            id,
            side,
            started_at: at(20),
        };
        assert_eq!(store.finish_scan(&scan).await.unwrap().new, 1, "{side:?}");
    }
    // A row that shows what it showed is unchanged: digests are the same in both releases.
    let contact = store.contact(c, &"a".parse().unwrap()).await.unwrap();
    let lead = store
        .record(c, "00Q000000000001EAA".parse().unwrap())
        .await
        .unwrap();
    let mut reading = Absorption::new(Lane::Live, Reason::Webhook, at(30));
    let source = Source::Snapshot;
    reading.contacts = contact
        .into_iter()
        .map(|row| Observed { row, source })
        .collect();
    reading.records = lead
        .into_iter()
        .map(|row| Observed { row, source })
        .collect();
    let absorbed = store.absorb(c, &reading).await.unwrap();
    assert_eq!(absorbed.contacts, [Sighting::Unchanged]);
    assert_eq!(absorbed.records, [Sighting::Unchanged]);
}
