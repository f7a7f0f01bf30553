//! Asking both sides what changed: the fast poll of Salesforce, and Intercom's catch-up.
//!
//! Webhooks and events are hints; that nothing is missed rests on these.

use std::time::Duration;

use model::{ConnectionId, Lane, Reason, Signal, Subject, Timestamp, sf};
use salesforce::{Cursor, PollCursors};
use serde::{Deserialize, Serialize};
use store::{Absorption, Due, Observed, Source};

use crate::clients::Clients;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::projection;
use crate::writes::Trust;

/// Where the Salesforce cursor is kept.
const SALESFORCE: &str = "salesforce.poll";

/// Where it is kept that both sides were read whole.
const READ_WHOLE: &str = "mirror.read-whole";

/// Where the Intercom cursor is kept.
const INTERCOM: &str = "intercom.catch-up";

/// Rows that commit late carry an earlier stamp. This much every poll reads again; what commits
/// later still, the late pass finds.
const OVERLAP: Duration = Duration::from_secs(2);

/// A transaction runs ten minutes at most, and the late pass comes every ten.
const LATE: Duration = Duration::from_mins(25);

/// Intercom's search shows a change minutes after it happened.
const INDEX_LAG: Duration = Duration::from_mins(10);

/// Pages of one poll at most, before others get their turn.
const PAGES_PER_POLL: usize = 50;

/// Whether a reading moves the stored cursor.
#[derive(Clone, Copy)]
enum Keep {
    Cursor,
    Nothing,
}

/// How far a reading came.
#[derive(Clone, Copy)]
enum Reached {
    /// Everything that there was.
    Present,
    /// As many pages as one turn may have; there is more.
    Pages,
}

fn each(cursors: &mut PollCursors) -> [&mut Cursor; 3] {
    [
        &mut cursors.lead,
        &mut cursors.contact,
        &mut cursors.account,
    ]
}

/// The stored form of the poll's cursors.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct StoredCursors {
    lead: StoredCursor,
    contact: StoredCursor,
    account: StoredCursor,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct StoredCursor {
    stamp: Timestamp,
    id: Option<String>,
}

impl From<&Cursor> for StoredCursor {
    fn from(cursor: &Cursor) -> Self {
        Self {
            stamp: cursor.stamp,
            id: cursor.id.clone(),
        }
    }
}

impl From<StoredCursor> for Cursor {
    fn from(stored: StoredCursor) -> Self {
        Self {
            stamp: stored.stamp,
            id: stored.id,
        }
    }
}

impl StoredCursors {
    fn of(cursors: &PollCursors) -> Self {
        Self {
            lead: (&cursors.lead).into(),
            contact: (&cursors.contact).into(),
            account: (&cursors.account).into(),
        }
    }

    fn into_cursors(self) -> PollCursors {
        PollCursors {
            lead: self.lead.into(),
            contact: self.contact.into(),
            account: self.account.into(),
        }
    }
}

impl Engine {
    /// Sets the cursors to `from` unless they stand somewhere already: a first sync does so before
    /// it reads, so that what changes while it reads is polled afterwards.
    pub(crate) async fn start_cursors(
        &self,
        id: ConnectionId,
        from: Timestamp,
    ) -> Result<(), EngineError> {
        let store = &self.inner.store;
        let now = self.now();
        if store.cursor(id, SALESFORCE).await?.is_none() {
            let at = Cursor::at(from);
            let cursors = PollCursors {
                lead: at.clone(),
                contact: at.clone(),
                account: at,
            };
            store
                .put_cursor(id, SALESFORCE, &text(&cursors), now)
                .await?;
        }
        if store.cursor(id, INTERCOM).await?.is_none() {
            store
                .put_cursor(id, INTERCOM, &from.as_millis().to_string(), now)
                .await?;
        }
        Ok(())
    }

    /// The mirror holds everything that the polls then keep current.
    pub(crate) async fn note_read_whole(&self, id: ConnectionId) -> Result<(), EngineError> {
        let store = &self.inner.store;
        Ok(store.put_cursor(id, READ_WHOLE, "yes", self.now()).await?)
    }

    /// Whether both sides were ever read whole; before that, what the mirror lacks says nothing.
    pub(crate) async fn was_read_whole(&self, id: ConnectionId) -> Result<bool, EngineError> {
        Ok(self.inner.store.cursor(id, READ_WHOLE).await?.is_some())
    }

    /// One fast poll: what changed in Salesforce since the cursor becomes mirror and due persons,
    /// together with the cursor. Without a cursor there was no first sync yet, and nothing to do.
    pub(crate) async fn poll_salesforce(
        &self,
        id: ConnectionId,
        clients: &Clients,
    ) -> Result<(), EngineError> {
        let Some(mut cursors) = self.salesforce_cursors(id).await? else {
            return Ok(());
        };
        for cursor in each(&mut cursors) {
            // In the middle of a longer reading nothing is read again.
            if cursor.id.is_none() {
                cursor.stamp = cursor.stamp.minus(OVERLAP);
            }
        }
        let began = self.now();
        let reached = self.poll_from(id, clients, cursors, Keep::Cursor).await?;
        self.pulse(id, |pulse| {
            pulse.last_poll_problem = None;
            match reached {
                Reached::Present => pulse.last_poll_at = Some(began),
                Reached::Pages => {}
            }
        });
        Ok(())
    }

    /// Reads again what was stamped shortly before the cursor: rows of long transactions become
    /// visible only when the cursor has passed their stamp. The cursor stays where it is.
    pub(crate) async fn late_pass(
        &self,
        id: ConnectionId,
        clients: &Clients,
    ) -> Result<(), EngineError> {
        let Some(mut cursors) = self.salesforce_cursors(id).await? else {
            return Ok(());
        };
        for cursor in each(&mut cursors) {
            *cursor = Cursor::at(cursor.stamp.minus(LATE));
        }
        self.poll_from(id, clients, cursors, Keep::Nothing).await?;
        Ok(())
    }

    async fn poll_from(
        &self,
        id: ConnectionId,
        clients: &Clients,
        mut cursors: PollCursors,
        keep: Keep,
    ) -> Result<Reached, EngineError> {
        for page in 1.. {
            let changes = clients.salesforce.changed_since(cursors).await?;
            let now = self.now();
            let mut absorption = Absorption::new(Lane::Live, Reason::Poll, now);
            let snapshot = |row| Observed {
                row,
                source: Source::Snapshot,
            };
            let leads = changes
                .leads
                .iter()
                .map(|lead| projection::lead_row(lead, now));
            let contacts = changes
                .contacts
                .iter()
                .map(|contact| projection::sf_contact_row(contact, now));
            absorption.records = leads.chain(contacts).map(snapshot).collect();
            absorption.accounts = changes
                .accounts
                .iter()
                .filter(|account| !account.is_deleted)
                .map(|account| projection::account_row(account, now))
                .collect();
            absorption.due = changes
                .unreadable
                .iter()
                .filter_map(|row| row.id.as_deref()?.parse::<sf::RecordId>().ok())
                .map(|record| due(Subject::Record(record), now))
                .collect();
            absorption.cursor = match keep {
                Keep::Cursor => Some((SALESFORCE.to_owned(), text(&changes.next))),
                Keep::Nothing => None,
            };
            let absorbed = self.inner.store.absorb(id, &absorption).await?;
            if absorbed.persons_due > 0 || !absorbed.accounts_changed.is_empty() {
                self.inner.wake.notify_waiters();
            }
            cursors = changes.next;
            match keep {
                _ if !changes.more => return Ok(Reached::Present),
                Keep::Cursor if page >= PAGES_PER_POLL => break,
                // What is not kept could not be gone on with.
                Keep::Cursor | Keep::Nothing => {}
            }
        }
        Ok(Reached::Pages)
    }

    async fn salesforce_cursors(
        &self,
        id: ConnectionId,
    ) -> Result<Option<PollCursors>, EngineError> {
        let Some(stored) = self.inner.store.cursor(id, SALESFORCE).await? else {
            return Ok(None);
        };
        let stored: StoredCursors =
            serde_json::from_str(&stored).map_err(|error| store::StoreError::Unreadable {
                table: "cursor",
                column: "value",
                key: SALESFORCE.to_owned(),
                why: error.to_string(),
            })?;
        Ok(Some(stored.into_cursors()))
    }

    /// Reads what changed in Intercom since the last catch-up, latest first, down to the cursor
    /// less the lag of the index: whatever webhooks were lost, this finds.
    pub(crate) async fn catch_up_intercom(
        &self,
        id: ConnectionId,
        clients: &Clients,
    ) -> Result<(), EngineError> {
        let store = &self.inner.store;
        let Some(stored) = store.cursor(id, INTERCOM).await? else {
            return Ok(());
        };
        let millis = stored.parse().unwrap_or_default();
        let since = Timestamp::from_millis(millis).minus(INDEX_LAG);
        let began = self.now();
        let intercom = clients.intercom.in_lane(Lane::Repair);
        let mut at = None;
        loop {
            let page = intercom.contacts_updated_since(since, at.as_ref()).await?;
            let now = self.now();
            let mut absorption = Absorption::new(Lane::Live, Reason::Poll, now);
            let mut reached = false;
            for contact in page.rows {
                match contact {
                    Ok(contact) if contact.updated_at < since => reached = true,
                    Ok(contact) => {
                        let source = match self.inner.writes.trust(id, &contact.id, now) {
                            Trust::Plain => Source::Snapshot,
                            Trust::Doubtful | Trust::Wait => Source::DoubtfulSnapshot,
                        };
                        let row = projection::contact_row(&contact, now);
                        absorption.contacts.push(Observed { row, source });
                    }
                    Err(unreadable) => absorption.due.extend(
                        unreadable
                            .id
                            .map(|contact| due(Subject::Contact(contact), now)),
                    ),
                }
            }
            store.absorb(id, &absorption).await?;
            at = page.next;
            if reached || at.is_none() {
                break;
            }
        }
        store
            .put_cursor(id, INTERCOM, &began.as_millis().to_string(), began)
            .await?;
        self.inner.wake.notify_waiters();
        Ok(())
    }
}

fn due(subject: Subject, at: Timestamp) -> Due {
    Due {
        signal: Signal {
            subject,
            reason: Reason::Poll,
        },
        lane: Lane::Live,
        at,
    }
}

fn text(cursors: &PollCursors) -> String {
    serde_json::to_string(&StoredCursors::of(cursors)).expect("cursors are plain values")
}
