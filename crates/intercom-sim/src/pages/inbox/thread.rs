//! The open conversation, from its first message to the place where one writes.

use super::super::attached::{self, Attached};
use super::super::moments;
use super::super::shell::{self, TeammateChoice};
use super::about::About;
use super::listing::Filter;
use super::{name, snooze};
use crate::conversation::{Assignee, Author, Conversation, Detail, Part, PartType, State};
use crate::files::Attachment;
use crate::ids::{AdminId, TeamId};
use crate::member::initials;
use crate::world::World;

/// What stands before the id of a team in the choice of an assignee.
const TEAM: &str = "team-";

/// What the thread shows, from top to bottom.
pub(super) enum Moment {
    /// Somebody said or noted something. `side` is `them`, `us`, `bot` or `note`.
    Message {
        side: &'static str,
        author: String,
        initials: String,
        /// Cleaned when it was stored.
        body: String,
        files: Vec<Attached>,
        ago: String,
        exact: String,
    },
    /// Something happened.
    Event { text: String, ago: String },
}

/// The open conversation.
pub(super) struct Thread {
    pub(super) name: String,
    pub(super) state: &'static str,
    pub(super) is_closed: bool,
    /// When it wakes up.
    pub(super) sleeps_until: Option<String>,
    pub(super) moments: Vec<Moment>,
    pub(super) assignees: Vec<TeammateChoice>,
    pub(super) teams: Vec<TeammateChoice>,
    pub(super) snoozes: [(&'static str, &'static str); 3],
    pub(super) about: About,
    /// Where its forms are posted to.
    pub(super) action: String,
    /// The list that it was opened from.
    pub(super) list: String,
    /// What was typed and is not sent yet.
    pub(super) typed: String,
    /// Why it was not sent.
    pub(super) refusal: Option<String>,
}

/// Something that was said: by whom, in which kind of part, its words and files, and when.
struct Said<'a> {
    by: Author,
    is_internal: bool,
    body: &'a str,
    files: &'a [Attachment],
    at: i64,
}

impl Thread {
    pub(super) fn of(world: &World, row: &Conversation, filter: &Filter, now: i64) -> Self {
        let first = Said {
            by: row.source.author,
            is_internal: false,
            body: &row.source.body,
            files: &row.source.attachments,
            at: row.created_at,
        };
        let parts = row
            .parts
            .iter()
            .flat_map(|part| moments_of(world, part, now));
        Self {
            name: name(world, row),
            state: row.state.word(),
            is_closed: row.state == State::Closed,
            sleeps_until: row
                .snoozed_until
                .map(|until| moments::exact(until, &world.zone)),
            moments: [message(world, &first, now)]
                .into_iter()
                .chain(parts)
                .collect(),
            assignees: shell::choices(world, row.admin),
            teams: teams(world, row.team),
            snoozes: snooze::CHOICES,
            about: About::of(world, row),
            action: format!("/inbox/conversations/{}/parts{}", row.id, filter.suffix()),
            list: filter.address(),
            typed: String::new(),
            refusal: None,
        }
    }
}

fn teams(world: &World, chosen: Option<TeamId>) -> Vec<TeammateChoice> {
    let teams = world.teams.iter().map(|team| TeammateChoice {
        id: format!("{TEAM}{}", team.id),
        name: team.name.clone(),
        is_chosen: Some(team.id) == chosen,
    });
    teams.collect()
}

/// Whom the choice of a form names: a teammate, a team, or nobody.
pub(super) fn assignee(world: &World, chosen: &str) -> Assignee {
    if let Some(team) = chosen.strip_prefix(TEAM) {
        let team = world.teams.iter().find(|it| it.id.to_string() == team);
        return team.map_or(Assignee::Nobody, |team| Assignee::Team(team.id));
    }
    let admin = chosen.parse::<AdminId>().ok();
    let admin = admin.filter(|id| world.admin(*id).is_some());
    admin.map_or(Assignee::Nobody, Assignee::Admin)
}

/// A part as what was said, what happened, or both.
fn moments_of(world: &World, part: &Part, now: i64) -> Vec<Moment> {
    let author = author(world, part.author);
    let event = match part.kind {
        PartType::Comment | PartType::Note => None,
        PartType::Close => Some(format!("{author} closed the conversation")),
        PartType::Open => Some(format!("{author} reopened the conversation")),
        PartType::Snoozed => Some(format!("{author} snoozed the conversation")),
        PartType::TimerUnsnooze => Some("The conversation woke up".to_owned()),
        PartType::ParticipantAdded => Some(format!("{author} added somebody")),
        PartType::ParticipantRemoved => Some(format!("{author} removed somebody")),
        PartType::RatingChanged => Some(format!("{author} rated the conversation")),
        PartType::RatingRemarkAdded => Some(format!("{author} remarked on the rating")),
        PartType::PriorityChanged => Some(format!("{author} changed the priority")),
        PartType::QuickReply | PartType::AttributeUpdated => part
            .detail
            .as_deref()
            .and_then(|detail| told(&author, detail)),
        PartType::Assignment => Some(assigned(world, &author, part)),
    };
    let said = attached::said(part).map(|(body, files)| {
        let said = Said {
            by: part.author,
            is_internal: part.is_internal(),
            body,
            files,
            at: part.created_at,
        };
        message(world, &said, now)
    });
    let ago = moments::ago(part.created_at, now, &world.zone);
    let event = event.map(|text| Moment::Event { text, ago });
    said.into_iter().chain(event).collect()
}

/// What a part tells beside its words. An answer that was taken is words.
fn told(author: &str, detail: &Detail) -> Option<String> {
    match detail {
        Detail::Offered(replies) => {
            let texts: Vec<&str> = replies.iter().map(|reply| reply.text.as_str()).collect();
            Some(format!("{author} offered to answer: {}", texts.join(", ")))
        }
        Detail::Picked(_) => None,
        Detail::Attribute { name, value, .. } => Some(value.as_ref().map_or_else(
            || format!("{author} cleared {name}"),
            |value| format!("{author} set {name} to {value}"),
        )),
    }
}

fn assigned(world: &World, author: &str, part: &Part) -> String {
    let to = match part.assigned_to {
        None | Some(Assignee::Nobody) => return format!("{author} unassigned the conversation"),
        Some(Assignee::Admin(id)) if part.author == Author::Admin(id) => {
            return format!("{author} took the conversation");
        }
        Some(Assignee::Admin(id)) => world
            .admin(id)
            .map_or("somebody", |admin| admin.name.as_str()),
        Some(Assignee::Team(id)) => {
            let team = world.teams.iter().find(|team| team.id == id);
            team.map_or("a team", |team| team.name.as_str())
        }
    };
    format!("{author} assigned the conversation to {to}")
}

fn author(world: &World, author: Author) -> String {
    match author {
        Author::Contact(id) => {
            let row = world.contacts.get(id);
            row.map_or("Deleted contact", |row| row.shown_name())
                .to_owned()
        }
        Author::Admin(id) => world
            .admin(id)
            .map_or("A former teammate", |admin| admin.name.as_str())
            .to_owned(),
        Author::Bot => "Operator".to_owned(),
    }
}

fn message(world: &World, said: &Said<'_>, now: i64) -> Moment {
    let name = author(world, said.by);
    let side = match said.by {
        _ if said.is_internal => "note",
        Author::Contact(_) => "them",
        Author::Admin(_) => "us",
        Author::Bot => "bot",
    };
    Moment::Message {
        side,
        initials: initials(&name),
        author: name,
        body: attached::body(said.body),
        files: attached::attached(world, said.files),
        ago: moments::ago(said.at, now, &world.zone),
        exact: moments::exact(said.at, &world.zone),
    }
}
