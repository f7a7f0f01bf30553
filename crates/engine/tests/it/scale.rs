//! Rules I3, M0 and E2 with more people than a page holds: a sync that is stopped, resumed or cut
//! off, and single failures.

use std::time::Duration;

use engine::{Phase, Progress};
use intercom_sim::ObjectId;
use model::Subject;
use serde_json::{Value, json};
use store::SweepState;

use crate::world::{Size, World};

/// Every write takes a second from now on: a page of 500 persons, 32 at a time, takes 16.
fn slow_writes(world: &World) {
    world.intercom.add_fault(intercom_sim::Fault {
        method: Some("PUT".to_owned()),
        path: "/contacts/".to_owned(),
        times: 100_000,
        latency_ms: 1_000,
        ..intercom_sim::Fault::default()
    });
}

/// How many contacts show a record.
fn enriched(world: &World) -> usize {
    let all = world.intercom.contacts();
    let shows = |it: &&Value| it["custom_attributes"]["SALESFORCE_ID"].is_string();
    all.iter().filter(shows).count()
}

async fn state(world: &World) -> Option<SweepState> {
    let overview = world.engine.overview(world.id).await.unwrap();
    overview.sweep.map(|sweep| sweep.state)
}

/// Calls to Intercom that read contacts, and calls to Salesforce.
fn reads(world: &World) -> (usize, usize) {
    let calls = world.intercom.calls().into_iter();
    let of_contacts = calls.filter(|it| it.path.starts_with("/contacts") && it.method != "PUT");
    (of_contacts.count(), world.salesforce.calls().len())
}

#[tokio::test(start_paused = true)]
async fn m0_a_thousand_without_an_email_cost_nothing_but_their_reading() {
    let world = World::empty().await;
    let contacts = world.add_contacts(1_000, |_| None).await;
    world.connect().await;
    world.forget_calls();
    let counts = world.engine.sync_to_end(world.id).await.unwrap();
    assert_eq!(
        (counts.unmatched, counts.linked, counts.ambiguous),
        (1_000, 0, 0)
    );
    assert_eq!((counts.contacts_read, counts.intercom_writes), (1_000, 0));
    assert_eq!(enriched(&world), 0);
    let summary = world.intercom.call_summary();
    let of_contacts = summary
        .by_path
        .iter()
        .filter(|it| it.path.starts_with("/contacts"));
    let calls: u64 = of_contacts.clone().map(|it| it.calls).sum();
    let writes: u64 = of_contacts.map(|it| it.writes).sum();
    // Pages of 150.
    assert_eq!((calls, writes), (7, 0));
    assert_eq!(world.salesforce_writes(), 0);
    world.forget_calls();
    world.settle().await;
    assert_eq!(world.intercom.calls().len(), 0);
    assert!(world.attributes(contacts[999]).is_empty());
}

#[tokio::test(start_paused = true)]
async fn i3_a_sync_without_mapped_fields_writes_nothing_to_salesforce() {
    let world = World::of(Size {
        leads: 60,
        contacts: 60,
    })
    .await;
    let before: Vec<_> = world.salesforce.dump_lines().collect();
    world.connect().await;
    world.engine.sync_to_end(world.id).await.unwrap();
    world.settle().await;
    let org = world.salesforce.call_summary();
    assert_eq!((org.writes, org.rows_written), (0, 0));
    let after: Vec<_> = world.salesforce.dump_lines().collect();
    assert_eq!(before, after);
}

#[tokio::test(start_paused = true)]
async fn i3_the_rate_and_the_time_left_are_those_of_the_phase() {
    let (world, _) = World::of_pairs(1_200).await;
    slow_writes(&world);
    world.engine.start_sync(world.id).await.unwrap();
    let mut progress = world.engine.progress(world.id);
    let mut walked = async |count| {
        let reached = |it: &Progress| it.phase != Phase::Reading && it.done >= count;
        let reached = progress.wait_for(reached).await.unwrap().clone();
        assert_eq!(reached.done, count);
        reached
    };
    let first = walked(500).await;
    assert_eq!(
        (first.phase, first.total),
        (Phase::Reconciling, Some(1_200))
    );
    // 500 in 16 seconds, and so 700 in 22.4.
    assert!(
        (first.rate_per_second - 31.25).abs() < 0.1,
        "{}",
        first.rate_per_second
    );
    assert_eq!(first.seconds_left, Some(23));
    let second = walked(1_000).await;
    assert_eq!(second.at.since(first.at).as_secs(), 16);
    assert_eq!((second.total, second.seconds_left), (Some(1_200), Some(7)));
    // The last page has 200 and takes 7 seconds: 1,200 in 39.
    let last = walked(1_200).await;
    assert_eq!(last.at.since(second.at).as_secs(), 7);
    assert!(
        (last.rate_per_second - 30.77).abs() < 0.1,
        "{}",
        last.rate_per_second
    );
    assert_eq!(last.seconds_left, Some(0));
    world.pass(Duration::from_secs(1)).await;
    assert_eq!(state(&world).await, Some(SweepState::Done));
    world.intercom.clear_faults();
    world.settle().await;
}

#[tokio::test(start_paused = true)]
async fn i3_a_sync_that_is_stopped_while_reading_reads_anew() {
    let (world, _) = World::of_pairs(300).await;
    world.intercom.add_fault(intercom_sim::Fault {
        path: "/contacts/search".to_owned(),
        times: 100,
        latency_ms: 1_000,
        ..intercom_sim::Fault::default()
    });
    world.engine.start_sync(world.id).await.unwrap();
    let progress = world.engine.progress(world.id);
    world.pass(Duration::from_millis(1_500)).await;
    assert_eq!(progress.borrow().phase, Phase::Reading);
    assert_eq!(
        (progress.borrow().done, progress.borrow().total),
        (150, Some(300))
    );
    world.engine.stop_sync(world.id);
    world.pass(Duration::from_millis(1)).await;
    assert_eq!(progress.borrow().phase, Phase::Stopped);
    assert_eq!(state(&world).await, Some(SweepState::Stopped));
    assert_eq!(enriched(&world), 0);
    world.intercom.clear_faults();
    let counts = world.engine.sync_to_end(world.id).await.unwrap();
    assert_eq!((counts.contacts_read, counts.records_read), (300, 300));
    assert_eq!((counts.linked, counts.intercom_writes), (300, 300));
    assert_eq!(enriched(&world), 300);
    world.settle().await;
}

#[tokio::test(start_paused = true)]
async fn i3_a_sync_that_is_stopped_while_walking_goes_on_without_reading() {
    let (mut world, _) = World::of_pairs(1_200).await;
    slow_writes(&world);
    world.engine.start_sync(world.id).await.unwrap();
    world.pass(Duration::from_secs(5)).await;
    world.engine.stop_sync(world.id);
    // What was begun is finished: the page, and nothing after it.
    world.pass(Duration::from_secs(30)).await;
    assert_eq!(state(&world).await, Some(SweepState::Stopped));
    assert_eq!(enriched(&world), 500);
    world.intercom.clear_faults();
    world.restart_without_resuming();
    world.forget_calls();
    let counts = world.engine.sync_to_end(world.id).await.unwrap();
    assert_eq!(reads(&world), (0, 0));
    assert_eq!(world.intercom_writes(), 700);
    assert_eq!(
        (counts.contacts_read, counts.contacts_walked),
        (1_200, 1_200)
    );
    assert_eq!((counts.linked, counts.intercom_writes), (1_200, 1_200));
    assert_eq!(enriched(&world), 1_200);
    world.settle().await;
    assert_eq!(world.intercom_writes(), 700);
}

#[tokio::test(start_paused = true)]
async fn i3_a_sync_that_was_cut_off_goes_on_where_it_was() {
    let (mut world, _) = World::of_pairs(1_200).await;
    slow_writes(&world);
    let cut_off = Duration::from_secs(20);
    let outcome = tokio::time::timeout(cut_off, world.engine.sync_to_end(world.id)).await;
    assert!(outcome.is_err(), "the process ended in the second page");
    assert_eq!(state(&world).await, Some(SweepState::Reconciling));
    let standing = world
        .engine
        .overview(world.id)
        .await
        .unwrap()
        .sweep
        .unwrap();
    assert_eq!(
        (standing.counts.contacts_walked, standing.counts.linked),
        (500, 500)
    );
    world.intercom.clear_faults();
    world.restart().await;
    world.forget_calls();
    let counts = world.engine.sync_to_end(world.id).await.unwrap();
    assert_eq!(reads(&world), (0, 0));
    assert_eq!((counts.contacts_walked, counts.linked), (1_200, 1_200));
    assert_eq!(enriched(&world), 1_200);
    assert_eq!(state(&world).await, Some(SweepState::Done));
    // Nobody is written twice but whose answer was lost: 32 at most.
    let writes = world.intercom_writes();
    assert!(
        (700 - 4 * 32..=700 - 3 * 32 + 32).contains(&writes),
        "{writes}"
    );
    world.settle().await;
    assert_eq!(world.intercom_writes(), writes);
}

/// Intercom does not take writes to these contacts.
fn refuse(world: &World, contacts: &[ObjectId], status: u16) {
    for contact in contacts {
        world.intercom.add_fault(intercom_sim::Fault {
            method: Some("PUT".to_owned()),
            path: format!("/contacts/{contact}"),
            times: 100,
            status: Some(status),
            ..intercom_sim::Fault::default()
        });
    }
}

/// The contacts that something is listed for.
async fn listed(world: &World) -> Vec<String> {
    let failures = world.engine.overview(world.id).await.unwrap().failures;
    let subjects = failures.into_iter().map(|it| it.report.subject);
    let mut contacts: Vec<String> = subjects
        .map(|subject| match subject {
            Subject::Contact(contact) => contact.to_string(),
            other => panic!("{other:?}"),
        })
        .collect();
    contacts.sort();
    contacts
}

fn three_of(contacts: &[ObjectId]) -> (Vec<ObjectId>, Vec<String>) {
    let three = [3, 77, 142].map(|index| contacts[index]).to_vec();
    let mut names: Vec<String> = three.iter().map(ToString::to_string).collect();
    names.sort();
    (three, names)
}

#[tokio::test(start_paused = true)]
async fn e2_three_that_fail_are_listed_and_the_next_sync_makes_up_for_them() {
    let (world, contacts) = World::of_pairs(200).await;
    let (three, names) = three_of(&contacts);
    refuse(&world, &three, 503);
    let counts = world.engine.sync_to_end(world.id).await.unwrap();
    assert_eq!(
        (counts.linked, counts.intercom_writes, counts.failed),
        (200, 197, 3)
    );
    assert_eq!(enriched(&world), 197);
    assert_eq!(listed(&world).await, names);
    world.intercom.clear_faults();
    let counts = world.engine.sync_to_end(world.id).await.unwrap();
    assert_eq!((counts.intercom_writes, counts.failed), (3, 0));
    assert_eq!(enriched(&world), 200);
    assert_eq!(listed(&world).await, [""; 0]);
    world.settle().await;
}

#[tokio::test(start_paused = true)]
async fn e2_three_that_are_refused_wait_for_other_values() {
    let (world, contacts) = World::of_pairs(200).await;
    let (three, names) = three_of(&contacts);
    refuse(&world, &three, 422);
    let counts = world.engine.sync_to_end(world.id).await.unwrap();
    assert_eq!((counts.intercom_writes, counts.failed), (197, 3));
    assert_eq!(listed(&world).await, names);
    world.settle().await;
    world.forget_calls();
    world.settle().await;
    world.engine.sync_to_end(world.id).await.unwrap();
    assert_eq!(
        world.intercom_writes(),
        0,
        "the same values are not sent again"
    );
    assert_eq!(listed(&world).await, names);
    world.intercom.clear_faults();
    let user = world.user_at(1);
    world.edit_record(&user, &json!({ "LastName": "Otherwise" }));
    world.engine.sync_to_end(world.id).await.unwrap();
    assert_eq!(enriched(&world), 200);
    assert_eq!(listed(&world).await, [""; 0]);
    world.settle().await;
}
