//! Listening to change events: what is told, what is asked for, and that a loss is never silent.

use std::time::Duration;

use apache_avro::types::Value;
use model::Timestamp;
use salesforce::SalesforceError;
use salesforce::events::{
    Budget, Change, ChangeKind, Delivery, ReplayId, Signal, StartFrom, Subscription, Topic,
};
use tokio::time::timeout;

use crate::pub_sub::{Event, Fetch, Server, Step};
use crate::world::World;

const ORG: &str = "00D5e000000AbCdEAK";
const LEAD: &str = "00Q5e000001ABcDEAW";

/// The schema of a small object: a header as Salesforce writes it, and a name, a phone, a title.
const SCHEMA: &str = r#"{"type":"record","name":"LeadChangeEvent","namespace":"com.sforce.eventbus",
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

struct Told<'a> {
    kind: &'a str,
    ids: &'a [&'a str],
    changed: &'a [&'a str],
    nulled: &'a [&'a str],
}

fn texts(texts: &[&str]) -> Value {
    Value::Array(
        texts
            .iter()
            .map(|text| Value::String((*text).to_owned()))
            .collect(),
    )
}

fn payload(told: &Told<'_>) -> Vec<u8> {
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

fn update(at: u8) -> Event {
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

fn subscription(server: &Server, from: StartFrom) -> Subscription {
    subscription_within(server, from, 25_000)
}

fn subscription_within(server: &Server, from: StartFrom, per_day: u32) -> Subscription {
    Subscription::new(
        server.pub_sub(),
        World::answering([]).client(),
        ORG.parse().unwrap(),
        Topic::all_changes(),
        from,
        Budget::of(per_day),
    )
}

fn playing(streams: impl IntoIterator<Item = Vec<Step>>) -> Server {
    Server::playing(streams).with_schema("lead-1", "lead-1", SCHEMA)
}

fn place(at: u8) -> ReplayId {
    ReplayId::from_bytes([at])
}

fn after(at: u8) -> StartFrom {
    StartFrom::After(place(at))
}

async fn position(subscription: &mut Subscription) -> ReplayId {
    subscription.next().await.unwrap().position.unwrap()
}

async fn signal(event: Event) -> Signal {
    let server = playing([vec![Step::Events(vec![event], 99), Step::Hang]]);
    let mut subscription = subscription(&server, StartFrom::Now);
    subscription.next().await.unwrap().signal
}

async fn signal_of(told: &Told<'_>) -> Signal {
    signal(Event {
        at: 1,
        schema: "lead-1",
        payload: payload(told),
    })
    .await
}

#[tokio::test(start_paused = true)]
async fn an_update_is_told_with_its_fields_and_where_to_go_on() {
    let event = Event {
        at: 7,
        schema: "lead-1",
        payload: payload(&Told {
            kind: "UPDATE",
            ids: &[LEAD],
            changed: &["0x0C", "1-0x2", "4-0x1"],
            nulled: &["0x08"],
        }),
    };
    let server = playing([vec![Step::Events(vec![event], 99), Step::Hang]]);
    let mut subscription = subscription(&server, StartFrom::Now);
    let told = subscription.next().await.unwrap();
    assert_eq!(
        told,
        Delivery {
            signal: Signal::Changed(Change {
                event_id: "event-7".to_owned(),
                entity: "Lead".to_owned(),
                records: vec![LEAD.parse().unwrap()],
                kind: ChangeKind::Updated,
                api: "com/salesforce/api/rest/67.0".to_owned(),
                client: Some("Importer".to_owned()),
                transaction: "0002-abc".to_owned(),
                sequence: 1,
                committed_at: Timestamp::from_millis(1_767_323_045_000),
                user: "0055e000001XyZaAAK".to_owned(),
                changed: ["Phone", "Title", "Name.LastName", "OtherName.FirstName"]
                    .map(str::to_owned)
                    .to_vec(),
                nulled: vec!["Title".to_owned()],
            }),
            position: Some(place(7)),
        }
    );
    let opened = server.opened();
    assert_eq!(opened[0].token, "first");
    assert_eq!(opened[0].instance, "https://acme.my.salesforce.com");
    assert_eq!(opened[0].tenant, ORG);
    assert_eq!(
        opened[0].fetches,
        [Fetch {
            topic: "/data/ChangeEvents".to_owned(),
            preset: 0,
            replay_id: vec![],
            wanted: 100,
        }]
    );
}

#[tokio::test(start_paused = true)]
async fn gaps_are_told_as_what_has_to_be_read() {
    let gap = |kind| Told {
        kind,
        ids: &[LEAD],
        changed: &[],
        nulled: &[],
    };
    for (kind, expected) in [
        ("GAP_CREATE", ChangeKind::Created),
        ("GAP_UPDATE", ChangeKind::Updated),
        ("GAP_DELETE", ChangeKind::Deleted),
        ("GAP_UNDELETE", ChangeKind::Undeleted),
    ] {
        let Signal::Gap(change) = signal_of(&gap(kind)).await else {
            panic!("{kind} is no gap");
        };
        assert_eq!(change.kind, expected);
        assert_eq!(change.records, [LEAD.parse().unwrap()]);
    }
    for (kind, ids) in [
        ("GAP_OVERFLOW", ["000000000000000AAA"]),
        ("UPDATE", ["000000000000000AAA"]),
        ("UPDATE", ["00Q*"]),
    ] {
        let told = Told {
            kind,
            ids: &ids,
            changed: &[],
            nulled: &[],
        };
        assert_eq!(
            signal_of(&told).await,
            Signal::Whole {
                entity: "Lead".to_owned(),
                committed_at: Timestamp::from_millis(1_767_323_045_000),
            },
            "{kind} {ids:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn an_event_that_cannot_be_read_is_told_and_passed_by() {
    let cut_off = Event {
        payload: update(1).payload[..40].to_vec(),
        ..update(1)
    };
    let too_long = Event {
        payload: [update(2).payload, vec![0, 0]].concat(),
        ..update(2)
    };
    let unknown_schema = Event {
        schema: "gone",
        ..update(3)
    };
    let other_schema = Event {
        schema: "swapped",
        ..update(4)
    };
    let no_schema = Event {
        schema: "nonsense",
        ..update(5)
    };
    let events = vec![
        cut_off,
        too_long,
        unknown_schema,
        other_schema,
        no_schema,
        update(6),
    ];
    let server = playing([vec![Step::Events(events, 94), Step::Hang]])
        .with_schema("swapped", "lead-1", SCHEMA)
        .with_schema("nonsense", "nonsense", "<html>");
    let mut subscription = subscription(&server, StartFrom::Now);
    let mut whys = Vec::new();
    for at in 1..=5 {
        let told = subscription.next().await.unwrap();
        assert_eq!(told.position, Some(place(at)));
        let Signal::Unreadable { why } = told.signal else {
            panic!("event {at} was read");
        };
        whys.push(why);
    }
    assert!(
        whys[0].starts_with("the payload does not fit its schema ("),
        "{}",
        whys[0]
    );
    assert_eq!(
        whys[1..4],
        [
            "the payload does not fit its schema (2 bytes are left over)",
            "its schema \"gone\" is refused: Salesforce does not understand the request \
             (sfdc.platform.eventbus.grpc.schema.not.found)",
            "instead of its schema \"swapped\" came \"lead-1\"",
        ]
    );
    assert!(
        whys[4].starts_with("its schema \"nonsense\" cannot be read: "),
        "{}",
        whys[4]
    );
    assert_eq!(position(&mut subscription).await, place(6));
}

#[tokio::test(start_paused = true)]
async fn a_schema_is_asked_for_once() {
    let events = vec![update(1), update(2), update(3)];
    let server = playing([vec![Step::Events(events, 97), Step::Hang]]);
    let mut subscription = subscription(&server, StartFrom::Now);
    for at in 1..=3 {
        assert_eq!(position(&mut subscription).await, place(at));
    }
    assert_eq!(server.schemas_asked(), ["lead-1"]);
}

#[tokio::test(start_paused = true)]
async fn more_is_asked_for_only_when_everything_was_taken() {
    let server = playing([vec![
        Step::Events(vec![update(1), update(2)], 0),
        Step::Events(vec![update(3)], 99),
        Step::Hang,
    ]]);
    let mut subscription = subscription(&server, StartFrom::Now);
    position(&mut subscription).await;
    position(&mut subscription).await;
    assert_eq!(server.opened()[0].fetches.len(), 1);
    assert_eq!(position(&mut subscription).await, place(3));
    let wanted: Vec<_> = server.opened()[0]
        .fetches
        .iter()
        .map(|f| f.wanted)
        .collect();
    assert_eq!(wanted, [100, 100]);
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_ends_is_opened_again_behind_what_was_given_out() {
    let server = playing([
        vec![Step::Events(vec![update(1)], 99), Step::Break],
        vec![Step::Events(vec![update(2)], 99), Step::Close],
        vec![
            Step::Quiet(9),
            Step::Refuse("sfdc.platform.eventbus.grpc.service.unavailable"),
        ],
        vec![Step::Events(vec![update(10)], 99), Step::Hang],
    ]);
    let mut subscription = subscription(&server, StartFrom::Oldest);
    for at in [1, 2, 9, 10] {
        assert_eq!(position(&mut subscription).await, place(at));
    }
    let from: Vec<_> = server
        .opened()
        .iter()
        .map(|opened| {
            (
                opened.fetches[0].preset,
                opened.fetches[0].replay_id.clone(),
            )
        })
        .collect();
    assert_eq!(
        from,
        [(1, vec![]), (2, vec![1]), (2, vec![2]), (2, vec![9])]
    );
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_broke_before_a_place_was_known_is_a_loss() {
    let server = playing([
        vec![Step::Break],
        vec![Step::Events(vec![update(5)], 99), Step::Hang],
    ]);
    let mut subscription = subscription(&server, StartFrom::Now);
    let error = subscription.next().await.unwrap_err();
    assert!(matches!(error, SalesforceError::Transport(_)), "{error:?}");
    let told = subscription.next().await.unwrap();
    assert_eq!(
        told,
        Delivery {
            signal: Signal::Missed {
                why: "the stream broke before a place in it was known".to_owned()
            },
            position: None,
        }
    );
    assert_eq!(position(&mut subscription).await, place(5));
}

#[tokio::test(start_paused = true)]
async fn an_unusable_place_is_told_and_new_events_follow() {
    let server = playing([
        vec![Step::Refuse(
            "sfdc.platform.eventbus.grpc.subscription.fetch.replayid.corrupted",
        )],
        vec![Step::Events(vec![update(90)], 99), Step::Hang],
    ]);
    let mut subscription = subscription(&server, after(3));
    let told = subscription.next().await.unwrap();
    assert_eq!(
        told,
        Delivery {
            signal: Signal::Missed {
                why: "words".to_owned()
            },
            position: None,
        }
    );
    assert_eq!(position(&mut subscription).await, place(90));
    let presets: Vec<_> = server
        .opened()
        .iter()
        .map(|o| o.fetches[0].preset)
        .collect();
    assert_eq!(presets, [2, 0]);
}

#[tokio::test(start_paused = true)]
async fn an_expired_session_is_renewed_once_and_the_stream_goes_on() {
    let expired = "sfdc.platform.eventbus.grpc.service.auth.error";
    let server = playing([
        vec![Step::Events(vec![update(1)], 99), Step::Refuse(expired)],
        vec![Step::Events(vec![update(2)], 99), Step::Hang],
    ]);
    let mut subscription = subscription(&server, StartFrom::Now);
    assert_eq!(position(&mut subscription).await, place(1));
    assert_eq!(position(&mut subscription).await, place(2));
    let tokens: Vec<_> = server.opened().into_iter().map(|o| o.token).collect();
    assert_eq!(tokens, ["first", "renewed-1"]);
}

#[tokio::test(start_paused = true)]
async fn a_renewed_session_that_is_refused_too_is_an_error() {
    let expired = "sfdc.platform.eventbus.grpc.service.auth.error";
    let server = playing([vec![Step::Refuse(expired)], vec![Step::Refuse(expired)]]);
    let mut subscription = subscription(&server, StartFrom::Now);
    let error = subscription.next().await.unwrap_err();
    assert!(
        matches!(error, SalesforceError::SessionExpired),
        "{error:?}"
    );
    assert_eq!(server.opened().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_went_silent_is_given_up() {
    let server = playing([
        vec![Step::Quiet(4), Step::Hang],
        vec![Step::Events(vec![update(5)], 99), Step::Hang],
    ]);
    let mut subscription = subscription(&server, StartFrom::Now);
    assert_eq!(position(&mut subscription).await, place(4));
    let began = tokio::time::Instant::now();
    assert_eq!(position(&mut subscription).await, place(5));
    assert_eq!(began.elapsed().as_secs(), 300);
    assert_eq!(server.opened()[1].fetches[0].replay_id, [4]);
}

#[tokio::test(start_paused = true)]
async fn a_caller_who_gives_up_waiting_loses_nothing() {
    let server = playing([vec![Step::Quiet(1), Step::Hang]]);
    let mut subscription = subscription(&server, StartFrom::Now);
    assert_eq!(position(&mut subscription).await, place(1));
    for _ in 0..3 {
        let waited = timeout(Duration::from_mins(1), subscription.next()).await;
        assert!(waited.is_err(), "something was told");
    }
    assert_eq!(server.opened().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn our_share_of_the_deliveries_is_not_exceeded() {
    let server = playing([
        vec![Step::Events(vec![update(1), update(2)], 0)],
        vec![Step::Events(vec![update(3)], 1), Step::Hang],
    ]);
    let mut subscription = subscription_within(&server, StartFrom::Now, 2);
    position(&mut subscription).await;
    assert_eq!(position(&mut subscription).await, place(2));
    for _ in 0..2 {
        let error = subscription.next().await.unwrap_err();
        let SalesforceError::LimitExceeded { resets_in, .. } = error else {
            panic!("{error:?}");
        };
        assert_eq!(resets_in, Some(Duration::from_mins(24 * 60 + 10)));
    }
    tokio::time::advance(Duration::from_mins(24 * 60 + 10)).await;
    assert_eq!(position(&mut subscription).await, place(3));
    let opened = server.opened();
    assert_eq!(opened[0].fetches[0].wanted, 2);
    assert_eq!(opened[1].fetches[0].replay_id, [2]);
}

#[tokio::test(start_paused = true)]
async fn a_spent_allowance_of_the_org_is_an_error_with_a_time() {
    let server = playing([vec![
        Step::Events(vec![update(1)], 99),
        Step::Refuse("sfdc.platform.eventbus.grpc.subscription.limit.exceeded"),
    ]]);
    let mut subscription = subscription(&server, StartFrom::Now);
    position(&mut subscription).await;
    let error = subscription.next().await.unwrap_err();
    let SalesforceError::LimitExceeded { resets_in, .. } = error else {
        panic!("{error:?}");
    };
    assert_eq!(resets_in, Some(Duration::from_hours(1)));
}

#[tokio::test(start_paused = true)]
async fn a_topic_is_asked_for_before_anybody_relies_on_it() {
    let server = playing([]).refusing_topic(&[
        "sfdc.platform.eventbus.grpc.service.auth.error",
        "sfdc.platform.eventbus.grpc.service.auth.error",
        "sfdc.platform.eventbus.grpc.topic.not.found",
        "sfdc.platform.eventbus.grpc.service.auth.error",
    ]);
    let subscription = subscription(&server, StartFrom::Now);
    let error = subscription.check().await.unwrap_err();
    assert!(
        matches!(error, SalesforceError::SessionExpired),
        "{error:?}"
    );
    let error = subscription.check().await.unwrap_err();
    assert!(
        matches!(error, SalesforceError::AccessDenied { .. }),
        "{error:?}"
    );
    subscription.check().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_topic_that_the_user_may_not_listen_to_is_refused() {
    let subscription = Subscription::new(
        playing([]).pub_sub(),
        World::answering([]).client(),
        ORG.parse().unwrap(),
        Topic::changes_of("Task"),
        StartFrom::Now,
        Budget::of(10),
    );
    let error = subscription.check().await.unwrap_err();
    assert_eq!(
        error.vendor_words(),
        Some("The user may not subscribe to /data/TaskChangeEvent.")
    );
}
