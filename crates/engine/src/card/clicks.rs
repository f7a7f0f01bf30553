//! Clicks that change something: creating a Lead (L1), taking a record (L6, M9), letting it go.

use std::collections::BTreeMap;
use std::time::Duration;

use model::{MatchKey, ic, sf};
use planner::card::{MATCHES_PER_PAGE, MatchLine};
use store::Connection;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_util::task::TaskTracker;

use super::{CardContact, Drawing, Shown};
use crate::create_lead::{Click as LeadClick, Creation};
use crate::engine::Engine;
use crate::error::EngineError;
use crate::pins::line_of_id;

/// How long a click waits for its result; then the card says that it is under way.
const CLICK_TIME: Duration = Duration::from_millis(2500);

/// Until then after a click, what Salesforce named is read for its names; the card's own time ends
/// shortly after.
const NAMES_TIME: Duration = Duration::from_millis(2700);

/// What became of a click's work in the time that a card has.
enum Work<T> {
    Done(T),
    /// It goes on by itself.
    UnderWay,
    /// It ended without an outcome; the log says why.
    Broken,
}

/// Does a click's work in a task of its own, so that neither a slow vendor nor a teammate who goes
/// on to the next conversation can cut it in half.
async fn worked<T: Send + 'static>(
    tasks: &TaskTracker,
    work: impl Future<Output = Result<T, EngineError>> + Send + 'static,
) -> Result<Work<T>, EngineError> {
    match timeout(CLICK_TIME, tasks.spawn(work)).await {
        Ok(Ok(outcome)) => outcome.map(Work::Done),
        Ok(Err(_)) => Ok(Work::Broken),
        Err(_) => Ok(Work::UnderWay),
    }
}

fn broken() -> Shown {
    Shown::Sentence("The click failed. Try again.".to_owned())
}

fn saying(message: impl Into<String>) -> Drawing {
    Drawing {
        message: Some(message.into()),
        ..Drawing::default()
    }
}

const NO_KEY: &str = "Only a contact with an email address can be linked to a record.";

impl Engine {
    /// Makes a record the match of the contact's person.
    pub(super) async fn take_record(
        &self,
        connection: &Connection,
        contact: &CardContact,
        teammate: &ic::TeammateId,
        record: sf::RecordId,
    ) -> Result<Shown, EngineError> {
        let Some(key) = self.current_key(connection, contact).await? else {
            return self.draw(connection, contact, saying(NO_KEY)).await;
        };
        let (engine, id, teammate) = (self.clone(), connection.id, teammate.clone());
        let work = async move { engine.pin(id, &key, record, &teammate).await };
        let drawing = match worked(&self.inner.tasks, work).await? {
            Work::Done(Some(name)) => saying(format!("Linked to {name}.")),
            Work::Done(None) => {
                saying("This record is deleted, or Carrick cannot see it in Salesforce.")
            }
            Work::UnderWay => saying("The record is being linked."),
            Work::Broken => return Ok(broken()),
        };
        self.draw(connection, contact, drawing).await
    }

    /// Removes the pin of the contact's person.
    pub(super) async fn let_record_go(
        &self,
        connection: &Connection,
        contact: &CardContact,
        teammate: &ic::TeammateId,
    ) -> Result<Shown, EngineError> {
        let Some(key) = self.current_key(connection, contact).await? else {
            return self.draw(connection, contact, Drawing::default()).await;
        };
        let (engine, id, teammate) = (self.clone(), connection.id, teammate.clone());
        let work = async move { engine.unpin(id, &key, &teammate).await };
        let drawing = match worked(&self.inner.tasks, work).await? {
            Work::Done(()) => saying("The record is not pinned any more."),
            Work::UnderWay => saying("The pin is being removed."),
            Work::Broken => return Ok(broken()),
        };
        self.draw(connection, contact, drawing).await
    }

    async fn current_key(
        &self,
        connection: &Connection,
        contact: &CardContact,
    ) -> Result<Option<MatchKey>, EngineError> {
        let email = self.current_email(connection.id, contact).await?;
        Ok(email.as_deref().and_then(MatchKey::from_email))
    }

    /// Creates a Lead, or says what is missing.
    pub(super) async fn create(
        &self,
        connection: &Connection,
        contact: &CardContact,
        teammate: &ic::TeammateId,
        click: LeadClick,
    ) -> Result<Shown, EngineError> {
        let names_until = Instant::now() + NAMES_TIME;
        let typed = click.typed.clone().unwrap_or_default();
        let clicked = (connection.id, contact.id.clone(), teammate.clone());
        // What an earlier click came to is not wanted any more.
        self.take_late(&clicked);
        let (tell, told) = tokio::sync::oneshot::channel();
        self.inner.tasks.spawn({
            let (engine, typed) = (self.clone(), typed.clone());
            let (id, contact, teammate) = clicked.clone();
            async move {
                let outcome = engine.create_lead(id, contact, teammate, click).await;
                if let Err(unheard) = tell.send(outcome) {
                    engine.keep_late(clicked, typed, unheard);
                }
            }
        });
        match timeout(CLICK_TIME, told).await {
            Ok(Ok(outcome)) => {
                self.outcome(connection, contact, typed, outcome?, names_until)
                    .await
            }
            Ok(Err(_)) => Ok(broken()),
            Err(_) => {
                let slow = "Salesforce takes longer than usual; this goes on. Refresh in a moment.";
                self.draw(connection, contact, saying(slow)).await
            }
        }
    }

    /// What the teammate's last click came to, if its card could not wait for it.
    pub(super) async fn late_outcome(
        &self,
        connection: &Connection,
        contact: &CardContact,
        teammate: &ic::TeammateId,
    ) -> Option<Result<Shown, EngineError>> {
        let clicked = (connection.id, contact.id.clone(), teammate.clone());
        let late = self.take_late(&clicked)?;
        let names_until = Instant::now() + NAMES_TIME;
        Some(match late.outcome {
            Ok(created) => {
                self.outcome(connection, contact, late.typed, created, names_until)
                    .await
            }
            Err(error) => Err(error),
        })
    }

    /// Shows what a creation came to.
    async fn outcome(
        &self,
        connection: &Connection,
        contact: &CardContact,
        typed: BTreeMap<String, String>,
        created: Creation,
        names_until: Instant,
    ) -> Result<Shown, EngineError> {
        let drawing = match created {
            Creation::Form(form) => return Ok(Shown::Form(form)),
            Creation::Created => saying("Lead created."),
            Creation::Matched => {
                saying("This person is in Salesforce already; no lead was created.")
            }
            Creation::Refused(words) => {
                saying(format!("No lead was created. Salesforce says: {words}"))
            }
            Creation::UnderWay | Creation::NotConfirmed => Drawing::default(),
            Creation::Duplicates {
                records,
                may_create_anyway,
                words,
            } => {
                let records = self.named(connection, &records, names_until).await;
                return Ok(Shown::Duplicates {
                    records,
                    may_create_anyway,
                    typed,
                    words,
                });
            }
        };
        self.draw(connection, contact, drawing).await
    }

    /// The first records of a list as lines to choose from; by id alone where the names do not come
    /// in time.
    async fn named(
        &self,
        connection: &Connection,
        records: &[sf::RecordId],
        until: Instant,
    ) -> Vec<MatchLine> {
        let first = &records[..records.len().min(MATCHES_PER_PAGE)];
        match timeout_at(until, self.match_lines(connection.id, first)).await {
            Ok(Ok(lines)) => lines,
            Ok(Err(error)) => {
                tracing::warn!(connection.id = %connection.id, %error, "duplicates have no names");
                first.iter().copied().map(line_of_id).collect()
            }
            Err(_) => first.iter().copied().map(line_of_id).collect(),
        }
    }
}
