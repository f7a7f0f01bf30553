//! What Intercom sends when a card is drawn (initialize) or used (submit).

use std::collections::BTreeMap;

use model::ic::{ContactId, ConversationId, Role, TeammateId, WorkspaceId};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::wire;

/// A request for a card. One without `component_id` draws it for the first time.
#[derive(Debug, Clone, PartialEq)]
pub struct CardRequest {
    /// The workspace; one address serves all workspaces of an app.
    pub workspace_id: WorkspaceId,
    /// Who looks.
    pub teammate: CardTeammate,
    /// The conversation beside which the card stands; profiles have none.
    pub conversation: Option<ConversationId>,
    /// Whom the card is about.
    pub contact: Option<ContactStub>,
    /// What was clicked or chosen: a button, a list's item, an input or a select.
    pub component_id: Option<String>,
    /// All inputs of the canvas by their ids.
    pub input_values: BTreeMap<String, InputValue>,
    /// What the canvas that was shown had stored. Whoever can see it may have seen it, too.
    pub stored_data: Map<String, Value>,
}

/// The teammate who looks.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct CardTeammate {
    /// Unique within the workspace.
    #[serde(deserialize_with = "wire::id")]
    pub id: TeammateId,
    /// The full name.
    pub name: Option<String>,
    /// The address that they sign in with.
    pub email: Option<String>,
}

/// As much of a contact as a card request is sure to have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactStub {
    /// Its id.
    pub id: ContactId,
    /// Lead or user; visitors are neither.
    pub role: Option<Role>,
    /// As Intercom shows it.
    pub email: Option<String>,
    /// As Intercom shows it.
    pub name: Option<String>,
}

/// What a person typed or chose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InputValue {
    /// A text, or the id of the option that was chosen.
    Text(String),
    /// The ids of the options that were checked.
    Many(Vec<String>),
}

/// The body is not JSON, or has no workspace or no teammate.
#[derive(Debug, thiserror::Error)]
#[error("the body is not a card request")]
pub struct NotACardRequest(#[source] serde_json::Error);

/// Reads a body whose signature was verified.
pub fn parse(body: &[u8]) -> Result<CardRequest, NotACardRequest> {
    let wire: WireRequest = serde_json::from_slice(body).map_err(NotACardRequest)?;
    let people = [wire.contact, wire.customer, wire.user];
    let values = wire.input_values.into_iter();
    Ok(CardRequest {
        workspace_id: wire.workspace_id,
        teammate: wire.admin,
        conversation: wire.conversation.and_then(|conversation| conversation.id),
        contact: people
            .into_iter()
            .flatten()
            .find_map(|person| stub(&person)),
        component_id: wire.component_id.filter(|id| !id.is_empty()),
        input_values: values
            .filter_map(|(id, value)| Some((id, input(value)?)))
            .collect(),
        stored_data: wire.current_canvas.stored_data,
    })
}

/// A person without a usable id is none: submits of the Messenger send theirs encrypted.
fn stub(person: &Value) -> Option<ContactStub> {
    let wire = WireContact::deserialize(person).ok()?;
    // The user model of older API versions says it by its type.
    let role = [wire.role, wire.kind]
        .into_iter()
        .flatten()
        .find_map(|word| match word.as_str() {
            "lead" => Some(Role::Lead),
            "user" => Some(Role::User),
            _ => None,
        });
    Some(ContactStub {
        id: wire.id,
        role,
        email: wire.email,
        name: wire.name,
    })
}

fn input(value: Value) -> Option<InputValue> {
    match value {
        Value::Array(values) => Some(InputValue::Many(
            values.into_iter().filter_map(text).collect(),
        )),
        single => text(single).map(InputValue::Text),
    }
}

fn text(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

#[derive(Deserialize)]
struct WireRequest {
    #[serde(alias = "app_id", deserialize_with = "wire::id")]
    workspace_id: WorkspaceId,
    admin: CardTeammate,
    conversation: Option<WireConversation>,
    contact: Option<Value>,
    customer: Option<Value>,
    user: Option<Value>,
    component_id: Option<String>,
    #[serde(default, deserialize_with = "wire::or_default")]
    input_values: BTreeMap<String, Value>,
    #[serde(default, deserialize_with = "wire::or_default")]
    current_canvas: WireCanvas,
}

#[derive(Deserialize)]
struct WireConversation {
    #[serde(default, deserialize_with = "wire::optional_id")]
    id: Option<ConversationId>,
}

#[derive(Deserialize)]
struct WireContact {
    #[serde(deserialize_with = "wire::id")]
    id: ContactId,
    role: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    email: Option<String>,
    name: Option<String>,
}

#[derive(Default, Deserialize)]
struct WireCanvas {
    #[serde(default, deserialize_with = "wire::or_default")]
    stored_data: Map<String, Value>,
}

#[cfg(test)]
mod tests;
