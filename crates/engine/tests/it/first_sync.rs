//! I3: both sides are read, everybody is linked and enriched, and nothing is written twice.

use std::time::Duration;

use engine::Phase;
use serde_json::json;

use crate::world::{World, fields, lead_email};

#[tokio::test(start_paused = true)]
async fn i3_everybody_is_linked_and_counted() {
    let world = World::small().await;
    world.connect().await;
    let counts = world.engine.sync_to_end(world.id).await.unwrap();
    assert_eq!(counts.contacts_read, 24);
    assert_eq!(counts.records_read, 24);
    // Leads 0, 6, 7, 11 and users 0, 1, 5, 6, 7, 10, 11 of the fixed cast.
    assert_eq!(counts.linked, 11);
    // Leads 1 and 8 have twins among the Leads, user 8 among the contacts.
    assert_eq!(counts.ambiguous, 3);
    assert_eq!(counts.unmatched, 10);
    assert_eq!(counts.intercom_writes, 11);
    assert_eq!(counts.salesforce_writes, 0);
    assert_eq!(world.salesforce_writes(), 0);
    let puts = world
        .intercom
        .calls()
        .into_iter()
        .filter(|call| call.method == "PUT")
        .count();
    assert_eq!(puts, 11);
    assert_eq!(world.engine.progress(world.id).borrow().phase, Phase::Done);
}

#[tokio::test(start_paused = true)]
async fn a1_a_contact_shows_its_record() {
    let world = World::synced().await;
    let lead = world.lead_with_email(&lead_email(0)).pop().unwrap();
    let shown = world.attributes(world.intercom.lead_id(0));
    assert_eq!(shown["SALESFORCE_OBJECT_TYPE"], "Lead");
    assert_eq!(shown["SALESFORCE_ID"], lead["Id"].as_str().unwrap());
    assert_eq!(shown["SALESFORCE_STATUS"], lead["Status"].as_str().unwrap());
    assert_eq!(shown["SALESFORCE_TITLE"], lead["Title"].as_str().unwrap());
    assert_eq!(
        shown["SALESFORCE_OWNER_ID"],
        lead["OwnerId"].as_str().unwrap()
    );
    assert!(shown.contains_key("SALESFORCE_OWNER_NAME"));
    let of_contact = world.attributes(world.intercom.user_id(0));
    assert_eq!(of_contact["SALESFORCE_OBJECT_TYPE"], "Contact");
    assert!(!of_contact.contains_key("SALESFORCE_STATUS"));
    // M3: the contact wins over the Lead that shares its email, for both contacts of the person.
    for contact in [world.intercom.lead_id(6), world.intercom.user_id(6)] {
        let kind = world.attribute(contact, "SALESFORCE_OBJECT_TYPE");
        assert_eq!(kind.as_deref(), Some("Contact"));
    }
}

#[tokio::test(start_paused = true)]
async fn a1_nobody_else_is_touched() {
    let world = World::synced().await;
    // None (2, 3, 5), without email (4), many Leads (1, 8).
    for index in [1, 2, 3, 4, 5, 8] {
        assert!(
            world.attributes(world.intercom.lead_id(index)).is_empty(),
            "lead {index}"
        );
    }
    assert!(world.attributes(world.intercom.user_id(8)).is_empty());
}

#[tokio::test(start_paused = true)]
async fn a5_the_second_sync_writes_nothing() {
    let world = World::synced().await;
    let counts = world.engine.sync_to_end(world.id).await.unwrap();
    assert_eq!(counts.contacts_read, 24);
    assert_eq!(counts.linked, 11);
    assert_eq!(counts.intercom_writes, 0);
    assert_eq!(world.intercom_writes(), 0);
    assert_eq!(world.salesforce_writes(), 0);
}

#[tokio::test(start_paused = true)]
async fn a5_one_altered_attribute_is_one_write() {
    let world = World::synced().await;
    let contact = world.intercom.lead_id(0);
    let attributes = json!({ "SALESFORCE_TITLE": "Somebody else's idea" });
    world
        .intercom
        .edit_contact_silently(contact, &fields(&[("custom_attributes", attributes)]))
        .unwrap();
    world.pass(Duration::from_secs(5)).await;
    let counts = world.engine.sync_to_end(world.id).await.unwrap();
    assert_eq!(counts.intercom_writes, 1);
    assert_eq!(world.intercom_writes(), 1);
    let lead = world.lead_with_email(&lead_email(0)).pop().unwrap();
    assert_eq!(
        world.attribute(contact, "SALESFORCE_TITLE").as_deref(),
        lead["Title"].as_str()
    );
}

/// A contact that was edited in the second of our own write shows the same stamp, and is read by id
/// only when the walk reaches the person that it left. Its new one has no turn any more.
#[tokio::test(start_paused = true)]
async fn m7_who_changed_persons_during_the_walk_is_brought_along_by_the_same_sync() {
    let world = World::small().await;
    world.connect().await;
    world.engine.sync_to_end(world.id).await.unwrap();
    let moved = [0, 11].map(|index| world.intercom.lead_id(index));
    for contact in moved {
        assert!(world.attribute(contact, "SALESFORCE_ID").is_some());
        let email = json!(format!("{contact}@elsewhere.example"));
        world
            .intercom
            .edit_contact_silently(contact, &fields(&[("email", email)]))
            .unwrap();
    }
    // Still the same second, and later than the answers to our writes.
    world.pass(Duration::from_millis(300)).await;
    let counts = world.engine.sync_to_end(world.id).await.unwrap();
    assert_eq!(counts.intercom_writes, 2);
    for contact in moved {
        assert!(world.attributes(contact).is_empty(), "{contact}");
    }
    let counts = world.engine.sync_to_end(world.id).await.unwrap();
    assert_eq!(counts.intercom_writes, 0);
}

#[tokio::test(start_paused = true)]
async fn i3_a_stopped_sync_goes_on_where_it_was() {
    let mut world = World::small().await;
    world.connect().await;
    // Reconciling fails for good in the middle: Intercom is down for writes.
    world.intercom.add_fault(intercom_sim::Fault {
        method: Some("PUT".to_owned()),
        path: "/contacts/".to_owned(),
        times: 1000,
        status: Some(503),
        ..intercom_sim::Fault::default()
    });
    let counts = world.engine.sync_to_end(world.id).await.unwrap();
    assert_eq!(counts.intercom_writes, 0);
    assert_eq!(
        counts.failed,
        11 - 2,
        "leads 6 and 7 are the same persons as users 6 and 7"
    );
    let overview = world.engine.overview(world.id).await.unwrap();
    assert_eq!(overview.failures.len(), 11);
    assert_eq!(
        overview.failures_by_cause,
        [("intercom.unavailable".to_owned(), 11)]
    );
    world.intercom.clear_faults();
    world.restart().await;
    world.pass(Duration::from_mins(15)).await;
    world.settle().await;
    let overview = world.engine.overview(world.id).await.unwrap();
    assert_eq!(
        overview.failures.len(),
        0,
        "what time cured is not listed any more"
    );
    assert_eq!(
        world
            .attribute(world.intercom.lead_id(0), "SALESFORCE_OBJECT_TYPE")
            .as_deref(),
        Some("Lead")
    );
    assert_eq!(
        world.attributes(world.intercom.user_id(6)).len(),
        world.attributes(world.intercom.lead_id(6)).len()
    );
}

#[tokio::test(start_paused = true)]
async fn i8_a_side_that_lost_its_rows_unlinks_nobody() {
    let world = World::of(crate::world::Size {
        leads: 60,
        contacts: 60,
    })
    .await;
    world.connect().await;
    let first = world.engine.sync_to_end(world.id).await.unwrap();
    world.settle().await;
    world.forget_calls();
    // The results of both Bulk jobs are a header row only, as after a lost permission.
    for _ in 0..2 {
        world.salesforce.inject(salesforce_sim::Fault {
            matching: salesforce_sim::Matching {
                method: Some("GET".to_owned()),
                path_contains: Some("/results".to_owned()),
                ..salesforce_sim::Matching::default()
            },
            times: 3,
            action: salesforce_sim::Action {
                status: Some(403),
                body: Some(
                    r#"[{"errorCode":"INSUFFICIENT_ACCESS","message":"You do not have permission to view this record."}]"#
                        .to_owned(),
                ),
                ..salesforce_sim::Action::default()
            },
        });
    }
    let error = world.engine.sync_to_end(world.id).await.unwrap_err();
    assert!(error.to_string().contains("no access"), "{error}");
    assert_eq!(world.intercom_writes(), 0);
    world.salesforce.heal();
    let again = world.engine.sync_to_end(world.id).await.unwrap();
    assert_eq!(again.linked, first.linked);
    assert_eq!(again.intercom_writes, 0);
}
