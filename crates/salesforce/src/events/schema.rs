//! The Avro schema of an event, and the reading of a payload with it.

use apache_avro::Schema;
use apache_avro::reader::datum::GenericDatumReader;
use apache_avro::schema::{NamesRef, ResolvedSchema};
use apache_avro::types::Value;
use apache_avro::util::max_allocation_bytes;
use model::Timestamp;
use model::sf::AnyId;

use super::bitmap;
use super::change::{Change, ChangeKind, Signal};

/// The id in the place of the records of a transaction that is too large.
const OVERFLOW_ID: &str = "000000000000000AAA";

/// A length in a payload beyond this is damage: an event has 1 MB at most.
const VALUE_BYTES_MAX: usize = 4 * 1024 * 1024;

/// A schema that events were written with.
#[derive(Debug)]
pub(super) struct EventSchema {
    schema: Schema,
    fields: Vec<FieldNames>,
}

/// A field of the event, with the fields of the record that is its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FieldNames {
    pub(super) name: String,
    pub(super) children: Vec<String>,
}

impl EventSchema {
    /// Reads what `GetSchema` returned.
    pub(super) fn parse(json: &str) -> Result<Self, String> {
        max_allocation_bytes(VALUE_BYTES_MAX);
        let schema = Schema::parse_str(json).map_err(|error| error.to_string())?;
        let resolved = ResolvedSchema::try_from(&schema).map_err(|error| error.to_string())?;
        let names = resolved.get_names();
        let Schema::Record(record) = &schema else {
            return Err("it is no record".to_owned());
        };
        let fields = record
            .fields
            .iter()
            .map(|field| FieldNames {
                name: field.name.clone(),
                children: nested_fields(&field.schema, names),
            })
            .collect();
        Ok(Self { schema, fields })
    }

    /// What an event says. The payload has to fit the schema to its last byte: one that was
    /// written with another schema must not pass for a change of other records.
    pub(super) fn read(&self, event_id: &str, payload: &[u8]) -> Result<Signal, String> {
        let mut rest = payload;
        let value = GenericDatumReader::builder(&self.schema)
            .build()
            .and_then(|reader| reader.read_value(&mut rest))
            .map_err(|error| format!("the payload does not fit its schema ({error})"))?;
        if !rest.is_empty() {
            let left = rest.len();
            return Err(format!(
                "the payload does not fit its schema ({left} bytes are left over)"
            ));
        }
        let Value::Record(fields) = value else {
            return Err("the payload is no record".to_owned());
        };
        let header = fields
            .into_iter()
            .find(|(name, _)| name == "ChangeEventHeader");
        let Some((_, Value::Record(header))) = header else {
            return Err("the event has no ChangeEventHeader".to_owned());
        };
        self.signal(event_id, &Header(header))
    }

    fn signal(&self, event_id: &str, header: &Header) -> Result<Signal, String> {
        let entity = header.text("entityName")?;
        let committed_at = Timestamp::from_millis(header.long("commitTimestamp")?);
        let (kind, is_gap) = match header.text("changeType")?.as_str() {
            "CREATE" => (ChangeKind::Created, false),
            "UPDATE" => (ChangeKind::Updated, false),
            "DELETE" => (ChangeKind::Deleted, false),
            "UNDELETE" => (ChangeKind::Undeleted, false),
            "GAP_CREATE" => (ChangeKind::Created, true),
            "GAP_UPDATE" => (ChangeKind::Updated, true),
            "GAP_DELETE" => (ChangeKind::Deleted, true),
            "GAP_UNDELETE" => (ChangeKind::Undeleted, true),
            "GAP_OVERFLOW" => {
                return Ok(Signal::Whole {
                    entity,
                    committed_at,
                });
            }
            other => return Err(format!("{other:?} is no known type of change")),
        };
        let ids = header.texts("recordIds")?;
        // `001*` stands for every record of the object.
        if ids.iter().any(|id| id == OVERFLOW_ID || id.ends_with('*')) {
            return Ok(Signal::Whole {
                entity,
                committed_at,
            });
        }
        let records = ids.iter().map(|id| id.parse::<AnyId>());
        let records = records.collect::<Result<Vec<_>, _>>();
        let records = records.map_err(|error| error.to_string())?;
        if records.is_empty() {
            return Err("the event names no record".to_owned());
        }
        let origin = header.optional_text("changeOrigin")?;
        let (api, client) = split_origin(&origin);
        let fields = |name| bitmap::names(&header.optional_texts(name)?, &self.fields);
        let change = Change {
            event_id: event_id.to_owned(),
            entity,
            records,
            kind,
            api,
            client,
            transaction: header.text("transactionKey")?,
            sequence: header.int("sequenceNumber")?,
            committed_at,
            user: header.optional_text("commitUser")?,
            changed: fields("changedFields")?,
            nulled: fields("nulledFields")?,
        };
        Ok(if is_gap {
            Signal::Gap(change)
        } else {
            Signal::Changed(change)
        })
    }
}

/// `com/salesforce/api/rest/67.0;client=MyConnector`.
fn split_origin(origin: &str) -> (String, Option<String>) {
    let mut parts = origin.split(';');
    let api = parts.next().unwrap_or_default().to_owned();
    let client = parts.find_map(|part| part.trim().strip_prefix("client="));
    (
        api,
        client.filter(|name| !name.is_empty()).map(str::to_owned),
    )
}

/// The names of the fields of the record that a field holds, be it behind a union or a name that
/// was defined before.
fn nested_fields(schema: &Schema, names: &NamesRef<'_>) -> Vec<String> {
    match schema {
        Schema::Record(record) => record.fields.iter().map(|f| f.name.clone()).collect(),
        Schema::Ref { name } => names
            .get(name)
            .map(|schema| nested_fields(schema, names))
            .unwrap_or_default(),
        Schema::Union(union) => union
            .variants()
            .iter()
            .map(|variant| nested_fields(variant, names))
            .find(|fields| !fields.is_empty())
            .unwrap_or_default(),
        _ => Vec::new(),
    }
}

/// The fields of a `ChangeEventHeader`, which may be nullable each.
struct Header(Vec<(String, Value)>);

impl Header {
    fn value(&self, name: &str) -> Result<&Value, String> {
        let found = self.0.iter().find(|(field, _)| field == name);
        match found {
            Some((_, Value::Union(_, value))) => Ok(value),
            Some((_, value)) => Ok(value),
            None => Err(format!("the header has no {name}")),
        }
    }

    fn text(&self, name: &str) -> Result<String, String> {
        match self.value(name)? {
            Value::String(text) | Value::Enum(_, text) => Ok(text.clone()),
            _ => Err(format!("{name} of the header is no text")),
        }
    }

    /// The text, empty if the header has none.
    fn optional_text(&self, name: &str) -> Result<String, String> {
        match self.value(name) {
            Err(_) | Ok(Value::Null) => Ok(String::new()),
            Ok(_) => self.text(name),
        }
    }

    /// The texts, none if the header has no such list.
    fn optional_texts(&self, name: &str) -> Result<Vec<String>, String> {
        match self.value(name) {
            Err(_) | Ok(Value::Null) => Ok(Vec::new()),
            Ok(_) => self.texts(name),
        }
    }

    fn long(&self, name: &str) -> Result<i64, String> {
        match self.value(name)? {
            Value::Long(number) | Value::TimestampMillis(number) => Ok(*number),
            Value::Int(number) => Ok(i64::from(*number)),
            _ => Err(format!("{name} of the header is no number")),
        }
    }

    fn int(&self, name: &str) -> Result<i32, String> {
        let number = self.long(name)?;
        i32::try_from(number).map_err(|_| format!("{name} of the header is out of range"))
    }

    fn texts(&self, name: &str) -> Result<Vec<String>, String> {
        let misread = || format!("{name} of the header is no list of texts");
        let Value::Array(values) = self.value(name)? else {
            return Err(misread());
        };
        values
            .iter()
            .map(|value| match value {
                Value::String(text) => Ok(text.clone()),
                _ => Err(misread()),
            })
            .collect()
    }
}
