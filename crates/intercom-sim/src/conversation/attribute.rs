//! Conversation attributes: what is written down about a conversation beside its words.
//!
//! They are apart from the attributes of people and companies: two may have one name (a write that
//! names it is refused then), types have words of their own, and choices have ids. The values are
//! held against the types as everywhere ([`Column`]).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::answer::Refusal;
use crate::attribute::{AttributeValue, Column, DataType, ValueRef, Values};
use crate::ids::{AdminId, AttributeId};

/// The types that exist here. `relationship` does not: there are no custom objects to relate to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    String,
    Integer,
    List,
    Decimal,
    Boolean,
    Datetime,
    Files,
}

impl Kind {
    const fn data_type(self) -> DataType {
        match self {
            Self::String | Self::List | Self::Files => DataType::String,
            Self::Integer => DataType::Integer,
            Self::Decimal => DataType::Float,
            Self::Boolean => DataType::Boolean,
            Self::Datetime => DataType::Date,
        }
    }
}

/// A choice of a list attribute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Choice {
    /// A uuid, which values refer to, so that a new label is seen on old conversations.
    pub(crate) id: String,
    pub(crate) label: String,
    pub(crate) archived: bool,
}

/// An attribute of conversations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ConversationAttribute {
    pub(crate) id: AttributeId,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) kind: Kind,
    pub(crate) choices: Vec<Choice>,
    pub(crate) multiline: bool,
    pub(crate) required: bool,
    pub(crate) teams: Vec<String>,
    pub(crate) archived: bool,
    pub(crate) admin: AdminId,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
}

impl ConversationAttribute {
    /// Checks a value; `null` clears. A time may be a text as well, and is kept in seconds.
    fn read(&self, value: &Value) -> Result<Option<AttributeValue>, Refusal> {
        if self.kind == Kind::Files && !value.is_null() {
            let words = format!("Custom attribute '{}' holds files", self.name);
            return Err(Refusal::invalid(words).at_field(&self.name));
        }
        let instant = value.as_str().filter(|_| self.kind == Kind::Datetime);
        let instant = instant.and_then(|text| text.parse::<jiff::Timestamp>().ok());
        let seconds = instant.map(|instant| json!(instant.as_second()));
        let offered = || self.choices.iter().filter(|choice| !choice.archived);
        let column = Column {
            name: &self.name,
            data_type: self.kind.data_type(),
            choices: (self.kind == Kind::List)
                .then(|| offered().map(|choice| choice.label.as_str()).collect()),
        };
        let read = column.read(seconds.as_ref().unwrap_or(value))?;
        Ok(read.map(|read| match read {
            AttributeValue::Text(label) if self.kind == Kind::List => {
                let chosen = offered().find(|choice| choice.label == *label);
                AttributeValue::Text(chosen.map_or(label, |choice| choice.id.as_str().into()))
            }
            plain @ (AttributeValue::Flag(_)
            | AttributeValue::Integer(_)
            | AttributeValue::Float(_)
            | AttributeValue::Text(_)) => plain,
        }))
    }

    /// A value as answers show it: of a choice the label.
    fn shown(&self, value: ValueRef<'_>) -> Value {
        let label = |id: &str| {
            let choice = self.choices.iter().find(|choice| choice.id == id);
            json!(choice.map_or(id, |choice| choice.label.as_str()))
        };
        match value {
            ValueRef::Text(id) if self.kind == Kind::List => label(id),
            ValueRef::Text(_) | ValueRef::Flag(_) | ValueRef::Integer(_) | ValueRef::Float(_) => {
                json!(value)
            }
        }
    }

    pub(crate) fn render(&self) -> Value {
        let mut shown = json!({
            "type": "conversation_attribute", "id": self.id, "name": self.name,
            "description": self.description, "data_type": self.kind, "required": self.required,
            "visible_to_team_ids": self.teams, "archived": self.archived,
            "created_at": self.created_at, "updated_at": self.updated_at,
            "admin_id": self.admin.to_string(),
        });
        match self.kind {
            Kind::String => shown["multiline"] = json!(self.multiline),
            Kind::List => shown["options"] = json!(self.choices),
            Kind::Integer | Kind::Decimal | Kind::Boolean | Kind::Datetime | Kind::Files => {}
        }
        shown
    }

    /// The same among the data attributes, where it was listed before 2.16.
    pub(crate) fn render_as_data_attribute(&self) -> Value {
        let offered = self.choices.iter().filter(|choice| !choice.archived);
        json!({
            "type": "data_attribute", "id": self.id, "model": "conversation", "name": self.name,
            "full_name": self.name, "label": self.name, "description": self.description,
            "data_type": self.kind.data_type().word(),
            "options": offered.map(|choice| &choice.label).collect::<Vec<_>>(),
            "api_writable": true, "messenger_writable": false, "ui_writable": true,
            "custom": true, "archived": self.archived, "admin_id": self.admin.to_string(),
            "created_at": self.created_at, "updated_at": self.updated_at,
        })
    }
}

/// The conversation attributes of a workspace, by id.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct ConversationAttributes {
    pub(crate) rows: BTreeMap<AttributeId, ConversationAttribute>,
}

/// One value that a write changes.
pub(crate) struct AttributeChange {
    pub(crate) id: AttributeId,
    pub(crate) name: String,
    pub(crate) value: Option<AttributeValue>,
}

impl ConversationAttributes {
    /// Above all ids that were ever given out: attributes are archived, never deleted.
    pub(crate) fn next_id(&self) -> AttributeId {
        let last = self.rows.last_key_value();
        AttributeId(last.map_or(1, |(id, _)| id.0 + 1))
    }

    /// Checks the `custom_attributes` of a write. One that cannot be written refuses all.
    pub(crate) fn changes(
        &self,
        written: &Map<String, Value>,
    ) -> Result<Vec<AttributeChange>, Refusal> {
        let changes = written.iter().map(|(name, value)| {
            let row = self.named(name)?;
            Ok(AttributeChange {
                id: row.id,
                name: name.clone(),
                value: row.read(value)?,
            })
        });
        changes.collect()
    }

    /// The attribute of a name, if it is the only one (changelog of 2.16: two are refused since
    /// nobody could say which is meant).
    fn named(&self, name: &str) -> Result<&ConversationAttribute, Refusal> {
        let rows = self.rows.values();
        let mut named = rows.filter(|row| !row.archived && row.name == name);
        let refuse = |words: String| Refusal::invalid(words).at_field(name);
        let only = named.next();
        let only =
            only.ok_or_else(|| refuse(format!("Custom attribute '{name}' does not exist")))?;
        if named.next().is_some() {
            let words = format!("There is more than one custom attribute '{name}'");
            return Err(refuse(words));
        }
        Ok(only)
    }

    /// A value of a conversation as answers show it.
    pub(crate) fn shown(&self, values: &Values, id: AttributeId) -> Option<Value> {
        Some(self.rows.get(&id)?.shown(values.get(id)?))
    }

    /// The values of a conversation as the `custom_attributes` of an answer.
    pub(crate) fn render(&self, values: &Values) -> Map<String, Value> {
        let shown = values.iter().filter_map(|(id, value)| {
            let row = self.rows.get(&id)?;
            Some((row.name.clone(), row.shown(value)))
        });
        shown.collect()
    }
}
