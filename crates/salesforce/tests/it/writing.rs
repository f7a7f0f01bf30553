//! Creating and changing a Lead: once, whatever happens.

use std::collections::BTreeMap;

use salesforce::{
    AutoAssign, CreatedLead, Duplicates, FieldValue, Lead, LeadDraft, Outcome, SalesforceError,
};
use serde_json::json as value;

use crate::world::{Answer, World, composite, expired, json, json_text, lead, maintenance};

const ID: &str = "00QD000000QYVhdMAH";

fn draft(last_name: &str) -> LeadDraft {
    let last_name = (
        "LastName".to_owned(),
        FieldValue::Text(last_name.to_owned()),
    );
    LeadDraft {
        fields: [last_name].into(),
        owner: None,
    }
}

async fn creating(world: &World, last_name: &str) -> Result<CreatedLead, SalesforceError> {
    world
        .client()
        .create_lead(&draft(last_name), AutoAssign::Keep, Duplicates::Refuse)
        .await
}

fn created() -> serde_json::Value {
    value!({"id": ID, "success": true, "errors": []})
}

#[tokio::test(start_paused = true)]
async fn a_created_lead_is_shown_as_salesforce_made_it() {
    let row = lead(ID, "ada@acme.io");
    let world = World::answering([composite(&[("lead", 201, created()), ("shown", 200, row)])]);
    let lead = creating(&world, "Lee").await.unwrap();
    assert_eq!(lead.id.as_str(), ID);
    assert_eq!(lead.shown.unwrap().name, "Ada Lee");
    assert_eq!(world.seen().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_read_back_that_fails_does_not_undo_the_create() {
    let gone = value!([{"errorCode": "NOT_FOUND", "message": "x"}]);
    let world = World::answering([composite(&[("lead", 201, created()), ("shown", 404, gone)])]);
    let lead = creating(&world, "Lee").await.unwrap();
    assert_eq!((lead.id.as_str(), lead.shown), (ID, None));
}

#[tokio::test(start_paused = true)]
async fn a_refused_create_says_why_and_what_did_not_happen() {
    let refused = value!([{"errorCode": "REQUIRED_FIELD_MISSING",
        "message": "Required fields are missing: [Company]", "fields": ["Company"]}]);
    let halted = value!([{"errorCode": "PROCESSING_HALTED", "message": "x"}]);
    let world = World::answering([composite(&[("lead", 400, refused), ("shown", 400, halted)])]);
    let error = creating(&world, "Lee").await.unwrap_err();
    assert_eq!(error.to_string(), "required fields are missing: Company");
    assert_eq!(error.outcome(), Outcome::Refused);
}

/// The ways in which an answer can stay out, and what each says about a write.
fn losses() -> [(Answer, Outcome); 6] {
    let cut = Answer::BrokenBody {
        headers: Vec::new(),
        body: "{".to_owned(),
    };
    [
        (Answer::NeverOpened, Outcome::NotSent),
        (Answer::Broken, Outcome::Unknown),
        (Answer::Silence, Outcome::Unknown),
        (maintenance(), Outcome::Unknown),
        (json_text(200, "<html>"), Outcome::Unknown),
        (cut, Outcome::Unknown),
    ]
}

#[tokio::test(start_paused = true)]
async fn a_create_without_an_answer_is_not_sent_again() {
    for (answer, outcome) in losses() {
        let world = World::answering([answer]);
        let error = creating(&world, "Lee").await.unwrap_err();
        assert_eq!(error.outcome(), outcome, "{error:?}");
        assert_eq!(world.seen().len(), 1, "{error:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_create_refused_for_its_stale_session_is_sent_with_the_new_one() {
    let row = lead(ID, "ada@acme.io");
    let answered = composite(&[("lead", 201, created()), ("shown", 200, row)]);
    let world = World::answering([expired(), answered]);
    assert_eq!(creating(&world, "Lee").await.unwrap().id.as_str(), ID);
    let seen = world.seen();
    assert_eq!(seen[0].body, seen[1].body);
    assert_eq!(seen[1].authorization, "Bearer renewed-1");
}

#[tokio::test(start_paused = true)]
async fn a_name_that_looks_like_a_reference_stays_a_name() {
    let world = World::answering([json(201, &created())]);
    let lead = creating(&world, "@{lead.id}").await.unwrap();
    assert_eq!((lead.id.as_str(), lead.shown), (ID, None));
    let seen = &world.seen()[0];
    assert_eq!(
        seen.line,
        "POST https://acme.my.salesforce.com/services/data/v67.0/sobjects/Lead"
    );
    assert_eq!(seen.body, r#"{"LastName":"@{lead.id}"}"#);
}

async fn updating(world: &World, company: &str) -> Result<Option<Lead>, SalesforceError> {
    let company = FieldValue::Text(company.to_owned());
    let fields = BTreeMap::from([("Company".to_owned(), company)]);
    world
        .client()
        .update_lead(ID.parse().unwrap(), &fields, Duplicates::Refuse)
        .await
}

#[tokio::test(start_paused = true)]
async fn an_updated_lead_is_shown_as_salesforce_made_it() {
    let mut row = lead(ID, "ada@acme.io");
    row["Company"] = "ACME".into();
    let done = value!(null);
    let world = World::answering([composite(&[("lead", 204, done), ("shown", 200, row)])]);
    let shown = updating(&world, "Acme").await.unwrap().unwrap();
    assert_eq!(shown.company.as_deref(), Some("ACME"), "not what was sent");
    assert_eq!(
        world.lines(),
        ["POST https://acme.my.salesforce.com/services/data/v67.0/composite"]
    );
}

#[tokio::test(start_paused = true)]
async fn a_read_back_that_fails_does_not_undo_the_update() {
    let gone = value!([{"errorCode": "NOT_FOUND", "message": "x"}]);
    let done = value!(null);
    let world = World::answering([composite(&[("lead", 204, done), ("shown", 404, gone)])]);
    assert_eq!(updating(&world, "Acme").await.unwrap(), None);
    assert_eq!(world.seen().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_refused_update_says_why_though_the_row_was_read() {
    for (status, code, expected) in [
        (400, "CANNOT_UPDATE_CONVERTED_LEAD", "the Lead is converted"),
        (404, "ENTITY_IS_DELETED", "the record is deleted"),
        (
            404,
            "INVALID_CROSS_REFERENCE_KEY",
            "there is no such record or resource (INVALID_CROSS_REFERENCE_KEY)",
        ),
        (
            400,
            "INVALID_FIELD_FOR_INSERT_UPDATE",
            "fields cannot be written: Company",
        ),
    ] {
        let refused = value!([{"errorCode": code, "message": "x", "fields": ["Company"]}]);
        let row = lead(ID, "ada@acme.io");
        let world =
            World::answering([composite(&[("lead", status, refused), ("shown", 200, row)])]);
        let error = updating(&world, "Acme").await.unwrap_err();
        assert_eq!(error.to_string(), expected);
        assert_eq!(error.outcome(), Outcome::Refused);
    }
}

#[tokio::test(start_paused = true)]
async fn an_update_without_an_answer_is_not_sent_again() {
    for (answer, outcome) in losses() {
        let world = World::answering([answer]);
        let error = updating(&world, "Acme").await.unwrap_err();
        assert_eq!(error.outcome(), outcome, "{error:?}");
        assert_eq!(world.seen().len(), 1, "{error:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_company_that_looks_like_a_reference_stays_a_company() {
    let done = Answer::Reply {
        status: 204,
        headers: Vec::new(),
        body: String::new(),
    };
    let world = World::answering([done]);
    assert_eq!(updating(&world, "@{lead.id}").await.unwrap(), None);
    let seen = &world.seen()[0];
    assert_eq!(
        seen.line,
        format!("PATCH https://acme.my.salesforce.com/services/data/v67.0/sobjects/Lead/{ID}")
    );
    assert_eq!(seen.body, r#"{"Company":"@{lead.id}"}"#);
}

#[tokio::test(start_paused = true)]
async fn a_part_that_answers_something_else_than_done_leaves_the_update_open() {
    for said in [value!({"x": 1}), value!({"success": false})] {
        let row = lead(ID, "ada@acme.io");
        let world = World::answering([composite(&[("lead", 200, said), ("shown", 200, row)])]);
        let error = updating(&world, "Acme").await.unwrap_err();
        assert_eq!(error.outcome(), Outcome::Unknown, "{error:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_plain_update_is_done_only_if_the_api_says_so() {
    for status in [200, 304] {
        let page = Answer::Reply {
            status,
            headers: vec![("content-type", "text/html".to_owned())],
            body: "<html>".to_owned(),
        };
        let world = World::answering([page]);
        let error = updating(&world, "@{lead.id}").await.unwrap_err();
        assert_eq!(error.outcome(), Outcome::Unknown, "{error:?}");
    }
}
