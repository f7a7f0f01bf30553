//! A teammate says which record a person is (M9), and takes it back.

use std::collections::BTreeMap;

use model::{ConnectionId, MatchKey, PersonKey, ic, sf};
use planner::Record;
use planner::card::{MatchLine, match_line};
use salesforce::SalesforceError;
use store::{DirectoryKind, Entry, RecordRow};

use crate::clients::Clients;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::projection::{self, Surroundings};

impl Engine {
    /// Pins a record, read by id just now, for the person of a key, and runs the person at once. A
    /// converted Lead stands for the contact that it became. Returns the name of what was pinned;
    /// `None` if it is gone, or cannot be seen or read.
    pub(crate) async fn pin(
        &self,
        id: ConnectionId,
        key: &MatchKey,
        record: sf::RecordId,
        teammate: &ic::TeammateId,
    ) -> Result<Option<String>, EngineError> {
        let clients = self.clients(id).await?;
        let Some((row, fact)) = self.unconverted(&clients, record).await? else {
            return Ok(None);
        };
        let by = format!("teammate {teammate}");
        let now = self.now();
        self.inner.store.put_pin(id, key, &row, &by, now).await?;
        self.tell_pin(id, key, format!("M9 {} was pinned by {by}", row.id))
            .await?;
        self.run_now(id, Some(key)).await?;
        Ok(Some(match_line(&fact).name))
    }

    /// Removes the pin of a key, and runs the person at once.
    pub(crate) async fn unpin(
        &self,
        id: ConnectionId,
        key: &MatchKey,
        teammate: &ic::TeammateId,
    ) -> Result<(), EngineError> {
        self.inner.store.remove_pin(id, key, self.now()).await?;
        let line = format!("M9 the pin was removed by teammate {teammate}");
        self.tell_pin(id, key, line).await?;
        self.run_now(id, Some(key)).await
    }

    pub(crate) async fn tell_pin(
        &self,
        id: ConnectionId,
        key: &MatchKey,
        line: String,
    ) -> Result<(), EngineError> {
        let person = PersonKey::Matched(key.clone());
        let entry = Entry {
            key_hash: Some(person.hash()),
            subject: format!("person:{}", person.hash().0),
            at: self.now(),
            kind: "pin".to_owned(),
            rule: "M9".to_owned(),
            body: vec![line],
        };
        Ok(self.inner.store.append(id, &[entry]).await?)
    }

    /// The record, or the contact that it became.
    async fn unconverted(
        &self,
        clients: &Clients,
        record: sf::RecordId,
    ) -> Result<Option<(RecordRow, Record)>, EngineError> {
        let around = Surroundings {
            accounts: &[],
            owners: &[],
        };
        let shown = self.shown_records(clients, &[record]).await?;
        let Some(row) = shown.into_values().next() else {
            return Ok(None);
        };
        match around.record_fact(&row) {
            Record::Lead(lead) if lead.converted => {}
            fact @ (Record::Lead(_) | Record::Contact(_)) => return Ok(Some((row, fact))),
        }
        let Some(contact) = row.successor else {
            return Ok(None);
        };
        let shown = self.shown_records(clients, &[contact]).await?;
        let row = shown.into_values().next();
        Ok(row.map(|row| {
            let fact = around.record_fact(&row);
            (row, fact)
        }))
    }

    /// Records as Salesforce shows them now; those that are gone, or cannot be seen or read, are
    /// not among them.
    async fn shown_records(
        &self,
        clients: &Clients,
        ids: &[sf::RecordId],
    ) -> Result<BTreeMap<sf::RecordId, RecordRow>, SalesforceError> {
        let (mut leads, mut contacts) = (Vec::new(), Vec::new());
        for id in ids {
            match id {
                sf::RecordId::Lead(id) => leads.push(*id),
                sf::RecordId::Contact(id) => contacts.push(*id),
            }
        }
        let now = self.now();
        let mut rows = Vec::new();
        if !leads.is_empty() {
            let shown = clients.salesforce.leads_by_id(&leads).await?.into_iter();
            let leads = shown.filter_map(|(_, lead)| lead.ok().flatten());
            rows.extend(leads.map(|lead| projection::lead_row(&lead, now)));
        }
        if !contacts.is_empty() {
            let shown = clients.salesforce.contacts_by_id(&contacts).await?;
            let contacts = shown.into_iter().filter_map(|(_, it)| it.ok().flatten());
            rows.extend(contacts.map(|contact| projection::sf_contact_row(&contact, now)));
        }
        let there = rows.into_iter().filter(|row| !row.gone);
        Ok(there.map(|row| (row.id, row)).collect())
    }

    /// Records as lines to choose from, read by id; one that cannot be read has only its id.
    pub(crate) async fn match_lines(
        &self,
        id: ConnectionId,
        ids: &[sf::RecordId],
    ) -> Result<Vec<MatchLine>, EngineError> {
        let clients = self.clients(id).await?;
        let rows = self.shown_records(&clients, ids).await?;
        let accounts: Vec<sf::AccountId> = rows.values().filter_map(|row| row.account_id).collect();
        let now = self.now();
        let mut account_rows = Vec::new();
        if !accounts.is_empty() {
            let shown = clients.salesforce.accounts_by_id(&accounts).await?;
            let shown = shown.into_iter().filter_map(|(_, it)| it.ok().flatten());
            account_rows.extend(shown.map(|it| projection::account_row(&it, now)));
        }
        let store = &self.inner.store;
        let mut owners = store.directory(id, DirectoryKind::User).await?;
        owners.extend(store.directory(id, DirectoryKind::Queue).await?);
        let around = Surroundings {
            accounts: &account_rows,
            owners: &owners,
        };
        let line = |id: &sf::RecordId| match rows.get(id) {
            Some(row) => match_line(&around.record_fact(row)),
            None => line_of_id(*id),
        };
        Ok(ids.iter().map(line).collect())
    }
}

/// A record of which only the id is known.
pub(crate) fn line_of_id(record: sf::RecordId) -> MatchLine {
    MatchLine {
        record,
        name: record.object().as_str().to_owned(),
        detail: record.to_string(),
        owner: None,
    }
}
