//! `reply_options`: answers that a teammate offers, and the one that a contact takes.

use serde_json::{Map, Value};

use crate::answer::Refusal;
use crate::conversation::{Conversation, QuickReply};

/// The answers that a teammate offers; there is at least one.
pub(super) fn offered(body: &Map<String, Value>) -> Result<Vec<QuickReply>, Refusal> {
    let replies: Vec<QuickReply> = listed(body)?
        .iter()
        .map(quick_reply)
        .collect::<Option<_>>()
        .ok_or_else(|| invalid("must each hold a text and a uuid"))?;
    if replies.is_empty() {
        return Err(missing());
    }
    Ok(replies)
}

/// The answer that a contact takes. That it must have been offered is an assumption (UNVERIFIED).
pub(super) fn picked(row: &Conversation, body: &Map<String, Value>) -> Result<QuickReply, Refusal> {
    let [one] = listed(body)? else {
        return Err(invalid("must hold the one that was chosen"));
    };
    let one = quick_reply(one).ok_or_else(|| invalid("must each hold a text and a uuid"))?;
    let offered = row.offered(&one.uuid);
    offered
        .cloned()
        .ok_or_else(|| invalid("must hold one that was offered"))
}

fn listed(body: &Map<String, Value>) -> Result<&[Value], Refusal> {
    match body.get("reply_options") {
        None | Some(Value::Null) => Err(missing()),
        Some(Value::Array(listed)) => Ok(listed),
        Some(Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_)) => {
            Err(invalid("must be an array"))
        }
    }
}

fn quick_reply(option: &Value) -> Option<QuickReply> {
    let text = |name: &str| option.get(name)?.as_str().filter(|text| !text.is_empty());
    let uuid = text("uuid").filter(|uuid| is_uuid(uuid))?;
    Some(QuickReply {
        text: text("text")?.to_owned(),
        uuid: uuid.to_owned(),
    })
}

/// Eight, four, four, four and twelve hexadecimal digits.
fn is_uuid(text: &str) -> bool {
    let is_hex = |group: &str| group.bytes().all(|digit| digit.is_ascii_hexdigit());
    text.split('-').map(str::len).eq([8, 4, 4, 4, 12]) && text.split('-').all(is_hex)
}

fn missing() -> Refusal {
    Refusal::missing("reply_options must be given").at_field("reply_options")
}

fn invalid(words: &str) -> Refusal {
    Refusal::invalid(format!("reply_options {words}")).at_field("reply_options")
}
