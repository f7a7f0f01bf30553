//! Walks over all persons.

use async_trait::async_trait;
use model::{ConnectionId, KeyHash};
use rusqlite::Row;
use store::{Position, StoreError, Sweep, SweepKind, Sweeps};

use crate::SqliteStore;
use crate::cells::{Cells, RowKey, json_text};
use crate::trouble::Tried;
use crate::words::Word;

fn read(row: &Row<'_>) -> Tried<Sweep> {
    let mut cells = Cells::new(row, "sweep", RowKey::Plain);
    let kind = cells.word("kind")?;
    let hash = cells.integer_or_none("position_kh")?;
    let id = cells.text_or_none("position_id")?;
    let position = match (hash, id) {
        (Some(hash), Some(id)) => Some(Position {
            hash: KeyHash(hash),
            id: id.to_owned(),
        }),
        (None, None) => None,
        (Some(_), None) | (None, Some(_)) => {
            return Err(cells.unreadable("position_id", "half of the position is missing"));
        }
    };
    Ok(Sweep {
        kind,
        position,
        started_at: cells.instant("started_at")?,
        state: cells.word("state")?,
        counts: cells.json("counts")?,
    })
}

#[async_trait]
impl Sweeps for SqliteStore {
    async fn sweep(
        &self,
        connection: ConnectionId,
        kind: SweepKind,
    ) -> Result<Option<Sweep>, StoreError> {
        self.read("reading a sweep", move |view| {
            let mut statement = view.prepare_cached(
                "SELECT kind, position_kh, position_id, started_at, state, counts FROM sweep
                 WHERE c = ?1 AND kind = ?2",
            )?;
            let mut rows = statement.query((connection.0, kind.word()))?;
            rows.next()?.map(read).transpose()
        })
        .await
    }

    async fn put_sweep(&self, connection: ConnectionId, sweep: &Sweep) -> Result<(), StoreError> {
        let sweep = sweep.clone();
        self.write("writing a sweep down", move |transaction| {
            transaction.execute(
                "INSERT INTO sweep (c, kind, position_kh, position_id, started_at, state, counts)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
                 ON CONFLICT (c, kind) DO UPDATE SET
                   position_kh = excluded.position_kh, position_id = excluded.position_id,
                   started_at = excluded.started_at, state = excluded.state,
                   counts = excluded.counts",
                (
                    connection.0,
                    sweep.kind.word(),
                    sweep.position.as_ref().map(|position| position.hash.0),
                    sweep.position.as_ref().map(|position| position.id.as_str()),
                    sweep.started_at.as_millis(),
                    sweep.state.word(),
                    json_text(&sweep.counts),
                ),
            )?;
            Ok(())
        })
        .await
    }
}
