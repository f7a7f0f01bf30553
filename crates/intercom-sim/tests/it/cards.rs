//! The app's card: asked for when a conversation is opened, shown, used, and judged.

use std::time::Duration;

use aws_lc_rs::hmac;
use axum::body::Body;
use http::{Method, Request, Response, StatusCode};
use intercom_sim::HttpService;
use serde_json::{Value, json};
use tower::service_fn;

use crate::town::{App, SECRET, Town};

fn canvas(components: &Value, stored: &Value) -> Value {
    json!({"canvas": {"content": {"components": components}, "stored_data": stored}})
}

/// A form with every kind of input.
fn form() -> Value {
    let option = |id: &str| json!({"type": "option", "id": id, "text": format!("Option {id}")});
    let submit = json!({"type": "submit"});
    json!([
        {"type": "text", "id": "h", "text": "No record **yet**", "style": "header"},
        {"type": "data-table", "items": [{"type": "field-value", "field": "Stage", "value": "<New>"}]},
        {"type": "input", "id": "last_name", "label": "Last name", "value": "Doe"},
        {"type": "input", "id": "locked", "label": "Locked", "value": "fixed", "save_state": "saved"},
        {"type": "textarea", "id": "why", "label": "Why"},
        {"type": "dropdown", "id": "status", "label": "Status", "options": [option("new"), option("open")]},
        {"type": "single-select", "id": "size", "label": "Size", "value": "s",
         "options": [option("s"), option("l")], "action": submit},
        {"type": "checkbox", "id": "topics", "label": "Topics", "option": [option("a"), option("b")]},
        {"type": "list", "items": [{"type": "item", "id": "opp", "title": "Renewal", "action": submit}]},
        {"type": "button", "id": "create", "label": "Create", "action": submit},
        {"type": "button", "id": "open", "label": "Open", "style": "link",
         "action": {"type": "url", "url": "http://127.0.0.1:4010/lead"}},
        {"type": "button", "id": "off", "label": "Off", "action": submit, "disabled": true},
    ])
}

async fn first_conversation(town: &Town) -> String {
    let list = town.get("/conversations").await.body;
    list["conversations"][0]["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn opening_a_conversation_asks_for_the_card_and_shows_it() {
    let town = Town::new();
    let id = first_conversation(&town).await;
    town.app
        .will_answer(StatusCode::OK, canvas(&form(), &json!({"step": 1})));
    let (status, page) = town.page(&format!("/inbox/conversations/{id}"), "").await;
    assert_eq!(status, 200);
    let asked = town.app.take();
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].path, "/card/initialize");
    let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes());
    let signature = hex::decode(asked[0].header("x-body-signature")).unwrap();
    hmac::verify(&key, &asked[0].body, &signature).unwrap();
    let body = asked[0].json();
    assert_eq!(body["workspace_id"], town.sim.workspace_id().as_str());
    assert_eq!(body["conversation"]["id"], id.as_str());
    assert_eq!(
        body["contact"]["id"],
        town.sim.lead_id(3).to_string().as_str()
    );
    assert_eq!(body["admin"]["type"], "admin");
    assert_eq!(body.get("component_id"), None);
    for part in [
        "data-testid=\"card\"",
        "No record <strong>yet</strong>",
        "&#60;New&#62;",
        "name=\"value:last_name\" value=\"Doe\"",
        "data-component-id=\"create\"",
        "href=\"http://127.0.0.1:4010/lead\" target=\"_blank\" rel=\"noopener noreferrer\"",
    ] {
        assert!(page.contains(part), "{part} is not in {page}");
    }
}

#[tokio::test]
async fn a_click_carries_all_inputs_and_the_canvas_that_was_shown() {
    let town = Town::new();
    let id = first_conversation(&town).await;
    let page = format!("/inbox/conversations/{id}");
    town.app
        .will_answer(StatusCode::OK, canvas(&form(), &json!({"step": 1})));
    town.page(&page, "").await;
    town.app.take();

    let done = json!([{"type": "text", "text": "Created"}]);
    town.app
        .will_answer(StatusCode::OK, canvas(&done, &json!({})));
    let fields = [
        ("component_id", "create"),
        ("value:last_name", "Lovelace"),
        ("value:why", "She asked"),
        ("value:status", "open"),
        ("value:topics", "a"),
        ("value:topics", "b"),
        ("value:unheard_of", "x"),
    ];
    let (status, to, _) = town.form(&format!("{page}/card"), &fields).await;
    assert_eq!(
        (status, to.as_str()),
        (303, format!("{page}?card=kept").as_str())
    );
    let asked = town.app.take();
    assert_eq!(asked[0].path, "/card/submit");
    let body = asked[0].json();
    assert_eq!(body["component_id"], "create");
    assert_eq!(
        body["input_values"],
        json!({"last_name": "Lovelace", "locked": "fixed", "why": "She asked", "status": "open",
               "size": "s", "topics": ["a", "b"]})
    );
    assert_eq!(body["current_canvas"]["stored_data"], json!({"step": 1}));
    assert_eq!(body["current_canvas"]["content"]["components"], form());
    assert_eq!(body["conversation"]["id"], id.as_str());

    let (_, shown) = town.page(&to, "").await;
    assert!(shown.contains("Created"));
    assert!(
        town.app.take().is_empty(),
        "the card that was kept is not asked for again"
    );
}

#[tokio::test]
async fn a_choice_submits_what_was_chosen() {
    let town = Town::new();
    let page = format!("/inbox/contacts/{}", town.sim.user_id(0));
    town.app
        .will_answer(StatusCode::OK, canvas(&form(), &json!({})));
    let (_, shown) = town.page(&page, "").await;
    assert!(
        shown.contains("value=\"[&#34;size&#34;,&#34;l&#34;]\""),
        "{shown}"
    );
    let opened = town.app.take();
    assert_eq!(
        opened[0].json().get("conversation"),
        None,
        "a profile has no conversation"
    );

    town.app
        .will_answer(StatusCode::OK, canvas(&form(), &json!({})));
    town.form(&format!("{page}/card"), &[("pick", "[\"size\",\"l\"]")])
        .await;
    let body = town.app.take()[0].json();
    assert_eq!(body["component_id"], "size");
    assert_eq!(body["input_values"]["size"], "l");
}

#[tokio::test]
async fn only_what_submits_can_be_clicked() {
    let town = Town::new();
    let id = first_conversation(&town).await;
    let page = format!("/inbox/conversations/{id}");
    town.app
        .will_answer(StatusCode::OK, canvas(&form(), &json!({})));
    town.page(&page, "").await;
    town.app.take();
    for component in ["off", "open", "h", "last_name", "locked", "nobody"] {
        town.form(&format!("{page}/card"), &[("component_id", component)])
            .await;
        assert!(town.app.take().is_empty(), "{component}");
    }
}

#[tokio::test]
async fn an_answer_that_breaks_a_rule_is_an_error_card_and_listed() {
    let town = Town::new();
    let id = first_conversation(&town).await;
    let page = format!("/inbox/conversations/{id}");
    let two = json!([{"type": "input", "id": "a"}, {"type": "input", "id": "a"}]);
    for (status, answer, reason) in [
        (
            StatusCode::OK,
            canvas(&two, &json!({})),
            "components[1].id is \"a\", an id that is there twice",
        ),
        (StatusCode::OK, json!({}), "the answer has no canvas"),
        (
            StatusCode::BAD_GATEWAY,
            json!({}),
            "the app answered with status 502",
        ),
    ] {
        town.app.will_answer(status, answer);
        let (status, shown) = town.page(&page, "").await;
        assert_eq!(status, 200, "the conversation can still be read");
        assert!(shown.contains("data-testid=\"card-error\""));
        assert_eq!(town.sim.canvas_errors().last().unwrap().reason, reason);
    }
    assert_eq!(town.sim.canvas_errors().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn an_app_that_is_silent_for_ten_seconds_is_given_up() {
    let town = Town::new();
    let id = first_conversation(&town).await;
    town.sim.connect(App::silent());
    let before = tokio::time::Instant::now();
    let (status, shown) = town.page(&format!("/inbox/conversations/{id}"), "").await;
    assert_eq!((status, before.elapsed().as_secs()), (200, 10));
    assert!(shown.contains("data-testid=\"card-error\""));
    assert_eq!(
        town.sim.canvas_errors()[0].reason,
        "the app did not answer within 10000 ms"
    );
}

#[tokio::test]
async fn an_app_that_fails_a_click_leaves_the_card_for_another_try() {
    let town = Town::new();
    let id = first_conversation(&town).await;
    let page = format!("/inbox/conversations/{id}");
    town.app
        .will_answer(StatusCode::OK, canvas(&form(), &json!({"step": 1})));
    town.page(&page, "").await;
    town.app
        .will_answer(StatusCode::INTERNAL_SERVER_ERROR, json!({}));
    let click = [("component_id", "create")];
    let (status, _, shown) = town.form(&format!("{page}/card"), &click).await;
    assert_eq!(status, 200);
    assert!(shown.contains("data-testid=\"card-error\""));
    town.app.take();
    town.app
        .will_answer(StatusCode::OK, canvas(&form(), &json!({})));
    town.form(&format!("{page}/card"), &click).await;
    let body = town.app.take()[0].json();
    assert_eq!(body["current_canvas"]["stored_data"], json!({"step": 1}));
}

#[tokio::test]
async fn the_script_gets_the_card_alone() {
    let town = Town::new();
    let id = first_conversation(&town).await;
    let path = format!("/inbox/conversations/{id}");
    town.app
        .will_answer(StatusCode::OK, canvas(&form(), &json!({})));
    town.page(&path, "").await;
    town.app
        .will_answer(StatusCode::OK, canvas(&form(), &json!({})));
    let request = Request::builder()
        .method("POST")
        .uri(format!("{path}/card"))
        .header("x-card-only", "1")
        .body(Body::from("component_id=opp"))
        .unwrap();
    let response = town.send(request).await;
    let bytes = axum::body::to_bytes(response.into_body(), 1 << 20)
        .await
        .unwrap();
    let part = String::from_utf8(bytes.to_vec()).unwrap();
    assert!(part.trim_start().starts_with("<section"), "{part}");
    assert!(part.contains("data-component-id=\"create\""));
}

#[tokio::test]
async fn without_an_app_the_panel_says_so() {
    let options = intercom_sim::Options {
        canvas_initialize_url: None,
        canvas_submit_url: None,
        ..crate::town::options()
    };
    let town = Town::with(options);
    let id = first_conversation(&town).await;
    let (_, shown) = town.page(&format!("/inbox/conversations/{id}"), "").await;
    assert!(shown.contains("No app shows a card here."));
    assert!(town.app.take().is_empty());
}

/// An app that answers every request with the same bytes.
fn app_with(
    status: u16,
    headers: &'static [(&'static str, &'static str)],
    body: Vec<u8>,
) -> HttpService {
    HttpService::new(service_fn(move |_: Request<Body>| {
        let mut response = Response::builder().status(status);
        for (name, value) in headers {
            response = response.header(*name, *value);
        }
        let response = response.body(Body::from(body.clone())).unwrap();
        async move { Ok(response) }
    }))
}

#[tokio::test]
async fn what_is_no_answer_is_told_apart() {
    let town = Town::new();
    let id = first_conversation(&town).await;
    let redirect: &[(&str, &str)] = &[("location", "https://elsewhere.example/")];
    let long = vec![b' '; 512 * 1024 + 1];
    for (status, headers, body, reason) in [
        (200, &[][..], Vec::new(), "the answer is empty"),
        (
            302,
            redirect,
            b"{}".to_vec(),
            "the app redirects to https://elsewhere.example/ with status 302",
        ),
        (200, &[][..], long, "the answer is longer than 524288 bytes"),
    ] {
        town.sim.connect(app_with(status, headers, body));
        let (_, shown) = town.page(&format!("/inbox/conversations/{id}"), "").await;
        assert!(shown.contains("data-testid=\"card-error\""));
        assert_eq!(town.sim.canvas_errors().last().unwrap().reason, reason);
    }
}

#[tokio::test]
async fn errors_are_listed_with_their_place_and_forgotten_on_demand() {
    let town = Town::new();
    let id = first_conversation(&town).await;
    let wrong = json!([{"type": "text", "text": "x", "style": "loud"}]);
    town.app
        .will_answer(StatusCode::OK, canvas(&wrong, &json!({})));
    town.page(&format!("/inbox/conversations/{id}"), "").await;
    let errors = town.get("/_sim/canvas-errors").await.body;
    let requests = town.get("/_sim/canvas-requests").await.body;
    assert_eq!(errors.as_array().unwrap().len(), 1);
    assert_eq!(errors[0]["request_id"], requests[0]["request_id"]);
    assert_eq!(errors[0]["workspace_id"], town.sim.workspace_id().as_str());
    assert_eq!(errors[0]["flow"], "initialize");
    assert_eq!(errors[0]["pointer"], "/canvas/content/components/0/style");
    assert_eq!(errors[0]["excerpt"], "\"loud\"");
    assert_eq!(town.delete("/_sim/canvas-errors").await.status, 204);
    assert_eq!(town.get("/_sim/canvas-errors").await.body, json!([]));
}

#[tokio::test]
async fn requests_are_listed_with_how_long_the_app_took() {
    let town = Town::new();
    let id = first_conversation(&town).await;
    let clock = town.clock.clone();
    let answer = canvas(&form(), &json!({})).to_string();
    town.sim
        .connect(HttpService::new(service_fn(move |_: Request<Body>| {
            clock.advance(Duration::from_millis(1_250));
            let response = Response::new(Body::from(answer.clone()));
            async move { Ok(response) }
        })));
    let page = format!("/inbox/conversations/{id}");
    town.page(&page, "").await;
    town.form(&format!("{page}/card"), &[("component_id", "create")])
        .await;
    let listed = town.get("/_sim/canvas-requests").await.body;
    let requests = listed.as_array().unwrap();
    assert_eq!(requests.len(), 2);
    for (request, flow, component) in [
        (&requests[0], "initialize", Value::Null),
        (&requests[1], "submit", json!("create")),
    ] {
        assert_eq!(request["flow"], flow);
        assert_eq!(request["component_id"], component);
        assert_eq!(request["conversation_id"], id.as_str());
        assert_eq!(request["latency_ms"], 1250);
        assert_eq!(request["status"], 200);
        assert_eq!(request["was_shown"], true);
    }
    assert_ne!(requests[0]["request_id"], requests[1]["request_id"]);
    assert_eq!(town.delete("/_sim/canvas-requests").await.status, 204);
    assert_eq!(town.get("/_sim/canvas-requests").await.body, json!([]));
}

#[tokio::test(start_paused = true)]
async fn what_the_documentation_leaves_open_is_set_under_sim() {
    let town = Town::new();
    let id = first_conversation(&town).await;
    let usual = json!({"refuse_unknown_members": false, "single_option_dropdowns": false,
        "participant": "contact", "timeout_ms": 10_000});
    let path = "/_sim/canvas-controls";
    assert_eq!(town.get(path).await.body, usual);
    let other = json!({"participant": "customer", "timeout_ms": 3_000});
    let headers = [("content-type", "application/json")];
    let set = town
        .call_as(&headers, Method::PUT, path, Some(&other))
        .await;
    assert_eq!(set.status, 204);
    let page = format!("/inbox/conversations/{id}");
    town.page(&page, "").await;
    let body = town.app.take()[0].json();
    assert_eq!(body["customer"]["type"], "contact");
    assert_eq!(body.get("contact"), None);
    town.sim.connect(App::silent());
    let before = tokio::time::Instant::now();
    town.page(&page, "").await;
    assert_eq!(before.elapsed().as_millis(), 3_000);
    let errors = town.sim.canvas_errors();
    let reason = &errors.last().unwrap().reason;
    assert_eq!(reason, "the app did not answer within 3000 ms");
}
