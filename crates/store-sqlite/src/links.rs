//! Which contact shows which record.

use std::borrow::Cow;

use model::{ConnectionId, Link, PersonKey, PutBacks, Timestamp, ic, sf};
use rusqlite::{Row, Transaction};

use crate::cells::{Cells, RowKey, json_text};
use crate::mirror::record;
use crate::trouble::Tried;
use crate::words::Word;

/// The select list that `read` reads.
pub(crate) const COLUMNS: &str = "contact_id, record_id, since, how, base, announced, put_backs";

pub(crate) fn read(row: &Row<'_>) -> Tried<Link> {
    let mut cells = Cells::new(row, "link", RowKey::Plain);
    let mut link = Link {
        contact_id: cells.parsed("contact_id")?,
        record_id: cells.parsed("record_id")?,
        since: cells.instant("since")?,
        how: cells.word("how")?,
        base: cells.json("base")?,
        announced: cells.instant_or_none("announced")?,
        put_backs: PutBacks::default(),
    };
    if cells.peek_text() != Some(NO_PUT_BACKS) {
        link.put_backs = cells.json("put_backs")?;
    }
    Ok(link)
}

/// How a link on which nothing was put back is stored: nearly all are, and need no parsing.
const NO_PUT_BACKS: &str = "{}";

fn put_backs_text(put_backs: &PutBacks) -> Cow<'static, str> {
    if put_backs.0.is_empty() {
        Cow::Borrowed(NO_PUT_BACKS)
    } else {
        Cow::Owned(json_text(put_backs))
    }
}

/// Adds or replaces a link; any other link of the same contact is removed.
pub(crate) fn put(
    transaction: &Transaction<'_>,
    connection: ConnectionId,
    link: &Link,
) -> Tried<()> {
    for other in linked_records(transaction, connection, &link.contact_id)? {
        if other != link.record_id {
            remove(transaction, connection, &link.contact_id, other)?;
        }
    }
    transaction
        .prepare_cached(
            "INSERT INTO link (c, contact_id, record_id, since, how, base, announced, put_backs)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
             ON CONFLICT (c, contact_id, record_id) DO UPDATE SET
               since = excluded.since, how = excluded.how, base = excluded.base,
               announced = excluded.announced, put_backs = excluded.put_backs",
        )?
        .execute((
            connection.0,
            link.contact_id.as_str(),
            link.record_id.as_str(),
            link.since.as_millis(),
            link.how.word(),
            json_text(&link.base),
            link.announced.map(Timestamp::as_millis),
            put_backs_text(&link.put_backs),
        ))?;
    Ok(())
}

/// Removes a link, and its record if that was kept only because it was linked.
pub(crate) fn remove(
    transaction: &Transaction<'_>,
    connection: ConnectionId,
    contact: &ic::ContactId,
    record: sf::RecordId,
) -> Tried<()> {
    transaction
        .prepare_cached("DELETE FROM link WHERE c = ?1 AND contact_id = ?2 AND record_id = ?3")?
        .execute((connection.0, contact.as_str(), record.as_str()))?;
    record::drop_unneeded(transaction, connection, record)
}

/// Removes all links of a contact.
pub(crate) fn remove_all_of(
    transaction: &Transaction<'_>,
    connection: ConnectionId,
    contact: &ic::ContactId,
) -> Tried<()> {
    for record in linked_records(transaction, connection, contact)? {
        remove(transaction, connection, contact, record)?;
    }
    Ok(())
}

fn linked_records(
    transaction: &Transaction<'_>,
    connection: ConnectionId,
    contact: &ic::ContactId,
) -> Tried<Vec<sf::RecordId>> {
    let mut statement = transaction.prepare_cached(
        "SELECT contact_id, record_id FROM link WHERE c = ?1 AND contact_id = ?2",
    )?;
    let mut rows = statement.query((connection.0, contact.as_str()))?;
    let mut records = Vec::new();
    while let Some(row) = rows.next()? {
        let mut cells = Cells::new(row, "link", RowKey::Plain);
        cells.text("contact_id")?;
        records.push(cells.parsed("record_id")?);
    }
    Ok(records)
}

/// The persons of the contacts that are linked to a record.
pub(crate) fn persons_of(
    view: &Transaction<'_>,
    connection: ConnectionId,
    record: sf::RecordId,
) -> Tried<Vec<PersonKey>> {
    let mut statement = view.prepare_cached(
        "SELECT contact.id, contact.key FROM link INDEXED BY link_by_record
         CROSS JOIN contact INDEXED BY contact_by_id
           ON contact.c = link.c AND contact.id = link.contact_id
         WHERE link.c = ?1 AND link.record_id = ?2",
    )?;
    let mut rows = statement.query((connection.0, record.as_str()))?;
    let mut persons = Vec::new();
    while let Some(row) = rows.next()? {
        let mut cells = Cells::new(row, "contact", RowKey::Plain);
        let contact: ic::ContactId = cells.parsed("id")?;
        let key = cells.key_or_none("key")?;
        persons.push(PersonKey::of_contact(key.as_ref(), &contact));
    }
    Ok(persons)
}
