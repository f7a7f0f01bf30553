//! Webhooks: kept first, understood later (invariant 4).

use std::sync::atomic::Ordering;

use intercom::webhook::{self, About, Gone, Notification, Topic, WebhookError};
use model::{ConnectionId, Lane, Reason, Signal, Subject, Timestamp, ic};
use store::{
    Absorption, Connection, ConnectionState, Delivery, Due, Observed, Source, StoredDelivery,
};

use crate::engine::Engine;
use crate::error::EngineError;
use crate::projection;
use crate::writes::Trust;

/// Deliveries understood in one turn.
const DELIVERIES_PER_TURN: u32 = 500;

/// What became of a delivery; each has its answer in HTTP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Received {
    /// It survives a power cut; 200.
    Kept,
    /// No connection has this workspace, or it was uninstalled; 200, counted.
    DroppedUnknownWorkspace,
    /// A topic that nothing follows from, such as `ping`; 200, counted.
    DroppedTopic,
    /// No such app is configured; 404.
    UnknownApp,
    /// The signature is missing or wrong; 401.
    BadSignature,
    /// Signed, but not a notification; 400.
    Unreadable(String),
    /// It could not be kept; 503, and Intercom delivers it again.
    Unavailable,
}

impl Engine {
    /// Takes a delivery of the Intercom app `app`: signature over the raw bytes first, then the
    /// workspace, then the inbox. Answers when it is durable.
    pub async fn receive(&self, app: &str, signature: Option<&str>, body: &[u8]) -> Received {
        let Some(found) = self.intercom_app(app) else {
            return Received::UnknownApp;
        };
        if let Err(error) = webhook::verify(&found.client_secret, signature, body) {
            tracing::warn!(%error, "a webhook was refused; is the app's client secret right?");
            return Received::BadSignature;
        }
        // What a stranger's delivery holds is nothing to complain about: errors pause those of
        // every workspace.
        let read = webhook::parse(body);
        let workspace = match &read {
            Ok(Notification { workspace_id, .. })
            | Err(WebhookError::NobodyNamed { workspace_id, .. }) => workspace_id,
            Err(error @ (WebhookError::NotANotification(_) | WebhookError::NotANotice(_))) => {
                return Received::Unreadable(error.to_string());
            }
        };
        let known = self.inner.store.connection_of_workspace(workspace).await;
        let connection = match known.map(|known| known.filter(is_installed)) {
            Ok(Some(connection)) => connection.id,
            Ok(None) => {
                self.inner.strangers.fetch_add(1, Ordering::Relaxed);
                return Received::DroppedUnknownWorkspace;
            }
            Err(error) => {
                tracing::error!(%error, "a delivery could not be attributed");
                return Received::Unavailable;
            }
        };
        let now = self.now();
        self.pulse(connection, |pulse| pulse.last_webhook_at = Some(now));
        let notification = match read {
            Ok(notification) => notification,
            Err(error) => return Received::Unreadable(error.to_string()),
        };
        if !is_followed(&notification.about) {
            self.pulse(connection, |pulse| pulse.deliveries_dropped += 1);
            return Received::DroppedTopic;
        }
        let delivery = Delivery {
            workspace_id: notification.workspace_id,
            topic: notification.topic.as_str().to_owned(),
            received_at: now,
            body: body.to_vec(),
        };
        match self.inner.inbox.keep(delivery).await {
            Ok(_) => {
                self.inner.wake.notify_waiters();
                Received::Kept
            }
            Err(error) => {
                tracing::error!(connection.id = %connection, %error, "a delivery was not kept");
                Received::Unavailable
            }
        }
    }

    /// Understands what the inbox holds. What is about a contact whose write is under way stays
    /// for the next turn. Returns how many deliveries are done.
    pub(crate) async fn drain_inbox(&self) -> Result<usize, EngineError> {
        let mut after = 0;
        let mut done = 0;
        loop {
            let kept = self.inner.inbox.kept(after, DELIVERIES_PER_TURN).await?;
            let Some(last) = kept.last() else {
                return Ok(done);
            };
            after = last.seq;
            let seqs = self.understand(kept).await?;
            done += seqs.len();
            self.inner.inbox.drop_kept(&seqs).await?;
        }
    }

    /// Turns deliveries into observations and signals, in one transaction per connection, and
    /// returns those that are done. Repeating it changes nothing.
    async fn understand(&self, kept: Vec<StoredDelivery>) -> Result<Vec<i64>, EngineError> {
        let now = self.now();
        let mut seqs = Vec::new();
        let mut absorptions: Vec<(ConnectionId, Absorption)> = Vec::new();
        for StoredDelivery { seq, delivery } in kept {
            let known = self
                .inner
                .store
                .connection_of_workspace(&delivery.workspace_id)
                .await?;
            // Removed meanwhile, or kept by a release that understood more: nothing to do.
            let known = known.filter(is_installed);
            let (Some(connection), Ok(notification)) = (known, webhook::parse(&delivery.body))
            else {
                seqs.push(seq);
                continue;
            };
            let id = connection.id;
            let known = absorptions.iter().position(|(of, _)| *of == id);
            let at = known.unwrap_or_else(|| {
                absorptions.push((id, Absorption::new(Lane::Live, Reason::Webhook, now)));
                absorptions.len() - 1
            });
            let absorption = &mut absorptions[at].1;
            let understood = if let Some(archived) = archived(&notification) {
                self.note_archived(id, archived, absorption).await?
            } else {
                self.note(id, notification, absorption)
            };
            if understood {
                seqs.push(seq);
            }
        }
        for (id, absorption) in absorptions {
            self.inner.store.absorb(id, &absorption).await?;
        }
        // What waits for a write of ours wakes nobody: the end of the write does.
        if !seqs.is_empty() {
            self.inner.wake.notify_waiters();
        }
        Ok(seqs)
    }

    /// Notes that a contact went into the archive; `false` if that has to wait. Read by id it looks
    /// as before, so the notification is believed, unless something was seen that is newer.
    async fn note_archived(
        &self,
        id: ConnectionId,
        (contact, told_at): (&ic::ContactId, Timestamp),
        absorption: &mut Absorption,
    ) -> Result<bool, EngineError> {
        match self.inner.writes.trust(id, contact, absorption.now) {
            Trust::Wait => return Ok(false),
            Trust::Plain | Trust::Doubtful => {}
        }
        let standing = self.inner.store.contact(id, contact).await?;
        let told = absorption.contacts.iter().map(|observed| &observed.row);
        let mut seen = told.filter(|row| row.id == *contact).chain(&standing);
        if seen.all(|row| row.stamp <= told_at) {
            absorption.contacts_gone.push(contact.clone());
        }
        Ok(true)
    }

    /// Notes what a notification says; `false` if it has to wait.
    fn note(&self, id: ConnectionId, told: Notification, absorption: &mut Absorption) -> bool {
        let now = absorption.now;
        let due = |subject| Due {
            signal: Signal {
                subject,
                reason: Reason::Webhook,
            },
            lane: Lane::Live,
            at: now,
        };
        let is_back = told.topic == Topic::ContactUnarchive;
        let joins_company = told.topic == Topic::CompanyContactAttached;
        let seen = |contact: Box<intercom::Contact>, absorption: &mut Absorption| {
            let source = match self.inner.writes.trust(id, &contact.id, now) {
                Trust::Wait => return false,
                Trust::Plain => Source::Snapshot,
                Trust::Doubtful => Source::DoubtfulSnapshot,
            };
            if is_back {
                absorption.contacts_gone.retain(|gone| *gone != contact.id);
            }
            let row = projection::contact_row(&contact, now);
            if joins_company {
                // The row does not show companies, and a Lead may wait for the name of one (L5).
                absorption.due.push(due(Subject::Person(row.person())));
            }
            absorption.contacts.push(Observed { row, source });
            true
        };
        match told.about {
            About::Contact {
                snapshot: Some(contact),
                ..
            } => seen(contact, absorption),
            // Without a body, gone, or back again: what is true now is read by id.
            About::Contact {
                id: contact,
                snapshot: None,
            }
            | About::ContactGone { id: contact, .. } => {
                absorption.due.push(due(Subject::Contact(contact)));
                true
            }
            About::ContactMerged { from, into, .. } => {
                absorption
                    .due
                    .extend(from.map(|from| due(Subject::Contact(from))));
                absorption.due.push(due(Subject::Contact(into)));
                true
            }
            About::Conversation { .. }
            | About::Company { .. }
            | About::Teammate
            | About::Ping
            | About::Other => true,
        }
    }
}

/// Whether what comes from the connection's workspace is still of interest.
fn is_installed(connection: &Connection) -> bool {
    match connection.state {
        ConnectionState::Uninstalled => false,
        ConnectionState::Incomplete
        | ConnectionState::Ready
        | ConnectionState::Paused
        | ConnectionState::Reconnect { .. } => true,
    }
}

/// The contact that a notification says was archived, and when.
fn archived(told: &Notification) -> Option<(&ic::ContactId, Timestamp)> {
    match &told.about {
        About::ContactGone {
            id,
            how: Gone::Archived,
        } => told.created_at.map(|at| (id, at)),
        About::ContactGone {
            how: Gone::Deleted, ..
        }
        | About::Contact { .. }
        | About::ContactMerged { .. }
        | About::Conversation { .. }
        | About::Company { .. }
        | About::Teammate
        | About::Ping
        | About::Other => None,
    }
}

/// Whether anything follows from such a notification today.
fn is_followed(about: &About) -> bool {
    match about {
        About::Contact { .. } | About::ContactGone { .. } | About::ContactMerged { .. } => true,
        About::Conversation { .. }
        | About::Company { .. }
        | About::Teammate
        | About::Ping
        | About::Other => false,
    }
}
