//! The Avro schema of an object's change events, and how the fields of the event follow from the
//! fields of the object.
//!
//! A compound name or address is one field with a record in it, its parts are no fields of their
//! own. `Id` (the header has it), `IsDeleted`, `SystemModstamp` and `MasterRecordId` are absent.
//! The id of a schema follows from its text, so it changes when fields change, and events captured
//! before keep the schema that they were captured with.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use apache_avro::Schema as AvroSchema;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use xxhash_rust::xxh3::xxh3_128;

use crate::schema::{Field, Kind, Object, ObjectSchema, Schema, Source};
use crate::value::write_json_text;

use super::bitmap::Place;
use super::change::ChangeType;

/// The number of the field that holds the header; the object's fields follow.
pub(crate) const HEADER_FIELDS: usize = 1;

/// The parts of an address, in the order of the record, and which of them are numbers.
const ADDRESS_PARTS: [(&str, Scalar); 11] = [
    ("Street", Scalar::Text),
    ("City", Scalar::Text),
    ("State", Scalar::Text),
    ("PostalCode", Scalar::Text),
    ("Country", Scalar::Text),
    ("StateCode", Scalar::Text),
    ("CountryCode", Scalar::Text),
    ("Latitude", Scalar::Double),
    ("Longitude", Scalar::Double),
    ("Xyz", Scalar::Text),
    ("GeocodeAccuracy", Scalar::Text),
];

/// The parts of a person's name, in the order of the record. An object has those it has.
const NAME_PARTS: [&str; 5] = [
    "Salutation",
    "FirstName",
    "LastName",
    "MiddleName",
    "Suffix",
];

/// The parts of a name that may be a person's or a company's.
const SWITCHABLE_PARTS: [&str; 3] = ["Salutation", "FirstName", "LastName"];

/// How a value is written in Avro.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scalar {
    Flag,
    Int,
    Double,
    /// Dates and instants, in milliseconds since 1970.
    Millis,
    Text,
}

/// A part of a compound: under which name, and where the object keeps it, if it does.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    pub(crate) name: &'static str,
    pub(crate) scalar: Scalar,
    pub(crate) place: Option<usize>,
}

/// What a field of an event holds.
#[derive(Debug, Clone)]
pub(crate) enum Shape {
    /// One value, at this place of the object.
    Scalar { place: usize, scalar: Scalar },
    /// A record of parts.
    Compound { parts: Vec<Part> },
    /// An account's name: a text here, or the record of a person.
    Switchable { place: usize },
}

/// A field of an event.
#[derive(Debug, Clone)]
pub(crate) struct EventField {
    pub(crate) name: String,
    pub(crate) shape: Shape,
}

/// The schema of an object's change events.
#[derive(Debug)]
pub(crate) struct EventSchema {
    pub(crate) object: Object,
    pub(crate) id: String,
    pub(crate) json: String,
    pub(crate) avro: AvroSchema,
    /// The fields behind the header: field number 1 and up.
    pub(crate) fields: Vec<EventField>,
    /// What the places refer to.
    source: Arc<Schema>,
}

impl EventSchema {
    /// The schema of events of `object` as its fields are now.
    pub(crate) fn of(source: &Arc<Schema>, object: Object) -> Self {
        let fields = event_fields(source.of(object));
        let body = written(source.of(object), &fields);
        let id = URL_SAFE_NO_PAD.encode(xxh3_128(body.as_bytes()).to_be_bytes());
        let json = format!("{body},\"uuid\":\"{id}\"}}");
        let avro = AvroSchema::parse_str(&json).expect("what is written here is Avro");
        Self {
            object,
            id,
            json,
            avro,
            fields,
            source: Arc::clone(source),
        }
    }

    pub(crate) fn object_schema(&self) -> &ObjectSchema {
        self.source.of(self.object)
    }

    /// Every value that can change by itself: where it stands in the event, and in the object.
    pub(crate) fn places(&self) -> impl Iterator<Item = (Place, usize)> {
        self.fields.iter().enumerate().flat_map(|(number, field)| {
            let field_number = number + HEADER_FIELDS;
            let (whole, parts) = match &field.shape {
                Shape::Scalar { place, .. } | Shape::Switchable { place } => {
                    (Some(*place), &[][..])
                }
                Shape::Compound { parts } => (None, parts.as_slice()),
            };
            let whole = whole.map(|place| (None, place));
            let parts = parts.iter().enumerate();
            let parts = parts.filter_map(|(at, part)| Some((Some(at), part.place?)));
            whole.into_iter().chain(parts).map(move |(part, place)| {
                let place_in_event = Place {
                    field: field_number,
                    part,
                };
                (place_in_event, place)
            })
        })
    }

    /// The name of a field, as the log shows it: `Name.FirstName`.
    pub(crate) fn name_of(&self, place: Place) -> String {
        let Some(field) = self.fields.get(place.field.wrapping_sub(HEADER_FIELDS)) else {
            return "ChangeEventHeader".to_owned();
        };
        match (&field.shape, place.part) {
            (Shape::Compound { parts }, Some(part)) => {
                format!("{}.{}", field.name, parts[part].name)
            }
            (Shape::Compound { .. }, None)
            | (Shape::Scalar { .. } | Shape::Switchable { .. }, _) => field.name.clone(),
        }
    }
}

/// The schemas that events were captured with, and that subscribers may ask for.
#[derive(Debug, Default)]
pub(crate) struct Schemas {
    by_id: BTreeMap<String, Arc<EventSchema>>,
    current: BTreeMap<Object, Arc<EventSchema>>,
}

impl Schemas {
    /// The schema of an object's events by its present fields.
    pub(crate) fn current(&mut self, source: &Arc<Schema>, object: Object) -> Arc<EventSchema> {
        if let Some(known) = self.current.get(&object)
            && Arc::ptr_eq(&known.source, source)
        {
            return Arc::clone(known);
        }
        let schema = Arc::new(EventSchema::of(source, object));
        self.by_id.insert(schema.id.clone(), Arc::clone(&schema));
        self.current.insert(object, Arc::clone(&schema));
        schema
    }

    pub(crate) fn with_id(&self, id: &str) -> Option<&Arc<EventSchema>> {
        self.by_id.get(id)
    }
}

/// The fields of an event, in the order of the object's.
fn event_fields(schema: &ObjectSchema) -> Vec<EventField> {
    let is_person = schema.position("LastName").is_some()
        && schema.fields.iter().any(|f| f.source == Source::FullName);
    let compounds: Vec<&str> = schema
        .fields
        .iter()
        .filter(|field| field.kind == Kind::Address)
        .filter_map(|field| field.name.strip_suffix("Address"))
        .collect();
    let is_part = |name: &str| {
        let of_name = is_person && NAME_PARTS.contains(&name);
        let of_address = compounds.iter().any(|prefix| {
            let part = name.strip_prefix(prefix).unwrap_or_default();
            ADDRESS_PARTS.iter().any(|(known, _)| *known == part)
        });
        of_name || of_address
    };
    let told = schema.fields.iter().enumerate();
    told.filter(|(_, field)| !is_part(&field.name))
        .filter_map(|(place, field)| {
            Some(EventField {
                name: field.name.clone(),
                shape: shape_of(schema, place, field)?,
            })
        })
        .collect()
}

fn shape_of(schema: &ObjectSchema, place: usize, field: &Field) -> Option<Shape> {
    let part = |name: &'static str, place: Option<usize>, scalar| Part {
        name,
        scalar,
        place,
    };
    match field.source {
        Source::Id | Source::IsDeleted | Source::SystemModstamp => None,
        Source::FullName => {
            let parts = NAME_PARTS.iter().filter_map(|name| {
                let place = schema.position(name)?;
                Some(part(name, Some(place), Scalar::Text))
            });
            Some(Shape::Compound {
                parts: parts.collect(),
            })
        }
        Source::Address => {
            let prefix = field.name.strip_suffix("Address").unwrap_or_default();
            let parts = ADDRESS_PARTS.iter().map(|(name, scalar)| {
                part(name, schema.position(&format!("{prefix}{name}")), *scalar)
            });
            Some(Shape::Compound {
                parts: parts.collect(),
            })
        }
        Source::Stored if field.name == "MasterRecordId" => None,
        Source::Stored if schema.object == Object::Account && field.name == "Name" => {
            Some(Shape::Switchable { place })
        }
        Source::Stored
        | Source::CreatedDate
        | Source::CreatedById
        | Source::LastModifiedDate
        | Source::LastModifiedById
        | Source::IsClosed
        | Source::IsWon
        | Source::IsHighPriority
        | Source::IsEmailBounced
        | Source::ExpectedRevenue
        | Source::ForecastCategory
        | Source::Fiscal
        | Source::FiscalQuarter
        | Source::FiscalYear => Some(Shape::Scalar {
            place,
            scalar: scalar_of(field.kind),
        }),
    }
}

fn scalar_of(kind: Kind) -> Scalar {
    match kind {
        Kind::Bool => Scalar::Flag,
        Kind::Int => Scalar::Int,
        Kind::Double | Kind::Currency | Kind::Percent => Scalar::Double,
        Kind::Date | Kind::Instant => Scalar::Millis,
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
        | Kind::Address => Scalar::Text,
    }
}

/// The schema without its id and its last brace.
fn written(schema: &ObjectSchema, fields: &[EventField]) -> String {
    let object = schema.object.name();
    let mut out = format!(
        "{{\"type\":\"record\",\"name\":\"{object}ChangeEvent\",\
         \"namespace\":\"com.sforce.eventbus\",\"fields\":["
    );
    write_header(&mut out);
    // A record is written out where it comes first; later its name stands for it.
    let mut is_known = false;
    for field in fields {
        let (avro, doc) = match &field.shape {
            Shape::Scalar { place, scalar } => (
                quoted(avro_name(*scalar)),
                doc_type(schema.fields[*place].kind),
            ),
            Shape::Switchable { .. } => {
                let parts = SWITCHABLE_PARTS.map(|name| (name, Scalar::Text));
                let record = record("Switchable_PersonName", &parts);
                (format!("\"string\",{record}"), "Switchable_PersonName")
            }
            Shape::Compound { parts } if parts.len() == ADDRESS_PARTS.len() => {
                let first = !std::mem::replace(&mut is_known, true);
                let written = if first {
                    record("Address", &ADDRESS_PARTS)
                } else {
                    quoted("Address")
                };
                (written, "Address")
            }
            Shape::Compound { parts } => {
                let parts: Vec<_> = parts.iter().map(|part| (part.name, part.scalar)).collect();
                (record("PersonName", &parts), "PersonName")
            }
        };
        out.push_str(",{\"name\":");
        write_json_text(&field.name, &mut out);
        write!(out, ",\"type\":[\"null\",{avro}],\"doc\":").expect("a string takes everything");
        write_json_text(&format!("{}:{doc}", field.name), &mut out);
        out.push_str(",\"default\":null}");
    }
    out.push(']');
    out
}

fn write_header(out: &mut String) {
    out.push_str(
        "{\"name\":\"ChangeEventHeader\",\"type\":{\"type\":\"record\",\
         \"name\":\"ChangeEventHeader\",\"fields\":[\
         {\"name\":\"entityName\",\"type\":\"string\"},\
         {\"name\":\"recordIds\",\"type\":{\"type\":\"array\",\"items\":\"string\"}},\
         {\"name\":\"changeType\",\"type\":{\"type\":\"enum\",\"name\":\"ChangeType\",\"symbols\":[",
    );
    out.push_str(&ChangeType::SYMBOLS.map(quoted).join(","));
    out.push_str("]}}");
    for (name, avro) in [
        ("changeOrigin", "string"),
        ("transactionKey", "string"),
        ("sequenceNumber", "int"),
        ("commitTimestamp", "long"),
        ("commitNumber", "long"),
        ("commitUser", "string"),
    ] {
        write!(out, ",{{\"name\":\"{name}\",\"type\":\"{avro}\"}}")
            .expect("a string takes everything");
    }
    for name in ["nulledFields", "diffFields", "changedFields"] {
        write!(
            out,
            ",{{\"name\":\"{name}\",\"type\":{{\"type\":\"array\",\"items\":\"string\"}}}}"
        )
        .expect("a string takes everything");
    }
    out.push_str("]},\"doc\":\"ChangeEventHeader\"}");
}

fn record(name: &str, parts: &[(&str, Scalar)]) -> String {
    let fields: Vec<String> = parts
        .iter()
        .map(|(name, scalar)| {
            let avro = avro_name(*scalar);
            format!("{{\"name\":\"{name}\",\"type\":[\"null\",\"{avro}\"],\"default\":null}}")
        })
        .collect();
    format!(
        "{{\"type\":\"record\",\"name\":\"{name}\",\"fields\":[{}]}}",
        fields.join(",")
    )
}

fn quoted(text: &str) -> String {
    format!("\"{text}\"")
}

fn avro_name(scalar: Scalar) -> &'static str {
    match scalar {
        Scalar::Flag => "boolean",
        Scalar::Int => "int",
        Scalar::Double => "double",
        Scalar::Millis => "long",
        Scalar::Text => "string",
    }
}

/// What the `doc` of a field says behind its name: the platform's own names of types. Only those of
/// the audit fields were seen; the others are UNVERIFIED, and no client reads them.
fn doc_type(kind: Kind) -> &'static str {
    match kind {
        Kind::Id | Kind::Reference => "EntityId",
        Kind::Text | Kind::Combobox => "Text",
        Kind::TextArea => "MultiLineText",
        Kind::Phone => "Phone",
        Kind::Email => "Email",
        Kind::Url => "Url",
        Kind::Picklist => "DynamicEnum",
        Kind::MultiPicklist => "MultiEnum",
        Kind::Bool => "Boolean",
        Kind::Int | Kind::Double => "Double",
        Kind::Currency => "Currency",
        Kind::Percent => "Percent",
        Kind::Date => "DateOnly",
        Kind::Instant => "DateTime",
        Kind::Address => "Address",
    }
}
