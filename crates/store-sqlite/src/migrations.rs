//! Brings a file to the schema of this release: embedded scripts, one transaction each, with a
//! checksum, so that neither a newer file nor an edited script is met unawares.

use rusqlite::{Connection, Transaction, TransactionBehavior};
use store::StoreError;

use crate::trouble::{Tried, Trouble};

/// One script.
pub(crate) struct Migration {
    pub(crate) name: &'static str,
    pub(crate) sql: &'static str,
}

macro_rules! migration {
    ($file:literal) => {
        Migration {
            name: $file,
            sql: include_str!(concat!("../migrations/", $file, ".sql")),
        }
    };
}

/// The scripts of the main file, oldest first; the first one has number 1.
pub(crate) const MAIN: &[Migration] = &[migration!("0001_first"), migration!("0002_matching")];

/// The scripts of the inbox's file.
pub(crate) const INBOX: &[Migration] = &[migration!("inbox/0001_first")];

impl Migration {
    fn checksum(&self) -> i64 {
        i64::from_ne_bytes(xxhash_rust::xxh3::xxh3_64(self.sql.as_bytes()).to_ne_bytes())
    }
}

/// Applies what is missing. `application_id` marks the file as ours, and which of ours.
pub(crate) fn bring_up(
    connection: &mut Connection,
    application_id: i32,
    known: &[Migration],
) -> Result<(), StoreError> {
    let doing = "bringing its schema up to date";
    claim(connection, application_id).map_err(|trouble| trouble.during(doing))?;
    while apply_next(connection, known).map_err(|trouble| trouble.during(doing))? {}
    Ok(())
}

/// Checks that the file is ours or empty, and marks an empty one.
fn claim(connection: &mut Connection, application_id: i32) -> Tried<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found: i32 = transaction.query_row("PRAGMA application_id", [], |row| row.get(0))?;
    if found != application_id {
        let tables: i64 =
            transaction.query_row("SELECT COUNT(*) FROM sqlite_schema", [], |row| row.get(0))?;
        if found != 0 || tables != 0 {
            return Err(incompatible("it holds something else".to_owned()));
        }
        transaction.pragma_update(None, "application_id", application_id)?;
        transaction.execute_batch(
            "CREATE TABLE migration (
               number   INTEGER PRIMARY KEY,
               name     TEXT NOT NULL,
               checksum INTEGER NOT NULL
             ) STRICT;",
        )?;
    }
    transaction.commit()?;
    Ok(())
}

/// Applies the next script; false if there is none.
fn apply_next(connection: &mut Connection, known: &[Migration]) -> Tried<bool> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let applied = applied(&transaction)?;
    for (place, (number, name, checksum)) in applied.iter().enumerate() {
        let Some(migration) = known.get(place) else {
            return Err(incompatible(format!(
                "a newer release wrote it (it has migration {number}, {name})"
            )));
        };
        if usize::try_from(*number) != Ok(place + 1) || *checksum != migration.checksum() {
            return Err(incompatible(format!(
                "its migration {number}, {name}, is not the one of this release"
            )));
        }
    }
    let Some(migration) = known.get(applied.len()) else {
        return Ok(false);
    };
    transaction.execute_batch(migration.sql)?;
    transaction.execute(
        "INSERT INTO migration (number, name, checksum) VALUES (?1, ?2, ?3)",
        (
            i64::try_from(applied.len() + 1).expect("scripts are few"),
            migration.name,
            migration.checksum(),
        ),
    )?;
    transaction.commit()?;
    Ok(true)
}

fn applied(transaction: &Transaction<'_>) -> Tried<Vec<(i64, String, i64)>> {
    let mut statement =
        transaction.prepare("SELECT number, name, checksum FROM migration ORDER BY number")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn incompatible(why: String) -> Trouble {
    Trouble::Store(StoreError::Incompatible { why })
}

#[cfg(test)]
mod tests;
