//! `/admins/activity_logs`: what teammates did, by time and type.

use serde_json::{Value, json};

use super::Call;
use super::paging::NumberedPage;
use crate::activity::{AWAY_MODE_CHANGE, Activity};
use crate::answer::{Answer, Refusal, Reply};
use crate::world::World;

const PER_PAGE_USUAL: usize = 20;

/// What is asked for. Times are Unix seconds, both included.
struct Asked {
    after: i64,
    before: i64,
    types: Option<Vec<String>>,
}

/// `GET /admins/activity_log_event_types`.
pub(super) fn types() -> Answer {
    let types = json!({
        "type": "activity_log_event_type.list", "event_types": [AWAY_MODE_CHANGE],
    });
    Answer::Ok(types)
}

/// `GET /admins/activity_logs`.
pub(super) fn list(world: &World, call: &Call<'_>) -> Reply {
    let time = |name: &str| call.param(name).map(|time| json!(time));
    let asked = Asked {
        after: instant(time("created_at_after"), "created_at_after")?
            .ok_or_else(|| missing("created_at_after"))?,
        before: instant(time("created_at_before"), "created_at_before")?.unwrap_or(i64::MAX),
        types: None,
    };
    let page = NumberedPage::of_query(call, PER_PAGE_USUAL)?;
    Ok(found(world, &asked, page))
}

/// `POST /admins/activity_logs/search`.
pub(super) fn search(world: &World, call: &Call<'_>) -> Reply {
    let body = call.json()?;
    let time = |name: &str| instant(body.get(name).cloned(), name);
    let asked = Asked {
        after: time("created_at_after")?.ok_or_else(|| missing("created_at_after"))?,
        before: time("created_at_before")?.unwrap_or(i64::MAX),
        types: wanted(body.get("event_types"))?,
    };
    let page = NumberedPage::parse(body.get("page"), body.get("per_page"), PER_PAGE_USUAL)?;
    Ok(found(world, &asked, page))
}

fn found(world: &World, asked: &Asked, page: NumberedPage) -> Answer {
    let is_of_type = asked
        .types
        .as_ref()
        .is_none_or(|types| types.iter().any(|it| it == AWAY_MODE_CHANGE));
    let is_asked = |row: &&Activity| is_of_type && (asked.after..=asked.before).contains(&row.at);
    let rows = || world.activities.latest_first().filter(is_asked);
    let shown: Vec<Value> = page.of(rows()).map(Activity::render).collect();
    Answer::Ok(json!({
        "type": "activity_log.list", "pages": page.links(rows().count()),
        "activity_logs": shown,
    }))
}

fn wanted(types: Option<&Value>) -> Result<Option<Vec<String>>, Refusal> {
    let Some(types) = types.filter(|types| !types.is_null()) else {
        return Ok(None);
    };
    let listed = types.as_array().and_then(|types| {
        let words = types.iter().map(|word| word.as_str().map(str::to_owned));
        words.collect::<Option<Vec<String>>>()
    });
    let refused = || Refusal::invalid("event_types must be an array of strings");
    listed
        .map(Some)
        .ok_or_else(|| refused().at_field("event_types"))
}

/// A time in Unix seconds, or as the vendor's own client writes it in its tests, in ISO 8601.
fn instant(value: Option<Value>, name: &str) -> Result<Option<i64>, Refusal> {
    let read = match value {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Number(number)) => number.as_i64(),
        Some(Value::String(text)) => text.parse().ok().or_else(|| {
            let instant: jiff::Timestamp = text.parse().ok()?;
            Some(instant.as_second())
        }),
        Some(Value::Bool(_) | Value::Array(_) | Value::Object(_)) => None,
    };
    let refused = || Refusal::invalid(format!("{name} must be a UNIX timestamp")).at_field(name);
    read.map(Some).ok_or_else(refused)
}

fn missing(name: &str) -> Refusal {
    Refusal::missing(format!("{name} must be given")).at_field(name)
}
