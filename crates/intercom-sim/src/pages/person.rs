//! A contact: in the panel beside a conversation, and on a page of its own.

pub(super) mod belongings;
pub(super) mod fields;
mod profile;

use askama::Template;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use http::{HeaderMap, Method};
use serde_json::Value;

use self::fields::{Control, Field};
use self::profile::Mode;
use super::card::{self, CardView};
use super::{Form, moments, not_found, shell};
use crate::answer::Refusal;
use crate::canvas::CardPlace;
use crate::contact::{Contact, Role};
use crate::conversation::Conversation;
use crate::ids::ObjectId;
use crate::member::initials;
use crate::sim::Sim;
use crate::tracked::TrackedEvent;
use crate::world::World;

/// One line of a contact.
pub(super) struct Line {
    /// As the API calls it.
    pub(super) attribute: String,
    pub(super) label: String,
    pub(super) value: String,
}

/// A company of a contact.
pub(super) struct CompanyLine {
    pub(super) id: String,
    pub(super) href: String,
    pub(super) name: String,
    pub(super) detail: String,
}

/// A conversation of a contact.
pub(super) struct ConversationLine {
    pub(super) href: String,
    pub(super) title: String,
    pub(super) state: &'static str,
    pub(super) ago: String,
}

/// An event of a contact.
pub(super) struct EventLine {
    pub(super) name: String,
    /// `amount: 5, stage: Won`.
    pub(super) metadata: String,
    pub(super) ago: String,
    pub(super) exact: String,
}

/// Events and conversations that are shown, the latest first.
const EVENTS_SHOWN: usize = 20;
const CONVERSATIONS_SHOWN: usize = 10;

/// A contact as people see it.
pub(super) struct Person {
    pub(super) name: String,
    pub(super) initials: String,
    pub(super) role: &'static str,
    pub(super) is_lead: bool,
    pub(super) is_archived: bool,
    pub(super) href: String,
    pub(super) lines: Vec<Line>,
    pub(super) custom: Vec<Line>,
    pub(super) fields: Vec<Field>,
    pub(super) companies: Vec<CompanyLine>,
    pub(super) events: Vec<EventLine>,
    pub(super) conversations: Vec<ConversationLine>,
}

/// The panel beside a conversation.
#[derive(Template)]
#[template(path = "panel.html")]
pub(super) struct Panel<'a> {
    person: &'a Person,
    /// Where the form leads back to.
    back: &'a str,
}

impl Person {
    /// The panel as markup.
    pub(super) const fn drawn<'a>(&'a self, back: &'a str) -> Panel<'a> {
        Panel { person: self, back }
    }

    pub(super) fn of(world: &World, row: &Contact, now: i64) -> Self {
        let fields = fields::of_contact(world, row);
        Self {
            name: row.shown_name().to_owned(),
            initials: initials(row.shown_name()),
            role: match row.role {
                Role::User => "User",
                Role::Lead => "Lead",
            },
            is_lead: row.role == Role::Lead,
            is_archived: row.archived,
            href: format!("/inbox/contacts/{}", row.id),
            lines: standard_lines(world, row, now),
            custom: custom_lines(&fields),
            fields,
            companies: row
                .companies
                .iter()
                .filter_map(|id| company(world, *id))
                .collect(),
            events: events(world, row, now),
            conversations: conversations(world, row, now),
        }
    }
}

fn standard_lines(world: &World, row: &Contact, now: i64) -> Vec<Line> {
    let place = row.place.and_then(|at| world.places.get(usize::from(at)));
    let owner = row.owner.and_then(|id| world.admin(id));
    let ago = |seconds: i64| moments::ago(seconds, now, &world.zone);
    let known = [
        ("email", "Email", row.email.as_deref().map(str::to_owned)),
        ("phone", "Phone", row.phone.as_deref().map(str::to_owned)),
        (
            "external_id",
            "User ID",
            row.external_id.as_deref().map(str::to_owned),
        ),
        ("owner_id", "Owner", owner.map(|admin| admin.name.clone())),
        (
            "location",
            "Location",
            place.map(|it| format!("{}, {}", it.city, it.country)),
        ),
        ("created_at", "First seen", Some(ago(row.created_at))),
        ("last_seen_at", "Last seen", row.last_seen_at.map(ago)),
    ];
    known
        .into_iter()
        .filter_map(|(attribute, label, value)| {
            Some(Line {
                attribute: attribute.to_owned(),
                label: label.to_owned(),
                value: value?,
            })
        })
        .collect()
}

/// The custom attributes that are set.
fn custom_lines(fields: &[Field]) -> Vec<Line> {
    let standard = |field: &&Field| field.attribute() == field.name;
    let set = fields
        .iter()
        .filter(|field| !standard(field) && !field.shown.is_empty());
    set.map(|field| Line {
        attribute: field.attribute().to_owned(),
        label: field.label.clone(),
        value: field.shown.clone(),
    })
    .collect()
}

fn company(world: &World, id: ObjectId) -> Option<CompanyLine> {
    let row = world.companies.get(id)?;
    let size = row.size.map(|size| format!("{size} people"));
    let detail: Vec<String> = row.industry.clone().into_iter().chain(size).collect();
    Some(CompanyLine {
        id: id.to_string(),
        href: format!("/inbox/companies/{id}"),
        name: row.shown_name().to_owned(),
        detail: detail.join(" · "),
    })
}

fn events(world: &World, row: &Contact, now: i64) -> Vec<EventLine> {
    let mut theirs: Vec<&TrackedEvent> = world.events.of(row.id).collect();
    theirs.sort_by_key(|event| std::cmp::Reverse(event.created_at));
    let shown = theirs.into_iter().take(EVENTS_SHOWN).map(|event| {
        let fields = event.metadata.as_object().into_iter().flatten();
        let fields = fields.map(|(key, value)| match value {
            Value::String(text) => format!("{key}: {text}"),
            other => format!("{key}: {other}"),
        });
        EventLine {
            name: event.name.clone(),
            metadata: fields.collect::<Vec<_>>().join(", "),
            ago: moments::ago(event.created_at, now, &world.zone),
            exact: moments::exact(event.created_at, &world.zone),
        }
    });
    shown.collect()
}

fn conversations(world: &World, row: &Contact, now: i64) -> Vec<ConversationLine> {
    let rows = world.conversations.all();
    let mut theirs: Vec<&Conversation> = rows.filter(|it| it.contacts.contains(&row.id)).collect();
    theirs.sort_by_key(|it| std::cmp::Reverse((it.updated_at, it.id)));
    let shown = theirs.into_iter().take(CONVERSATIONS_SHOWN);
    shown
        .map(|it| ConversationLine {
            href: format!("/inbox/conversations/{}", it.id),
            title: crate::html::to_text(&it.source.body),
            state: it.state.word(),
            ago: moments::ago(it.updated_at, now, &world.zone),
        })
        .collect()
}

fn row_of(sim: &Sim, id: &str) -> Option<ObjectId> {
    let id = id.parse().ok()?;
    sim.look(|world| world.contacts.get(id).map(|row| row.id))
}

fn card_action(id: ObjectId) -> String {
    format!("/inbox/contacts/{id}/card")
}

/// The card of a profile, opened or kept.
async fn card_of(sim: &Sim, id: ObjectId, headers: &HeaderMap, keep: bool) -> CardView {
    let me = sim.look(|world| shell::me(world, headers));
    card::view(sim, CardPlace::Profile(id), me, card_action(id), keep).await
}

/// `GET /inbox/contacts/{id}`; `?edit` opens the form.
pub(super) async fn show(
    State(sim): State<Sim>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let Some(id) = row_of(&sim, &id) else {
        return not_found();
    };
    let (mode, keep) = match query.as_deref() {
        Some("edit") => (Mode::Edit, true),
        Some("card=kept") => (Mode::Read, true),
        Some(_) | None => (Mode::Read, false),
    };
    let card = card_of(&sim, id, &headers, keep).await;
    profile::page_of(&sim, id, &headers, card, mode)
}

/// `POST /inbox/contacts/{id}/card`: a click in the card of the profile.
pub(super) async fn click(
    State(sim): State<Sim>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let Some(id) = row_of(&sim, &id) else {
        return not_found();
    };
    let me = sim.look(|world| shell::me(world, &headers));
    let place = CardPlace::Profile(id);
    let card = card::click(&sim, place, me, card_action(id), &Form::parse(&body)).await;
    if card::is_card_only(&headers) {
        return card::part(card);
    }
    match card {
        CardView::Shown { .. } | CardView::Absent => {
            Redirect::to(&format!("/inbox/contacts/{id}?card=kept")).into_response()
        }
        CardView::Broken { .. } => profile::page_of(&sim, id, &headers, card, Mode::Read),
    }
}

/// `POST /inbox/contacts/{id}`: changes what was changed in the form. A refusal opens the form
/// with the vendor's words beside the input.
pub(super) async fn edit(
    State(sim): State<Sim>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let Some(id) = row_of(&sim, &id) else {
        return not_found();
    };
    let form = Form::parse(&body);
    let done = sim.change(|world, now, _| {
        let Some(row) = world.contacts.get(id) else {
            return Err(Refusal::no_such_contact());
        };
        let written = fields::write(world, &fields::of_contact(world, row), &form);
        let me = shell::me(world, &headers);
        let call = (Method::PUT, format!("contacts/{id}"));
        world.done_by(me, now, (call.0, &call.1), &Value::Object(written))
    });
    match done {
        Ok(_) => Redirect::to(form.back()).into_response(),
        Err(refusal) => {
            let card = card_of(&sim, id, &headers, true).await;
            profile::page_of(&sim, id, &headers, card, Mode::Refused(form, refusal))
        }
    }
}
