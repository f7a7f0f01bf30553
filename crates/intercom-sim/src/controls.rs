//! `/_sim`: what can be done to the workspace that no vendor offers. Everything is also a method of
//! [`Sim`].
//!
//! | under `/_sim` | does |
//! |---|---|
//! | `GET`, `DELETE calls`, `GET calls?summary=1` | calls of late one by one; all of them counted |
//! | `GET contacts`, `GET dump` | all contacts; everything as lines, to compare two worlds by |
//! | `POST contacts/{id}` | changes a contact without a webhook |
//! | `POST contacts/{id}/archive`, `…/unarchive`, `DELETE contacts/{id}` | as a teammate does |
//! | `POST contacts/merge` | merges the lead `from` into the user `into` |
//! | `PUT conversations/{id}/priority` | a teammate says how urgent a conversation is |
//! | `PUT conversations/{id}/rating` | the contact rates a conversation |
//! | `POST conversations/{id}/parts/{part}/tags` | a teammate puts a tag on a part |
//! | `POST messages/{id}/answer` | a contact answers what a teammate sent |
//! | `POST visitors` | somebody looks at the site and says nothing |
//! | `POST admins`, `DELETE admins/{id}` | a teammate comes or goes |
//! | `POST webhooks`, `POST ping`, `GET`, `PUT webhooks/controls` | deliveries, and their trouble |
//! | `GET`, `PUT webhooks/subscription`, `POST webhooks/live` | address, topics, how it stands |
//! | `GET`, `DELETE webhooks/deliveries`, `POST webhooks/deliveries/{id}/resend` | what became of them |
//! | `POST`, `DELETE faults`, `PUT rate-limit`, `POST rate-limit/others` | trouble for calls |
//! | `PUT tokens/revoked`, `PUT tokens/state` | what becomes of a token |
//! | `GET`, `PUT switches` | oddities of the vendor, and permissions that the app lacks |
//! | `DELETE installation` | uninstalls the app |
//! | `GET`, `DELETE canvas-errors` | answers of the app that were no cards, and why |
//! | `GET`, `DELETE canvas-requests` | what was asked of the app, and how long it took |
//! | `GET`, `PUT canvas-controls` | what the documentation leaves open about cards |
//!
//! Attributes that are archived, of another type, or held by company data are made by the API.

mod access;
mod card;
mod talks;
mod webhooks;

use std::convert::Infallible;

use axum::body::Body;
use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{delete, get, post};
use axum::{Json, Router};
use futures_util::stream;
use http::{StatusCode, header};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::contact::Contact;
use crate::fault::Fault;
use crate::ids::ObjectId;
use crate::sim::Sim;
use crate::world::World;

pub(crate) fn router() -> Router<Sim> {
    Router::new()
        .route("/calls", get(calls).delete(forget_calls))
        .merge(card::router())
        .merge(talks::router())
        .route("/contacts", get(contacts))
        .route("/contacts/merge", post(merge_contacts))
        .route("/contacts/{id}", post(edit_contact).delete(delete_contact))
        .route("/contacts/{id}/archive", post(archive_contact))
        .route("/contacts/{id}/unarchive", post(unarchive_contact))
        .route("/dump", get(dump))
        .route("/visitors", post(visit))
        .route("/admins", post(add_admin))
        .route("/admins/{id}", delete(remove_admin))
        .route("/faults", post(add_fault).delete(clear_faults))
        .merge(access::router())
        .route("/installation", delete(uninstall))
        .merge(webhooks::router())
}

/// A contact as the dump shows it: what an app or a person can have changed, nothing that ticks.
pub(crate) fn contact(world: &World, row: &Contact) -> Value {
    json!({
        "id": row.id.to_string(), "role": row.role.word(), "external_id": row.external_id,
        "email": row.email, "name": row.name, "phone": row.phone,
        "owner_id": row.owner.map(|id| id.to_string()), "archived": row.archived,
        "companies": row.companies.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "custom_attributes": world.attributes.render(&row.custom),
    })
}

/// `?summary=1` counts instead of listing.
async fn calls(State(sim): State<Sim>, RawQuery(query): RawQuery) -> Response {
    if query.as_deref() == Some("summary=1") {
        return Json(sim.call_summary()).into_response();
    }
    Json(sim.calls()).into_response()
}

/// Lines of JSON, written while they are sent.
async fn dump(State(sim): State<Sim>) -> Response {
    let lines = stream::iter(sim.dump_lines().map(Ok::<_, Infallible>));
    let headers = [(header::CONTENT_TYPE, "application/jsonl")];
    (headers, Body::from_stream(lines)).into_response()
}

async fn forget_calls(State(sim): State<Sim>) -> StatusCode {
    sim.forget_calls();
    StatusCode::NO_CONTENT
}

async fn contacts(State(sim): State<Sim>) -> Response {
    Json(sim.contacts()).into_response()
}

async fn edit_contact(
    State(sim): State<Sim>,
    Path(id): Path<String>,
    Json(fields): Json<Map<String, Value>>,
) -> Response {
    done_to(&id, |id| sim.edit_contact_silently(id, &fields))
}

async fn delete_contact(State(sim): State<Sim>, Path(id): Path<String>) -> Response {
    done_to(&id, |id| sim.delete_contact(id))
}

async fn archive_contact(State(sim): State<Sim>, Path(id): Path<String>) -> Response {
    done_to(&id, |id| sim.archive_contact(id))
}

async fn unarchive_contact(State(sim): State<Sim>, Path(id): Path<String>) -> Response {
    done_to(&id, |id| sim.unarchive_contact(id))
}

/// 204, 404 for what is no id, or 400 with the vendor's words.
fn done_to(id: &str, deed: impl FnOnce(ObjectId) -> Result<(), String>) -> Response {
    let Ok(id) = id.parse::<ObjectId>() else {
        return StatusCode::NOT_FOUND.into_response();
    };
    done(deed(id))
}

fn done(outcome: Result<(), String>) -> Response {
    match outcome {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(reason) => (StatusCode::BAD_REQUEST, reason).into_response(),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Merge {
    from: ObjectId,
    into: ObjectId,
}

async fn merge_contacts(State(sim): State<Sim>, Json(merge): Json<Merge>) -> Response {
    done(sim.merge_contacts(merge.from, merge.into))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Visit {
    name: Option<String>,
}

async fn visit(State(sim): State<Sim>, Json(visit): Json<Visit>) -> Response {
    let user_id = sim.visit(visit.name.as_deref());
    Json(json!({ "user_id": user_id })).into_response()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Teammate {
    name: String,
    email: String,
}

async fn add_admin(State(sim): State<Sim>, Json(added): Json<Teammate>) -> Response {
    let id = sim.add_teammate(&added.name, &added.email);
    Json(json!({ "id": id })).into_response()
}

async fn remove_admin(State(sim): State<Sim>, Path(id): Path<String>) -> StatusCode {
    if sim.remove_teammate(&id) {
        StatusCode::NO_CONTENT
    } else {
        StatusCode::NOT_FOUND
    }
}

async fn add_fault(State(sim): State<Sim>, Json(fault): Json<Fault>) -> StatusCode {
    sim.add_fault(fault);
    StatusCode::NO_CONTENT
}

async fn clear_faults(State(sim): State<Sim>) -> StatusCode {
    sim.clear_faults();
    StatusCode::NO_CONTENT
}

async fn uninstall(State(sim): State<Sim>) -> StatusCode {
    sim.uninstall();
    StatusCode::NO_CONTENT
}
