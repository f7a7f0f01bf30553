//! The inbox: conversations, one of them open, and who it is with.

mod listing;
mod snooze;

use askama::Template;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use http::{HeaderMap, StatusCode};

use super::card::{self, CardView};
use super::person::Person;
use super::shell::{self, Shell, TeammateChoice};
use super::{Form, moments, not_found, page, refused};
use crate::api::{self, Action as Deed};
use crate::canvas::CardPlace;
use crate::conversation::{Assignee, Author, Conversation, Part, PartType, State as Stands};
use crate::html;
use crate::ids::{AdminId, ConversationId, TeamId};
use crate::member::initials;
use crate::sim::Sim;
use crate::world::World;
use listing::{Filter, Tab};

/// What stands before the id of a team in the choice of an assignee.
const TEAM: &str = "team-";
/// Letters of the last message that the list shows.
const SNIPPET_CHARS: usize = 90;

/// One line of the list.
struct Entry {
    id: String,
    name: String,
    initials: String,
    snippet: String,
    state: &'static str,
    ago: String,
    exact: String,
    assignee: Option<String>,
    is_current: bool,
}

/// What the thread shows, from top to bottom.
enum Moment {
    /// Somebody said or noted something. `side` is `them`, `us`, `bot` or `note`.
    Message {
        side: &'static str,
        author: String,
        initials: String,
        /// Cleaned when it was stored.
        body: String,
        ago: String,
        exact: String,
    },
    /// Something happened.
    Event { text: String, ago: String },
}

/// The open conversation.
struct Thread {
    name: String,
    state: &'static str,
    is_closed: bool,
    /// When it wakes up.
    sleeps_until: Option<String>,
    moments: Vec<Moment>,
    assignees: Vec<TeammateChoice>,
    teams: Vec<TeammateChoice>,
    snoozes: [(&'static str, &'static str); 3],
    action: String,
}

#[derive(Template)]
#[template(path = "inbox.html")]
struct InboxPage {
    shell: Shell,
    tabs: Vec<Tab>,
    owners: Vec<Tab>,
    show: &'static str,
    sought: String,
    entries: Vec<Entry>,
    thread: Option<Thread>,
    person: Option<Person>,
    card: CardView,
}

/// `GET /inbox`: the list alone.
pub(super) async fn list(
    State(sim): State<Sim>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let filter = Filter::parse(&query.unwrap_or_default());
    let now = sim.now().as_seconds();
    let inbox = sim.look(|world| InboxPage {
        thread: None,
        ..listed(world, &filter, None, (&headers, now))
    });
    page(StatusCode::OK, &inbox)
}

/// The list, without a conversation beside it.
fn listed(
    world: &World,
    filter: &Filter,
    current: Option<ConversationId>,
    (headers, now): (&HeaderMap, i64),
) -> InboxPage {
    let me = shell::me(world, headers);
    let here = current.map_or_else(
        || format!("/inbox?{}", filter.query()),
        |id| format!("/inbox/conversations/{id}"),
    );
    let rows = filter.found(world, me).into_iter();
    InboxPage {
        shell: Shell::of(world, me, here),
        tabs: filter.states(world, me),
        owners: filter.owners(world, me),
        show: filter.word(),
        sought: filter.sought.clone(),
        entries: rows.map(|row| entry(world, row, current, now)).collect(),
        thread: None,
        person: None,
        card: CardView::Absent,
    }
}

fn find(sim: &Sim, id: &str) -> Option<ConversationId> {
    let id = id.parse().ok()?;
    sim.look(|world| world.conversations.rows.get(&id).map(|row| row.id))
}

fn card_action(id: ConversationId) -> String {
    format!("/inbox/conversations/{id}/card")
}

/// `GET /inbox/conversations/{id}`: opens it, and the card with it.
pub(super) async fn show(
    State(sim): State<Sim>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let Some(id) = find(&sim, &id) else {
        return not_found();
    };
    let me = sim.look(|world| shell::me(world, &headers));
    let keep = query.as_deref() == Some("card=kept");
    let card = card::view(&sim, CardPlace::Conversation(id), me, card_action(id), keep).await;
    conversation(&sim, id, &headers, card)
}

fn conversation(sim: &Sim, id: ConversationId, headers: &HeaderMap, card: CardView) -> Response {
    let now = sim.now().as_seconds();
    let inbox = sim.look(|world| {
        let row = world.conversations.rows.get(&id)?;
        let filter = Filter::of_state(row.state);
        let contact = row.contacts.first().and_then(|id| world.contacts.get(*id));
        Some(InboxPage {
            thread: Some(thread(world, row, now)),
            person: contact.map(|contact| Person::of(world, contact, now)),
            card,
            ..listed(world, &filter, Some(id), (headers, now))
        })
    });
    inbox.map_or_else(not_found, |inbox| page(StatusCode::OK, &inbox))
}

/// `POST /inbox/conversations/{id}/card`: a click in the card.
pub(super) async fn click(
    State(sim): State<Sim>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let Some(id) = find(&sim, &id) else {
        return not_found();
    };
    let me = sim.look(|world| shell::me(world, &headers));
    let place = CardPlace::Conversation(id);
    let card = card::click(&sim, place, me, card_action(id), &Form::parse(&body)).await;
    if card::is_card_only(&headers) {
        return card::part(card);
    }
    match card {
        CardView::Shown { .. } | CardView::Absent => {
            Redirect::to(&format!("/inbox/conversations/{id}?card=kept")).into_response()
        }
        CardView::Broken { .. } => conversation(&sim, id, &headers, card),
    }
}

/// `POST /inbox/conversations/{id}/parts`: reply, note, close, reopen, assign.
pub(super) async fn act(
    State(sim): State<Sim>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let Some(id) = find(&sim, &id) else {
        return not_found();
    };
    let form = Form::parse(&body);
    let back = format!("/inbox/conversations/{id}");
    let body = form
        .get("body")
        .map(str::trim)
        .filter(|body| !body.is_empty());
    let deed = match (form.get("deed"), body) {
        (Some("reply"), Some(body)) => Deed::Comment(html::from_text(body)),
        (Some("note"), Some(body)) => Deed::Note(html::from_text(body)),
        (Some("close"), body) => Deed::Close(body.map(html::from_text)),
        (Some("open"), _) => Deed::Open,
        (Some("assign"), _) => {
            let chosen = form.get("assignee").unwrap_or_default();
            Deed::Assign(sim.look(|world| assignee(world, chosen)), None)
        }
        (Some("snooze"), _) => {
            let chosen = form.get("until").unwrap_or_default();
            let now = sim.now().as_seconds();
            let Some(until) = sim.look(|world| snooze::until(chosen, now, &world.zone)) else {
                let reason = "Choose how long to put it off.";
                return refused(StatusCode::BAD_REQUEST, "Not snoozed", reason, &back);
            };
            Deed::Snooze(until)
        }
        _ => {
            let reason = "A reply or a note needs a text.";
            return refused(StatusCode::BAD_REQUEST, "Nothing was sent", reason, &back);
        }
    };
    let done = sim.change(|world, now, _| {
        let me = Author::Admin(shell::me(world, &headers));
        api::act(world, now, id, me, deed, None)
    });
    match done {
        Ok(()) => Redirect::to(&back).into_response(),
        Err(refusal) => refused(
            StatusCode::BAD_REQUEST,
            "Nothing was sent",
            &refusal.message,
            &back,
        ),
    }
}

fn entry(world: &World, row: &Conversation, current: Option<ConversationId>, now: i64) -> Entry {
    let name = name(world, row);
    let admin = row.admin.and_then(|id| world.admin(id));
    let team = row
        .team
        .and_then(|id| world.teams.iter().find(|it| it.id == id));
    let assignee = admin.map(|it| &it.name).or(team.map(|it| &it.name));
    Entry {
        id: row.id.to_string(),
        initials: initials(&name),
        name,
        snippet: snippet(row.last_message()),
        state: row.state.word(),
        ago: moments::ago(row.updated_at, now, &world.zone),
        exact: moments::exact(row.updated_at, &world.zone),
        assignee: assignee.cloned(),
        is_current: Some(row.id) == current,
    }
}

fn name(world: &World, row: &Conversation) -> String {
    let contact = row.contacts.first().and_then(|id| world.contacts.get(*id));
    contact
        .map_or("Deleted contact", |contact| contact.shown_name())
        .to_owned()
}

fn snippet(fragment: &str) -> String {
    let text = html::to_text(fragment).replace('\n', " ");
    if text.chars().count() <= SNIPPET_CHARS {
        return text;
    }
    let cut: String = text.chars().take(SNIPPET_CHARS).collect();
    format!("{}…", cut.trim_end())
}

fn thread(world: &World, row: &Conversation, now: i64) -> Thread {
    let mut shown = vec![message(
        world,
        row.source.author,
        None,
        &row.source.body,
        row.created_at,
        now,
    )];
    shown.extend(
        row.parts
            .iter()
            .flat_map(|part| moments_of(world, part, now)),
    );
    Thread {
        name: name(world, row),
        state: row.state.word(),
        is_closed: row.state == Stands::Closed,
        sleeps_until: row
            .snoozed_until
            .map(|until| moments::exact(until, &world.zone)),
        moments: shown,
        assignees: shell::choices(world, row.admin),
        teams: teams(world, row.team),
        snoozes: snooze::CHOICES,
        action: format!("/inbox/conversations/{}/parts", row.id),
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
fn assignee(world: &World, chosen: &str) -> Assignee {
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
        PartType::Assignment => Some(match part.assigned_to {
            None | Some(Assignee::Nobody) => format!("{author} unassigned the conversation"),
            Some(Assignee::Admin(id)) if part.author == Author::Admin(id) => {
                format!("{author} took the conversation")
            }
            Some(Assignee::Admin(id)) => {
                let to = world
                    .admin(id)
                    .map_or("somebody", |admin| admin.name.as_str());
                format!("{author} assigned the conversation to {to}")
            }
            Some(Assignee::Team(id)) => {
                let team = world.teams.iter().find(|team| team.id == id);
                let to = team.map_or("a team", |team| team.name.as_str());
                format!("{author} assigned the conversation to {to}")
            }
        }),
    };
    let said = part.body.as_deref().map(|body| {
        message(
            world,
            part.author,
            Some(part.kind),
            body,
            part.created_at,
            now,
        )
    });
    let ago = moments::ago(part.created_at, now, &world.zone);
    let event = event.map(|text| Moment::Event { text, ago });
    said.into_iter().chain(event).collect()
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

fn message(
    world: &World,
    by: Author,
    part_type: Option<PartType>,
    body: &str,
    created_at: i64,
    now: i64,
) -> Moment {
    let name = author(world, by);
    let side = match by {
        _ if part_type == Some(PartType::Note) => "note",
        Author::Contact(_) => "them",
        Author::Admin(_) => "us",
        Author::Bot => "bot",
    };
    Moment::Message {
        side,
        initials: initials(&name),
        author: name,
        body: body.to_owned(),
        ago: moments::ago(created_at, now, &world.zone),
        exact: moments::exact(created_at, &world.zone),
    }
}
