//! M0, M4, M5: keys that too many share, and persons of whom no record can be preferred.

use engine::{Step, Unclear, UnclearPerson};
use intercom_sim::ObjectId;
use model::settings::{AmbiguousContacts, CROWD_MAX};
use model::{How, MatchKey};
use salesforce_sim::RecordId;
use serde_json::{Value, json};

use crate::stage::person;
use crate::world::{Size, World, fields};

const ADA: &str = "ada@acme.example";
const INFO: &str = "info@acme.example";

fn key(email: &str) -> MatchKey {
    MatchKey::from_email(email).unwrap()
}

impl World {
    /// Who is listed as having no clear match.
    async fn unclear(&self) -> Vec<UnclearPerson> {
        let page = self.engine.unclear_page(self.id, None, None).await.unwrap();
        assert_eq!(page.next, None);
        page.persons
    }

    /// An Intercom of `count` leads, all of whom have one email, which also a Lead has.
    async fn crowd(count: u32) -> (Self, RecordId) {
        let world = Self::of(Size {
            leads: count,
            contacts: 0,
        })
        .await;
        for index in 0..count {
            world.give_email(index, INFO);
        }
        let lead = world.lead(INFO);
        world.connect().await;
        world.engine.sync_to_end(world.id).await.unwrap();
        world.settle().await;
        (world, lead)
    }

    fn give_email(&self, index: u32, email: &str) {
        let contact = self.intercom.lead_id(index);
        let fields = fields(&[("email", json!(email))]);
        self.intercom
            .edit_contact_silently(contact, &fields)
            .unwrap();
    }

    /// How many contacts show this record.
    fn shown_by(&self, record: RecordId) -> usize {
        let id = record.to_string();
        let all = self.intercom.contacts();
        let shows = |it: &&Value| it["custom_attributes"]["SALESFORCE_ID"] == id.as_str();
        all.iter().filter(shows).count()
    }
}

fn ids(listed: &UnclearPerson) -> Vec<String> {
    let records = listed.records.iter();
    records.map(|line| line.record.to_string()).collect()
}

/// Ada shows the first of two Leads.
async fn second_lead() -> (World, ObjectId, [RecordId; 2]) {
    let world = World::staged().await;
    let ada = world.visitor(ADA).await;
    let first = world.lead(ADA);
    world.settle().await;
    world.assert_shows(ada, ADA, first).await;
    let second = world.lead(ADA);
    world.settle().await;
    (world, ada, [first, second])
}

#[tokio::test(start_paused = true)]
async fn m4_a_second_lead_leaves_the_values_and_is_told_once() {
    let (world, ada, [first, second]) = second_lead().await;
    world.forget_calls();
    let told = world.timeline(ADA).await;
    let about: Vec<&String> = told.iter().filter(|line| line.starts_with("M4 ")).collect();
    let stale = format!("M4 what contact {ada} shows is of {first} and is not kept current");
    assert_eq!(about, ["M4 2 leads match; none is chosen", &stale]);
    // Other runs of the person find the same, and say nothing.
    world.set_status(first, "Working - Contacted");
    world.settle().await;
    world.set_status(second, "Working - Contacted");
    world.settle().await;
    assert_eq!(world.timeline(ADA).await, told);
    let status = world.attribute(ada, "SALESFORCE_STATUS");
    assert_eq!(status.as_deref(), Some("Open - Not Contacted"));
    assert_eq!(world.intercom_writes(), 0);
    let listed = world.unclear().await;
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].key, key(ADA));
    assert_eq!(listed[0].listed.verdict, Unclear::ManyLeads);
    assert_eq!((listed[0].listed.contacts, listed[0].listed.leads), (1, 2));
    assert_eq!(ids(&listed[0]), [first.to_string(), second.to_string()]);
    assert_eq!(world.failed().await, [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn m4_when_the_second_lead_goes_the_match_is_clear_again() {
    let (world, ada, [first, second]) = second_lead().await;
    world.set_status(first, "Working - Contacted");
    world.settle().await;
    world.salesforce.delete_as_rep(second).unwrap();
    world.settle().await;
    world.assert_shows(ada, ADA, first).await;
    let status = world.attribute(ada, "SALESFORCE_STATUS");
    assert_eq!(status.as_deref(), Some("Working - Contacted"));
    assert_eq!(world.unclear().await.len(), 0);
}

#[tokio::test(start_paused = true)]
async fn m4_when_the_shown_lead_goes_the_other_one_is_shown() {
    let (world, ada, [first, second]) = second_lead().await;
    world.salesforce.delete_as_rep(first).unwrap();
    world.settle().await;
    world.assert_shows(ada, ADA, second).await;
    assert_eq!(world.unclear().await.len(), 0);
    // Another Lead is no change of a status (A3).
    assert_eq!(world.events(ada).await, [""; 0]);
}

/// Ada shows one of two Contacts; the titles differ, everything else agrees.
async fn second_contact() -> (World, ObjectId, [RecordId; 2]) {
    let world = World::staged().await;
    let ada = world.visitor(ADA).await;
    let first = world.sf_contact(ADA, "CTO");
    world.settle().await;
    world.assert_shows(ada, ADA, first).await;
    let second = world.sf_contact(ADA, "CEO");
    world.settle().await;
    (world, ada, [first, second])
}

#[tokio::test(start_paused = true)]
async fn m5_several_contacts_leave_the_values_and_are_listed() {
    let (world, ada, [first, second]) = second_contact().await;
    assert_eq!(world.shows_record(ada), Some(first.to_string()));
    let title = world.attribute(ada, "SALESFORCE_TITLE");
    assert_eq!(title.as_deref(), Some("CTO"));
    let listed = world.unclear().await;
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].listed.verdict, Unclear::ManyContacts);
    assert_eq!(listed[0].listed.sf_contacts, 2);
    let by_lead = Some(Unclear::ManyLeads);
    let page = world.engine.unclear_page(world.id, by_lead, None).await;
    assert_eq!(page.unwrap().persons.len(), 0);
    world.salesforce.delete_as_rep(first).unwrap();
    world.settle().await;
    world.assert_shows(ada, ADA, second).await;
    assert_eq!(world.unclear().await.len(), 0);
}

#[tokio::test(start_paused = true)]
async fn m5_what_agrees_is_written_when_the_setting_says_so() {
    let (world, ada, [first, second]) = second_contact().await;
    world.forget_calls();
    world
        .choose(|settings| settings.matching.ambiguous_contacts = AmbiguousContacts::WhatAgrees)
        .await;
    world.settle().await;
    // Only the title is not the same on both, and the id never is: these stay as they were.
    let title = |world: &World| world.attribute(ada, "SALESFORCE_TITLE");
    assert_eq!(title(&world).as_deref(), Some("CTO"));
    assert_eq!(world.shows_record(ada), Some(first.to_string()));
    assert_eq!(world.intercom_writes(), 0);
    for record in [first, second] {
        let fields = json!({ "Title": "CFO" });
        world.salesforce.edit_as_rep(record, &fields).unwrap();
        world.settle().await;
    }
    assert_eq!(title(&world).as_deref(), Some("CFO"));
    assert_eq!(world.intercom_writes(), 1);
    assert_eq!(world.unclear().await.len(), 1);
    assert_eq!(world.events(ada).await, [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn m0_a_crowd_is_listed_once_and_written_when_an_admin_allows_it() {
    let (world, lead) = World::crowd(101).await;
    assert_eq!(world.shown_by(lead), 0);
    assert_eq!(world.failed().await, ["m0.crowded"]);
    let said = "M0 101 contacts and 1 records share this key; nothing is written until that is \
                allowed";
    assert_eq!(world.timeline(INFO).await, [said]);
    let listed = world.unclear().await;
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].listed.verdict, Unclear::Crowded);
    assert_eq!(listed[0].listed.contacts, 101);
    assert_eq!(listed[0].contacts.len(), 10);
    assert!(listed[0].can_be_allowed);
    // A second look counts nothing up.
    world.set_status(lead, "Working - Contacted");
    world.settle().await;
    assert_eq!(world.timeline(INFO).await, [said]);
    let failures = world.engine.store().failures(world.id, 10).await.unwrap();
    assert_eq!(failures[0].count, 1);

    world.forget_calls();
    let allowed = world.engine.allow_crowded(world.id, &key(INFO)).await;
    allowed.unwrap();
    world.settle().await;
    assert_eq!(world.shown_by(lead), 101);
    assert_eq!(world.intercom_writes(), 101);
    assert_eq!(world.failed().await, [""; 0]);
    assert_eq!(world.unclear().await.len(), 0);
}

#[tokio::test(start_paused = true)]
async fn m0_a_crowd_that_one_leaves_is_a_person() {
    let (world, lead) = World::crowd(101).await;
    assert_eq!(world.shown_by(lead), 0);
    world.set_email(world.intercom.lead_id(7), Some(ADA));
    world.settle().await;
    assert_eq!(world.shown_by(lead), 100);
    assert_eq!(world.failed().await, [""; 0]);
    assert_eq!(world.unclear().await.len(), 0);
}

#[tokio::test(start_paused = true)]
async fn m0_more_than_can_be_read_are_passed_over_and_nobody_behind_them_is() {
    let many = CROWD_MAX + 1;
    let count = many + 4;
    let world = World::of(Size {
        leads: count,
        contacts: 0,
    })
    .await;
    for index in 0..many {
        world.give_email(index, INFO);
    }
    // Around the crowd in the order of hashes there are persons before it and behind it.
    let others = ["a@x.example", "b@x.example", "c@x.example", "d@x.example"];
    let behind = others.map(|email| person(email).hash() > person(INFO).hash());
    assert!(behind.contains(&true) && behind.contains(&false));
    for (email, index) in others.into_iter().zip(many..) {
        world.give_email(index, email);
    }
    let crowded = world.lead(INFO);
    let leads = others.map(|email| world.lead(email));
    world.connect().await;
    let counts = world.engine.sync_to_end(world.id).await.unwrap();
    world.settle().await;
    for ((email, index), lead) in others.into_iter().zip(many..).zip(leads) {
        let contact = world.intercom.lead_id(index);
        world.assert_shows(contact, email, lead).await;
    }
    assert_eq!(counts.linked, 4);
    assert_eq!(counts.ambiguous, u64::from(many));
    assert_eq!(counts.contacts_walked, u64::from(count));
    assert_eq!(world.shown_by(crowded), 0);
    let (store, asked) = (world.engine.store(), [person(INFO)]);
    let rows = store.persons(world.id, &asked).await.unwrap();
    assert_eq!(rows[0].contacts.len(), CROWD_MAX as usize);
    assert_eq!(rows[0].crowd.unwrap().contacts, u64::from(many));
    let listed = world.unclear().await;
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].listed.contacts, u64::from(many));
    assert!(!listed[0].can_be_allowed);
    // Allowed all the same: still nothing.
    let allowed = world.engine.allow_crowded(world.id, &key(INFO)).await;
    allowed.unwrap();
    world.settle().await;
    assert_eq!(world.shown_by(crowded), 0);
    assert_eq!(world.failed().await, ["m0.crowded"]);
    // One leaves, and then all can be read, and are allowed.
    world.set_email(world.intercom.lead_id(0), Some(ADA));
    world.settle().await;
    assert_eq!(world.shown_by(crowded), CROWD_MAX as usize);
    assert_eq!(world.failed().await, [""; 0]);
    let links = world.links(INFO).await;
    assert!(links.iter().all(|(_, _, how)| *how == How::Key));
}

#[tokio::test(start_paused = true)]
async fn m0_too_many_records_of_one_email_are_a_crowd() {
    let world = World::staged().await;
    let ada = world.visitor(ADA).await;
    let leads: Vec<RecordId> = (0..51).map(|_| world.lead(ADA)).collect();
    world.settle().await;
    world.assert_alone(ada, ADA).await;
    assert_eq!(world.unclear().await[0].listed.verdict, Unclear::Crowded);
    world.salesforce.delete_as_rep(leads[0]).unwrap();
    world.settle().await;
    assert_eq!(world.unclear().await[0].listed.verdict, Unclear::ManyLeads);
    assert_eq!(world.failed().await, [""; 0]);
    world.step(Step::Rewalk).await;
    assert_eq!(world.unclear().await[0].listed.leads, 50);
}
