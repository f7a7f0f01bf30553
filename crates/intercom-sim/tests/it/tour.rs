// long because: it is one list of every operation, in an order that matters.

//! Every operation that the twin offers, once with what it takes and then with what it refuses,
//! all of it held against the vendor's description. What the description has beside it is asked for
//! too, and must not be there: so an operation that is new is noticed here.

use std::collections::{BTreeMap, BTreeSet};

use axum::body::Body;
use http::{Method, Request};
use intercom_openapi::Description;
use serde_json::{Value, json};

use crate::town::{TOKEN, Town};

/// What stands for the ids in the paths and bodies of the tour.
type Ids = BTreeMap<&'static str, String>;

/// Operation, target, body, status. In this order: later ones take away what earlier ones need.
const STOPS: &[(&str, &str, &str, u16)] = &[
    ("GET /me", "/me", "", 200),
    ("GET /admins", "/admins", "", 200),
    ("GET /admins/{admin_id}", "/admins/{admin}", "", 200),
    (
        "PUT /admins/{admin_id}/away",
        "/admins/{admin}/away",
        r#"{"away_mode_enabled":true,"away_mode_reassign":false}"#,
        200,
    ),
    (
        "GET /admins/activity_logs",
        "/admins/activity_logs?created_at_after=1",
        "",
        200,
    ),
    (
        "POST /admins/activity_logs/search",
        "/admins/activity_logs/search",
        r#"{"created_at_after":1}"#,
        200,
    ),
    (
        "GET /admins/activity_log_event_types",
        "/admins/activity_log_event_types",
        "",
        200,
    ),
    ("GET /teams", "/teams", "", 200),
    ("GET /teams/{team_id}", "/teams/{team}", "", 200),
    ("GET /segments", "/segments", "", 200),
    ("GET /segments/{segment_id}", "/segments/{segment}", "", 200),
    ("GET /subscription_types", "/subscription_types", "", 200),
    ("GET /contacts", "/contacts", "", 200),
    (
        "POST /contacts",
        "/contacts",
        r#"{"role":"user","external_id":"u7","email":"tour@x.example"}"#,
        200,
    ),
    (
        "POST /contacts/search",
        "/contacts/search",
        r#"{"query":{"field":"email","operator":"=","value":"lead@x.example"}}"#,
        200,
    ),
    ("GET /contacts/{contact_id}", "/contacts/{lead}", "", 200),
    (
        "PUT /contacts/{contact_id}",
        "/contacts/{lead}",
        r#"{"name":"Lea"}"#,
        200,
    ),
    (
        "GET /contacts/find_by_external_id/{external_id}",
        "/contacts/find_by_external_id/u7",
        "",
        200,
    ),
    (
        "POST /contacts/{contact_id}/archive",
        "/contacts/{lead}/archive",
        "",
        200,
    ),
    (
        "POST /contacts/{contact_id}/unarchive",
        "/contacts/{lead}/unarchive",
        "",
        200,
    ),
    (
        "GET /contacts/{id}/merge_history",
        "/contacts/{user}/merge_history",
        "",
        200,
    ),
    (
        "POST /contacts/{contact_id}/companies",
        "/contacts/{user}/companies",
        r#"{"id":"{company}"}"#,
        200,
    ),
    (
        "GET /contacts/{contact_id}/companies",
        "/contacts/{user}/companies",
        "",
        200,
    ),
    (
        "POST /contacts/{contact_id}/tags",
        "/contacts/{user}/tags",
        r#"{"id":"{tag}"}"#,
        200,
    ),
    (
        "GET /contacts/{contact_id}/tags",
        "/contacts/{user}/tags",
        "",
        200,
    ),
    (
        "POST /contacts/{contact_id}/notes",
        "/contacts/{user}/notes",
        r#"{"body":"Hello","admin_id":"{admin}"}"#,
        200,
    ),
    (
        "GET /contacts/{contact_id}/notes",
        "/contacts/{user}/notes",
        "",
        200,
    ),
    ("GET /notes/{note_id}", "/notes/{note}", "", 200),
    (
        "GET /contacts/{contact_id}/segments",
        "/contacts/{user}/segments",
        "",
        200,
    ),
    (
        "POST /contacts/{contact_id}/subscriptions",
        "/contacts/{user}/subscriptions",
        r#"{"id":"{subscription}","consent_type":"opt_in"}"#,
        200,
    ),
    (
        "GET /contacts/{contact_id}/subscriptions",
        "/contacts/{user}/subscriptions",
        "",
        200,
    ),
    (
        "DELETE /contacts/{contact_id}/subscriptions/{subscription_id}",
        "/contacts/{user}/subscriptions/{subscription}",
        "",
        200,
    ),
    ("GET /companies", "/companies", "", 200),
    (
        "POST /companies",
        "/companies",
        r#"{"company_id":"tour","name":"Tour"}"#,
        200,
    ),
    ("POST /companies/list", "/companies/list", "", 200),
    ("GET /companies/scroll", "/companies/scroll", "", 200),
    (
        "GET /companies/{company_id}",
        "/companies/{company}",
        "",
        200,
    ),
    (
        "PUT /companies/{company_id}",
        "/companies/{company}",
        r#"{"name":"Renamed"}"#,
        200,
    ),
    (
        "GET /companies/{company_id}/contacts",
        "/companies/{company}/contacts",
        "",
        200,
    ),
    (
        "GET /companies/{company_id}/segments",
        "/companies/{company}/segments",
        "",
        200,
    ),
    (
        "POST /companies/{company_id}/notes",
        "/companies/{company}/notes",
        r#"{"body":"Hello","admin_id":"{admin}"}"#,
        200,
    ),
    (
        "GET /companies/{company_id}/notes",
        "/companies/{company}/notes",
        "",
        200,
    ),
    ("GET /data_attributes", "/data_attributes", "", 200),
    (
        "POST /data_attributes",
        "/data_attributes",
        r#"{"name":"tour_tier","model":"contact","data_type":"string"}"#,
        200,
    ),
    (
        "PUT /data_attributes/{data_attribute_id}",
        "/data_attributes/{attribute}",
        r#"{"description":"New"}"#,
        200,
    ),
    (
        "POST /conversations",
        "/conversations",
        r#"{"from":{"type":"user","id":"{user}"},"body":"Hi"}"#,
        200,
    ),
    ("GET /conversations", "/conversations", "", 200),
    (
        "POST /conversations/search",
        "/conversations/search",
        r#"{"query":{"field":"open","operator":"=","value":"true"}}"#,
        200,
    ),
    (
        "GET /conversations/{conversation_id}",
        "/conversations/{conversation}",
        "",
        200,
    ),
    (
        "PUT /conversations/{conversation_id}",
        "/conversations/{conversation}",
        r#"{"read":true}"#,
        200,
    ),
    (
        "POST /conversations/{conversation_id}/reply",
        "/conversations/{conversation}/reply",
        r#"{"message_type":"comment","type":"admin","admin_id":"{admin}","body":"Hello"}"#,
        200,
    ),
    (
        "POST /conversations/{conversation_id}/parts",
        "/conversations/{conversation}/parts",
        r#"{"message_type":"close","type":"admin","admin_id":"{admin}"}"#,
        200,
    ),
    (
        "POST /conversations/{conversation_id}/tags",
        "/conversations/{conversation}/tags",
        r#"{"id":"{tag}","admin_id":"{admin}"}"#,
        200,
    ),
    (
        "DELETE /conversations/{conversation_id}/tags/{tag_id}",
        "/conversations/{conversation}/tags/{tag}",
        r#"{"admin_id":"{admin}"}"#,
        200,
    ),
    (
        "POST /conversations/{conversation_id}/customers",
        "/conversations/{conversation}/customers",
        r#"{"admin_id":"{admin}","customer":{"intercom_user_id":"{lead}"}}"#,
        200,
    ),
    (
        "DELETE /conversations/{conversation_id}/customers/{contact_id}",
        "/conversations/{conversation}/customers/{lead}",
        r#"{"admin_id":"{admin}"}"#,
        200,
    ),
    (
        "POST /conversations/redact",
        "/conversations/redact",
        r#"{"type":"source","conversation_id":"{conversation}","source_id":"{source}"}"#,
        200,
    ),
    (
        "POST /events",
        "/events",
        r#"{"event_name":"won","created_at":1781524800,"id":"{user}"}"#,
        202,
    ),
    (
        "GET /events",
        "/events?type=user&intercom_user_id={user}",
        "",
        200,
    ),
    ("GET /tags", "/tags", "", 200),
    ("POST /tags", "/tags", r#"{"name":"another"}"#, 200),
    ("GET /tags/{tag_id}", "/tags/{tag}", "", 200),
    (
        "DELETE /contacts/{contact_id}/tags/{tag_id}",
        "/contacts/{user}/tags/{tag}",
        "",
        200,
    ),
    (
        "DELETE /contacts/{contact_id}/companies/{company_id}",
        "/contacts/{user}/companies/{company}",
        "",
        200,
    ),
    ("DELETE /tags/{tag_id}", "/tags/{tag}", "", 200),
    (
        "DELETE /companies/{company_id}",
        "/companies/{company}",
        "",
        200,
    ),
    (
        "DELETE /conversations/{conversation_id}",
        "/conversations/{conversation}",
        "",
        200,
    ),
    (
        "POST /contacts/merge",
        "/contacts/merge",
        r#"{"from":"{lead}","into":"{user}","skip_duplicate_validation":true}"#,
        200,
    ),
    (
        "POST /contacts/{contact_id}/block",
        "/contacts/{user}/block",
        "",
        200,
    ),
    ("DELETE /contacts/{contact_id}", "/contacts/{user}", "", 200),
];

/// What the tests of their own modules drive, where they are judged as here.
const ELSEWHERE: &[&str] = &[
    "POST /events/summaries",
    "GET /visitors",
    "PUT /visitors",
    "POST /visitors/convert",
    "POST /messages",
    "GET /conversations/deleted",
    "GET /conversations/attributes",
    "POST /conversations/attributes",
];

fn filled(template: &str, ids: &Ids) -> String {
    ids.iter().fold(template.to_owned(), |text, (name, id)| {
        text.replace(&format!("{{{name}}}"), id)
    })
}

/// The id at `pointer` of an answer, which may be a text or a number.
fn id_at(body: &Value, pointer: &str) -> String {
    match body.pointer(pointer) {
        Some(Value::String(id)) => id.clone(),
        Some(Value::Number(id)) => id.to_string(),
        _ => panic!("no id at {pointer} of {body}"),
    }
}

async fn ids(town: &Town) -> Ids {
    let user = town.sim.user_id(0).to_string();
    let admin = id_at(&town.get("/admins").await.body, "/admins/0/id");
    let attribute = json!({"name": "tour_plan", "model": "contact", "data_type": "string"});
    let start = json!({"from": {"type": "user", "id": user}, "body": "Hi"});
    let note = json!({"body": "Hello", "admin_id": admin});
    let note = town.post(&format!("/contacts/{user}/notes"), note).await;
    let message = town.post("/conversations", start).await.body;
    let made = [
        ("lead", town.lead("lead@x.example").await),
        ("team", id_at(&town.get("/teams").await.body, "/teams/0/id")),
        (
            "segment",
            id_at(&town.get("/segments").await.body, "/segments/0/id"),
        ),
        (
            "subscription",
            id_at(&town.get("/subscription_types").await.body, "/data/0/id"),
        ),
        (
            "company",
            id_at(&town.get("/companies").await.body, "/data/0/id"),
        ),
        (
            "tag",
            id_at(
                &town.post("/tags", json!({"name": "tour"})).await.body,
                "/id",
            ),
        ),
        ("note", id_at(&note.body, "/id")),
        (
            "attribute",
            id_at(&town.post("/data_attributes", attribute).await.body, "/id"),
        ),
        ("conversation", id_at(&message, "/conversation_id")),
        ("source", id_at(&message, "/id")),
        ("user", user),
        ("admin", admin),
    ];
    made.into_iter().collect()
}

/// The parts of an operation's name.
fn parts(operation: &str) -> (Method, &str) {
    let (method, path) = operation.split_once(' ').expect("a method and a path");
    (method.parse().expect("a method"), path)
}

#[tokio::test]
async fn every_operation_takes_what_is_described_and_answers_as_described() {
    let town = Town::new();
    let ids = ids(&town).await;
    for (operation, target, body, status) in STOPS {
        let (target, body) = (filled(target, &ids), filled(body, &ids));
        let (method, _) = parts(operation);
        let path = target.split('?').next().expect("a path");
        let meant = Description::of_intercom().operation_of(&method, path);
        assert_eq!(meant, Some(*operation));
        let body: Option<Value> = (!body.is_empty()).then(|| serde_json::from_str(&body).unwrap());
        let answer = town.call(method, &target, body.as_ref()).await;
        assert_eq!(answer.status, *status, "{operation}: {}", answer.body);
    }
}

#[tokio::test]
async fn every_operation_refuses_as_described() {
    let town = Town::new();
    let ids = ids(&town).await;
    for (operation, target, body, _) in STOPS {
        let (method, _) = parts(operation);
        let here = filled(target, &ids);
        let stranger = [
            ("authorization", "Bearer nobody"),
            ("intercom-version", "2.16"),
        ];
        let answer = town.call_as(&stranger, method.clone(), &here, None).await;
        assert_eq!(answer.status, 401, "{operation}: {}", answer.body);

        let nobody: Ids = ids.keys().map(|name| (*name, "9".repeat(24))).collect();
        let nowhere = filled(target, &nobody);
        if nowhere != here && !target.contains('?') {
            let body = filled(body, &ids);
            let body: Option<Value> = serde_json::from_str(&body).ok();
            let answer = town.call(method.clone(), &nowhere, body.as_ref()).await;
            assert!(
                matches!(answer.status, 400 | 404),
                "{operation}: {}",
                answer.status
            );
        }
        // Of a deletion nobody reads the body.
        if !body.is_empty() && method != Method::DELETE {
            let list = json!([1]);
            let answer = town.call(method, &here, Some(&list)).await;
            assert_eq!(answer.status, 400, "{operation}: {}", answer.body);
        }
    }
}

#[tokio::test]
async fn what_is_not_on_the_tour_is_not_offered() {
    let town = Town::new();
    let ids = ids(&town).await;
    let toured: BTreeSet<&str> = STOPS.iter().map(|(operation, ..)| *operation).collect();
    let bearer = format!("Bearer {TOKEN}");
    let mut offered = Vec::new();
    for operation in Description::of_intercom().operations() {
        if toured.contains(operation) || ELSEWHERE.contains(&operation) {
            continue;
        }
        let (method, template) = parts(operation);
        let target = with_ids(template, &ids);
        // Not by way of the judge: what is absent need not be as described.
        let request = Request::builder()
            .method(method)
            .uri(target)
            .header("authorization", &bearer)
            .header("intercom-version", "2.16");
        let answer = town.send(request.body(Body::empty()).unwrap()).await;
        if answer.status() != 404 {
            offered.push(operation);
        }
    }
    assert!(offered.is_empty(), "put these on the tour: {offered:#?}");
}

/// The path with an id that exists for each of its names, by what stands before it.
fn with_ids(template: &str, ids: &Ids) -> String {
    let mut before = "";
    let mut path = String::new();
    for segment in template.split('/').skip(1) {
        let id = match before {
            "contacts" | "customers" => "user",
            "conversations" => "conversation",
            "companies" => "company",
            "tags" => "tag",
            "admins" => "admin",
            "teams" => "team",
            "notes" => "note",
            "data_attributes" => "attribute",
            _ => "segment",
        };
        path.push('/');
        path.push_str(if segment.starts_with('{') {
            &ids[id]
        } else {
            segment
        });
        before = segment;
    }
    path
}
