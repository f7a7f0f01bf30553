//! L5: a placeholder that Salesforce still holds gives way to the value as soon as it is known.

use std::collections::BTreeMap;

use engine::{Click, Shown, Step};
use http::{Method, StatusCode};
use intercom_sim::ObjectId;
use salesforce_sim::{Action, Conversion, RecordId};
use serde_json::{Value, json};

use crate::world::{World, fields};

const ADA: &str = "ada@acme.example";
const NOT_PROVIDED: &str = "[not provided]";

impl World {
    fn set_name(&self, contact: ObjectId, name: &str) {
        let fields = fields(&[("name", json!(name))]);
        self.intercom.edit_contact(contact, &fields).unwrap();
    }

    /// A company is attached to a contact.
    async fn attach_company(&self, contact: ObjectId, name: &str) {
        let body = json!({ "company_id": name, "name": name });
        let (status, made) = self.ask_intercom(Method::POST, "/companies", &body).await;
        assert_eq!(status, StatusCode::OK, "{made}");
        let path = format!("/contacts/{contact}/companies");
        let body = json!({ "id": made["id"] });
        let (status, made) = self.ask_intercom(Method::POST, &path, &body).await;
        assert_eq!(status, StatusCode::OK, "{made}");
    }

    fn fields_of(&self, record: RecordId) -> Value {
        self.salesforce.record(record).unwrap()
    }

    /// The next change of a Lead is refused by a rule of the org's.
    fn refuse_change(&self) {
        let refused = |reference: &str, code: &str, message: &str| {
            json!({
                "body": [{ "errorCode": code, "message": message, "fields": [] }],
                "httpHeaders": {}, "httpStatusCode": 400, "referenceId": reference,
            })
        };
        let code = "FIELD_CUSTOM_VALIDATION_EXCEPTION";
        let parts = [
            refused("lead", code, "Names are given by the back office"),
            refused("shown", "PROCESSING_HALTED", "Invalid reference"),
        ];
        self.trap_change(Action {
            status: Some(200),
            body: Some(json!({ "compositeResponse": parts }).to_string()),
            ..Action::default()
        });
    }
}

/// A Lead was created from Ada, who has neither a name nor a company.
async fn placeholder() -> (World, ObjectId, RecordId) {
    let world = World::staged().await;
    let ada = world.nameless_visitor(ADA).await;
    world.settle().await;
    let click = Click::SubmitLead {
        typed: BTreeMap::new(),
        anyway: false,
    };
    let shown = world.click(ada, click).await;
    assert!(matches!(shown, Shown::Card(_)), "{shown:?}");
    world.settle().await;
    let lead = world.lead_with_email(ADA).pop().unwrap();
    assert_eq!(lead["LastName"], NOT_PROVIDED);
    assert_eq!(lead["FirstName"], Value::Null);
    assert_eq!(lead["Company"], NOT_PROVIDED);
    let id = lead["Id"].as_str().unwrap().parse().unwrap();
    world.forget_calls();
    (world, ada, id)
}

#[tokio::test(start_paused = true)]
async fn l5_a_name_that_becomes_known_replaces_its_placeholder_and_nothing_else() {
    let (world, ada, lead) = placeholder().await;
    let before = world.fields_of(lead);
    // Where updates are not told otherwise, an active rule moves the owner.
    let other = world.records("User").into_iter().find(|user| {
        user["Id"] != before["OwnerId"]
            && user["IsActive"] == true
            && user["UserType"] == "Standard"
    });
    let other = other.unwrap()["Id"].as_str().unwrap().parse().unwrap();
    let rules = world.salesforce.with_world(|org| org.rules().clone());
    let rules = salesforce_sim::Rules {
        lead_assignment: true,
        lead_assignee: other,
        ..rules
    };
    world.salesforce.set_rules(rules).unwrap();
    world.set_name(ada, "Grace Brewster Hopper");
    world.settle().await;
    let after = world.fields_of(lead);
    assert_eq!(after["FirstName"], "Grace Brewster");
    assert_eq!(after["LastName"], "Hopper");
    let changed: Vec<&String> = after
        .as_object()
        .unwrap()
        .iter()
        .filter(|(name, value)| before[name.as_str()] != **value)
        .map(|(name, _)| name)
        .filter(|name| !name.starts_with("Last") || *name == "LastName")
        .filter(|name| *name != "SystemModstamp")
        .collect();
    assert_eq!(changed, ["FirstName", "LastName", "Name"]);
    assert_eq!(world.salesforce_writes(), 1);
    let line = format!("L5 {lead}: replaced the placeholder in FirstName, LastName");
    let told = world.timeline(ADA).await;
    assert_eq!(
        told.iter().filter(|it| **it == line).count(),
        1,
        "{told:#?}"
    );
    // What the contact shows of the Lead is as it was.
    assert_eq!(world.shows_record(ada), Some(lead.to_string()));
    world.set_name(ada, "Somebody Else");
    world.settle().await;
    assert_eq!(world.fields_of(lead)["LastName"], "Hopper");
    assert_eq!(world.salesforce_writes(), 1);
}

#[tokio::test(start_paused = true)]
async fn l5_one_word_is_a_last_name() {
    let (world, ada, lead) = placeholder().await;
    world.set_name(ada, "Grace");
    world.settle().await;
    let after = world.fields_of(lead);
    assert_eq!(
        (&after["FirstName"], &after["LastName"]),
        (&Value::Null, &json!("Grace"))
    );
}

#[tokio::test(start_paused = true)]
async fn l5_what_a_rep_wrote_meanwhile_stays() {
    let (world, ada, lead) = placeholder().await;
    let typed = json!({ "LastName": "Real" });
    // Nobody has polled yet when the name becomes known.
    world.salesforce.edit_as_rep(lead, &typed).unwrap();
    world.set_name(ada, "Grace Hopper");
    world.deliver_webhooks().await;
    world.step(Step::Inbox).await;
    world.step(Step::Queue).await;
    world.settle().await;
    let after = world.fields_of(lead);
    assert_eq!(
        (&after["FirstName"], &after["LastName"]),
        (&Value::Null, &json!("Real"))
    );
    assert_eq!(world.salesforce_writes(), 0);
    assert_eq!(world.failed().await, [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn l5_a_company_that_is_attached_later_replaces_its_placeholder() {
    let (world, ada, lead) = placeholder().await;
    world.attach_company(ada, "Acme Rockets").await;
    world.settle().await;
    assert_eq!(world.fields_of(lead)["Company"], "Acme Rockets");
    assert_eq!(world.fields_of(lead)["LastName"], NOT_PROVIDED);
    assert_eq!(world.salesforce_writes(), 1);
    world.engine.sync_to_end(world.id).await.unwrap();
    world.settle().await;
    assert_eq!(world.salesforce_writes(), 1);
}

#[tokio::test(start_paused = true)]
async fn l5_a_company_of_which_no_webhook_told_is_found_by_the_next_sync() {
    let (world, ada, lead) = placeholder().await;
    world.attach_company(ada, "Acme Rockets").await;
    world.lose_webhooks();
    world.settle().await;
    assert_eq!(world.fields_of(lead)["Company"], NOT_PROVIDED);
    world.engine.sync_to_end(world.id).await.unwrap();
    world.settle().await;
    assert_eq!(world.fields_of(lead)["Company"], "Acme Rockets");
    assert_eq!(world.salesforce_writes(), 1);
}

#[tokio::test(start_paused = true)]
async fn l5_a_refused_value_is_listed_and_waits_for_another_one() {
    let (world, ada, lead) = placeholder().await;
    world.refuse_change();
    world.set_name(ada, "Grace Hopper");
    world.settle().await;
    assert_eq!(world.fields_of(lead)["LastName"], NOT_PROVIDED);
    let failures = world.engine.store().failures(world.id, 10).await.unwrap();
    assert_eq!(failures.len(), 1);
    let report = &failures[0].report;
    assert_eq!(report.cause, "salesforce.validation");
    let person = crate::stage::person(ADA);
    assert_eq!(report.subject, model::Subject::Person(person));
    let said = report.vendor_words.as_deref().unwrap();
    assert!(
        said.contains("Names are given by the back office"),
        "{said}"
    );
    // Looked at again, the same values are not sent again.
    world.set_status(lead, "Working - Contacted");
    world.settle().await;
    assert_eq!(world.fields_of(lead)["LastName"], NOT_PROVIDED);
    assert_eq!(world.failed().await, ["salesforce.validation"]);
    let status = world.attribute(ada, "SALESFORCE_STATUS");
    assert_eq!(status.as_deref(), Some("Working - Contacted"));
    world.set_name(ada, "Ada Lovelace");
    world.settle().await;
    assert_eq!(world.fields_of(lead)["LastName"], "Lovelace");
    assert_eq!(world.failed().await, [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn l5_while_writing_to_salesforce_is_paused_it_waits() {
    let (world, ada, lead) = placeholder().await;
    let pause = |on: bool| world.choose(move |it| it.safety.pause_salesforce_writes = on);
    pause(true).await;
    world.set_name(ada, "Grace Hopper");
    world.settle().await;
    assert_eq!(world.salesforce_writes(), 0);
    pause(false).await;
    world.settle().await;
    assert_eq!(world.fields_of(lead)["LastName"], "Hopper");
    assert_eq!(world.salesforce_writes(), 1);
}

#[tokio::test(start_paused = true)]
async fn l5_what_was_converted_meanwhile_stays() {
    let (world, ada, lead) = placeholder().await;
    let how = Conversion::default();
    world.salesforce.convert_as_rep(lead, &how).unwrap();
    world.set_name(ada, "Grace Hopper");
    world.deliver_webhooks().await;
    world.step(Step::Inbox).await;
    world.step(Step::Queue).await;
    world.settle().await;
    assert_eq!(world.fields_of(lead)["LastName"], NOT_PROVIDED);
    assert_eq!(world.salesforce_writes(), 0);
    assert_eq!(world.failed().await, [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn l5_a_lost_answer_is_looked_at_and_not_written_twice() {
    let (world, ada, lead) = placeholder().await;
    world.trap_change(Action {
        cut: Some(salesforce_sim::Cut::After),
        ..Action::default()
    });
    world.set_name(ada, "Grace Hopper");
    world.settle().await;
    world.settle().await;
    assert_eq!(world.fields_of(lead)["LastName"], "Hopper");
    assert_eq!(world.salesforce_writes(), 1);
    assert_eq!(world.failed().await, [""; 0]);
}
