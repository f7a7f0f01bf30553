//! S4: settings as one text. A store with one connection is enough; no cloud is needed.

use std::path::Path;

use model::{Settings, Timestamp};
use store::{Connections, NewConnection};
use store_sqlite::SqliteStore;
use tempfile::{TempDir, tempdir};
use tokio::runtime::Runtime;

use crate::process::run;

/// A folder whose store has the connection `acme`.
fn with_a_connection() -> TempDir {
    let folder = tempdir().unwrap();
    let directory = folder.path().join("carrick-store");
    std::fs::create_dir(&directory).unwrap();
    let store = SqliteStore::inline(&directory.join("carrick.db")).unwrap();
    let new = NewConnection {
        name: "acme".to_owned(),
        settings: Settings::default(),
    };
    let created = store.create_connection(&new, Timestamp::from_seconds(1_790_000_000));
    Runtime::new().unwrap().block_on(created).unwrap();
    folder
}

fn exported(folder: &Path) -> String {
    let ended = run(folder, &["settings", "export", "acme"]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    ended.stdout
}

#[test]
fn s4_exported_settings_apply_and_change_nothing() {
    let folder = with_a_connection();
    let before = exported(folder.path());
    std::fs::write(folder.path().join("acme.toml"), &before).unwrap();
    let applied = run(folder.path(), &["settings", "apply", "acme", "acme.toml"]);
    assert_eq!(applied.code, Some(0), "{}", applied.stderr);
    assert_eq!(applied.stdout, "acme: nothing to change\n");
    assert_eq!(exported(folder.path()), before);
}

#[test]
fn s4_a_difference_is_shown_and_applied() {
    let folder = with_a_connection();
    let wanted = "[polling]\nsalesforce_seconds = 5\n";
    std::fs::write(folder.path().join("acme.toml"), wanted).unwrap();
    let difference = "- polling.salesforce_seconds = 30\n+ polling.salesforce_seconds = 5\n";

    let shown = run(folder.path(), &["settings", "diff", "acme", "acme.toml"]);
    assert_eq!(
        (shown.code, shown.stdout.as_str()),
        (Some(0), difference),
        "{}",
        shown.stderr
    );
    assert!(
        exported(folder.path()).contains("salesforce_seconds = 30"),
        "only shown"
    );

    let applied = run(folder.path(), &["settings", "apply", "acme", "acme.toml"]);
    assert_eq!(applied.code, Some(0), "{}", applied.stderr);
    assert_eq!(
        applied.stdout,
        format!("{difference}acme: applied, revision 2\n")
    );
    assert!(exported(folder.path()).contains("salesforce_seconds = 5"));
}

#[test]
fn s4_settings_that_cannot_be_right_are_refused_whole() {
    let folder = with_a_connection();
    let before = exported(folder.path());
    for (text, words) in [
        (
            "[polling]\nsalesforce_seconds = 0\n",
            "polling.salesforce_seconds must be at least 1",
        ),
        ("[leads]\none_clik = true\n", "unknown field `one_clik`"),
        ("not settings", "line 1"),
    ] {
        std::fs::write(folder.path().join("acme.toml"), text).unwrap();
        let refused = run(folder.path(), &["settings", "apply", "acme", "acme.toml"]);
        assert_eq!(refused.code, Some(2), "{text}");
        assert!(refused.stderr.contains(words), "{text}: {}", refused.stderr);
        assert_eq!(refused.stdout, "", "{text}");
    }
    let absent = run(folder.path(), &["settings", "apply", "acme", "absent.toml"]);
    assert_eq!(absent.code, Some(2));
    assert!(
        absent.stderr.contains("absent.toml cannot be read"),
        "{}",
        absent.stderr
    );
    assert_eq!(exported(folder.path()), before);
}

#[test]
fn an_unknown_connection_or_store_is_named_and_nothing_is_made() {
    let folder = with_a_connection();
    let unknown = run(folder.path(), &["settings", "export", "acmee"]);
    assert_eq!(unknown.code, Some(1));
    assert!(
        unknown.stderr.contains("no connection named \"acmee\""),
        "{}",
        unknown.stderr
    );
    assert!(
        unknown.stderr.contains("the connections are: acme"),
        "{}",
        unknown.stderr
    );

    let empty = tempdir().unwrap();
    for arguments in [
        ["settings", "export", "acme"].as_slice(),
        &["timeline", "acme", "x"],
        &["sync", "acme"],
    ] {
        let none = run(empty.path(), arguments);
        assert_eq!(none.code, Some(1), "{arguments:?}");
        assert!(
            none.stderr.contains("there is no store in"),
            "{arguments:?}: {}",
            none.stderr
        );
    }
    assert_eq!(std::fs::read_dir(empty.path()).unwrap().count(), 0);
}

#[test]
fn a_timeline_of_somebody_never_seen_says_so() {
    let folder = with_a_connection();
    let nobody = run(folder.path(), &["timeline", "acme", "nobody@acme.example"]);
    assert_eq!(nobody.code, Some(1));
    assert!(
        nobody.stderr.contains("nothing is known"),
        "{}",
        nobody.stderr
    );
}
