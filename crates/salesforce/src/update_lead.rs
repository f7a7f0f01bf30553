//! Changing fields of a Lead, and seeing in the same call what Salesforce made of it.

use std::collections::BTreeMap;

use http::StatusCode;
use model::sf::LeadId;
use serde_json::Value;

use crate::call::Call;
use crate::composite::{self, AllOrNone, Part};
use crate::create_lead::{
    AutoAssign, Duplicates, FieldValue, LEAD, SHOWN, hold_a_reference, path, path_of_row, shown,
    written,
};
use crate::error::refusal::unexpected;
use crate::{Client, Lead, SalesforceError};

/// The headers of an update: assignment rules, which run on updates too unless told not to, would
/// move the owner.
fn headers(duplicates: Duplicates) -> [(&'static str, &'static str); 2] {
    [AutoAssign::Keep.header(), duplicates.header()]
}

fn path_of(id: LeadId) -> String {
    format!("{}/{id}", path())
}

/// The update and, behind it, the row as it is then.
fn parts(id: LeadId, fields: &BTreeMap<String, FieldValue>, duplicates: Duplicates) -> [Part; 2] {
    let body = Value::Object(written(fields));
    let update = Part::patch(LEAD, path_of(id), body, &headers(duplicates));
    let row = Part::get(SHOWN, path_of_row(id.as_str()));
    [update, row]
}

impl Client {
    /// Writes `fields`, by API name, to one Lead; its other fields and its owner stay, unless the
    /// org's own automation moves them. The empty text clears. Sent once: if no answer arrives,
    /// [`SalesforceError::outcome`] says what may have happened.
    ///
    /// The answer is the row as it is after rules, triggers and flows; `None` if it could not be
    /// read back, which does not undo the update. One composite call; only a text that Salesforce
    /// would take for a reference to another part goes as a plain update, without a read-back.
    pub async fn update_lead(
        &self,
        id: LeadId,
        fields: &BTreeMap<String, FieldValue>,
        duplicates: Duplicates,
    ) -> Result<Option<Lead>, SalesforceError> {
        if hold_a_reference(fields) {
            let call = headers(duplicates).into_iter().fold(
                Call::patch(path_of(id), &written(fields)),
                |call, (name, value)| call.with_header(name, value),
            );
            let reply = self.once(&call).await?;
            // Done is said without a body; a page of a proxy says nothing.
            if reply.status != StatusCode::NO_CONTENT {
                let expected = "the end of an update";
                return Err(unexpected(expected, reply.status, &reply.body));
            }
            return Ok(None);
        }
        let parts = parts(id, fields, duplicates);
        let reply = self.composite_once(AllOrNone::No, &parts).await?;
        let [lead, row] = composite::answers(&reply, [LEAD, SHOWN])?;
        self.learned(lead.changed())?;
        Ok(shown(&row))
    }
}

#[cfg(test)]
mod tests;
