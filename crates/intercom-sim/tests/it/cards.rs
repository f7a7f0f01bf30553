//! The app's card: asked for when a conversation is opened, shown, used, and judged.

use aws_lc_rs::hmac;
use http::StatusCode;
use serde_json::{Value, json};

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
            "the id \"a\" is there twice",
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
        "the app did not answer within 10 s"
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
    let request = http::Request::builder()
        .method("POST")
        .uri(format!("{path}/card"))
        .header("x-card-only", "1")
        .body(axum::body::Body::from("component_id=opp"))
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
