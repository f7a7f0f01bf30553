//! The head of a file → what its columns are, and one line → the fields of a record.

use jiff::civil::Date;
use model::Timestamp;
use serde_json::Value as Json;

use crate::error::ApiError;
use crate::id::RecordId;
use crate::records::{Fields, Records};
use crate::schema::{Kind, Object};

use super::Operation;
use super::keys::named;

/// What a cell holds that is to empty its field.
const NOTHING: &str = "#N/A";

/// What a column is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Target {
    /// The id of the record.
    Id,
    /// A field of it.
    Field {
        name: String,
        label: String,
        kind: Kind,
    },
    /// The key of a record that it refers to.
    Related {
        /// The field that holds the reference.
        reference: String,
        object: Object,
        /// The field of that object that holds the key.
        key: String,
    },
}

/// What a line asks for.
#[derive(Debug, Default)]
pub(super) struct Asked {
    /// What stands in the column of the id.
    pub(super) id: Option<String>,
    /// What stands in the column of the key of an upsert.
    pub(super) key: Option<String>,
    pub(super) fields: Fields,
}

/// What the columns of a file are, or why the job fails.
pub(super) fn targets(
    head: &[impl AsRef<str>],
    object: Object,
    operation: &Operation,
    records: &Records,
) -> Result<Vec<Target>, String> {
    let names = || head.iter().map(AsRef::as_ref);
    let only_ids = match operation {
        Operation::Delete | Operation::HardDelete => true,
        Operation::Insert | Operation::Update | Operation::Upsert(_) => false,
    };
    if only_ids && !(names().count() == 1 && names().all(|name| name.eq_ignore_ascii_case("Id"))) {
        let name = operation.name();
        return Err(format!(
            "InvalidBatch : The '{name}' batch must contain only ids"
        ));
    }
    let mut targets: Vec<Target> = Vec::with_capacity(head.len());
    for name in names() {
        let target = target(name, object, records)
            .ok_or_else(|| format!("InvalidBatch : Field name not found : {name}"))?;
        if targets.contains(&target) {
            // UNVERIFIED: the words.
            return Err(format!("InvalidBatch : Duplicate field name : {name}"));
        }
        targets.push(target);
    }
    Ok(targets)
}

fn target(name: &str, object: Object, records: &Records) -> Option<Target> {
    let schema = records.seen_of(object);
    if let Some((path, field)) = name.split_once('.') {
        return related(path, field, object, records);
    }
    let field = schema.field(name)?;
    if field.name == "Id" {
        return Some(Target::Id);
    }
    Some(Target::Field {
        name: field.name.clone(),
        label: field.label.clone(),
        kind: field.kind,
    })
}

/// `Account.Ext__c`, or `Contact:Who.Ext__c` where several objects can be referred to.
fn related(path: &str, field: &str, object: Object, records: &Records) -> Option<Target> {
    let (named, relationship) = match path.split_once(':') {
        Some((named, relationship)) => (Some(named), relationship),
        None => (None, path),
    };
    let schema = records.seen_of(object);
    let reference = &schema.fields[schema.relationship(relationship)?];
    let parent = match (named, reference.refers_to) {
        (Some(named), several) => Object::named(named).filter(|named| several.contains(named))?,
        (None, [one]) => *one,
        (None, _) => return None,
    };
    let key = records.seen_of(parent).field(field)?;
    if !key.id_lookup {
        return None;
    }
    Some(Target::Related {
        reference: reference.name.clone(),
        object: parent,
        key: key.name.clone(),
    })
}

/// What a line asks for. Empty cells ask for nothing; `#N/A` empties a field. `key` is the field
/// by which an upsert finds its record.
pub(super) fn asked(
    targets: &[Target],
    cells: &[impl AsRef<str>],
    key: Option<&str>,
    records: &Records,
) -> Result<Asked, ApiError> {
    let mut asked = Asked::default();
    for (target, cell) in targets.iter().zip(cells) {
        let cell = cell.as_ref();
        if cell.is_empty() {
            continue;
        }
        match target {
            Target::Id => asked.id = Some(cell.to_owned()),
            Target::Field { name, .. } if key.is_some_and(|key| key == name) => {
                asked.key = Some(cell.to_owned());
            }
            Target::Field { name, label, kind } => {
                let value = value(*kind, cell).ok_or_else(|| wrong_type(name, label, cell))?;
                asked.fields.insert(name.clone(), value);
            }
            Target::Related { reference, .. } if cell == NOTHING => {
                asked.fields.insert(reference.clone(), Json::Null);
            }
            Target::Related {
                reference,
                object,
                key,
            } => {
                let id = named(records, *object, key, cell)?;
                asked
                    .fields
                    .insert(reference.clone(), id.to_string().into());
            }
        }
    }
    Ok(asked)
}

/// The record that a line means, if it names one.
pub(super) fn id(targets: &[Target], cells: &[impl AsRef<str>]) -> Option<RecordId> {
    let place = targets.iter().position(|target| *target == Target::Id)?;
    cells.get(place)?.as_ref().parse().ok()
}

/// A cell as the JSON that the field takes; nothing if it is no such value.
fn value(kind: Kind, cell: &str) -> Option<Json> {
    if cell == NOTHING {
        return Some(Json::Null);
    }
    let text = cell.trim();
    let is_value = match kind {
        Kind::Bool => {
            return match text.to_ascii_lowercase().as_str() {
                "true" | "1" => Some(true.into()),
                "false" | "0" => Some(false.into()),
                _ => None,
            };
        }
        Kind::Int => number(text).is_some_and(|number| number.fract() == 0.0),
        Kind::Double | Kind::Currency | Kind::Percent => number(text).is_some(),
        Kind::Date | Kind::Instant => date(text) || text.parse::<Timestamp>().is_ok(),
        Kind::Id
        | Kind::Text
        | Kind::TextArea
        | Kind::Phone
        | Kind::Email
        | Kind::Url
        | Kind::Picklist
        | Kind::MultiPicklist
        | Kind::Combobox
        | Kind::Reference
        | Kind::Address => true,
    };
    is_value.then(|| cell.into())
}

fn number(text: &str) -> Option<f64> {
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

fn date(text: &str) -> bool {
    text.parse::<Date>()
        .is_ok_and(|date| date.to_string() == text)
}

/// A cell holds nothing that its field can hold.
fn wrong_type(name: &str, label: &str, cell: &str) -> ApiError {
    let message = format!("{label}: value not of required type: {cell}");
    ApiError::record(
        "INVALID_TYPE_ON_FIELD_IN_RECORD",
        message,
        [name.to_owned()],
    )
}
