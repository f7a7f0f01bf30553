use serde_json::{Value, json};

use super::{Card, Component, Span};

fn judged(components: &Value) -> Result<(), String> {
    let answer = json!({ "canvas": { "content": { "components": components } } });
    Card::parse(answer.to_string().as_bytes()).map(|_| ())
}

fn option(id: &str) -> Value {
    json!({ "type": "option", "id": id, "text": id })
}

fn options(count: usize) -> Vec<Value> {
    (0..count).map(|at| option(&at.to_string())).collect()
}

/// A component that shows something, with a fault, and words of the reason.
fn faults_of_what_is_shown() -> Vec<(Value, &'static str)> {
    let submit = json!({ "type": "submit" });
    vec![
        (json!({"type": "carousel"}), "no component"),
        (json!({"text": "no type"}), "has no type"),
        (json!({"type": "text"}), "has no text"),
        (json!({"type": "text", "text": 3}), "not a string"),
        (
            json!({"type": "text", "text": "x", "style": "loud"}),
            "not one of paragraph",
        ),
        (
            json!({"type": "text", "text": "x", "bottom_margin": "big"}),
            "not one of none",
        ),
        (json!({"type": "spacer", "size": "xxl"}), "not one of s"),
        (json!({"type": "data-table"}), "has no items"),
        (
            json!({"type": "data-table", "items": [{"type": "field-value", "field": "A"}]}),
            "value",
        ),
        (
            json!({"type": "data-table", "items": [{"type": "field-value", "field": "A", "value": 1}]}),
            "not a string",
        ),
        (
            json!({"type": "image", "url": "https://x.example/a", "width": 1}),
            "has no height",
        ),
        (
            json!({"type": "image", "url": "http://x.example/a", "width": 1, "height": 1}),
            "not an https URL",
        ),
        (
            json!({"type": "button", "label": "L", "action": submit}),
            "has no id",
        ),
        (
            json!({"type": "button", "id": "b", "action": submit}),
            "has no label",
        ),
        (
            json!({"type": "button", "id": "b", "label": "L"}),
            "has no action",
        ),
        (
            json!({"type": "button", "id": "b", "label": "L", "action": {"type": "sheet", "url": "https://x.example"}}),
            "sheet",
        ),
        (
            json!({"type": "button", "id": "b", "label": "L", "action": {"type": "url", "url": "http://x.example"}}),
            "not an https URL",
        ),
        (
            json!({"type": "button", "id": "b", "label": "L", "action": submit, "style": "big"}),
            "not one of primary",
        ),
        (
            json!({"type": "list", "items": [{"type": "item", "id": "i"}]}),
            "has no title",
        ),
        (
            json!({"type": "list", "items": [{"id": "i", "title": "T"}]}),
            "has no type",
        ),
        (
            json!({"type": "list", "items": [{"type": "item", "id": "i", "title": "T", "image": "https://x.example/a"}]}),
            "not all",
        ),
    ]
}

/// An input with a fault, and words of the reason.
fn faults_of_inputs() -> Vec<(Value, &'static str)> {
    let submit = json!({ "type": "submit" });
    vec![
        (json!({"type": "input"}), "has no id"),
        (
            json!({"type": "input", "id": "i", "save_state": "gone"}),
            "not one of unsaved",
        ),
        (
            json!({"type": "textarea", "id": "t", "action": submit}),
            "has no action",
        ),
        (
            json!({"type": "textarea", "id": "t", "error": "yes"}),
            "not a boolean",
        ),
        (json!({"type": "dropdown", "id": "d"}), "has no options"),
        (
            json!({"type": "dropdown", "id": "d", "options": options(1)}),
            "has 1 options",
        ),
        (
            json!({"type": "single-select", "id": "d", "options": options(11)}),
            "has 11 options",
        ),
        (
            json!({"type": "dropdown", "id": "d", "options": [option("a"), option("a")]}),
            "there twice",
        ),
        (
            json!({"type": "dropdown", "id": "d", "options": options(2), "value": "9"}),
            "no option",
        ),
        (
            json!({"type": "checkbox", "id": "c", "options": options(2)}),
            "has no option",
        ),
        (
            json!({"type": "checkbox", "id": "c", "option": []}),
            "has no option",
        ),
    ]
}

#[test]
fn each_rule_of_a_component_is_kept() {
    for (component, words) in faults_of_what_is_shown()
        .into_iter()
        .chain(faults_of_inputs())
    {
        let reason = judged(&json!([component])).expect_err(&component.to_string());
        assert!(reason.contains(words), "{component}: {reason}");
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
fn ids_are_unique_across_components_and_items() {
    let twice = json!([
        {"type": "input", "id": "same"},
        {"type": "list", "items": [{"type": "item", "id": "same", "title": "T"}]},
    ]);
    assert_eq!(
        judged(&twice).unwrap_err(),
        "the id \"same\" is there twice"
    );
}

#[test]
fn the_answer_around_the_components_is_judged_too() {
    let long = "x".repeat(64 * 1024);
    let refused = [
        ("{".to_owned(), "not JSON"),
        ("{}".to_owned(), "no canvas"),
        (json!({"canvas": {}}).to_string(), "no content"),
        (
            json!({"canvas": {"content": {}}}).to_string(),
            "no components",
        ),
        (
            json!({"canvas": {"content_url": "https://x.example"}}).to_string(),
            "Messenger",
        ),
        (
            json!({"canvas": {"content": {"components": []}, "stored_data": []}}).to_string(),
            "not an object",
        ),
        (
            json!({"canvas": {"content": {"components": []}}, "event": {"type": "half"}})
                .to_string(),
            "completed",
        ),
        (
            json!({"canvas": {"content": {"components": [{"type": "text", "text": long}]}}})
                .to_string(),
            "content has",
        ),
        (
            json!({"canvas": {"content": {"components": []}, "stored_data": {"x": long}}})
                .to_string(),
            "stored_data has",
        ),
    ];
    for (body, words) in refused {
        let reason = Card::parse(body.as_bytes()).unwrap_err();
        assert!(reason.contains(words), "{reason}");
    }
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
