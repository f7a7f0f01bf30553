//! The contacts of persons, one person or the next page of the walk. Of a crowd no more are read
//! than one person may have, however many there are.

use model::settings::CROWD_MAX;
use model::{ConnectionId, KeyHash, PersonKey};
use rusqlite::Transaction;
use store::{ContactRow, Position};

use super::all;
use crate::cells::{Cells, RowKey};
use crate::mirror::contact;
use crate::trouble::Tried;

/// No more contacts, and as many records, are held of one person. One row more is asked for, which
/// tells that it is a crowd.
pub(super) const ROWS_MAX: usize = CROWD_MAX as usize;

/// A person and its contacts.
pub(super) struct Gathered {
    pub(super) person: PersonKey,
    /// By id; no more than `ROWS_MAX`.
    pub(super) contacts: Vec<ContactRow>,
    /// How many there are.
    pub(super) count: u64,
}

impl Gathered {
    /// Of all contacts of a person.
    fn of_all(person: PersonKey, mut contacts: Vec<ContactRow>) -> Self {
        let count = u64::try_from(contacts.len()).expect("a length fits");
        contacts.truncate(ROWS_MAX);
        Self {
            person,
            contacts,
            count,
        }
    }
}

/// The contacts of a person.
pub(super) fn of_person(
    view: &Transaction<'_>,
    connection: ConnectionId,
    person: PersonKey,
) -> Tried<Gathered> {
    let (c, hash) = (connection.0, person.hash().0);
    let contacts = match &person {
        PersonKey::Matched(key) => all(
            &mut view.prepare_cached(&format!(
                "SELECT {} FROM contact WHERE c = ?1 AND kh = ?2 AND key = ?3 ORDER BY id LIMIT ?4",
                contact::COLUMNS
            ))?,
            &[&c, &hash, &key.as_str(), &(CROWD_MAX + 1)],
            contact::read,
        ),
        PersonKey::Alone(id) => all(
            &mut view.prepare_cached(&format!(
                "SELECT {} FROM contact WHERE c = ?1 AND kh = ?2 AND id = ?3 AND key IS NULL",
                contact::COLUMNS
            ))?,
            &[&c, &hash, &id.as_str()],
            contact::read,
        ),
    }?;
    let is_crowd = contacts.len() > ROWS_MAX;
    let mut gathered = Gathered::of_all(person, contacts);
    if let (true, PersonKey::Matched(key)) = (is_crowd, &gathered.person) {
        let count: i64 = view
            .prepare_cached("SELECT COUNT(*) FROM contact WHERE c = ?1 AND kh = ?2 AND key = ?3")?
            .query_row((c, hash, key.as_str()), |row| row.get(0))?;
        gathered.count = u64::try_from(count).expect("COUNT is never negative");
    }
    Ok(gathered)
}

/// The next persons in the order of the walk: up to `limit` contacts, and the rest of the last
/// hash.
pub(super) fn next_page(
    view: &Transaction<'_>,
    connection: ConnectionId,
    after: Option<KeyHash>,
    limit: u32,
) -> Tried<(Vec<Gathered>, Option<Position>)> {
    let (c, columns) = (connection.0, contact::COLUMNS);
    let mut contacts = match after {
        Some(hash) => all(
            &mut view.prepare_cached(&format!(
                "SELECT {columns} FROM contact WHERE c = ?1 AND kh > ?2 ORDER BY kh, id LIMIT ?3"
            ))?,
            &[&c, &hash.0, &limit],
            contact::read,
        )?,
        None => all(
            &mut view.prepare_cached(&format!(
                "SELECT {columns} FROM contact WHERE c = ?1 ORDER BY kh, id LIMIT ?2"
            ))?,
            &[&c, &limit],
            contact::read,
        )?,
    };
    let Some(last) = contacts.last() else {
        return Ok((Vec::new(), None));
    };
    let position = Position {
        hash: last.person().hash(),
        id: last.id.as_str().to_owned(),
    };
    let rest = all(
        &mut view.prepare_cached(&format!(
            "SELECT {columns} FROM contact WHERE c = ?1 AND kh = ?2 AND id > ?3
             ORDER BY id LIMIT ?4"
        ))?,
        &[&c, &position.hash.0, &position.id, &(CROWD_MAX + 1)],
        contact::read,
    )?;
    if rest.len() <= ROWS_MAX {
        contacts.extend(rest);
        return Ok((by_person(contacts), Some(position)));
    }
    drop(rest);
    while contacts
        .last()
        .is_some_and(|last| last.person().hash() == position.hash)
    {
        contacts.pop();
    }
    let mut gathered = by_person(contacts);
    for person in persons_of_hash(view, connection, position.hash)? {
        gathered.push(of_person(view, connection, person)?);
    }
    Ok((gathered, Some(position)))
}

/// Everybody whose hash it is. Two keys may share one, so a crowd need not be alone.
fn persons_of_hash(
    view: &Transaction<'_>,
    connection: ConnectionId,
    hash: KeyHash,
) -> Tried<Vec<PersonKey>> {
    let parameters: [&dyn rusqlite::ToSql; 2] = [&connection.0, &hash.0];
    let keys = all(
        &mut view.prepare_cached(
            "SELECT DISTINCT key FROM contact WHERE c = ?1 AND kh = ?2 AND key IS NOT NULL",
        )?,
        &parameters,
        |row| Cells::new(row, "contact", RowKey::Personal).key_or_none("key"),
    )?;
    let alone = all(
        &mut view.prepare_cached(
            "SELECT id FROM contact WHERE c = ?1 AND kh = ?2 AND key IS NULL ORDER BY id",
        )?,
        &parameters,
        |row| Cells::new(row, "contact", RowKey::Plain).parsed("id"),
    )?;
    let matched = keys.into_iter().flatten().map(PersonKey::Matched);
    Ok(matched
        .chain(alone.into_iter().map(PersonKey::Alone))
        .collect())
}

/// Puts contacts that come in the order of their hashes together by person.
fn by_person(contacts: Vec<ContactRow>) -> Vec<Gathered> {
    let mut persons: Vec<(PersonKey, Vec<ContactRow>)> = Vec::new();
    for contact in contacts {
        let person = contact.person();
        let hash = person.hash();
        // Two keys may share a hash, so the person is not always the last one.
        let known = persons
            .iter_mut()
            .rev()
            .take_while(|(other, _)| other.hash() == hash)
            .find(|(other, _)| *other == person);
        match known {
            Some((_, of_person)) => of_person.push(contact),
            None => persons.push((person, vec![contact])),
        }
    }
    persons
        .into_iter()
        .map(|(person, contacts)| Gathered::of_all(person, contacts))
        .collect()
}
