use serde_json::{Map, Value, json};
use url::Url;

use super::*;

const SECRET: &str = "test_client_secret_0123456789abcdef";

pub(super) const SUBMIT: &str = concat!(
    r#"{"workspace_id":"a1b2c3d4","workspace_region":"US","admin":{"type":"admin","#,
    r#""id":"1"},"component_id":"save","input_values":{"note":"hi"},"#,
    r#""current_canvas":{"content":{"components":[]},"stored_data":{"k":"v"}}}"#,
);
const SUBMIT_SIGNATURE: &str = "58b321ebfe79fec3c3a5ed8678d393b80326ef6acef3f3aa04f67fa2b1b12953";

fn verified(header: &str, body: &str) -> Result<(), SignatureError> {
    verify(&SECRET.into(), Some(header), body.as_bytes())
}

fn link(url: &str) -> LinkUrl {
    LinkUrl::new(url.parse().unwrap(), Loopback::Refused).unwrap()
}

fn choices(count: usize) -> Vec<Choice> {
    (0..count)
        .map(|n| Choice::new(format!("c{n}"), format!("Choice {n}")))
        .collect()
}

/// The components of a canvas as they are sent.
fn sent(components: Vec<Component>) -> String {
    Canvas::new(components).unwrap().to_json().unwrap()
}

#[test]
fn a_card_request_signed_with_the_client_secret_is_believed() {
    assert_eq!(verified(SUBMIT_SIGNATURE, SUBMIT), Ok(()));
    let uninstalled = r#"{"app_id":"a1b2c3d4"}"#;
    let signature = "cf5b76e09a9f9c1301e3f3e6e12ac1707d01853e500d596cf8a3216107843968";
    assert_eq!(verified(signature, uninstalled), Ok(()));
    let empty = "c93334d2fe2d92a66273e804d74ac31dea94219ad84e2bbbdbd9592dbfeafb35";
    assert_eq!(verified(empty, ""), Ok(()));
    // What a webhook would carry: the same body, signed the same way for another header.
    let ping = concat!(
        r#"{"type":"notification_event","app_id":"a1b2c3d4","topic":"ping","data":{"type":"#,
        r#""notification_event_data","item":{"type":"ping","message":"hello"}}}"#,
    );
    let as_sha256 = "d25cf8d6695b8042a71b38db592971e7e642844d7482edd380dad59f3c94c264";
    let as_sha1 = "50d6c19d1a9653ce6e532bbe7d0eba31fd697895";
    assert_eq!(verified(as_sha256, ping), Ok(()));
    assert_eq!(verified(as_sha1, ping), Err(SignatureError::Malformed));
}

#[test]
fn every_changed_byte_of_a_card_request_is_noticed() {
    for place in 0..SUBMIT.len() {
        let mut changed = SUBMIT.as_bytes().to_vec();
        changed[place] ^= 1;
        let verdict = verify(&SECRET.into(), Some(SUBMIT_SIGNATURE), &changed);
        assert_eq!(verdict, Err(SignatureError::Mismatch), "{place}");
    }
}

#[test]
fn a_card_signature_has_no_prefix() {
    for header in [
        format!("sha1={SUBMIT_SIGNATURE}"),
        format!("sha256={SUBMIT_SIGNATURE}"),
        SUBMIT_SIGNATURE.to_uppercase(),
        SUBMIT_SIGNATURE[..40].to_owned(),
        String::new(),
    ] {
        assert_eq!(
            verified(&header, SUBMIT),
            Err(SignatureError::Malformed),
            "{header}"
        );
    }
    assert_eq!(
        verified(SUBMIT_SIGNATURE, &SUBMIT[1..]),
        Err(SignatureError::Mismatch)
    );
    assert_eq!(
        verify(&SECRET.into(), None, SUBMIT.as_bytes()),
        Err(SignatureError::Missing)
    );
}

#[test]
fn what_shows_is_sent_as_documented() {
    let open = Action::Url {
        url: link("https://crm.example/00Q1"),
    };
    let mut opportunity = Item::new("opp:006", "Acme renewal");
    opportunity.subtitle = Some("Negotiation".to_owned());
    opportunity.tertiary_text = Some("€12,000".to_owned());
    opportunity.action = Some(Action::Submit);
    let json = sent(vec![
        Text::new(TextStyle::Header, "Jane Doe").into(),
        DataTable::new(vec![Row::new("Status", "Working")])
            .unwrap()
            .into(),
        Divider::default().into(),
        List::new(vec![opportunity]).unwrap().into(),
        Spacer {
            size: SpacerSize::Xs,
        }
        .into(),
        Button::new("refresh", "Refresh", Action::Submit).into(),
        Button::new("open", "Open in Salesforce", open)
            .styled(ButtonStyle::Link)
            .into(),
    ]);
    let expected = json!({ "canvas": { "content": { "components": [
        { "type": "text", "text": "Jane Doe", "style": "header", "align": "left" },
        { "type": "data-table", "items": [
            { "type": "field-value", "field": "Status", "value": "Working" } ] },
        { "type": "divider" },
        { "type": "list", "items": [
            { "type": "item", "id": "opp:006", "title": "Acme renewal", "subtitle": "Negotiation",
              "tertiary_text": "€12,000", "action": { "type": "submit" } } ] },
        { "type": "spacer", "size": "xs" },
        { "type": "button", "id": "refresh", "label": "Refresh", "style": "secondary",
          "action": { "type": "submit" } },
        { "type": "button", "id": "open", "label": "Open in Salesforce", "style": "link",
          "action": { "type": "url", "url": "https://crm.example/00Q1" } },
    ] } } });
    assert_eq!(serde_json::from_str::<Value>(&json).unwrap(), expected);
}

#[test]
fn what_is_filled_in_is_sent_as_documented() {
    let chosen = || Options::new(choices(2)).unwrap().choosing("c1").unwrap();
    let mut email = Input::new("email", "Email");
    email.value = Some("jane@example.com".to_owned());
    email.save_state = Some(SaveState::Failed);
    let mut notes = Textarea::new("notes", "Notes");
    notes.error = true;
    let json = sent(vec![
        email.into(),
        notes.into(),
        Dropdown {
            id: "status".to_owned(),
            label: None,
            options: chosen(),
            save_state: None,
            disabled: true,
        }
        .into(),
        SingleSelect {
            id: "view".to_owned(),
            label: None,
            options: chosen(),
            action: Some(Action::Submit),
            save_state: Some(SaveState::Saved),
            disabled: false,
        }
        .into(),
        Checkbox {
            id: "optin".to_owned(),
            label: "Opt-in".to_owned(),
            checks: Checks::new(choices(1)).unwrap().checking("c0").unwrap(),
            save_state: None,
            disabled: false,
        }
        .into(),
    ]);
    let two = json!([{ "type": "option", "id": "c0", "text": "Choice 0" },
                     { "type": "option", "id": "c1", "text": "Choice 1" }]);
    let expected = json!({ "canvas": { "content": { "components": [
        { "type": "input", "id": "email", "label": "Email", "value": "jane@example.com",
          "save_state": "failed" },
        { "type": "textarea", "id": "notes", "label": "Notes", "error": true },
        { "type": "dropdown", "id": "status", "options": two, "value": "c1", "disabled": true },
        { "type": "single-select", "id": "view", "options": two, "value": "c1",
          "action": { "type": "submit" }, "save_state": "saved" },
        { "type": "checkbox", "id": "optin", "label": "Opt-in", "value": ["c0"],
          "option": [{ "type": "option", "id": "c0", "text": "Choice 0" }] },
    ] } } });
    assert_eq!(serde_json::from_str::<Value>(&json).unwrap(), expected);
}

#[test]
fn an_image_has_its_size() {
    let mut item = Item::new("a", "Acme");
    let url = ImageUrl::new("https://img.example/a.png".parse().unwrap()).unwrap();
    item.image = Some(ItemImage {
        url,
        width: 48,
        height: 32,
        rounded: true,
    });
    let json = sent(vec![List::new(vec![item]).unwrap().into()]);
    let expected = json!({ "canvas": { "content": { "components": [
        { "type": "list", "items": [ { "type": "item", "id": "a", "title": "Acme",
          "image": "https://img.example/a.png", "image_width": 48, "image_height": 32,
          "rounded_image": true } ] } ] } } });
    assert_eq!(serde_json::from_str::<Value>(&json).unwrap(), expected);
}

#[test]
fn an_image_of_its_own_has_size_place_and_link() {
    let url = |text: &str| ImageUrl::new(text.parse().unwrap());
    let logo = Image {
        url: url("https://img.example/logo.png").unwrap(),
        width: 48.try_into().unwrap(),
        height: 32.try_into().unwrap(),
        align: ImageAlign::FullWidth,
        rounded: true,
        margin: Margin::None,
        link: Some(ImageLink {
            url: link("https://crm.example/00Q1"),
        }),
    };
    let tight = Divider {
        margin: Margin::None,
    };
    let json = sent(vec![logo.into(), tight.into()]);
    let expected = json!({ "canvas": { "content": { "components": [
        { "type": "image", "url": "https://img.example/logo.png", "width": 48, "height": 32,
          "align": "full_width", "rounded": true, "bottom_margin": "none",
          "action": { "type": "url", "url": "https://crm.example/00Q1" } },
        { "type": "divider", "bottom_margin": "none" },
    ] } } });
    assert_eq!(serde_json::from_str::<Value>(&json).unwrap(), expected);
    let plain = url("http://127.0.0.1/logo.png");
    assert!(
        matches!(plain, Err(CanvasError::NotALink { .. })),
        "{plain:?}"
    );
}

/// The ids and texts of an offer's components, one a line.
fn offered(count: usize, chosen: Option<&str>, words: &str) -> Vec<String> {
    let offer = Offer::new("country", "Country", choices(count), chosen, words).unwrap();
    let json: Value = serde_json::from_str(&sent(offer.components())).unwrap();
    let mut lines = Vec::new();
    for component in json["canvas"]["content"]["components"].as_array().unwrap() {
        let value = component["value"].as_str().unwrap_or_default();
        let text = component["text"].as_str().unwrap_or_default();
        lines.push(format!(
            "{} {value}{text}",
            component["type"].as_str().unwrap()
        ));
        for item in component["items"].as_array().into_iter().flatten() {
            lines.push(format!("  {}", item["id"].as_str().unwrap()));
        }
    }
    lines
}

#[test]
fn up_to_ten_are_a_dropdown_and_more_are_searched() {
    assert_eq!(offered(2, Some("c1"), ""), ["dropdown c1"]);
    assert_eq!(offered(10, Some("gone"), ""), ["dropdown "]);
    assert_eq!(
        offered(1, None, ""),
        ["input ", "list ", "  country:result:c0"]
    );
    let many = offered(11, None, "");
    assert_eq!(many.len(), 13);
    assert_eq!(many[2], "  country:result:c0");
    assert_eq!(many[12], "text 1 more fit. Type more to find them.");
    assert_eq!(
        offered(11, Some("c4"), "CHOICE 1 "),
        [
            "input CHOICE 1",
            "list ",
            "  country:result:c1",
            "  country:result:c10"
        ]
    );
    assert_eq!(
        offered(11, None, "elsewhere"),
        ["input elsewhere", "text Nothing fits these words."]
    );
    assert_eq!(offered(11, Some("c4"), "")[0], "input Choice 4");
    assert_eq!(
        Offer::new("country", "Country", Vec::new(), None, ""),
        Err(CanvasError::OptionCount { count: 0 })
    );
}

#[test]
fn a_result_that_was_clicked_is_read_back() {
    assert_eq!(Offer::clicked("country", "country:result:c10"), Some("c10"));
    assert_eq!(Offer::clicked("country", "country"), None);
    assert_eq!(Offer::clicked("country", "state:result:c10"), None);
}

#[test]
fn an_id_is_there_once_across_lists_and_components() {
    let button = |id: &str| Component::from(Button::new(id, "Go", Action::Submit));
    let list = |ids: [&str; 2]| {
        let items = ids.iter().map(|id| Item::new(*id, "Thing")).collect();
        Component::from(List::new(items).unwrap())
    };
    let repeated = |id: &str| Err(CanvasError::RepeatedId { id: id.to_owned() });
    assert_eq!(Canvas::new(vec![button("a"), button("a")]), repeated("a"));
    assert_eq!(
        Canvas::new(vec![button("a"), list(["b", "a"])]),
        repeated("a")
    );
    assert_eq!(Canvas::new(vec![list(["b", "b"])]), repeated("b"));
    assert_eq!(Canvas::new(vec![button("")]), Err(CanvasError::EmptyId));
    assert_eq!(Canvas::new(Vec::new()), Err(CanvasError::Empty));
    assert!(Canvas::new(vec![button("a"), list(["b", "c"])]).is_ok());
}

#[test]
fn a_select_has_two_to_ten_distinct_options() {
    for count in [0, 1, 11] {
        assert_eq!(
            Options::new(choices(count)),
            Err(CanvasError::OptionCount { count })
        );
    }
    for count in [2, 10] {
        assert!(Options::new(choices(count)).is_ok(), "{count}");
    }
    assert_eq!(
        Checks::new(Vec::new()),
        Err(CanvasError::OptionCount { count: 0 })
    );
    let twice = vec![Choice::new("a", "A"), Choice::new("a", "B")];
    assert_eq!(
        Options::new(twice),
        Err(CanvasError::RepeatedId { id: "a".to_owned() })
    );
    let unnamed = vec![Choice::new("", "None"), Choice::new("a", "A")];
    assert_eq!(Options::new(unnamed), Err(CanvasError::EmptyId));
    let other = Err(CanvasError::NoSuchOption {
        id: "c2".to_owned(),
    });
    assert_eq!(Options::new(choices(2)).unwrap().choosing("c2"), other);
}

#[test]
fn a_table_and_a_list_have_something_in_them() {
    assert_eq!(DataTable::new(Vec::new()), Err(CanvasError::NoItems));
    assert_eq!(List::new(Vec::new()), Err(CanvasError::NoItems));
}

#[test]
fn links_are_https_and_loopback_only_by_permission() {
    let allowed = |url: &str, loopback| LinkUrl::new(url.parse::<Url>().unwrap(), loopback).is_ok();
    for url in ["https://crm.example/1", "https://localhost/1"] {
        assert!(allowed(url, Loopback::Refused), "{url}");
    }
    for url in [
        "http://127.0.0.1:4010/1",
        "http://localhost:4010/",
        "http://[::1]/",
    ] {
        assert!(!allowed(url, Loopback::Refused), "{url}");
        assert!(allowed(url, Loopback::Allowed), "{url}");
    }
    for url in [
        "http://crm.example/",
        "http://localhost.example/",
        "javascript:alert(1)",
        "ftp://a/",
    ] {
        assert!(!allowed(url, Loopback::Allowed), "{url}");
    }
}

#[test]
fn a_canvas_is_at_most_64_kb_in_each_part() {
    // Around the text: {"components":[{"align":"left","style":"muted","text":"","type":"text"}]}
    const AROUND: usize = 73;
    let of_length = |length: usize| {
        Canvas::new(vec![Text::new(TextStyle::Muted, "x".repeat(length)).into()]).unwrap()
    };
    assert!(of_length(65_536 - AROUND).to_json().is_ok());
    assert_eq!(
        of_length(65_536 - AROUND + 1).to_json(),
        Err(CanvasError::TooLarge {
            part: CanvasPart::Content,
            bytes: 65_537
        })
    );
    // {"k":""} around the text.
    let storing = |length: usize| {
        let stored = Map::from_iter([("k".to_owned(), Value::from("y".repeat(length)))]);
        of_length(1).with_stored_data(stored).to_json()
    };
    let json = storing(65_536 - 8).unwrap();
    assert!(
        json.ends_with("yyy\"}}}"),
        "the stored data stands beside the content"
    );
    assert_eq!(
        storing(65_536 - 8 + 1),
        Err(CanvasError::TooLarge {
            part: CanvasPart::StoredData,
            bytes: 65_537
        })
    );
}
