//! What administrators and developers made the org do when a record is saved: flows that change
//! fields, and triggers that fail.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::error::ApiError;
use crate::row::Row;
use crate::schema::{Object, ObjectSchema, Source};
use crate::value::Value;

use super::formula::{Formula, Saved};
use super::{Author, Records};

/// A flow that changes one field before a record is saved, whoever saves it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BeforeSaveFlow {
    /// The object whose records it changes.
    pub object: Object,
    /// The field that it changes.
    pub field: String,
    /// What it does with it.
    pub change: FieldChange,
}

/// What a flow does with a field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub enum FieldChange {
    /// Puts this in front of a text that does not begin with it.
    Prefix(String),
    /// Writes a text in capitals.
    Upper,
    /// Writes a text in small letters.
    Lower,
    /// Puts this there, as the API would take it.
    Constant(Json),
    /// Puts there what another field of the same kind holds.
    CopyOf(String),
}

/// A trigger or process that fails, and with it the save.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FailingTrigger {
    /// The object whose records it fails on.
    pub object: Object,
    /// What it fails at.
    pub event: TriggerEvent,
    /// Its name.
    pub name: String,
    /// What went wrong in it, such as `System.NullPointerException: Attempt to de-reference a null
    /// object`.
    pub cause: String,
    /// The records that it fails on; all, if it says nothing.
    #[serde(default)]
    pub when: Option<Formula>,
}

/// What a trigger runs at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "each is the vendor's event of that name")]
pub enum TriggerEvent {
    BeforeInsert,
    BeforeUpdate,
    BeforeDelete,
}

impl TriggerEvent {
    fn name(self) -> &'static str {
        match self {
            Self::BeforeInsert => "BeforeInsert",
            Self::BeforeUpdate => "BeforeUpdate",
            Self::BeforeDelete => "BeforeDelete",
        }
    }
}

impl BeforeSaveFlow {
    /// Says why it cannot be a flow of that object.
    pub(super) fn check(&self, schema: &ObjectSchema) -> Result<(), String> {
        let stored = |name: &str| {
            let field = schema
                .field(name)
                .filter(|field| field.source == Source::Stored);
            field.ok_or_else(|| format!("{} has no field {name} to write", self.object))
        };
        let field = stored(&self.field)?;
        match &self.change {
            FieldChange::Constant(Json::Array(_) | Json::Object(_)) => {
                Err("a constant is a text, a number, a flag or null".to_owned())
            }
            FieldChange::Constant(_)
            | FieldChange::Prefix(_)
            | FieldChange::Upper
            | FieldChange::Lower => Ok(()),
            FieldChange::CopyOf(other) if stored(other)?.kind == field.kind => Ok(()),
            FieldChange::CopyOf(other) => Err(format!("{other} is of another kind")),
        }
    }
}

impl Records {
    /// Lets the flows change the record. What they write is checked as if it were sent.
    pub(super) fn run_flows(&self, row: &mut Row) -> Result<(), ApiError> {
        let object = row.object();
        let schema = self.schema_of(object);
        for flow in self.rules.flows.iter().filter(|flow| flow.object == object) {
            let place = schema.known(&flow.field);
            let text = || row.stored(place).as_text().map(str::to_owned);
            let changed = match &flow.change {
                FieldChange::Prefix(prefix) => text()
                    .filter(|text| !text.starts_with(prefix.as_str()))
                    .map(|text| format!("{prefix}{text}").into()),
                FieldChange::Upper => text().map(|text| text.to_uppercase().into()),
                FieldChange::Lower => text().map(|text| text.to_lowercase().into()),
                FieldChange::Constant(json) => Some(json.clone()),
                FieldChange::CopyOf(other) => {
                    let value: Value = row.stored(schema.known(other)).clone();
                    row.store(place, value);
                    None
                }
            };
            if let Some(json) = changed {
                row.store(place, self.coerce(&schema.fields[place], &json)?);
            }
        }
        Ok(())
    }

    /// Refuses what a trigger fails on. `row` is the record as it would be saved, or as it is when
    /// it is deleted.
    pub(super) fn run_triggers(
        &self,
        event: TriggerEvent,
        row: &Row,
        before: Option<&Row>,
        author: Author,
    ) -> Result<(), ApiError> {
        let object = row.object();
        let saved = Saved {
            schema: self.schema_of(object),
            row,
            before,
            now: author.now,
        };
        let fails = |trigger: &&FailingTrigger| {
            trigger.object == object
                && trigger.event == event
                && trigger.when.as_ref().is_none_or(|when| when.holds(saved))
        };
        let Some(trigger) = self.rules.triggers.iter().find(fails) else {
            return Ok(());
        };
        let FailingTrigger { name, cause, .. } = trigger;
        let message = format!("{name}: execution of {} caused by: {cause}", event.name());
        let code = "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY";
        Err(ApiError::record(code, message, []))
    }
}
