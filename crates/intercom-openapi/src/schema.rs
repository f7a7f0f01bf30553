//! From the schemas of OpenAPI 3.0 to JSON Schema.
//!
//! The two dialects differ in little: `nullable`, references to components, and words that are for
//! people. A keyword that is not listed here is refused, so that a new description cannot bring one
//! that is silently not checked.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

/// Where the components stand in the description.
const COMPONENTS: &str = "#/components/schemas/";

/// Keywords that mean the same in both dialects and hold no schema.
const SAME: [&str; 10] = [
    "type",
    "required",
    "format",
    "enum",
    "maxItems",
    "minItems",
    "maximum",
    "minimum",
    "maxLength",
    "minLength",
];

/// Keywords for people; those of the vendor's own tools begin with `x-`. A `discriminator` only says which branch of a `oneOf` is meant.
const FOR_PEOPLE: [&str; 7] = [
    "title",
    "description",
    "example",
    "default",
    "deprecated",
    "readOnly",
    "discriminator",
];

/// One schema as JSON Schema. Components that it refers to are expected under `#/$defs`; their
/// names are added to `needed`.
pub(crate) fn translated(
    schema: &Value,
    needed: &mut BTreeSet<String>,
) -> Result<Value, UnknownKeyword> {
    let Value::Object(schema) = schema else {
        return Err(UnknownKeyword(schema.to_string()));
    };
    let mut plain = Map::new();
    let mut nullable = false;
    // Beside a reference other keywords have no force, by the letter. The vendor writes `nullable`
    // there and means it.
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        let name = component_name(reference).ok_or_else(|| UnknownKeyword(reference.to_owned()))?;
        needed.insert(name.to_owned());
        plain.insert("$ref".to_owned(), json!(format!("#/$defs/{name}")));
        nullable = schema.get("nullable") == Some(&Value::Bool(true));
    } else {
        for (keyword, value) in schema {
            match keyword.as_str() {
                "nullable" => nullable = *value == Value::Bool(true),
                "items" => {
                    plain.insert(keyword.clone(), translated(value, needed)?);
                }
                "additionalProperties" if value.is_object() => {
                    plain.insert(keyword.clone(), translated(value, needed)?);
                }
                "additionalProperties" => {
                    plain.insert(keyword.clone(), value.clone());
                }
                "properties" => {
                    plain.insert(keyword.clone(), members(value, needed)?);
                }
                "oneOf" | "anyOf" | "allOf" => {
                    plain.insert(keyword.clone(), branches(value, needed)?);
                }
                same if SAME.contains(&same) => {
                    plain.insert(keyword.clone(), value.clone());
                }
                human if FOR_PEOPLE.contains(&human) || human.starts_with("x-") => {}
                unknown => return Err(UnknownKeyword(unknown.to_owned())),
            }
        }
    }
    Ok(if nullable {
        or_null(plain)
    } else {
        Value::Object(plain)
    })
}

/// A keyword, or a reference, that the translation does not know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct UnknownKeyword(pub(crate) String);

/// The component that a reference names.
fn component_name(reference: &str) -> Option<&str> {
    reference.strip_prefix(COMPONENTS)
}

fn members(value: &Value, needed: &mut BTreeSet<String>) -> Result<Value, UnknownKeyword> {
    let none = Map::new();
    let mut all = Map::new();
    for (name, schema) in value.as_object().unwrap_or(&none) {
        all.insert(name.clone(), translated(schema, needed)?);
    }
    Ok(Value::Object(all))
}

fn branches(value: &Value, needed: &mut BTreeSet<String>) -> Result<Value, UnknownKeyword> {
    let none = Vec::new();
    let all = value.as_array().unwrap_or(&none);
    let all: Result<Vec<Value>, UnknownKeyword> = all
        .iter()
        .map(|schema| translated(schema, needed))
        .collect();
    all.map(Value::Array)
}

/// Where a type is named, null becomes one more, and one more of the values if these are listed;
/// else null is a branch of its own.
fn or_null(mut schema: Map<String, Value>) -> Value {
    let Some(Value::String(kind)) = schema.get("type").cloned() else {
        return json!({ "anyOf": [schema, { "type": "null" }] });
    };
    schema.insert("type".to_owned(), json!([kind, "null"]));
    if let Some(Value::Array(values)) = schema.get_mut("enum") {
        values.push(Value::Null);
    }
    Value::Object(schema)
}

#[cfg(test)]
mod tests;
