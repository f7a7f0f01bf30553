//! The note with the link of a created Lead, in the conversation from which it was created (L8).
//!
//! Intercom knows no key against repetition: before a note is sent, its link is looked for.

use std::time::Duration;

use intercom::IntercomError;
use model::settings::TeammateChoice;
use model::{ConnectionId, PersonKey, Subject, ic, sf};
use planner::Team;
use serde::{Deserialize, Serialize};
use store::{
    Entry, FailureReport, Intent, IntentKind, IntentState, NewIntent, RecordRow, Settlement,
    WaitsFor,
};

use crate::clients::Clients;
use crate::create_lead::{Clicked, Payload as Creation};
use crate::engine::Engine;
use crate::error::EngineError;
use crate::failure;
use crate::projection;

/// The cause of a note that Intercom refused: it is not written again.
pub(crate) const REFUSED_NOTE: &str = "l8.refused";

/// The cause of a note that nobody was left to sign.
pub(crate) const UNSIGNED_NOTE: &str = "l8.author";

/// Notes looked at in one turn.
const PER_TURN: u32 = 100;

/// A note whose answer was lost is looked for after this.
const LOOK_AGAIN: Duration = Duration::from_secs(5);

/// A note that was not found this long after it was sent is not there.
const QUIET: Duration = Duration::from_mins(1);

/// What an intent keeps of a note.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Payload {
    conversation: ic::ConversationId,
    record: sf::RecordId,
    /// The record's name.
    name: String,
    /// Who clicked.
    teammate: ic::TeammateId,
    person: PersonKey,
}

/// The intent of a note that says what was created for `person`.
fn note_intent(
    lead: &Intent,
    clicked: &Clicked,
    record: sf::RecordId,
    name: &str,
    person: &PersonKey,
) -> NewIntent {
    let Clicked {
        conversation,
        teammate,
    } = clicked;
    let payload = Payload {
        conversation: conversation.clone(),
        record,
        name: name.to_owned(),
        teammate: teammate.clone(),
        person: person.clone(),
    };
    NewIntent {
        org_id: lead.org_id,
        connection: lead.connection,
        kind: IntentKind::Note,
        target: format!("conversation:{conversation}:{record}"),
        payload: serde_json::to_string(&payload).expect("a payload is plain values"),
        by: lead.by.clone(),
    }
}

impl Engine {
    /// The note that the settings ask for (L8).
    pub(crate) async fn note_of(
        &self,
        id: ConnectionId,
        intent: &Intent,
        creation: &Creation,
        row: &RecordRow,
        person: &PersonKey,
    ) -> Result<Option<NewIntent>, EngineError> {
        let settings = self.connection(id).await?.settings;
        let clicked = creation.clicked.as_ref();
        Ok(clicked
            .filter(|_| settings.leads.note && !row.gone)
            .map(|clicked| {
                let name = projection::name_of(row).unwrap_or_else(|| row.id.to_string());
                note_intent(intent, clicked, row.id, &name, person)
            }))
    }

    /// Sends the notes that wait. One note's trouble does not hold up the others.
    pub(crate) async fn send_notes(
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
            .due_intents(id, IntentKind::Note, now, PER_TURN)
            .await?;
        for intent in due {
            if self.is_pausing(intent.id, now) {
                continue;
            }
            let team = self.team(&connection).await?;
            let service = &connection.settings.team.service_teammate;
            let outcome = self.send_note(id, clients, &intent, &team, service).await;
            self.note_attempt(id, intent.id, outcome).await;
        }
        Ok(())
    }

    async fn send_note(
        &self,
        id: ConnectionId,
        clients: &Clients,
        intent: &Intent,
        team: &Team,
        service: &TeammateChoice,
    ) -> Result<(), EngineError> {
        let (store, now) = (&self.inner.store, self.now());
        let Ok(payload) = serde_json::from_str::<Payload>(&intent.payload) else {
            let why = "what the note was to say cannot be read any more";
            return Ok(store.intent_refused(intent.id, why).await?);
        };
        let url = salesforce::record_url(
            &clients.salesforce.instance_url(),
            payload.record.object().as_str(),
            payload.record.as_str(),
        );
        let found = match clients.intercom.conversation(&payload.conversation).await {
            Ok(conversation) => conversation.has_note_with(url.as_str()),
            Err(IntercomError::NotFound) => {
                // Nobody is left to read it.
                let why = "the conversation is gone";
                return self.close(intent, why).await;
            }
            Err(error) => return Err(error.into()),
        };
        if found {
            return self.noted(intent, &payload).await;
        }
        match intent.state {
            IntentState::Unknown if intent.quiet_until.is_some_and(|until| now < until) => {
                let quiet_until = intent.quiet_until.unwrap_or(now);
                let look_at = now.plus(LOOK_AGAIN);
                return Ok(store
                    .intent_unknown(intent.id, look_at, quiet_until)
                    .await?);
            }
            IntentState::Unknown => store.intent_reopened(intent.id).await?,
            IntentState::Open => {}
            IntentState::Sent | IntentState::Done | IntentState::Refused => return Ok(()),
        }
        let Some(author) = author(team, &payload.teammate, service) else {
            let report = unsigned(intent, &payload);
            store.report_failure(id, &report, now).await?;
            return self.close(intent, "no teammate is left to write it").await;
        };
        store.intent_sent(intent.id, now).await?;
        let html = text(&payload, url.as_str());
        let sent = clients
            .intercom
            .add_note(&payload.conversation, &author, &html)
            .await;
        match sent {
            Ok(_) => self.noted(intent, &payload).await,
            Err(error) => self.not_noted(id, intent, &payload, error).await,
        }
    }

    async fn close(&self, intent: &Intent, why: &str) -> Result<(), EngineError> {
        let store = &self.inner.store;
        match intent.state {
            IntentState::Unknown => store.intent_reopened(intent.id).await?,
            IntentState::Open | IntentState::Sent | IntentState::Done | IntentState::Refused => {}
        }
        Ok(store.intent_refused(intent.id, why).await?)
    }

    async fn noted(&self, intent: &Intent, payload: &Payload) -> Result<(), EngineError> {
        let now = self.now();
        let mut settlement = Settlement::of(payload.person.clone());
        settlement.timeline.push(Entry {
            key_hash: Some(payload.person.hash()),
            subject: payload.record.to_string(),
            at: now,
            kind: "create".to_owned(),
            rule: "L8".to_owned(),
            body: vec![format!(
                "L8 a note with the link went into conversation {}",
                payload.conversation
            )],
        });
        self.inner
            .store
            .intent_done(intent.id, &intent.target, &settlement, now)
            .await?;
        Ok(())
    }

    async fn not_noted(
        &self,
        id: ConnectionId,
        intent: &Intent,
        payload: &Payload,
        error: IntercomError,
    ) -> Result<(), EngineError> {
        let now = self.now();
        let again = (now.plus(LOOK_AGAIN), now.plus(QUIET));
        self.call_failed(id, intent, error, again, |error| {
            let subject = Subject::Conversation(payload.conversation.clone());
            let what = format!("the note about {} was refused", payload.record);
            FailureReport {
                cause: REFUSED_NOTE.to_owned(),
                ..failure::of_intercom(error, subject, intent.id.0, &what, None)
            }
        })
        .await
    }
}

/// The clicking teammate, else the service teammate (L8).
fn author(
    team: &Team,
    clicked: &ic::TeammateId,
    service: &TeammateChoice,
) -> Option<ic::TeammateId> {
    let clicked = team.name(clicked).map(|_| clicked.clone());
    clicked.or_else(|| team.chosen(service))
}

fn unsigned(intent: &Intent, payload: &Payload) -> FailureReport {
    FailureReport {
        subject: Subject::Conversation(payload.conversation.clone()),
        digest: intent.id.0,
        cause: UNSIGNED_NOTE.to_owned(),
        waits_for: WaitsFor::Change,
        retry_at: None,
        summary: format!(
            "the note about {} was not written: who clicked has left, and no service teammate is \
             set",
            payload.record
        ),
        vendor_words: None,
    }
}

fn text(payload: &Payload, url: &str) -> String {
    let what = match payload.record {
        sf::RecordId::Lead(_) => "lead",
        sf::RecordId::Contact(_) => "contact",
    };
    format!(
        "<p>Salesforce {what}: <a href=\"{}\">{}</a></p>",
        escaped(url),
        escaped(&payload.name)
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
