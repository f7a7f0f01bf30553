//! From subjects to persons: what a ticket names is read or fanned out, and whoever it concerns
//! becomes due. A failed read never takes a ticket off: it is listed, and comes back later.

use model::{ConnectionId, Subject, Timestamp, ic, sf};
use store::{FailureReport, Side, Ticket};
use transport::RetryWhen;

use crate::clients::Clients;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::failure;
use crate::observe::UNREAD_PAUSE;

/// Persons fanned out at once when something above them changed.
const FAN_OUT_PAGE: u32 = 500;

/// Failures looked through to see how often something failed before.
const FAILURES_KNOWN: u32 = 200;

impl Engine {
    /// Resolves these tickets; those of persons are somebody else's.
    pub(crate) async fn resolve(
        &self,
        id: ConnectionId,
        clients: &Clients,
        tickets: Vec<Ticket>,
    ) -> Result<(), EngineError> {
        let mut of_records = Vec::new();
        let mut records: Vec<sf::RecordId> = Vec::new();
        let mut of_contacts = Vec::new();
        let mut contacts: Vec<ic::ContactId> = Vec::new();
        for ticket in tickets {
            match &ticket.subject {
                Subject::Record(record) => {
                    records.push(*record);
                    of_records.push(ticket);
                }
                Subject::Contact(contact) => {
                    contacts.push(contact.clone());
                    of_contacts.push(ticket);
                }
                Subject::Account(_) | Subject::Owner(_) => self.fan_out(id, ticket).await?,
                // Conversations have no rules yet; persons and connections are never here.
                Subject::Conversation(_) | Subject::Person(_) | Subject::Connection => {
                    self.inner.store.done(id, &[ticket]).await?;
                }
            }
        }
        if !records.is_empty() {
            let read = self.read_records(id, clients, &records).await;
            self.resolved(id, of_records, read).await?;
        }
        if !contacts.is_empty() {
            let read = self.read_contacts(id, clients, contacts).await;
            let (read, unread) = match read {
                Ok(unread) => (Ok(()), unread),
                Err(error) => (Err(error), Vec::new()),
            };
            let (later, now): (Vec<Ticket>, Vec<Ticket>) =
                of_contacts
                    .into_iter()
                    .partition(|ticket| match &ticket.subject {
                        Subject::Contact(contact) => unread.contains(contact),
                        Subject::Record(_)
                        | Subject::Account(_)
                        | Subject::Owner(_)
                        | Subject::Conversation(_)
                        | Subject::Person(_)
                        | Subject::Connection => false,
                    });
            let until = self.now().plus(UNREAD_PAUSE);
            for ticket in later {
                self.inner.store.defer(id, &ticket, until).await?;
            }
            self.resolved(id, now, read).await?;
        }
        Ok(())
    }

    async fn resolved(
        &self,
        id: ConnectionId,
        tickets: Vec<Ticket>,
        read: Result<(), EngineError>,
    ) -> Result<(), EngineError> {
        match read {
            Ok(()) => Ok(self.inner.store.done(id, &tickets).await?),
            Err(error) => self.put_off(id, &tickets, error).await,
        }
    }

    /// Makes everybody due who hangs on an Account or an owner, page by page.
    async fn fan_out(&self, id: ConnectionId, ticket: Ticket) -> Result<(), EngineError> {
        let store = &self.inner.store;
        let mut after = None;
        loop {
            let (lane, now) = (ticket.lane, self.now());
            after = match &ticket.subject {
                Subject::Account(account) => {
                    store
                        .fan_out_account(id, *account, after, FAN_OUT_PAGE, lane, now)
                        .await?
                }
                Subject::Owner(owner) => {
                    store
                        .fan_out_owner(id, *owner, after, FAN_OUT_PAGE, lane, now)
                        .await?
                }
                Subject::Contact(_)
                | Subject::Record(_)
                | Subject::Conversation(_)
                | Subject::Person(_)
                | Subject::Connection => None,
            };
            if after.is_none() {
                return Ok(store.done(id, &[ticket]).await?);
            }
        }
    }

    /// A vendor could not be read: each ticket is listed, and looked at again when that has a
    /// chance. A refused credential pauses the connection, and the tickets stay as they are. What
    /// is no vendor's fault is handed up.
    pub(crate) async fn put_off(
        &self,
        id: ConnectionId,
        tickets: &[Ticket],
        error: EngineError,
    ) -> Result<(), EngineError> {
        let Some((side, when)) = error.of_vendor() else {
            return Err(error);
        };
        let message = error.to_string();
        tracing::warn!(connection.id = %id, error = %message, tickets = tickets.len(), "a read waits");
        if when == RetryWhen::Reconnected {
            self.needs_reconnect(id, side, &message).await;
            return Ok(());
        }
        if side == Side::Salesforce {
            self.pulse(id, |pulse| pulse.last_poll_problem = Some(message));
        }
        let now = self.now();
        let known = self.inner.store.failures(id, FAILURES_KNOWN).await?;
        for ticket in tickets {
            let before = known.iter().find(|it| it.report.subject == ticket.subject);
            let count = before.map_or(0, |it| it.count);
            let until = failure::retry_at(now, when, count)
                .unwrap_or_else(|| now.plus(failure::LONGEST_PAUSE));
            if let Some(report) = unread(&error, &ticket.subject, until) {
                self.inner.store.report_failure(id, &report, now).await?;
            }
            self.inner.store.defer(id, ticket, until).await?;
        }
        Ok(())
    }
}

fn unread(error: &EngineError, subject: &Subject, until: Timestamp) -> Option<FailureReport> {
    let (subject, until) = (subject.clone(), Some(until));
    if let EngineError::Intercom(error) = error {
        let what = "Intercom could not be read";
        Some(failure::of_intercom(error, subject, 0, what, until))
    } else if let EngineError::Salesforce(error) = error {
        let what = "Salesforce could not be read";
        Some(failure::of_salesforce(error, subject, 0, what, until))
    } else {
        None
    }
}
