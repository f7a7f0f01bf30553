//! The inbox: conversations, one of them open, and who it is with.

mod about;
mod deed;
mod listing;
mod snooze;
mod thread;

use askama::Template;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use http::{HeaderMap, StatusCode};

use super::card::{self, CardView};
use super::person::Person;
use super::shell::{self, Shell};
use super::{Form, attached, moments, not_found, page};
use crate::canvas::CardPlace;
use crate::conversation::Conversation;
use crate::ids::ConversationId;
use crate::member::initials;
use crate::sim::Sim;
use crate::world::World;
use listing::{Filter, Tab};
use thread::{Moment, Thread};

pub(super) use deed::act;

/// Letters of the last message that the list shows.
const SNIPPET_CHARS: usize = 90;

/// One line of the list.
struct Entry {
    id: String,
    href: String,
    name: String,
    initials: String,
    snippet: String,
    state: &'static str,
    mark: Option<&'static str>,
    ago: String,
    exact: String,
    assignee: Option<String>,
    is_current: bool,
}

#[derive(Template)]
#[template(path = "inbox.html")]
struct InboxPage {
    shell: Shell,
    tabs: Vec<Tab>,
    owners: Vec<Tab>,
    show: &'static str,
    whose: Option<String>,
    sought: String,
    entries: Vec<Entry>,
    /// Where the conversations after these are, and the first ones.
    older: Option<String>,
    newest: Option<String>,
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
    let here = current.map_or_else(|| filter.address(), |id| address(id, Some(filter)));
    let found = filter.found(world, me);
    let (tabs, owners) = filter.tabs(world, me);
    let entry = |row: &&Conversation| Entry {
        href: address(row.id, Some(filter)),
        is_current: Some(row.id) == current,
        ..entry(world, row, now)
    };
    InboxPage {
        shell: Shell::of(world, me, here),
        tabs,
        owners,
        show: filter.word(),
        whose: filter.whose(),
        sought: filter.sought.clone(),
        entries: found.rows.iter().map(entry).collect(),
        older: found.older.map(|older| older.address()),
        newest: filter.newest().map(|newest| newest.address()),
        thread: None,
        person: None,
        card: CardView::Absent,
    }
}

/// Where a conversation is, with the list that it was opened from beside it.
fn address(id: ConversationId, filter: Option<&Filter>) -> String {
    let suffix = filter.map(Filter::suffix).unwrap_or_default();
    format!("/inbox/conversations/{id}{suffix}")
}

fn find(sim: &Sim, id: &str) -> Option<ConversationId> {
    let id = id.parse().ok()?;
    sim.look(|world| world.conversations.get(id).map(|row| row.id))
}

fn card_action(id: ConversationId, filter: Option<&Filter>) -> String {
    let suffix = filter.map(Filter::suffix).unwrap_or_default();
    format!("/inbox/conversations/{id}/card{suffix}")
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
    let keep = query.as_deref().is_some_and(|query| {
        let form = Form::parse(query.as_bytes());
        form.get("card") == Some("kept")
    });
    let filter = Filter::of_address(query.as_deref());
    let action = card_action(id, filter.as_ref());
    let card = card::view(&sim, CardPlace::Conversation(id), me, action, keep).await;
    conversation(&sim, id, filter, &headers, card)
}

fn conversation(
    sim: &Sim,
    id: ConversationId,
    filter: Option<Filter>,
    headers: &HeaderMap,
    card: CardView,
) -> Response {
    opened(sim, id, filter, headers, card)
        .map_or_else(not_found, |inbox| page(StatusCode::OK, &inbox))
}

/// The page of a conversation. Without a list to stay in, it stands among those of its state.
fn opened(
    sim: &Sim,
    id: ConversationId,
    filter: Option<Filter>,
    headers: &HeaderMap,
    card: CardView,
) -> Option<InboxPage> {
    let now = sim.now().as_seconds();
    sim.look(|world| {
        let row = world.conversations.get(id)?;
        let filter = filter.unwrap_or_else(|| Filter::of_state(row.state));
        let contact = row.contacts.first().and_then(|id| world.contacts.get(*id));
        Some(InboxPage {
            thread: Some(Thread::of(world, row, &filter, now)),
            person: contact.map(|contact| Person::of(world, contact, now)),
            card,
            ..listed(world, &filter, Some(id), (headers, now))
        })
    })
}

/// `POST /inbox/conversations/{id}/card`: a click in the card.
pub(super) async fn click(
    State(sim): State<Sim>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let Some(id) = find(&sim, &id) else {
        return not_found();
    };
    let filter = Filter::of_address(query.as_deref());
    let me = sim.look(|world| shell::me(world, &headers));
    let place = CardPlace::Conversation(id);
    let action = card_action(id, filter.as_ref());
    let card = card::click(&sim, place, me, action, &Form::parse(&body)).await;
    if card::is_card_only(&headers) {
        return card::part(card);
    }
    match card {
        CardView::Shown { .. } | CardView::Absent => {
            let back = address(id, filter.as_ref());
            let sign = if back.contains('?') { '&' } else { '?' };
            Redirect::to(&format!("{back}{sign}card=kept")).into_response()
        }
        CardView::Broken { .. } => conversation(&sim, id, filter, &headers, card),
    }
}

fn entry(world: &World, row: &Conversation, now: i64) -> Entry {
    let name = name(world, row);
    let admin = row.admin.and_then(|id| world.admin(id));
    let team = row
        .team
        .and_then(|id| world.teams.iter().find(|it| it.id == id));
    let assignee = admin.map(|it| &it.name).or(team.map(|it| &it.name));
    Entry {
        id: row.id.to_string(),
        href: String::new(),
        initials: initials(&name),
        name,
        snippet: snippet(&attached::last_words(world, row)),
        state: row.state.word(),
        mark: about::mark(row),
        ago: moments::ago(row.updated_at, now, &world.zone),
        exact: moments::exact(row.updated_at, &world.zone),
        assignee: assignee.cloned(),
        is_current: false,
    }
}

fn name(world: &World, row: &Conversation) -> String {
    let contact = row.contacts.first().and_then(|id| world.contacts.get(*id));
    contact
        .map_or("Deleted contact", |contact| contact.shown_name())
        .to_owned()
}

fn snippet(text: &str) -> String {
    if text.chars().count() <= SNIPPET_CHARS {
        return text.to_owned();
    }
    let cut: String = text.chars().take(SNIPPET_CHARS).collect();
    format!("{}…", cut.trim_end())
}
