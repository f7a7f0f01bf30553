//! Intents that are not settled: what was lost on the way is looked for, and sent again only when
//! it surely does not exist (invariant 5).

use std::sync::PoisonError;
use std::time::Duration;

use intercom::{IntercomError, Outcome};
use model::{ConnectionId, MatchKey, PersonKey, Timestamp, sf};
use planner::intent::{Found, Look, QUIET, Request, WINDOW_AFTER, WINDOW_BEFORE, look};
use store::{FailureReport, Intent, IntentId, IntentKind, IntentState, RecordRow, Settled};
use transport::RetryWhen;

use crate::clients::Clients;
use crate::create_lead::Payload;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::failure;
use crate::projection;

/// An open intent is sent again this long after its last attempt, or after it was written down:
/// until then whoever opened it is about to send it.
const SEND_AGAIN: Duration = Duration::from_secs(10);

/// A call that was begun this long ago has ended, whatever became of it: the client gives up
/// after two and a half minutes.
const SENDING_MAX: Duration = Duration::from_mins(5);

/// Until when an intent is left alone after trouble.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Pause {
    until: Timestamp,
    failed: u64,
}

impl Engine {
    /// After a start nobody knows what became of calls that were under way: they are looked for.
    pub(crate) async fn distrust_intents(&self, id: ConnectionId) -> Result<(), EngineError> {
        let Some(org) = self.connection(id).await?.org_id else {
            return Ok(());
        };
        let now = self.now();
        self.inner
            .store
            .distrust_sent_intents(org, now, now.plus(QUIET))
            .await?;
        Ok(())
    }

    /// Looks for what is due, and sends what surely is not there. One intent's trouble does not
    /// hold up the others, and comes back later each time.
    pub(crate) async fn settle_intents(
        &self,
        id: ConnectionId,
        clients: &Clients,
    ) -> Result<(), EngineError> {
        for intent in self
            .inner
            .store
            .unsettled_intents(clients.org, IntentKind::Lead)
            .await?
        {
            let now = self.now();
            if intent.connection != id || self.is_pausing(intent.id, now) {
                continue;
            }
            let since = intent.sent_at.unwrap_or(intent.opened_at);
            let outcome = match intent.state {
                IntentState::Unknown if intent.look_at.is_none_or(|at| at <= now) => {
                    self.look_for(id, clients, &intent).await
                }
                IntentState::Open if now.since(since) >= SEND_AGAIN => {
                    self.send_again(id, clients, &intent).await
                }
                IntentState::Sent if now.since(since) >= SENDING_MAX => {
                    let quiet_until = since.plus(QUIET);
                    let distrusted = self
                        .inner
                        .store
                        .intent_unknown(intent.id, now, quiet_until)
                        .await;
                    distrusted.map_err(EngineError::from)
                }
                IntentState::Unknown
                | IntentState::Open
                | IntentState::Sent
                | IntentState::Done
                | IntentState::Refused => continue,
            };
            self.note_attempt(id, intent.id, outcome).await;
        }
        Ok(())
    }

    pub(crate) fn is_pausing(&self, intent: IntentId, now: Timestamp) -> bool {
        let pauses = self
            .inner
            .intent_pauses
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        pauses.get(&intent).is_some_and(|pause| pause.until > now)
    }

    /// What becomes of an event or a note whose call failed. In doubt it is looked at again at
    /// `look_at`, and surely not there from `quiet_until` on; what was not sent or passes waits for
    /// its pause, which grows; what is refused for good is listed.
    pub(crate) async fn call_failed(
        &self,
        id: ConnectionId,
        intent: &Intent,
        error: IntercomError,
        (look_at, quiet_until): (Timestamp, Timestamp),
        refused: impl FnOnce(&IntercomError) -> FailureReport,
    ) -> Result<(), EngineError> {
        let store = &self.inner.store;
        match (error.outcome(), error.retry_when()) {
            (Outcome::Unknown, _) => {
                store
                    .intent_unknown(intent.id, look_at, quiet_until)
                    .await?;
                Err(error.into())
            }
            (Outcome::NotSent, _)
            | (
                Outcome::Refused,
                RetryWhen::Later { .. } | RetryWhen::Replanned | RetryWhen::Reconnected,
            ) => {
                store.intent_reopened(intent.id).await?;
                Err(error.into())
            }
            (Outcome::Refused, RetryWhen::Changed) => {
                let report = refused(&error);
                store.report_failure(id, &report, self.now()).await?;
                Ok(store.intent_refused(intent.id, &error.to_string()).await?)
            }
        }
    }

    /// Whatever went wrong is tried again after a pause that grows.
    pub(crate) async fn note_attempt(
        &self,
        id: ConnectionId,
        intent: IntentId,
        outcome: Result<(), EngineError>,
    ) {
        let now = self.now();
        let when = match &outcome {
            Ok(()) => None,
            Err(error) => Some(match error.of_vendor() {
                Some((_, when)) => when,
                None => RetryWhen::Later { not_before: None },
            }),
        };
        {
            let mut pauses = self
                .inner
                .intent_pauses
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            match when {
                None => _ = pauses.remove(&intent),
                Some(when) => {
                    let pause = pauses.entry(intent).or_default();
                    pause.until = failure::retry_at(now, when, pause.failed)
                        .unwrap_or_else(|| now.plus(failure::LONGEST_PAUSE));
                    pause.failed += 1;
                }
            }
        }
        let Err(error) = outcome else { return };
        tracing::warn!(connection.id = %id, intent.id = intent.0, %error, "an intent waits");
        if let Some((side, RetryWhen::Reconnected)) = error.of_vendor() {
            self.needs_reconnect(id, side, &error.to_string()).await;
        }
    }

    /// What was to be created cannot be read any more: nobody can send it.
    async fn give_up(&self, intent: &Intent) -> Result<(), EngineError> {
        let store = &self.inner.store;
        store.intent_reopened(intent.id).await?;
        Ok(store.intent_refused(intent.id, UNREADABLE).await?)
    }

    /// Looks for what a lost call may have created.
    async fn look_for(
        &self,
        id: ConnectionId,
        clients: &Clients,
        intent: &Intent,
    ) -> Result<(), EngineError> {
        let (Some((key, payload)), Some(sent_at), Some(quiet_until)) =
            (wish(intent), intent.sent_at, intent.quiet_until)
        else {
            return self.give_up(intent).await;
        };
        let rows = self.candidates(clients, &key, sent_at).await?;
        let request = Request {
            key,
            sent_at,
            quiet_until,
            last_name: payload.fields.get("LastName").cloned().unwrap_or_default(),
            company: payload.fields.get("Company").cloned(),
        };
        let found: Vec<Found> = rows
            .iter()
            .map(|(row, creator)| projection::found(row, *creator, clients.integration_user))
            .collect();
        let now = self.now();
        let store = &self.inner.store;
        match look(&request, &found, now) {
            Look::Nothing => store.intent_reopened(intent.id).await?,
            Look::NotYet { look_at } => {
                store
                    .intent_unknown(intent.id, look_at, quiet_until)
                    .await?;
            }
            Look::Exists(records) => {
                for record in records {
                    let row = rows.iter().find(|(row, _)| row.id == record);
                    let Some((row, _)) = row else { continue };
                    let settled = self
                        .settle_intent(id, intent, &payload, row.clone())
                        .await?;
                    match settled {
                        Settled::Done | Settled::Closed => return Ok(()),
                        Settled::RowTaken => {}
                    }
                }
                // Every row that fits belongs to another wish: ours may still appear.
                let look_at = planner::intent::next_look(sent_at, now).min(quiet_until);
                if now >= quiet_until {
                    store.intent_reopened(intent.id).await?;
                } else {
                    store
                        .intent_unknown(intent.id, look_at, quiet_until)
                        .await?;
                }
            }
        }
        Ok(())
    }

    /// Leads and contacts with the key, whoever created them, and Leads that we created around the
    /// time of sending, deleted and converted ones included; each with its creator if known.
    async fn candidates(
        &self,
        clients: &Clients,
        key: &MatchKey,
        sent_at: Timestamp,
    ) -> Result<Vec<(RecordRow, Option<sf::UserId>)>, EngineError> {
        let salesforce = &clients.salesforce;
        let people = salesforce.people_with_email(key.as_str()).await?;
        let ours = salesforce
            .leads_created_by(
                clients.integration_user,
                sent_at.minus(WINDOW_BEFORE),
                sent_at.plus(WINDOW_AFTER),
            )
            .await?;
        let now = self.now();
        let mut rows: Vec<(RecordRow, Option<sf::UserId>)> = Vec::new();
        for lead in ours.iter().chain(&people.leads) {
            if rows
                .iter()
                .all(|(row, _)| row.id != sf::RecordId::Lead(lead.id))
            {
                rows.push((projection::lead_row(lead, now), Some(lead.created_by)));
            }
        }
        rows.extend(
            people
                .contacts
                .iter()
                .map(|it| (projection::sf_contact_row(it, now), None)),
        );
        Ok(rows)
    }

    /// Sends an open intent, unless the person got a match in the meantime.
    async fn send_again(
        &self,
        id: ConnectionId,
        clients: &Clients,
        intent: &Intent,
    ) -> Result<(), EngineError> {
        let Some((key, payload)) = wish(intent) else {
            return self.give_up(intent).await;
        };
        let person = PersonKey::Matched(key.clone());
        let rows = self
            .inner
            .store
            .persons(id, std::slice::from_ref(&person))
            .await?;
        if rows.iter().any(|rows| rows.pinned.is_some()) {
            let why = "a teammate has linked another record meanwhile";
            return Ok(self.inner.store.intent_refused(intent.id, why).await?);
        }
        let people = clients.salesforce.people_with_email(key.as_str()).await?;
        let now = self.now();
        let leads = people
            .leads
            .iter()
            .map(|lead| projection::lead_row(lead, now));
        let contacts = people
            .contacts
            .iter()
            .map(|it| projection::sf_contact_row(it, now));
        // A contact wins over Leads (M3).
        for row in contacts.chain(leads) {
            match self.settle_intent(id, intent, &payload, row).await? {
                Settled::Done | Settled::Closed => return Ok(()),
                Settled::RowTaken => {}
            }
        }
        self.send_intent(id, clients, intent, &payload).await?;
        Ok(())
    }
}

const UNREADABLE: &str = "what was to be created cannot be read any more; create it again";

fn wish(intent: &Intent) -> Option<(MatchKey, Payload)> {
    let payload = serde_json::from_str(&intent.payload).ok()?;
    Some((MatchKey::from_email(&intent.target)?, payload))
}
