//! The app's card: what is asked of the app, what of its answer is accepted, and what is on the
//! screen.
//!
//! The world builds the signed request and judges the answer; sending it is the driver's. An answer
//! that breaks a rule is shown as Intercom's error card and listed with its reason.

mod component;
mod fields;
mod markdown;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use model::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::api::Version;
use crate::api::render::{self, DisplayAs, PartsShown};
use crate::ids::{AdminId, ConversationId, ObjectId};
use crate::signature;
use crate::world::World;

pub(crate) use component::{Action, Choice, Component, SaveState, Select};
pub(crate) use markdown::Span;

/// How long the app may take (commonly quoted; the vendor names no number).
pub(crate) const ANSWER_WITHIN: Duration = Duration::from_secs(10);
/// `content` and `stored_data` may be this long, each.
const PART_BYTES_MAX: usize = 64 * 1024;
/// Errors that are remembered; the oldest are forgotten.
const ERRORS_MAX: usize = 1000;

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
}

/// Which of the two flows a request belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum CanvasFlow {
    /// A card is opened.
    Initialize,
    /// Something in it was used.
    Submit,
}

/// An answer of the app that could not be shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CanvasError {
    /// When it arrived, or was given up.
    pub at: Timestamp,
    /// What was asked.
    pub flow: CanvasFlow,
    /// Which rule it breaks, for people.
    pub reason: String,
}

/// A card on the screen of one teammate.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Card {
    pub(crate) components: Vec<Component>,
    content: Value,
    stored_data: Value,
}

/// The cards on all screens, and what went wrong with others.
#[derive(Debug, Default)]
pub(crate) struct Cards {
    shown: BTreeMap<(AdminId, CardPlace), Card>,
    errors: VecDeque<CanvasError>,
}

impl Card {
    /// Judges the body of an answer (Canvas Kit, responses and components).
    pub(crate) fn parse(body: &[u8]) -> Result<Self, String> {
        let answer: Value =
            serde_json::from_slice(body).map_err(|error| format!("not JSON: {error}"))?;
        if let Some(event) = answer.get("event") {
            let kind = event
                .get("type")
                .and_then(Value::as_str)
                .unwrap_or_default();
            if kind != "completed" {
                return Err(format!("event.type is {kind:?}, only \"completed\" exists"));
            }
        }
        let canvas = answer.get("canvas").ok_or("the answer has no canvas")?;
        if canvas.get("content_url").is_some() {
            return Err(
                "content_url is for the Messenger, the Inbox has no live canvas".to_owned(),
            );
        }
        let content = canvas
            .get("content")
            .cloned()
            .ok_or("the canvas has no content")?;
        let stored_data = canvas
            .get("stored_data")
            .cloned()
            .unwrap_or_else(|| json!({}));
        if !stored_data.is_object() {
            return Err("stored_data is not an object".to_owned());
        }
        for (name, part) in [("content", &content), ("stored_data", &stored_data)] {
            let length = part.to_string().len();
            if length > PART_BYTES_MAX {
                return Err(format!(
                    "{name} has {length} bytes, more than {PART_BYTES_MAX}"
                ));
            }
        }
        let listed = content.get("components").and_then(Value::as_array);
        let components = component::parse_all(listed.ok_or("content has no components")?)?;
        Ok(Self {
            components,
            content,
            stored_data,
        })
    }

    fn current_canvas(&self) -> Value {
        json!({ "content": self.content, "stored_data": self.stored_data })
    }
}

impl World {
    /// The request for a card that is being opened, if the app has a card.
    pub(crate) fn canvas_initialize(&self, place: CardPlace, admin: AdminId) -> Option<CanvasCall> {
        let url = self.options.canvas_initialize_url.as_ref()?;
        Some(self.signed(url, &self.canvas_body(place, admin)?))
    }

    /// The request for a click in a card, if the teammate has one on the screen.
    pub(crate) fn canvas_submit(
        &self,
        place: CardPlace,
        admin: AdminId,
        click: Click,
    ) -> Option<CanvasCall> {
        let url = self.options.canvas_submit_url.as_ref()?;
        let card = self.cards.shown.get(&(admin, place))?;
        let mut body = self.canvas_body(place, admin)?;
        body["component_id"] = json!(click.component_id);
        body["input_values"] = Value::Object(click.input_values);
        body["current_canvas"] = card.current_canvas();
        Some(self.signed(url, &body))
    }

    fn canvas_body(&self, place: CardPlace, admin: AdminId) -> Option<Value> {
        let mut body = json!({
            "workspace_id": self.workspace, "workspace_region": self.options.region,
            "admin": self.admin(admin)?.render(),
        });
        let contact = match place {
            CardPlace::Profile(contact) => contact,
            CardPlace::Conversation(id) => {
                let row = self.conversations.rows.get(&id)?;
                body["conversation"] = render::conversation(
                    self,
                    row,
                    PartsShown::All,
                    DisplayAs::Html,
                    Version::V2_16,
                );
                *row.contacts.first()?
            }
        };
        let row = self.contacts.get(contact)?;
        body["contact"] = render::contact(self, row, Version::V2_16);
        Some(body)
    }

    fn signed(&self, url: &str, body: &Value) -> CanvasCall {
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
        }
    }

    /// Judges what the app answered and puts it on the teammate's screen. An error keeps the card
    /// that was there and is remembered.
    pub(crate) fn canvas_answered(
        &mut self,
        at: Timestamp,
        (place, admin): (CardPlace, AdminId),
        flow: CanvasFlow,
        answer: Result<(StatusCode, Bytes), String>,
    ) -> Result<(), String> {
        let card = answer.and_then(|(status, body)| {
            if status != StatusCode::OK {
                return Err(format!("the app answered with status {}", status.as_u16()));
            }
            Card::parse(&body)
        });
        match card {
            Ok(card) => {
                self.cards.shown.insert((admin, place), card);
                Ok(())
            }
            Err(reason) => {
                if self.cards.errors.len() == ERRORS_MAX {
                    self.cards.errors.pop_front();
                }
                self.cards.errors.push_back(CanvasError {
                    at,
                    flow,
                    reason: reason.clone(),
                });
                Err(reason)
            }
        }
    }

    /// The card on a teammate's screen.
    pub(crate) fn card(&self, place: CardPlace, admin: AdminId) -> Option<&Card> {
        self.cards.shown.get(&(admin, place))
    }

    /// The answers of the app that could not be shown, oldest first.
    pub fn canvas_errors(&self) -> impl Iterator<Item = &CanvasError> {
        self.cards.errors.iter()
    }
}
