//! A teammate says which record a person is (M9), also when a duplicate rule asks (L6).

use std::collections::BTreeMap;

use engine::{Click, Shown, Step};
use model::{How, sf};
use planner::card::{Action, Card, MatchLine, View};
use salesforce_sim::{Conversion, Fault, Matching, RecordId};
use serde_json::{Value, json};

use crate::world::{World, lead_email, people};

/// A contact whom nobody in Salesforce matches.
const NOBODY: u32 = 3;

/// A Lead whom nobody in Intercom matches.
const ELSEWHERE: u32 = 5;

fn card(shown: Shown) -> Card {
    match shown {
        Shown::Card(card) => card,
        other => panic!("not a card: {other:?}"),
    }
}

/// What a seeded Lead is called in both clouds.
fn name_of(lead: u32) -> String {
    let persona = people().lead(lead);
    format!("{} {}", persona.first_name, persona.last_name)
}

fn seeded(world: &World, lead: u32) -> Value {
    world.lead_with_email(&lead_email(lead)).pop().unwrap()
}

fn id_of(record: &Value) -> String {
    record["Id"].as_str().unwrap().to_owned()
}

fn take(id: &str) -> Click {
    Click::Take(id.parse().unwrap())
}

fn is_pinned(card: &Card) -> bool {
    let said = card.subtitle.as_deref().unwrap_or_default();
    assert_eq!(
        said.ends_with("Pinned by a teammate"),
        card.actions.contains(&Action::Unpin)
    );
    card.actions.contains(&Action::Unpin)
}

impl World {
    /// Takes a record for a contact; the card that is answered.
    async fn taken(&self, contact: u32, record: &str) -> Card {
        let contact = self.intercom.lead_id(contact);
        card(self.click(contact, take(record)).await)
    }

    fn shows(&self, contact: u32, name: &str) -> Option<String> {
        self.attribute(self.intercom.lead_id(contact), name)
    }
}

#[tokio::test(start_paused = true)]
async fn l6_one_of_the_duplicates_is_taken_and_no_lead_is_created() {
    let world = World::synced().await;
    let contact = world.intercom.lead_id(NOBODY);
    let lead = seeded(&world, ELSEWHERE);
    let other = world.records("Contact").swap_remove(0);
    let (lead_id, other_id, unknown) = (id_of(&lead), id_of(&other), "00Q0000000ZZZZZ");
    world.find_duplicates(&[&lead_id, &other_id, unknown, &lead_id]);
    let click = Click::SubmitLead {
        typed: BTreeMap::new(),
        anyway: false,
    };
    let shown = world.click(contact, click).await;
    let Shown::Duplicates { records, .. } = shown else {
        panic!("{shown:?}")
    };
    let text = |record: &Value, field: &str| record[field].as_str().unwrap_or_default().to_owned();
    let [first, second, third] = &records[..] else {
        panic!("each record once: {records:?}")
    };
    assert_eq!(first.record.to_string(), lead_id);
    assert_eq!(first.name, name_of(ELSEWHERE));
    let detail = format!("{} · {}", text(&lead, "Company"), text(&lead, "Status"));
    assert_eq!(first.detail, detail);
    assert!(first.owner.is_some());
    assert_eq!(second.record.to_string(), other_id);
    let account = people().company(people().contact(0).company).name;
    assert_eq!(
        second.detail,
        format!("{account} · {}", text(&other, "Title"))
    );
    let by_id_alone = MatchLine {
        record: unknown.parse().unwrap(),
        name: "Lead".to_owned(),
        detail: unknown.parse::<sf::RecordId>().unwrap().to_string(),
        owner: None,
    };
    assert_eq!(third, &by_id_alone);

    let shown = world.taken(NOBODY, &lead_id).await;
    assert_eq!(shown.title, name_of(ELSEWHERE));
    assert_eq!(
        shown.message,
        Some(format!("Linked to {}.", name_of(ELSEWHERE)))
    );
    assert!(is_pinned(&shown));
    assert_eq!(world.shows(NOBODY, "SALESFORCE_ID"), Some(lead_id));
    world.settle().await;
    assert_eq!((world.intercom_writes(), world.salesforce_writes()), (1, 0));
    let email = people().lead(NOBODY).intercom_email.unwrap();
    assert_eq!(world.lead_with_email(&email), Vec::<Value>::new());
}

#[tokio::test(start_paused = true)]
async fn l6_duplicates_whose_names_do_not_come_in_time_are_shown_by_their_ids() {
    let world = World::synced().await;
    let id = id_of(&seeded(&world, ELSEWHERE));
    world.salesforce.inject(Fault {
        matching: Matching {
            path_contains: Some("/queryAll".to_owned()),
            ..Matching::default()
        },
        times: 1000,
        action: salesforce_sim::Action {
            latency_ms: 60_000,
            ..salesforce_sim::Action::default()
        },
    });
    world.find_duplicates(&[&id]);
    let click = Click::SubmitLead {
        typed: BTreeMap::new(),
        anyway: false,
    };
    let shown = world.click(world.intercom.lead_id(NOBODY), click).await;
    let Shown::Duplicates { records, .. } = shown else {
        panic!("{shown:?}")
    };
    let shown: Vec<_> = records.iter().map(|line| line.detail.as_str()).collect();
    assert_eq!(shown, [id.as_str()]);
}

#[tokio::test(start_paused = true)]
async fn m9_one_of_several_leads_is_pinned_and_is_an_ordinary_lead() {
    let world = World::synced().await;
    let contact = world.intercom.lead_id(8);
    let several = card(world.click(contact, Click::Draw).await);
    assert!(several.actions.contains(&Action::TakeMatch));
    let chosen = &several.matches[1];
    let id = chosen.record.to_string();
    let shown = world.taken(8, &id).await;
    assert_eq!(shown.title, chosen.name);
    assert!(is_pinned(&shown));
    assert_eq!(world.shows(8, "SALESFORCE_ID"), Some(id.clone()));
    world.edit_record(&id, &json!({ "Title": "Chief of Tides" }));
    world.settle().await;
    let title = world.shows(8, "SALESFORCE_TITLE");
    assert_eq!(title.as_deref(), Some("Chief of Tides"));

    // Another choice replaces it; without one there are several again, and nothing is cleared.
    let another = several.matches[2].record.to_string();
    world.taken(8, &another).await;
    assert_eq!(world.shows(8, "SALESFORCE_ID"), Some(another.clone()));
    let shown = card(world.click(contact, Click::Unpin).await);
    assert_eq!(shown.title, "Multiple matches found");
    let said = shown.message.unwrap();
    assert!(
        said.starts_with("The record is not pinned any more. 3 leads"),
        "{said}"
    );
    world.settle().await;
    assert_eq!(world.shows(8, "SALESFORCE_ID"), Some(another));
    assert_eq!(world.salesforce_writes(), 0);
}

#[tokio::test(start_paused = true)]
async fn m9_a_pinned_record_is_followed_whatever_its_email() {
    let world = World::synced().await;
    let id = id_of(&seeded(&world, ELSEWHERE));
    world.taken(NOBODY, &id).await;
    let changes = [
        json!({ "Title": "Chief of Tides" }),
        json!({ "Title": "Harbour Master", "Email": null }),
        json!({ "Title": "Admiral", "Email": "admiral@harbour.example" }),
    ];
    for fields in changes {
        world.edit_record(&id, &fields);
        world.settle().await;
        let shown = world.shows(NOBODY, "SALESFORCE_TITLE");
        assert_eq!(shown.as_deref(), fields["Title"].as_str());
    }
}

#[tokio::test(start_paused = true)]
async fn m9_a_pinned_record_in_doubt_is_read_by_its_id() {
    let world = World::synced().await;
    let id = id_of(&seeded(&world, ELSEWHERE));
    // Without an email it is nobody else's: no other person's run reads it.
    world.edit_record(&id, &json!({ "Email": null }));
    world.settle().await;
    world.taken(NOBODY, &id).await;
    // The poll sees the first of two changes of one second; it cannot tell which is the later.
    world.edit_record(&id, &json!({ "Title": "Harbour Master" }));
    world.step(Step::Poll).await;
    world.edit_record(&id, &json!({ "Title": "Admiral" }));
    world.settle().await;
    let title = world.shows(NOBODY, "SALESFORCE_TITLE");
    assert_eq!(title.as_deref(), Some("Admiral"));
}

#[tokio::test(start_paused = true)]
async fn m9_a_pinned_record_that_is_deleted_gives_way_to_the_key() {
    let world = World::synced().await;
    let own = id_of(&seeded(&world, 0));
    let pinned = id_of(&seeded(&world, ELSEWHERE));
    world.taken(0, &pinned).await;
    assert_eq!(world.shows(0, "SALESFORCE_ID"), Some(pinned.clone()));
    let record: RecordId = pinned.parse().unwrap();
    world.salesforce.delete_as_rep(record).unwrap();
    world.settle().await;
    assert_eq!(world.shows(0, "SALESFORCE_ID"), Some(own));
    let shown = card(world.click(world.intercom.lead_id(0), Click::Draw).await);
    assert!(!is_pinned(&shown));
    // Brought back from the recycle bin, it is the choice that it was.
    world.salesforce.undelete_as_rep(record).unwrap();
    world.settle().await;
    assert_eq!(world.shows(0, "SALESFORCE_ID"), Some(pinned));
}

#[tokio::test(start_paused = true)]
async fn m9_a_pinned_lead_that_is_converted_becomes_its_contact() {
    let world = World::synced().await;
    let id = id_of(&seeded(&world, ELSEWHERE));
    world.taken(NOBODY, &id).await;
    let converted = world
        .salesforce
        .convert_as_rep(id.parse().unwrap(), &Conversion::default())
        .unwrap();
    world.settle().await;
    let contact = converted.contact_id.to_string();
    assert_eq!(world.shows(NOBODY, "SALESFORCE_ID"), Some(contact.clone()));
    // A change of that contact arrives too, whatever its email is by then.
    world.edit_record(
        &contact,
        &json!({ "Title": "Admiral", "Email": "admiral@harbour.example" }),
    );
    world.settle().await;
    let title = world.shows(NOBODY, "SALESFORCE_TITLE");
    assert_eq!(title.as_deref(), Some("Admiral"));

    // Who takes the converted Lead takes its contact.
    let shown = world.taken(0, &id).await;
    assert!(is_pinned(&shown));
    assert_eq!(world.shows(0, "SALESFORCE_ID"), Some(contact));
}

#[tokio::test(start_paused = true)]
async fn m9_an_unpinned_record_of_another_email_leaves_the_contact() {
    let world = World::synced().await;
    let contact = world.intercom.lead_id(NOBODY);
    world
        .taken(NOBODY, &id_of(&seeded(&world, ELSEWHERE)))
        .await;
    assert!(!world.attributes(contact).is_empty());
    let shown = card(world.click(contact, Click::Unpin).await);
    assert_eq!(shown.title, "Not in Salesforce");
    assert!(shown.actions.contains(&Action::CreateLead));
    assert!(world.attributes(contact).is_empty());
    world.settle().await;
    assert_eq!((world.intercom_writes(), world.salesforce_writes()), (2, 0));
}

#[tokio::test(start_paused = true)]
async fn m9_the_record_that_matches_anyway_is_linked_by_the_pin_while_it_stands() {
    let world = World::synced().await;
    let own = id_of(&seeded(&world, 0));
    assert_eq!(world.how_linked(&lead_email(0)).await, [How::Key]);
    world.taken(0, &own).await;
    assert_eq!(world.how_linked(&lead_email(0)).await, [How::Pin]);
    let contact = world.intercom.lead_id(0);
    let shown = card(world.click(contact, Click::Unpin).await);
    assert!(!is_pinned(&shown));
    assert_eq!(world.how_linked(&lead_email(0)).await, [How::Key]);
    world.settle().await;
    assert_eq!(world.intercom_writes(), 0);
}

#[tokio::test(start_paused = true)]
async fn m9_what_is_deleted_cannot_be_taken() {
    let world = World::synced().await;
    let id = id_of(&seeded(&world, ELSEWHERE));
    world.salesforce.delete_as_rep(id.parse().unwrap()).unwrap();
    let shown = world.taken(NOBODY, &id).await;
    assert_eq!(shown.title, "Not in Salesforce");
    let said = shown.message.unwrap();
    assert!(said.starts_with("This record is deleted"), "{said}");
    world.settle().await;
    assert_eq!(world.intercom_writes(), 0);
}

#[tokio::test(start_paused = true)]
async fn m9_without_an_email_nothing_can_be_pinned() {
    let world = World::synced().await;
    let shown = world.taken(4, &id_of(&seeded(&world, ELSEWHERE))).await;
    let said = shown.message.unwrap();
    assert!(said.starts_with("Only a contact with an email"), "{said}");
    let contact = world.intercom.lead_id(4);
    let shown = card(world.click(contact, Click::Unpin).await);
    assert!(!is_pinned(&shown));
    world.settle().await;
    assert_eq!(world.intercom_writes(), 0);
}

#[tokio::test(start_paused = true)]
async fn c7_refresh_reads_what_is_pinned_and_keeps_the_view() {
    let world = World::synced().await;
    let id = id_of(&seeded(&world, ELSEWHERE));
    world.taken(NOBODY, &id).await;
    world.edit_record(&id, &json!({ "Title": "Chief of Tides" }));
    let contact = world.intercom.lead_id(NOBODY);
    let shown = card(world.click(contact, Click::Refresh(None)).await);
    let title = ("Title".to_owned(), "Chief of Tides".to_owned());
    assert!(shown.lines.contains(&title), "{shown:?}");

    let user = world.intercom.user_id(0);
    let account = Click::Refresh(Some(View::Account));
    let shown = card(world.click(user, account).await);
    assert_eq!(shown.view, View::Account);
}
