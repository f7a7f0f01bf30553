//! The metadata of an event: ten keys, in the order in which they were sent, with values of few
//! kinds and no other nesting (REST API, Submit a data event).

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::{Map, Value};

use crate::answer::Refusal;

/// Keys of an event; later ones are passed over.
const KEYS_MAX: usize = 10;

/// The keys of an object as they were sent; a map of `serde_json` sorts them.
struct InOrder(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for InOrder {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pairs;

        impl<'de> Visitor<'de> for Pairs {
            type Value = InOrder;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<InOrder, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(InOrder(pairs))
            }
        }

        deserializer.deserialize_map(Pairs)
    }
}

#[derive(serde::Deserialize)]
struct Sent {
    metadata: Option<InOrder>,
}

/// The metadata in the body of a request.
pub(super) fn parse(body: &[u8]) -> Result<Value, Refusal> {
    let sent: Sent = serde_json::from_slice(body)
        .map_err(|_| Refusal::invalid("metadata must be an object").at_field("metadata"))?;
    let pairs = sent.metadata.map(|keys| keys.0).unwrap_or_default();
    let mut kept = Map::new();
    for (key, value) in pairs {
        if kept.len() == KEYS_MAX && !kept.contains_key(&key) {
            continue;
        }
        if !is_of_a_kind(&value) {
            return Err(Refusal::invalid(format!(
                "The value of '{key}' in metadata is of no kind that events have"
            ))
            .at_field("metadata"));
        }
        kept.insert(key, value);
    }
    Ok(Value::Object(kept))
}

/// A text, a number, a rich link or an amount of money. Dates and links are numbers and texts. That
/// flags and nulls are taken, and other nesting is refused, is not documented (UNVERIFIED).
fn is_of_a_kind(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => true,
        Value::Array(_) => false,
        Value::Object(fields) => {
            let is_rich_link = fields.get("url").is_some_and(Value::is_string)
                && fields.get("value").is_some_and(Value::is_string);
            let is_money = fields.get("amount").is_some_and(Value::is_u64)
                && fields.get("currency").is_some_and(Value::is_string);
            fields.len() == 2 && (is_rich_link || is_money)
        }
    }
}
