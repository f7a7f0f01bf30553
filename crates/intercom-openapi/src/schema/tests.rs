use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{UnknownKeyword, translated};

fn in_json_schema(schema: &Value) -> Result<Value, UnknownKeyword> {
    translated(schema, &mut BTreeSet::new())
}

#[test]
fn null_is_one_more_type_and_one_more_of_the_listed_values() {
    let text = json!({"type": "string", "nullable": true, "example": "x"});
    assert_eq!(
        in_json_schema(&text),
        Ok(json!({"type": ["string", "null"]}))
    );
    let listed = json!({"type": "string", "nullable": true, "enum": ["a"]});
    let expected = json!({"type": ["string", "null"], "enum": ["a", null]});
    assert_eq!(in_json_schema(&listed), Ok(expected));
    let not = json!({"type": "string", "nullable": false});
    assert_eq!(in_json_schema(&not), Ok(json!({"type": "string"})));
}

#[test]
fn null_beside_a_reference_or_a_choice_is_a_branch() {
    let mut needed = BTreeSet::new();
    let reference = json!({"$ref": "#/components/schemas/app", "nullable": true, "title": "t"});
    let expected = json!({"anyOf": [{"$ref": "#/$defs/app"}, {"type": "null"}]});
    assert_eq!(translated(&reference, &mut needed), Ok(expected));
    assert_eq!(needed, BTreeSet::from(["app".to_owned()]));
    let choice = json!({"nullable": true, "oneOf": [{"type": "string"}]});
    let expected = json!({"anyOf": [{"oneOf": [{"type": "string"}]}, {"type": "null"}]});
    assert_eq!(in_json_schema(&choice), Ok(expected));
}

#[test]
fn a_property_may_be_called_like_a_keyword() {
    let schema = json!({"type": "object", "properties": {
        "type": {"type": "string", "example": "x"}, "nullable": {"type": "boolean"}}});
    let expected = json!({"type": "object", "properties": {
        "type": {"type": "string"}, "nullable": {"type": "boolean"}}});
    assert_eq!(in_json_schema(&schema), Ok(expected));
}

#[test]
fn a_keyword_that_nobody_translates_is_refused_by_name() {
    let schema = json!({"type": "array", "items": {"type": "string", "pattern": "^a$"}});
    let refused = Err(UnknownKeyword("pattern".to_owned()));
    assert_eq!(in_json_schema(&schema), refused);
    let elsewhere = json!({"$ref": "other.yaml#/x"});
    let refused = Err(UnknownKeyword("other.yaml#/x".to_owned()));
    assert_eq!(in_json_schema(&elsewhere), refused);
}
