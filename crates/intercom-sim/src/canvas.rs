//! The app's card: what is asked of the app, what of its answer is accepted, and what is on the
//! screen.
//!
//! The world builds the signed request and judges the answer; sending it is the driver's. An answer
//! that breaks a rule is shown as Intercom's error card and listed with its reason. Nothing here
//! knows how a card is drawn.

mod answer;
mod component;
mod controls;
mod fields;
mod judgement;
mod log;
mod markdown;
mod screens;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, header};
use model::Timestamp;
use serde_json::{Map, Value, json};

use crate::api::Version;
use crate::api::render::{self, DisplayAs, PartsShown};
use crate::ids::{AdminId, ConversationId, ObjectId, derived_uuid};
use crate::signature;
use crate::world::World;

pub(crate) use answer::{ANSWER_BYTES_MAX, Answered};
pub(crate) use component::{
    Action, Choice, Component, Image, InputField, SaveState, Select, TextareaField,
};
pub use controls::{CanvasControls, ParticipantName};
use fields::Defect;
use log::CanvasLog;
pub use log::{CanvasError, CanvasFlow, CanvasRequest};
pub(crate) use markdown::Span;
use screens::Screens;

/// Participants of a conversation for whom the card is asked for as soon as it is opened.
const PARTICIPANTS_MAX: usize = 5;

/// Where a card stands: beside a conversation, or on a contact's profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum CardPlace {
    Conversation(ConversationId),
    Profile(ObjectId),
}

/// A use of a component with a `submit` action.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Click {
    pub(crate) component_id: String,
    pub(crate) input_values: Map<String, Value>,
}

/// A request to the app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CanvasCall {
    pub(crate) url: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) place: CardPlace,
    pub(crate) admin: AdminId,
    contact: ObjectId,
    component_id: Option<String>,
}

/// A card on the screen of one teammate.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Card {
    pub(crate) components: Vec<Component>,
    content: Value,
    stored_data: Value,
}

/// The cards on all screens, and what was asked for them.
#[derive(Debug, Default)]
pub(crate) struct Cards {
    shown: Screens,
    /// Whom of a conversation a teammate looks at, if it is not its first participant.
    selected: BTreeMap<(AdminId, ConversationId), ObjectId>,
    log: CanvasLog,
    controls: CanvasControls,
}

impl Card {
    /// Judges the body of an answer to `initialize`, as the usual controls say.
    pub(crate) fn parse(body: &[u8]) -> Result<Self, Defect> {
        answer::card(body, CanvasFlow::Initialize, CanvasControls::default())
    }

    fn current_canvas(&self) -> Value {
        json!({ "content": self.content, "stored_data": self.stored_data })
    }
}

/// Judges `body` as the answer to either request and under each setting. What is accepted must be
/// accepted again, as the same card, once it is on the screen.
pub(crate) fn judges_any_bytes(body: &[u8]) {
    for flow in [CanvasFlow::Initialize, CanvasFlow::Submit] {
        for (refuse_unknown_members, single_option_dropdowns) in
            [(false, false), (true, false), (false, true)]
        {
            let controls = CanvasControls {
                refuse_unknown_members,
                single_option_dropdowns,
                ..CanvasControls::default()
            };
            match answer::card(body, flow, controls) {
                Ok(card) => {
                    let again = json!({ "canvas": card.current_canvas() }).to_string();
                    let shown = answer::card(again.as_bytes(), flow, controls);
                    assert_eq!(shown.as_ref(), Ok(&card), "{again}");
                }
                Err(Defect { pointer, reason }) => {
                    assert!(!reason.is_empty(), "a refusal says why");
                    answer::excerpt(body, &pointer);
                }
            }
        }
    }
}

impl CanvasCall {
    const fn flow(&self) -> CanvasFlow {
        match self.component_id {
            Some(_) => CanvasFlow::Submit,
            None => CanvasFlow::Initialize,
        }
    }
}

impl World {
    /// The requests for a card that is being opened, if the app has a card: one for the person who
    /// is looked at, which is the first, and beside a conversation one for each of the first
    /// participants (Canvas Kit, group conversations).
    pub(crate) fn canvas_initialize(&self, place: CardPlace, admin: AdminId) -> Vec<CanvasCall> {
        let Some(url) = &self.options.canvas_initialize_url else {
            return Vec::new();
        };
        let looked_at = self.canvas_contact(place, admin);
        let others = self.participants(place).iter().take(PARTICIPANTS_MAX);
        let others = others.filter(|id| Some(**id) != looked_at).copied();
        let contacts = looked_at.into_iter().chain(others);
        let calls = contacts.filter_map(|contact| {
            let body = self.canvas_body(place, contact, admin)?;
            Some(self.signed(url, &body, (place, contact, admin), None))
        });
        calls.collect()
    }

    /// The request for the card of another participant, whom the teammate looks at from now on.
    pub(crate) fn canvas_select(
        &mut self,
        id: ConversationId,
        admin: AdminId,
        contact: ObjectId,
    ) -> Option<CanvasCall> {
        let place = CardPlace::Conversation(id);
        if !self.participants(place).contains(&contact) {
            return None;
        }
        self.cards.selected.insert((admin, id), contact);
        let url = self.options.canvas_initialize_url.as_ref()?;
        let body = self.canvas_body(place, contact, admin)?;
        Some(self.signed(url, &body, (place, contact, admin), None))
    }

    /// The teammate looks at the first participant again, as whenever a conversation is opened.
    pub(crate) fn canvas_select_first(&mut self, place: CardPlace, admin: AdminId) {
        match place {
            CardPlace::Conversation(id) => {
                self.cards.selected.remove(&(admin, id));
            }
            CardPlace::Profile(_) => {}
        }
    }

    /// The request for a click in a card, if the teammate has one on the screen.
    pub(crate) fn canvas_submit(
        &self,
        place: CardPlace,
        admin: AdminId,
        click: Click,
    ) -> Option<CanvasCall> {
        let url = self.options.canvas_submit_url.as_ref()?;
        let card = self.card(place, admin)?;
        let contact = self.canvas_contact(place, admin)?;
        let mut body = self.canvas_body(place, contact, admin)?;
        body["component_id"] = json!(click.component_id);
        body["input_values"] = Value::Object(click.input_values);
        body["current_canvas"] = card.current_canvas();
        let asked = (place, contact, admin);
        Some(self.signed(url, &body, asked, Some(click.component_id)))
    }

    /// The people of the conversation beside which a card stands.
    pub(crate) fn participants(&self, place: CardPlace) -> &[ObjectId] {
        match place {
            CardPlace::Profile(_) => &[],
            CardPlace::Conversation(id) => {
                let row = self.conversations.get(id);
                row.map_or(&[], |row| &row.contacts)
            }
        }
    }

    /// The person whom a card is about.
    pub(crate) fn canvas_contact(&self, place: CardPlace, admin: AdminId) -> Option<ObjectId> {
        match place {
            CardPlace::Profile(contact) => Some(contact),
            CardPlace::Conversation(id) => {
                let all = self.participants(place);
                let selected = self.cards.selected.get(&(admin, id));
                let selected = selected.filter(|id| all.contains(id));
                selected.or(all.first()).copied()
            }
        }
    }

    fn canvas_body(&self, place: CardPlace, contact: ObjectId, admin: AdminId) -> Option<Value> {
        let mut body = json!({
            "workspace_id": self.workspace, "workspace_region": self.options.region,
            "admin": self.admin(admin)?.render(),
        });
        if let CardPlace::Conversation(id) = place {
            let row = self.conversations.get(id)?;
            let (parts, version) = (PartsShown::All, Version::V2_16);
            body["conversation"] = render::conversation(self, row, parts, DisplayAs::Html, version);
        }
        let row = self.contacts.get(contact)?;
        let name = self.cards.controls.participant.word();
        body[name] = render::contact(self, row, Version::V2_16);
        Some(body)
    }

    fn signed(
        &self,
        url: &str,
        body: &Value,
        (place, contact, admin): (CardPlace, ObjectId, AdminId),
        component_id: Option<String>,
    ) -> CanvasCall {
        let body = body.to_string();
        let signature = signature::body(&self.options.client_secret, body.as_bytes());
        let signature = HeaderValue::from_str(&signature).expect("a signature is plain hex");
        let mut headers = HeaderMap::new();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        );
        headers.insert("x-body-signature", signature);
        CanvasCall {
            url: url.to_owned(),
            headers,
            body: Bytes::from(body),
            place,
            admin,
            contact,
            component_id,
        }
    }

    /// Judges what the app answered and puts it on the teammate's screen. An error keeps the card
    /// that was there and is remembered. `sent_at` is when the app was asked.
    pub(crate) fn canvas_answered(
        &mut self,
        (sent_at, now): (Timestamp, Timestamp),
        call: &CanvasCall,
        answer: &Result<Answered, String>,
    ) -> Result<(), String> {
        let controls = self.cards.controls;
        let judged = match answer {
            Ok(answered) => answer::judge(answered, call.flow(), controls),
            Err(reason) => Err(Defect::at("", reason.as_str())),
        };
        let request_id = derived_uuid(self.seed, "canvas request", self.cards.log.next());
        let conversation_id = match call.place {
            CardPlace::Conversation(id) => Some(id.to_string()),
            CardPlace::Profile(_) => None,
        };
        let request = CanvasRequest {
            request_id: request_id.clone(),
            at: sent_at,
            workspace_id: self.workspace.clone(),
            flow: call.flow(),
            admin_id: call.admin.to_string(),
            contact_id: call.contact.to_string(),
            conversation_id,
            component_id: call.component_id.clone(),
            status: answer.as_ref().ok().map(|it| it.status.as_u16()),
            latency_ms: u64::try_from(now.since(sent_at).as_millis()).unwrap_or(u64::MAX),
            was_shown: judged.is_ok(),
        };
        let card = match judged {
            Ok(card) => card,
            Err(Defect { pointer, reason }) => {
                let body = answer.as_ref().map_or(&[][..], |it| it.body.as_slice());
                let error = CanvasError {
                    at: now,
                    request_id,
                    workspace_id: self.workspace.clone(),
                    flow: call.flow(),
                    reason: reason.clone(),
                    excerpt: answer::excerpt(body, &pointer),
                    pointer,
                };
                self.cards.log.push(request, Some(error));
                return Err(reason);
            }
        };
        self.cards.log.push(request, None);
        let screen = (call.admin, call.place, call.contact);
        self.cards.shown.put(screen, card);
        Ok(())
    }

    /// The card on a teammate's screen.
    pub(crate) fn card(&self, place: CardPlace, admin: AdminId) -> Option<&Card> {
        let contact = self.canvas_contact(place, admin)?;
        self.cards.shown.get(&(admin, place, contact))
    }

    /// The answers of the app that could not be shown, oldest first.
    pub fn canvas_errors(&self) -> impl Iterator<Item = &CanvasError> {
        self.cards.log.errors()
    }

    /// Forgets those answers.
    pub fn forget_canvas_errors(&mut self) {
        self.cards.log.forget_errors();
    }

    /// What was asked of the app of late, oldest first.
    pub fn canvas_requests(&self) -> impl Iterator<Item = &CanvasRequest> {
        self.cards.log.requests()
    }

    /// Forgets what was asked.
    pub fn forget_canvas_requests(&mut self) {
        self.cards.log.forget_requests();
    }

    /// How cards are asked for and judged.
    pub fn canvas_controls(&self) -> CanvasControls {
        self.cards.controls
    }

    /// Asks for cards and judges them otherwise from now on.
    pub fn set_canvas_controls(&mut self, controls: CanvasControls) {
        self.cards.controls = controls;
    }
}
