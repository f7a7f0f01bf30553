//! Invariant 5 and rule L6: whatever happens between request and answer, there is one Lead.

use std::collections::BTreeMap;
use std::time::Duration;

use engine::{Click, Shown, Step};
use planner::card::Action as CardAction;
use salesforce_sim::{Action, Cut, RecordId};
use serde_json::Value;

use crate::world::{World, people};

fn email() -> String {
    people().lead(3).intercom_email.unwrap()
}

fn submit() -> Click {
    Click::SubmitLead {
        typed: BTreeMap::new(),
        anyway: false,
    }
}

/// The Leads of the person, deleted and converted ones too.
fn leads(world: &World) -> Vec<Value> {
    world.lead_with_email(&email())
}

/// Creates that reached Salesforce.
fn creates(world: &World) -> u32 {
    world.salesforce_writes()
}

fn says(shown: &Shown) -> String {
    match shown {
        Shown::Card(card) => card.message.clone().unwrap_or_default(),
        Shown::Sentence(text) => text.clone(),
        Shown::Form(form) => form.errors.join(" "),
        Shown::Duplicates { words, .. } => words.clone(),
    }
}

fn offers_create(shown: &Shown) -> bool {
    matches!(shown, Shown::Card(card) if card.actions.contains(&CardAction::CreateLead))
}

/// Lets intents and time go on, a few seconds at a time.
async fn go_on(world: &World, time: Duration) {
    let step = Duration::from_secs(5);
    let mut passed = Duration::ZERO;
    while passed < time {
        world.step(Step::Intents).await;
        world.step(Step::Queue).await;
        world.pass(step).await;
        passed += step;
    }
}

#[tokio::test(start_paused = true)]
async fn l6_a_click_creates_links_and_enriches() {
    let world = World::synced().await;
    let contact = world.intercom.lead_id(3);
    let shown = world.click(contact, submit()).await;
    assert!(says(&shown).starts_with("Lead created."), "{shown:?}");
    let made = leads(&world);
    assert_eq!(made.len(), 1);
    assert_eq!(made[0]["LeadSource"], "Intercom");
    assert_eq!(
        world.attribute(contact, "SALESFORCE_ID").as_deref(),
        made[0]["Id"].as_str()
    );
    assert_eq!(creates(&world), 1);
    // A second click finds the match.
    let again = world.click(contact, submit()).await;
    assert!(says(&again).contains("already"), "{again:?}");
    assert_eq!(creates(&world), 1);
}

#[tokio::test(start_paused = true)]
async fn l6_the_request_never_arrived() {
    let world = World::synced().await;
    let contact = world.intercom.lead_id(3);
    world.trap(Action {
        cut: Some(Cut::Before),
        ..Action::default()
    });
    let shown = world.click(contact, submit()).await;
    assert!(says(&shown).contains("not confirmed yet"), "{shown:?}");
    assert!(!offers_create(&shown));
    // Twelve minutes long it may still appear: nothing is sent again.
    go_on(&world, Duration::from_secs(11 * 60 + 50)).await;
    assert_eq!((leads(&world).len(), creates(&world)), (0, 0));
    go_on(&world, Duration::from_mins(1)).await;
    assert_eq!((leads(&world).len(), creates(&world)), (1, 1));
    let id = world.attribute(contact, "SALESFORCE_ID");
    assert_eq!(id.as_deref(), leads(&world)[0]["Id"].as_str());
    assert_eq!(
        world
            .engine
            .overview(world.id)
            .await
            .unwrap()
            .unsettled_intents,
        0
    );
}

#[tokio::test(start_paused = true)]
async fn l6_committed_and_then_the_connection_was_reset() {
    let world = World::synced().await;
    let contact = world.intercom.lead_id(3);
    world.trap(Action {
        cut: Some(Cut::After),
        ..Action::default()
    });
    let shown = world.click(contact, submit()).await;
    assert!(says(&shown).contains("not confirmed yet"), "{shown:?}");
    go_on(&world, Duration::from_secs(10)).await;
    assert_eq!(
        world
            .engine
            .overview(world.id)
            .await
            .unwrap()
            .unsettled_intents,
        0
    );
    go_on(&world, Duration::from_mins(20)).await;
    assert_eq!((leads(&world).len(), creates(&world)), (1, 1));
    let id = world.attribute(contact, "SALESFORCE_ID");
    assert_eq!(id.as_deref(), leads(&world)[0]["Id"].as_str());
}

#[tokio::test(start_paused = true)]
async fn l6_committed_visibly_only_after_the_look_up() {
    let world = World::synced().await;
    let contact = world.intercom.lead_id(3);
    let five_minutes = 5 * 60 * 1000;
    world.trap(Action {
        cut: Some(Cut::After),
        commit_after_ms: Some(five_minutes),
        ..Action::default()
    });
    world.click(contact, submit()).await;
    go_on(&world, Duration::from_secs(4 * 60 + 50)).await;
    assert_eq!(
        world
            .engine
            .overview(world.id)
            .await
            .unwrap()
            .unsettled_intents,
        1
    );
    assert_eq!(creates(&world), 1);
    go_on(&world, Duration::from_mins(20)).await;
    assert_eq!((leads(&world).len(), creates(&world)), (1, 1));
    assert_eq!(
        world
            .engine
            .overview(world.id)
            .await
            .unwrap()
            .unsettled_intents,
        0
    );
    let id = world.attribute(contact, "SALESFORCE_ID");
    assert_eq!(id.as_deref(), leads(&world)[0]["Id"].as_str());
}

#[tokio::test(start_paused = true)]
async fn l6_two_equal_clicks_and_one_found_row() {
    let world = World::synced().await;
    let contact = world.intercom.lead_id(3);
    world.trap(Action {
        cut: Some(Cut::After),
        ..Action::default()
    });
    let (one, two) = tokio::join!(
        world.click(contact, submit()),
        world.click(contact, submit())
    );
    for shown in [&one, &two] {
        assert!(!offers_create(shown), "{shown:?}");
    }
    go_on(&world, Duration::from_mins(20)).await;
    assert_eq!((leads(&world).len(), creates(&world)), (1, 1));
    assert_eq!(
        world
            .engine
            .overview(world.id)
            .await
            .unwrap()
            .unsettled_intents,
        0
    );
}

#[tokio::test(start_paused = true)]
async fn l6_deleted_before_the_look_up() {
    let world = World::synced().await;
    let contact = world.intercom.lead_id(3);
    world.trap(Action {
        cut: Some(Cut::After),
        ..Action::default()
    });
    world.click(contact, submit()).await;
    let id: RecordId = leads(&world)[0]["Id"].as_str().unwrap().parse().unwrap();
    world.salesforce.delete_as_rep(id).unwrap();
    go_on(&world, Duration::from_mins(20)).await;
    // A rep threw it away: it is not made again.
    let made = leads(&world);
    assert_eq!(made.len(), 1);
    assert_eq!(made[0]["IsDeleted"], true);
    assert_eq!(
        world
            .engine
            .overview(world.id)
            .await
            .unwrap()
            .unsettled_intents,
        0
    );
    assert!(world.attributes(contact).is_empty());
}

#[tokio::test(start_paused = true)]
async fn l6_converted_before_the_look_up() {
    let world = World::synced().await;
    let contact = world.intercom.lead_id(3);
    world.trap(Action {
        cut: Some(Cut::After),
        ..Action::default()
    });
    world.click(contact, submit()).await;
    let id: RecordId = leads(&world)[0]["Id"].as_str().unwrap().parse().unwrap();
    let became = world
        .salesforce
        .convert_as_rep(id, &salesforce_sim::Conversion::default())
        .unwrap();
    go_on(&world, Duration::from_mins(20)).await;
    assert_eq!(leads(&world).len(), 1);
    assert_eq!(
        world
            .engine
            .overview(world.id)
            .await
            .unwrap()
            .unsettled_intents,
        0
    );
    let shown = world.attribute(contact, "SALESFORCE_ID");
    assert_eq!(shown, Some(became.contact_id.to_string()));
}

#[tokio::test(start_paused = true)]
async fn l6_the_process_ended_between_sending_and_the_answer() {
    let mut world = World::synced().await;
    let contact = world.intercom.lead_id(3);
    // The request is under way for a hundred seconds; the process that sent it ends before.
    world.trap(Action {
        latency_ms: 100_000,
        ..Action::default()
    });
    let shown = world.click(contact, submit()).await;
    assert!(says(&shown).contains("being created"), "{shown:?}");
    world.restart().await;
    let shown = world.click(contact, Click::Draw).await;
    assert!(says(&shown).contains("not confirmed yet"), "{shown:?}");
    go_on(&world, Duration::from_mins(20)).await;
    assert_eq!((leads(&world).len(), creates(&world)), (1, 1));
    assert_eq!(
        world
            .engine
            .overview(world.id)
            .await
            .unwrap()
            .unsettled_intents,
        0
    );
}

#[tokio::test(start_paused = true)]
async fn l6_a_slow_answer_says_under_way_and_ends_well() {
    let world = World::synced().await;
    let contact = world.intercom.lead_id(3);
    world.trap(Action {
        latency_ms: 20_000,
        ..Action::default()
    });
    let shown = world.click(contact, submit()).await;
    assert!(says(&shown).contains("being created"), "{shown:?}");
    assert!(!offers_create(&shown));
    world.pass(Duration::from_secs(30)).await;
    world.settle().await;
    assert_eq!((leads(&world).len(), creates(&world)), (1, 1));
    let shown = world.click(contact, Click::Draw).await;
    assert!(matches!(shown, Shown::Card(card) if card.subtitle.is_some()));
}

#[tokio::test(start_paused = true)]
async fn l6_two_conversations_of_one_person_make_one_lead() {
    let world = World::synced().await;
    let (one, two) = (world.intercom.lead_id(3), world.intercom.lead_id(4));
    let same = crate::world::fields(&[("email", serde_json::json!(email()))]);
    world.intercom.edit_contact(two, &same).unwrap();
    world.settle().await;
    world.forget_calls();
    tokio::join!(world.click(one, submit()), world.click(two, submit()));
    go_on(&world, Duration::from_secs(30)).await;
    world.settle().await;
    assert_eq!((leads(&world).len(), creates(&world)), (1, 1));
    let id = leads(&world)[0]["Id"].as_str().map(str::to_owned);
    assert_eq!(world.attribute(one, "SALESFORCE_ID"), id);
    assert_eq!(world.attribute(two, "SALESFORCE_ID"), id);
}
