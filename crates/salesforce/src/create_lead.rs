//! Creating a Lead, and seeing in the same call what Salesforce made of it.

use std::collections::BTreeMap;

use model::sf::{LeadId, OwnerId};
use serde::Deserialize;
use serde_json::{Map, Value};
use transport::Reply;

use crate::call::Call;
use crate::composite::{self, AllOrNone, Answered, Part};
use crate::error::refusal::{refusal, unexpected};
use crate::row::{JsonRow, Row, Source, parse};
use crate::{Client, Lead, SalesforceError};

/// A Lead to be.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LeadDraft {
    /// Values by API name, as the describe names the fields.
    pub fields: BTreeMap<String, FieldValue>,
    /// Who shall own it; `None` leaves that to Salesforce.
    pub owner: Option<OwnerId>,
}

/// A value of a draft.
#[derive(Debug, Clone, PartialEq)]
pub enum FieldValue {
    /// A text; picklist values, dates and ids are texts too. The empty text means no value.
    Text(String),
    /// A number; a whole one is written without a fraction, since integer fields refuse it. A
    /// value that is not finite means no value.
    Number(f64),
    /// A checkbox.
    Bool(bool),
}

/// Whether the org's assignment rules choose the owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AutoAssign {
    /// They do, if there is an active one; it overrides the draft's owner.
    Rules,
    /// They do not.
    Keep,
}

/// What happens if a duplicate rule matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Duplicates {
    /// The create is refused with [`SalesforceError::Duplicates`].
    Refuse,
    /// A rule that only warns is overruled; one that blocks still refuses.
    AllowSave,
}

/// A Lead that was created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreatedLead {
    /// Its id.
    pub id: LeadId,
    /// The row as it is after rules, triggers and flows; `None` if it could not be read back,
    /// which does not undo the create.
    pub shown: Option<Lead>,
}

#[derive(Deserialize)]
struct SavedWire {
    id: Option<String>,
    success: bool,
    #[serde(default)]
    errors: Value,
}

pub(crate) const LEAD: &str = "lead";
pub(crate) const SHOWN: &str = "shown";

/// What opens a reference to another part. There is no way to write it as plain text in the body
/// of a composite part.
const REFERENCE: &str = "@{";

impl AutoAssign {
    pub(crate) const fn header(self) -> (&'static str, &'static str) {
        match self {
            Self::Rules => ("Sforce-Auto-Assign", "TRUE"),
            Self::Keep => ("Sforce-Auto-Assign", "FALSE"),
        }
    }
}

impl Duplicates {
    pub(crate) const fn header(self) -> (&'static str, &'static str) {
        match self {
            Self::Refuse => ("Sforce-Duplicate-Rule-Header", "allowSave=false"),
            Self::AllowSave => ("Sforce-Duplicate-Rule-Header", "allowSave=true"),
        }
    }
}

impl LeadDraft {
    fn body(&self) -> Map<String, Value> {
        let mut body = written(&self.fields);
        if let Some(owner) = &self.owner {
            body.insert("OwnerId".to_owned(), owner.as_str().into());
        }
        body
    }
}

/// The fields as the body of a write has them.
pub(crate) fn written(fields: &BTreeMap<String, FieldValue>) -> Map<String, Value> {
    fields
        .iter()
        .map(|(name, value)| (name.clone(), value.json()))
        .collect()
}

/// Whether a text among the values would be taken for a reference to another part.
pub(crate) fn hold_a_reference(fields: &BTreeMap<String, FieldValue>) -> bool {
    fields.values().any(|value| match value {
        FieldValue::Text(text) => text.contains(REFERENCE),
        FieldValue::Number(_) | FieldValue::Bool(_) => false,
    })
}

impl FieldValue {
    pub(crate) fn json(&self) -> Value {
        match self {
            Self::Text(text) => text.as_str().into(),
            Self::Bool(flag) => (*flag).into(),
            Self::Number(number) => whole(*number).map_or_else(|| (*number).into(), Value::from),
        }
    }
}

/// The number as an integer, if it is one and a double holds it exactly.
fn whole(number: f64) -> Option<i64> {
    const EXACT_MAX: f64 = 9_007_199_254_740_992.0;
    if number.fract() != 0.0 || number.abs() > EXACT_MAX {
        return None;
    }
    // Through text, because the language has no checked conversion from floats.
    format!("{number:.0}").parse().ok()
}

/// Where Leads are created, and below which each is found.
pub(crate) fn path() -> String {
    format!("sobjects/{}", Lead::OBJECT)
}

/// The path of one Lead with the columns that are read.
pub(crate) fn path_of_row(id: &str) -> String {
    format!("{}/{id}?fields={}", path(), Lead::COLUMNS.join(","))
}

/// The create and, behind it, the row it made.
fn parts(draft: &LeadDraft, headers: &[(&str, &str)]) -> [Part; 2] {
    let create = Part::post(LEAD, path(), Value::Object(draft.body()), headers);
    let shown = path_of_row(&format!("@{{{LEAD}.id}}"));
    [create, Part::get(SHOWN, shown)]
}

/// The id in the answer to a create.
fn created(answered: &Answered) -> Result<LeadId, SalesforceError> {
    const EXPECTED: &str = "the id of the created Lead";
    let body = answered.accepted()?;
    let expected = || unexpected(EXPECTED, answered.status, body);
    let saved: SavedWire = serde_json::from_slice(body).map_err(|_| expected())?;
    if !saved.success {
        // Refused with a status that says otherwise; the errors have the usual form.
        let errors = saved.errors.to_string();
        return Err(refusal(
            http::StatusCode::BAD_REQUEST,
            errors.as_bytes(),
            None,
        ));
    }
    saved.id.and_then(|id| id.parse().ok()).ok_or_else(expected)
}

/// The read-back; whatever is wrong with it, the write before it was carried out.
pub(crate) fn shown(answered: &Answered) -> Option<Lead> {
    let record: JsonRow = serde_json::from_slice(answered.accepted().ok()?).ok()?;
    parse(Source::Json(&record)).ok()
}

fn whole_answer(reply: &Reply) -> Answered {
    Answered {
        status: reply.status,
        body: reply.body.clone(),
    }
}

impl Client {
    /// Creates one Lead. Sent once: if no answer arrives, [`SalesforceError::outcome`] says what
    /// may have happened.
    ///
    /// One composite call; only a draft with a text that Salesforce would take for a reference to
    /// another part goes as a plain create, without a read-back.
    pub async fn create_lead(
        &self,
        draft: &LeadDraft,
        assign: AutoAssign,
        duplicates: Duplicates,
    ) -> Result<CreatedLead, SalesforceError> {
        let headers = [assign.header(), duplicates.header()];
        if hold_a_reference(&draft.fields) {
            let call = headers
                .iter()
                .fold(Call::post(path(), &draft.body()), |call, (name, value)| {
                    call.with_header(name, value)
                });
            let reply = self.once(&call).await?;
            return Ok(CreatedLead {
                id: self.learned(created(&whole_answer(&reply)))?,
                shown: None,
            });
        }
        let parts = parts(draft, &headers);
        let reply = self.composite_once(AllOrNone::No, &parts).await?;
        let [lead, row] = composite::answers(&reply, [LEAD, SHOWN])?;
        Ok(CreatedLead {
            id: self.learned(created(&lead))?,
            shown: shown(&row),
        })
    }
}

#[cfg(test)]
mod tests;
