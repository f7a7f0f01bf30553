//! An answer as text: one component a line, the stored data last. Reads the JSON that Intercom
//! gets, so a line that is missing here is missing there.

use serde_json::Value;

pub(super) fn printed(answer: &str) -> String {
    let answer: Value = serde_json::from_str(answer).unwrap();
    let canvas = &answer["canvas"];
    let components = canvas["content"]["components"].as_array().unwrap();
    let mut lines: Vec<String> = components.iter().flat_map(component).collect();
    lines.push(format!("stored {}", canvas["stored_data"]));
    lines.join("\n")
}

fn component(it: &Value) -> Vec<String> {
    let kind = text(it, "type");
    match kind {
        "text" => vec![format!("{}: {}", text(it, "style"), text(it, "text"))],
        "data-table" => rows(it),
        "list" => list(it, "items").iter().map(item).collect(),
        "button" => {
            let (id, style) = (text(it, "id"), text(it, "style"));
            vec![format!(
                "{style} button {id} {:?}{}",
                text(it, "label"),
                action(it)
            )]
        }
        "input" | "textarea" | "dropdown" | "single-select" | "checkbox" => vec![control(kind, it)],
        other => panic!("a card has no {other}"),
    }
}

fn rows(table: &Value) -> Vec<String> {
    let row = |row: &Value| format!("| {} | {} |", text(row, "field"), text(row, "value"));
    list(table, "items").iter().map(row).collect()
}

fn item(it: &Value) -> String {
    let (id, title) = (text(it, "id"), text(it, "title"));
    let more = format!("{} • {}", text(it, "subtitle"), text(it, "tertiary_text"));
    format!("item {id} {title:?} {more:?}{}", action(it))
}

fn control(kind: &str, it: &Value) -> String {
    let key = if kind == "checkbox" {
        "option"
    } else {
        "options"
    };
    let option = |it: &Value| format!("{}={}", text(it, "id"), text(it, "text"));
    let options: Vec<String> = list(it, key).iter().map(option).collect();
    let mut line = format!("{kind} {}", text(it, "id"));
    for known in ["label", "placeholder", "value", "save_state"] {
        if let Some(value) = it.get(known) {
            line = format!("{line} {known}:{value}");
        }
    }
    if !options.is_empty() {
        line = format!("{line} [{}]", options.join(", "));
    }
    format!("{line}{}", action(it))
}

fn action(it: &Value) -> String {
    match it["action"]["type"].as_str() {
        None => String::new(),
        Some("submit") => " -> submit".to_owned(),
        Some(_) => format!("\n  -> {}", it["action"]["url"].as_str().unwrap()),
    }
}

fn text<'a>(it: &'a Value, key: &str) -> &'a str {
    it[key].as_str().unwrap_or_default()
}

fn list<'a>(it: &'a Value, key: &str) -> &'a [Value] {
    it[key].as_array().map_or(&[], Vec::as_slice)
}
