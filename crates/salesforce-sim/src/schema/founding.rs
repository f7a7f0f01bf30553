//! The schema of a particular org: what every org has, changed by what its fixture says.

use crate::fixture::{FixtureError, Picklist, RecordType, STANDARD_PROFILES, Written};
use crate::id::RecordId;
use crate::table::seeded_id;
use crate::value::Value;

use super::custom::{choices, default_of};
use super::{Choice, Field, Kind, Meaning, Object, ObjectSchema, Presence, Schema, Setup};

/// A record type, as the user who connects apps sees it.
#[derive(Debug, Clone)]
pub(crate) struct KnownType {
    pub(crate) id: RecordId,
    pub(crate) name: String,
    pub(crate) developer_name: String,
    pub(crate) active: bool,
    pub(crate) available: bool,
    pub(crate) default: bool,
}

/// The record type of records that have no other; it is no row.
const MASTER_TYPE: &str = "012000000000000AAA";

impl ObjectSchema {
    /// What stands for having no record type. It is the default where no other is.
    pub(crate) fn master_type(&self) -> KnownType {
        KnownType {
            id: MASTER_TYPE.parse().expect("it has its checksum"),
            name: "Master".to_owned(),
            developer_name: "Master".to_owned(),
            active: true,
            available: true,
            default: !self.record_types.iter().any(|kind| kind.default),
        }
    }
}

impl Schema {
    /// The schema of the org that a fixture describes, or what in it cannot be.
    pub(crate) fn with(written: &Written) -> Result<Self, FixtureError> {
        let mut schema = Self::new();
        if written.switches.country_picklists {
            super::places::offer_codes(&mut schema);
        }
        for (index, picklist) in written.picklists.iter().enumerate() {
            let place = format!("{}.{}", picklist.object, picklist.field);
            schema
                .replace_values(picklist)
                .map_err(|reason| FixtureError::at("picklists", index, &place, reason))?;
        }
        for (index, kind) in written.record_types.iter().enumerate() {
            let place = format!("{}.{}", kind.object, kind.developer_name);
            schema
                .add_record_type(index, kind)
                .map_err(|reason| FixtureError::at("recordTypes", index, &place, reason))?;
        }
        for (index, custom) in written.fields.iter().enumerate() {
            schema
                .add(custom)
                .map_err(|reason| FixtureError::at("fields", index, &custom.path(), reason))?;
        }
        Ok(schema)
    }

    fn replace_values(&mut self, picklist: &Picklist) -> Result<(), String> {
        let of = self.of(picklist.object);
        let place = of
            .position(&picklist.field)
            .filter(|place| of.fields[*place].kind == Kind::Picklist)
            .ok_or_else(|| "there is no such picklist".to_owned())?;
        let field = &of.fields[place];
        let mut values = choices(&picklist.values)?;
        let is_stage = field.name == "StageName";
        for (choice, said) in values.iter_mut().zip(&picklist.values) {
            if is_stage && let Some(stage) = said.stage() {
                choice.meaning = Meaning::Stage(stage);
            } else if choice.meaning == Meaning::Plain
                && let Some(known) = field.choice(&choice.value)
            {
                // What it meant before is not said again.
                choice.meaning = known.meaning;
            }
        }
        check_meanings(field, &values)?;
        let default = match default_of(&picklist.values)? {
            Some(value) => Value::text(value),
            None => kept_default(field, &values)?,
        };
        let field = &mut self.objects[picklist.object.index()].fields[place];
        field.picklist = values;
        field.default = default;
        Ok(())
    }

    fn add_record_type(&mut self, index: usize, kind: &RecordType) -> Result<(), String> {
        if !kind.object.is_writable() {
            return Err(format!("{} has no record types", kind.object));
        }
        let index = u32::try_from(index).map_err(|_| "there are too many".to_owned())?;
        let profile = STANDARD_PROFILES[0];
        let known = KnownType {
            id: seeded_id(Object::Setup(Setup::RecordType), index),
            name: kind.name.clone(),
            developer_name: kind.developer_name.clone(),
            active: !kind.inactive,
            available: !kind.inactive && kind.is_available_to(profile),
            default: kind.default_for.iter().any(|name| name == profile),
        };
        let schema = &mut self.objects[kind.object.index()];
        if schema.position("RecordTypeId").is_none() {
            schema.fields.push(Field {
                presence: Presence::DefaultedNillable,
                ..Field::reference("RecordTypeId", &[Object::Setup(Setup::RecordType)])
            });
            schema.index();
        }
        if known.default {
            let place = schema.known("RecordTypeId");
            schema.fields[place].default = Value::Id(known.id);
        }
        schema.record_types.push(known);
        Ok(())
    }
}

/// A status must leave the org able to close, and to convert.
fn check_meanings(field: &Field, values: &[Choice]) -> Result<(), String> {
    for (meaning, word) in [
        (Meaning::Closed, "closed"),
        (Meaning::Converted, "converted"),
    ] {
        let is = |choice: &Choice| choice.meaning == meaning && choice.active;
        if field.picklist.iter().any(is) && !values.iter().any(is) {
            return Err(format!("one value must be {word}"));
        }
        if !field.picklist.iter().any(is) && values.iter().any(is) {
            return Err(format!("no value of it can be {word}"));
        }
    }
    Ok(())
}

/// The default of before, if it is still there.
fn kept_default(field: &Field, values: &[Choice]) -> Result<Value, String> {
    let Some(before) = field.default.as_text() else {
        return Ok(Value::Null);
    };
    let is_kept = values
        .iter()
        .any(|choice| choice.value == before && choice.active);
    if is_kept {
        Ok(field.default.clone())
    } else {
        Err("one value must be the default".to_owned())
    }
}
