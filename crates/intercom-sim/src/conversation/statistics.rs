//! What follows from the parts of a conversation: when what happened first and last, how often, and
//! how long it took (REST API, Conversation Statistics).
//!
//! There are no office hours here, so nothing is subtracted from a duration.

use serde_json::{Map, Value, json};

use super::{Assignee, Author, Conversation, Part, PartType, State};
use crate::ids::{AdminId, TeamId};

/// The names that begin so are counts and durations; the others are instants.
const NUMBERS: [&str; 4] = ["time_to_", "median_", "count_", "handling_"];

/// The statistics of one conversation. Instants are Unix seconds, durations seconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Statistics {
    fields: [(&'static str, Option<i64>); 18],
    pub(crate) last_closed_by: Option<AdminId>,
    /// Each team that the conversation was given to, with how long its first answer took.
    pub(crate) teams: Vec<(TeamId, i64)>,
}

impl Statistics {
    pub(crate) fn of(row: &Conversation) -> Self {
        let spoke = row.first_contact_reply();
        let since = |part: &&&Part| spoke.is_some_and(|spoke| part.created_at >= spoke);
        let parts = || row.parts.iter();
        let at = |part: &Part| part.created_at;
        let assignments: Vec<&Part> = parts().filter(|part| part.is_assignment()).collect();
        let replies: Vec<&Part> = parts().filter(|part| part.is_admin_reply()).collect();
        let closes: Vec<&Part> = parts()
            .filter(|part| part.kind == PartType::Close)
            .collect();
        let first = |of: &[&Part]| of.iter().find(since).map(|part| at(part));
        let last = |of: &[&Part]| of.iter().rfind(since).map(|part| at(part));
        let took = |until: Option<i64>| Some(until? - spoke?);
        let (first_reply, first_close) = (first(&replies), first(&closes));
        let last_assignment = assignments.last().map(|part| at(part));
        let before_reply = assignments.iter().filter(since).rfind(|part| {
            // Without a reply so far all of them are before it.
            first_reply.is_none_or(|reply| at(part) <= reply)
        });
        let contact_parts = parts().filter(|part| part.is_contact_reply());
        let handled = closes.last().zip(assignments.first());
        let fields = [
            (
                "time_to_assignment",
                took(before_reply.map(|part| at(part))),
            ),
            ("time_to_admin_reply", took(first_reply)),
            ("time_to_first_close", took(first_close)),
            ("time_to_last_close", took(last(&closes))),
            ("median_time_to_reply", median(waits(row))),
            ("first_contact_reply_at", spoke),
            ("first_assignment_at", first(&assignments)),
            ("first_admin_reply_at", first_reply),
            ("first_close_at", first_close),
            ("last_assignment_at", last(&assignments)),
            (
                "last_assignment_admin_reply_at",
                last_assignment.and_then(|given| after(&replies, given)),
            ),
            (
                "last_contact_reply_at",
                contact_parts.map(at).next_back().or(spoke),
            ),
            ("last_admin_reply_at", replies.last().map(|part| at(part))),
            ("last_close_at", closes.last().map(|part| at(part))),
            ("count_reopens", Some(count(reopens(row, spoke)))),
            (
                "count_assignments",
                Some(count(assignments.iter().filter(since).count())),
            ),
            ("count_conversation_parts", Some(count(row.parts.len()))),
            (
                "handling_time",
                handled.map(|(close, given)| (at(close) - at(given)).max(0)),
            ),
        ];
        Self {
            fields,
            last_closed_by: closes.last().and_then(|part| part.author.admin()),
            teams: teams(&assignments, &replies),
        }
    }

    /// A number or an instant by its name, if there is one.
    pub(crate) fn get(&self, name: &str) -> Option<i64> {
        let mut fields = self.fields.iter();
        fields.find(|field| field.0 == name)?.1
    }

    /// Whether a field of this name is an instant.
    pub(crate) fn is_instant(name: &str) -> bool {
        !NUMBERS.iter().any(|start| name.starts_with(start))
    }

    /// As an answer shows them; `team_name` tells what a team is called.
    pub(crate) fn render(&self, team_name: impl Fn(TeamId) -> Option<String>) -> Value {
        let mut shown = Map::new();
        shown.insert("type".to_owned(), json!("conversation_statistics"));
        for (name, value) in self.fields {
            shown.insert(name.to_owned(), json!(value));
        }
        let closed_by = self.last_closed_by.map(|id| id.to_string());
        shown.insert("last_closed_by_id".to_owned(), json!(closed_by));
        let teams: Vec<Value> = self
            .teams
            .iter()
            .map(|(id, took)| {
                json!({ "team_id": id, "team_name": team_name(*id), "response_time": took })
            })
            .collect();
        let name = "assigned_team_first_response_time";
        shown.insert(format!("{name}_in_office_hours"), json!(teams));
        shown.insert(name.to_owned(), json!(teams));
        shown.insert("adjusted_handling_time".to_owned(), Value::Null);
        Value::Object(shown)
    }
}

impl Part {
    fn is_assignment(&self) -> bool {
        self.assigned_to.is_some_and(|to| to != Assignee::Nobody)
    }

    /// A teammate says something that the contact sees, be it with a deed.
    fn is_admin_reply(&self) -> bool {
        let says = self.body.is_some() || !self.attachments.is_empty();
        self.author.admin().is_some()
            && !self.is_internal()
            && (says || self.kind == PartType::QuickReply)
    }

    fn is_contact_reply(&self) -> bool {
        matches!(self.author, Author::Contact(_)) && self.kind == PartType::Comment
    }
}

impl Author {
    fn admin(self) -> Option<AdminId> {
        match self {
            Self::Admin(id) => Some(id),
            Self::Contact(_) | Self::Bot => None,
        }
    }
}

fn count(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// The first reply since an instant.
fn after(replies: &[&Part], since: i64) -> Option<i64> {
    let mut times = replies.iter().map(|part| part.created_at);
    times.find(|time| *time >= since)
}

/// How often a closed conversation was opened since an instant.
fn reopens(row: &Conversation, since: Option<i64>) -> usize {
    let mut was = State::Open;
    let opened = row.parts.iter().filter(|part| {
        let is_reopened = was == State::Closed && part.state != State::Closed;
        was = part.state;
        is_reopened && since.is_some_and(|since| part.created_at >= since)
    });
    opened.count()
}

/// How long contacts waited for each answer, from the first of the messages that it answers.
fn waits(row: &Conversation) -> Vec<i64> {
    let is_theirs = matches!(row.source.author, Author::Contact(_));
    let mut waiting = is_theirs.then_some(row.created_at);
    let mut waits = Vec::new();
    for part in &row.parts {
        if part.is_contact_reply() {
            waiting.get_or_insert(part.created_at);
        } else if part.is_admin_reply()
            && let Some(since) = waiting.take()
        {
            waits.push((part.created_at - since).max(0));
        }
    }
    waits
}

fn median(mut values: Vec<i64>) -> Option<i64> {
    values.sort_unstable();
    let middle = values.len() / 2;
    let upper = *values.get(middle)?;
    if values.len() % 2 == 1 {
        return Some(upper);
    }
    Some(i64::midpoint(values[middle - 1], upper))
}

/// Each team's first answer after it was given the conversation.
fn teams(assignments: &[&Part], replies: &[&Part]) -> Vec<(TeamId, i64)> {
    let mut teams: Vec<(TeamId, i64)> = Vec::new();
    for part in assignments {
        let Some(Assignee::Team(id)) = part.assigned_to else {
            continue;
        };
        let reply = after(replies, part.created_at);
        if let Some(reply) = reply.filter(|_| teams.iter().all(|known| known.0 != id)) {
            teams.push((id, reply - part.created_at));
        }
    }
    teams
}
