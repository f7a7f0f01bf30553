//! Our subscriber against the simulated org, over a real socket: two readings of the same
//! documentation that share no line of code.

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use model::sf::OrgId;
use model::{Clock, ManualClock, Timestamp};
use salesforce::events::{Budget, ChangeKind, PubSub, Signal, StartFrom, Subscription, Topic};
use salesforce::{Client, Renew, SalesforceError, Session};
use salesforce_sim::{Conversion, Object, Options, RecordId, Sim};
use serde_json::json;
use tokio::net::TcpListener;
use transport::{NetworkOptions, Proxy, Reach};
use url::Url;

/// Long enough for a busy machine; the events themselves take milliseconds.
const PATIENCE: Duration = Duration::from_secs(20);

struct Bus {
    sim: Sim,
    origin: Url,
}

impl Bus {
    async fn new() -> Self {
        let clock = ManualClock::at(Timestamp::from_seconds(1_781_092_800));
        let options = Options {
            leads: 0,
            contacts: 0,
            accounts: 0,
            opportunities: 0,
            cases: 0,
            access_token: Some("token".to_owned()),
            ..Options::default()
        };
        let clock: Arc<dyn Clock> = Arc::new(clock);
        let sim = Sim::new(options, clock, 1);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let serving = sim.clone();
        tokio::spawn(async move { serving.serve(listener, std::future::pending()).await });
        Self {
            sim,
            origin: origin.parse().unwrap(),
        }
    }

    fn subscription(&self, from: StartFrom) -> Subscription {
        let options = || NetworkOptions {
            proxy: Proxy::Direct,
            reach: Reach::PublicAndLoopback,
            ..NetworkOptions::default()
        };
        let session = Session {
            instance_url: self.origin.clone(),
            access_token: "token".into(),
        };
        let renew: Renew = Arc::new(|_| async { Err(SalesforceError::SessionExpired) }.boxed());
        let org: OrgId = self
            .sim
            .with_world(|world| world.org())
            .to_string()
            .parse()
            .unwrap();
        Subscription::new(
            PubSub::new(transport::network_http2(options()), &self.origin).unwrap(),
            Client::new(transport::network(options()), session, renew),
            org,
            Topic::all_changes(),
            from,
            Budget::of(1_000),
        )
    }

    fn lead(&self) -> RecordId {
        let lead = json!({"LastName": "Lee", "Company": "Acme", "Title": "Chief", "City": "Cork"});
        self.sim.create_as_rep(Object::Lead, &lead).unwrap()
    }
}

async fn told(subscription: &mut Subscription) -> Signal {
    let next = tokio::time::timeout(PATIENCE, subscription.next()).await;
    next.expect("something is told in time").unwrap().signal
}

fn change(signal: Signal) -> salesforce::events::Change {
    match signal {
        Signal::Changed(change) => change,
        other => panic!("{other:?} is no change"),
    }
}

#[tokio::test]
async fn what_a_rep_does_is_told_with_fields_and_records() {
    let bus = Bus::new().await;
    let id = bus.lead();
    let edit = json!({"Title": null, "City": "Galway", "LastName": "Ng"});
    bus.sim.edit_as_rep(id, &edit).unwrap();
    bus.sim.delete_as_rep(id).unwrap();
    bus.sim.undelete_as_rep(id).unwrap();

    let mut subscription = bus.subscription(StartFrom::Oldest);
    subscription.check().await.unwrap();
    let mut kinds = Vec::new();
    let mut changes = Vec::new();
    for _ in 0..4 {
        let change = change(told(&mut subscription).await);
        assert_eq!(change.entity, "Lead");
        assert_eq!(change.records[0].as_str(), id.to_string());
        kinds.push(change.kind);
        changes.push(change);
    }
    assert_eq!(
        kinds,
        [
            ChangeKind::Created,
            ChangeKind::Updated,
            ChangeKind::Deleted,
            ChangeKind::Undeleted
        ]
    );
    let mut changed = changes[1].changed.clone();
    changed.sort();
    for expected in ["Address.City", "LastModifiedDate", "Name.LastName", "Title"] {
        assert!(
            changed.iter().any(|name| name == expected),
            "{expected} in {changed:?}"
        );
    }
    assert!(
        !changed.iter().any(|name| name.contains("Company")),
        "{changed:?}"
    );
    assert_eq!(changes[1].nulled, ["Title"]);
}

#[tokio::test]
async fn a_stream_that_is_cut_goes_on_without_a_loss() {
    let bus = Bus::new().await;
    let mut subscription = bus.subscription(StartFrom::Oldest);
    let first = bus.lead();
    assert_eq!(
        change(told(&mut subscription).await).records[0].as_str(),
        first.to_string()
    );
    bus.sim.with_world(salesforce_sim::World::cut_event_streams);
    let second = bus.lead();
    assert_eq!(
        change(told(&mut subscription).await).records[0].as_str(),
        second.to_string()
    );
}

#[tokio::test]
async fn a_place_that_is_too_old_is_a_loss_that_is_told() {
    let bus = Bus::new().await;
    let mut subscription = bus.subscription(StartFrom::Oldest);
    bus.lead();
    let delivery = subscription.next().await.unwrap();
    drop(subscription);
    bus.lead();
    bus.sim.with_world(salesforce_sim::World::expire_events);
    let mut later = bus.subscription(StartFrom::After(delivery.position.unwrap()));
    let signal = told(&mut later).await;
    assert!(matches!(signal, Signal::Missed { .. }), "{signal:?}");
}

#[tokio::test]
async fn gaps_and_overflows_are_told_as_what_they_are() {
    let bus = Bus::new().await;
    let mut subscription = bus.subscription(StartFrom::Oldest);
    bus.sim.with_world(|world| world.force_gap_events(1));
    let id = bus.lead();
    let Signal::Gap(gap) = told(&mut subscription).await else {
        panic!("no gap");
    };
    assert_eq!(gap.records[0].as_str(), id.to_string());
    bus.sim
        .with_world(|world| world.tell_overflow(Object::Lead))
        .unwrap();
    let signal = told(&mut subscription).await;
    let Signal::Whole { entity, .. } = signal else {
        panic!("{signal:?} is no overflow");
    };
    assert_eq!(entity, "Lead");
}

#[tokio::test]
async fn a_conversion_is_one_transaction() {
    let bus = Bus::new().await;
    let id = bus.lead();
    let mut subscription = bus.subscription(StartFrom::Oldest);
    told(&mut subscription).await;
    bus.sim.convert_as_rep(id, &Conversion::default()).unwrap();
    let mut transactions = Vec::new();
    let mut entities = Vec::new();
    for _ in 0..3 {
        let change = change(told(&mut subscription).await);
        transactions.push(change.transaction);
        entities.push((change.sequence, change.entity));
    }
    transactions.dedup();
    assert_eq!(transactions.len(), 1);
    assert_eq!(
        entities,
        [(1, "Account"), (2, "Contact"), (3, "Lead")].map(|(nth, name)| (nth, name.to_owned()))
    );
}

#[tokio::test]
async fn a_spent_allowance_is_an_error_with_a_time() {
    let bus = Bus::new().await;
    bus.lead();
    bus.sim
        .with_world(|world| world.set_used_deliveries(25_000));
    let mut subscription = bus.subscription(StartFrom::Oldest);
    let refused = tokio::time::timeout(PATIENCE, subscription.next())
        .await
        .unwrap();
    let error = refused.unwrap_err();
    let SalesforceError::LimitExceeded { resets_in, .. } = error else {
        panic!("{error:?}");
    };
    assert_eq!(resets_in, Some(Duration::from_hours(1)));
}
