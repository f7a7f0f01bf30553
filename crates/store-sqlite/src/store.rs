//! The one type that implements all ports but the inbox.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use rusqlite::{Transaction, TransactionBehavior};
use store::StoreError;

use crate::executor::{Crew, Executor, Turn};
use crate::file::{self, Place};
use crate::trouble::{Tried, Trouble};

/// Page cache of the writing connection.
const WRITER_CACHE_KIB: u32 = 16 * 1024;

/// Connections that read beside the writer. Walks are prepared by one while the other serves the
/// card and the settings pages.
const READERS: usize = 2;

/// Page cache of one reading connection.
const READER_CACHE_KIB: u32 = 8 * 1024;

/// How a store is opened beyond its place.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// For tests of crashes only: the process ends, as if it were killed, right after so many
    /// commits that changed something.
    pub abort_after_commits: Option<u64>,
}

/// Ends the process after a number of commits.
struct Abort {
    left: AtomicU64,
}

impl Abort {
    /// Counts a commit that changed something.
    fn committed(&self) {
        if self.left.fetch_sub(1, Ordering::SeqCst) <= 1 {
            std::process::abort();
        }
    }
}

/// All storage ports but the inbox, on one SQLite file.
///
/// Every call is one transaction; several processes may hold the same file.
pub struct SqliteStore {
    executor: Executor,
    abort: Option<Arc<Abort>>,
}

impl SqliteStore {
    /// A store that is gone when it is dropped; calls run on the caller.
    pub fn in_memory() -> Self {
        Self::open_inline(Place::Memory).expect("a database in memory has no disk that can fail")
    }

    /// The store in the file at `path`, which is created if there is none; calls run on the
    /// caller, which is exact under a paused clock.
    pub fn inline(path: &Path) -> Result<Self, StoreError> {
        Self::open_inline(Place::File(path))
    }

    fn open_inline(place: Place<'_>) -> Result<Self, StoreError> {
        let cache_kib = WRITER_CACHE_KIB + 2 * READER_CACHE_KIB;
        let connection = file::open(place, &file::MAIN, cache_kib)?;
        Ok(Self {
            executor: Executor::Inline(Mutex::new(connection)),
            abort: None,
        })
    }

    /// The store in the file at `path`, which is created if there is none; calls run on threads of
    /// the store, which end when it is dropped.
    pub fn threaded(path: &Path) -> Result<Self, StoreError> {
        Self::threaded_with(path, Options::default())
    }

    /// As `threaded`, with options.
    pub fn threaded_with(path: &Path, options: Options) -> Result<Self, StoreError> {
        let writer = file::open(Place::File(path), &file::MAIN, WRITER_CACHE_KIB)?;
        let readers = (0..READERS)
            .map(|_| file::open_reader(path, READER_CACHE_KIB))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            executor: Executor::Threaded {
                writer: Crew::start("store-writer", vec![writer])?,
                readers: Some(Crew::start("store-reader", readers)?),
            },
            abort: options.abort_after_commits.map(|commits| {
                Arc::new(Abort {
                    left: AtomicU64::new(commits),
                })
            }),
        })
    }

    /// One transaction that may write. Prompt ones are durable when this returns, bulk ones with
    /// the next prompt one: they hold what can be read again.
    pub(crate) async fn write_in_turn<T, F>(
        &self,
        turn: Turn,
        doing: &'static str,
        call: F,
    ) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>) -> Tried<T> + Send + 'static,
    {
        let abort = self.abort.clone();
        self.executor
            .write(turn, move |connection| {
                connection.execute_batch(match turn {
                    Turn::Prompt => "PRAGMA synchronous = FULL",
                    Turn::Bulk => "PRAGMA synchronous = NORMAL",
                })?;
                let transaction =
                    connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
                let changes = transaction.total_changes();
                let value = call(&transaction)?;
                let changed = transaction.total_changes() != changes;
                transaction.commit()?;
                if let Some(abort) = abort.filter(|_| changed) {
                    abort.committed();
                }
                Ok(value)
            })
            .await
            .map_err(|trouble: Trouble| trouble.during(doing))
    }

    /// One transaction that may write; durable when this returns.
    pub(crate) async fn write<T, F>(&self, doing: &'static str, call: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>) -> Tried<T> + Send + 'static,
    {
        self.write_in_turn(Turn::Prompt, doing, call).await
    }

    /// One consistent view. `turn` says who goes first.
    pub(crate) async fn read_in_turn<T, F>(
        &self,
        turn: Turn,
        doing: &'static str,
        call: F,
    ) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>) -> Tried<T> + Send + 'static,
    {
        self.executor
            .read(turn, move |connection| {
                let view = connection.transaction()?;
                let value = call(&view)?;
                view.commit()?;
                Ok(value)
            })
            .await
            .map_err(|trouble: Trouble| trouble.during(doing))
    }

    /// One consistent view, prompt.
    pub(crate) async fn read<T, F>(&self, doing: &'static str, call: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>) -> Tried<T> + Send + 'static,
    {
        self.read_in_turn(Turn::Prompt, doing, call).await
    }
}
