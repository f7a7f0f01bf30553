mod broken;

use http::StatusCode;
use serde_json::{Value, json};

use self::broken::BROKEN;
use super::fields::Defect;
use super::{Answered, CanvasControls, CanvasFlow, Card, Component, Span, answer};

fn answer_with(components: &Value) -> String {
    json!({ "canvas": { "content": { "components": components } } }).to_string()
}

fn judged(components: &Value) -> Result<(), Defect> {
    Card::parse(answer_with(components).as_bytes()).map(|_| ())
}

fn option(id: &str) -> Value {
    json!({ "type": "option", "id": id, "text": id })
}

fn options(count: usize) -> Vec<Value> {
    (0..count).map(|at| option(&at.to_string())).collect()
}

#[test]
fn each_rule_of_a_component_is_kept_and_its_breach_is_told_with_its_place() {
    for [component, place, words] in BROKEN {
        let parsed: Value = serde_json::from_str(component).expect(component);
        let defect = judged(&json!([parsed])).expect_err(component);
        let told = Defect {
            pointer: format!("/canvas/content/components/0{place}"),
            reason: format!("components[0]{words}"),
        };
        assert_eq!(defect, told, "{component}");
    }
}

#[test]
fn every_component_at_its_fullest_is_accepted() {
    let action = json!({"type": "submit"});
    let image = json!({"type": "image", "url": "https://x.example/a.png", "width": 10, "height": 20,
        "align": "full_width", "rounded": true, "bottom_margin": "none",
        "action": {"type": "url", "url": "https://x.example"}});
    judged(&json!([
        {"type": "text", "id": "t", "text": "x", "style": "muted", "align": "center"},
        {"type": "data-table", "items": [{"type": "field-value", "field": "A", "value": "1"}]},
        {"type": "divider", "bottom_margin": "none"},
        {"type": "spacer", "size": "xl"},
        image,
        {"type": "button", "id": "b", "label": "L", "action": action, "style": "link"},
        {"type": "button", "id": "loopback", "label": "L",
         "action": {"type": "url", "url": "http://127.0.0.1:4010/lead"}},
        {"type": "list", "items": [{"type": "item", "id": "i", "title": "T", "subtitle": "S",
            "tertiary_text": "3", "image": "https://x.example/a.png", "image_width": 4,
            "image_height": 4, "rounded_image": true, "action": action}]},
        {"type": "input", "id": "in", "label": "L", "placeholder": "P", "value": "V",
         "save_state": "saved", "action": action},
        {"type": "textarea", "id": "ta", "value": "V", "error": true},
        {"type": "dropdown", "id": "d", "options": options(10), "value": "3"},
        {"type": "single-select", "id": "s", "options": options(2), "action": action},
        {"type": "checkbox", "id": "c", "option": options(1), "value": ["0"]},
    ]))
    .unwrap();
}

#[test]
fn a_select_has_two_to_ten_options_and_a_dropdown_perhaps_one() {
    let single = CanvasControls {
        single_option_dropdowns: true,
        ..CanvasControls::default()
    };
    let reason = |kind: &str, count, controls| {
        let component = json!([{"type": kind, "id": "d", "options": options(count)}]);
        let body = answer_with(&component);
        let judged = answer::card(body.as_bytes(), CanvasFlow::Submit, controls);
        judged.err().map(|defect| defect.reason)
    };
    let usual = CanvasControls::default();
    for kind in ["dropdown", "single-select"] {
        for count in [2, 10] {
            assert_eq!(reason(kind, count, usual), None, "{kind} {count}");
        }
        let eleven = "components[0] has 11 options, not 2 to 10";
        assert_eq!(reason(kind, 11, usual).as_deref(), Some(eleven));
    }
    assert_eq!(reason("dropdown", 1, single), None);
    let none = "components[0] has 0 options, not 1 to 10";
    assert_eq!(reason("dropdown", 0, single).as_deref(), Some(none));
    let one = "components[0] has 1 options, not 2 to 10";
    assert_eq!(reason("single-select", 1, single).as_deref(), Some(one));
}

#[test]
fn members_that_are_not_known_are_passed_over_or_refused_as_the_controls_say() {
    let strict = CanvasControls {
        refuse_unknown_members: true,
        ..CanvasControls::default()
    };
    let option = json!({"type": "option", "id": "a", "text": "A", "colour": "red"});
    for (component, reason) in [
        (
            json!({"type": "text", "text": "x", "size": "l"}),
            r#"components[0] has a member "size" that is not known"#,
        ),
        (
            json!({"type": "button", "id": "b", "label": "L",
                   "action": {"type": "submit", "url": "https://x.example"}}),
            r#"components[0].action has a member "url" that is not known"#,
        ),
        (
            json!({"type": "checkbox", "id": "c", "option": [option]}),
            r#"components[0].option[0] has a member "colour" that is not known"#,
        ),
    ] {
        let components = json!([component]);
        judged(&components).unwrap();
        let body = answer_with(&components);
        let defect = answer::card(body.as_bytes(), CanvasFlow::Submit, strict).unwrap_err();
        assert_eq!(defect.reason, reason);
    }
}

#[test]
fn ids_are_unique_across_components_and_items() {
    let twice = json!([
        {"type": "input", "id": "same"},
        {"type": "list", "items": [{"type": "item", "id": "same", "title": "T"}]},
    ]);
    let defect = judged(&twice).unwrap_err();
    let words = "components[1].items[0].id is \"same\", an id that is there twice";
    assert_eq!(defect.reason, words);
    let in_two_controls = json!([
        {"type": "dropdown", "id": "a", "options": options(2)},
        {"type": "dropdown", "id": "b", "options": options(2)},
    ]);
    judged(&in_two_controls).unwrap();
}

/// Where an answer to a click breaks a rule, and in which words.
fn around(body: &str) -> (String, String) {
    let controls = CanvasControls::default();
    let judged = answer::card(body.as_bytes(), CanvasFlow::Submit, controls);
    let defect = judged.expect_err(body);
    (defect.pointer, defect.reason)
}

#[test]
fn the_answer_around_the_components_is_judged_too() {
    for (body, pointer, reason) in [
        ("", "", "the answer is empty"),
        ("[]", "", "the answer is not an object"),
        ("{}", "", "the answer has no canvas"),
        (r#"{"canvas":null}"#, "", "the answer has no canvas"),
        (r#"{"canvas":[]}"#, "/canvas", "canvas is not an object"),
        (r#"{"canvas":{}}"#, "/canvas", "canvas has no content"),
        (
            r#"{"canvas":{"content":"x"}}"#,
            "/canvas/content",
            "content is not an object",
        ),
        (
            r#"{"canvas":{"content":{}}}"#,
            "/canvas/content",
            "content has no components",
        ),
        (
            r#"{"canvas":{"content":{"components":{}}}}"#,
            "/canvas/content/components",
            "components is not an array",
        ),
        (
            r#"{"canvas":{"content":{"components":["x"]}}}"#,
            "/canvas/content/components/0",
            "components[0] is not an object",
        ),
        (
            r#"{"canvas":{"content_url":"https://x.example"}}"#,
            "/canvas/content_url",
            "content_url is for the Messenger, the Inbox has no live canvas",
        ),
        (
            r#"{"canvas":{"content":{"components":[]},"stored_data":[]}}"#,
            "/canvas/stored_data",
            "stored_data is not an object",
        ),
        (
            r#"{"canvas":{"content":{"components":[]}},"event":"completed"}"#,
            "/event",
            "event is not an object",
        ),
        (
            r#"{"canvas":{"content":{"components":[]}},"event":{}}"#,
            "/event",
            "event has no type",
        ),
        (
            r#"{"canvas":{"content":{"components":[]}},"event":{"type":"half"}}"#,
            "/event/type",
            "event.type is \"half\", only \"completed\" exists",
        ),
        (
            r#"{"canvas":{"content":{"components":[]}},"card_creation_options":1}"#,
            "/card_creation_options",
            "card_creation_options is not an object",
        ),
    ] {
        assert_eq!(
            around(body),
            (pointer.to_owned(), reason.to_owned()),
            "{body}"
        );
    }
    let (pointer, reason) = around("<html>");
    assert_eq!(pointer, "");
    assert!(reason.starts_with("the answer is not JSON: "), "{reason}");
}

#[test]
fn a_completed_event_and_options_for_a_card_go_with_an_answer_to_a_click_alone() {
    let body = json!({
        "canvas": {"content": {"components": []}, "stored_data": {"k": "v"}},
        "event": {"type": "completed"}, "card_creation_options": {"lead": "1"},
    });
    let body = body.to_string();
    let usual = CanvasControls::default();
    answer::card(body.as_bytes(), CanvasFlow::Submit, usual).unwrap();
    let defect = answer::card(body.as_bytes(), CanvasFlow::Initialize, usual).unwrap_err();
    assert_eq!(defect.pointer, "/card_creation_options");
    let words = "card_creation_options answer a submit request alone";
    assert_eq!(defect.reason, words);
}

#[test]
fn content_and_stored_data_have_64_kilobytes_each_and_no_byte_more() {
    // What is around the text: {"components":[{"text":"","type":"text"}]} and {"x":""}.
    let content = |spare: usize| json!([{"type": "text", "text": "x".repeat(65_536 - 42 + spare)}]);
    judged(&content(0)).unwrap();
    let defect = judged(&content(1)).unwrap_err();
    assert_eq!(defect.pointer, "/canvas/content");
    assert_eq!(defect.reason, "content has 65537 bytes, more than 65536");
    let stored = |spare: usize| {
        let text = "x".repeat(65_536 - 8 + spare);
        let canvas = json!({"content": {"components": []}, "stored_data": {"x": text}});
        Card::parse(json!({ "canvas": canvas }).to_string().as_bytes())
    };
    stored(0).unwrap();
    let defect = stored(1).unwrap_err();
    assert_eq!(defect.pointer, "/canvas/stored_data");
    assert_eq!(
        defect.reason,
        "stored_data has 65537 bytes, more than 65536"
    );
}

#[test]
fn only_200_is_an_answer_and_a_redirect_is_named() {
    let usual = CanvasControls::default();
    let body = answer_with(&json!([])).into_bytes();
    for (status, location, reason) in [
        (
            StatusCode::CREATED,
            None,
            "the app answered with status 201",
        ),
        (
            StatusCode::BAD_GATEWAY,
            None,
            "the app answered with status 502",
        ),
        (
            StatusCode::FOUND,
            Some("https://x.example/"),
            "the app redirects to https://x.example/ with status 302",
        ),
        (
            StatusCode::NOT_MODIFIED,
            None,
            "the app answered with status 304",
        ),
    ] {
        let answered = Answered {
            status,
            location: location.map(str::to_owned),
            body: body.clone(),
        };
        let defect = answer::judge(&answered, CanvasFlow::Initialize, usual).unwrap_err();
        assert_eq!(
            (defect.pointer.as_str(), defect.reason.as_str()),
            ("", reason)
        );
    }
}

#[test]
fn an_error_is_listed_with_what_stands_at_its_place_shortened() {
    let body = json!({"canvas": {"content": {"components": [{"type": "é".repeat(300)}]}}});
    let body = body.to_string();
    let shown = answer::excerpt(body.as_bytes(), "/canvas/content/components/0");
    assert_eq!(shown, format!("{{\"type\":\"{}…", "é".repeat(191)));
    assert_eq!(answer::excerpt(b"<html>", ""), "<html>");
    assert_eq!(answer::excerpt(b"", ""), "");
}

#[test]
fn links_and_bold_are_the_markdown_of_a_text() {
    let body = json!({"canvas": {"content": {"components": [
        {"type": "text", "text": "See [the lead](https://crm.example/1) **now** [x](javascript:y) 2*3*4"},
    ]}}});
    let card = Card::parse(body.to_string().as_bytes()).unwrap();
    let Component::Text(text) = &card.components[0] else {
        panic!("not a text")
    };
    let plain = |text: &str| Span::Plain(text.to_owned());
    assert_eq!(
        text.spans,
        [
            plain("See "),
            Span::Link {
                label: "the lead".to_owned(),
                url: "https://crm.example/1".to_owned()
            },
            plain(" "),
            Span::Bold("now".to_owned()),
            plain(" [x](javascript:y) 2*3*4"),
        ]
    );
}
