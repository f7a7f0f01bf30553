//! M2, C4: a converted Lead stands for the contact that it became.

use engine::{Click, Shown};
use intercom_sim::ObjectId;
use planner::card::View;
use salesforce_sim::{Conversion, RecordId, Restriction};
use serde_json::json;

use crate::world::World;

const ADA: &str = "ada@acme.example";
const BOB: &str = "bob@acme.example";

/// Ada shows a Lead, which a rep converts.
async fn converted(how: &Conversion) -> (World, ObjectId, RecordId) {
    let world = World::staged().await;
    let ada = world.visitor(ADA).await;
    let lead = world.lead(ADA);
    world.settle().await;
    world.assert_shows(ada, ADA, lead).await;
    let became = world.salesforce.convert_as_rep(lead, how).unwrap();
    world.settle().await;
    (world, ada, became.contact_id)
}

#[tokio::test(start_paused = true)]
async fn c4_a_converted_lead_shows_its_contact_and_account() {
    let (world, ada, contact) = converted(&Conversion::default()).await;
    world.assert_shows(ada, ADA, contact).await;
    let object_type = world.attribute(ada, "SALESFORCE_OBJECT_TYPE");
    assert_eq!(object_type.as_deref(), Some("Contact"));
    assert_eq!(world.attribute(ada, "SALESFORCE_STATUS"), None);
    let Shown::Card(card) = world.click(ada, Click::Draw).await else {
        panic!("no card")
    };
    assert_eq!(card.title, "Lena Lead");
    let views: Vec<View> = card.views.iter().map(|(view, _)| *view).collect();
    assert_eq!(views, [View::Person, View::Account]);
    let account = world.click(ada, Click::View(View::Account)).await;
    let Shown::Card(account) = account else {
        panic!("{account:?}")
    };
    assert_eq!(account.title, "Acme");
}

#[tokio::test(start_paused = true)]
async fn m2_a_converted_lead_stands_for_a_contact_of_another_email() {
    let world = World::staged().await;
    let (ada, bob) = (world.visitor(ADA).await, world.visitor(BOB).await);
    let lead = world.lead(ADA);
    let standing = world.sf_contact(BOB, "CEO");
    world.settle().await;
    let into_standing = Conversion {
        contact_id: Some(standing),
        ..Conversion::default()
    };
    world
        .salesforce
        .convert_as_rep(lead, &into_standing)
        .unwrap();
    world.settle().await;
    world.assert_shows(ada, ADA, standing).await;
    world.assert_shows(bob, BOB, standing).await;
}

#[tokio::test(start_paused = true)]
async fn m2_the_contact_of_a_conversion_gets_another_email_and_still_counts() {
    let (world, ada, contact) = converted(&Conversion::default()).await;
    let fields = json!({ "Email": BOB });
    world.salesforce.edit_as_rep(contact, &fields).unwrap();
    world.settle().await;
    world.assert_shows(ada, ADA, contact).await;
    let bob = world.visitor(BOB).await;
    world.settle().await;
    world.assert_shows(bob, BOB, contact).await;
}

#[tokio::test(start_paused = true)]
async fn m2_the_result_of_a_conversion_that_cannot_be_seen_counts_for_nothing_until_it_shows() {
    let world = World::staged().await;
    let ada = world.visitor(ADA).await;
    let (lead, standing) = (world.lead(ADA), world.sf_contact(BOB, "CEO"));
    world
        .salesforce
        .with_world(|org| org.restrict(Restriction::Records(vec![standing]), 0));
    world.settle().await;
    world.assert_shows(ada, ADA, lead).await;
    let into_standing = Conversion {
        contact_id: Some(standing),
        ..Conversion::default()
    };
    world
        .salesforce
        .convert_as_rep(lead, &into_standing)
        .unwrap();
    world.settle().await;
    world.assert_alone(ada, ADA).await;
    world
        .salesforce
        .with_world(|org| org.show_records(&[standing]));
    let touched = json!({ "Title": "CTO" });
    world.salesforce.edit_as_rep(standing, &touched).unwrap();
    world.settle().await;
    world.assert_shows(ada, ADA, standing).await;
}

#[tokio::test(start_paused = true)]
async fn m2_converted_and_the_contact_deleted_leaves_nothing() {
    let (world, ada, contact) = converted(&Conversion::default()).await;
    world.salesforce.delete_as_rep(contact).unwrap();
    world.settle().await;
    world.assert_alone(ada, ADA).await;
    assert_eq!(world.failed().await, [""; 0]);
    world.salesforce.undelete_as_rep(contact).unwrap();
    world.settle().await;
    world.assert_shows(ada, ADA, contact).await;
}
