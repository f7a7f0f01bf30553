//! Connections and their credentials.

use async_trait::async_trait;
use model::{ConnectionId, Settings, Timestamp, ic};
use rusqlite::{OptionalExtension, Row, Transaction};
use store::{Connection, ConnectionState, Connections, NewConnection, Profile};
use store::{SealedCredential, Side, StoreError};

use crate::SqliteStore;
use crate::cells::{Cells, RowKey, json_text};
use crate::trouble::{Tried, Trouble};
use crate::words::Word;

const SELECT: &str =
    "SELECT c, name, org_id, workspace_id, state, profile, settings, settings_rev FROM connection";

fn read(row: &Row<'_>) -> Tried<Connection> {
    let mut cells = Cells::new(row, "connection", RowKey::Plain);
    Ok(Connection {
        id: ConnectionId(cells.integer("c")?),
        name: cells.text("name")?.to_owned(),
        org_id: cells.parsed_or_none("org_id")?,
        workspace_id: cells.parsed_or_none("workspace_id")?,
        state: cells.json("state")?,
        profile: cells.json("profile")?,
        settings: cells.json("settings")?,
        settings_rev: cells.integer("settings_rev")?,
    })
}

fn find(
    view: &Transaction<'_>,
    condition: &str,
    value: impl rusqlite::ToSql,
) -> Tried<Option<Connection>> {
    let mut statement = view.prepare_cached(&format!("{SELECT} WHERE {condition}"))?;
    let mut rows = statement.query([value])?;
    rows.next()?.map(read).transpose()
}

/// The next revision of the connection's queue. Also proves that the connection exists.
pub(crate) fn next_queue_rev(transaction: &Transaction<'_>, id: ConnectionId) -> Tried<i64> {
    transaction
        .prepare_cached(
            "UPDATE connection SET queue_rev = queue_rev + 1 WHERE c = ?1 RETURNING queue_rev",
        )?
        .query_row([id.0], |row| row.get(0))
        .optional()?
        .ok_or_else(|| Trouble::missing("connection"))
}

fn create(transaction: &Transaction<'_>, new: &NewConnection) -> Tried<Connection> {
    if find(transaction, "name = ?1", &new.name)?.is_some() {
        return Err(Trouble::taken("the connection's name"));
    }
    transaction.execute(
        "INSERT INTO connection (name, state, profile, settings, settings_rev)
         VALUES (?1, ?2, ?3, ?4, 1)",
        (
            &new.name,
            json_text(&ConnectionState::Incomplete),
            json_text(&Profile::default()),
            json_text(&new.settings),
        ),
    )?;
    find(transaction, "c = ?1", transaction.last_insert_rowid())?
        .ok_or_else(|| Trouble::missing("connection"))
}

fn update(transaction: &Transaction<'_>, connection: &Connection) -> Tried<()> {
    if let Some(workspace) = &connection.workspace_id
        && let Some(holder) = find(transaction, "workspace_id = ?1", workspace.as_str())?
        && holder.id != connection.id
    {
        return Err(Trouble::taken("the workspace"));
    }
    let updated = transaction.execute(
        "UPDATE connection SET state = ?2, profile = ?3, org_id = ?4, workspace_id = ?5
         WHERE c = ?1",
        (
            connection.id.0,
            json_text(&connection.state),
            json_text(&connection.profile),
            connection.org_id.as_ref().map(model::sf::OrgId::as_str),
            connection
                .workspace_id
                .as_ref()
                .map(ic::WorkspaceId::as_str),
        ),
    )?;
    if updated == 0 {
        return Err(Trouble::missing("connection"));
    }
    Ok(())
}

fn credential(
    view: &Transaction<'_>,
    id: ConnectionId,
    side: Side,
) -> Tried<Option<SealedCredential>> {
    let mut statement =
        view.prepare_cached("SELECT c, sealed, rev FROM credential WHERE c = ?1 AND side = ?2")?;
    let mut rows = statement.query((id.0, side.word()))?;
    let Some(row) = rows.next()? else {
        return Ok(None);
    };
    let mut cells = Cells::new(row, "credential", RowKey::Plain);
    cells.integer("c")?;
    Ok(Some(SealedCredential {
        sealed: cells.blob("sealed")?.to_vec(),
        rev: cells.integer("rev")?,
    }))
}

#[async_trait]
impl Connections for SqliteStore {
    async fn create_connection(
        &self,
        new: &NewConnection,
        _now: Timestamp,
    ) -> Result<Connection, StoreError> {
        let new = new.clone();
        self.write("adding a connection", move |transaction| {
            create(transaction, &new)
        })
        .await
    }

    async fn connections(&self) -> Result<Vec<Connection>, StoreError> {
        self.read("reading the connections", |view| {
            let mut statement = view.prepare_cached(&format!("{SELECT} ORDER BY c"))?;
            let mut rows = statement.query([])?;
            let mut connections = Vec::new();
            while let Some(row) = rows.next()? {
                connections.push(read(row)?);
            }
            Ok(connections)
        })
        .await
    }

    async fn connection(&self, id: ConnectionId) -> Result<Option<Connection>, StoreError> {
        self.read("reading a connection", move |view| {
            find(view, "c = ?1", id.0)
        })
        .await
    }

    async fn connection_named(&self, name: &str) -> Result<Option<Connection>, StoreError> {
        let name = name.to_owned();
        self.read("reading a connection", move |view| {
            find(view, "name = ?1", name)
        })
        .await
    }

    async fn connection_of_workspace(
        &self,
        workspace: &ic::WorkspaceId,
    ) -> Result<Option<Connection>, StoreError> {
        let workspace = workspace.clone();
        self.read("reading a connection", move |view| {
            find(view, "workspace_id = ?1", workspace.as_str())
        })
        .await
    }

    async fn update_connection(&self, connection: &Connection) -> Result<(), StoreError> {
        let connection = connection.clone();
        self.write("changing a connection", move |transaction| {
            update(transaction, &connection)
        })
        .await
    }

    async fn put_settings(
        &self,
        id: ConnectionId,
        settings: &Settings,
        expected_rev: i64,
    ) -> Result<i64, StoreError> {
        let settings = json_text(settings);
        self.write("storing settings", move |transaction| {
            let updated = transaction.execute(
                "UPDATE connection SET settings = ?3, settings_rev = settings_rev + 1
                 WHERE c = ?1 AND settings_rev = ?2",
                (id.0, expected_rev, settings),
            )?;
            if updated == 1 {
                Ok(expected_rev + 1)
            } else if find(transaction, "c = ?1", id.0)?.is_some() {
                Err(Trouble::conflict("the settings"))
            } else {
                Err(Trouble::missing("connection"))
            }
        })
        .await
    }

    async fn credential(
        &self,
        id: ConnectionId,
        side: Side,
    ) -> Result<Option<SealedCredential>, StoreError> {
        self.read("reading a credential", move |view| {
            credential(view, id, side)
        })
        .await
    }

    async fn put_credential(
        &self,
        id: ConnectionId,
        side: Side,
        sealed: &[u8],
        expected_rev: Option<i64>,
    ) -> Result<i64, StoreError> {
        let sealed = sealed.to_vec();
        self.write("storing a credential", move |transaction| {
            if find(transaction, "c = ?1", id.0)?.is_none() {
                return Err(Trouble::missing("connection"));
            }
            let standing = credential(transaction, id, side)?.map(|standing| standing.rev);
            if expected_rev.is_some() && expected_rev != standing {
                return Err(Trouble::conflict("the credential"));
            }
            let rev = standing.unwrap_or(0) + 1;
            transaction.execute(
                "INSERT INTO credential (c, side, sealed, rev) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (c, side) DO UPDATE SET sealed = excluded.sealed, rev = excluded.rev",
                (id.0, side.word(), sealed, rev),
            )?;
            Ok(rev)
        })
        .await
    }
}
