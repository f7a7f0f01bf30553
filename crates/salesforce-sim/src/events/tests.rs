use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;

use apache_avro::reader::datum::GenericDatumReader;
use apache_avro::types::Value as Avro;
use serde_json::{Value as Json, json};

use super::change::{ChangeEvent, ChangeType};
use super::payload::payload;
use super::schema::EventSchema;
use super::*;
use crate::id::RecordId;
use crate::row::Row;
use crate::schema::Schema;
use crate::value::Value;

fn user() -> RecordId {
    "0055e0000000010AAA".parse().unwrap()
}

fn at() -> Timestamp {
    "2026-06-10T12:00:00.000Z".parse().unwrap()
}

fn of(object: Object, kind: ChangeType, row: Option<Row>) -> ChangeEvent {
    ChangeEvent {
        schema: Arc::new(EventSchema::of(&Arc::new(Schema::new()), object)),
        kind,
        records: vec!["00Q5e0000000010EAA".to_owned()],
        origin: "".into(),
        transaction: "1-2".into(),
        sequence: 1,
        committed_at: at(),
        commit_number: 11,
        user: user(),
        changed: BTreeSet::new(),
        diffs: BTreeMap::new(),
        row: row.map(Arc::new),
    }
}

/// An event of no interest.
pub(crate) fn event() -> ChangeEvent {
    of(Object::Lead, ChangeType::GapUpdate, None)
}

fn lead(fields: &[(&str, Value)]) -> Row {
    let schema = Schema::new();
    let id = "00Q5e0000000010EAA".parse().unwrap();
    let mut row = Row::new(id, user(), at());
    for (name, value) in fields {
        row.store(schema.of(Object::Lead).known(name), value.clone());
    }
    row
}

/// What a subscriber reads, as JSON without the fields that hold nothing.
fn read(event: &ChangeEvent, hides: &[&str]) -> Json {
    let object = event.schema.object_schema();
    let hidden: Vec<usize> = hides.iter().map(|name| object.known(name)).collect();
    let bytes = payload(event, &|place| hidden.contains(&place));
    let reader = GenericDatumReader::builder(&event.schema.avro);
    let mut bytes = Cursor::new(bytes);
    let value = reader.build().unwrap().read_value(&mut bytes).unwrap();
    assert_eq!(bytes.position(), bytes.get_ref().len() as u64);
    without_nulls(&value)
}

fn without_nulls(value: &Avro) -> Json {
    match value {
        Avro::Record(fields) => fields
            .iter()
            .map(|(name, value)| (name.clone(), without_nulls(value)))
            .filter(|(_, value)| !value.is_null())
            .collect(),
        Avro::Union(_, value) => without_nulls(value),
        Avro::Array(items) => items.iter().map(without_nulls).collect(),
        Avro::Enum(_, symbol) => json!(symbol),
        Avro::String(text) => json!(text),
        Avro::Int(number) => json!(number),
        Avro::Long(number) => json!(number),
        Avro::Double(number) => json!(number),
        Avro::Boolean(flag) => json!(flag),
        Avro::Null => Json::Null,
        other => panic!("no event holds {other:?}"),
    }
}

fn changed(event: &mut ChangeEvent, names: &[&str]) {
    let object = event.schema.object_schema();
    let places: Vec<usize> = names.iter().map(|name| object.known(name)).collect();
    event.changed = event
        .schema
        .places()
        .filter(|(_, place)| places.contains(place))
        .map(|(place, _)| place)
        .collect();
}

fn field_names(object: Object) -> Vec<String> {
    let schema = EventSchema::of(&Arc::new(Schema::new()), object);
    let json: Json = serde_json::from_str(&schema.json).unwrap();
    let fields = json["fields"].as_array().unwrap();
    let name = |field: &Json| field["name"].as_str().unwrap().to_owned();
    fields.iter().map(name).collect()
}

#[test]
fn a_schema_is_the_vendors_record_around_the_objects_fields() {
    let schema = EventSchema::of(&Arc::new(Schema::new()), Object::Lead);
    let json: Json = serde_json::from_str(&schema.json).unwrap();
    assert_eq!(json["name"], "LeadChangeEvent");
    assert_eq!(json["namespace"], "com.sforce.eventbus");
    assert_eq!(json["uuid"], schema.id.as_str());
    assert_eq!(schema.id.len(), 22);
    let header = &json["fields"][0]["type"];
    let names: Vec<_> = header["fields"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| &f["name"])
        .collect();
    assert_eq!(
        names,
        [
            "entityName",
            "recordIds",
            "changeType",
            "changeOrigin",
            "transactionKey",
            "sequenceNumber",
            "commitTimestamp",
            "commitNumber",
            "commitUser",
            "nulledFields",
            "diffFields",
            "changedFields"
        ]
    );
    assert_eq!(
        header["fields"][2]["type"]["symbols"]
            .as_array()
            .unwrap()
            .len(),
        10
    );
    let created = json["fields"]
        .as_array()
        .unwrap()
        .iter()
        .find(|f| f["name"] == "CreatedDate");
    assert_eq!(
        created.unwrap(),
        &json!({
            "name": "CreatedDate", "type": ["null", "long"], "doc": "CreatedDate:DateTime",
            "default": null
        })
    );
}

#[test]
fn compounds_are_fields_and_their_parts_and_stamps_are_not() {
    let names = field_names(Object::Lead);
    assert_eq!(names[0], "ChangeEventHeader");
    for told in [
        "Name",
        "Address",
        "Email",
        "OwnerId",
        "LastModifiedDate",
        "IsConverted",
    ] {
        assert!(names.iter().any(|name| name == told), "{told}");
    }
    for absent in [
        "Id",
        "IsDeleted",
        "SystemModstamp",
        "MasterRecordId",
        "FirstName",
        "LastName",
        "Salutation",
        "Street",
        "City",
        "Latitude",
    ] {
        assert!(!names.iter().any(|name| name == absent), "{absent}");
    }
}

#[test]
fn a_record_that_comes_twice_is_written_out_once() {
    let schema = EventSchema::of(&Arc::new(Schema::new()), Object::Contact);
    let json: Json = serde_json::from_str(&schema.json).unwrap();
    let kinds: Vec<&Json> = json["fields"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|field| field["name"].as_str().unwrap().ends_with("Address"))
        .map(|field| &field["type"][1])
        .collect();
    assert_eq!(kinds[0]["name"], "Address");
    assert_eq!(kinds[0]["fields"].as_array().unwrap().len(), 11);
    assert_eq!(kinds[1], "Address");
}

#[test]
fn an_accounts_name_may_be_a_persons() {
    let schema = EventSchema::of(&Arc::new(Schema::new()), Object::Account);
    let json: Json = serde_json::from_str(&schema.json).unwrap();
    let name = json["fields"]
        .as_array()
        .unwrap()
        .iter()
        .find(|f| f["name"] == "Name")
        .unwrap();
    assert_eq!(name["type"][0], "null");
    assert_eq!(name["type"][1], "string");
    assert_eq!(name["type"][2]["name"], "Switchable_PersonName");
}

#[test]
fn every_object_that_has_events_has_a_schema_that_avro_reads() {
    let source = Arc::new(Schema::new());
    for object in Object::ALL
        .into_iter()
        .filter(|object| options::supports(*object))
    {
        let schema = EventSchema::of(&source, object);
        let mut event = of(object, ChangeType::GapCreate, None);
        event.records = vec![NO_RECORD_TEXT.to_owned()];
        assert_eq!(
            read(&event, &[])["ChangeEventHeader"]["entityName"],
            object.name()
        );
        assert_eq!(schema.id, EventSchema::of(&source, object).id);
    }
}

const NO_RECORD_TEXT: &str = "000000000000000AAA";

#[test]
fn a_new_record_is_told_with_all_that_it_holds() {
    let row = lead(&[
        ("LastName", Value::text("Lovelace")),
        ("FirstName", Value::text("Ada")),
        ("City", Value::text("London")),
        ("Latitude", Value::Double(51.5)),
        ("NumberOfEmployees", Value::Int(12)),
        ("AnnualRevenue", Value::Int(1_000)),
        ("ConvertedDate", Value::Date("1970-01-02".parse().unwrap())),
        ("OwnerId", Value::Id(user())),
    ]);
    let told = read(&of(Object::Lead, ChangeType::Create, Some(row)), &[]);
    assert_eq!(
        told["Name"],
        json!({"FirstName": "Ada", "LastName": "Lovelace"})
    );
    assert_eq!(told["Address"], json!({"City": "London", "Latitude": 51.5}));
    assert_eq!(told["NumberOfEmployees"], 12);
    assert_eq!(told["AnnualRevenue"], 1_000.0);
    assert_eq!(told["ConvertedDate"], 86_400_000);
    assert_eq!(told["OwnerId"], "0055e0000000010AAA");
    assert_eq!(told["IsConverted"], false);
    assert_eq!(told["CreatedDate"], 1_781_092_800_000_i64);
    assert_eq!(told["LastModifiedDate"], 1_781_092_800_000_i64);
    assert_eq!(told["ChangeEventHeader"]["changedFields"], json!([]));
}

#[test]
fn an_update_tells_what_changed_and_names_what_was_emptied() {
    let row = lead(&[
        ("LastName", Value::text("Lovelace")),
        ("FirstName", Value::text("Ada")),
        ("Company", Value::text("Engines")),
    ]);
    let mut event = of(Object::Lead, ChangeType::Update, Some(row));
    changed(
        &mut event,
        &["FirstName", "Salutation", "Email", "LastModifiedDate"],
    );
    let told = read(&event, &[]);
    let names = field_names(Object::Lead);
    let number = |name: &str| names.iter().position(|known| known == name).unwrap();
    let header = &told["ChangeEventHeader"];
    assert_eq!(told["Name"], json!({"FirstName": "Ada"}));
    assert_eq!(told.get("Company"), None);
    assert_eq!(told.get("Email"), None);
    let bit = |place: usize| {
        let digits = (place / 8 + 1) * 2;
        format!("0x{:0digits$X}", 1_u128 << place)
    };
    assert_eq!(
        header["nulledFields"],
        json!([bit(number("Email")), format!("{}-0x01", number("Name"))])
    );
    // Salutation and FirstName are the first two parts of the name.
    assert_eq!(
        header["changedFields"][1],
        format!("{}-0x03", number("Name"))
    );
}

#[test]
fn a_hidden_field_is_neither_told_nor_named() {
    let row = lead(&[("Email", Value::text("ada@engines.example"))]);
    let mut event = of(Object::Lead, ChangeType::Update, Some(row));
    changed(&mut event, &["Email", "LastModifiedDate"]);
    let (open, hidden) = (read(&event, &[]), read(&event, &["Email"]));
    assert_eq!(open["Email"], "ada@engines.example");
    assert_eq!(hidden.get("Email"), None);
    let named = |told: &Json| told["ChangeEventHeader"]["changedFields"].clone();
    changed(&mut event, &["LastModifiedDate"]);
    assert_eq!(named(&hidden), named(&read(&event, &[])));
    assert_ne!(named(&open), named(&hidden));
}

#[test]
fn a_deletion_and_a_gap_tell_nothing_but_the_header() {
    for (kind, name) in [
        (ChangeType::Delete, "DELETE"),
        (ChangeType::GapUndelete, "GAP_UNDELETE"),
    ] {
        let row = lead(&[("Email", Value::text("ada@engines.example"))]);
        let told = read(&of(Object::Lead, kind, Some(row)), &[]);
        assert_eq!(told.as_object().unwrap().len(), 1, "{told}");
        assert_eq!(told["ChangeEventHeader"]["changeType"], name);
    }
}

#[test]
fn a_large_text_is_told_as_its_difference() {
    let row = lead(&[("Description", Value::text("long"))]);
    let mut event = of(Object::Lead, ChangeType::Update, Some(row));
    changed(&mut event, &["Description"]);
    let place = *event.changed.first().unwrap();
    event.diffs.insert(place, "--- \n+++ hash".to_owned());
    let told = read(&event, &[]);
    assert_eq!(told["Description"], "--- \n+++ hash");
    let header = &told["ChangeEventHeader"];
    assert_eq!(header["diffFields"], header["changedFields"]);
    assert_eq!(
        read(&event, &["Description"])["ChangeEventHeader"]["diffFields"],
        json!([])
    );
}

#[test]
fn names_have_the_form_of_a_uuid_and_differ() {
    let name = uuid(1, "event", 7);
    let lengths: Vec<usize> = name.split('-').map(str::len).collect();
    assert_eq!(lengths, [8, 4, 4, 4, 12]);
    assert_ne!(name, uuid(1, "event", 8));
    assert_ne!(name, uuid(2, "event", 7));
    assert_ne!(name, uuid(1, "call", 7));
}
