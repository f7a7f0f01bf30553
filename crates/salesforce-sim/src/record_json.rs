//! A record as REST writes it: attributes first, then the asked fields in the asked order.

use std::fmt::Write as _;

use crate::row::Row;
use crate::schema::{Object, ObjectSchema, Source};
use crate::value::{Value, write_json_text};

/// Writes `"attributes":{…}` for a record.
pub(crate) fn write_attributes(row: &Row, version: &str, out: &mut String) {
    write_attributes_as(row.object().name(), row, version, out);
}

/// Writes `"attributes":{…}` for a record that goes by another type: what a polymorphic reference
/// points at is a `Name`, whatever it is.
pub(crate) fn write_attributes_as(kind: &str, row: &Row, version: &str, out: &mut String) {
    let (object, id) = (row.object().name(), row.id);
    write!(
        out,
        "\"attributes\":{{\"type\":\"{kind}\",\
         \"url\":\"/services/data/v{version}/sobjects/{object}/{id}\"}}"
    )
    .expect("a string takes everything");
}

/// Writes a record with the fields at `places`.
pub(crate) fn write_record(
    row: &Row,
    schema: &ObjectSchema,
    places: &[usize],
    version: &str,
    out: &mut String,
) {
    out.push('{');
    write_attributes(row, version, out);
    for place in places {
        write!(out, ",\"{}\":", schema.fields[*place].name).expect("a string takes everything");
        write_field(row, schema, *place, out);
    }
    out.push('}');
}

/// Writes the value of one field.
pub(crate) fn write_field(row: &Row, schema: &ObjectSchema, place: usize, out: &mut String) {
    if schema.fields[place].source == Source::Address {
        write_address(row, schema, &schema.fields[place].name, out);
    } else {
        row.read(schema, place).write_json(out);
    }
}

/// The parts of an address; the codes only where countries and states are picklists.
const ADDRESS_PARTS: [(&str, &str); 10] = [
    ("city", "City"),
    ("country", "Country"),
    ("countryCode", "CountryCode"),
    ("geocodeAccuracy", "GeocodeAccuracy"),
    ("latitude", "Latitude"),
    ("longitude", "Longitude"),
    ("postalCode", "PostalCode"),
    ("state", "State"),
    ("stateCode", "StateCode"),
    ("street", "Street"),
];

fn write_address(row: &Row, schema: &ObjectSchema, compound: &str, out: &mut String) {
    let prefix = compound.strip_suffix("Address").unwrap_or_default();
    let part = |name: &str| Some(row.stored(schema.position(&format!("{prefix}{name}"))?));
    let parts = ADDRESS_PARTS.into_iter();
    let parts: Vec<_> = parts
        .filter_map(|(key, name)| Some((key, part(name)?)))
        .collect();
    if parts.iter().all(|(_, value)| value.is_null()) {
        out.push_str("null");
        return;
    }
    for (at, (key, value)) in parts.into_iter().enumerate() {
        out.push(if at == 0 { '{' } else { ',' });
        write_json_text(key, out);
        out.push(':');
        value.write_json(out);
    }
    out.push('}');
}

/// The field that names a record, as lists and lookups show it.
pub(crate) fn name_of(row: &Row, schema: &ObjectSchema) -> Value {
    let naming = schema.fields.iter().position(|field| field.is_name);
    naming.map_or_else(
        || Value::Id(row.id),
        |place| row.read(schema, place).into_owned(),
    )
}

/// Whether the object's rows of that kind have a page of their own.
pub(crate) fn has_page(object: Object) -> bool {
    match object {
        Object::Account
        | Object::Case
        | Object::Contact
        | Object::Lead
        | Object::Opportunity
        | Object::Task
        | Object::User => true,
        Object::AssignmentRule
        | Object::CaseComment
        | Object::Group
        | Object::OpportunityContactRole
        | Object::Organization
        | Object::Setup(_)
        | Object::UserRole => false,
    }
}
