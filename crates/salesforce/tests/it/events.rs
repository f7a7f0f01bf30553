//! Listening to change events: what is told of them, whatever they are.

use model::Timestamp;
use salesforce::events::{Change, ChangeKind, Delivery, Signal, StartFrom};

use crate::lead_changes::{
    LEAD, ORG, SCHEMA, Told, payload, place, playing, position, subscription, update,
};
use crate::pub_sub::{Event, Fetch, Step};

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
