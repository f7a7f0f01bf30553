//! How a card looks: every component, and what may not become markup.

use http::StatusCode;
use serde_json::{Value, json};

use crate::town::Town;

async fn drawn(town: &Town, components: Value) -> String {
    let canvas = json!({"canvas": {"content": {"components": components}}});
    town.app.will_answer(StatusCode::OK, canvas);
    let page = format!("/inbox/contacts/{}", town.sim.user_id(0));
    let (status, page) = town.page(&page, "").await;
    assert_eq!(status, 200);
    let card = page.split("data-testid=\"card\"").nth(1).unwrap();
    card.split("</section>").next().unwrap().to_owned()
}

#[tokio::test]
async fn the_gallery_shows_every_component_without_asking_an_app() {
    let town = Town::new();
    let (status, page) = town.page("/inbox/components", "").await;
    assert_eq!(status, 200);
    for exhibit in [
        "Text",
        "Data table",
        "Divider and spacer",
        "Image",
        "Button",
        "List",
        "Input",
        "Textarea",
        "Dropdown",
        "Single select",
        "Checkbox",
        "An invalid canvas",
    ] {
        assert!(
            page.contains(&format!("data-exhibit=\"{exhibit}\"")),
            "{exhibit}"
        );
    }
    assert_eq!(page.matches("data-testid=\"card-error\"").count(), 1);
    let (status, ..) = town
        .form("/inbox/components", &[("component_id", "primary")])
        .await;
    assert_eq!(status, 204);
    assert!(town.app.take().is_empty());
}

#[tokio::test]
async fn what_an_app_writes_is_text_and_never_markup() {
    let town = Town::new();
    let hostile = "\"><script>x()</script>";
    let option = json!({"type": "option", "id": hostile, "text": hostile});
    let other = json!({"type": "option", "id": "b", "text": "B"});
    let submit = json!({"type": "submit"});
    let card = drawn(
        &town,
        json!([
            {"type": "text", "text": hostile},
            {"type": "data-table",
             "items": [{"type": "field-value", "field": hostile, "value": hostile}]},
            {"type": "button", "id": hostile, "label": hostile, "action": submit},
            {"type": "input", "id": "i", "label": hostile, "value": hostile,
             "placeholder": hostile},
            {"type": "textarea", "id": "t", "value": "</textarea><script>x()</script>"},
            {"type": "single-select", "id": "s", "label": hostile, "options": [option, other],
             "action": submit},
            {"type": "list", "items": [{"type": "item", "id": "l", "title": hostile,
             "action": {"type": "url", "url": "https://x.example/\"onclick=\"x()"}}]},
            {"type": "text", "text": "[x](https://x.example/\"onclick=\"x())"},
        ]),
    )
    .await;
    assert!(
        !card.contains("<script") && !card.contains("\"onclick"),
        "{card}"
    );
    assert_eq!(card.matches("</textarea>").count(), 1);
}

#[tokio::test]
async fn save_states_lock_tell_and_mark() {
    let town = Town::new();
    let option = |id: &str| json!({"type": "option", "id": id, "text": id});
    let card = drawn(
        &town,
        json!([
            {"type": "input", "id": "kept", "label": "L", "save_state": "saved"},
            {"type": "input", "id": "lost", "label": "L", "save_state": "failed"},
            {"type": "checkbox", "id": "boxes", "label": "L", "save_state": "saved",
             "option": [option("a")]},
            {"type": "textarea", "id": "wrong", "error": true},
        ]),
    )
    .await;
    assert!(
        card.contains("data-component-id=\"kept\" disabled>"),
        "{card}"
    );
    assert!(
        card.contains("data-component-id=\"lost\" aria-invalid=\"true\">"),
        "{card}"
    );
    assert!(
        card.contains("data-component-id=\"boxes\" disabled>"),
        "{card}"
    );
    assert!(card.contains("data-component-id=\"wrong\" aria-label=\"wrong\" aria-invalid"));
    assert_eq!(card.matches("</span> Saved</small>").count(), 2);
    assert_eq!(card.matches("</span> Not saved</small>").count(), 1);
}

#[tokio::test]
async fn what_is_disabled_leads_nowhere() {
    let town = Town::new();
    let url = json!({"type": "url", "url": "https://crm.example/1"});
    let card = drawn(
        &town,
        json!([
            {"type": "button", "id": "b", "label": "L", "action": url, "disabled": true},
            {"type": "list", "disabled": true,
             "items": [{"type": "item", "id": "i", "title": "T", "action": url}]},
        ]),
    )
    .await;
    assert!(!card.contains("crm.example"), "{card}");
    assert_eq!(card.matches("aria-disabled=\"true\"").count(), 2);
}

#[tokio::test]
async fn an_input_sends_with_its_own_button_and_enter_elsewhere_sends_nothing() {
    let town = Town::new();
    let card = drawn(
        &town,
        json!([
            {"type": "input", "id": "plain", "label": "Name"},
            {"type": "input", "id": "search", "label": "Search", "action": {"type": "submit"}},
            {"type": "button", "id": "go", "label": "Go", "action": {"type": "submit"}},
        ]),
    )
    .await;
    let first = card.find("<button").unwrap();
    assert!(
        card[first..].starts_with("<button disabled hidden>"),
        "{card}"
    );
    assert!(
        card.contains("value=\"search\" aria-label=\"Submit Search\""),
        "{card}"
    );
}

#[tokio::test]
async fn pictures_on_reserved_names_are_placeholders_and_others_are_loaded() {
    let town = Town::new();
    let image = |url: &str| json!({"type": "image", "url": url, "width": 4, "height": 3});
    let card = drawn(
        &town,
        json!([
            image("https://pictures.example/a.png"),
            image("https://static.intercomassets.com/a.png"),
        ]),
    )
    .await;
    assert!(card.contains("src=\"/inbox/assets/picture.svg\" width=\"4\" height=\"3\""));
    assert!(
        card.contains("src=\"https://static.intercomassets.com/a.png\""),
        "{card}"
    );
    assert!(!card.contains("pictures.example"));
}

#[tokio::test]
async fn try_again_asks_for_the_card_anew() {
    let town = Town::new();
    let page = format!("/inbox/contacts/{}", town.sim.user_id(0));
    let canvas = |text: &str| {
        let components = json!([{"type": "text", "text": text},
            {"type": "button", "id": "b", "label": "L", "action": {"type": "submit"}}]);
        json!({"canvas": {"content": {"components": components}}})
    };
    town.app.will_answer(StatusCode::OK, canvas("Before"));
    town.page(&page, "").await;
    town.app.will_answer(StatusCode::BAD_GATEWAY, json!({}));
    let path = format!("{page}/card");
    let (_, _, broken) = town.form(&path, &[("component_id", "b")]).await;
    assert!(broken.contains("name=\"again\""), "{broken}");
    town.app.take();
    town.app.will_answer(StatusCode::OK, canvas("After"));
    let (_, to, _) = town.form(&path, &[("again", "1")]).await;
    let asked = town.app.take();
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].path, "/card/initialize");
    let (_, shown) = town.page(&to, "").await;
    assert!(shown.contains("After") && !shown.contains("Before"));
}
