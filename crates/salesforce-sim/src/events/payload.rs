//! An event as a subscriber gets it: an Avro datum without any header of Avro's own.
//!
//! Every field of the schema is there. A field that an update did not change is null, like one that
//! it emptied; the header tells them apart. Fields that the subscriber may not read are null and
//! named nowhere; sharing does not matter.

use std::collections::BTreeSet;

use apache_avro::types::Value as Avro;
use apache_avro::writer::datum::GenericDatumWriter;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::row::Row;
use crate::schema::ObjectSchema;
use crate::value::Value;

use super::bitmap::{Place, bitmaps};
use super::change::{ChangeEvent, ChangeType};
use super::schema::{EventField, HEADER_FIELDS, Part, Scalar, Shape};

/// The payload of `event` for a subscriber who may not read the places that `hides` names.
pub(crate) fn payload(event: &ChangeEvent, hides: &dyn Fn(usize) -> bool) -> Vec<u8> {
    let object = event.schema.object_schema();
    let hidden: BTreeSet<Place> = event
        .schema
        .places()
        .filter(|(_, place)| hides(*place))
        .map(|(place, _)| place)
        .collect();
    let reader = Reader {
        event,
        object,
        hidden,
    };
    let mut fields = vec![("ChangeEventHeader".to_owned(), reader.header())];
    for (number, field) in event.schema.fields.iter().enumerate() {
        let value = reader.field(number + HEADER_FIELDS, field);
        fields.push((field.name.clone(), value));
    }
    GenericDatumWriter::builder(&event.schema.avro)
        .build()
        .and_then(|writer| writer.write_value_to_vec(Avro::Record(fields)))
        .expect("the value has the shape of its own schema")
}

struct Reader<'event> {
    event: &'event ChangeEvent,
    object: &'event ObjectSchema,
    hidden: BTreeSet<Place>,
}

impl Reader<'_> {
    fn header(&self) -> Avro {
        let event = self.event;
        let kind = event.kind;
        let symbol = u32::try_from(kind.index()).expect("there are ten symbols");
        let text = |text: &str| Avro::String(text.to_owned());
        let list = |items: Vec<String>| Avro::Array(items.into_iter().map(Avro::String).collect());
        let fields = [
            ("entityName", text(event.schema.object.name())),
            ("recordIds", list(event.records.clone())),
            ("changeType", Avro::Enum(symbol, kind.name().to_owned())),
            ("changeOrigin", text(&event.origin)),
            ("transactionKey", text(&event.transaction)),
            ("sequenceNumber", Avro::Int(event.sequence)),
            (
                "commitTimestamp",
                Avro::Long(event.committed_at.as_millis()),
            ),
            ("commitNumber", Avro::Long(event.commit_number)),
            ("commitUser", text(&event.user.to_string())),
            ("nulledFields", list(bitmaps(&self.nulled()))),
            ("diffFields", list(bitmaps(&self.diffs()))),
            ("changedFields", list(bitmaps(&self.changed()))),
        ];
        Avro::Record(fields.map(|(name, value)| (name.to_owned(), value)).into())
    }

    fn changed(&self) -> BTreeSet<Place> {
        &self.event.changed - &self.hidden
    }

    fn nulled(&self) -> BTreeSet<Place> {
        let Some(row) = &self.event.row else {
            return BTreeSet::new();
        };
        let changed = self.changed();
        let places = self.event.schema.places();
        places
            .filter(|(place, _)| changed.contains(place))
            .filter(|(_, at)| row.read(self.object, *at).is_null())
            .map(|(place, _)| place)
            .collect()
    }

    fn diffs(&self) -> BTreeSet<Place> {
        let diffs: BTreeSet<Place> = self.event.diffs.keys().copied().collect();
        &diffs - &self.hidden
    }

    /// The row, if the value at that place is told.
    fn told(&self, place: Place) -> Option<&Row> {
        let row = self.event.row.as_deref()?;
        let is_told = match self.event.kind {
            ChangeType::Create | ChangeType::Undelete => true,
            ChangeType::Update => self.event.changed.contains(&place),
            ChangeType::Delete
            | ChangeType::GapCreate
            | ChangeType::GapUpdate
            | ChangeType::GapDelete
            | ChangeType::GapUndelete
            | ChangeType::GapOverflow => false,
        };
        (is_told && !self.hidden.contains(&place)).then_some(row)
    }

    fn field(&self, number: usize, field: &EventField) -> Avro {
        let whole = Place {
            field: number,
            part: None,
        };
        match &field.shape {
            Shape::Scalar { place, scalar } => self.value(whole, *place, *scalar),
            Shape::Switchable { place } => self.value(whole, *place, Scalar::Text),
            Shape::Compound { parts } => self.compound(number, parts),
        }
    }

    fn compound(&self, field: usize, parts: &[Part]) -> Avro {
        let mut is_told = false;
        let parts = parts.iter().enumerate().map(|(at, part)| {
            let place = Place {
                field,
                part: Some(at),
            };
            let value = match part.place {
                Some(stored) => self.value(place, stored, part.scalar),
                None => null(),
            };
            // A record whose one changed part was emptied is there, with nothing in it.
            is_told |= self.event.changed.contains(&place) && !self.hidden.contains(&place);
            is_told |= value != null();
            (part.name.to_owned(), value)
        });
        let parts = parts.collect();
        if is_told {
            Avro::Union(1, Box::new(Avro::Record(parts)))
        } else {
            null()
        }
    }

    fn value(&self, place: Place, stored: usize, scalar: Scalar) -> Avro {
        let Some(row) = self.told(place) else {
            return null();
        };
        if let Some(diff) = self.event.diffs.get(&place) {
            return Avro::Union(1, Box::new(Avro::String(diff.clone())));
        }
        match written(&row.read(self.object, stored), scalar) {
            Some(value) => Avro::Union(1, Box::new(value)),
            None => null(),
        }
    }
}

fn null() -> Avro {
    Avro::Union(0, Box::new(Avro::Null))
}

fn written(value: &Value, scalar: Scalar) -> Option<Avro> {
    if value.is_null() {
        return None;
    }
    Some(match scalar {
        Scalar::Flag => Avro::Boolean(*value == Value::Bool(true)),
        // A whole number that the field cannot hold is kept at the bound, never wrapped.
        Scalar::Int => Avro::Int(i32::try_from(whole(value)).unwrap_or(i32::MAX)),
        Scalar::Double => Avro::Double(value.as_number().unwrap_or_default()),
        Scalar::Millis => Avro::Long(whole(value)),
        Scalar::Text => Avro::String(value.to_plain()),
    })
}

fn whole(value: &Value) -> i64 {
    match value {
        Value::Int(number) => *number,
        Value::Instant(at) => at.as_millis(),
        Value::Date(date) => midnight(*date),
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a whole number that was stored as a number"
        )]
        Value::Double(number) => *number as i64,
        Value::Null | Value::Bool(_) | Value::Text(_) | Value::Static(_) | Value::Id(_) => 0,
    }
}

/// A day as the instant at which it begins in UTC.
fn midnight(date: Date) -> i64 {
    date.to_zoned(TimeZone::UTC)
        .map(|day| day.timestamp().as_millisecond())
        .unwrap_or_default()
}
