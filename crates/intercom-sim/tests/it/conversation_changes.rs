//! What is written down about a conversation: title, attributes, company.

use std::sync::Arc;

use http::Method;
use intercom_sim::Sim;
use serde_json::{Value, json};

use crate::controls::control;
use crate::town::{NOON, Received, TOKEN, Town, options};

/// The address of a conversation of a new lead.
pub(crate) async fn begun(town: &Town) -> String {
    let lead = town.lead("talk@x.example").await;
    let start = json!({"from": {"type": "lead", "id": lead}, "body": "Hello"});
    let message = town.post("/conversations", start).await.body;
    format!(
        "/conversations/{}",
        message["conversation_id"].as_str().unwrap()
    )
}

async fn attribute(town: &Town, body: Value) -> Value {
    let made = town.post("/conversations/attributes", body).await;
    assert_eq!(made.status, 200, "{}", made.message());
    made.body
}

#[tokio::test]
async fn an_attribute_is_made_renamed_and_archived() {
    let town = Town::new();
    let made = attribute(
        &town,
        json!({"name": "Order", "data_type": "string", "multiline": true}),
    )
    .await;
    let me = town.get("/me").await.body["id"].clone();
    assert_eq!(
        made,
        json!({
            "type": "conversation_attribute", "id": 1, "name": "Order", "description": "",
            "data_type": "string", "required": false, "visible_to_team_ids": [],
            "archived": false, "created_at": NOON, "updated_at": NOON,
            "admin_id": me, "multiline": true,
        })
    );
    let one = "/conversations/attributes/1";
    let renamed = town.put(one, json!({"name": "Order number"})).await.body;
    assert_eq!(renamed["name"], "Order number");
    assert_eq!(town.get(one).await.body, renamed);
    assert_eq!(town.delete(one).await.body["archived"], true);
    let list = "/conversations/attributes";
    assert_eq!(town.get(list).await.body["data"], json!([]));
    let all = town.get(&format!("{list}?include_archived=true")).await;
    assert_eq!(all.body["data"][0]["name"], "Order number");
    let none = town.get("/conversations/attributes/9").await;
    assert_eq!(
        (none.status, none.code(), none.message()),
        (
            404,
            "conversation_attribute_not_found",
            "Conversation attribute not found"
        )
    );
}

#[tokio::test]
async fn an_attribute_that_cannot_be_is_refused() {
    let town = Town::new();
    let path = "/conversations/attributes";
    for (body, message) in [
        (
            json!({"name": "a", "data_type": "invalid_type"}),
            "data_type 'invalid_type' is not valid. Allowed types: string, integer, list, decimal, \
             boolean, datetime, relationship, files",
        ),
        (json!({"data_type": "string"}), "name is required"),
        (
            json!({"name": "a", "data_type": "list", "options": [{"value": "b"}]}),
            "label is required",
        ),
    ] {
        let refused = town.post(path, body).await;
        assert_eq!(
            (refused.status, refused.code(), refused.message()),
            (422, "parameter_invalid", message)
        );
    }
    attribute(&town, json!({"name": "a", "data_type": "integer"})).await;
    attribute(&town, json!({"name": "b", "data_type": "list"})).await;
    for (path, body, message) in [
        (
            "1/options",
            json!({"label": "x"}),
            "Options can only be managed on list attributes",
        ),
        ("2/options", json!({}), "label is required"),
        ("2/options", json!({"label": 1}), "label must be a string"),
        (
            "2/options",
            json!({"label": "x", "archived": true}),
            "only 'label' is accepted",
        ),
    ] {
        let path = format!("/conversations/attributes/{path}");
        let refused = town.post(&path, body).await;
        assert_eq!((refused.status, refused.message()), (422, message));
    }
}

#[tokio::test]
async fn values_are_held_against_the_types_and_each_change_is_a_part() {
    let town = Town::new();
    let path = begun(&town).await;
    for (name, kind) in [
        ("Order", "string"),
        ("Seats", "integer"),
        ("Worth", "decimal"),
        ("Urgent", "boolean"),
        ("Due", "datetime"),
    ] {
        attribute(&town, json!({"name": name, "data_type": kind})).await;
    }
    let written = json!({"custom_attributes": {
        "Due": "2026-06-16T08:00:00Z", "Order": "A-1", "Seats": 25, "Urgent": true, "Worth": 1.5,
    }});
    let shown = town.put(&path, written.clone()).await.body;
    assert_eq!(
        shown["custom_attributes"],
        json!({"Order": "A-1", "Seats": 25, "Worth": 1.5, "Urgent": true, "Due": 1_781_596_800})
    );
    let parts = &shown["conversation_parts"];
    assert_eq!(parts["total_count"], 5);
    let change = json!({"custom_attributes": {"Order": "A-2", "Seats": 25}});
    let shown = town.put(&path, change).await.body;
    let parts = shown["conversation_parts"]["conversation_parts"]
        .as_array()
        .unwrap();
    assert_eq!(parts.len(), 6, "what stays as it is, is no part");
    assert_eq!(
        parts[5]["part_type"],
        "conversation_attribute_updated_by_admin"
    );
    assert_eq!(parts[5]["author"]["type"], "bot");
    assert_eq!(
        parts[5]["event_details"],
        json!({"attribute": {"name": "Order"}, "value": {"name": "A-2", "previous": "A-1"}})
    );
    let cleared = json!({"custom_attributes": {"Order": null}});
    let shown = town.put(&path, cleared).await.body;
    assert!(shown["custom_attributes"].get("Order").is_none());
}

#[tokio::test]
async fn what_cannot_be_written_changes_nothing() {
    let town = Town::new();
    let path = begun(&town).await;
    attribute(&town, json!({"name": "Seats", "data_type": "integer"})).await;
    attribute(&town, json!({"name": "Twin", "data_type": "integer"})).await;
    attribute(&town, json!({"name": "Twin", "data_type": "string"})).await;
    attribute(&town, json!({"name": "Scan", "data_type": "files"})).await;
    let before = town.get(&path).await.body;
    for (body, message) in [
        (json!({"read": "yes"}), "read must be a boolean"),
        (json!({"title": 7}), "title must be a string"),
        (
            json!({"custom_attributes": []}),
            "custom_attributes must be an object",
        ),
        (
            json!({"title": "T", "custom_attributes": {"Nope": 1}}),
            "Custom attribute 'Nope' does not exist",
        ),
        (
            json!({"title": "T", "custom_attributes": {"Seats": "many"}}),
            "Custom attribute 'Seats' must be of type integer",
        ),
        (
            json!({"custom_attributes": {"Twin": 1}}),
            "There is more than one custom attribute 'Twin'",
        ),
        (
            json!({"custom_attributes": {"Scan": "x"}}),
            "Custom attribute 'Scan' holds files",
        ),
        (json!({"company_id": 4}), "company_id must be a string"),
    ] {
        let refused = town.put(&path, body).await;
        assert_eq!(
            (refused.status, refused.code(), refused.message()),
            (400, "parameter_invalid", message)
        );
    }
    let nobodys = town.put(&path, json!({"company_id": "4"})).await;
    assert_eq!((nobodys.status, nobodys.code()), (404, "company_not_found"));
    assert_eq!(town.get(&path).await.body, before);
}

#[tokio::test]
async fn a_choice_is_written_by_its_label_and_follows_a_new_one() {
    let town = Town::new();
    let path = begun(&town).await;
    let list = json!({"name": "Size", "data_type": "list",
                      "options": [{"label": "Small"}, {"label": "Big"}]});
    let list = attribute(&town, list).await;
    let options = list["options"].as_array().unwrap();
    assert_eq!(options.len(), 2);
    let write = |label: &str| json!({"custom_attributes": {"Size": label}});
    let refused = town.put(&path, write("Huge")).await;
    assert_eq!(
        refused.message(),
        "Custom attribute 'Size' has no option 'Huge'"
    );
    let huge = json!({"label": "Huge"});
    let with_it = town.post("/conversations/attributes/1/options", huge).await;
    assert_eq!(with_it.body["options"][2]["label"], "Huge");
    let shown = town.put(&path, write("Big")).await.body;
    assert_eq!(shown["custom_attributes"]["Size"], "Big");
    let option = format!(
        "/conversations/attributes/1/options/{}",
        options[1]["id"].as_str().unwrap()
    );
    town.put(&option, json!({"label": "Large"})).await;
    let shown = town.get(&path).await.body;
    assert_eq!(shown["custom_attributes"]["Size"], "Large");
    assert_eq!(
        town.delete(&option).await.body["options"][1]["archived"],
        true
    );
    assert_eq!(town.put(&path, write("Large")).await.status, 400);
    let none = "/conversations/attributes/1/options/none";
    assert_eq!(town.delete(none).await.message(), "List option not found");
}

#[tokio::test]
async fn before_2_16_attributes_are_listed_among_the_data_attributes_alone() {
    let town = Town::new();
    attribute(&town, json!({"name": "Seats", "data_type": "decimal"})).await;
    let authorization = format!("Bearer {TOKEN}");
    let headers = [
        ("authorization", authorization.as_str()),
        ("intercom-version", "2.15"),
    ];
    let get = |path: &'static str| town.call_as(&headers, Method::GET, path, None);
    let listed = get("/data_attributes?model=conversation").await.body;
    assert_eq!(listed["data"].as_array().unwrap().len(), 1);
    let seats = &listed["data"][0];
    assert_eq!(
        (&seats["model"], &seats["name"], &seats["data_type"]),
        (&json!("conversation"), &json!("Seats"), &json!("float"))
    );
    assert_eq!(get("/conversations/attributes").await.status, 404);
}

#[tokio::test]
async fn read_and_company_are_told() {
    let town = Town::new();
    let path = begun(&town).await;
    let firm = town.post("/companies", json!({"company_id": "c-1", "name": "Firm"}));
    let firm = firm.await.body["id"].clone();
    town.topics().await;
    let both = json!({"read": true, "company_id": firm, "title": "Prices"});
    let shown = town.put(&path, both.clone()).await.body;
    assert_eq!(
        (&shown["title"], &shown["read"], &shown["company"]["name"]),
        (&json!("Prices"), &json!(true), &json!("Firm"))
    );
    town.sim.step_due().await;
    let told = town.app.take();
    let told: Vec<Value> = told.iter().map(Received::json).collect();
    assert_eq!(
        told.iter().map(|it| &it["topic"]).collect::<Vec<_>>(),
        ["conversation.read", "conversation.company.updated"]
    );
    assert_eq!(told[0]["id"], Value::Null);
    assert!(told[0]["data"]["item"].get("source").is_none());
    assert_eq!(told[1]["data"]["item"]["company"]["name"], "Firm");
    town.put(&path, both).await;
    assert_eq!(town.topics().await, [""; 0], "nothing changed");
    let none = town.put(&path, json!({"company_id": null, "title": null}));
    let none = none.await.body;
    assert_eq!(
        (&none["company"], &none["title"]),
        (&Value::Null, &Value::Null)
    );
}

#[tokio::test]
async fn attributes_and_their_values_are_saved() {
    let town = Town::new();
    let path = begun(&town).await;
    attribute(&town, json!({"name": "Seats", "data_type": "integer"})).await;
    town.put(&path, json!({"custom_attributes": {"Seats": 3}}))
        .await;
    let mut saved = Vec::new();
    town.sim.save(&mut saved).unwrap();
    let clock = Arc::new(town.clock.clone());
    let again = Sim::load(options(), clock, saved.as_slice()).unwrap();
    let again = Town::around(again, town.clock.clone());
    let shown = again.get(&path).await.body;
    assert_eq!(shown["custom_attributes"], json!({"Seats": 3}));
}

#[tokio::test]
async fn a_priority_is_a_part_and_a_topic_and_has_the_words_of_each_version() {
    let town = Town::new();
    let path = begun(&town).await;
    assert_eq!(town.get(&path).await.body["priority"], "none");
    town.topics().await;
    let to = format!("/_sim{path}/priority");
    for (priority, status) in [("some", 422), ("urgent", 204)] {
        let body = json!({ "priority": priority });
        assert_eq!(control(&town, Method::PUT, &to, body).await.0, status);
    }
    assert_eq!(town.topics().await, ["conversation.priority.updated"]);
    let shown = town.get(&path).await.body;
    assert_eq!(shown["priority"], "urgent");
    let part = &shown["conversation_parts"]["conversation_parts"][0];
    assert_eq!(
        (&part["part_type"], &part["author"]["type"], &part["body"]),
        (&json!("priority_changed"), &json!("admin"), &Value::Null)
    );
    let nobodys = "/_sim/conversations/1/priority";
    let refused = control(&town, Method::PUT, nobodys, json!({"priority": "low"}));
    assert_eq!(refused.await.0, 400);

    let authorization = format!("Bearer {TOKEN}");
    for (version, word, other) in [
        ("2.16", "urgent", "priority"),
        ("2.15", "priority", "urgent"),
    ] {
        let headers = [
            ("authorization", authorization.as_str()),
            ("intercom-version", version),
        ];
        let shown = town.call_as(&headers, Method::GET, &path, None).await.body;
        assert_eq!(shown["priority"], word);
        for (word, count) in [(word, 1), (other, 0)] {
            let query = json!({"field": "priority", "operator": "=", "value": word});
            let search = json!({ "query": query });
            let found = town.call_as(
                &headers,
                Method::POST,
                "/conversations/search",
                Some(&search),
            );
            assert_eq!(found.await.body["total_count"], count, "{version} {word}");
        }
    }
    let query = json!({"query": {"field": "priority", "operator": "=", "value": "not_priority"}});
    let headers = [
        ("authorization", authorization.as_str()),
        ("intercom-version", "2.14"),
    ];
    let path = "/conversations/search";
    let found = town.call_as(&headers, Method::POST, path, Some(&query));
    assert_eq!(found.await.body["total_count"], 14);
}

#[tokio::test]
async fn what_was_deleted_is_listed_in_either_order() {
    let town = Town::new();
    let mut ids = Vec::new();
    for query in ["", "?retain_metrics=false", "?retain_metrics=true"] {
        let path = begun(&town).await;
        town.wait(60);
        assert_eq!(town.delete(&format!("{path}{query}")).await.status, 200);
        ids.push(path.rsplit('/').next().unwrap().to_owned());
    }
    let gone = |place: usize, retained: bool, at: i64| {
        json!({"type": "conversation", "id": ids[place], "metrics_retained": retained,
               "deleted_at": NOON + at})
    };
    let first = town.get("/conversations/deleted?per_page=2").await.body;
    assert_eq!(first["type"], "conversations.list");
    assert_eq!(
        first["conversations"],
        json!([gone(2, true, 180), gone(1, false, 120)])
    );
    assert_eq!(
        (&first["total_count"], &first["pages"]["total_pages"]),
        (&json!(3), &json!(2))
    );
    let next = first["pages"]["next"].as_str().unwrap();
    assert!(next.ends_with("/conversations/deleted?page=2&per_page=2"));
    let ascending = town.get("/conversations/deleted?order=asc&per_page=1");
    let ascending = ascending.await.body;
    assert_eq!(ascending["conversations"], json!([gone(0, true, 60)]));
    let next = ascending["pages"]["next"].as_str().unwrap();
    assert!(next.ends_with("?page=2&per_page=1&order=asc"));
    for query in ["per_page=61", "order=up"] {
        let refused = town.get(&format!("/conversations/deleted?{query}")).await;
        assert_eq!((refused.status, refused.code()), (400, "parameter_invalid"));
    }
}
