//! M8, M7: whoever is merged or moves takes along what belongs to them.

use std::collections::BTreeMap;
use std::time::Duration;

use engine::{Click, Shown, Step};
use intercom_sim::{ObjectId, WebhookControls};
use model::How;
use salesforce_sim::{Action, Conversion, Cut, RecordId};
use serde_json::{Value, json};

use crate::world::World;

const ADA: &str = "ada@acme.example";
const BOB: &str = "bob@acme.example";
const EVE: &str = "eve@acme.example";

impl World {
    fn merge(&self, loser: RecordId, master: RecordId) {
        self.salesforce.merge_as_rep(master, &[loser]).unwrap();
    }

    fn purge(&self, record: RecordId) {
        self.salesforce
            .with_world(|world| world.purge_as_rep(record))
            .unwrap();
    }

    async fn sync(&self) {
        self.engine.sync_to_end(self.id).await.unwrap();
        self.settle().await;
    }

    async fn pin(&self, contact: ObjectId, record: RecordId) {
        let take = Click::Take(record.to_string().parse().unwrap());
        let shown = self.click(contact, take).await;
        assert!(matches!(shown, Shown::Card(_)), "{shown:?}");
        self.settle().await;
    }
}

/// Ada shows a Lead of her own; Bob, whom she does not know, another.
async fn two_leads() -> (World, [ObjectId; 2], [RecordId; 2]) {
    let world = World::staged().await;
    let contacts = [world.visitor(ADA).await, world.visitor(BOB).await];
    let leads = [world.lead(ADA), world.lead(BOB)];
    world.settle().await;
    world.assert_shows(contacts[0], ADA, leads[0]).await;
    world.assert_shows(contacts[1], BOB, leads[1]).await;
    world.forget_calls();
    (world, contacts, leads)
}

#[tokio::test(start_paused = true)]
async fn m8_of_two_leads_of_one_email_the_survivor_is_the_match() {
    let world = World::staged().await;
    let ada = world.visitor(ADA).await;
    let (one, other) = (world.lead(ADA), world.lead(ADA));
    world.settle().await;
    world.assert_alone(ada, ADA).await;
    world.merge(other, one);
    world.settle().await;
    world.assert_shows(ada, ADA, one).await;
    assert_eq!(world.failed().await, [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn m8_a_lead_merged_into_one_of_another_email_is_followed() {
    let (world, [ada, bob], [lost, kept]) = two_leads().await;
    world.merge(lost, kept);
    world.settle().await;
    world.assert_shows(ada, ADA, kept).await;
    world.assert_shows(bob, BOB, kept).await;
    // Ada's id is the only thing that changed: both Leads are alike, and Bob's stays.
    assert_eq!(world.intercom_writes(), 1);
    world.settle().await;
    assert_eq!((world.intercom_writes(), world.salesforce_writes()), (1, 0));
    // Not one of A3's occasions: the status is the same.
    assert_eq!(world.events(ada).await, [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn m8_a_contact_merged_into_one_of_another_email_is_followed() {
    let world = World::staged().await;
    let (ada, bob) = (world.customer(ADA).await, world.customer(BOB).await);
    let lost = world.sf_contact(ADA, "CTO");
    let kept = world.sf_contact(BOB, "CEO");
    world.settle().await;
    world.merge(lost, kept);
    world.settle().await;
    for (contact, email) in [(ada, ADA), (bob, BOB)] {
        world.assert_shows(contact, email, kept).await;
        let title = world.attribute(contact, "SALESFORCE_TITLE");
        assert_eq!(title.as_deref(), Some("CEO"));
    }
}

#[tokio::test(start_paused = true)]
async fn m8_a_chain_of_merges_ends_at_its_last_survivor() {
    let (world, [ada, bob], [first, second]) = two_leads().await;
    let last = world.lead(EVE);
    world.merge(first, second);
    world.settle().await;
    world.merge(second, last);
    world.settle().await;
    world.assert_shows(ada, ADA, last).await;
    world.assert_shows(bob, BOB, last).await;
    assert_eq!(world.failed().await, [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn m8_merged_and_then_converted_is_the_contact_that_the_survivor_became() {
    let (world, [ada, bob], [lost, kept]) = two_leads().await;
    world.merge(lost, kept);
    world.settle().await;
    let became = world
        .salesforce
        .convert_as_rep(kept, &Conversion::default())
        .unwrap();
    world.settle().await;
    for (contact, email) in [(ada, ADA), (bob, BOB)] {
        world.assert_shows(contact, email, became.contact_id).await;
        let object_type = "SALESFORCE_CHANGE_OBJECT_TYPE: Lead > Contact";
        assert_eq!(world.events(contact).await, [object_type]);
    }
}

#[tokio::test(start_paused = true)]
async fn m8_a_merge_that_nobody_watched_is_seen_by_a_whole_sync() {
    let (world, [ada, bob], [lost, kept]) = two_leads().await;
    world.merge(lost, kept);
    // No poll: the sync alone reads that the loser is missing, and asks for it by id.
    world.engine.sync_to_end(world.id).await.unwrap();
    world.step(Step::Queue).await;
    world.assert_shows(ada, ADA, kept).await;
    world.assert_shows(bob, BOB, kept).await;
    assert_eq!(world.failed().await, [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn m8_a_loser_that_is_purged_afterwards_changes_nothing() {
    let (world, [ada, bob], [lost, kept]) = two_leads().await;
    world.merge(lost, kept);
    world.settle().await;
    world.purge(lost);
    world.forget_calls();
    world.sync().await;
    world.assert_shows(ada, ADA, kept).await;
    world.assert_shows(bob, BOB, kept).await;
    assert_eq!(world.failed().await, [""; 0]);
    assert_eq!(world.intercom_writes(), 0);
}

#[tokio::test(start_paused = true)]
async fn m8_a_loser_purged_before_anybody_looked_is_listed_until_an_admin_says() {
    let (world, [ada, bob], [lost, kept]) = two_leads().await;
    world.merge(lost, kept);
    world.purge(lost);
    world.sync().await;
    // Whether it was deleted or hidden nobody can tell (invariant 7).
    world.assert_shows(ada, ADA, lost).await;
    world.assert_shows(bob, BOB, kept).await;
    assert_eq!(world.failed().await, ["m8.hidden"]);
    let id = lost.to_string().parse().unwrap();
    assert!(world.engine.forget_hidden(world.id, id).await.unwrap());
    world.settle().await;
    world.assert_alone(ada, ADA).await;
    assert_eq!(world.failed().await, [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn m8_a_record_leaves_with_the_recycle_bin_and_comes_back_out_of_it() {
    let (world, [ada, bob], [hers, his]) = two_leads().await;
    world.salesforce.delete_as_rep(hers).unwrap();
    world.settle().await;
    world.assert_alone(ada, ADA).await;
    world.salesforce.undelete_as_rep(hers).unwrap();
    world.settle().await;
    world.assert_shows(ada, ADA, hers).await;
    world.assert_shows(bob, BOB, his).await;
    assert_eq!(world.intercom_writes(), 2);
}

#[tokio::test(start_paused = true)]
async fn m8_a_pin_on_the_loser_moves_to_the_survivor() {
    let (world, _, [lost, kept]) = two_leads().await;
    let eve = world.visitor(EVE).await;
    world.settle().await;
    world.pin(eve, lost).await;
    world.assert_shows(eve, EVE, lost).await;
    world.merge(lost, kept);
    world.settle().await;
    world.assert_shows(eve, EVE, kept).await;
    assert_eq!(world.links(EVE).await[0].2, How::Pin);
    world.click(eve, Click::Unpin).await;
    world.settle().await;
    world.assert_alone(eve, EVE).await;
}

/// A lead and a user of Intercom, each of whom shows a record of their own.
async fn lead_and_user() -> (World, [ObjectId; 2], [RecordId; 2]) {
    let world = World::staged().await;
    let contacts = [world.visitor(ADA).await, world.customer(BOB).await];
    let records = [world.lead(ADA), world.sf_contact(BOB, "CEO")];
    world.settle().await;
    world.assert_shows(contacts[0], ADA, records[0]).await;
    world.assert_shows(contacts[1], BOB, records[1]).await;
    world.forget_calls();
    (world, contacts, records)
}

#[tokio::test(start_paused = true)]
async fn m8_after_an_intercom_merge_the_survivors_own_key_decides() {
    let (world, [lead, user], [_, record]) = lead_and_user().await;
    world.intercom.merge_contacts(lead, user).unwrap();
    world.settle().await;
    world.assert_shows(user, BOB, record).await;
    assert_eq!(world.links(ADA).await, []);
    assert_eq!((world.intercom_writes(), world.salesforce_writes()), (0, 0));
    assert_eq!(world.failed().await, [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn m8_a_survivor_without_a_key_takes_the_losers() {
    let (world, [lead, user], [record, _]) = lead_and_user().await;
    world.set_email(user, None);
    world.settle().await;
    world.assert_alone(user, BOB).await;
    // Intercom hands the lead's email to a user who has none.
    world.intercom.merge_contacts(lead, user).unwrap();
    world.settle().await;
    world.assert_shows(user, ADA, record).await;
}

#[tokio::test(start_paused = true)]
async fn m8_a_merge_that_no_webhook_told_is_met_by_the_next_write() {
    let (world, [lead, user], [lost, record]) = lead_and_user().await;
    world.intercom.merge_contacts(lead, user).unwrap();
    world.lose_webhooks();
    world.set_status(lost, "Working - Contacted");
    world.settle().await;
    let puts: Vec<u16> = world
        .intercom
        .calls()
        .iter()
        .filter(|call| call.method == "PUT")
        .map(|call| call.status)
        .collect();
    assert_eq!(puts, [410], "the only write is answered as merged");
    world.assert_shows(user, BOB, record).await;
    assert_eq!(world.links(ADA).await, []);
    assert_eq!(world.failed().await, [""; 0]);
    // The status was the loser's; who survived has no Lead, and hears nothing of it.
    assert_eq!(world.events(user).await, [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn m8_a_merge_that_no_webhook_told_is_met_by_the_next_reading() {
    let (world, [lead, user], [_, record]) = lead_and_user().await;
    world.intercom.merge_contacts(lead, user).unwrap();
    world.lose_webhooks();
    let told = json!({ "type": "contact", "id": lead.to_string() });
    world.intercom.send_webhook("contact.lead.updated", told);
    world.settle().await;
    let path = format!("/contacts/{lead}");
    let read = world.intercom.calls().into_iter();
    let read: Vec<u16> = read
        .filter(|call| call.path == path)
        .map(|call| call.status)
        .collect();
    assert_eq!(read, [410]);
    world.assert_shows(user, BOB, record).await;
    assert_eq!(world.links(ADA).await, []);
    assert_eq!(world.failed().await, [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn m8_a_pin_of_the_losers_email_moves_with_the_merge() {
    let world = World::staged().await;
    let (lead, user) = (world.visitor(ADA).await, world.customer(BOB).await);
    let record = world.lead(EVE);
    world.settle().await;
    world.pin(lead, record).await;
    world.assert_shows(lead, ADA, record).await;
    world.intercom.merge_contacts(lead, user).unwrap();
    world.settle().await;
    world.assert_shows(user, BOB, record).await;
    assert_eq!(world.links(BOB).await[0].2, How::Pin);
}

#[tokio::test(start_paused = true)]
async fn m8_a_pin_stays_where_somebody_else_holds_the_losers_email() {
    let world = World::staged().await;
    let (lead, other) = (world.visitor(ADA).await, world.visitor(ADA).await);
    let user = world.customer(BOB).await;
    let record = world.lead(EVE);
    world.settle().await;
    world.pin(lead, record).await;
    world.intercom.merge_contacts(lead, user).unwrap();
    world.settle().await;
    world.assert_shows(other, ADA, record).await;
    world.assert_alone(user, BOB).await;
}

#[tokio::test(start_paused = true)]
async fn m8_an_archived_contact_leaves_and_comes_back() {
    let (world, [lead, _], [record, _]) = lead_and_user().await;
    world.intercom.archive_contact(lead).unwrap();
    world.settle().await;
    assert_eq!(world.links(ADA).await, []);
    // Nobody writes to what is in the archive.
    world.set_status(record, "Working - Contacted");
    world.settle().await;
    assert_eq!(world.intercom_writes(), 0);
    world.intercom.unarchive_contact(lead).unwrap();
    world.settle().await;
    world.assert_shows(lead, ADA, record).await;
    let status = world.attribute(lead, "SALESFORCE_STATUS");
    assert_eq!(status.as_deref(), Some("Working - Contacted"));
    // It was linked anew: nothing is told of a change (A3).
    assert_eq!(world.events(lead).await, [""; 0]);
    assert_eq!(world.failed().await, [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn m8_a_deleted_contact_leaves() {
    let (world, [lead, _], [record, _]) = lead_and_user().await;
    world.intercom.delete_contact(lead).unwrap();
    world.settle().await;
    assert_eq!(world.links(ADA).await, []);
    world.set_status(record, "Working - Contacted");
    world.settle().await;
    assert_eq!(world.intercom_writes(), 0);
    assert_eq!(world.failed().await, [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn m8_archived_and_unarchived_in_any_order_is_there() {
    let (world, [lead, _], [record, _]) = lead_and_user().await;
    world.intercom.archive_contact(lead).unwrap();
    world.pass(Duration::from_secs(1)).await;
    world.intercom.unarchive_contact(lead).unwrap();
    world.settle().await;
    world.assert_shows(lead, ADA, record).await;
    world.intercom.set_webhook_controls(WebhookControls {
        reverse: true,
        ..WebhookControls::default()
    });
    world.intercom.archive_contact(lead).unwrap();
    world.pass(Duration::from_secs(1)).await;
    world.intercom.unarchive_contact(lead).unwrap();
    world.settle().await;
    world.assert_shows(lead, ADA, record).await;
    assert_eq!(world.intercom_writes(), 0);
}

#[tokio::test(start_paused = true)]
async fn m7_a_contact_whose_email_changes_is_another_person_and_back_again() {
    let (world, [ada, bob], [hers, his]) = two_leads().await;
    world.set_email(ada, Some(BOB));
    world.settle().await;
    world.assert_shows(ada, BOB, his).await;
    world.assert_shows(bob, BOB, his).await;
    assert_eq!(world.links(ADA).await, []);
    assert_eq!(world.intercom_writes(), 1);
    world.set_email(ada, None);
    world.settle().await;
    world.assert_alone(ada, BOB).await;
    assert_eq!(world.intercom_writes(), 2);
    world.set_email(ada, Some(ADA));
    world.settle().await;
    world.assert_shows(ada, ADA, hers).await;
    world.assert_shows(bob, BOB, his).await;
    world.settle().await;
    assert_eq!((world.intercom_writes(), world.salesforce_writes()), (3, 0));
}

#[tokio::test(start_paused = true)]
async fn m7_a_record_whose_email_changes_is_another_person_and_back_again() {
    let world = World::staged().await;
    let (ada, bob) = (world.visitor(ADA).await, world.visitor(BOB).await);
    let lead = world.lead(ADA);
    world.settle().await;
    world.assert_shows(ada, ADA, lead).await;
    world.forget_calls();
    for (email, writes) in [(json!(BOB), 2), (Value::Null, 3), (json!(ADA), 4)] {
        let fields = json!({ "Email": email });
        world.salesforce.edit_as_rep(lead, &fields).unwrap();
        world.settle().await;
        let holders = [(ada, ADA), (bob, BOB)];
        for (contact, own) in holders {
            if email == own {
                world.assert_shows(contact, own, lead).await;
            } else {
                world.assert_alone(contact, own).await;
            }
        }
        assert_eq!(world.intercom_writes(), writes, "{email}");
    }
    world.settle().await;
    assert_eq!(world.intercom_writes(), 4);
}

#[tokio::test(start_paused = true)]
async fn m8_a_creation_that_is_under_way_moves_with_the_merge() {
    let world = World::staged().await;
    let (lead, user) = (world.visitor(ADA).await, world.customer(BOB).await);
    world.settle().await;
    world.trap(Action {
        cut: Some(Cut::After),
        ..Action::default()
    });
    let click = Click::SubmitLead {
        typed: BTreeMap::new(),
        anyway: false,
    };
    world.click(lead, click).await;
    world.intercom.merge_contacts(lead, user).unwrap();
    world.settle().await;
    for _ in 0..60 {
        world.step(Step::Intents).await;
        world.pass(Duration::from_secs(30)).await;
    }
    world.settle().await;
    let made = world.lead_with_email(ADA);
    assert_eq!(made.len(), 1);
    let id = made[0]["Id"].as_str().unwrap().parse().unwrap();
    world.assert_shows(user, BOB, id).await;
    let overview = world.engine.overview(world.id).await.unwrap();
    assert_eq!(overview.unsettled_intents, 0);
    // Who looks at the survivor finds what was asked for, and asks for nothing twice.
    let click = Click::SubmitLead {
        typed: BTreeMap::new(),
        anyway: false,
    };
    world.click(user, click).await;
    assert_eq!(world.lead_with_email(BOB), Vec::<Value>::new());
    assert_eq!(world.salesforce_writes(), 1);
}
