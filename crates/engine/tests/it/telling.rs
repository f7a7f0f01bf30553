//! A3: an event is told once, whatever happens on the way.

use std::time::Duration;

use engine::Step;
use intercom_sim::{Cut, Fault};
use model::Timestamp;
use salesforce_sim::RecordId;
use serde_json::json;
use store::IntentKind;

use crate::events::{BOB, CLOSED, OPEN, WORKING, linked, status};
use crate::world::{Size, World, fields};

impl World {
    /// The next so many calls that tell an event meet this.
    fn trouble_events(&self, times: u32, fault: Fault) {
        self.intercom.add_fault(Fault {
            method: Some("POST".to_owned()),
            path: "/events".to_owned(),
            times,
            ..fault
        });
    }

    /// Events that wait.
    pub(crate) async fn untold(&self) -> usize {
        let org = self.engine.connections().await.unwrap()[0].org_id.unwrap();
        let unsettled = self
            .engine
            .store()
            .unsettled_intents(org, IntentKind::Event)
            .await
            .unwrap();
        let events = unsettled.iter();
        events.filter(|it| it.kind == IntentKind::Event).count()
    }
}

#[tokio::test(start_paused = true)]
async fn a3_a_refused_event_is_listed_and_not_repeated() {
    let (world, ada, lead) = linked().await;
    let refusal = json!({
        "type": "error.list",
        "errors": [{ "code": "parameter_invalid", "message": "Too many event names" }],
    });
    world.trouble_events(
        1,
        Fault {
            status: Some(400),
            body: Some(refusal),
            ..Fault::default()
        },
    );
    world.set_status(lead, WORKING);
    world.settle().await;
    assert_eq!(world.tellings(), 1);
    assert_eq!(world.events(ada).await, [""; 0]);
    let failures = world.engine.store().failures(world.id, 10).await.unwrap();
    assert_eq!(failures.len(), 1);
    let report = &failures[0].report;
    assert_eq!(report.cause, "a3.refused");
    assert_eq!(
        report.summary,
        "the event SALESFORCE_CHANGE_STATUS was refused"
    );
    assert!(
        report
            .vendor_words
            .as_deref()
            .unwrap()
            .contains("Too many event names")
    );
    assert_eq!(world.untold().await, 0);
    // The next change is another event.
    world.set_status(lead, CLOSED);
    world.settle().await;
    assert_eq!(world.events(ada).await, [status(WORKING, CLOSED)]);
}

#[tokio::test(start_paused = true)]
async fn a3_after_a_lost_answer_the_same_event_is_told_again_and_kept_once() {
    let (world, ada, lead) = linked().await;
    world.trouble_events(
        1,
        Fault {
            cut: Some(Cut::After),
            ..Fault::default()
        },
    );
    world.set_status(lead, WORKING);
    world.look().await;
    assert_eq!((world.tellings(), world.untold().await), (1, 1));
    assert_eq!(world.events(ada).await.len(), 1);
    world.settle().await;
    assert_eq!((world.tellings(), world.untold().await), (2, 0));
    assert_eq!(world.events(ada).await, [status(OPEN, WORKING)]);
    assert_eq!(world.failed().await, [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn a3_an_event_that_never_arrived_is_told_again() {
    let (world, ada, lead) = linked().await;
    world.trouble_events(
        1,
        Fault {
            cut: Some(Cut::Before),
            ..Fault::default()
        },
    );
    world.trouble_events(
        1,
        Fault {
            status: Some(503),
            ..Fault::default()
        },
    );
    world.set_status(lead, WORKING);
    world.settle().await;
    world.settle().await;
    assert_eq!(world.events(ada).await, [status(OPEN, WORKING)]);
    assert_eq!(world.untold().await, 0);
    assert_eq!(world.failed().await, [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn a3_a_crash_between_the_run_and_the_telling_loses_nothing() {
    let (mut world, ada, lead) = linked().await;
    let at = world.now().as_seconds();
    world.set_status(lead, WORKING);
    world.see().await;
    assert_eq!((world.tellings(), world.untold().await), (0, 1));
    world.pass(Duration::from_mins(5)).await;
    world.restart().await;
    world.settle().await;
    assert_eq!(world.events(ada).await, [status(OPEN, WORKING)]);
    // Dated when it was seen, not when it was told.
    assert_eq!(world.event_list(ada).await[0]["created_at"], at);
    assert_eq!(world.tellings(), 1);
}

#[tokio::test(start_paused = true)]
async fn a3_a_crash_while_it_is_told_keeps_one() {
    let (mut world, ada, lead) = linked().await;
    world.trouble_events(
        1,
        Fault {
            latency_ms: 60_000,
            ..Fault::default()
        },
    );
    world.set_status(lead, WORKING);
    world.see().await;
    let (engine, id) = (world.engine.clone(), world.id);
    let telling = tokio::spawn(async move { engine.step(id, Step::Tell).await });
    world.pass(Duration::from_secs(1)).await;
    telling.abort();
    assert!(telling.await.unwrap_err().is_cancelled());
    world.restart().await;
    world.settle().await;
    assert_eq!(world.events(ada).await, [status(OPEN, WORKING)]);
    assert_eq!(world.untold().await, 0);
}

#[tokio::test(start_paused = true)]
async fn a3_what_is_seen_while_writing_is_paused_is_told_afterwards() {
    let (world, ada, lead) = linked().await;
    world.set_status(lead, WORKING);
    world.see().await;
    assert_eq!(world.untold().await, 1);
    let pause = |on: bool| world.choose(move |it| it.safety.pause_intercom_writes = on);
    pause(true).await;
    world.settle().await;
    assert_eq!((world.tellings(), world.untold().await), (0, 1));
    // What changes now is neither written nor told before the pause ends.
    world.set_status(lead, CLOSED);
    world.settle().await;
    assert_eq!((world.intercom_writes(), world.untold().await), (1, 1));
    pause(false).await;
    world.settle().await;
    let expected = [status(OPEN, WORKING), status(WORKING, CLOSED)];
    assert_eq!(world.events(ada).await, expected);
    let shown = world.attribute(ada, "SALESFORCE_STATUS");
    assert_eq!(shown.as_deref(), Some(CLOSED));
}

#[tokio::test(start_paused = true)]
async fn a3_whose_contact_is_gone_meanwhile_is_told_of_nothing() {
    let (world, ada, lead) = linked().await;
    world.set_status(lead, WORKING);
    world.see().await;
    world.intercom.delete_contact(ada).unwrap();
    world.settle().await;
    assert_eq!((world.tellings(), world.untold().await), (1, 0));
    assert_eq!(world.failed().await, [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn a3_whose_contact_is_merged_meanwhile_is_told_of_nothing() {
    let (world, ada, lead) = linked().await;
    let bob = world.customer(BOB).await;
    world.settle().await;
    world.set_status(lead, WORKING);
    world.see().await;
    world.intercom.merge_contacts(ada, bob).unwrap();
    world.settle().await;
    assert_eq!(world.events(bob).await, [""; 0]);
    assert_eq!(world.untold().await, 0);
    assert_eq!(world.failed().await, [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn a3_five_hundred_changes_at_once_are_five_hundred_events() {
    const MANY: u32 = 500;
    let world = World::of(Size {
        leads: MANY,
        contacts: 0,
    })
    .await;
    let email = |index: u32| format!("visitor-{index}@crowd.example");
    let leads: Vec<RecordId> = (0..MANY)
        .map(|index| {
            let fields = fields(&[("email", json!(email(index)))]);
            let contact = world.intercom.lead_id(index);
            world
                .intercom
                .edit_contact_silently(contact, &fields)
                .unwrap();
            world.lead(&email(index))
        })
        .collect();
    world.connect().await;
    world.engine.sync_to_end(world.id).await.unwrap();
    world.settle().await;
    world.forget_calls();
    // Two hundred calls in each window of ten seconds.
    world.intercom.set_rate_limit(Some(1_200));
    for lead in leads {
        world.set_status(lead, WORKING);
    }
    for _ in 0..4 {
        world.settle().await;
    }
    world.intercom.set_rate_limit(None);
    for index in 0..MANY {
        let contact = world.intercom.lead_id(index);
        assert_eq!(
            world.events(contact).await,
            [status(OPEN, WORKING)],
            "{}",
            email(index)
        );
    }
    assert_eq!(world.untold().await, 0);
    assert_eq!(world.failed().await, [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn a3_what_was_told_is_remembered_for_a_week() {
    let (world, _, lead) = linked().await;
    world.set_status(lead, WORKING);
    world.settle().await;
    let org = world.engine.connections().await.unwrap()[0].org_id.unwrap();
    let forget = |before: Timestamp| {
        let store = world.engine.store();
        store.forget_intents(org, IntentKind::Event, before)
    };
    let long_ago = world.now().minus(Duration::from_hours(7 * 24));
    assert_eq!(forget(long_ago).await.unwrap(), 0);
    world.pass(Duration::from_hours(7 * 24)).await;
    world.step(Step::Directory).await;
    assert_eq!(forget(world.now()).await.unwrap(), 0, "it was forgotten");
}

#[tokio::test(start_paused = true)]
async fn a3_a_refused_credential_keeps_the_event_until_somebody_reconnects() {
    let (world, ada, lead) = linked().await;
    world.set_status(lead, WORKING);
    world.see().await;
    let refused = Fault {
        status: Some(401),
        body: Some(json!({
            "type": "error.list",
            "errors": [{ "code": "token_revoked", "message": "Access Token Revoked" }],
        })),
        ..Fault::default()
    };
    world.trouble_events(1, refused);
    world.step(Step::Tell).await;
    assert_eq!(world.untold().await, 1);
    world.connect().await;
    world.pass(Duration::from_mins(11)).await;
    world.settle().await;
    assert_eq!(world.events(ada).await, [status(OPEN, WORKING)]);
    assert_eq!(world.untold().await, 0);
}

#[tokio::test(start_paused = true)]
async fn a3_an_event_that_was_begun_and_never_booked_is_told_again() {
    let (world, ada, lead) = linked().await;
    world.trouble_events(
        1,
        Fault {
            latency_ms: 60_000,
            ..Fault::default()
        },
    );
    world.set_status(lead, WORKING);
    world.see().await;
    let (engine, id) = (world.engine.clone(), world.id);
    let telling = tokio::spawn(async move { engine.step(id, Step::Tell).await });
    world.pass(Duration::from_secs(1)).await;
    telling.abort();
    assert!(telling.await.unwrap_err().is_cancelled());
    // Its call may still be under way.
    world.pass(Duration::from_mins(4)).await;
    world.step(Step::Directory).await;
    world.step(Step::Tell).await;
    assert_eq!(world.untold().await, 1);
    world.pass(Duration::from_mins(1)).await;
    world.step(Step::Directory).await;
    world.step(Step::Tell).await;
    assert_eq!(world.events(ada).await, [status(OPEN, WORKING)]);
    assert_eq!(world.untold().await, 0);
}
