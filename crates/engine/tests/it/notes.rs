//! L8: where a Lead was created from says so, once, and names who asked.

use std::collections::BTreeMap;
use std::time::Duration;

use engine::{Click, Shown, Step};
use http::{Method, StatusCode};
use intercom_sim::{ConversationId, Cut, Fault, ObjectId};
use model::settings::TeammateChoice;
use serde_json::{Value, json};

use store::IntentKind;

use crate::world::{SALESFORCE, World, teammate};

const ADA: &str = "ada@acme.example";

fn submit() -> Click {
    Click::SubmitLead {
        typed: BTreeMap::new(),
        anyway: false,
    }
}

fn was_created(shown: &Shown) -> bool {
    let Shown::Card(card) = shown else {
        return false;
    };
    let said = card.message.as_deref().unwrap_or_default();
    said.starts_with("Lead created.")
}

/// A conversation with Ada, whom nobody in Salesforce matches, and the teammate who is at it.
struct Desk {
    world: World,
    ada: ObjectId,
    conversation: ConversationId,
    tina: String,
}

impl Desk {
    /// Notes are on.
    async fn open() -> Self {
        let world = World::staged().await;
        world.choose(|settings| settings.leads.note = true).await;
        let tina = world
            .intercom
            .add_teammate("Tina Teammate", "tina@service.example");
        let ada = world.visitor(ADA).await;
        let conversation = world.intercom.contact_writes(ada, "Hello?");
        world.step(Step::Directory).await;
        world.settle().await;
        world.forget_calls();
        Self {
            world,
            ada,
            conversation,
            tina,
        }
    }

    /// Tina creates a Lead.
    async fn create(&self) {
        let Self {
            world,
            ada,
            conversation,
            tina,
        } = self;
        let shown = world
            .click_beside(*conversation, *ada, tina, submit())
            .await;
        assert!(was_created(&shown), "{shown:?}");
    }

    /// The notes in the conversation: author and body.
    async fn notes(&self) -> Vec<(String, String)> {
        self.world.notes(self.conversation).await
    }

    /// Calls that brought a note.
    fn note_calls(&self) -> usize {
        let path = format!("/conversations/{}/reply", self.conversation);
        let calls = self.world.intercom.calls();
        calls.iter().filter(|call| call.path == path).count()
    }

    /// The next call that brings a note meets this.
    fn trouble_note(&self, fault: Fault) {
        self.world.intercom.add_fault(Fault {
            method: Some("POST".to_owned()),
            path: format!("/conversations/{}/reply", self.conversation),
            times: 1,
            ..fault
        });
    }

    /// The note that is expected about Ada's Lead.
    fn expected_note(&self, author: &str) -> (String, String) {
        let lead = self.world.lead_with_email(ADA).pop().unwrap();
        let id = lead["Id"].as_str().unwrap();
        let link = format!("{SALESFORCE}/lightning/r/Lead/{id}/view");
        // As Intercom keeps it.
        let rel = "rel=\"noopener noreferrer\"";
        let body = format!("<p>Salesforce lead: <a href=\"{link}\" {rel}>Vera Visitor</a></p>");
        (author.to_owned(), body)
    }

    /// Tina leaves.
    async fn lose_tina(&self) {
        assert!(self.world.intercom.remove_teammate(&self.tina));
        self.world.step(Step::Directory).await;
    }
}

#[tokio::test(start_paused = true)]
async fn l8_one_note_says_what_was_created_in_the_name_of_who_clicked() {
    let desk = Desk::open().await;
    desk.create().await;
    desk.world.settle().await;
    assert_eq!(desk.notes().await, [desk.expected_note(&desk.tina)]);
    desk.world.settle().await;
    assert_eq!(desk.note_calls(), 1);
    let lead = desk.world.lead_with_email(ADA).pop().unwrap();
    let id = lead["Id"].as_str().unwrap();
    let lines = desk.world.timeline(ADA).await;
    let Desk {
        ada,
        conversation,
        tina,
        ..
    } = &desk;
    for line in [
        format!("L8 {id} was created for contact {ada}"),
        format!("L8 asked for by teammate {tina} in conversation {conversation}"),
        format!("L8 a note with the link went into conversation {conversation}"),
    ] {
        let times = lines.iter().filter(|it| **it == line).count();
        assert_eq!(times, 1, "{line}: {lines:#?}");
    }
    assert_eq!(desk.world.failed().await, [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn l8_created_from_a_profile_there_is_no_note() {
    let desk = Desk::open().await;
    let shown = desk.world.click(desk.ada, submit()).await;
    assert!(was_created(&shown), "{shown:?}");
    desk.world.settle().await;
    assert_eq!(desk.notes().await, []);
    assert_eq!(desk.note_calls(), 0);
    let asked = format!("L8 asked for by teammate {}", teammate());
    assert!(desk.world.timeline(ADA).await.contains(&asked));
}

#[tokio::test(start_paused = true)]
async fn l8_switched_off_there_is_no_note() {
    let desk = Desk::open().await;
    desk.world
        .choose(|settings| settings.leads.note = false)
        .await;
    desk.create().await;
    desk.world.settle().await;
    assert_eq!(desk.notes().await, []);
    // Switched on afterwards it is for what is created from then on.
    desk.world
        .choose(|settings| settings.leads.note = true)
        .await;
    desk.world.settle().await;
    assert_eq!(desk.note_calls(), 0);
}

#[tokio::test(start_paused = true)]
async fn l8_for_who_clicked_and_left_the_service_teammate_writes() {
    let desk = Desk::open().await;
    let service = desk
        .world
        .intercom
        .add_teammate("Sam Service", "sam@service.example");
    let id = service.parse().unwrap();
    desk.world
        .choose(|settings| settings.team.service_teammate = TeammateChoice::Teammate(id))
        .await;
    desk.create().await;
    desk.lose_tina().await;
    desk.world.settle().await;
    let expected = desk.expected_note(&service);
    assert_eq!(desk.notes().await, [expected]);
    assert_eq!(desk.world.failed().await, [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn l8_without_anybody_to_write_it_the_note_is_listed() {
    let desk = Desk::open().await;
    desk.world
        .choose(|settings| settings.team.service_teammate = TeammateChoice::Nobody)
        .await;
    desk.create().await;
    desk.lose_tina().await;
    desk.world.settle().await;
    assert_eq!(desk.notes().await, []);
    assert_eq!(desk.note_calls(), 0);
    assert_eq!(desk.world.failed().await, ["l8.author"]);
    desk.world.settle().await;
    let failures = desk
        .world
        .engine
        .store()
        .failures(desk.world.id, 10)
        .await
        .unwrap();
    assert_eq!(failures[0].count, 1);
}

#[tokio::test(start_paused = true)]
async fn l8_a_note_whose_answer_was_lost_is_found_and_not_repeated() {
    let desk = Desk::open().await;
    let lost = Fault {
        cut: Some(Cut::After),
        ..Fault::default()
    };
    desk.trouble_note(lost);
    desk.create().await;
    desk.world.settle().await;
    desk.world.pass(Duration::from_mins(2)).await;
    desk.world.settle().await;
    assert_eq!(desk.notes().await, [desk.expected_note(&desk.tina)]);
    assert_eq!(desk.note_calls(), 1);
    let said = format!(
        "L8 a note with the link went into conversation {}",
        desk.conversation
    );
    assert!(desk.world.timeline(ADA).await.contains(&said));
    assert_eq!(desk.world.failed().await, [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn l8_a_note_that_never_arrived_is_repeated_after_a_quiet_minute() {
    let desk = Desk::open().await;
    let lost = Fault {
        status: Some(502),
        ..Fault::default()
    };
    desk.trouble_note(lost);
    desk.create().await;
    // Twenty-four seconds: it may still appear.
    desk.world.settle().await;
    assert_eq!(desk.note_calls(), 1);
    desk.world.pass(Duration::from_mins(1)).await;
    desk.world.settle().await;
    assert_eq!(desk.notes().await, [desk.expected_note(&desk.tina)]);
    assert_eq!(desk.note_calls(), 2);
}

#[tokio::test(start_paused = true)]
async fn l8_a_refused_note_is_listed_and_not_repeated() {
    let desk = Desk::open().await;
    let refusal = json!({
        "type": "error.list",
        "errors": [{ "code": "parameter_invalid", "message": "Notes are not for you" }],
    });
    let refused = Fault {
        status: Some(400),
        body: Some(refusal),
        ..Fault::default()
    };
    desk.trouble_note(refused);
    desk.create().await;
    desk.world.settle().await;
    desk.world.pass(Duration::from_mins(2)).await;
    desk.world.settle().await;
    assert_eq!(desk.notes().await, []);
    assert_eq!(desk.note_calls(), 1);
    assert_eq!(desk.world.failed().await, ["l8.refused"]);
}

#[tokio::test(start_paused = true)]
async fn l8_a_conversation_that_is_gone_gets_none_and_nothing_is_listed() {
    let desk = Desk::open().await;
    desk.create().await;
    let path = format!("/conversations/{}", desk.conversation);
    let (status, _) = desk
        .world
        .ask_intercom(Method::DELETE, &path, &Value::Null)
        .await;
    assert_eq!(status, StatusCode::OK);
    desk.world.settle().await;
    assert_eq!(desk.note_calls(), 0);
    assert_eq!(desk.world.failed().await, [""; 0]);
    let org = desk.world.engine.connections().await.unwrap()[0]
        .org_id
        .unwrap();
    let store = desk.world.engine.store();
    let notes = store.unsettled_intents(org, IntentKind::Note).await;
    assert_eq!(notes.unwrap(), []);
}

#[tokio::test(start_paused = true)]
async fn l8_a_crash_before_the_note_loses_nothing() {
    let mut desk = Desk::open().await;
    desk.create().await;
    assert_eq!(desk.note_calls(), 0);
    desk.world.restart().await;
    desk.world.settle().await;
    assert_eq!(desk.notes().await, [desk.expected_note(&desk.tina)]);
    assert_eq!(desk.note_calls(), 1);
}

#[tokio::test(start_paused = true)]
async fn l8_a_crash_while_it_is_sent_leaves_one_note() {
    let mut desk = Desk::open().await;
    let slow = Fault {
        latency_ms: 60_000,
        ..Fault::default()
    };
    desk.trouble_note(slow);
    desk.create().await;
    let (engine, id) = (desk.world.engine.clone(), desk.world.id);
    let telling = tokio::spawn(async move { engine.step(id, Step::Tell).await });
    desk.world.pass(Duration::from_secs(1)).await;
    telling.abort();
    assert!(telling.await.unwrap_err().is_cancelled());
    desk.world.restart().await;
    desk.world.settle().await;
    desk.world.pass(Duration::from_mins(12)).await;
    desk.world.settle().await;
    assert_eq!(desk.notes().await, [desk.expected_note(&desk.tina)]);
}

#[tokio::test(start_paused = true)]
async fn l8_a_note_waits_while_writing_to_intercom_is_paused() {
    let desk = Desk::open().await;
    desk.create().await;
    let pause = |on: bool| {
        desk.world
            .choose(move |it| it.safety.pause_intercom_writes = on)
    };
    pause(true).await;
    desk.world.settle().await;
    assert_eq!(desk.note_calls(), 0);
    pause(false).await;
    desk.world.settle().await;
    assert_eq!(desk.notes().await.len(), 1);
}
