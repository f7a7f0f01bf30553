//! Webhooks and polls lead to the same reconciliation; what changed on one side shows on the
//! other.

use engine::{Received, Step};
use serde_json::json;

use crate::world::{World, fields, lead_email, people};

#[tokio::test(start_paused = true)]
async fn a1_a_changed_title_and_status_arrive_with_one_write() {
    let world = World::synced().await;
    let lead = world.lead_with_email(&lead_email(0)).pop().unwrap();
    let id = lead["Id"].as_str().unwrap();
    world.edit_record(
        id,
        &json!({ "Title": "Chief of Tides", "Status": "Working - Contacted" }),
    );
    world.settle().await;
    let shown = world.attributes(world.intercom.lead_id(0));
    assert_eq!(shown["SALESFORCE_TITLE"], "Chief of Tides");
    assert_eq!(shown["SALESFORCE_STATUS"], "Working - Contacted");
    let calls = world.intercom.calls();
    assert_eq!(calls.iter().filter(|call| call.method == "PUT").count(), 1);
    // The other one tells of the status (A3).
    assert_eq!(world.intercom_writes(), 2);
    assert_eq!(world.salesforce_writes(), 0);
}

#[tokio::test(start_paused = true)]
async fn m7_a_lead_whose_email_changed_leaves_its_contact_and_finds_another() {
    let world = World::synced().await;
    let lead = world.lead_with_email(&lead_email(0)).pop().unwrap();
    let id = lead["Id"].as_str().unwrap();
    let stranger = people().lead(3).intercom_email.unwrap();
    world.edit_record(id, &json!({ "Email": stranger }));
    world.settle().await;
    assert!(
        world.attributes(world.intercom.lead_id(0)).is_empty(),
        "M1: what we had set is cleared"
    );
    let found = world.attribute(world.intercom.lead_id(3), "SALESFORCE_ID");
    assert_eq!(found.as_deref(), Some(id));
    assert_eq!(world.intercom_writes(), 2);
}

#[tokio::test(start_paused = true)]
async fn m7_a_contact_whose_email_changed_finds_its_lead() {
    let world = World::synced().await;
    let contact = world.intercom.lead_id(3);
    let email = lead_email(11).to_uppercase();
    world
        .intercom
        .edit_contact(contact, &fields(&[("email", json!(email))]))
        .unwrap();
    world.settle().await;
    let lead = world.lead_with_email(&lead_email(11)).pop().unwrap();
    assert_eq!(
        world.attribute(contact, "SALESFORCE_ID").as_deref(),
        lead["Id"].as_str()
    );
    // M6: the lead who had it all along keeps it.
    let other = world.attribute(world.intercom.lead_id(11), "SALESFORCE_ID");
    assert_eq!(other.as_deref(), lead["Id"].as_str());
}

#[tokio::test(start_paused = true)]
async fn m2_a_converted_lead_becomes_its_contact() {
    let world = World::synced().await;
    let lead = world.lead_with_email(&lead_email(0)).pop().unwrap();
    let id: salesforce_sim::RecordId = lead["Id"].as_str().unwrap().parse().unwrap();
    let became = world
        .salesforce
        .convert_as_rep(id, &salesforce_sim::Conversion::default())
        .unwrap();
    world.settle().await;
    let shown = world.attributes(world.intercom.lead_id(0));
    assert_eq!(shown["SALESFORCE_OBJECT_TYPE"], "Contact");
    assert_eq!(shown["SALESFORCE_ID"], became.contact_id.to_string());
    assert!(!shown.contains_key("SALESFORCE_STATUS"));
}

#[tokio::test(start_paused = true)]
async fn m8_a_deleted_lead_leaves_its_contact() {
    let world = World::synced().await;
    let lead = world.lead_with_email(&lead_email(0)).pop().unwrap();
    let id = lead["Id"].as_str().unwrap().parse().unwrap();
    world.salesforce.delete_as_rep(id).unwrap();
    world.settle().await;
    assert!(world.attributes(world.intercom.lead_id(0)).is_empty());
    // Brought back from the recycle bin, it is found again.
    world.salesforce.undelete_as_rep(id).unwrap();
    world.settle().await;
    let shown = world.attribute(world.intercom.lead_id(0), "SALESFORCE_ID");
    assert_eq!(shown.as_deref(), lead["Id"].as_str());
}

#[tokio::test(start_paused = true)]
async fn invariant_8_our_own_writes_come_back_and_change_nothing() {
    let world = World::synced().await;
    let lead = world.lead_with_email(&lead_email(0)).pop().unwrap();
    world.edit_record(lead["Id"].as_str().unwrap(), &json!({ "Title": "Once" }));
    world.settle().await;
    world.forget_calls();
    world.settle().await;
    assert_eq!(world.intercom_writes(), 0);
    assert_eq!(
        world
            .engine
            .sync_to_end(world.id)
            .await
            .unwrap()
            .intercom_writes,
        0
    );
}

#[tokio::test(start_paused = true)]
async fn duplicated_and_reordered_webhooks_change_nothing_more() {
    let world = World::synced().await;
    world
        .intercom
        .set_webhook_controls(intercom_sim::WebhookControls {
            duplicate_next: 10,
            reverse: true,
            ..intercom_sim::WebhookControls::default()
        });
    let contact = world.intercom.lead_id(3);
    for email in [
        "first@elsewhere.example",
        "second@elsewhere.example",
        &lead_email(11),
    ] {
        world
            .intercom
            .edit_contact(contact, &fields(&[("email", json!(email))]))
            .unwrap();
    }
    world.settle().await;
    let lead = world.lead_with_email(&lead_email(11)).pop().unwrap();
    assert_eq!(
        world.attribute(contact, "SALESFORCE_ID").as_deref(),
        lead["Id"].as_str()
    );
    assert_eq!(world.intercom_writes(), 1);
}

#[tokio::test(start_paused = true)]
async fn invariant_6_the_catch_up_finds_what_every_lost_webhook_said() {
    let world = World::synced().await;
    world
        .intercom
        .set_webhook_controls(intercom_sim::WebhookControls {
            off: true,
            ..intercom_sim::WebhookControls::default()
        });
    let contact = world.intercom.lead_id(3);
    world
        .intercom
        .edit_contact(contact, &fields(&[("email", json!(lead_email(11)))]))
        .unwrap();
    world.settle().await;
    assert!(world.attributes(contact).is_empty(), "nobody was told");
    world.step(Step::CatchUp).await;
    world.settle().await;
    assert!(world.attributes(contact).contains_key("SALESFORCE_ID"));
}

#[tokio::test(start_paused = true)]
async fn invariant_6_what_commits_late_is_found_by_the_late_pass() {
    let world = World::synced().await;
    let lead = world.lead_with_email(&lead_email(0)).pop().unwrap();
    let other = world.lead_with_email(&lead_email(11)).pop().unwrap();
    let edit = |id: &str, title: &str| world.edit_record(id, &json!({ "Title": title }));
    let five_minutes = std::time::Duration::from_mins(5);
    world
        .salesforce
        .with_world(|org| org.delay_commits(Some(five_minutes)));
    edit(lead["Id"].as_str().unwrap(), "Committed late");
    world.salesforce.with_world(|org| org.delay_commits(None));
    world.pass(std::time::Duration::from_mins(1)).await;
    edit(other["Id"].as_str().unwrap(), "Committed at once");
    world.settle().await;
    world.pass(five_minutes).await;
    world.settle().await;
    let title = || world.attribute(world.intercom.lead_id(0), "SALESFORCE_TITLE");
    assert_ne!(
        title().as_deref(),
        Some("Committed late"),
        "the cursor has passed its stamp"
    );
    world.step(Step::LatePass).await;
    world.settle().await;
    assert_eq!(title().as_deref(), Some("Committed late"));
}

#[tokio::test(start_paused = true)]
async fn m8_an_archived_contact_is_left_alone() {
    let world = World::synced().await;
    let contact = world.contact(world.intercom.lead_id(0)).id;
    let item = json!({ "type": "contact", "id": contact.to_string(), "deleted": true });
    // A notice without a deletion: what is true is read by id, and the contact is still there.
    world.intercom.send_webhook("contact.deleted", item);
    world.settle().await;
    assert!(!world.attributes(world.intercom.lead_id(0)).is_empty());
    assert_eq!(world.intercom_writes(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_webhook_of_an_unknown_workspace_is_dropped_and_counted_as_answered() {
    let world = World::synced().await;
    let body = br#"{"type":"notification_event","app_id":"zzzz9999","topic":"ping","data":{"item":{"type":"ping"}}}"#;
    let signature = sign(body);
    let received = world.engine.receive("main", Some(&signature), body).await;
    assert_eq!(received, Received::DroppedUnknownWorkspace);
}

#[tokio::test(start_paused = true)]
async fn a_webhook_with_a_wrong_signature_or_body_is_refused() {
    let world = World::synced().await;
    let body = br#"{"type":"notification_event"}"#;
    let refused = |signature: Option<String>, body: &'static [u8]| {
        let engine = world.engine.clone();
        async move { engine.receive("main", signature.as_deref(), body).await }
    };
    assert_eq!(refused(None, body).await, Received::BadSignature);
    let wrong = "sha1=0000000000000000000000000000000000000000".to_owned();
    assert_eq!(refused(Some(wrong), body).await, Received::BadSignature);
    assert!(matches!(
        refused(Some(sign(body)), body).await,
        Received::Unreadable(_)
    ));
    let not_json = b"<html>";
    assert!(matches!(
        refused(Some(sign(not_json)), not_json).await,
        Received::Unreadable(_)
    ));
    let unknown = world.engine.receive("other", Some(&sign(body)), body).await;
    assert_eq!(unknown, Received::UnknownApp);
    assert_eq!(
        world
            .engine
            .overview(world.id)
            .await
            .unwrap()
            .deliveries_kept,
        0
    );
}

fn sign(body: &[u8]) -> String {
    use aws_lc_rs::hmac;
    use std::fmt::Write;
    let key = hmac::Key::new(
        hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
        crate::world::INTERCOM_SECRET.as_bytes(),
    );
    let mut header = "sha1=".to_owned();
    for byte in hmac::sign(&key, body).as_ref() {
        write!(header, "{byte:02x}").unwrap();
    }
    header
}
