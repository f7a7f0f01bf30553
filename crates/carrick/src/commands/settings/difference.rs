//! How one settings text differs from another, setting by setting.
//!
//! Settings are tables of plain values, so the order of lines says nothing: a difference is a
//! setting with another value, under its dotted name.

use std::collections::BTreeMap;

use toml::{Table, Value};

/// One line per setting that differs, by name: `-` is what is, `+` is what is wanted.
pub(super) fn between(present: &str, wanted: &str) -> Vec<String> {
    let (present, wanted) = (flat(present), flat(wanted));
    let mut names: Vec<_> = present.keys().chain(wanted.keys()).collect();
    names.sort();
    names.dedup();
    let mut lines = Vec::new();
    for name in names {
        let (before, after) = (present.get(name), wanted.get(name));
        if before == after {
            continue;
        }
        lines.extend(before.map(|value| format!("- {name} = {value}")));
        lines.extend(after.map(|value| format!("+ {name} = {value}")));
    }
    lines
}

fn flat(text: &str) -> BTreeMap<String, String> {
    let table: Table = text.parse().expect("settings print as TOML");
    let mut settings = BTreeMap::new();
    flatten("", &Value::Table(table), &mut settings);
    settings
}

fn flatten(name: &str, value: &Value, settings: &mut BTreeMap<String, String>) {
    if let Value::Table(table) = value {
        for (key, value) in table {
            let dotted = if name.is_empty() {
                key.clone()
            } else {
                format!("{name}.{key}")
            };
            flatten(&dotted, value, settings);
        }
    } else {
        settings.insert(name.to_owned(), value.to_string());
    }
}

#[cfg(test)]
mod tests {
    use model::Settings;

    use super::*;

    #[test]
    fn s4_only_what_differs_is_shown() {
        let present = Settings::default();
        let mut wanted = Settings::default();
        wanted.leads.one_click = true;
        wanted.leads.source = "Chat".to_owned();
        let lines = between(&present.to_toml(), &wanted.to_toml());
        assert_eq!(
            lines,
            [
                "- leads.one_click = false",
                "+ leads.one_click = true",
                "- leads.source = \"Intercom\"",
                "+ leads.source = \"Chat\"",
            ]
        );
        assert!(between(&present.to_toml(), &present.to_toml()).is_empty());
    }
}
