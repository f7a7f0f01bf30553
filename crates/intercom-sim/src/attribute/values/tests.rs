use serde_json::json;

use super::{AttributeValue, ValueRef, Values};
use crate::ids::AttributeId;

fn held(changes: &[(u64, Option<AttributeValue>)]) -> Values {
    let mut values = Values::default();
    for (id, change) in changes {
        values.apply(&[(AttributeId(*id), change.clone())]);
    }
    values
}

#[test]
fn every_kind_comes_back_in_the_order_of_the_attributes() {
    let values = held(&[
        (300, Some(AttributeValue::Text("Zażółć".into()))),
        (2, Some(AttributeValue::Flag(false))),
        (7, Some(AttributeValue::Float(-0.5))),
        (1, Some(AttributeValue::Integer(-3))),
        (4, Some(AttributeValue::Text("".into()))),
    ]);
    let listed: Vec<_> = values.iter().map(|(id, value)| (id.0, value)).collect();
    assert_eq!(
        listed,
        [
            (1, ValueRef::Integer(-3)),
            (2, ValueRef::Flag(false)),
            (4, ValueRef::Text("")),
            (7, ValueRef::Float(-0.5)),
            (300, ValueRef::Text("Zażółć")),
        ]
    );
    assert_eq!(values.get(AttributeId(7)), Some(ValueRef::Float(-0.5)));
    assert_eq!(values.get(AttributeId(3)), None);
}

#[test]
fn a_change_replaces_or_clears_and_leaves_the_others() {
    let text = |text: &str| Some(AttributeValue::Text(text.into()));
    let values = held(&[
        (1, text("a")),
        (2, text("b")),
        (1, text("longer")),
        (2, None),
    ]);
    assert_eq!(values, held(&[(1, text("longer"))]));
    assert_eq!(held(&[(1, text("a")), (1, None)]), Values::default());
}

#[test]
fn saved_values_are_pairs() {
    let values = held(&[
        (1, Some(AttributeValue::Flag(true))),
        (9, Some(AttributeValue::Text("x".into()))),
    ]);
    let saved = json!(values);
    assert_eq!(saved, json!([[1, true], [9, "x"]]));
    assert_eq!(serde_json::from_value::<Values>(saved).unwrap(), values);
}
