//! A composite call that is put together by its caller: parts that may refer to earlier ones.
//!
//! Whatever Salesforce would refuse for its form is refused when the part is added, so what is sent
//! can fail only by what it means. Assignment rules are spoken of in every part that writes.

use std::collections::BTreeMap;

use model::sf::AnyId;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::api_name::ApiName;
use crate::call::encoded;
use crate::composite::{AllOrNone, Answered, Part, answers_in_order};
use crate::create_lead::{AutoAssign, Duplicates, FieldValue};
use crate::error::refusal::{of_record, unexpected};
use crate::query::Page;
use crate::row::JsonRow;
use crate::row_query::RowQuery;
use crate::{Client, Record, SalesforceError, Saved};

/// Parts of one call.
const PARTS_MAX: usize = 25;

/// Of these, queries.
const QUERIES_MAX: usize = 5;

/// What opens a reference. A text with it would be taken for one, and cannot be written here.
const REFERENCE: &str = "@{";

/// A composite call. Parts are carried out in the order in which they were added.
#[derive(Debug, Clone)]
pub struct CompositeRequest {
    all_or_none: AllOrNone,
    parts: Vec<(Part, Does)>,
}

/// What a part does, and so what its answer looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Does {
    Create,
    Change,
    Upsert,
    Get,
    Query,
}

/// A value of a part that writes.
#[derive(Debug, Clone, PartialEq)]
pub enum PartValue {
    /// This one.
    Plain(FieldValue),
    /// The id of the record that an earlier part wrote or read.
    IdOf(String),
}

/// Which record a part means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PartTarget {
    /// The one with this id.
    Id(AnyId),
    /// The one that an earlier part wrote or read.
    Of(String),
}

/// What a part gave that was carried out.
#[derive(Debug, Clone, PartialEq)]
pub enum PartDone {
    /// The record of a create or an upsert.
    Saved(Saved),
    /// An update or a delete, which tell nothing.
    Changed,
    /// The record of a get.
    Record(Record),
    /// The first page of a query.
    Rows {
        /// The rows.
        records: Vec<Record>,
        /// There are more than these.
        more: bool,
    },
}

/// What became of each part, by its reference.
pub type PartOutcomes = BTreeMap<String, Result<PartDone, SalesforceError>>;

#[derive(Deserialize)]
struct SavedWire {
    id: Option<AnyId>,
    success: bool,
    created: Option<bool>,
    #[serde(default)]
    errors: Value,
}

impl CompositeRequest {
    /// A call without parts.
    pub fn new(all_or_none: AllOrNone) -> Self {
        Self {
            all_or_none,
            parts: Vec::new(),
        }
    }

    /// Adds a create.
    pub fn create(
        &mut self,
        reference: &str,
        object: &ApiName,
        fields: &BTreeMap<String, PartValue>,
        assign: AutoAssign,
        duplicates: Duplicates,
    ) -> Result<(), SalesforceError> {
        let body = self.body(fields)?;
        let headers = [assign.header(), duplicates.header()];
        let path = format!("sobjects/{object}");
        let part = Part::post(reference.to_owned(), path, body, &headers);
        self.add(part, Does::Create)
    }

    /// Adds an update; the assignment rules do not run.
    pub fn update(
        &mut self,
        reference: &str,
        object: &ApiName,
        target: &PartTarget,
        fields: &BTreeMap<String, PartValue>,
        duplicates: Duplicates,
    ) -> Result<(), SalesforceError> {
        let body = self.body(fields)?;
        let headers = [AutoAssign::Keep.header(), duplicates.header()];
        let path = self.path(object, target)?;
        let part = Part::patch(reference.to_owned(), path, body, &headers);
        self.add(part, Does::Change)
    }

    /// Adds an upsert by an external id; the assignment rules do not run, since the record may be
    /// there already.
    pub fn upsert(
        &mut self,
        reference: &str,
        object: &ApiName,
        (field, key): (&ApiName, &str),
        fields: &BTreeMap<String, PartValue>,
        duplicates: Duplicates,
    ) -> Result<(), SalesforceError> {
        let names_key = |name: &String| name.eq_ignore_ascii_case(field.as_str());
        if key.is_empty() || fields.keys().any(names_key) {
            return Err(not_sendable(
                "an upsert has its key in its path, and only there",
            ));
        }
        let body = self.body(fields)?;
        let headers = [AutoAssign::Keep.header(), duplicates.header()];
        let path = format!("sobjects/{object}/{field}/{}", encoded(key));
        let part = Part::patch(reference.to_owned(), path, body, &headers);
        self.add(part, Does::Upsert)
    }

    /// Adds a delete, into the recycle bin.
    pub fn delete(
        &mut self,
        reference: &str,
        object: &ApiName,
        target: &PartTarget,
    ) -> Result<(), SalesforceError> {
        let path = self.path(object, target)?;
        self.add(Part::delete(reference.to_owned(), path), Does::Change)
    }

    /// Adds the reading of one record.
    pub fn get(
        &mut self,
        reference: &str,
        object: &ApiName,
        target: &PartTarget,
        fields: &[ApiName],
    ) -> Result<(), SalesforceError> {
        let names: Vec<&str> = fields.iter().map(ApiName::as_str).collect();
        let path = format!("{}?fields={}", self.path(object, target)?, names.join(","));
        self.add(Part::get(reference.to_owned(), path), Does::Get)
    }

    /// Adds a query.
    pub fn query(&mut self, reference: &str, query: &RowQuery) -> Result<(), SalesforceError> {
        query.check()?;
        let queries = self.parts.iter().filter(|(_, does)| *does == Does::Query);
        if queries.count() >= QUERIES_MAX {
            return Err(not_sendable("a composite call has at most 5 queries"));
        }
        let select = query.select();
        let part = Part::query(reference.to_owned(), query.operation, &select);
        self.add(part, Does::Query)
    }

    fn add(&mut self, part: Part, does: Does) -> Result<(), SalesforceError> {
        let reference = part.reference_id();
        let formed = !reference.is_empty()
            && reference
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || c == '_');
        if !formed {
            return Err(not_sendable("a reference is made of letters, digits and _"));
        }
        if self.knows(reference) {
            return Err(not_sendable("a reference names one part"));
        }
        if self.parts.len() >= PARTS_MAX {
            return Err(not_sendable("a composite call has at most 25 parts"));
        }
        self.parts.push((part, does));
        Ok(())
    }

    fn knows(&self, reference: &str) -> bool {
        self.parts
            .iter()
            .any(|(part, _)| part.reference_id() == reference)
    }

    /// Only an earlier part that has one record has an id.
    fn id_of(&self, reference: &str) -> Result<String, SalesforceError> {
        let found = self
            .parts
            .iter()
            .find(|(part, _)| part.reference_id() == reference);
        match found.map(|(_, does)| does) {
            Some(Does::Create | Does::Upsert) => Ok(format!("@{{{reference}.id}}")),
            Some(Does::Get) => Ok(format!("@{{{reference}.Id}}")),
            Some(Does::Change | Does::Query) | None => Err(not_sendable(
                "a reference means an earlier part with one record",
            )),
        }
    }

    fn path(&self, object: &ApiName, target: &PartTarget) -> Result<String, SalesforceError> {
        let id = match target {
            PartTarget::Id(id) => id.as_str().to_owned(),
            PartTarget::Of(reference) => self.id_of(reference)?,
        };
        Ok(format!("sobjects/{object}/{id}"))
    }

    fn body(&self, fields: &BTreeMap<String, PartValue>) -> Result<Value, SalesforceError> {
        let mut body = Map::new();
        for (name, value) in fields {
            if name.eq_ignore_ascii_case("id") {
                return Err(not_sendable("Id cannot be written"));
            }
            let value = match value {
                PartValue::Plain(FieldValue::Text(text)) if text.contains(REFERENCE) => {
                    return Err(not_sendable(
                        "a text with @{ would be taken for a reference",
                    ));
                }
                PartValue::Plain(value) => value.json(),
                PartValue::IdOf(reference) => self.id_of(reference)?.into(),
            };
            body.insert(name.clone(), value);
        }
        Ok(Value::Object(body))
    }
}

fn not_sendable(why: &str) -> SalesforceError {
    SalesforceError::NotSendable {
        why: why.to_owned(),
    }
}

impl Client {
    /// Makes a composite call. One that only reads is repeated like any read, one that writes is
    /// sent once.
    ///
    /// With [`AllOrNone::Yes`] a part that failed takes the others with it; those say
    /// [`SalesforceError::Halted`], and the culprit has an error of its own.
    pub async fn composite(
        &self,
        request: &CompositeRequest,
    ) -> Result<PartOutcomes, SalesforceError> {
        if request.parts.is_empty() {
            return Err(not_sendable("a composite call has at least one part"));
        }
        let parts: Vec<Part> = request.parts.iter().map(|(part, _)| part.clone()).collect();
        let reads = |does: &Does| match does {
            Does::Get | Does::Query => true,
            Does::Create | Does::Change | Does::Upsert => false,
        };
        let reply = if request.parts.iter().all(|(_, does)| reads(does)) {
            self.composite_read(&parts).await?
        } else {
            self.composite_once(request.all_or_none, &parts).await?
        };
        let references: Vec<&str> = parts.iter().map(Part::reference_id).collect();
        let answers = answers_in_order(&reply, &references)?;
        Ok(request
            .parts
            .iter()
            .zip(answers)
            .map(|((part, does), answered)| {
                let outcome = self.learned(done(*does, &answered));
                (part.reference_id().to_owned(), outcome)
            })
            .collect())
    }
}

fn done(does: Does, answered: &Answered) -> Result<PartDone, SalesforceError> {
    let body = answered.accepted()?;
    let other = |expected| unexpected(expected, answered.status, body);
    match does {
        Does::Change => answered.changed().map(|()| PartDone::Changed),
        Does::Create | Does::Upsert => {
            const EXPECTED: &str = "the id of a record that was written";
            let saved: SavedWire = serde_json::from_slice(body).map_err(|_| other(EXPECTED))?;
            if !saved.success {
                return Err(of_record(answered.status, &saved.errors.to_string()));
            }
            Ok(PartDone::Saved(Saved {
                id: saved.id.ok_or_else(|| other(EXPECTED))?,
                created: saved.created.unwrap_or(does == Does::Create),
            }))
        }
        Does::Get => {
            let row: JsonRow = serde_json::from_slice(body).map_err(|_| other("a record"))?;
            Ok(PartDone::Record(Record::new(row)))
        }
        Does::Query => {
            let page: Page = answered.page()?;
            Ok(PartDone::Rows {
                more: !page.done,
                records: page.records.into_iter().map(Record::new).collect(),
            })
        }
    }
}

#[cfg(test)]
mod tests;
