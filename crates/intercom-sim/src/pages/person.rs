//! A contact: in the panel beside a conversation, and on a page of its own.

use askama::Template;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use http::{HeaderMap, StatusCode};
use serde_json::{Map, Value, json};

use super::card::{self, CardView};
use super::shell::{self, Shell};
use super::{Form, moments, not_found, page, refused};
use crate::attribute::{DataType, Model, ValueRef};
use crate::canvas::CardPlace;
use crate::contact::Contact;
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

/// One input of the form that changes a contact.
pub(super) struct Input {
    pub(super) name: String,
    pub(super) label: String,
    pub(super) value: String,
    pub(super) kind: &'static str,
    /// A date is typed as the API knows it.
    pub(super) hint: &'static str,
}

/// A company of a contact.
pub(super) struct CompanyLine {
    pub(super) name: String,
    pub(super) detail: String,
}

/// A conversation of a contact.
pub(super) struct ConversationLine {
    pub(super) href: String,
    pub(super) title: String,
    pub(super) ago: String,
}

/// An event of a contact.
pub(super) struct EventLine {
    pub(super) name: String,
    /// `amount: 5, stage: Won`.
    pub(super) metadata: String,
    pub(super) ago: String,
}

/// Events that are shown, the latest first.
const EVENTS_SHOWN: usize = 20;

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
    pub(super) inputs: Vec<Input>,
    pub(super) companies: Vec<CompanyLine>,
    pub(super) events: Vec<EventLine>,
    pub(super) conversations: Vec<ConversationLine>,
}

impl Person {
    pub(super) fn of(world: &World, row: &Contact, now: i64) -> Self {
        Self {
            name: row.shown_name().to_owned(),
            initials: initials(row.shown_name()),
            role: match row.role {
                crate::contact::Role::User => "User",
                crate::contact::Role::Lead => "Lead",
            },
            is_lead: row.role == crate::contact::Role::Lead,
            is_archived: row.archived,
            href: format!("/inbox/contacts/{}", row.id),
            lines: standard_lines(world, row, now),
            custom: custom_lines(world, row),
            inputs: inputs(world, row),
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

fn custom_lines(world: &World, row: &Contact) -> Vec<Line> {
    let shown = row.custom.iter().filter_map(|(id, value)| {
        let attribute = world
            .attributes
            .get(id)
            .filter(|attribute| !attribute.archived)?;
        let value = match (attribute.data_type, value) {
            (DataType::Date, ValueRef::Integer(seconds)) => moments::exact(seconds, &world.zone),
            (_, ValueRef::Flag(true)) => "Yes".to_owned(),
            (_, ValueRef::Flag(false)) => "No".to_owned(),
            _ => written(value),
        };
        Some(Line {
            attribute: attribute.name.clone(),
            label: attribute.name.clone(),
            value,
        })
    });
    shown.collect()
}

/// A value as it is typed.
fn written(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Flag(flag) => flag.to_string(),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Float(number) => number.to_string(),
        ValueRef::Text(text) => text.to_string(),
    }
}

fn inputs(world: &World, row: &Contact) -> Vec<Input> {
    let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
    let standard = [
        ("name", "Name", text(row.name.as_deref()), "text"),
        ("email", "Email", text(row.email.as_deref()), "email"),
        ("phone", "Phone", text(row.phone.as_deref()), "tel"),
    ];
    let standard = standard.map(|(name, label, value, kind)| Input {
        name: name.to_owned(),
        label: label.to_owned(),
        value,
        kind,
        hint: "",
    });
    let attributes = world
        .attributes
        .all()
        .filter(|it| it.model == Model::Contact && !it.archived);
    let custom = attributes.map(|attribute| {
        let held = row.custom.get(attribute.id);
        Input {
            name: format!("custom:{}", attribute.name),
            label: attribute.name.clone(),
            value: held.map(written).unwrap_or_default(),
            kind: "text",
            hint: match attribute.data_type {
                DataType::String => "",
                DataType::Integer => "A whole number",
                DataType::Float => "A number",
                DataType::Boolean => "true or false",
                DataType::Date => "Unix seconds",
            },
        }
    });
    standard.into_iter().chain(custom).collect()
}

fn company(world: &World, id: ObjectId) -> Option<CompanyLine> {
    let row = world.companies.get(id)?;
    let size = row.size.map(|size| format!("{size} people"));
    let detail: Vec<String> = row.industry.clone().into_iter().chain(size).collect();
    Some(CompanyLine {
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
        }
    });
    shown.collect()
}

fn conversations(world: &World, row: &Contact, now: i64) -> Vec<ConversationLine> {
    let theirs = world.conversations.latest_first();
    let theirs = theirs
        .into_iter()
        .filter(|it| it.contacts.contains(&row.id))
        .take(10);
    theirs
        .map(|it| ConversationLine {
            href: format!("/inbox/conversations/{}", it.id),
            title: crate::html::to_text(&it.source.body),
            ago: moments::ago(it.updated_at, now, &world.zone),
        })
        .collect()
}

#[derive(Template)]
#[template(path = "profile.html")]
struct ProfilePage {
    shell: Shell,
    person: Person,
    card: CardView,
}

fn row_of(sim: &Sim, id: &str) -> Option<ObjectId> {
    let id = id.parse().ok()?;
    sim.look(|world| world.contacts.get(id).map(|row| row.id))
}

fn card_action(id: ObjectId) -> String {
    format!("/inbox/contacts/{id}/card")
}

/// `GET /inbox/contacts/{id}`.
pub(super) async fn show(
    State(sim): State<Sim>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let Some(id) = row_of(&sim, &id) else {
        return not_found();
    };
    let me = sim.look(|world| shell::me(world, &headers));
    let keep = query.as_deref() == Some("card=kept");
    let card = card::view(&sim, CardPlace::Profile(id), me, card_action(id), keep).await;
    profile(&sim, id, &headers, card)
}

fn profile(sim: &Sim, id: ObjectId, headers: &HeaderMap, card: CardView) -> Response {
    let now = sim.now().as_seconds();
    let read = sim.look(|world| {
        let row = world.contacts.get(id)?;
        let here = format!("/inbox/contacts/{id}");
        let shell = Shell::of(world, shell::me(world, headers), here);
        Some((shell, Person::of(world, row, now)))
    });
    let Some((shell, person)) = read else {
        return not_found();
    };
    page(
        StatusCode::OK,
        &ProfilePage {
            shell,
            person,
            card,
        },
    )
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
        CardView::Broken { .. } => profile(&sim, id, &headers, card),
    }
}

/// `POST /inbox/contacts/{id}`: changes the fields of the form.
pub(super) async fn edit(State(sim): State<Sim>, Path(id): Path<String>, body: Bytes) -> Response {
    let Some(id) = row_of(&sim, &id) else {
        return not_found();
    };
    let form = Form::parse(&body);
    let fields = sim.look(|world| fields(world, &form));
    match sim.edit_contact(id, &fields) {
        Ok(()) => Redirect::to(form.back()).into_response(),
        Err(reason) => {
            let title = "The contact was not changed";
            refused(StatusCode::BAD_REQUEST, title, &reason, form.back())
        }
    }
}

/// The form as the body of a `PUT`. What was emptied is cleared; what is no number stays a text,
/// and is refused as one.
fn fields(world: &World, form: &Form) -> Map<String, Value> {
    let mut fields = Map::new();
    let mut custom = Map::new();
    for (name, text) in &form.0 {
        let text = text.trim();
        let Some(name) = name.strip_prefix("custom:") else {
            if matches!(name.as_str(), "name" | "email" | "phone") {
                fields.insert(
                    name.clone(),
                    if text.is_empty() {
                        Value::Null
                    } else {
                        json!(text)
                    },
                );
            }
            continue;
        };
        let data_type = world
            .attributes
            .named(Model::Contact, name)
            .map(|it| it.data_type);
        let value = match data_type {
            _ if text.is_empty() => Value::Null,
            Some(DataType::Boolean | DataType::Integer | DataType::Float | DataType::Date) => {
                serde_json::from_str(text).unwrap_or_else(|_| json!(text))
            }
            Some(DataType::String) | None => json!(text),
        };
        custom.insert(name.to_owned(), value);
    }
    fields.insert("custom_attributes".to_owned(), Value::Object(custom));
    fields
}
