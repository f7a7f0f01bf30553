//! What is about to be created in a cloud.

use async_trait::async_trait;
use model::{ConnectionId, MatchKey, Timestamp, sf};
use rusqlite::{Row, Transaction};
use store::{
    Intent, IntentId, IntentKind, IntentState, Intents, NewIntent, OpenedIntent, Settled,
    Settlement, StoreError,
};

use crate::SqliteStore;
use crate::cells::{Cells, RowKey};
use crate::settle::settle;
use crate::trouble::{Tried, Trouble};
use crate::words::Word;

/// The select list that `read` reads.
pub(crate) const COLUMNS: &str = "id, org_id, c, kind, target, state, opened_at, sent_at, \
                                  quiet_until, look_at, payload, outcome_id, refusal, by";

pub(crate) fn read(row: &Row<'_>) -> Tried<Intent> {
    let mut cells = Cells::new(row, "intent", RowKey::Plain);
    Ok(Intent {
        id: IntentId(cells.integer("id")?),
        org_id: cells.parsed("org_id")?,
        connection: ConnectionId(cells.integer("c")?),
        kind: cells.word("kind")?,
        target: cells.text("target")?.to_owned(),
        state: cells.word("state")?,
        opened_at: cells.instant("opened_at")?,
        sent_at: cells.instant_or_none("sent_at")?,
        quiet_until: cells.instant_or_none("quiet_until")?,
        look_at: cells.instant_or_none("look_at")?,
        payload: cells.text("payload")?.to_owned(),
        outcome_id: cells.text_or_none("outcome_id")?.map(str::to_owned),
        refusal: cells.text_or_none("refusal")?.map(str::to_owned),
        by: cells.text("by")?.to_owned(),
    })
}

fn find(view: &Transaction<'_>, id: IntentId) -> Tried<Option<Intent>> {
    let mut statement =
        view.prepare_cached(&format!("SELECT {COLUMNS} FROM intent WHERE id = ?1"))?;
    let mut rows = statement.query([id.0])?;
    rows.next()?.map(read).transpose()
}

/// The first intents of one state; `condition` may use `?3`, the present.
fn first_in_state(
    view: &Transaction<'_>,
    (connection, kind): (ConnectionId, IntentKind),
    condition: &str,
    now: Timestamp,
    limit: u32,
) -> Tried<Vec<Intent>> {
    let mut statement = view.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM intent {condition} ORDER BY id LIMIT ?4"
    ))?;
    let mut rows = statement.query((connection.0, kind.word(), now.as_millis(), limit))?;
    let mut intents = Vec::new();
    while let Some(row) = rows.next()? {
        intents.push(read(row)?);
    }
    Ok(intents)
}

/// Open intents, and unknown ones that are to be looked for; each state has an index in the order
/// of numbers.
fn due(
    view: &Transaction<'_>,
    of: (ConnectionId, IntentKind),
    now: Timestamp,
    limit: u32,
) -> Tried<Vec<Intent>> {
    const OPEN: &str = "INDEXED BY intent_open
         WHERE c = ?1 AND kind = ?2 AND state = 'open' AND ?3 IS NOT NULL";
    const UNKNOWN: &str = "INDEXED BY intent_unknown
         WHERE c = ?1 AND kind = ?2 AND state = 'unknown' AND look_at <= ?3";
    let mut intents = first_in_state(view, of, OPEN, now, limit)?;
    intents.extend(first_in_state(view, of, UNKNOWN, now, limit)?);
    intents.sort_by_key(|intent| intent.id);
    intents.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(intents)
}

fn existing(view: &Transaction<'_>, id: IntentId) -> Tried<Intent> {
    find(view, id)?.ok_or_else(|| Trouble::missing("intent"))
}

fn is_closed(state: IntentState) -> bool {
    match state {
        IntentState::Done | IntentState::Refused => true,
        IntentState::Open | IntentState::Sent | IntentState::Unknown => false,
    }
}

fn open(transaction: &Transaction<'_>, new: &NewIntent, now: Timestamp) -> Tried<OpenedIntent> {
    {
        let mut statement = transaction.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM intent
             WHERE org_id = ?1 AND kind = ?2 AND target = ?3
               AND state IN ('open', 'sent', 'unknown')"
        ))?;
        let mut rows = statement.query((new.org_id.as_str(), new.kind.word(), &new.target))?;
        if let Some(row) = rows.next()? {
            return Ok(OpenedIntent::Standing(read(row)?));
        }
    }
    transaction.execute(
        "INSERT INTO intent (org_id, c, kind, target, state, opened_at, payload, by)
         VALUES (?1, ?2, ?3, ?4, 'open', ?5, ?6, ?7)",
        (
            new.org_id.as_str(),
            new.connection.0,
            new.kind.word(),
            &new.target,
            now.as_millis(),
            &new.payload,
            &new.by,
        ),
    )?;
    let id = IntentId(transaction.last_insert_rowid());
    Ok(OpenedIntent::Opened(existing(transaction, id)?))
}

/// Writes an intent down unless one of the same org, kind and target stands.
pub(crate) fn open_unless_standing(
    transaction: &Transaction<'_>,
    new: &NewIntent,
    now: Timestamp,
) -> Tried<()> {
    transaction
        .prepare_cached(
            "INSERT INTO intent (org_id, c, kind, target, state, opened_at, payload, by)
             VALUES (?1, ?2, ?3, ?4, 'open', ?5, ?6, ?7)
             ON CONFLICT DO NOTHING",
        )?
        .execute((
            new.org_id.as_str(),
            new.connection.0,
            new.kind.word(),
            &new.target,
            now.as_millis(),
            &new.payload,
            &new.by,
        ))?;
    Ok(())
}

/// Whether a Lead intent for the key stands in the connection's org.
pub(crate) fn any_standing(
    view: &Transaction<'_>,
    connection: ConnectionId,
    key: &MatchKey,
) -> Tried<bool> {
    let any = view
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM intent
                            WHERE org_id = (SELECT org_id FROM connection WHERE c = ?1)
                              AND kind = 'lead' AND target = ?2
                              AND state IN ('open', 'sent', 'unknown'))",
        )?
        .query_row((connection.0, key.as_str()), |row| row.get(0))?;
    Ok(any)
}

/// Gives the connection's standing Lead intent of a key to another key, unless one stands there.
pub(crate) fn move_target(
    transaction: &Transaction<'_>,
    connection: ConnectionId,
    old: &MatchKey,
    new: &MatchKey,
) -> Tried<()> {
    transaction
        .prepare_cached(
            "UPDATE OR IGNORE intent SET target = ?3
             WHERE org_id = (SELECT org_id FROM connection WHERE c = ?1)
               AND kind = 'lead' AND target = ?2 AND state IN ('open', 'sent', 'unknown')
               AND c = ?1",
        )?
        .execute((connection.0, old.as_str(), new.as_str()))?;
    Ok(())
}

/// Refuses a change of state that nobody but another worker can have made impossible.
fn expect_state(intent: &Intent, allowed: &[IntentState]) -> Tried<()> {
    if allowed.contains(&intent.state) {
        Ok(())
    } else {
        Err(Trouble::conflict("the intent"))
    }
}

fn done(
    transaction: &Transaction<'_>,
    id: IntentId,
    outcome_id: &str,
    settlement: &Settlement,
    now: Timestamp,
) -> Tried<Settled> {
    let intent = existing(transaction, id)?;
    if is_closed(intent.state) {
        return Ok(Settled::Closed);
    }
    let taken: bool = transaction.query_row(
        "SELECT EXISTS (SELECT 1 FROM intent
                        WHERE org_id = ?1 AND kind = ?2 AND outcome_id = ?3)",
        (intent.org_id.as_str(), intent.kind.word(), outcome_id),
        |row| row.get(0),
    )?;
    if taken {
        return Ok(Settled::RowTaken);
    }
    transaction.execute(
        "UPDATE intent SET state = 'done', outcome_id = ?2, look_at = NULL WHERE id = ?1",
        (id.0, outcome_id),
    )?;
    settle(
        transaction,
        intent.connection,
        std::slice::from_ref(settlement),
        now,
    )?;
    Ok(Settled::Done)
}

#[async_trait]
impl Intents for SqliteStore {
    async fn open_intent(
        &self,
        new: &NewIntent,
        now: Timestamp,
    ) -> Result<OpenedIntent, StoreError> {
        let new = new.clone();
        self.write("writing an intent down", move |transaction| {
            open(transaction, &new, now)
        })
        .await
    }

    async fn intent(&self, id: IntentId) -> Result<Option<Intent>, StoreError> {
        self.read("reading an intent", move |view| find(view, id))
            .await
    }

    async fn unsettled_intents(
        &self,
        org: sf::OrgId,
        kind: IntentKind,
    ) -> Result<Vec<Intent>, StoreError> {
        self.read("reading the intents", move |view| {
            let mut statement = view.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM intent
                 WHERE org_id = ?1 AND kind = ?2 AND state IN ('open', 'sent', 'unknown')
                 ORDER BY id"
            ))?;
            let mut rows = statement.query([org.as_str(), kind.word()])?;
            let mut intents = Vec::new();
            while let Some(row) = rows.next()? {
                intents.push(read(row)?);
            }
            Ok(intents)
        })
        .await
    }

    async fn due_intents(
        &self,
        connection: ConnectionId,
        kind: IntentKind,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<Intent>, StoreError> {
        self.read("reading the intents", move |view| {
            due(view, (connection, kind), now, limit)
        })
        .await
    }

    async fn doubt_sent_intents(
        &self,
        connection: ConnectionId,
        kind: IntentKind,
        before: Timestamp,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        self.write("doubting sent intents", move |transaction| {
            let doubted = transaction.execute(
                "UPDATE intent SET state = 'unknown', look_at = ?4,
                   quiet_until = COALESCE(quiet_until, ?4)
                 WHERE c = ?1 AND kind = ?2 AND state = 'sent' AND sent_at < ?3",
                (
                    connection.0,
                    kind.word(),
                    before.as_millis(),
                    now.as_millis(),
                ),
            )?;
            Ok(u64::try_from(doubted).expect("a count of rows fits"))
        })
        .await
    }

    async fn forget_intents(
        &self,
        org: sf::OrgId,
        kind: IntentKind,
        before: Timestamp,
    ) -> Result<u64, StoreError> {
        self.write("forgetting closed intents", move |transaction| {
            let forgotten = transaction.execute(
                "DELETE FROM intent INDEXED BY intent_closed
                 WHERE org_id = ?1 AND kind = ?2 AND state IN ('done', 'refused')
                   AND opened_at < ?3",
                (org.as_str(), kind.word(), before.as_millis()),
            )?;
            Ok(u64::try_from(forgotten).expect("a count of rows fits"))
        })
        .await
    }

    async fn intent_sent(&self, id: IntentId, now: Timestamp) -> Result<(), StoreError> {
        self.write("noting that an intent is sent", move |transaction| {
            expect_state(&existing(transaction, id)?, &[IntentState::Open])?;
            transaction.execute(
                "UPDATE intent SET state = 'sent', sent_at = ?2 WHERE id = ?1",
                (id.0, now.as_millis()),
            )?;
            Ok(())
        })
        .await
    }

    async fn intent_unknown(
        &self,
        id: IntentId,
        look_at: Timestamp,
        quiet_until: Timestamp,
    ) -> Result<(), StoreError> {
        self.write("noting that an intent is unknown", move |transaction| {
            let allowed = [IntentState::Sent, IntentState::Unknown];
            expect_state(&existing(transaction, id)?, &allowed)?;
            transaction.execute(
                "UPDATE intent SET state = 'unknown', look_at = ?2,
                   quiet_until = COALESCE(quiet_until, ?3) WHERE id = ?1",
                (id.0, look_at.as_millis(), quiet_until.as_millis()),
            )?;
            Ok(())
        })
        .await
    }

    async fn intent_done(
        &self,
        id: IntentId,
        outcome_id: &str,
        settlement: &Settlement,
        now: Timestamp,
    ) -> Result<Settled, StoreError> {
        let (outcome_id, settlement) = (outcome_id.to_owned(), settlement.clone());
        self.write("closing an intent", move |transaction| {
            done(transaction, id, &outcome_id, &settlement, now)
        })
        .await
    }

    async fn intent_refused(&self, id: IntentId, why: &str) -> Result<(), StoreError> {
        let why = why.to_owned();
        self.write("closing an intent", move |transaction| {
            let intent = existing(transaction, id)?;
            if is_closed(intent.state) {
                return Ok(());
            }
            expect_state(&intent, &[IntentState::Open, IntentState::Sent])?;
            transaction.execute(
                "UPDATE intent SET state = 'refused', refusal = ?2 WHERE id = ?1",
                (id.0, why),
            )?;
            Ok(())
        })
        .await
    }

    async fn intent_reopened(&self, id: IntentId) -> Result<(), StoreError> {
        self.write("opening an intent again", move |transaction| {
            let intent = existing(transaction, id)?;
            let allowed = [IntentState::Open, IntentState::Sent, IntentState::Unknown];
            expect_state(&intent, &allowed)?;
            transaction.execute(
                "UPDATE intent SET state = 'open', quiet_until = NULL, look_at = NULL
                 WHERE id = ?1",
                [id.0],
            )?;
            Ok(())
        })
        .await
    }

    async fn distrust_sent_intents(
        &self,
        org: sf::OrgId,
        now: Timestamp,
        quiet_until: Timestamp,
    ) -> Result<u64, StoreError> {
        self.write("distrusting sent intents", move |transaction| {
            let distrusted = transaction.execute(
                "UPDATE intent SET state = 'unknown', look_at = ?2,
                   quiet_until = COALESCE(quiet_until, ?3)
                 WHERE org_id = ?1 AND state IN ('open', 'sent', 'unknown') AND state = 'sent'",
                (org.as_str(), now.as_millis(), quiet_until.as_millis()),
            )?;
            Ok(u64::try_from(distrusted).expect("a count of rows fits"))
        })
        .await
    }
}
