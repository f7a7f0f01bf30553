//! How often each event happened to a person, and when first and last: told with `summary=true`, and
//! imported with `POST /events/summaries`. Unlike the list it has no end in time.

use std::collections::BTreeMap;

use http::StatusCode;
use serde_json::{Map, Value, json};

use super::super::Call;
use super::{person, refuse_new_name};
use crate::answer::{Answer, Refusal, Reply};
use crate::contact::Contact;
use crate::tracked::Summary;
use crate::world::World;

/// The summary of a person's events, by name.
pub(super) fn of(world: &World, row: &Contact) -> Answer {
    let mut summaries: BTreeMap<&str, Summary> = world.events.imported(row.id).collect();
    for event in world.events.of(row.id) {
        let once = Summary::once(event.created_at);
        let entry = summaries.entry(&event.name).or_insert(Summary::NONE);
        *entry = entry.and(once);
    }
    let events: Vec<Value> = summaries
        .iter()
        .map(|(name, summary)| {
            json!({
                "name": name, "first": iso(summary.first), "last": iso(summary.last),
                "count": summary.count, "description": "",
            })
        })
        .collect();
    Answer::Ok(json!({
        "type": "event.summary", "email": row.email, "intercom_user_id": row.id.to_string(),
        "user_id": row.external_id, "events": events,
    }))
}

fn iso(seconds: i64) -> Option<String> {
    let at = jiff::Timestamp::from_second(seconds).ok()?;
    Some(at.strftime("%Y-%m-%dT%H:%M:%S.000+00:00").to_string())
}

/// `POST /events/summaries`. One summary or a list of them; what was imported before under the same
/// name is replaced.
pub(super) fn import(world: &mut World, call: &Call<'_>) -> Reply {
    let body = call.json()?;
    let user_id = body.get("user_id").and_then(Value::as_str);
    let user_id =
        user_id.ok_or_else(|| Refusal::missing("user_id must be given").at_field("user_id"))?;
    let contact = person(world, None, Some(user_id), None)?.id;
    let listed = match body.get("event_summaries") {
        Some(Value::Object(one)) => vec![one],
        Some(Value::Array(listed)) => listed
            .iter()
            .map(|one| one.as_object().ok_or_else(not_a_summary))
            .collect::<Result<_, _>>()?,
        None | Some(_) => return Err(not_a_summary()),
    };
    let summaries: Vec<(String, Summary)> =
        listed.into_iter().map(parse).collect::<Result<_, _>>()?;
    for (name, summary) in summaries {
        refuse_new_name(world, &name)?;
        world.events.import(contact, name, summary);
    }
    Ok(Answer::Empty(StatusCode::OK))
}

fn not_a_summary() -> Refusal {
    Refusal::invalid("event_summaries must hold event_name, count, first and last")
        .at_field("event_summaries")
}

fn parse(fields: &Map<String, Value>) -> Result<(String, Summary), Refusal> {
    let read = || {
        let name = fields.get("event_name")?.as_str()?;
        let summary = Summary {
            count: fields.get("count")?.as_u64()?,
            first: fields.get("first")?.as_i64()?,
            last: fields.get("last")?.as_i64()?,
        };
        Some((name.to_owned(), summary))
    };
    let is_possible = |summary: &Summary| summary.count > 0 && summary.first <= summary.last;
    read()
        .filter(|(name, summary)| !name.is_empty() && is_possible(summary))
        .ok_or_else(not_a_summary)
}
