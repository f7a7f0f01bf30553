//! What a review found, each as the story in which it showed.

use std::time::Duration;

use engine::{EngineError, Step};
use model::{Lane, Reason, Signal, Subject, ic, sf};
use salesforce_sim::{Action, Fault, Matching};
use serde_json::json;
use store::{Absorption, Due, Observed, Source, SweepState};
use tokio_util::sync::CancellationToken;

use crate::world::{World, fields, lead_email};

fn refuse(world: &World, method: &str, path: &str, status: u16, times: u32) {
    world.intercom.add_fault(intercom_sim::Fault {
        method: Some(method.to_owned()),
        path: path.to_owned(),
        times,
        status: Some(status),
        ..intercom_sim::Fault::default()
    });
}

fn org_answers(world: &World, path: &str, times: u32, action: Action) {
    let path_contains = Some(path.to_owned());
    let matching = Matching {
        path_contains,
        ..Matching::default()
    };
    world.salesforce.inject(Fault {
        matching,
        times,
        action,
    });
}

fn retitle(world: &World, index: u32, title: &str) {
    let lead = world.lead_with_email(&lead_email(index)).pop().unwrap();
    world.edit_record(lead["Id"].as_str().unwrap(), &json!({ "Title": title }));
}

fn title(world: &World, index: u32) -> Option<String> {
    world.attribute(world.intercom.lead_id(index), "SALESFORCE_TITLE")
}

fn lead_id(world: &World, index: u32) -> sf::RecordId {
    let lead = world.lead_with_email(&lead_email(index)).pop().unwrap();
    lead["Id"].as_str().unwrap().parse().unwrap()
}

async fn mark(world: &World, subject: Subject) {
    let signal = Signal {
        subject,
        reason: Reason::Poll,
    };
    let due = Due {
        signal,
        lane: Lane::Live,
        at: world.now(),
    };
    world.engine.store().mark(world.id, &[due]).await.unwrap();
}

async fn reconnect_intercom(world: &World) {
    world.intercom.clear_faults();
    let token = "intercom-token".into();
    world
        .engine
        .connect_intercom_token(world.id, "main", token)
        .await
        .unwrap();
}

#[tokio::test(start_paused = true)]
async fn e4_a_write_that_was_refused_with_401_is_made_after_reconnecting() {
    let world = World::synced().await;
    refuse(&world, "PUT", "/contacts/", 401, 1);
    refuse(&world, "GET", "/me", 401, 1);
    retitle(&world, 0, "Not yet");
    world.step(Step::Poll).await;
    world.step(Step::Queue).await;
    assert_ne!(title(&world, 0).as_deref(), Some("Not yet"));
    assert!(
        world.engine.overview(world.id).await.unwrap().queued > 0,
        "the ticket stays"
    );
    reconnect_intercom(&world).await;
    world.settle().await;
    assert_eq!(title(&world, 0).as_deref(), Some("Not yet"));
    assert!(
        world
            .engine
            .overview(world.id)
            .await
            .unwrap()
            .failures
            .is_empty()
    );
}

#[tokio::test(start_paused = true)]
async fn e4_a_refused_write_pauses_nothing_if_the_stored_token_works() {
    let world = World::synced().await;
    // A call that was begun before somebody reconnected.
    refuse(&world, "PUT", "/contacts/", 401, 1);
    retitle(&world, 0, "Soon");
    world.settle().await;
    assert_eq!(title(&world, 0).as_deref(), Some("Soon"));
}

#[tokio::test(start_paused = true)]
async fn e4_a_sync_whose_token_is_revoked_stops_and_goes_on() {
    let world = World::small().await;
    world.connect().await;
    world.step(Step::Directory).await;
    world.step(Step::Queue).await;
    refuse(&world, "PUT", "/contacts/", 401, 1000);
    let refused = world.engine.sync_to_end(world.id).await;
    assert!(
        matches!(refused, Err(EngineError::Reconnect { .. })),
        "{refused:?}"
    );
    reconnect_intercom(&world).await;
    let counts = world.engine.sync_to_end(world.id).await.unwrap();
    world.settle().await;
    assert_eq!(counts.linked, 11);
    assert!(!world.attributes(world.intercom.lead_id(0)).is_empty());
}

#[tokio::test(start_paused = true)]
async fn i3_a_sync_goes_on_after_a_graceful_restart() {
    let mut world = World::small().await;
    world.connect().await;
    let running = |world: &World| {
        let (engine, stop) = (world.engine.clone(), CancellationToken::new());
        let token = stop.clone();
        (
            tokio::spawn(async move { engine.run_until(token).await }),
            stop,
        )
    };
    let (loops, stop) = running(&world);
    world.engine.start_sync(world.id).await.unwrap();
    world.pass(Duration::from_millis(100)).await;
    stop.cancel();
    loops.await.unwrap();
    let sweep = async |world: &World| {
        let overview = world.engine.overview(world.id).await.unwrap();
        overview.sweep.map(|sweep| sweep.state)
    };
    assert_eq!(
        sweep(&world).await,
        Some(SweepState::Reading),
        "under way, not stopped"
    );
    world.restart().await;
    let (loops, stop) = running(&world);
    world.pass(Duration::from_mins(2)).await;
    stop.cancel();
    loops.await.unwrap();
    assert_eq!(sweep(&world).await, Some(SweepState::Done));
}

#[tokio::test(start_paused = true)]
async fn e2_a_sync_that_met_an_outage_goes_on_by_itself() {
    let world = World::small().await;
    world.connect().await;
    let down = Action {
        status: Some(503),
        ..Action::default()
    };
    org_answers(&world, "jobs/query", 8, down);
    assert!(world.engine.sync_to_end(world.id).await.is_err());
    world.salesforce.heal();
    world.step(Step::Sync).await;
    assert!(
        world.attributes(world.intercom.lead_id(0)).is_empty(),
        "not at once"
    );
    world.pass(Duration::from_mins(1)).await;
    world.step(Step::Sync).await;
    world.pass(Duration::from_mins(1)).await;
    assert!(!world.attributes(world.intercom.lead_id(0)).is_empty());
}

#[tokio::test(start_paused = true)]
async fn e2_a_read_that_salesforce_refuses_loses_nobody() {
    let world = World::synced().await;
    for index in [0, 11] {
        retitle(&world, index, "New");
    }
    world.step(Step::Poll).await;
    let ids = [0, 11].map(|index| lead_id(&world, index));
    world
        .engine
        .store()
        .mark_stale(world.id, &[], &ids)
        .await
        .unwrap();
    let hidden = Action {
        error: Some("INVALID_FIELD".to_owned()),
        ..Action::default()
    };
    org_answers(&world, "queryAll", 100_000, hidden);
    for _ in 0..6 {
        world.step(Step::Queue).await;
        world.pass(Duration::from_mins(1)).await;
    }
    let overview = world.engine.overview(world.id).await.unwrap();
    assert_eq!((overview.queued, overview.failures.len()), (2, 2));
    world.salesforce.heal();
    world.pass(Duration::from_hours(1)).await;
    world.settle().await;
    assert_eq!(title(&world, 0).as_deref(), Some("New"));
    assert_eq!(title(&world, 11).as_deref(), Some("New"));
    assert!(
        world
            .engine
            .overview(world.id)
            .await
            .unwrap()
            .failures
            .is_empty()
    );
}

#[tokio::test(start_paused = true)]
async fn e3_a_signal_whose_read_failed_is_looked_at_again() {
    let world = World::synced().await;
    let contact = world.intercom.lead_id(0);
    let id: ic::ContactId = contact.to_string().parse().unwrap();
    world.intercom.add_fault(intercom_sim::Fault {
        method: Some("GET".to_owned()),
        path: format!("/contacts/{contact}"),
        times: 1,
        status: Some(200),
        body: Some(json!({ "type": "contact" })),
        ..intercom_sim::Fault::default()
    });
    let email = fields(&[("email", json!("moved@example.com"))]);
    world
        .intercom
        .edit_contact_silently(contact, &email)
        .unwrap();
    mark(&world, Subject::Contact(id.clone())).await;
    world.step(Step::Queue).await;
    assert_eq!(
        world
            .engine
            .overview(world.id)
            .await
            .unwrap()
            .failures
            .len(),
        1
    );
    world.pass(Duration::from_mins(2)).await;
    world.settle().await;
    let row = world
        .engine
        .store()
        .contact(world.id, &id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(row.key.unwrap().as_str(), "moved@example.com");
}

#[tokio::test(start_paused = true)]
async fn invariant_2_a_doubted_row_takes_what_is_read_by_id() {
    let world = World::synced().await;
    let store = world.engine.store();
    let id: ic::ContactId = world.intercom.lead_id(0).to_string().parse().unwrap();
    let mut row = store.contact(world.id, &id).await.unwrap().unwrap();
    row.stamp = row.stamp.plus(Duration::from_mins(30));
    row.body.0[0] = Some("From a replica that was ahead".into());
    let mut ahead = Absorption::new(Lane::Live, Reason::Webhook, world.now());
    ahead.contacts.push(Observed {
        row,
        source: Source::Snapshot,
    });
    store.absorb(world.id, &ahead).await.unwrap();
    store.mark_stale(world.id, &[id], &[]).await.unwrap();
    retitle(&world, 0, "Through");
    world.settle().await;
    assert_eq!(title(&world, 0).as_deref(), Some("Through"));
}

#[tokio::test(start_paused = true)]
async fn a1_an_owner_change_is_due_with_what_stored_it() {
    let mut world = World::synced().await;
    let store = world.engine.store().clone();
    let shown = world.intercom.lead_id(0);
    let owner = world.attribute(shown, "SALESFORCE_OWNER_ID").unwrap();
    // The directory was read and stored, and then the process died.
    let mut rows = store
        .directory(world.id, store::DirectoryKind::User)
        .await
        .unwrap();
    for row in rows.iter_mut().filter(|row| row.id == owner) {
        row.name = "Renamed".to_owned();
    }
    let kinds = [store::DirectoryKind::User];
    store
        .put_directory(world.id, &kinds, &rows, world.now())
        .await
        .unwrap();
    world.edit_record(&owner, &json!({ "LastName": "Renamed", "FirstName": null }));
    world.restart().await;
    world.step(Step::Directory).await;
    world.settle().await;
    let name = world.attribute(shown, "SALESFORCE_OWNER_NAME");
    assert_eq!(name.as_deref(), Some("Renamed"));
}

#[tokio::test(start_paused = true)]
async fn invariant_6_what_committed_late_while_the_process_was_down_is_found() {
    let mut world = World::synced().await;
    // A long transaction: stamped now, visible in five minutes.
    world
        .salesforce
        .with_world(|org| org.delay_commits(Some(Duration::from_mins(5))));
    retitle(&world, 0, "Late");
    world.salesforce.with_world(|org| org.delay_commits(None));
    world.pass(Duration::from_mins(1)).await;
    // Somebody else changes, the cursor passes the late row's stamp, and the process ends.
    retitle(&world, 11, "On time");
    world.pass(Duration::from_secs(2)).await;
    world.step(Step::Poll).await;
    world.pass(Duration::from_mins(40)).await;
    retitle(&world, 11, "While down");
    world.restart().await;
    let (engine, stop) = (world.engine.clone(), CancellationToken::new());
    let token = stop.clone();
    let loops = tokio::spawn(async move { engine.run_until(token).await });
    world.pass(Duration::from_mins(1)).await;
    stop.cancel();
    loops.await.unwrap();
    assert_eq!(title(&world, 0).as_deref(), Some("Late"));
    assert_eq!(title(&world, 11).as_deref(), Some("While down"));
}

#[tokio::test(start_paused = true)]
async fn invariant_10_who_needs_no_read_goes_on_while_salesforce_cannot_be_read() {
    let world = World::synced().await;
    for index in [0, 11] {
        retitle(&world, index, "Promoted");
    }
    world.step(Step::Poll).await;
    let unread = lead_id(&world, 0);
    world
        .engine
        .store()
        .mark_stale(world.id, &[], &[unread])
        .await
        .unwrap();
    let down = Action {
        status: Some(503),
        ..Action::default()
    };
    org_answers(&world, "queryAll", 100_000, down);
    world.step(Step::Queue).await;
    assert_eq!(title(&world, 11).as_deref(), Some("Promoted"));
    assert_ne!(title(&world, 0).as_deref(), Some("Promoted"));
    world.salesforce.heal();
    world.pass(Duration::from_mins(1)).await;
    world.settle().await;
    assert_eq!(title(&world, 0).as_deref(), Some("Promoted"));
}

#[tokio::test(start_paused = true)]
async fn invariant_6_no_poll_passes_what_a_late_pass_still_owes() {
    let world = World::synced().await;
    // A long transaction: stamped now, visible in five minutes.
    world
        .salesforce
        .with_world(|org| org.delay_commits(Some(Duration::from_mins(5))));
    retitle(&world, 0, "Late");
    world.salesforce.with_world(|org| org.delay_commits(None));
    world.pass(Duration::from_secs(2)).await;
    world.step(Step::Poll).await;
    // Salesforce is away for half an hour; meanwhile others change.
    org_answers(
        &world,
        "",
        100_000,
        Action {
            status: Some(503),
            ..Action::default()
        },
    );
    let (engine, stop) = (world.engine.clone(), CancellationToken::new());
    let token = stop.clone();
    let loops = tokio::spawn(async move { engine.run_until(token).await });
    world.pass(Duration::from_mins(30)).await;
    retitle(&world, 11, "Meanwhile");
    world.salesforce.heal();
    world.pass(Duration::from_mins(3)).await;
    stop.cancel();
    loops.await.unwrap();
    assert_eq!(title(&world, 0).as_deref(), Some("Late"));
    assert_eq!(title(&world, 11).as_deref(), Some("Meanwhile"));
}

#[tokio::test(start_paused = true)]
async fn i3_a_sync_that_an_outage_stopped_goes_on_in_the_next_process() {
    let mut world = World::small().await;
    world.connect().await;
    world.salesforce.inject(Fault {
        matching: Matching {
            method: Some("POST".to_owned()),
            path_contains: Some("/jobs/query".to_owned()),
            ..Matching::default()
        },
        times: 100,
        action: Action {
            status: Some(503),
            ..Action::default()
        },
    });
    world.engine.sync_to_end(world.id).await.unwrap_err();
    let state = async |world: &World| {
        let overview = world.engine.overview(world.id).await.unwrap();
        overview.sweep.unwrap().state
    };
    assert_eq!(state(&world).await, SweepState::Failed);
    world.restart().await;
    world.salesforce.heal();
    let (engine, stop) = (world.engine.clone(), CancellationToken::new());
    let token = stop.clone();
    let loops = tokio::spawn(async move { engine.run_until(token).await });
    world.pass(Duration::from_secs(30)).await;
    stop.cancel();
    loops.await.unwrap();
    assert_eq!(state(&world).await, SweepState::Done);
}
