//! Reading persons: all rows that one run needs.

use async_trait::async_trait;
use model::{ConnectionId, PersonKey};
use rusqlite::{CachedStatement, Row, ToSql};
use store::{PersonRows, Persons, Position, StoreError};

use crate::SqliteStore;
use crate::executor::Turn;
use crate::trouble::Tried;

mod contacts;
mod reader;
mod records;

use reader::Reader;

/// All rows of a query, each read by `read`.
fn all<T>(
    statement: &mut CachedStatement<'_>,
    parameters: &[&dyn ToSql],
    read: impl Fn(&Row<'_>) -> Tried<T>,
) -> Tried<Vec<T>> {
    let mut rows = statement.query(parameters)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(read(row)?);
    }
    Ok(found)
}

#[async_trait]
impl Persons for SqliteStore {
    async fn persons(
        &self,
        connection: ConnectionId,
        persons: &[PersonKey],
    ) -> Result<Vec<PersonRows>, StoreError> {
        let persons = persons.to_vec();
        self.read("reading persons", move |view| {
            let mut reader = Reader::new(view, connection)?;
            persons
                .into_iter()
                .map(|person| reader.read(contacts::of_person(view, connection, person)?))
                .collect()
        })
        .await
    }

    async fn persons_after(
        &self,
        connection: ConnectionId,
        after: Option<&Position>,
        limit: u32,
    ) -> Result<(Vec<PersonRows>, Option<Position>), StoreError> {
        let after = after.map(|position| position.hash);
        self.read_in_turn(Turn::Bulk, "walking persons", move |view| {
            let (gathered, position) = contacts::next_page(view, connection, after, limit)?;
            let mut reader = Reader::new(view, connection)?;
            let persons = gathered
                .into_iter()
                .map(|gathered| reader.read(gathered))
                .collect::<Tried<_>>()?;
            Ok((persons, position))
        })
        .await
    }
}
