//! Rules A1 and A5: the attributes exist before anything is written to them, and only what differs
//! is written.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::world::World;

/// The attributes of contacts that the workspace has under our names: name, type, archived.
async fn ours(world: &World) -> Vec<(String, String, bool)> {
    let path = "/data_attributes?model=contact&include_archived=true";
    let (_, list) = world.ask_intercom(Method::GET, path, &Value::Null).await;
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let mut ours: Vec<(String, String, bool)> = list["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| {
            (
                text(&it["name"]),
                text(&it["data_type"]),
                it["archived"] == true,
            )
        })
        .filter(|(name, _, _)| name.starts_with("SALESFORCE_"))
        .collect();
    ours.sort();
    ours
}

/// Somebody made an attribute before Carrick came. Returns its number.
async fn made(world: &World, model: &str, name: &str, data_type: &str) -> i64 {
    let body = json!({ "model": model, "name": name, "data_type": data_type });
    let (status, made) = world
        .ask_intercom(Method::POST, "/data_attributes", &body)
        .await;
    assert_eq!(status, StatusCode::OK, "{made}");
    made["id"].as_i64().unwrap()
}

async fn archive(world: &World, number: i64) {
    let path = format!("/data_attributes/{number}");
    let body = json!({ "archived": true });
    let (status, _) = world.ask_intercom(Method::PUT, &path, &body).await;
    assert_eq!(status, StatusCode::OK);
}

/// What is listed about attributes: the sentence, and Intercom's words or ours.
async fn listed(world: &World) -> Vec<(String, String)> {
    let failures = world.engine.overview(world.id).await.unwrap().failures;
    let reports = failures.into_iter().map(|it| it.report);
    let mut listed: Vec<(String, String)> = reports
        .filter(|report| report.cause == "a1.attribute")
        .map(|report| (report.summary, report.vendor_words.unwrap()))
        .collect();
    listed.sort();
    listed
}

#[tokio::test(start_paused = true)]
async fn a1_missing_attributes_are_made_with_a_description() {
    let world = World::small().await;
    world.connect().await;
    assert_eq!(ours(&world).await, []);
    world.engine.sync_to_end(world.id).await.unwrap();
    let all = [
        "SALESFORCE_ID",
        "SALESFORCE_OBJECT_TYPE",
        "SALESFORCE_OWNER_EMAIL",
        "SALESFORCE_OWNER_ID",
        "SALESFORCE_OWNER_NAME",
        "SALESFORCE_OWNER_ROLE",
        "SALESFORCE_STATUS",
        "SALESFORCE_TITLE",
    ];
    let usable = all.map(|name| (name.to_owned(), "string".to_owned(), false));
    assert_eq!(ours(&world).await, usable);
    let path = "/data_attributes?model=contact";
    let (_, list) = world.ask_intercom(Method::GET, path, &Value::Null).await;
    let made = list["data"].as_array().unwrap().iter();
    let mut made = made.filter(|it| all.contains(&it["name"].as_str().unwrap()));
    assert!(made.all(|it| it["description"].as_str().unwrap().contains("Salesforce")));
    world.settle().await;
    world.forget_calls();
    world.engine.sync_to_end(world.id).await.unwrap();
    assert_eq!(world.intercom_writes(), 0, "they are made once");
}

#[tokio::test(start_paused = true)]
async fn a1_an_archived_attribute_is_brought_back() {
    let world = World::small().await;
    let number = made(&world, "contact", "SALESFORCE_STATUS", "string").await;
    archive(&world, number).await;
    world.connect().await;
    world.engine.sync_to_end(world.id).await.unwrap();
    let status = ours(&world)
        .await
        .into_iter()
        .find(|it| it.0 == "SALESFORCE_STATUS");
    assert_eq!(
        status,
        Some(("SALESFORCE_STATUS".to_owned(), "string".to_owned(), false))
    );
    assert!(
        world
            .attribute(world.intercom.lead_id(0), "SALESFORCE_STATUS")
            .is_some()
    );
    assert_eq!(listed(&world).await, []);
}

#[tokio::test(start_paused = true)]
async fn a1_a_name_that_is_taken_is_skipped_and_listed_and_the_others_are_written() {
    let world = World::small().await;
    made(&world, "contact", "SALESFORCE_TITLE", "integer").await;
    made(&world, "company", "SALESFORCE_OWNER_ROLE", "string").await;
    world.connect().await;
    world.engine.sync_to_end(world.id).await.unwrap();
    let taken = [
        (
            "the attribute SALESFORCE_OWNER_ROLE cannot be used".to_owned(),
            "company data has the same name".to_owned(),
        ),
        (
            "the attribute SALESFORCE_TITLE cannot be used".to_owned(),
            "it exists with the type integer".to_owned(),
        ),
    ];
    assert_eq!(listed(&world).await, taken);
    let shown = world.attributes(world.intercom.lead_id(0));
    let names: Vec<&str> = shown.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "SALESFORCE_ID",
            "SALESFORCE_OBJECT_TYPE",
            "SALESFORCE_OWNER_EMAIL",
            "SALESFORCE_OWNER_ID",
            "SALESFORCE_OWNER_NAME",
            "SALESFORCE_STATUS",
        ]
    );
    // As long as nothing changes there, each sync says the same, and writes nothing.
    world.settle().await;
    world.forget_calls();
    world.engine.sync_to_end(world.id).await.unwrap();
    assert_eq!(listed(&world).await, taken);
    assert_eq!(world.intercom_writes(), 0);
}

#[tokio::test(start_paused = true)]
async fn a1_what_the_workspace_would_not_make_is_made_by_the_next_sync() {
    let world = World::small().await;
    world.connect().await;
    let full = json!({ "type": "error.list", "errors": [{
        "code": "custom_data_limit_reached",
        "message": "You have reached the limit of custom data attributes",
    }] });
    world.intercom.add_fault(intercom_sim::Fault {
        method: Some("POST".to_owned()),
        path: "/data_attributes".to_owned(),
        times: 8,
        status: Some(422),
        body: Some(full),
        ..intercom_sim::Fault::default()
    });
    let counts = world.engine.sync_to_end(world.id).await.unwrap();
    assert_eq!(listed(&world).await.len(), 8);
    assert_eq!(
        (counts.linked, counts.intercom_writes),
        (11, 0),
        "linked all the same"
    );
    let counts = world.engine.sync_to_end(world.id).await.unwrap();
    assert_eq!(listed(&world).await, []);
    assert_eq!((counts.linked, counts.intercom_writes), (11, 11));
    let shown = world.attributes(world.intercom.lead_id(0));
    assert_eq!(shown["SALESFORCE_OBJECT_TYPE"], "Lead");
    world.settle().await;
}
