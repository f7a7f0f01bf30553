//! Events of A3: written down with the books of the run that saw the change, then told once.
//!
//! An event has its date from the plan. Intercom keeps one of those that have the same contact,
//! name and second, so that an event whose answer was lost can be told again at once.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::{StreamExt, stream};
use intercom::{EventValue, IntercomError, NewEvent};
use model::{ConnectionId, Lane, PersonKey, Subject, Timestamp, ic, sf};
use planner::Announcement;
use serde::{Deserialize, Serialize};
use store::{Entry, FailureReport, Intent, IntentKind, IntentState, NewIntent, Settlement};

use crate::clients::Clients;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::failure;
use crate::note::{REFUSED_NOTE, UNSIGNED_NOTE};

/// The cause of an event that Intercom refused: it is not told again.
pub(crate) const REFUSED_EVENT: &str = "a3.refused";

/// Events looked at in one turn.
const PER_TURN: u32 = 1_000;

/// Events told at the same time.
const AT_ONCE: usize = 16;

/// An event whose answer was lost is told again after this.
const AGAIN: Duration = Duration::from_secs(5);

/// A call that was begun this long ago has ended, whatever became of it.
const SENDING_MAX: Duration = Duration::from_mins(5);

/// Events that were told are remembered this long, for whoever asks what became of one.
const REMEMBERED: Duration = Duration::from_hours(7 * 24);

/// What an intent keeps of an event.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Payload {
    contact: ic::ContactId,
    name: String,
    from: String,
    to: String,
    record: sf::RecordId,
    at: Timestamp,
}

/// The intent of an announcement.
pub(crate) fn event_intent(
    clients: &Clients,
    connection: ConnectionId,
    announcement: &Announcement,
) -> NewIntent {
    let Announcement {
        contact,
        event,
        from,
        to,
        record,
        at,
    } = announcement;
    let name = event.name();
    let payload = Payload {
        contact: contact.clone(),
        name: name.to_owned(),
        from: from.clone(),
        to: to.clone(),
        record: *record,
        at: *at,
    };
    NewIntent {
        org_id: clients.org,
        connection,
        kind: IntentKind::Event,
        target: format!("contact:{contact}:{name}:{}", at.as_seconds()),
        payload: serde_json::to_string(&payload).expect("a payload is plain values"),
        by: "A3".to_owned(),
    }
}

impl Engine {
    /// Tells the events that wait. One event's trouble does not hold up the others.
    pub(crate) async fn tell_events(
        &self,
        id: ConnectionId,
        clients: &Clients,
    ) -> Result<(), EngineError> {
        let connection = self.connection(id).await?;
        if connection.settings.safety.pause_intercom_writes {
            return Ok(());
        }
        let now = self.now();
        let store = &self.inner.store;
        let due = store
            .due_intents(id, IntentKind::Event, now, PER_TURN)
            .await?;
        let mine = due
            .into_iter()
            .filter(|intent| !self.is_pausing(intent.id, now));
        let mut telling = stream::iter(mine)
            .map(|intent| async move {
                let outcome = self.tell(id, clients, &intent).await;
                self.note_attempt(id, intent.id, outcome).await;
            })
            .buffer_unordered(AT_ONCE);
        while telling.next().await.is_some() {}
        Ok(())
    }

    /// Forgets events that were told long ago, refused ones too, and doubts those, and notes, whose
    /// call was begun and never booked: the store did not answer then.
    pub(crate) async fn look_through_events(
        &self,
        id: ConnectionId,
        clients: &Clients,
    ) -> Result<(), EngineError> {
        let now = self.now();
        let before = now.minus(REMEMBERED);
        let store = &self.inner.store;
        for kind in [IntentKind::Event, IntentKind::Note] {
            store
                .doubt_sent_intents(id, kind, now.minus(SENDING_MAX), now)
                .await?;
        }
        store
            .forget_intents(clients.org, IntentKind::Event, before)
            .await?;
        for cause in [REFUSED_EVENT, REFUSED_NOTE, UNSIGNED_NOTE] {
            self.forget_failures(id, cause, before).await?;
        }
        Ok(())
    }

    /// What nobody can put right any more is listed for a while.
    async fn forget_failures(
        &self,
        id: ConnectionId,
        cause: &str,
        before: Timestamp,
    ) -> Result<(), EngineError> {
        let store = &self.inner.store;
        let mut after = None;
        loop {
            let page = store
                .failures_of_cause(id, cause, after.as_ref(), PER_TURN)
                .await?;
            let Some(last) = page.last() else {
                return Ok(());
            };
            after = Some((last.report.subject.clone(), last.report.digest));
            for failure in page.iter().filter(|failure| failure.last < before) {
                let FailureReport {
                    subject, digest, ..
                } = &failure.report;
                store.clear_failure(id, subject, *digest).await?;
            }
        }
    }

    async fn tell(
        &self,
        id: ConnectionId,
        clients: &Clients,
        intent: &Intent,
    ) -> Result<(), EngineError> {
        let store = &self.inner.store;
        match intent.state {
            // Telling it twice is telling it once.
            IntentState::Unknown => store.intent_reopened(intent.id).await?,
            IntentState::Open => {}
            IntentState::Sent | IntentState::Done | IntentState::Refused => return Ok(()),
        }
        let Ok(payload) = serde_json::from_str::<Payload>(&intent.payload) else {
            let why = "what was to be told cannot be read any more";
            return Ok(store.intent_refused(intent.id, why).await?);
        };
        store.intent_sent(intent.id, self.now()).await?;
        let intercom = clients.intercom.in_lane(Lane::Live);
        match intercom.create_event(&event(clients, &payload)).await {
            Ok(()) => self.told(id, intent, &payload).await,
            Err(error) => self.not_told(id, intent, &payload, error).await,
        }
    }

    async fn told(
        &self,
        id: ConnectionId,
        intent: &Intent,
        payload: &Payload,
    ) -> Result<(), EngineError> {
        let store = &self.inner.store;
        let row = store.contact(id, &payload.contact).await?;
        let person = row.map_or_else(
            || PersonKey::Alone(payload.contact.clone()),
            |row| row.person(),
        );
        let now = self.now();
        let mut settlement = Settlement::of(person.clone());
        settlement.timeline.push(Entry {
            key_hash: Some(person.hash()),
            subject: payload.record.to_string(),
            at: now,
            kind: "run".to_owned(),
            rule: "A3".to_owned(),
            body: vec![format!(
                "A3 told {} on contact {}: from {:?} to {:?}",
                payload.name, payload.contact, payload.from, payload.to
            )],
        });
        store
            .intent_done(intent.id, &intent.target, &settlement, now)
            .await?;
        Ok(())
    }

    async fn not_told(
        &self,
        id: ConnectionId,
        intent: &Intent,
        payload: &Payload,
        error: IntercomError,
    ) -> Result<(), EngineError> {
        let (store, now) = (&self.inner.store, self.now());
        if matches!(
            error,
            IntercomError::NotFound | IntercomError::Merged { .. }
        ) {
            // Nobody is left to tell it of (M8).
            let why = "the contact is gone";
            return Ok(store.intent_refused(intent.id, why).await?);
        }
        // Telling it again at once does no harm.
        let again = (now.plus(AGAIN), now);
        self.call_failed(id, intent, error, again, |error| {
            let subject = Subject::Contact(payload.contact.clone());
            let what = format!("the event {} was refused", payload.name);
            FailureReport {
                cause: REFUSED_EVENT.to_owned(),
                ..failure::of_intercom(error, subject, intent.id.0, &what, None)
            }
        })
        .await
    }
}

fn event(clients: &Clients, payload: &Payload) -> NewEvent {
    let Payload {
        contact,
        name,
        from,
        to,
        record,
        at,
    } = payload;
    let url = salesforce::record_url(
        &clients.salesforce.instance_url(),
        record.object().as_str(),
        record.as_str(),
    );
    let metadata = [
        ("from", EventValue::Text(from.clone())),
        ("to", EventValue::Text(to.clone())),
        ("changed_date", EventValue::Date(*at)),
        (
            "record",
            EventValue::Link {
                url,
                text: record.to_string(),
            },
        ),
    ];
    NewEvent {
        contact: contact.clone(),
        name: name.clone(),
        created_at: *at,
        metadata: BTreeMap::from(metadata.map(|(key, value)| (key.to_owned(), value))),
    }
}
