//! `POST /conversations/search`: the same language as for contacts, with times to the second.

use std::cmp::Reverse;

use http::StatusCode;
use serde_json::Value;

use super::{Call, PER_PAGE_USUAL, Version, after, page};
use crate::answer::{Refusal, Reply};
use crate::api::render;
use crate::conversation::{Author, Conversation, State, Statistics};
use crate::html;
use crate::search::{Dialect, Held, Kind, PageRequest, parse};
use crate::world::World;

pub(super) fn search(world: &World, call: &Call<'_>) -> Reply {
    let body = call.json()?;
    let query = body
        .get("query")
        .ok_or_else(|| Refusal::missing("query must be given"))?;
    let query = parse(
        query,
        Dialect {
            kind: &kind,
            days: None,
        },
    )?;
    let request = PageRequest::of_search(&body, PER_PAGE_USUAL)?;
    let (field, descending) = sort(body.get("sort"))?;
    let key = |row: &Conversation| {
        let key = match field {
            Sort::Id => row.id.0.try_into().unwrap_or(i64::MAX),
            Sort::Created => row.created_at,
            Sort::Updated => row.updated_at,
        };
        if descending { key } else { -key }
    };
    let (from, to) = query.bounds("updated_at");
    let searchable = world.conversations.searchable(from, to);
    let found = |row: &&Conversation| query.matches(&|field| held(world, row, field, call.version));
    let mut rows: Vec<&Conversation> = searchable.filter(found).collect();
    let total = rows.len();
    rows.sort_by_key(|row| Reverse((key(row), row.id)));
    let after = after(&request);
    rows.retain(|row| after.is_none_or(|after| (key(row), row.id) < after));
    rows.truncate(request.per_page + 1);
    Ok(page(world, call, &request, (rows, total), key))
}

/// What results are sorted by.
enum Sort {
    Id,
    Created,
    Updated,
}

/// The field, and whether the largest comes first.
fn sort(sort: Option<&Value>) -> Result<(Sort, bool), Refusal> {
    let Some(sort) = sort.filter(|sort| !sort.is_null()) else {
        return Ok((Sort::Updated, true));
    };
    let field = sort
        .get("field")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let field = match field {
        "id" => Sort::Id,
        "created_at" => Sort::Created,
        "updated_at" => Sort::Updated,
        _ => {
            let words = format!("'{field}' can't be sorted by");
            return Err(Refusal::invalid(words).at_field("sort"));
        }
    };
    match sort.get("order").and_then(Value::as_str) {
        Some("ascending") => Ok((field, false)),
        Some("descending") => Ok((field, true)),
        _ => Err(Refusal::new(
            StatusCode::BAD_REQUEST,
            "invalid_sort_order",
            "Sort order must be either ascending or descending",
        )),
    }
}

/// Spelled so in the vendor's table.
const RATED_ADMIN: &str = "conversation_rating.admin_d";

/// The statistics that the vendor's table of fields has.
const SEARCHED: [&str; 17] = [
    "time_to_assignment",
    "time_to_admin_reply",
    "time_to_first_close",
    "time_to_last_close",
    "median_time_to_reply",
    "first_contact_reply_at",
    "first_assignment_at",
    "first_admin_reply_at",
    "first_close_at",
    "last_assignment_at",
    "last_assignment_admin_reply_at",
    "last_contact_reply_at",
    "last_admin_reply_at",
    "last_close_at",
    "count_reopens",
    "count_assignments",
    "count_conversation_parts",
];

fn kind(field: &str) -> Option<Kind> {
    Some(match field {
        "id" => Kind::Id,
        "source.type"
        | "source.id"
        | "source.delivered_as"
        | "source.subject"
        | "source.body"
        | "source.author.id"
        | "source.author.type"
        | "source.author.name"
        | "source.author.email"
        | "source.url"
        | "contact_ids"
        | "teammate_ids"
        | "admin_assignee_id"
        | "team_assignee_id"
        | "channel_initiated"
        | "state"
        | "priority"
        | "ai_agent.resolution_state"
        | "ai_agent.last_answer_type"
        | "ai_agent.rating_remark"
        | "ai_agent.source_type"
        | "ai_agent.source_title"
        | "statistics.last_closed_by_id"
        | "conversation_rating.remark"
        | "conversation_rating.contact_id"
        | RATED_ADMIN => Kind::Text,
        "created_at"
        | "updated_at"
        | "waiting_since"
        | "snoozed_until"
        | "conversation_rating.requested_at"
        | "conversation_rating.replied_at" => Kind::Date,
        "open" | "read" | "ai_agent_participated" => Kind::Flag,
        "tag_ids" => Kind::Tags,
        "conversation_rating.score" | "ai_agent.rating" => Kind::Integer,
        // Of a statistic that is there, whatever it is in a conversation.
        _ => {
            let name = field.strip_prefix("statistics.")?;
            SEARCHED.contains(&name).then_some(())?;
            if Statistics::is_instant(name) {
                Kind::Date
            } else {
                Kind::Integer
            }
        }
    })
}

fn held(world: &World, row: &Conversation, field: &str, version: Version) -> Held {
    let texts = |ids: Vec<String>| Held::Many(ids);
    match field {
        // Exact: ids have fewer digits than a float holds.
        "id" => row
            .id
            .to_string()
            .parse()
            .map_or(Held::Nothing, Held::Number),
        "source.type" | "channel_initiated" => Held::Text(render::source_type(row).to_owned()),
        "source.id" => Held::Text(row.source.id.to_string()),
        "source.subject" => row.source.subject.as_deref().into(),
        "source.body" => words(&row.source.body),
        "source.url" => row.source.url.as_deref().into(),
        "source.delivered_as" => Held::Text(
            match row.source.author {
                Author::Contact(_) => "customer_initiated",
                Author::Admin(_) => "admin_initiated",
                Author::Bot => "operator_initiated",
            }
            .to_owned(),
        ),
        "contact_ids" => texts(row.contacts.iter().map(ToString::to_string).collect()),
        "teammate_ids" => texts(row.teammates().iter().map(ToString::to_string).collect()),
        "tag_ids" => texts(row.tags.iter().map(|it| it.tag.to_string()).collect()),
        "admin_assignee_id" => row
            .admin
            .map_or(Held::Nothing, |id| Held::Text(id.to_string())),
        "team_assignee_id" => row
            .team
            .map_or(Held::Nothing, |id| Held::Text(id.to_string())),
        "state" => Held::Text(row.state.word().to_owned()),
        "priority" => Held::Text(row.priority.word(version).to_owned()),
        "created_at" => Held::Date(row.created_at),
        "updated_at" => Held::Date(row.updated_at),
        "waiting_since" => row.waiting_since.into(),
        "snoozed_until" => row.snoozed_until.into(),
        "open" => Held::Flag(row.state == State::Open),
        "read" => Held::Flag(row.read),
        "ai_agent_participated" => Held::Flag(false),
        // No AI agent takes part here.
        _ if field.starts_with("ai_agent.") => Held::Nothing,
        _ if field.starts_with("source.author.") => author(world, row.source.author, field),
        _ => measured(row, field),
    }
}

/// A statistic, or something of the rating.
fn measured(row: &Conversation, field: &str) -> Held {
    let rating = row.rating.as_deref();
    match field {
        "statistics.last_closed_by_id" => {
            let by = Statistics::of(row).last_closed_by;
            by.map_or(Held::Nothing, |id| Held::Text(id.to_string()))
        }
        "conversation_rating.remark" => rating.and_then(|it| it.remark.as_deref()).into(),
        "conversation_rating.contact_id" => {
            rating.map_or(Held::Nothing, |it| Held::Text(it.contact.to_string()))
        }
        RATED_ADMIN => rating
            .and_then(|it| it.teammate)
            .map_or(Held::Nothing, |id| Held::Text(id.to_string())),
        "conversation_rating.score" => rating.map_or(Held::Nothing, |it| {
            Held::Number(f64::from(it.stars.number()))
        }),
        "conversation_rating.requested_at" => rating.map(|it| it.created_at).into(),
        "conversation_rating.replied_at" => rating.map(|it| it.updated_at).into(),
        _ => {
            let name = field.strip_prefix("statistics.").unwrap_or(field);
            let value = Statistics::of(row).get(name);
            match value {
                Some(number) if !Statistics::is_instant(name) => number
                    .to_string()
                    .parse()
                    .map_or(Held::Nothing, Held::Number),
                instant => instant.into(),
            }
        }
    }
}

/// `source.body` is matched by single words, not by phrases.
fn words(fragment: &str) -> Held {
    let text = html::to_text(fragment).to_lowercase();
    let words = text
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|it| !it.is_empty());
    Held::Many(words.map(str::to_owned).collect())
}

fn author(world: &World, author: Author, field: &str) -> Held {
    let (kind, id, name, email) = match author {
        Author::Contact(id) => {
            let row = world.contacts.get(id);
            let kind = row.map_or("lead", |row| row.role.word());
            let name = row.and_then(|row| row.name.as_deref());
            (
                kind,
                id.to_string(),
                name,
                row.and_then(|row| row.email.as_deref()),
            )
        }
        Author::Admin(id) => {
            let row = world.admin(id);
            let name = row.map(|row| row.name.as_str());
            (
                "admin",
                id.to_string(),
                name,
                row.map(|row| row.email.as_str()),
            )
        }
        Author::Bot => ("bot", "0".to_owned(), Some("Operator"), None),
    };
    match field {
        "source.author.type" => Held::Text(kind.to_owned()),
        "source.author.id" => Held::Text(id),
        "source.author.name" => name.into(),
        "source.author.email" => email.into(),
        _ => Held::Nothing,
    }
}
