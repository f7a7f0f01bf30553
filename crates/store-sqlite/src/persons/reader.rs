//! Reading persons one by one.

use std::collections::BTreeMap;

use model::settings::CROWD_MAX;
use model::{ConnectionId, Link, MatchKey, PersonKey, sf};
use rusqlite::{CachedStatement, Row, ToSql, Transaction};
use store::{
    AccountRow, ContactRow, Crowd, DirectoryRow, Failure, Intent, PersonRows, RecordRow, Verdicted,
};

use super::all;
use super::contacts::Gathered;
use super::records::{self, Chains, Keyed};
use crate::mirror::{account, directory, record};
use crate::subject::person_text;
use crate::trouble::Tried;
use crate::{failures, intents, links, verdicts};

/// Lead intents of the connection's org that stand.
const LEADS_STAND: &str = "org_id = (SELECT org_id FROM connection WHERE c = ?1)
    AND kind = 'lead' AND state IN ('open', 'sent', 'unknown')";

/// Reads persons one by one with statements that are prepared once. What many persons share is
/// read once.
pub(super) struct Reader<'v> {
    view: &'v Transaction<'v>,
    connection: ConnectionId,
    records: CachedStatement<'v>,
    links_of_contact: CachedStatement<'v>,
    links_to_record: CachedStatement<'v>,
    pinned: Option<CachedStatement<'v>>,
    intents: Option<CachedStatement<'v>>,
    failures: Option<CachedStatement<'v>>,
    listed: Option<CachedStatement<'v>>,
    accounts: BTreeMap<sf::AccountId, Option<AccountRow>>,
    owners: BTreeMap<sf::OwnerId, Option<DirectoryRow>>,
}

/// Prepares a statement if `exists` finds anything of the connection: most connections have no
/// pins, intents, verdicts or failures, and then nobody need be asked about.
fn if_any<'v>(
    view: &'v Transaction<'v>,
    connection: ConnectionId,
    exists: &str,
    select: &str,
) -> Tried<Option<CachedStatement<'v>>> {
    let any: bool = view
        .prepare_cached(&format!("SELECT EXISTS (SELECT 1 FROM {exists})"))?
        .query_row([connection.0], |row| row.get(0))?;
    Ok(any.then(|| view.prepare_cached(select)).transpose()?)
}

/// All rows of a statement that was prepared if there are any.
fn all_if_any<T>(
    statement: &mut Option<CachedStatement<'_>>,
    parameters: &[&dyn ToSql],
    read: impl Fn(&Row<'_>) -> Tried<T>,
) -> Tried<Vec<T>> {
    match statement {
        Some(statement) => all(statement, parameters, read),
        None => Ok(Vec::new()),
    }
}

impl<'v> Reader<'v> {
    pub(super) fn new(view: &'v Transaction<'v>, connection: ConnectionId) -> Tried<Self> {
        Ok(Self {
            view,
            connection,
            records: records::both(view)?,
            links_of_contact: view.prepare_cached(&format!(
                "SELECT {} FROM link WHERE c = ?1 AND contact_id = ?2",
                links::COLUMNS
            ))?,
            links_to_record: view.prepare_cached(&format!(
                "SELECT {} FROM link INDEXED BY link_by_record WHERE c = ?1 AND record_id = ?2",
                links::COLUMNS
            ))?,
            pinned: if_any(
                view,
                connection,
                "pin WHERE c = ?1",
                &format!(
                    "SELECT {} FROM record WHERE c = ?1 AND id =
                       (SELECT record_id FROM pin WHERE c = ?1 AND kh = ?2 AND key = ?3)",
                    record::COLUMNS
                ),
            )?,
            intents: if_any(
                view,
                connection,
                &format!("intent INDEXED BY intent_standing WHERE {LEADS_STAND}"),
                &format!(
                    "SELECT {} FROM intent WHERE {LEADS_STAND} AND target = ?2 ORDER BY id",
                    intents::COLUMNS
                ),
            )?,
            failures: if_any(
                view,
                connection,
                "failure WHERE c = ?1",
                &format!(
                    "SELECT {} FROM failure WHERE c = ?1 AND subject = ?2 ORDER BY digest",
                    failures::COLUMNS
                ),
            )?,
            listed: if_any(
                view,
                connection,
                "verdict WHERE c = ?1",
                &format!(
                    "SELECT {} FROM verdict WHERE c = ?1 AND kh = ?2 AND key = ?3",
                    verdicts::COLUMNS
                ),
            )?,
            accounts: BTreeMap::new(),
            owners: BTreeMap::new(),
        })
    }

    /// The rows of a person whose contacts are known already.
    pub(super) fn read(&mut self, gathered: Gathered) -> Tried<PersonRows> {
        let Gathered {
            person,
            contacts,
            count,
        } = gathered;
        let of_key = match &person {
            PersonKey::Matched(key) => self.of_key(key)?,
            PersonKey::Alone(_) => OfKey::none(),
        };
        let Keyed {
            records, merged, ..
        } = &of_key.keyed;
        let mut chains = Chains::default();
        for row in records.iter().chain(merged).chain(&of_key.pinned) {
            chains.follow(self.view, self.connection, row)?;
        }
        let pinned = standing_for(of_key.pinned, &chains);
        let links = self.links(&contacts, records)?;
        let known = |id| {
            let rows = || records.iter().chain(merged).chain(&pinned);
            rows().any(|row| row.id == id) || chains.ends.contains_key(&id)
        };
        let linked = self.linked(&contacts, &links, known)?;
        for row in &linked {
            chains.follow(self.view, self.connection, row)?;
        }
        let successors: Vec<RecordRow> = chains.ends.into_values().collect();
        let all = || records.iter().chain(&pinned).chain(&successors);
        let accounts = self.accounts(all())?;
        let owners = self.owners(all(), &accounts)?;
        let crowd = Crowd {
            contacts: count,
            records: of_key.keyed.count,
        };
        let is_crowd = crowd.contacts.max(crowd.records) > u64::from(CROWD_MAX);
        Ok(PersonRows {
            failures: self.failures(&person, &contacts)?,
            person,
            contacts,
            records: of_key.keyed.records,
            crowd: is_crowd.then_some(crowd),
            merged: of_key.keyed.merged,
            pinned,
            linked,
            became: chains.became.into_iter().collect(),
            successors,
            links,
            accounts,
            owners,
            intents: of_key.intents,
            listed: of_key.listed,
        })
    }

    fn of_key(&mut self, key: &MatchKey) -> Tried<OfKey> {
        let (c, hash) = (self.connection.0, key.hash().0);
        let parameters: [&dyn ToSql; 3] = [&c, &hash, &key.as_str()];
        let mut of_key = OfKey::none();
        of_key.keyed = records::of_key(self.view, &mut self.records, self.connection, key)?;
        of_key.pinned = all_if_any(&mut self.pinned, &parameters, record::read)?.pop();
        let listed = all_if_any(&mut self.listed, &parameters, verdicts::read)?.pop();
        of_key.listed = listed.map(|(_, verdicted)| verdicted);
        let parameters: [&dyn ToSql; 2] = [&c, &key.as_str()];
        of_key.intents = all_if_any(&mut self.intents, &parameters, intents::read)?;
        Ok(of_key)
    }

    /// The records of the contacts' links that are not known otherwise, by id.
    fn linked(
        &self,
        contacts: &[ContactRow],
        links: &[Link],
        known: impl Fn(sf::RecordId) -> bool,
    ) -> Tried<Vec<RecordRow>> {
        let mut found = BTreeMap::new();
        for link in links {
            let id = link.record_id;
            let elsewhere = !known(id) && !found.contains_key(&id);
            if elsewhere && contacts.iter().any(|it| it.id == link.contact_id) {
                let row = record::find(self.view, self.connection, id)?;
                found.extend(row.map(|row| (id, row)));
            }
        }
        Ok(found.into_values().collect())
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
        let Some(statement) = &mut self.failures else {
            return Ok(Vec::new());
        };
        let of_contacts = contacts
            .iter()
            .map(|contact| format!("contact:{}", contact.id));
        let mut found = Vec::new();
        for subject in std::iter::once(person_text(person)).chain(of_contacts) {
            let parameters: [&dyn ToSql; 2] = [&self.connection.0, &subject];
            found.extend(all(statement, &parameters, failures::read)?);
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

/// What is stored by a person's key.
struct OfKey {
    keyed: Keyed,
    /// The record that is pinned, gone or not.
    pinned: Option<RecordRow>,
    intents: Vec<Intent>,
    listed: Option<Verdicted>,
}

impl OfKey {
    fn none() -> Self {
        Self {
            keyed: Keyed::none(),
            pinned: None,
            intents: Vec::new(),
            listed: None,
        }
    }
}

/// The record that counts as pinned: of one that was merged away, what it became.
fn standing_for(pinned: Option<RecordRow>, chains: &Chains) -> Option<RecordRow> {
    let row = pinned?;
    if !row.gone {
        return Some(row);
    }
    let end = chains.became.get(&row.id)?;
    chains.ends.get(end).cloned()
}
