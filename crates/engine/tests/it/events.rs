//! A3: what changed in Salesforce is told once as an event in Intercom.

use std::time::Duration;

use engine::{Click, Step};
use intercom_sim::{Cut, Fault, ObjectId};
use model::Timestamp;
use salesforce_sim::{Conversion, RecordId};
use serde_json::{Value, json};
use store::IntentKind;

use crate::world::{SALESFORCE, Size, World, fields};

const ADA: &str = "ada@acme.example";
const BOB: &str = "bob@acme.example";

const OPEN: &str = "Open - Not Contacted";
const WORKING: &str = "Working - Contacted";
const CLOSED: &str = "Closed - Not Converted";

fn status(from: &str, to: &str) -> String {
    format!("SALESFORCE_CHANGE_STATUS: {from} > {to}")
}

fn object_type(from: &str, to: &str) -> String {
    format!("SALESFORCE_CHANGE_OBJECT_TYPE: {from} > {to}")
}

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

    /// Calls that told an event.
    fn tellings(&self) -> usize {
        let calls = self.intercom.calls();
        let told = |method: &str, path: &str| method == "POST" && path == "/events";
        calls.iter().filter(|it| told(&it.method, &it.path)).count()
    }

    /// Changes are seen and planned, and nothing is told yet.
    async fn see(&self) {
        self.step(Step::Poll).await;
        self.step(Step::Queue).await;
    }

    /// Events that wait.
    async fn untold(&self) -> usize {
        let org = self.engine.connections().await.unwrap()[0].org_id.unwrap();
        let unsettled = self.engine.store().unsettled_intents(org).await.unwrap();
        let events = unsettled.iter();
        events.filter(|it| it.kind == IntentKind::Event).count()
    }
}

/// Ada shows a Lead.
async fn linked() -> (World, ObjectId, RecordId) {
    let world = World::staged().await;
    let ada = world.visitor(ADA).await;
    let lead = world.lead(ADA);
    world.settle().await;
    world.assert_shows(ada, ADA, lead).await;
    world.forget_calls();
    (world, ada, lead)
}

#[tokio::test(start_paused = true)]
async fn a3_a_status_change_is_one_event() {
    let (world, ada, lead) = linked().await;
    let at = world.now().as_seconds();
    world.set_status(lead, WORKING);
    world.look().await;
    world.settle().await;
    let events = world.event_list(ada).await;
    assert_eq!(events.len(), 1);
    let event = &events[0];
    assert_eq!(event["event_name"], "SALESFORCE_CHANGE_STATUS");
    assert_eq!(event["created_at"], at);
    let link = format!("{SALESFORCE}/lightning/r/Lead/{lead}/view");
    let metadata = json!({
        "from": OPEN, "to": WORKING, "changed_date": at,
        "record": { "url": link, "value": lead.to_string() },
    });
    assert_eq!(event["metadata"], metadata);
    assert_eq!(world.tellings(), 1);
    let told =
        format!("A3 told SALESFORCE_CHANGE_STATUS on contact {ada}: from {OPEN:?} to {WORKING:?}");
    assert_eq!(world.timeline(ADA).await.last(), Some(&told));
    assert_eq!(world.untold().await, 0);
}

#[tokio::test(start_paused = true)]
async fn a3_two_changes_between_two_polls_are_one_event() {
    let (world, ada, lead) = linked().await;
    world.set_status(lead, WORKING);
    world.pass(Duration::from_secs(1)).await;
    world.set_status(lead, CLOSED);
    world.settle().await;
    assert_eq!(world.events(ada).await, [status(OPEN, CLOSED)]);
    // There and back again between two polls is no change.
    world.set_status(lead, WORKING);
    world.set_status(lead, CLOSED);
    world.settle().await;
    assert_eq!(world.tellings(), 1);
}

#[tokio::test(start_paused = true)]
async fn a3_two_changes_that_are_seen_within_a_second_are_both_kept() {
    let (world, ada, lead) = linked().await;
    let at = world.now().as_seconds();
    world.set_status(lead, WORKING);
    world.see().await;
    world.set_status(lead, CLOSED);
    world.look().await;
    let events = world.events(ada).await;
    assert_eq!(events, [status(OPEN, WORKING), status(WORKING, CLOSED)]);
    // Of two in one second Intercom would keep one.
    let dates = world.event_list(ada).await;
    let dates: Vec<&Value> = dates.iter().map(|event| &event["created_at"]).collect();
    assert_eq!(dates, [&json!(at), &json!(at + 1)]);
    world.settle().await;
    assert_eq!(world.tellings(), 2);
}

#[tokio::test(start_paused = true)]
async fn a3_a_conversion_is_one_event_of_the_object_type() {
    let (world, ada, lead) = linked().await;
    let how = Conversion::default();
    let became = world.salesforce.convert_as_rep(lead, &how).unwrap();
    world.settle().await;
    assert_eq!(world.events(ada).await, [object_type("Lead", "Contact")]);
    let record = &world.event_list(ada).await[0]["metadata"]["record"];
    let id = became.contact_id;
    let url = format!("{SALESFORCE}/lightning/r/Contact/{id}/view");
    assert_eq!(*record, json!({ "url": url, "value": id.to_string() }));
    // The status that the conversion gave the Lead comes late; nobody hears of it.
    world.step(Step::LatePass).await;
    world.settle().await;
    assert_eq!(world.tellings(), 1);
}

#[tokio::test(start_paused = true)]
async fn a3_a_contact_that_appears_beside_the_lead_changes_the_object_type() {
    let (world, ada, lead) = linked().await;
    let contact = world.sf_contact(ADA, "CEO");
    world.settle().await;
    world.assert_shows(ada, ADA, contact).await;
    world.salesforce.delete_as_rep(contact).unwrap();
    world.settle().await;
    world.assert_shows(ada, ADA, lead).await;
    let expected = [
        object_type("Lead", "Contact"),
        object_type("Contact", "Lead"),
    ];
    assert_eq!(world.events(ada).await, expected);
}

#[tokio::test(start_paused = true)]
async fn a3_linking_unlinking_and_pins_are_no_events() {
    let (world, ada, lead) = linked().await;
    let other = world.sf_contact(BOB, "CEO");
    world.settle().await;
    let take = Click::Take(other.to_string().parse().unwrap());
    world.click(ada, take).await;
    world.settle().await;
    world.assert_shows(ada, ADA, other).await;
    world.click(ada, Click::Unpin).await;
    world.settle().await;
    world.assert_shows(ada, ADA, lead).await;
    world.salesforce.delete_as_rep(lead).unwrap();
    world.settle().await;
    world.assert_alone(ada, ADA).await;
    let second = world.lead(ADA);
    world.set_status(second, WORKING);
    world.settle().await;
    world.assert_shows(ada, ADA, second).await;
    assert_eq!(world.events(ada).await, [""; 0]);
    assert_eq!(world.tellings(), 0);
}

#[tokio::test(start_paused = true)]
async fn m6_each_contact_of_a_person_has_its_own_event() {
    let (world, ada, lead) = linked().await;
    let other = world.customer(ADA).await;
    world.settle().await;
    world.assert_shows(other, ADA, lead).await;
    world.set_status(lead, WORKING);
    world.settle().await;
    for contact in [ada, other] {
        assert_eq!(world.events(contact).await, [status(OPEN, WORKING)]);
    }
    assert_eq!(world.tellings(), 2);
}

#[tokio::test(start_paused = true)]
async fn a3_switched_off_nothing_is_told_also_not_afterwards() {
    let (world, ada, lead) = linked().await;
    world
        .choose(|settings| settings.attributes.events = false)
        .await;
    world.settle().await;
    world.set_status(lead, WORKING);
    world.settle().await;
    let shown = world.attribute(ada, "SALESFORCE_STATUS");
    assert_eq!(shown.as_deref(), Some(WORKING));
    world
        .choose(|settings| settings.attributes.events = true)
        .await;
    world.settle().await;
    assert_eq!(world.tellings(), 0);
    world.set_status(lead, CLOSED);
    world.settle().await;
    assert_eq!(world.events(ada).await, [status(WORKING, CLOSED)]);
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
    assert_eq!(report.cause, "intercom.invalid");
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
