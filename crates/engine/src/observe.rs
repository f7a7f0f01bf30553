//! From stored rows to facts: what is stale is read by id first, what is missing is fetched.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{StreamExt, stream};
use intercom::IntercomError;
use model::{ConnectionId, Lane, PersonKey, Reason, Signal, Subject, Timestamp, ic, sf};
use planner::{Facts, Parked, Verdict};
use store::{
    Absorption, CHAIN_MAX, Due, FailureReport, Observed, PersonRows, RecordRow, Source, Unclear,
    WaitsFor,
};
use transport::RetryWhen;

use crate::clients::Clients;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::failure;
use crate::hidden::HIDDEN;
use crate::projection::{self, PROJECTION, Surroundings};
use crate::team::Terms;

/// Contacts read by id at the same time.
const READS_AT_ONCE: usize = 8;

/// A person with a row that could not be read is looked at again after this.
pub(crate) const UNREAD_PAUSE: Duration = Duration::from_mins(1);

/// Ids in one call to Salesforce.
const IDS_PER_CALL: usize = 200;

/// What has to be read by id before these persons can be planned.
#[derive(Default)]
struct Wanted {
    contacts: Vec<ic::ContactId>,
    leads: Vec<sf::LeadId>,
    sf_contacts: Vec<sf::ContactId>,
}

impl Wanted {
    fn is_empty(&self) -> bool {
        self.contacts.is_empty() && self.leads.is_empty() && self.sf_contacts.is_empty()
    }

    fn record(&mut self, id: sf::RecordId) {
        match id {
            sf::RecordId::Lead(id) => self.leads.push(id),
            sf::RecordId::Contact(id) => self.sf_contacts.push(id),
        }
    }
}

impl Engine {
    /// The rows of these persons as fresh as they have to be, in the order given; `None` if they are
    /// so already. Persons that moved on the way come back with what is left of them; those that
    /// they moved to are due. Where a row could not be read, which is listed then, [`is_fresh`]
    /// says so of the person.
    pub(crate) async fn observe(
        &self,
        id: ConnectionId,
        clients: &Clients,
        rows: &[PersonRows],
    ) -> Result<Option<Vec<PersonRows>>, EngineError> {
        let wanted = self.wanted(id, rows).await?;
        let persons: Vec<PersonKey> = rows.iter().map(|rows| rows.person.clone()).collect();
        let store = &self.inner.store;
        let seen = if wanted.is_empty() {
            None
        } else {
            self.read_by_id(id, clients, wanted).await?;
            Some(store.persons(id, &persons).await?)
        };
        let standing = seen.as_deref().unwrap_or(rows).iter();
        if let Some(seen_at) = standing.filter_map(stranger_seen_at).max()
            && self.refresh_owners_if_due(id, clients, seen_at).await?
        {
            return Ok(Some(store.persons(id, &persons).await?));
        }
        Ok(seen)
    }

    /// Whether a person can be planned without reading anything.
    pub(crate) async fn needs_nothing(
        &self,
        id: ConnectionId,
        person: &PersonRows,
    ) -> Result<bool, EngineError> {
        let wanted = self.wanted(id, std::slice::from_ref(person)).await?;
        Ok(wanted.is_empty() && stranger_seen_at(person).is_none())
    }

    async fn wanted(&self, id: ConnectionId, rows: &[PersonRows]) -> Result<Wanted, EngineError> {
        let mut wanted = Wanted::default();
        for person in rows {
            for contact in &person.contacts {
                if contact.stale || contact.projection != PROJECTION {
                    wanted.contacts.push(contact.id.clone());
                }
            }
            let records = records_of(person);
            for record in records.values() {
                // What is gone says nothing new.
                if !record.gone && (record.stale || record.projection != PROJECTION) {
                    wanted.record(record.id);
                }
                if let Some(successor) = self.unknown_successor(id, &records, record).await? {
                    wanted.record(successor);
                }
            }
        }
        Ok(wanted)
    }

    /// The first record that nobody has read yet of what this one became. One that was looked for
    /// and is gone, or invisible, is not looked for again.
    async fn unknown_successor(
        &self,
        id: ConnectionId,
        known: &BTreeMap<sf::RecordId, &RecordRow>,
        record: &RecordRow,
    ) -> Result<Option<sf::RecordId>, EngineError> {
        let mut next = record.successor;
        for _ in 0..CHAIN_MAX {
            let Some(successor) = next else { break };
            next = if let Some(row) = known.get(&successor) {
                row.successor
            } else if let Some(row) = self.inner.store.record(id, successor).await? {
                row.successor
            } else {
                return Ok(Some(successor));
            };
        }
        Ok(None)
    }

    /// Reads rows by id and stores the answers; persons whose rows changed become due. Returns the
    /// contacts that could not be read, which are listed.
    async fn read_by_id(
        &self,
        id: ConnectionId,
        clients: &Clients,
        wanted: Wanted,
    ) -> Result<Vec<ic::ContactId>, EngineError> {
        let now = self.now();
        let mut absorption = Absorption::new(Lane::Live, Reason::FollowUp, now);
        for ids in wanted.leads.chunks(IDS_PER_CALL) {
            for (lead, shown) in clients.salesforce.leads_by_id(ids).await? {
                let record = sf::RecordId::Lead(lead);
                let row = shown.map(|it| it.map(|lead| projection::lead_row(&lead, now)));
                self.note_read(id, record, row, &mut absorption).await?;
            }
        }
        for ids in wanted.sf_contacts.chunks(IDS_PER_CALL) {
            for (contact, shown) in clients.salesforce.contacts_by_id(ids).await? {
                let record = sf::RecordId::Contact(contact);
                let row = shown.map(|it| it.map(|it| projection::sf_contact_row(&it, now)));
                self.note_read(id, record, row, &mut absorption).await?;
            }
        }
        let reads = wanted.contacts.into_iter().map(|contact| {
            let intercom = clients.intercom.clone();
            async move {
                let shown = intercom.contact(&contact).await;
                (contact, shown)
            }
        });
        let answers: Vec<_> = stream::iter(reads).buffered(READS_AT_ONCE).collect().await;
        // One contact that cannot be read costs the others nothing; when all fail, it is Intercom.
        let any_read = answers.iter().any(|(_, shown)| shown.is_ok());
        let mut unread = Vec::new();
        for (contact, shown) in answers {
            match shown {
                Ok(shown) if shown.archived => absorption.contacts_gone.push(contact),
                Ok(shown) => {
                    let row = projection::contact_row(&shown, now);
                    absorption.contacts.push(Observed {
                        row,
                        source: Source::Answer,
                    });
                }
                Err(IntercomError::NotFound) => absorption.contacts_gone.push(contact),
                Err(IntercomError::Merged { into }) => {
                    note_merged(contact, into, &mut absorption);
                }
                Err(error) if is_about_one(&error) || (any_read && is_passing(&error)) => {
                    self.list_unread(id, contact.clone(), &error, now).await?;
                    unread.push(contact);
                }
                Err(error) => return Err(error.into()),
            }
        }
        self.inner.store.absorb(id, &absorption).await?;
        Ok(unread)
    }

    /// Lists a contact that could not be read by id.
    async fn list_unread(
        &self,
        id: ConnectionId,
        contact: ic::ContactId,
        error: &IntercomError,
        now: Timestamp,
    ) -> Result<(), EngineError> {
        let what = format!("contact {contact} could not be read");
        let retry_at = Some(now.plus(UNREAD_PAUSE));
        let subject = Subject::Contact(contact);
        let report = failure::of_intercom(error, subject, 0, &what, retry_at);
        Ok(self.inner.store.report_failure(id, &report, now).await?)
    }

    /// A record that was read by id: shown, gone, or unreadable, which is listed.
    async fn note_read(
        &self,
        id: ConnectionId,
        record: sf::RecordId,
        shown: Result<Option<RecordRow>, salesforce::UnreadableRow>,
        absorption: &mut Absorption,
    ) -> Result<(), EngineError> {
        let row = match shown {
            Ok(Some(row)) => row,
            Ok(None) => return self.note_hidden(id, record, absorption).await,
            Err(unreadable) => {
                let report = failure::of_salesforce(
                    &unreadable.into(),
                    Subject::Record(record),
                    0,
                    "it came in a form that is not understood",
                    None,
                );
                let store = &self.inner.store;
                store.report_failure(id, &report, absorption.now).await?;
                // Nothing is planned from what was read before.
                store.mark_stale(id, &[], &[record]).await?;
                return Ok(());
            }
        };
        self.inner
            .store
            .clear_failures(id, &Subject::Record(record))
            .await?;
        absorption.records.push(Observed {
            row,
            source: Source::Answer,
        });
        Ok(())
    }

    /// Nothing came for a record that was asked for by id. Whoever is not known is not looked for
    /// again. A known one may have been deleted for good, or be invisible since a permission
    /// changed: it still counts, and is listed until an admin says which (invariant 7).
    async fn note_hidden(
        &self,
        id: ConnectionId,
        record: sf::RecordId,
        absorption: &mut Absorption,
    ) -> Result<(), EngineError> {
        let (store, now) = (&self.inner.store, absorption.now);
        match store.record(id, record).await? {
            None => absorption.records.push(Observed {
                row: projection::gone_row(record, now),
                source: Source::Answer,
            }),
            Some(row) if row.gone => {}
            Some(row) => {
                // Listed first, so that no crash leaves one that nobody can decide about.
                if !row.hidden {
                    let report = hidden(record);
                    store.report_failure(id, &report, now).await?;
                }
                store.hide_records(id, &[record], now).await?;
            }
        }
        Ok(())
    }

    /// Reads contacts by id, whatever the mirror has; returns those that could not be read.
    pub(crate) async fn read_contacts(
        &self,
        id: ConnectionId,
        clients: &Clients,
        contacts: Vec<ic::ContactId>,
    ) -> Result<Vec<ic::ContactId>, EngineError> {
        let wanted = Wanted {
            contacts,
            ..Wanted::default()
        };
        self.read_by_id(id, clients, wanted).await
    }

    /// Reads records by id, whatever the mirror has.
    pub(crate) async fn read_records(
        &self,
        id: ConnectionId,
        clients: &Clients,
        records: &[sf::RecordId],
    ) -> Result<(), EngineError> {
        let mut wanted = Wanted::default();
        for record in records {
            wanted.record(*record);
        }
        self.read_by_id(id, clients, wanted).await?;
        Ok(())
    }
}

/// A contact that was merged into another (M8).
pub(crate) fn note_merged(
    contact: ic::ContactId,
    into: Option<ic::ContactId>,
    absorption: &mut Absorption,
) {
    let Some(into) = into else {
        absorption.contacts_gone.push(contact);
        return;
    };
    let due = due_contact(into.clone(), absorption.now);
    absorption.due.push(due);
    absorption.contacts_merged.push((contact, into));
}

fn hidden(record: sf::RecordId) -> FailureReport {
    FailureReport {
        subject: Subject::Record(record),
        digest: 0,
        cause: HIDDEN.to_owned(),
        waits_for: WaitsFor::Change,
        retry_at: None,
        summary: format!("{record} cannot be seen any more; what it showed last still counts"),
        vendor_words: None,
    }
}

/// Whether the error is about the one contact that was asked for, and not about the connection.
fn is_about_one(error: &IntercomError) -> bool {
    match error {
        IntercomError::Forbidden { .. }
        | IntercomError::NotFound
        | IntercomError::Merged { .. }
        | IntercomError::Conflict { .. }
        | IntercomError::Full { .. }
        | IntercomError::UnknownAttributes { .. }
        | IntercomError::Invalid { .. }
        | IntercomError::UnexpectedAnswer { .. } => true,
        IntercomError::Transport(_)
        | IntercomError::Unauthorized { .. }
        | IntercomError::PlanRestricted
        | IntercomError::RateLimited { .. }
        | IntercomError::Busy { .. }
        | IntercomError::Unavailable { .. }
        | IntercomError::Empty => false,
    }
}

/// Whether time can cure it.
fn is_passing(error: &IntercomError) -> bool {
    match error.retry_when() {
        RetryWhen::Later { .. } | RetryWhen::Replanned | RetryWhen::Changed => true,
        RetryWhen::Reconnected => false,
    }
}

/// Whether everything about a person is as fresh as a plan needs it.
pub(crate) fn is_fresh(person: &PersonRows) -> bool {
    let contacts = person.contacts.iter().map(|row| row.stale);
    let records = person.records.iter().chain(&person.successors);
    let records = records.chain(&person.pinned).map(|row| row.stale);
    contacts.chain(records).all(|stale| !stale)
}

pub(crate) fn due_contact(contact: ic::ContactId, at: Timestamp) -> Due {
    let signal = Signal {
        subject: Subject::Contact(contact),
        reason: Reason::FollowUp,
    };
    Due {
        signal,
        lane: Lane::Live,
        at,
    }
}

/// The records of a person's facts, each once.
fn records_of(person: &PersonRows) -> BTreeMap<sf::RecordId, &RecordRow> {
    let beside = person.pinned.iter().chain(&person.successors);
    let left = person.merged.iter().chain(&person.linked);
    let all = person.records.iter().chain(beside).chain(left);
    all.map(|row| (row.id, row)).collect()
}

/// When something was seen that is owned by somebody whom the directory does not know.
fn stranger_seen_at(person: &PersonRows) -> Option<Timestamp> {
    let records = records_of(person);
    let of_records = records.values().map(|row| (row.owner_id, row.seen_at));
    let of_accounts = person
        .accounts
        .iter()
        .map(|row| (row.owner_id, row.seen_at));
    let stranger = |owner: sf::OwnerId| !person.owners.iter().any(|row| row.id == owner.as_str());
    of_records
        .chain(of_accounts)
        .filter(|(owner, _)| owner.is_some_and(stranger))
        .map(|(_, seen_at)| seen_at)
        .max()
}

/// What the planner sees of stored rows.
pub(crate) fn facts(rows: &PersonRows, terms: &Terms, now: Timestamp) -> Facts {
    let around = Surroundings {
        accounts: &rows.accounts,
        owners: &rows.owners,
    };
    let parked = rows
        .failures
        .iter()
        .filter(|failure| failure.report.waits_for == WaitsFor::Change)
        .map(|failure| Parked {
            key: failure.report.digest,
        });
    let counted = rows.records.iter().chain(&rows.pinned);
    let hidden = counted.chain(&rows.successors).filter(|row| row.hidden);
    let record = |row| around.record_fact(row);
    Facts {
        observed_at: now,
        person: rows.person.clone(),
        contacts: rows
            .contacts
            .iter()
            .map(|row| terms.contact_fact(row))
            .collect(),
        records: rows.records.iter().map(record).collect(),
        pinned: rows.pinned.as_ref().map(record),
        merged: rows.merged.iter().map(|row| row.id).collect(),
        became: rows.became.iter().copied().collect(),
        successors: rows.successors.iter().map(record).collect(),
        elsewhere: rows
            .linked
            .iter()
            .filter(|row| !row.gone)
            .map(|row| row.id)
            .collect(),
        hidden: hidden.map(|row| row.id).collect(),
        crowd: rows.crowd.map(|crowd| planner::Crowd {
            contacts: crowd.contacts,
            records: crowd.records,
        }),
        listed: rows.listed.map(|listed| match listed.verdict {
            Unclear::ManyLeads => Verdict::ManyLeads,
            Unclear::ManyContacts => Verdict::ManyContacts,
            Unclear::Crowded => Verdict::Crowded,
        }),
        links: rows.links.clone(),
        parked: parked.collect(),
        unusable: (*terms.unusable).clone(),
        team: Arc::clone(&terms.team),
        settings: Arc::clone(&terms.settings),
    }
}
