//! Reading persons: all rows that one run needs.

use std::collections::BTreeMap;

use async_trait::async_trait;
use model::{ConnectionId, KeyHash, Link, MatchKey, PersonKey, sf};
use rusqlite::{CachedStatement, Row, ToSql, Transaction};
use store::{
    AccountRow, ContactRow, DirectoryRow, Failure, Intent, PersonRows, Persons, Position,
    RecordRow, StoreError,
};

use crate::SqliteStore;
use crate::executor::Turn;
use crate::mirror::{account, contact, directory, record};
use crate::subject::person_text;
use crate::trouble::Tried;
use crate::{failures, intents, links};

/// Reads persons one by one with statements that are prepared once. What many persons share is
/// read once.
struct Reader<'v> {
    view: &'v Transaction<'v>,
    connection: ConnectionId,
    records: CachedStatement<'v>,
    links_of_contact: CachedStatement<'v>,
    links_to_record: CachedStatement<'v>,
    pinned: CachedStatement<'v>,
    intents: CachedStatement<'v>,
    failures: CachedStatement<'v>,
    /// The connection has listed failures at all.
    any_failures: bool,
    accounts: BTreeMap<sf::AccountId, Option<AccountRow>>,
    owners: BTreeMap<sf::OwnerId, Option<DirectoryRow>>,
}

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

impl<'v> Reader<'v> {
    fn new(view: &'v Transaction<'v>, connection: ConnectionId) -> Tried<Self> {
        let any_failures = view
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM failure WHERE c = ?1)")?
            .query_row([connection.0], |row| row.get(0))?;
        Ok(Self {
            view,
            connection,
            records: view.prepare_cached(&format!(
                "SELECT {} FROM record WHERE c = ?1 AND kh = ?2 AND key = ?3 AND gone = 0
                 ORDER BY id",
                record::COLUMNS
            ))?,
            links_of_contact: view.prepare_cached(&format!(
                "SELECT {} FROM link WHERE c = ?1 AND contact_id = ?2",
                links::COLUMNS
            ))?,
            links_to_record: view.prepare_cached(&format!(
                "SELECT {} FROM link INDEXED BY link_by_record WHERE c = ?1 AND record_id = ?2",
                links::COLUMNS
            ))?,
            pinned: view.prepare_cached(&format!(
                "SELECT {} FROM record WHERE c = ?1 AND gone = 0 AND id =
                   (SELECT record_id FROM pin WHERE c = ?1 AND kh = ?2 AND key = ?3)",
                record::COLUMNS
            ))?,
            intents: view.prepare_cached(&format!(
                "SELECT {} FROM intent
                 WHERE org_id = (SELECT org_id FROM connection WHERE c = ?1)
                   AND kind = 'lead' AND target = ?2 AND state IN ('open', 'sent', 'unknown')
                 ORDER BY id",
                intents::COLUMNS
            ))?,
            failures: view.prepare_cached(&format!(
                "SELECT {} FROM failure WHERE c = ?1 AND subject = ?2 ORDER BY digest",
                failures::COLUMNS
            ))?,
            any_failures,
            accounts: BTreeMap::new(),
            owners: BTreeMap::new(),
        })
    }

    /// The rows of `person`, whose contacts are known already.
    fn read(&mut self, person: PersonKey, contacts: Vec<ContactRow>) -> Tried<PersonRows> {
        let hash = person.hash();
        let (records, pinned, intents) = match &person {
            PersonKey::Matched(key) => (
                self.records_of(hash, key)?,
                self.pinned_of(hash, key)?,
                self.intents_of(key)?,
            ),
            PersonKey::Alone(_) => (Vec::new(), None, Vec::new()),
        };
        let successors = self.successors(records.iter().chain(&pinned))?;
        let all = || records.iter().chain(&pinned).chain(&successors);
        let accounts = self.accounts(all())?;
        let owners = self.owners(all(), &accounts)?;
        Ok(PersonRows {
            links: self.links(&contacts, &records)?,
            failures: self.failures(&person, &contacts)?,
            person,
            contacts,
            records,
            pinned,
            successors,
            accounts,
            owners,
            intents,
        })
    }

    fn records_of(&mut self, hash: KeyHash, key: &MatchKey) -> Tried<Vec<RecordRow>> {
        let parameters: [&dyn ToSql; 3] = [&self.connection.0, &hash.0, &key.as_str()];
        all(&mut self.records, &parameters, record::read)
    }

    fn pinned_of(&mut self, hash: KeyHash, key: &MatchKey) -> Tried<Option<RecordRow>> {
        let mut rows = self
            .pinned
            .query((self.connection.0, hash.0, key.as_str()))?;
        rows.next()?.map(record::read).transpose()
    }

    fn intents_of(&mut self, key: &MatchKey) -> Tried<Vec<Intent>> {
        let parameters: [&dyn ToSql; 2] = [&self.connection.0, &key.as_str()];
        all(&mut self.intents, &parameters, intents::read)
    }

    fn successors<'r>(
        &self,
        records: impl Iterator<Item = &'r RecordRow>,
    ) -> Tried<Vec<RecordRow>> {
        let mut successors = BTreeMap::new();
        for id in records.filter_map(|record| record.successor) {
            let found = record::find(self.view, self.connection, id)?;
            successors.extend(found.filter(|row| !row.gone).map(|row| (id, row)));
        }
        Ok(successors.into_values().collect())
    }

    /// Links of the contacts and links to the records.
    fn links(&mut self, contacts: &[ContactRow], records: &[RecordRow]) -> Tried<Vec<Link>> {
        let c = self.connection.0;
        let mut found = Vec::new();
        for contact in contacts {
            let parameters: [&dyn ToSql; 2] = [&c, &contact.id.as_str()];
            found.extend(all(&mut self.links_of_contact, &parameters, links::read)?);
        }
        for record in records {
            let parameters: [&dyn ToSql; 2] = [&c, &record.id.as_str()];
            found.extend(all(&mut self.links_to_record, &parameters, links::read)?);
        }
        found.sort_by(|a, b| (&a.contact_id, a.record_id).cmp(&(&b.contact_id, b.record_id)));
        found.dedup_by(|a, b| a.contact_id == b.contact_id && a.record_id == b.record_id);
        Ok(found)
    }

    fn failures(&mut self, person: &PersonKey, contacts: &[ContactRow]) -> Tried<Vec<Failure>> {
        if !self.any_failures {
            return Ok(Vec::new());
        }
        let of_contacts = contacts
            .iter()
            .map(|contact| format!("contact:{}", contact.id));
        let mut found = Vec::new();
        for subject in std::iter::once(person_text(person)).chain(of_contacts) {
            let parameters: [&dyn ToSql; 2] = [&self.connection.0, &subject];
            found.extend(all(&mut self.failures, &parameters, failures::read)?);
        }
        Ok(found)
    }

    fn accounts<'r>(
        &mut self,
        records: impl Iterator<Item = &'r RecordRow>,
    ) -> Tried<Vec<AccountRow>> {
        let mut found = BTreeMap::new();
        for id in records.filter_map(|record| record.account_id) {
            if !self.accounts.contains_key(&id) {
                let row = account::find(self.view, self.connection, id)?;
                self.accounts.insert(id, row);
            }
            let row = self.accounts.get(&id).and_then(Clone::clone);
            found.extend(row.map(|row| (id, row)));
        }
        Ok(found.into_values().collect())
    }

    fn owners<'r>(
        &mut self,
        records: impl Iterator<Item = &'r RecordRow>,
        accounts: &[AccountRow],
    ) -> Tried<Vec<DirectoryRow>> {
        let mut found = BTreeMap::new();
        let of_accounts = accounts.iter().filter_map(|account| account.owner_id);
        for id in records
            .filter_map(|record| record.owner_id)
            .chain(of_accounts)
        {
            if !self.owners.contains_key(&id) {
                let row = directory::find_owner(self.view, self.connection, id.as_str())?;
                self.owners.insert(id, row);
            }
            let row = self.owners.get(&id).and_then(Clone::clone);
            found.extend(row.map(|row| (id.as_str().to_owned(), row)));
        }
        Ok(found.into_values().collect())
    }
}

/// The contacts of a person.
fn contacts_of(
    view: &Transaction<'_>,
    connection: ConnectionId,
    person: &PersonKey,
) -> Tried<Vec<ContactRow>> {
    let hash = person.hash();
    match person {
        PersonKey::Matched(key) => all(
            &mut view.prepare_cached(&format!(
                "SELECT {} FROM contact WHERE c = ?1 AND kh = ?2 AND key = ?3 ORDER BY id",
                contact::COLUMNS
            ))?,
            &[&connection.0, &hash.0, &key.as_str()],
            contact::read,
        ),
        PersonKey::Alone(id) => all(
            &mut view.prepare_cached(&format!(
                "SELECT {} FROM contact WHERE c = ?1 AND kh = ?2 AND id = ?3 AND key IS NULL",
                contact::COLUMNS
            ))?,
            &[&connection.0, &hash.0, &id.as_str()],
            contact::read,
        ),
    }
}

/// Contacts in the order of the walk: up to `limit`, and the rest of the last hash.
fn next_contacts(
    view: &Transaction<'_>,
    connection: ConnectionId,
    after: Option<KeyHash>,
    limit: u32,
) -> Tried<Vec<ContactRow>> {
    let c = connection.0;
    let columns = contact::COLUMNS;
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
    if let Some(last) = contacts.last() {
        let (hash, id) = (last.person().hash(), last.id.clone());
        contacts.extend(all(
            &mut view.prepare_cached(&format!(
                "SELECT {columns} FROM contact WHERE c = ?1 AND kh = ?2 AND id > ?3 ORDER BY id"
            ))?,
            &[&c, &hash.0, &id.as_str()],
            contact::read,
        )?);
    }
    Ok(contacts)
}

/// Puts contacts that come in the order of their hashes together by person.
fn by_person(contacts: Vec<ContactRow>) -> Vec<(PersonKey, Vec<ContactRow>)> {
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
                .map(|person| {
                    let contacts = contacts_of(view, connection, &person)?;
                    reader.read(person, contacts)
                })
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
            let contacts = next_contacts(view, connection, after, limit)?;
            let position = contacts.last().map(|last| Position {
                hash: last.person().hash(),
                id: last.id.as_str().to_owned(),
            });
            let mut reader = Reader::new(view, connection)?;
            let persons = by_person(contacts)
                .into_iter()
                .map(|(person, contacts)| reader.read(person, contacts))
                .collect::<Tried<_>>()?;
            Ok((persons, position))
        })
        .await
    }
}
