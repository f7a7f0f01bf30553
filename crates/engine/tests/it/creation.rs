//! Creating a Lead among things that go wrong: what a review found, each as a story.

use std::collections::BTreeMap;
use std::time::Duration;

use engine::{Click, Shown, Step};
use model::{Lane, Reason, Signal, Subject};
use planner::card::Action as CardAction;
use salesforce_sim::{Action, Fault, Matching};
use serde_json::json;
use store::Due;

use crate::world::{World, fields, people};

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

fn submit(typed: &[(&str, &str)]) -> Click {
    let typed = typed
        .iter()
        .map(|(id, value)| ((*id).to_owned(), (*value).to_owned()));
    Click::SubmitLead {
        typed: typed.collect(),
        anyway: false,
    }
}

#[tokio::test(start_paused = true)]
async fn c7_a_card_before_the_first_sync_asks_salesforce() {
    let world = World::small().await;
    world.connect().await;
    let down = Action {
        status: Some(503),
        ..Action::default()
    };
    org_answers(&world, "jobs/query", 1000, down);
    assert!(world.engine.sync_to_end(world.id).await.is_err());
    world.pass(Duration::from_mins(5)).await;
    world.step(Step::Poll).await;
    let shown = world.click(world.intercom.lead_id(0), Click::Draw).await;
    let Shown::Card(card) = shown else {
        panic!("{shown:?}")
    };
    assert!(
        !card.actions.contains(&CardAction::CreateLead),
        "the lead exists"
    );
    assert!(card.subtitle.is_some());
}

#[tokio::test(start_paused = true)]
async fn l1_edits_that_intercom_refuses_stop_the_creation_and_keep_the_form() {
    let world = World::synced().await;
    let contact = world.intercom.lead_id(3);
    refuse(&world, "PUT", &format!("/contacts/{contact}"), 500, 1);
    let edits = [("email", "corrected@example.com"), ("name", "Ann Example")];
    let shown = world.click(contact, submit(&edits)).await;
    let Shown::Form(form) = shown else {
        panic!("{shown:?}")
    };
    assert!(
        form.errors[0].contains("nothing was created"),
        "{:?}",
        form.errors
    );
    assert_eq!(form.inputs[1].value, "corrected@example.com");
    assert_eq!(world.salesforce_writes(), 0);
    // Sent again, it works, and there is one lead.
    world.click(contact, submit(&edits)).await;
    world.settle().await;
    assert_eq!(world.salesforce_writes(), 1);
    assert_eq!(
        world.contact(contact).email.as_deref(),
        Some("corrected@example.com")
    );
    assert!(world.attributes(contact).contains_key("SALESFORCE_ID"));
}

#[tokio::test(start_paused = true)]
async fn l1_what_salesforce_refuses_stands_above_the_form() {
    let world = World::synced().await;
    let refusal = json!([{ "errorCode": "FIELD_CUSTOM_VALIDATION_EXCEPTION",
        "message": "Leads need a region", "fields": [] }]);
    let halted = json!([{ "errorCode": "PROCESSING_HALTED", "message": "Invalid reference" }]);
    let part = |body, reference: &str| json!({ "body": body, "httpHeaders": {}, "httpStatusCode": 400, "referenceId": reference });
    let body = json!({ "compositeResponse": [part(refusal, "lead"), part(halted, "shown")] });
    world.trap(Action {
        status: Some(200),
        body: Some(body.to_string()),
        ..Action::default()
    });
    let contact = world.intercom.lead_id(3);
    let shown = world
        .click(contact, submit(&[("company", "Typed Ltd")]))
        .await;
    let Shown::Form(form) = shown else {
        panic!("{shown:?}")
    };
    assert_eq!(form.errors, ["Salesforce says: Leads need a region"]);
    assert_eq!(form.inputs[3].value, "Typed Ltd");
}

#[tokio::test(start_paused = true)]
async fn l6_a_lead_that_was_invisible_for_a_while_is_not_doubled() {
    let world = World::synced().await;
    // A Lead whom Intercom does not know yet.
    let lead = json!({ "LastName": "Later", "Company": "X", "Email": "later@example.com" });
    let id = world
        .salesforce
        .create_as_rep(salesforce_sim::Object::Lead, &lead)
        .unwrap();
    world.settle().await;
    world.pass(Duration::from_mins(5)).await;
    let nothing = json!({ "totalSize": 0, "done": true, "records": [] }).to_string();
    let hidden = Action {
        status: Some(200),
        body: Some(nothing),
        ..Action::default()
    };
    org_answers(&world, "queryAll", 1, hidden);
    mark(&world, Subject::Record(id.to_string().parse().unwrap())).await;
    world.step(Step::Queue).await;
    world.salesforce.heal();
    world.pass(Duration::from_hours(1)).await;
    world.engine.sync_to_end(world.id).await.unwrap();
    let contact = world.intercom.lead_id(3);
    let email = fields(&[("email", json!("later@example.com"))]);
    world.intercom.edit_contact(contact, &email).unwrap();
    world.settle().await;
    assert!(world.attributes(contact).contains_key("SALESFORCE_ID"));
    world.click(contact, submit(&[("company", "X")])).await;
    assert_eq!(world.lead_with_email("later@example.com").len(), 1);
}

#[tokio::test(start_paused = true)]
async fn e2_an_intent_that_meets_a_limit_comes_back_later_each_time() {
    let world = World::synced().await;
    let limit = || Action {
        error: Some("REQUEST_LIMIT_EXCEEDED".to_owned()),
        ..Action::default()
    };
    world.trap(limit());
    world.click(world.intercom.lead_id(3), submit(&[])).await;
    org_answers(&world, "", 100_000, limit());
    world.forget_calls();
    for _ in 0..300 {
        world.step(Step::Intents).await;
        world.pass(Duration::from_secs(1)).await;
    }
    let calls = world.salesforce.calls().len();
    assert!((1..50).contains(&calls), "{calls} calls in five minutes");
    world.salesforce.heal();
    for _ in 0..30 {
        world.step(Step::Intents).await;
        world.pass(Duration::from_mins(1)).await;
    }
    assert_eq!(
        world
            .lead_with_email(&people().lead(3).intercom_email.unwrap())
            .len(),
        1
    );
}

#[tokio::test(start_paused = true)]
async fn l6_a_call_whose_end_nobody_noted_is_looked_for() {
    let mut world = World::synced().await;
    let contact = world.intercom.lead_id(3);
    world.trap(Action {
        latency_ms: 100_000,
        ..Action::default()
    });
    world.click(contact, submit(&[])).await;
    // Another process on the same store, which was told nothing of the first one's end.
    let old = world.engine.clone();
    world.restart_without_resuming();
    for _ in 0..80 {
        world.step(Step::Intents).await;
        world.pass(Duration::from_secs(10)).await;
    }
    drop(old);
    let email = people().lead(3).intercom_email.unwrap();
    assert_eq!(world.lead_with_email(&email).len(), 1);
    assert_eq!(
        world
            .engine
            .overview(world.id)
            .await
            .unwrap()
            .unsettled_intents,
        0
    );
    let typed: BTreeMap<String, String> = BTreeMap::new();
    let shown = world
        .click(
            contact,
            Click::SubmitLead {
                typed,
                anyway: false,
            },
        )
        .await;
    assert!(matches!(shown, Shown::Card(card) if card.subtitle.is_some()));
}

#[tokio::test(start_paused = true)]
async fn l1_a_refusal_that_came_too_late_is_on_the_next_card() {
    let world = World::synced().await;
    let refusal = json!([{ "errorCode": "FIELD_CUSTOM_VALIDATION_EXCEPTION",
        "message": "Leads need a region", "fields": [] }]);
    let halted = json!([{ "errorCode": "PROCESSING_HALTED", "message": "Invalid reference" }]);
    let part = |body, reference: &str| json!({ "body": body, "httpHeaders": {}, "httpStatusCode": 400, "referenceId": reference });
    let body = json!({ "compositeResponse": [part(refusal, "lead"), part(halted, "shown")] });
    world.trap(Action {
        latency_ms: 4000,
        status: Some(200),
        body: Some(body.to_string()),
        ..Action::default()
    });
    let contact = world.intercom.lead_id(3);
    let shown = world
        .click(contact, submit(&[("company", "Typed Ltd")]))
        .await;
    let Shown::Card(card) = shown else {
        panic!("{shown:?}")
    };
    assert!(
        card.message
            .unwrap()
            .contains("Salesforce takes longer than usual")
    );
    world.pass(Duration::from_secs(5)).await;
    let shown = world.click(contact, Click::Refresh(None)).await;
    let Shown::Form(form) = shown else {
        panic!("{shown:?}")
    };
    assert_eq!(form.errors, ["Salesforce says: Leads need a region"]);
    assert_eq!(form.inputs[3].value, "Typed Ltd");
    // It is shown once.
    let shown = world.click(contact, Click::Refresh(None)).await;
    assert!(matches!(shown, Shown::Card(_)));
}

#[tokio::test(start_paused = true)]
async fn l1_a_salesforce_that_cannot_be_asked_keeps_the_form() {
    let world = World::synced().await;
    let down = Action {
        status: Some(503),
        ..Action::default()
    };
    org_answers(&world, "/composite", 1000, down);
    let contact = world.intercom.lead_id(3);
    let shown = world
        .click(contact, submit(&[("company", "Typed Ltd")]))
        .await;
    let shown = match shown {
        Shown::Form(form) => Shown::Form(form),
        // The repeated reads took longer than a card may wait.
        Shown::Card(_) | Shown::Sentence(_) | Shown::Duplicates { .. } => {
            world.pass(Duration::from_secs(20)).await;
            world.click(contact, Click::Refresh(None)).await
        }
    };
    let Shown::Form(form) = shown else {
        panic!("{shown:?}")
    };
    assert!(
        form.errors[0].contains("nothing was created"),
        "{:?}",
        form.errors
    );
    assert_eq!(form.inputs[3].value, "Typed Ltd");
    assert_eq!(world.salesforce_writes(), 0);
}
