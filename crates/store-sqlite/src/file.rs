//! Opening a file: settings of the connection, identity, schema.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};
use store::StoreError;

use crate::migrations::{self, Migration};
use crate::trouble::{Tried, Trouble};

/// Where the database lives.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Place<'p> {
    Memory,
    File(&'p Path),
}

/// What kind of file it is.
pub(crate) struct Kind {
    /// Stands in the file's header, so that one kind is not taken for the other.
    application_id: i32,
    migrations: &'static [Migration],
    page_bytes: u32,
    /// Pages in the log after which a commit also moves them into the file.
    checkpoint_pages: u32,
}

impl Kind {
    /// What marks the file as one of this kind.
    #[cfg(test)]
    pub(crate) fn application_id(&self) -> i32 {
        self.application_id
    }
}

/// The main file. Wide pages, because a row with its body must not exceed a quarter of one to stay
/// in its place; rare checkpoints, because bulk work doubles its speed with them.
pub(crate) const MAIN: Kind = Kind {
    application_id: i32::from_be_bytes(*b"Crk1"),
    migrations: migrations::MAIN,
    page_bytes: 8192,
    checkpoint_pages: 4000,
};

/// The inbox. Frequent checkpoints keep the slowest commit short: somebody waits for each.
pub(crate) const INBOX: Kind = Kind {
    application_id: i32::from_be_bytes(*b"CrkI"),
    migrations: migrations::INBOX,
    page_bytes: 4096,
    checkpoint_pages: 1000,
};

/// How long a call waits for another process that holds the file.
const BUSY_MAX: Duration = Duration::from_secs(5);

/// More than there are statements in this crate, so that each is prepared once per connection.
const STATEMENTS_MAX: usize = 256;

/// Opens a connection that may write, and brings the schema up to date. `cache_kib` is what its
/// pages may take in memory.
pub(crate) fn open(
    place: Place<'_>,
    kind: &Kind,
    cache_kib: u32,
) -> Result<Connection, StoreError> {
    let mut connection =
        open_writable(place, kind, cache_kib).map_err(|trouble| trouble.during("opening it"))?;
    migrations::bring_up(&mut connection, kind.application_id, kind.migrations)?;
    Ok(connection)
}

fn open_writable(place: Place<'_>, kind: &Kind, cache_kib: u32) -> Tried<Connection> {
    let connection = match place {
        Place::Memory => Connection::open_in_memory()?,
        Place::File(path) => {
            create_private(path)?;
            Connection::open(path)?
        }
    };
    connection.busy_timeout(BUSY_MAX)?;
    connection.execute_batch(&format!(
        "PRAGMA page_size = {};
         PRAGMA journal_mode = WAL;
         PRAGMA synchronous = FULL;
         PRAGMA wal_autocheckpoint = {};",
        kind.page_bytes, kind.checkpoint_pages
    ))?;
    settle_down(&connection, cache_kib)?;
    Ok(connection)
}

/// Opens a connection that only reads, on a file that `open` has brought up to date.
pub(crate) fn open_reader(path: &Path, cache_kib: u32) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let open = || -> Tried<Connection> {
        let connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(BUSY_MAX)?;
        settle_down(&connection, cache_kib)?;
        Ok(connection)
    };
    open().map_err(|trouble| trouble.during("opening it for reading"))
}

fn settle_down(connection: &Connection, cache_kib: u32) -> Tried<()> {
    connection.execute_batch(&format!(
        "PRAGMA cache_size = -{cache_kib};
         PRAGMA temp_store = MEMORY;
         PRAGMA trusted_schema = OFF;"
    ))?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    Ok(())
}

/// Creates the file so that only its owner can read it; SQLite gives its log the same mode.
fn create_private(path: &Path) -> Tried<()> {
    let mut options = std::fs::OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    match options.open(path) {
        Ok(_) => Ok(()),
        Err(source) => Err(Trouble::Store(StoreError::Unavailable {
            doing: "opening it",
            source: Box::new(source),
        })),
    }
}
