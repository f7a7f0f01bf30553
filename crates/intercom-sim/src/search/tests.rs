use jiff::tz::TimeZone;

use super::parse::days;
use super::{Dialect, Held, Kind, Query, parse};
use serde_json::{Value, json};

fn kind(field: &str) -> Option<Kind> {
    match field {
        "name" => Some(Kind::Text),
        "seats" => Some(Kind::Integer),
        "seen" => Some(Kind::Date),
        "vip" => Some(Kind::Flag),
        "tag_id" => Some(Kind::Tags),
        _ => None,
    }
}

fn parsed(query: &Value) -> Query {
    parse(
        query,
        Dialect {
            kind: &kind,
            days: None,
        },
    )
    .unwrap()
}

#[test]
fn nothing_is_equal_to_null_alone() {
    let query = parsed(&json!({"field": "name", "operator": "=", "value": null}));
    assert!(query.matches(&|_| Held::Nothing));
    assert!(!query.matches(&|_| Held::Text("null".to_owned())));
}

#[test]
fn an_absent_value_is_neither_more_nor_less() {
    for operator in [">", "<"] {
        let query = parsed(&json!({"field": "seats", "operator": operator, "value": 3}));
        assert!(!query.matches(&|_| Held::Nothing), "{operator}");
    }
}

#[test]
fn one_value_of_many_is_enough() {
    let query = parsed(&json!({"field": "tag_id", "operator": "=", "value": "2"}));
    assert!(query.matches(&|_| Held::Many(vec!["1".to_owned(), "2".to_owned()])));
    assert!(!query.matches(&|_| Held::Many(vec!["12".to_owned()])));
}

#[test]
fn a_day_is_a_day_of_the_workspace() {
    let dublin = TimeZone::get("Europe/Dublin").unwrap();
    // 2026-07-01T23:30Z is half past midnight of 2 July in Dublin.
    assert_eq!(days(1_782_948_600, &dublin), (1_782_946_800, 1_783_033_200));
    // 2026-03-29, when the clocks go forward, has 23 hours.
    let (start, end) = days(1_774_782_000, &dublin);
    assert_eq!(end - start, 23 * 3600);
}

#[test]
fn only_what_every_row_must_pass_is_required() {
    let query = parsed(&json!({"operator": "AND", "value": [
        {"field": "vip", "operator": "=", "value": true},
        {"operator": "OR", "value": [{"field": "seats", "operator": ">", "value": 1}]},
    ]}));
    let fields: Vec<&str> = query
        .required()
        .iter()
        .map(|filter| filter.field.as_str())
        .collect();
    assert_eq!(fields, ["vip"]);
}
