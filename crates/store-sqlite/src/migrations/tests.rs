use super::*;

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
