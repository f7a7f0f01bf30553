//! Everybody is walked again when what plans are made from changed (I3, O2), and only then.

use std::time::Duration;

use engine::Step;
use salesforce_sim::{Action, Fault, Matching};
use serde_json::json;
use store::{Sweep, SweepState};

use crate::events::linked;
use crate::world::World;

async fn rewalk(world: &World) -> Option<Sweep> {
    world.engine.overview(world.id).await.unwrap().rewalk
}

async fn synced_pairs(count: u32) -> World {
    let (world, _) = World::of_pairs(count).await;
    world.engine.sync_to_end(world.id).await.unwrap();
    world.settle().await;
    world.forget_calls();
    world
}

/// How many contacts are owned by teammate 1, whose Leads they are.
fn owned(world: &World) -> usize {
    let owner = world.teammate_at(1);
    let all = world.intercom.contacts();
    all.iter()
        .filter(|it| it["owner_id"] == owner.as_str())
        .count()
}

#[tokio::test(start_paused = true)]
async fn o2_terms_that_changed_are_walked_once_and_without_reading() {
    let world = synced_pairs(20).await;
    assert_eq!(
        rewalk(&world).await,
        None,
        "the sync has walked everybody under these terms"
    );
    world
        .choose(|settings| settings.ownership.maintain = true)
        .await;
    world.step(Step::Rewalk).await;
    let walked = rewalk(&world).await.unwrap();
    assert_eq!(
        (walked.state, walked.counts.contacts_walked),
        (SweepState::Done, 20)
    );
    assert_eq!(walked.counts.intercom_writes, 20);
    assert_eq!(owned(&world), 20);
    let summary = world.intercom.call_summary();
    assert_eq!((summary.calls, summary.writes), (20, 20));
    assert_eq!(world.salesforce.calls().len(), 0);
    world.pass(Duration::from_secs(5)).await;
    world.step(Step::Rewalk).await;
    assert_eq!(
        rewalk(&world).await,
        Some(walked),
        "nothing is owed any more"
    );
    world.settle().await;
    assert_eq!(world.intercom_writes(), 20);
}

#[tokio::test(start_paused = true)]
async fn a4_terms_that_plan_the_same_are_no_reason_to_walk() {
    let world = synced_pairs(20).await;
    world
        .choose(|settings| {
            settings.polling.salesforce_seconds = 7;
            settings.leads.one_click = true;
            settings.leads.note = true;
        })
        .await;
    world.step(Step::Rewalk).await;
    assert_eq!(rewalk(&world).await, None);
    // Pairs decide nothing while owners are not maintained.
    let user = world.user_at(1).parse().unwrap();
    world
        .choose(|settings| {
            let nobody = model::settings::PairChoice::Nobody;
            settings.team.pairs.insert(user, nobody);
        })
        .await;
    world.step(Step::Rewalk).await;
    assert_eq!(rewalk(&world).await, None);
    assert_eq!(world.intercom.calls().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn i3_nobody_is_walked_before_the_first_sync() {
    let (world, _) = World::of_pairs(20).await;
    world.forget_calls();
    world
        .choose(|settings| settings.ownership.maintain = true)
        .await;
    world.step(Step::Rewalk).await;
    assert_eq!(rewalk(&world).await, None);
    assert_eq!(world.intercom_writes(), 0);
    world.engine.sync_to_end(world.id).await.unwrap();
    assert_eq!(owned(&world), 20);
    world.step(Step::Rewalk).await;
    assert_eq!(
        rewalk(&world).await,
        None,
        "the sync was made under these terms"
    );
    world.settle().await;
}

/// A walk over 1,200 whose writes take a second each: 16 seconds a page of 500. It is cut off in
/// the second page.
async fn cut_off() -> World {
    let world = synced_pairs(1_200).await;
    world.intercom.add_fault(intercom_sim::Fault {
        method: Some("PUT".to_owned()),
        path: "/contacts/".to_owned(),
        times: 100_000,
        latency_ms: 1_000,
        ..intercom_sim::Fault::default()
    });
    world
        .choose(|settings| settings.ownership.maintain = true)
        .await;
    let walk = world.step(Step::Rewalk);
    let outcome = tokio::time::timeout(Duration::from_secs(20), walk).await;
    assert!(outcome.is_err(), "it takes 40 seconds");
    world.intercom.clear_faults();
    world
}

#[tokio::test(start_paused = true)]
async fn o2_a_walk_that_was_cut_off_goes_on_where_it_was() {
    let mut world = cut_off().await;
    let before = rewalk(&world).await.unwrap();
    assert_eq!(before.state, SweepState::Reconciling);
    assert_eq!(before.counts.contacts_walked, 500);
    world.restart().await;
    world.pass(Duration::from_mins(1)).await;
    world.step(Step::Rewalk).await;
    let after = rewalk(&world).await.unwrap();
    assert_eq!(after.state, SweepState::Done);
    assert_eq!(after.started_at, before.started_at);
    assert_eq!(
        after.counts.contacts_walked, 1_200,
        "the first page was not walked again"
    );
    assert_eq!(owned(&world), 1_200);
    world.settle().await;
}

#[tokio::test(start_paused = true)]
async fn o2_terms_that_change_during_a_walk_begin_it_anew() {
    let world = cut_off().await;
    let before = rewalk(&world).await.unwrap();
    world.pass(Duration::from_mins(1)).await;
    let user = world.user_at(1).parse().unwrap();
    let chosen = model::settings::PairChoice::Teammate(world.teammate_at(7).parse().unwrap());
    world
        .choose(|settings| {
            settings.team.pairs.insert(user, chosen);
        })
        .await;
    world.step(Step::Rewalk).await;
    let after = rewalk(&world).await.unwrap();
    assert_eq!(after.state, SweepState::Done);
    assert!(after.started_at > before.started_at);
    assert_eq!(after.counts.contacts_walked, 1_200);
    assert_eq!(
        after.counts.intercom_writes, 1_200,
        "those of the first page too"
    );
    let all = world.intercom.contacts();
    let other = world.teammate_at(7);
    assert!(all.iter().all(|it| it["owner_id"] == other.as_str()));
    world.settle().await;
}

#[tokio::test(start_paused = true)]
async fn o2_a_walk_that_a_sync_overtakes_is_over() {
    let world = cut_off().await;
    world.pass(Duration::from_mins(1)).await;
    world.engine.sync_to_end(world.id).await.unwrap();
    assert_eq!(owned(&world), 1_200);
    world.forget_calls();
    world.step(Step::Rewalk).await;
    let after = rewalk(&world).await.unwrap();
    assert_eq!(after.state, SweepState::Done);
    assert_eq!(after.counts.contacts_walked, 500, "nobody is walked twice");
    assert_eq!(world.intercom_writes(), 0);
    world.settle().await;
}

#[tokio::test(start_paused = true)]
async fn s2_what_was_held_back_in_a_short_pause_is_written_afterwards() {
    let (world, ada, lead) = linked().await;
    world
        .choose(|settings| settings.safety.pause_intercom_writes = true)
        .await;
    world.edit_record(&lead.to_string(), &json!({ "Title": "Countess" }));
    world.see().await;
    assert_eq!(world.attribute(ada, "SALESFORCE_TITLE"), None);
    // Nobody was walked meanwhile, and the terms are what they were.
    world
        .choose(|settings| settings.safety.pause_intercom_writes = false)
        .await;
    world.step(Step::Rewalk).await;
    let title = world.attribute(ada, "SALESFORCE_TITLE");
    assert_eq!(title.as_deref(), Some("Countess"));
    world.settle().await;
}

#[tokio::test(start_paused = true)]
async fn o3_users_who_are_not_shown_any_more_keep_their_contacts() {
    let world = synced_pairs(20).await;
    world
        .choose(|settings| settings.ownership.maintain = true)
        .await;
    world.settle().await;
    assert_eq!(owned(&world), 20);
    world.forget_calls();
    // A profile lost the right to see colleagues: the answer is good, and empty.
    world.salesforce.inject(Fault {
        matching: Matching {
            path_contains: Some("FROM%20User%20".to_owned()),
            ..Matching::default()
        },
        times: 1,
        action: Action {
            status: Some(200),
            body: Some(json!({ "totalSize": 0, "done": true, "records": [] }).to_string()),
            ..Action::default()
        },
    });
    world.step(Step::Directory).await;
    world.settle().await;
    assert_eq!(owned(&world), 20);
    assert_eq!(world.intercom_writes(), 0);
    // Who is shown as inactive is believed.
    let user = world.user_at(1);
    world.edit_record(&user, &json!({ "IsActive": false }));
    world.step(Step::Directory).await;
    world.settle().await;
    assert_eq!(owned(&world), 0);
}
