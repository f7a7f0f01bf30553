//! Stores in directories that go away with them.

use std::ops::Deref;

use store_sqlite::{SqliteInbox, SqliteStore};
use tempfile::TempDir;

/// A store, and the directory of its file.
pub(crate) struct Placed<T> {
    // Dropped in this order: the store closes its file before the directory is removed.
    store: T,
    _directory: TempDir,
}

impl Placed<SqliteStore> {
    pub(crate) fn threaded_store() -> Self {
        let directory = tempfile::tempdir().expect("the system has room for a directory");
        let store = SqliteStore::threaded(&directory.path().join("carrick.db"))
            .expect("the directory is empty");
        Self {
            store,
            _directory: directory,
        }
    }
}

impl Placed<SqliteInbox> {
    pub(crate) fn threaded_inbox() -> Self {
        let directory = tempfile::tempdir().expect("the system has room for a directory");
        let store = SqliteInbox::threaded(&directory.path().join("inbox.db"))
            .expect("the directory is empty");
        Self {
            store,
            _directory: directory,
        }
    }
}

impl<T> Deref for Placed<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.store
    }
}
