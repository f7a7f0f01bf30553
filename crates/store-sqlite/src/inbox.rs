//! Webhooks that were answered, in a file of their own.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use rusqlite::{Connection, Row, TransactionBehavior};
use store::{Delivery, Inbox, StoreError, StoredDelivery};
use tokio::sync::oneshot;

use crate::cells::{Cells, RowKey};
use crate::executor::{Crew, Executor, Turn};
use crate::file::{self, Place};
use crate::trouble::{Tried, Trouble};

/// Page cache of the inbox: it is read in the order in which it was written, and soon after.
const CACHE_KIB: u32 = 2 * 1024;

/// The inbox of all connections, on one SQLite file. What is kept is on the disk when `keep`
/// returns.
pub struct SqliteInbox {
    executor: Executor,
    /// Deliveries for the next commit. Whichever call comes to its turn first takes them all.
    arrived: Arc<Mutex<Vec<Arrival>>>,
}

/// A delivery, and where to tell its number.
struct Arrival {
    delivery: Delivery,
    kept: oneshot::Sender<Result<i64, StoreError>>,
}

impl SqliteInbox {
    /// An inbox that is gone when it is dropped; calls run on the caller.
    pub fn in_memory() -> Self {
        Self::open_inline(Place::Memory).expect("a database in memory has no disk that can fail")
    }

    /// The inbox in the file at `path`, which is created if there is none; calls run on the caller,
    /// which is exact under a paused clock.
    pub fn inline(path: &Path) -> Result<Self, StoreError> {
        Self::open_inline(Place::File(path))
    }

    fn open_inline(place: Place<'_>) -> Result<Self, StoreError> {
        let connection = file::open(place, &file::INBOX, CACHE_KIB)?;
        Ok(Self::on(Executor::Inline(Mutex::new(connection))))
    }

    /// The inbox in the file at `path`, which is created if there is none; calls run on a thread of
    /// the inbox, which ends when it is dropped.
    pub fn threaded(path: &Path) -> Result<Self, StoreError> {
        let connection = file::open(Place::File(path), &file::INBOX, CACHE_KIB)?;
        Ok(Self::on(Executor::Threaded {
            writer: Crew::start("inbox", vec![connection])?,
            readers: None,
        }))
    }

    fn on(executor: Executor) -> Self {
        Self {
            executor,
            arrived: Arc::default(),
        }
    }
}

/// Keeps all that arrived in one commit, and tells everybody who waits.
fn keep_arrived(connection: &mut Connection, arrived: &Mutex<Vec<Arrival>>) {
    let arrivals = std::mem::take(&mut *arrived.lock().unwrap_or_else(PoisonError::into_inner));
    if arrivals.is_empty() {
        return;
    }
    match keep_all(connection, &arrivals) {
        Ok(seqs) => {
            for (arrival, seq) in arrivals.into_iter().zip(seqs) {
                // The sender may have hung up; the delivery is kept all the same.
                drop(arrival.kept.send(Ok(seq)));
            }
        }
        Err(trouble) => {
            let why = trouble.to_string();
            for arrival in arrivals {
                drop(arrival.kept.send(Err(StoreError::Unavailable {
                    doing: "keeping a delivery",
                    source: why.clone().into(),
                })));
            }
        }
    }
}

fn keep_all(connection: &mut Connection, arrivals: &[Arrival]) -> Tried<Vec<i64>> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut seqs = Vec::with_capacity(arrivals.len());
    {
        let mut statement = transaction.prepare_cached(
            "INSERT INTO inbox (workspace_id, topic, received_at, body) VALUES (?1, ?2, ?3, ?4)",
        )?;
        for Arrival { delivery, .. } in arrivals {
            seqs.push(statement.insert((
                delivery.workspace_id.as_str(),
                &delivery.topic,
                delivery.received_at.as_millis(),
                &delivery.body,
            ))?);
        }
    }
    transaction.commit()?;
    Ok(seqs)
}

fn read(row: &Row<'_>) -> Tried<StoredDelivery> {
    let mut cells = Cells::new(row, "inbox", RowKey::Plain);
    Ok(StoredDelivery {
        seq: cells.integer("seq")?,
        delivery: Delivery {
            workspace_id: cells.parsed("workspace_id")?,
            topic: cells.text("topic")?.to_owned(),
            received_at: cells.instant("received_at")?,
            body: cells.blob("body")?.to_vec(),
        },
    })
}

#[async_trait]
impl Inbox for SqliteInbox {
    async fn keep(&self, delivery: Delivery) -> Result<i64, StoreError> {
        let (kept, answer) = oneshot::channel();
        self.arrived
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(Arrival { delivery, kept });
        let arrived = Arc::clone(&self.arrived);
        self.executor
            .write(Turn::Prompt, move |connection| {
                keep_arrived(connection, &arrived);
            })
            .await;
        answer
            .await
            .expect("this call's turn came, so somebody took the delivery and answered")
    }

    async fn kept(&self, after: i64, limit: u32) -> Result<Vec<StoredDelivery>, StoreError> {
        self.executor
            .read(Turn::Bulk, move |connection| {
                let mut statement = connection.prepare_cached(
                    "SELECT seq, workspace_id, topic, received_at, body FROM inbox
                     WHERE seq > ?1 ORDER BY seq LIMIT ?2",
                )?;
                let mut rows = statement.query((after, limit))?;
                let mut deliveries = Vec::new();
                while let Some(row) = rows.next()? {
                    deliveries.push(read(row)?);
                }
                Ok(deliveries)
            })
            .await
            .map_err(|trouble: Trouble| trouble.during("reading the inbox"))
    }

    async fn drop_kept(&self, seqs: &[i64]) -> Result<(), StoreError> {
        let seqs = seqs.to_vec();
        self.executor
            .write(Turn::Bulk, move |connection| {
                let transaction =
                    connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
                {
                    let mut statement =
                        transaction.prepare_cached("DELETE FROM inbox WHERE seq = ?1")?;
                    for seq in seqs {
                        statement.execute([seq])?;
                    }
                }
                transaction.commit()?;
                Ok(())
            })
            .await
            .map_err(|trouble: Trouble| trouble.during("emptying the inbox"))
    }

    async fn kept_count(&self) -> Result<u64, StoreError> {
        self.executor
            .read(Turn::Bulk, |connection| {
                let count: i64 = connection
                    .prepare_cached("SELECT COUNT(*) FROM inbox")?
                    .query_row([], |row| row.get(0))?;
                Ok(u64::try_from(count).expect("COUNT is never negative"))
            })
            .await
            .map_err(|trouble: Trouble| trouble.during("counting the inbox"))
    }
}
