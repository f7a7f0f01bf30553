//! Change events of leads as the bus carries them, and subscriptions to a scripted bus of them.

use apache_avro::types::Value;
use salesforce::events::{Budget, ReplayId, StartFrom, Subscription, Topic};

use crate::pub_sub::{Event, Server, Step};
use crate::world::World;

pub(crate) const ORG: &str = "00D5e000000AbCdEAK";
pub(crate) const LEAD: &str = "00Q5e000001ABcDEAW";

/// The schema of a small object: a header as Salesforce writes it, and a name, a phone, a title.
pub(crate) const SCHEMA: &str = r#"{"type":"record","name":"LeadChangeEvent","namespace":"com.sforce.eventbus",
"fields":[
 {"name":"ChangeEventHeader","type":{"type":"record","name":"ChangeEventHeader","fields":[
  {"name":"entityName","type":"string"},
  {"name":"recordIds","type":{"type":"array","items":"string"}},
  {"name":"changeType","type":{"type":"enum","name":"ChangeType","symbols":["CREATE","UPDATE",
   "DELETE","UNDELETE","GAP_CREATE","GAP_UPDATE","GAP_DELETE","GAP_UNDELETE","GAP_OVERFLOW","SNAPSHOT"]}},
  {"name":"changeOrigin","type":"string"},
  {"name":"transactionKey","type":"string"},
  {"name":"sequenceNumber","type":"int"},
  {"name":"commitTimestamp","type":"long"},
  {"name":"commitNumber","type":"long"},
  {"name":"commitUser","type":"string"},
  {"name":"nulledFields","type":{"type":"array","items":"string"}},
  {"name":"diffFields","type":{"type":"array","items":"string"}},
  {"name":"changedFields","type":{"type":"array","items":"string"}}]}},
 {"name":"Name","type":["null",{"type":"record","name":"Switchable_PersonName","fields":[
  {"name":"FirstName","type":["null","string"],"default":null},
  {"name":"LastName","type":["null","string"],"default":null}]}],"default":null},
 {"name":"Phone","type":["null","string"],"doc":"Data:Phone","default":null},
 {"name":"Title","type":["null","string"],"default":null},
 {"name":"OtherName","type":["null","Switchable_PersonName"],"default":null}],
"uuid":"lead-1"}"#;

/// What the header of an event says.
pub(crate) struct Told<'a> {
    pub(crate) kind: &'a str,
    pub(crate) ids: &'a [&'a str],
    pub(crate) changed: &'a [&'a str],
    pub(crate) nulled: &'a [&'a str],
}

fn texts(texts: &[&str]) -> Value {
    Value::Array(
        texts
            .iter()
            .map(|text| Value::String((*text).to_owned()))
            .collect(),
    )
}

pub(crate) fn payload(told: &Told<'_>) -> Vec<u8> {
    let schema = apache_avro::Schema::parse_str(SCHEMA).unwrap();
    let kinds = [
        "CREATE",
        "UPDATE",
        "DELETE",
        "UNDELETE",
        "GAP_CREATE",
        "GAP_UPDATE",
        "GAP_DELETE",
        "GAP_UNDELETE",
        "GAP_OVERFLOW",
        "SNAPSHOT",
    ];
    let kind = kinds.iter().position(|kind| *kind == told.kind).unwrap();
    let text = |text: &str| Value::String(text.to_owned());
    let header = Value::Record(
        [
            ("entityName", text("Lead")),
            ("recordIds", texts(told.ids)),
            (
                "changeType",
                Value::Enum(u32::try_from(kind).unwrap(), told.kind.to_owned()),
            ),
            (
                "changeOrigin",
                text("com/salesforce/api/rest/67.0;client=Importer"),
            ),
            ("transactionKey", text("0002-abc")),
            ("sequenceNumber", Value::Int(1)),
            ("commitTimestamp", Value::Long(1_767_323_045_000)),
            ("commitNumber", Value::Long(77)),
            ("commitUser", text("0055e000001XyZaAAK")),
            ("nulledFields", texts(told.nulled)),
            ("diffFields", texts(&[])),
            ("changedFields", texts(told.changed)),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .to_vec(),
    );
    let null = || Value::Union(0, Box::new(Value::Null));
    let event = Value::Record(vec![
        ("ChangeEventHeader".to_owned(), header),
        ("Name".to_owned(), null()),
        (
            "Phone".to_owned(),
            Value::Union(1, Box::new(text("+353 1"))),
        ),
        ("Title".to_owned(), null()),
        ("OtherName".to_owned(), null()),
    ]);
    apache_avro::writer::datum::GenericDatumWriter::builder(&schema)
        .build()
        .unwrap()
        .write_value_to_vec(event)
        .unwrap()
}

pub(crate) fn update(at: u8) -> Event {
    Event {
        at,
        schema: "lead-1",
        payload: payload(&Told {
            kind: "UPDATE",
            ids: &[LEAD],
            changed: &["0x04"],
            nulled: &[],
        }),
    }
}

pub(crate) fn subscription(server: &Server, from: StartFrom) -> Subscription {
    subscription_within(server, from, 25_000)
}

pub(crate) fn subscription_within(server: &Server, from: StartFrom, per_day: u32) -> Subscription {
    Subscription::new(
        server.pub_sub(),
        World::answering([]).client(),
        ORG.parse().unwrap(),
        Topic::all_changes(),
        from,
        Budget::of(per_day),
    )
}

pub(crate) fn playing(streams: impl IntoIterator<Item = Vec<Step>>) -> Server {
    Server::playing(streams).with_schema("lead-1", "lead-1", SCHEMA)
}

pub(crate) fn place(at: u8) -> ReplayId {
    ReplayId::from_bytes([at])
}

pub(crate) fn after(at: u8) -> StartFrom {
    StartFrom::After(place(at))
}

pub(crate) async fn position(subscription: &mut Subscription) -> ReplayId {
    subscription.next().await.unwrap().position.unwrap()
}
