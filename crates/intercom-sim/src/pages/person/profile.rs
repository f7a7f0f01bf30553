//! The page of one contact: who it is, all attributes, what belongs to it, and what can be done.

use askama::Template;
use axum::response::Response;
use http::{HeaderMap, StatusCode};

use super::fields::{self, Control, Field};
use super::{Line, Person};
use crate::answer::Refusal;
use crate::contact::{Contact, Role};
use crate::ids::ObjectId;
use crate::pages::card::CardView;
use crate::pages::shell::{self, Shell};
use crate::pages::{Form, moments, not_found, page};
use crate::sim::Sim;
use crate::world::World;

/// What the page is asked for.
pub(super) enum Mode {
    Read,
    Edit,
    /// What was typed was not written.
    Refused(Form, Refusal),
}

/// A word about the contact, with the class that colours it.
struct Chip {
    word: &'static str,
    class: &'static str,
}

struct TagLine {
    id: String,
    name: String,
}

struct NoteLine {
    author: String,
    /// Cleaned when it was stored.
    body: String,
    ago: String,
    exact: String,
}

#[derive(Template)]
#[template(path = "profile.html")]
struct ProfilePage {
    shell: Shell,
    person: Person,
    card: CardView,
    chips: Vec<Chip>,
    fields: Vec<Field>,
    is_editing: bool,
    alert: Option<String>,
    facts: Vec<Line>,
    tags: Vec<TagLine>,
    notes: Vec<NoteLine>,
    companies: Vec<String>,
    is_blocked: bool,
    /// What goes with the contact when it is deleted.
    fate: String,
}

/// The page, with status 400 if something typed was refused.
pub(super) fn page_of(
    sim: &Sim,
    id: ObjectId,
    headers: &HeaderMap,
    card: CardView,
    mode: Mode,
) -> Response {
    let now = sim.now().as_seconds();
    let status = match mode {
        Mode::Read | Mode::Edit => StatusCode::OK,
        Mode::Refused(..) => StatusCode::BAD_REQUEST,
    };
    let read = sim.look(|world| {
        let row = world.contacts.get(id)?;
        Some(profile(world, row, (now, headers), card, mode))
    });
    read.map_or_else(not_found, |profile| page(status, &profile))
}

fn profile(
    world: &World,
    row: &Contact,
    (now, headers): (i64, &HeaderMap),
    card: CardView,
    mode: Mode,
) -> ProfilePage {
    let mut fields = fields::of_contact(world, row);
    let (is_editing, alert) = match mode {
        Mode::Read => (false, None),
        Mode::Edit => (true, None),
        Mode::Refused(form, refusal) => (true, fields::refuse(&mut fields, &form, refusal)),
    };
    let here = format!("/inbox/contacts/{}", row.id);
    let tags = row.tags.iter().filter_map(|id| world.tag(*id));
    let tags = tags.map(|tag| TagLine {
        id: tag.id.to_string(),
        name: tag.name.clone(),
    });
    let mut companies: Vec<String> = world
        .companies
        .all()
        .take(SUGGESTED_MAX)
        .map(|company| company.shown_name().to_owned())
        .collect();
    companies.sort_unstable();
    companies.dedup();
    let person = Person::of(world, row, now);
    ProfilePage {
        shell: Shell::of(world, shell::me(world, headers), here),
        fate: fate(world, row, &person),
        person,
        card,
        chips: chips(row),
        fields,
        is_editing,
        alert,
        facts: facts(world, row),
        tags: tags.collect(),
        notes: notes(world, row, now),
        companies,
        is_blocked: row.blocked,
    }
}

/// Names of companies that the form suggests.
const SUGGESTED_MAX: usize = 200;

fn chips(row: &Contact) -> Vec<Chip> {
    let role = match row.role {
        Role::User => Chip {
            word: "User",
            class: "plain",
        },
        Role::Lead => Chip {
            word: "Lead",
            class: "plain",
        },
    };
    let states = [
        (row.archived, "Archived", "plain"),
        (row.blocked, "Blocked", "bad"),
        (row.unsubscribed_from_emails, "Unsubscribed", "warn"),
    ];
    let states = states.into_iter().filter(|(is_so, ..)| *is_so);
    let states = states.map(|(_, word, class)| Chip { word, class });
    std::iter::once(role).chain(states).collect()
}

/// What the API shows and nobody can change.
fn facts(world: &World, row: &Contact) -> Vec<Line> {
    let place = row.place.and_then(|at| world.places.get(usize::from(at)));
    let at = |seconds: i64| moments::exact(seconds, &world.zone);
    let known = [
        ("id", "ID", Some(row.id.to_string())),
        (
            "location",
            "Location",
            place.map(|it| format!("{}, {}", it.city, it.country)),
        ),
        ("created_at", "First seen", Some(at(row.created_at))),
        ("updated_at", "Last changed", Some(at(row.updated_at))),
        ("signed_up_at", "Signed up", row.signed_up_at.map(at)),
        ("last_seen_at", "Last seen", row.last_seen_at.map(at)),
        (
            "last_contacted_at",
            "Last contacted",
            row.last_contacted_at.map(at),
        ),
        (
            "last_replied_at",
            "Last replied",
            row.last_replied_at.map(at),
        ),
    ];
    let lines = known.into_iter().map(|(attribute, label, value)| Line {
        attribute: attribute.to_owned(),
        label: label.to_owned(),
        value: value.unwrap_or_default(),
    });
    lines.collect()
}

fn notes(world: &World, row: &Contact, now: i64) -> Vec<NoteLine> {
    let theirs = row.notes.iter().rev().filter_map(|id| world.notes.get(*id));
    let shown = theirs.map(|note| {
        let author = note.author.and_then(|id| world.admin(id));
        NoteLine {
            author: author.map_or_else(|| "An app".to_owned(), |admin| admin.name.clone()),
            body: note.body.clone(),
            ago: moments::ago(note.created_at, now, &world.zone),
            exact: moments::exact(note.created_at, &world.zone),
        }
    });
    shown.collect()
}

fn fate(world: &World, row: &Contact, person: &Person) -> String {
    let counted = |count: usize, one: &str| {
        let ending = if count == 1 { "" } else { "s" };
        format!("{count} {one}{ending}")
    };
    let conversations = world.conversations.all();
    let conversations = conversations.filter(|it| it.contacts.contains(&row.id));
    format!(
        "{} goes for good, with {} and {}. {} stay, without a contact.",
        person.name,
        counted(row.notes.len(), "note"),
        counted(world.events.of(row.id).count(), "event"),
        counted(conversations.count(), "conversation"),
    )
}
