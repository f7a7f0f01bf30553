//! What the card shows, and what its form does.

use std::collections::BTreeMap;
use std::time::Duration;

use engine::{CardAsk, Click, Shown};
use planner::card::{Action, View};
use serde_json::json;

use crate::world::{World, lead_email, people, teammate};

fn card(shown: Shown) -> planner::card::Card {
    match shown {
        Shown::Card(card) => card,
        other => panic!("not a card: {other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn c2_a_lead_and_its_data() {
    let world = World::synced().await;
    let shown = card(world.click(world.intercom.lead_id(0), Click::Draw).await);
    let lead = world.lead_with_email(&lead_email(0)).pop().unwrap();
    let persona = people().lead(0);
    assert_eq!(
        shown.title,
        format!("{} {}", persona.first_name, persona.last_name)
    );
    assert_eq!(
        shown.subtitle,
        Some(format!("Lead · {}", lead["Status"].as_str().unwrap()))
    );
    let labels: Vec<&str> = shown
        .lines
        .iter()
        .map(|(label, _)| label.as_str())
        .collect();
    assert_eq!(labels, ["Status", "Owner", "Company", "Title"]);
    assert_eq!(shown.views.len(), 1);
    assert!(matches!(
        shown.actions[..],
        [Action::OpenRecord(_), Action::Refresh]
    ));
}

#[tokio::test(start_paused = true)]
async fn c1_a_contact_and_its_account() {
    let world = World::synced().await;
    let contact = world.intercom.user_id(0);
    let person = card(world.click(contact, Click::Draw).await);
    assert_eq!(
        person.views,
        [
            (View::Person, "Contact".to_owned()),
            (View::Account, "Account".to_owned())
        ]
    );
    let account = card(world.click(contact, Click::View(View::Account)).await);
    let company = people().company(people().contact(0).company);
    assert_eq!(account.title, company.name);
    assert_eq!(account.view, View::Account);
    assert_eq!(account.subtitle.as_deref(), Some("Account"));
    assert!(
        account
            .lines
            .contains(&("Domain".to_owned(), company.domain.clone())),
        "{account:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn m4_several_leads_are_listed_and_none_is_chosen() {
    let world = World::synced().await;
    let shown = card(world.click(world.intercom.lead_id(8), Click::Draw).await);
    assert_eq!(shown.title, "Multiple matches found");
    assert_eq!(shown.matches.len(), 3);
    assert!(!shown.actions.contains(&Action::CreateLead));
}

#[tokio::test(start_paused = true)]
async fn c6_nobody_matches_and_a_lead_can_be_created() {
    let world = World::synced().await;
    let shown = card(world.click(world.intercom.lead_id(3), Click::Draw).await);
    assert_eq!(shown.title, "Not in Salesforce");
    assert!(shown.actions.contains(&Action::CreateLead));
}

#[tokio::test(start_paused = true)]
async fn l2_without_an_email_the_form_says_so_and_nothing_is_sent() {
    let world = World::synced().await;
    let contact = world.intercom.lead_id(4);
    let Shown::Form(form) = world.click(contact, Click::AskLead).await else {
        panic!()
    };
    assert_eq!(
        form.errors,
        ["A lead needs an email address before it can be sent to Salesforce."]
    );
    let typed = BTreeMap::from([("email".to_owned(), " ".to_owned())]);
    let click = Click::SubmitLead {
        typed,
        anyway: false,
    };
    assert!(matches!(world.click(contact, click).await, Shown::Form(_)));
    assert_eq!(world.salesforce_writes(), 0);
}

#[tokio::test(start_paused = true)]
async fn l1_the_form_is_prefilled_and_its_edits_reach_both_sides() {
    let world = World::synced().await;
    let contact = world.intercom.lead_id(4);
    let Shown::Form(form) = world.click(contact, Click::AskLead).await else {
        panic!()
    };
    let persona = people().lead(4);
    assert_eq!(
        form.inputs[0].value,
        format!("{} {}", persona.first_name, persona.last_name)
    );
    let typed = BTreeMap::from(
        [
            ("name", "Grace Brewster Hopper"),
            ("email", "grace@navy.example"),
            ("phone", "+1 202 555 0100"),
            ("company", "Eckert & Mauchly"),
        ]
        .map(|(id, value)| (id.to_owned(), value.to_owned())),
    );
    let shown = world
        .click(
            contact,
            Click::SubmitLead {
                typed,
                anyway: false,
            },
        )
        .await;
    assert_eq!(card(shown).title, "Grace Brewster Hopper");
    let lead = world.lead_with_email("grace@navy.example").pop().unwrap();
    assert_eq!(lead["FirstName"], "Grace Brewster");
    assert_eq!(lead["LastName"], "Hopper");
    assert_eq!(lead["Company"], "Eckert & Mauchly");
    assert_eq!(lead["Phone"], "+1 202 555 0100");
    world.settle().await;
    let known = world.contact(contact);
    assert_eq!(known.name.as_deref(), Some("Grace Brewster Hopper"));
    assert_eq!(known.email.as_deref(), Some("grace@navy.example"));
    assert_eq!(
        world.attribute(contact, "SALESFORCE_ID").as_deref(),
        lead["Id"].as_str()
    );
}

#[tokio::test(start_paused = true)]
async fn l6_an_edited_email_is_matched_first() {
    let world = World::synced().await;
    let typed = BTreeMap::from([("email".to_owned(), lead_email(11))]);
    let click = Click::SubmitLead {
        typed,
        anyway: false,
    };
    world.click(world.intercom.lead_id(3), click).await;
    assert_eq!(world.salesforce_writes(), 0);
    assert_eq!(world.lead_with_email(&lead_email(11)).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn l6_a_lead_made_in_salesforce_a_moment_ago_is_found_before_creating() {
    let world = World::synced().await;
    let email = people().lead(3).intercom_email.unwrap();
    let lead = json!({ "LastName": "Quick", "Company": "Rep", "Email": email });
    world
        .salesforce
        .create_as_rep(salesforce_sim::Object::Lead, &lead)
        .unwrap();
    let click = Click::SubmitLead {
        typed: BTreeMap::new(),
        anyway: false,
    };
    let shown = card(world.click(world.intercom.lead_id(3), click).await);
    assert!(shown.message.unwrap().contains("already"));
    assert_eq!(world.salesforce_writes(), 0);
    assert_eq!(world.lead_with_email(&email).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn c7_a_silent_salesforce_shows_what_is_known_in_time() {
    let world = World::synced().await;
    world.salesforce.inject(salesforce_sim::Fault {
        matching: salesforce_sim::Matching::default(),
        times: 1000,
        action: salesforce_sim::Action {
            latency_ms: 60_000,
            ..salesforce_sim::Action::default()
        },
    });
    world.pass(Duration::from_mins(10)).await;
    let began = tokio::time::Instant::now();
    let shown = card(world.click(world.intercom.lead_id(0), Click::Draw).await);
    assert!(
        began.elapsed() < Duration::from_secs(3),
        "{:?}",
        began.elapsed()
    );
    assert!(shown.message.unwrap().contains("does not answer right now"));
    assert!(!shown.lines.is_empty());
    assert!(shown.as_of.is_some());
}

#[tokio::test(start_paused = true)]
async fn c7_refresh_asks_salesforce() {
    let world = World::synced().await;
    let lead = world.lead_with_email(&lead_email(0)).pop().unwrap();
    world.edit_record(
        lead["Id"].as_str().unwrap(),
        &json!({ "Title": "Newly appointed" }),
    );
    let shown = card(
        world
            .click(world.intercom.lead_id(0), Click::Refresh(None))
            .await,
    );
    assert!(
        shown
            .lines
            .contains(&("Title".to_owned(), "Newly appointed".to_owned()))
    );
}

#[tokio::test(start_paused = true)]
async fn a_card_of_an_unknown_workspace_or_without_a_contact_is_a_sentence() {
    let world = World::synced().await;
    let ask = |workspace: &str| CardAsk {
        app: "main".to_owned(),
        workspace: workspace.parse().unwrap(),
        teammate: teammate(),
        contact: None,
        conversation: None,
        click: Click::Draw,
    };
    let known = world.intercom.workspace_id();
    for workspace in ["zzzz9999", known.as_str()] {
        let reply = world.engine.card(ask(workspace)).await;
        assert!(matches!(reply.shown, Shown::Sentence(_)));
    }
}
