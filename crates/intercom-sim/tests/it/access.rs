//! What is refused before an endpoint is asked: media types, permissions, regions, closed
//! workspaces, budgets that others used up.

use axum::body::Body;
use http::{Method, Request};
use intercom_sim::{Permission, PermissionRefusal, Switches, TokenState, Version};
use serde_json::{Value, json};

use crate::town::{Answer, NOON, TOKEN, Town, options};

async fn call(town: &Town, headers: &[(&str, &str)], path: &str, body: Option<&Value>) -> Answer {
    let authorization = format!("Bearer {TOKEN}");
    let mut all = vec![("authorization", authorization.as_str())];
    all.extend(headers);
    let method = body.map_or(Method::GET, |_| Method::POST);
    town.call_as(&all, method, path, body).await
}

async fn control(town: &Town, method: Method, path: &str, body: Value) -> u16 {
    let headers = [("content-type", "application/json")];
    town.call_as(&headers, method, path, Some(&body))
        .await
        .status
}

#[tokio::test]
async fn only_json_is_accepted_and_sent() {
    let town = Town::new();
    for (accept, status) in [
        ("application/json", 200),
        ("*/*", 200),
        ("text/html, application/*;q=0.5", 200),
        ("application/vnd.intercom.3+json", 200),
        ("text/html", 406),
        ("application/xml, text/plain", 406),
    ] {
        let answer = call(&town, &[("accept", accept)], "/admins", None).await;
        assert_eq!(answer.status, status, "{accept}");
    }
    for (content_type, status) in [
        ("application/json", 200),
        ("application/json; charset=utf-8", 200),
        ("application/x-www-form-urlencoded", 415),
        ("text/plain", 415),
    ] {
        let body = json!({"name": "vip"});
        let answer = call(
            &town,
            &[("content-type", content_type)],
            "/tags",
            Some(&body),
        )
        .await;
        assert_eq!(answer.status, status, "{content_type}");
    }
}

#[tokio::test]
async fn a_body_that_is_no_json_object_is_refused() {
    let town = Town::new();
    for body in ["{", "[1]", "\"text\"", "null", "{\"role\": \"lead\"} more"] {
        let request = Request::builder()
            .method(Method::POST)
            .uri("/contacts")
            .header("authorization", format!("Bearer {TOKEN}"))
            .body(Body::from(body))
            .unwrap();
        let response = town.send(request).await;
        assert_eq!(response.status(), 400, "{body}");
        let bytes = axum::body::to_bytes(response.into_body(), 1 << 16)
            .await
            .unwrap();
        let answer: Value = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(answer["errors"][0]["code"], "parameter_invalid", "{body}");
    }
    let huge = Request::builder()
        .method(Method::POST)
        .uri("/contacts")
        .header("authorization", format!("Bearer {TOKEN}"))
        .body(Body::from(vec![b' '; 10 * 1024 * 1024 + 1]))
        .unwrap();
    let response = town.send(huge).await;
    assert_eq!(response.status(), 413);
    let bytes = axum::body::to_bytes(response.into_body(), 1 << 16)
        .await
        .unwrap();
    let answer: Value = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(answer["type"], "error.list");
}

#[tokio::test]
async fn tokens_die_in_four_ways() {
    let town = Town::new();
    for (state, code) in [
        ("revoked", "token_revoked"),
        ("expired", "token_expired"),
        ("blocked", "token_blocked"),
    ] {
        let body = json!({"token": TOKEN, "state": state});
        let path = "/_sim/tokens/state";
        assert_eq!(control(&town, Method::PUT, path, body).await, 204);
        let answer = town.get("/me").await;
        assert_eq!((answer.status, answer.code()), (401, code));
    }
    assert!(town.sim.set_token_state(TOKEN, TokenState::Live));
    assert_eq!(town.get("/me").await.status, 200);
    assert!(!town.sim.set_token_state("none", TokenState::Live));
    town.sim.set_switches(Switches {
        suspended: true,
        ..Switches::default()
    });
    let answer = town.get("/me").await;
    assert_eq!((answer.status, answer.code()), (401, "token_suspended"));
}

#[tokio::test]
async fn a_token_needs_its_scheme_in_any_case() {
    let town = Town::new();
    for (header, status) in [
        (format!("bearer {TOKEN}"), 200),
        (format!("BEARER  {TOKEN}"), 200),
        (format!("Basic {TOKEN}"), 401),
        // `dG9rOnRlc3Q=:`, `dG9rOnRlc3Q=:secret` and `nobody:` in base64.
        ("Basic ZEc5ck9uUmxjM1E9Og==".to_owned(), 200),
        ("Basic ZEc5ck9uUmxjM1E9OnNlY3JldA==".to_owned(), 401),
        ("Basic bm9ib2R5Og==".to_owned(), 401),
        ("Basic ?".to_owned(), 401),
        (TOKEN.to_owned(), 401),
        ("Bearer".to_owned(), 401),
    ] {
        let headers = [("authorization", header.as_str())];
        let answer = town.call_as(&headers, Method::GET, "/me", None).await;
        assert_eq!(answer.status, status, "{header}");
        if status == 401 {
            assert_eq!(
                (answer.code(), answer.message()),
                ("unauthorized", "Access Token Invalid")
            );
        }
    }
}

#[tokio::test]
async fn a_missing_permission_is_named_in_one_of_two_ways() {
    let town = Town::new();
    let switches = json!({"missing_permissions": ["read_conversations", "write_tags"]});
    let path = "/_sim/switches";
    assert_eq!(control(&town, Method::PUT, path, switches).await, 204);
    let refused = town.get("/conversations").await;
    assert_eq!((refused.status, refused.code()), (403, "forbidden"));
    assert!(
        refused.message().contains("read_conversations"),
        "{}",
        refused.message()
    );
    let search = json!({"query": {"field": "open", "operator": "=", "value": true}});
    assert_eq!(town.post("/conversations/search", search).await.status, 403);
    assert_eq!(town.post("/tags", json!({"name": "x"})).await.status, 403);
    assert_eq!(town.get("/tags").await.status, 200);

    town.sim.set_switches(Switches {
        missing_permissions: vec![Permission::ReadConversations],
        permission_refusal: PermissionRefusal::ActionForbidden,
        ..Switches::default()
    });
    let refused = town.get("/conversations").await;
    assert_eq!((refused.status, refused.code()), (403, "action_forbidden"));
    assert_eq!(
        refused.body["errors"][0]["data"],
        json!({"required_permissions": ["read_conversations"]})
    );
    town.sim.set_switches(Switches::default());
    assert_eq!(town.get("/conversations").await.status, 200);
    let unknown = json!({"missing_permissions": ["fly"]});
    assert_eq!(control(&town, Method::PUT, path, unknown).await, 422);
}

#[tokio::test]
async fn a_bound_token_is_unknown_on_the_host_of_another_region() {
    let town = Town::with(intercom_sim::Options {
        region: "EU".to_owned(),
        ..options()
    });
    assert_eq!(town.get("/me").await.body["app"]["region"], "EU");
    let from = async |host: &str| {
        let answer = call(&town, &[("host", host)], "/me", None).await;
        answer.status
    };
    assert_eq!(from("api.au.intercom.io").await, 200);
    town.sim.set_switches(Switches {
        region_bound: true,
        ..Switches::default()
    });
    assert_eq!(from("api.au.intercom.io").await, 401);
    assert_eq!(from("API.AU.intercom.io:443").await, 401);
    assert_eq!(from("api.eu.intercom.io").await, 200);
    assert_eq!(from("api.intercom.io").await, 200);
    assert_eq!(from("127.0.0.1:4020").await, 200);
}

#[tokio::test]
async fn a_call_without_a_version_speaks_that_of_the_app() {
    let owner_id = async |api_version| {
        let town = Town::with(intercom_sim::Options {
            api_version,
            ..options()
        });
        let admin = town.get("/me").await.body["id"].clone();
        let body = json!({"role": "lead", "owner_id": admin});
        let id = town.post("/contacts", body).await.body["id"].clone();
        let path = format!("/contacts/{}", id.as_str().unwrap());
        call(&town, &[], &path, None).await.body["owner_id"].clone()
    };
    assert!(owner_id(Version::V2_16).await.is_string());
    assert!(owner_id("2.15".parse().unwrap()).await.is_number());
    assert!("2.07".parse::<Version>().is_err());
    assert_eq!("Preview".parse(), Ok(Version::PREVIEW));
    assert_eq!(Version::OLDEST.to_string(), "2.7");
}

#[tokio::test]
async fn other_apps_use_up_the_budget_of_the_workspace() {
    let town = Town::with(intercom_sim::Options {
        rate_limit: Some(60),
        workspace_rate_limit: Some(120),
        ..options()
    });
    let first = town.get("/me").await;
    assert_eq!(first.headers["x-ratelimit-limit"], "10");
    assert_eq!(first.headers["x-ratelimit-remaining"], "9");
    let path = "/_sim/rate-limit/others";
    let others = json!({"calls": 17});
    assert_eq!(control(&town, Method::POST, path, others).await, 204);
    let last = town.get("/me").await;
    assert_eq!(last.headers["x-ratelimit-limit"], "20");
    assert_eq!(last.headers["x-ratelimit-remaining"], "1");
    assert_eq!(town.get("/me").await.status, 200);
    let refused = town.get("/me").await;
    assert_eq!(
        (refused.status, refused.message()),
        (429, "The rate limit for the Workspace has been exceeded")
    );
    assert_eq!(
        refused.headers["x-ratelimit-reset"],
        (NOON + 10).to_string().as_str()
    );
    town.wait(10);
    assert_eq!(town.get("/me").await.headers["x-ratelimit-remaining"], "9");
}

#[tokio::test]
async fn names_are_read_with_entities_when_that_is_switched_on() {
    let town = Town::new();
    let body = json!({"role": "lead", "name": "O'Neill & <Sons>"});
    let made = town.post("/contacts", body).await.body;
    assert_eq!(made["name"], "O'Neill & <Sons>");
    let company = json!({"company_id": "c", "name": "A & B"});
    let company = town.post("/companies", company).await.body;
    town.sim.set_switches(Switches {
        entity_encoded_names: true,
        ..Switches::default()
    });
    let path = format!("/contacts/{}", made["id"].as_str().unwrap());
    assert_eq!(
        town.get(&path).await.body["name"],
        "O&#39;Neill &amp; &lt;Sons&gt;"
    );
    let path = format!("/companies/{}", company["id"].as_str().unwrap());
    assert_eq!(town.get(&path).await.body["name"], "A &amp; B");
}

#[tokio::test]
async fn an_attribute_on_which_something_depends_is_not_archived() {
    let town = Town::new();
    let body = json!({"name": "Tier", "model": "contact", "data_type": "string"});
    let made = town.post("/data_attributes", body).await.body;
    town.sim.set_switches(Switches {
        attributes_in_use: vec!["Tier".to_owned()],
        ..Switches::default()
    });
    let path = format!("/data_attributes/{}", made["id"]);
    let refused = town.put(&path, json!({"archived": true})).await;
    assert_eq!((refused.status, refused.code()), (422, "data_invalid"));
    assert_eq!(
        refused.message(),
        "The Data Attribute you are trying to archive has a dependant object"
    );
    let described = town.put(&path, json!({"description": "Kept"})).await;
    assert_eq!(
        (described.status, described.body["archived"].clone()),
        (200, json!(false))
    );
}
