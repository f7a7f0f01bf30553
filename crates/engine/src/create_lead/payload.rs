//! What an intent keeps, so that another process can send it.

use std::collections::BTreeMap;

use intercom::{Change, ContactPatch};
use model::{MatchKey, ic};
use planner::lead::{Edits, Field, FieldKind, Order};
use salesforce::FieldValue;
use serde::{Deserialize, Serialize};

/// What an intent has to know to be sent again by another process.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Payload {
    pub(crate) contact: ic::ContactId,
    pub(crate) fields: BTreeMap<String, String>,
    /// Fields among them that are numbers or checkboxes in Salesforce.
    pub(crate) kinds: BTreeMap<String, PayloadKind>,
    pub(crate) assign_by_rules: bool,
    pub(crate) anyway: bool,
    pub(crate) notes: Vec<String>,
    /// The conversation beside which it was clicked, and by whom.
    #[serde(default)]
    pub(crate) clicked: Option<Clicked>,
}

/// Where a creation was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Clicked {
    pub(crate) conversation: ic::ConversationId,
    pub(crate) teammate: ic::TeammateId,
}

/// A field whose value is not sent as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum PayloadKind {
    Number,
    Bool,
}

/// What a creation was asked for from.
pub(crate) struct From<'a> {
    pub(crate) contact: &'a ic::ContactId,
    pub(crate) teammate: &'a ic::TeammateId,
    pub(crate) conversation: Option<ic::ConversationId>,
}

/// What the intent keeps of an order.
pub(crate) fn payload(
    from: From<'_>,
    order: Order,
    fields: &[Field],
    anyway: bool,
) -> (MatchKey, Payload) {
    let kind = |name: &String| {
        let field = fields.iter().find(|field| field.name == *name)?;
        let kind = match field.kind {
            FieldKind::Number => PayloadKind::Number,
            FieldKind::Boolean => PayloadKind::Bool,
            FieldKind::Text
            | FieldKind::TextArea
            | FieldKind::Email
            | FieldKind::Phone
            | FieldKind::Url
            | FieldKind::Date
            | FieldKind::Picklist(_)
            | FieldKind::MultiPicklist(_)
            | FieldKind::Other => return None,
        };
        Some((name.clone(), kind))
    };
    let Order {
        key,
        fields: values,
        assign_by_rules,
        contact_edits: _,
        notes,
    } = order;
    let payload = Payload {
        contact: from.contact.clone(),
        kinds: values.keys().filter_map(kind).collect(),
        fields: values,
        assign_by_rules,
        anyway,
        clicked: from.conversation.map(|conversation| Clicked {
            conversation,
            teammate: from.teammate.clone(),
        }),
        notes: notes
            .iter()
            .map(|note| format!("{} {}", note.rule, note.text))
            .collect(),
    };
    (key, payload)
}

pub(crate) fn draft_fields(payload: &Payload) -> BTreeMap<String, FieldValue> {
    let value = |name: &String, text: &String| match payload.kinds.get(name) {
        Some(PayloadKind::Number) => match text.parse() {
            Ok(number) => FieldValue::Number(number),
            Err(_) => FieldValue::Text(text.clone()),
        },
        Some(PayloadKind::Bool) => FieldValue::Bool(text == "true"),
        None => FieldValue::Text(text.clone()),
    };
    payload
        .fields
        .iter()
        .map(|(name, text)| (name.clone(), value(name, text)))
        .collect()
}

/// The teammate's edits as a change of the contact.
pub(crate) fn patch(edits: &Edits) -> ContactPatch {
    let Edits { name, email, phone } = edits;
    let change = |value: &Option<String>| match value {
        Some(value) => Change::Set(value.clone()),
        None => Change::Keep,
    };
    ContactPatch {
        name: change(name),
        email: change(email),
        phone: change(phone),
        owner: Change::Keep,
        custom_attributes: BTreeMap::new(),
    }
}
