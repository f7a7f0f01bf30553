//! A3: what changed in Salesforce is told once as an event in Intercom.

use std::time::Duration;

use engine::{Click, Step};
use intercom_sim::ObjectId;
use salesforce_sim::{Conversion, RecordId};
use serde_json::{Value, json};

use crate::world::{SALESFORCE, World};

const ADA: &str = "ada@acme.example";
pub(crate) const BOB: &str = "bob@acme.example";

pub(crate) const OPEN: &str = "Open - Not Contacted";
pub(crate) const WORKING: &str = "Working - Contacted";
pub(crate) const CLOSED: &str = "Closed - Not Converted";

pub(crate) fn status(from: &str, to: &str) -> String {
    format!("SALESFORCE_CHANGE_STATUS: {from} > {to}")
}

fn object_type(from: &str, to: &str) -> String {
    format!("SALESFORCE_CHANGE_OBJECT_TYPE: {from} > {to}")
}

impl World {
    /// Calls that told an event.
    pub(crate) fn tellings(&self) -> usize {
        let calls = self.intercom.calls();
        let told = |method: &str, path: &str| method == "POST" && path == "/events";
        calls.iter().filter(|it| told(&it.method, &it.path)).count()
    }

    /// Changes are seen and planned, and nothing is told yet.
    pub(crate) async fn see(&self) {
        self.step(Step::Poll).await;
        self.step(Step::Queue).await;
    }
}

/// Ada shows a Lead.
pub(crate) async fn linked() -> (World, ObjectId, RecordId) {
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
async fn m7_who_moves_to_another_record_hears_of_no_change() {
    let (world, ada, _) = linked().await;
    let other = world.lead(BOB);
    world.set_status(other, CLOSED);
    world.settle().await;
    world.set_email(ada, Some(BOB));
    world.settle().await;
    world.assert_shows(ada, BOB, other).await;
    assert_eq!(world.tellings(), 0);
}

#[tokio::test(start_paused = true)]
async fn m8_the_status_of_the_survivor_of_a_merge_is_told_as_a_change() {
    let (world, ada, lost) = linked().await;
    let kept = world.lead(BOB);
    world.set_status(kept, WORKING);
    world.settle().await;
    world.salesforce.merge_as_rep(kept, &[lost]).unwrap();
    world.settle().await;
    world.assert_shows(ada, ADA, kept).await;
    assert_eq!(world.events(ada).await, [status(OPEN, WORKING)]);
}

#[tokio::test(start_paused = true)]
async fn a3_what_changed_while_attributes_were_off_is_told_when_they_are_written_again() {
    let (world, ada, lead) = linked().await;
    world
        .choose(|settings| settings.attributes.enabled = false)
        .await;
    world.settle().await;
    world.set_status(lead, WORKING);
    world.settle().await;
    let shown = world.attribute(ada, "SALESFORCE_STATUS");
    assert_eq!(shown.as_deref(), Some(OPEN));
    assert_eq!(world.tellings(), 0);
    world
        .choose(|settings| settings.attributes.enabled = true)
        .await;
    world.settle().await;
    let shown = world.attribute(ada, "SALESFORCE_STATUS");
    assert_eq!(shown.as_deref(), Some(WORKING));
    assert_eq!(world.events(ada).await, [status(OPEN, WORKING)]);
}
