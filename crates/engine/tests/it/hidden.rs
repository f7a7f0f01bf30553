//! Rule M8 and invariant 7: what Salesforce does not show any more is not deleted, and whoever is
//! linked to it stays so until an admin says otherwise.

use std::time::Duration;

use engine::{EngineError, Step};
use intercom_sim::ObjectId;
use model::{Lane, Reason, Signal, Subject, sf};
use salesforce_sim::{Object, Restriction};
use serde_json::Value;
use store::Due;

use crate::world::World;

/// Calls of a sync before it asks for Leads: Users, queues, and the Bulk job of the Accounts.
const CALLS_BEFORE_LEADS: u32 = 4;

/// 200 pairs of a lead and a Lead, connected and synced; the polls have caught up.
async fn many() -> (World, Vec<ObjectId>) {
    let (world, contacts) = World::of_pairs(200).await;
    world.engine.sync_to_end(world.id).await.unwrap();
    world.settle().await;
    world.forget_calls();
    (world, contacts)
}

/// What can be seen in Intercom.
fn shown(world: &World) -> Vec<Value> {
    world.intercom.contacts()
}

async fn hidden(world: &World) -> usize {
    let failed = world.failed().await;
    assert!(
        failed.iter().all(|cause| cause == "m8.hidden"),
        "{failed:?}"
    );
    failed.len()
}

#[tokio::test(start_paused = true)]
async fn m8_a_tenth_that_vanishes_during_a_sync_stays_linked_and_is_listed() {
    let (world, _) = many().await;
    let before = shown(&world);
    let tenth = Restriction::Share {
        object: Object::Lead,
        percent: 10,
    };
    world.restrict(tenth, CALLS_BEFORE_LEADS);
    let counts = world.engine.sync_to_end(world.id).await.unwrap();
    let missing = 200 - counts.records_read;
    assert!((10..40).contains(&missing), "{missing} of 200");
    assert_eq!((counts.linked, counts.intercom_writes), (200, 0));
    assert_eq!(hidden(&world).await as u64, missing);
    world.settle().await;
    assert_eq!(shown(&world), before);
    // Once they can be seen again, the next sync sees them.
    world.lift_restrictions();
    let counts = world.engine.sync_to_end(world.id).await.unwrap();
    assert_eq!((counts.records_read, counts.intercom_writes), (200, 0));
    world.read_directory().await;
    assert_eq!(hidden(&world).await, 0);
    world.settle().await;
    assert_eq!((world.intercom_writes(), shown(&world)), (0, before));
}

#[tokio::test(start_paused = true)]
async fn m8_a_sync_to_which_most_vanish_stops_and_unlinks_nobody() {
    let (world, _) = many().await;
    let before = shown(&world);
    let most = Restriction::Share {
        object: Object::Lead,
        percent: 60,
    };
    world.restrict(most, CALLS_BEFORE_LEADS);
    let error = world.engine.sync_to_end(world.id).await.unwrap_err();
    assert!(matches!(error, EngineError::Brake(_)), "{error:?}");
    assert!(error.to_string().contains("permissions"), "{error}");
    world.settle().await;
    world.pass(Duration::from_mins(15)).await;
    world.settle().await;
    assert_eq!(
        (world.intercom_writes(), shown(&world)),
        (0, before.clone())
    );
    world.lift_restrictions();
    let counts = world.engine.sync_to_end(world.id).await.unwrap();
    assert_eq!((counts.linked, counts.intercom_writes), (200, 0));
    world.settle().await;
    assert_eq!(hidden(&world).await, 0);
    assert_eq!(shown(&world), before);
}

#[tokio::test(start_paused = true)]
async fn m8_an_object_that_vanishes_during_a_sync_unlinks_nobody() {
    let world = World::synced().await;
    let before = shown(&world);
    for after_calls in [0, CALLS_BEFORE_LEADS, CALLS_BEFORE_LEADS + 6] {
        world.restrict(Restriction::Object(Object::Contact), after_calls);
        let error = world.engine.sync_to_end(world.id).await.unwrap_err();
        assert!(matches!(error, EngineError::Salesforce(_)), "{error:?}");
        world.step(Step::Queue).await;
        assert_eq!(
            (world.intercom_writes(), shown(&world)),
            (0, before.clone())
        );
        world.lift_restrictions();
    }
    let counts = world.engine.sync_to_end(world.id).await.unwrap();
    assert_eq!((counts.linked, counts.intercom_writes), (11, 0));
    world.settle().await;
    assert_eq!(shown(&world), before);
}

/// Somebody asks for a Lead by its id: a poll cannot see what is hidden.
async fn look_at(world: &World, record: sf::RecordId) {
    let signal = Signal {
        subject: Subject::Record(record),
        reason: Reason::Poll,
    };
    let due = Due {
        signal,
        lane: Lane::Live,
        at: world.now(),
    };
    world.engine.store().mark(world.id, &[due]).await.unwrap();
    world.step(Step::Queue).await;
}

#[tokio::test(start_paused = true)]
async fn m8_a_record_that_is_hidden_counts_until_it_shows_again_or_is_forgotten() {
    let world = World::synced().await;
    let before = shown(&world);
    let lead = world.lead_at(0);
    let record: sf::RecordId = lead.parse().unwrap();
    let hide = || world.restrict(Restriction::Records(vec![lead.parse().unwrap()]), 0);
    hide();
    for _ in 0..2 {
        look_at(&world, record).await;
        world.settle().await;
        assert_eq!(hidden(&world).await, 1);
    }
    let listed = world.engine.overview(world.id).await.unwrap().failures;
    assert_eq!(listed[0].count, 1, "once, however often it is looked for");
    assert_eq!(
        (world.intercom_writes(), shown(&world)),
        (0, before.clone())
    );
    world.lift_restrictions();
    look_at(&world, record).await;
    assert_eq!(hidden(&world).await, 0, "seen again");
    hide();
    look_at(&world, record).await;
    assert_eq!(hidden(&world).await, 1);
    assert!(world.engine.forget_hidden(world.id, record).await.unwrap());
    world.settle().await;
    assert_eq!(hidden(&world).await, 0);
    assert!(
        world.attributes(world.intercom.lead_id(0)).is_empty(),
        "unlinked"
    );
    assert_eq!(world.intercom_writes(), 1);
    assert!(
        !world.engine.forget_hidden(world.id, record).await.unwrap(),
        "it is known as gone"
    );
    // What was forgotten too early is found again when it shows.
    world.lift_restrictions();
    look_at(&world, record).await;
    world.settle().await;
    assert_eq!(shown(&world), before);
}
