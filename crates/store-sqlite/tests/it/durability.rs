//! What survives, what is refused, and what is found to be damaged.

use std::path::PathBuf;

use model::{ConnectionId, Lane, MatchKey, PersonKey, Reason, Settings, Timestamp};
use rusqlite::Connection;
use store::{
    Absorption, Body, Connections, ContactRow, Delivery, Inbox, Mirror, NewConnection, Observed,
    Persons, Queue, Scans, Side, Source, StoreError,
};
use store_sqlite::{SqliteInbox, SqliteStore};
use tempfile::TempDir;

fn file() -> (TempDir, PathBuf) {
    let directory = tempfile::tempdir().expect("the system has room for a directory");
    let path = directory.path().join("carrick.db");
    (directory, path)
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(seconds)
}

fn contact(id: &str, seconds: i64) -> ContactRow {
    ContactRow {
        id: id.parse().expect("letters and digits"),
        key: MatchKey::from_email("ada@acme.io"),
        role: model::ic::Role::User,
        stamp: at(seconds),
        seen_at: at(seconds),
        stale: false,
        projection: 1,
        owner_id: None,
        body: Body(vec![Some("Ada".into())]),
    }
}

async fn connected(store: &SqliteStore) -> ConnectionId {
    let new = NewConnection {
        name: "acme".to_owned(),
        settings: Settings::default(),
    };
    let created = store.create_connection(&new, at(0)).await;
    created.expect("the name is free").id
}

async fn absorb(store: &SqliteStore, c: ConnectionId, row: ContactRow) {
    let mut reading = Absorption::new(Lane::Live, Reason::Webhook, at(20));
    reading.contacts = vec![Observed {
        row,
        source: Source::Snapshot,
    }];
    let absorbed = store.absorb(c, &reading).await;
    absorbed.expect("the row is sound");
}

fn incompatible<T>(outcome: Result<T, StoreError>) -> String {
    match outcome {
        Err(StoreError::Incompatible { why }) => why,
        Err(other) => panic!("expected it to be incompatible, got {other:?}"),
        Ok(_) => panic!("it was opened"),
    }
}

#[tokio::test]
async fn what_was_stored_is_there_after_opening_again() {
    let (_directory, path) = file();
    let row = contact("a", 10);
    let c = {
        let store = SqliteStore::threaded(&path).unwrap();
        let c = connected(&store).await;
        absorb(&store, c, row.clone()).await;
        c
    };
    let store = SqliteStore::inline(&path).unwrap();
    assert_eq!(store.contact(c, &row.id).await.unwrap(), Some(row));
    assert_eq!(store.queued(c).await.unwrap(), 1);
}

#[tokio::test]
async fn a_kept_delivery_is_there_after_opening_again() {
    let (_directory, path) = file();
    let delivery = Delivery {
        workspace_id: "abcd1234".parse().unwrap(),
        topic: "ping".to_owned(),
        received_at: at(1),
        body: b"{}".to_vec(),
    };
    let seq = {
        let inbox = SqliteInbox::threaded(&path).unwrap();
        inbox.keep(delivery.clone()).await.unwrap()
    };
    let inbox = SqliteInbox::inline(&path).unwrap();
    let kept = inbox.kept(0, 10).await.unwrap();
    assert_eq!((kept[0].seq, &kept[0].delivery), (seq, &delivery));
}

#[tokio::test]
async fn a_scan_that_was_cut_off_goes_on_where_it_stopped() {
    let (_directory, path) = file();
    let raw_damage = |word: &str| {
        let raw = Connection::open(&path).unwrap();
        let last = "SELECT id FROM stage_contact ORDER BY bucket DESC, kh DESC, seq DESC LIMIT 1";
        let damage = format!("UPDATE stage_contact SET role = '{word}' WHERE id = ({last})");
        assert_eq!(raw.execute(&damage, []).unwrap(), 1);
    };
    let (c, scan) = {
        let store = SqliteStore::inline(&path).unwrap();
        let c = connected(&store).await;
        absorb(&store, c, contact("gone", 10)).await;
        let scan = store.begin_scan(c, Side::Intercom, at(50)).await.unwrap();
        let rows = (0..7000)
            .map(|number| ContactRow {
                key: MatchKey::from_email(&format!("p{number}@acme.io")),
                ..contact(&format!("c{number}"), 10)
            })
            .collect();
        store.stage_contacts(&scan, rows).await.unwrap();
        raw_damage("robot");
        let cut_off = store.finish_scan(&scan).await;
        assert!(matches!(
            cut_off,
            Err(StoreError::Unreadable {
                table: "stage_contact",
                ..
            })
        ));
        // One step of 5,000 rows was through.
        assert_eq!(store.mirror_counts(c).await.unwrap().contacts, 5001);
        (c, scan)
    };
    raw_damage("user");
    let store = SqliteStore::threaded(&path).unwrap();
    let outcome = store.finish_scan(&scan).await.unwrap();
    assert_eq!(
        (outcome.read, outcome.new, outcome.missing),
        (7000, 7000, 1)
    );
    assert_eq!(store.mirror_counts(c).await.unwrap().contacts, 7001);
    let raw = Connection::open(&path).unwrap();
    let staged: i64 = raw
        .query_row("SELECT COUNT(*) FROM stage_contact", [], |row| row.get(0))
        .unwrap();
    assert_eq!(staged, 0);
}

#[tokio::test]
async fn two_handles_on_one_file_see_each_other_and_count_on_together() {
    let (_directory, path) = file();
    let first = SqliteStore::threaded(&path).unwrap();
    let second = SqliteStore::threaded(&path).unwrap();
    let c = connected(&first).await;
    let settings = Settings::default();
    let rev = second.connection(c).await.unwrap().unwrap().settings_rev;
    let (a, b) = tokio::join!(biased;
        first.put_settings(c, &settings, rev),
        second.put_settings(c, &settings, rev),
    );
    let conflicts = [&a, &b]
        .into_iter()
        .filter(|outcome| matches!(outcome, Err(StoreError::Conflict { .. })))
        .count();
    assert_eq!(conflicts, 1);
    absorb(&first, c, contact("a", 10)).await;
    absorb(&second, c, contact("b", 10)).await;
    assert_eq!(first.mirror_counts(c).await.unwrap().contacts, 2);
    assert_eq!(second.queued(c).await.unwrap(), 1);
}

#[tokio::test]
async fn a_damaged_row_is_named_by_table_column_and_key() {
    let (_directory, path) = file();
    let store = SqliteStore::inline(&path).unwrap();
    let c = connected(&store).await;
    absorb(&store, c, contact("a", 10)).await;
    let sound = PersonKey::Matched(MatchKey::from_email("eve@acme.io").unwrap());
    let damaged = PersonKey::Matched(MatchKey::from_email("ada@acme.io").unwrap());
    let raw = Connection::open(&path).unwrap();
    for (damage, column, why) in [
        (
            "UPDATE contact SET body = '[1'",
            "body",
            "not the JSON that was expected, at 2",
        ),
        (
            "UPDATE contact SET role = 'robot'",
            "role",
            "\"robot\" is unknown",
        ),
        (
            "UPDATE contact SET stale = 7",
            "stale",
            "it is neither 0 nor 1",
        ),
    ] {
        raw.execute(damage, []).unwrap();
        match store.persons(c, std::slice::from_ref(&damaged)).await {
            Err(StoreError::Unreadable {
                table,
                column: named,
                key,
                why: words,
            }) => {
                assert_eq!((table, named, key.as_str()), ("contact", column, "a"));
                assert_eq!(words, why);
            }
            other => panic!("{damage}: {other:?}"),
        }
        let restored = "UPDATE contact SET body = '[\"Ada\"]', role = 'user', stale = 0";
        raw.execute(restored, []).unwrap();
    }
    assert!(store.persons(c, &[sound]).await.is_ok());
}

#[tokio::test]
async fn a_damaged_queue_row_does_not_print_its_email() {
    let (_directory, path) = file();
    let store = SqliteStore::inline(&path).unwrap();
    let c = connected(&store).await;
    absorb(&store, c, contact("a", 10)).await;
    let raw = Connection::open(&path).unwrap();
    raw.execute("UPDATE queue SET subject = 'people:ada@acme.io'", [])
        .unwrap();
    let error = store.due(c, at(99), 10).await.unwrap_err().to_string();
    assert!(error.contains("queue.subject"), "{error}");
    assert!(!error.contains("ada"), "{error}");
}

#[test]
fn a_file_of_a_newer_release_is_refused() {
    let (_directory, path) = file();
    drop(SqliteStore::inline(&path).unwrap());
    let raw = Connection::open(&path).unwrap();
    raw.execute(
        "INSERT INTO migration (number, name, checksum) VALUES (9999, '9999_later', 1)",
        [],
    )
    .unwrap();
    for outcome in [SqliteStore::inline(&path), SqliteStore::threaded(&path)] {
        assert_eq!(
            incompatible(outcome),
            "a newer release wrote it (it has migration 9999, 9999_later)"
        );
    }
}

#[test]
fn a_file_of_an_edited_script_is_refused() {
    let (_directory, path) = file();
    drop(SqliteStore::inline(&path).unwrap());
    let raw = Connection::open(&path).unwrap();
    raw.execute("UPDATE migration SET checksum = checksum + 1", [])
        .unwrap();
    assert_eq!(
        incompatible(SqliteStore::inline(&path)),
        "its migration 1, 0001_first, is not the one of this release"
    );
}

#[test]
fn what_is_not_the_store_is_refused_and_left_as_it_is() {
    let (_directory, path) = file();
    drop(SqliteInbox::inline(&path).unwrap());
    assert_eq!(
        incompatible(SqliteStore::inline(&path)),
        "it holds something else"
    );
    drop(SqliteInbox::inline(&path).unwrap());
    let text = path.with_extension("txt");
    let words = "Dear diary, ".repeat(100);
    std::fs::write(&text, &words).unwrap();
    assert_eq!(
        incompatible(SqliteStore::inline(&text)),
        "the file is not a database"
    );
    assert_eq!(std::fs::read_to_string(&text).unwrap(), words);
}

#[cfg(unix)]
#[test]
fn only_its_owner_can_read_the_file() {
    use std::os::unix::fs::PermissionsExt;

    let (_directory, path) = file();
    drop(SqliteStore::inline(&path).unwrap());
    let mode = std::fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}
