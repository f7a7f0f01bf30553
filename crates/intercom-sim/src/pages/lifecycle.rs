//! What a teammate does to a whole contact: into the archive and out of it, block, delete, merge.
//! To delete, the contact's name is typed.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use http::{HeaderMap, Method, StatusCode};
use serde_json::json;

use super::{Form, not_found, refused, shell};
use crate::ids::ObjectId;
use crate::sim::Sim;
use crate::world::World;

/// `POST /inbox/contacts/{id}/archive`.
pub(super) async fn archive(State(sim): State<Sim>, Path(id): Path<String>) -> Response {
    done(&id, Sim::archive_contact, &sim)
}

/// `POST /inbox/contacts/{id}/unarchive`.
pub(super) async fn unarchive(State(sim): State<Sim>, Path(id): Path<String>) -> Response {
    done(&id, Sim::unarchive_contact, &sim)
}

/// `POST /inbox/contacts/{id}/block`.
pub(super) async fn block(
    State(sim): State<Sim>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let blocked = sim.change(|world, now, _| {
        let me = shell::me(world, &headers);
        let path = format!("contacts/{id}/block");
        world.done_by(me, now, (Method::POST, &path), &json!({}))
    });
    match blocked {
        Ok(_) => Redirect::to(&format!("/inbox/contacts/{id}")).into_response(),
        Err(refusal) => failed(&id, &refusal.message),
    }
}

/// `POST /inbox/contacts/{id}/deletion`: there is nothing to come back to but the inbox.
pub(super) async fn delete(
    State(sim): State<Sim>,
    Path(id): Path<String>,
    body: Bytes,
) -> Response {
    let contact = id.parse::<ObjectId>().ok();
    let name = contact.and_then(|id| {
        let shown = |world: &World| world.contacts.get(id).map(|it| it.shown_name().to_owned());
        sim.look(shown)
    });
    let (Some(contact), Some(name)) = (contact, name) else {
        return not_found();
    };
    let form = Form::parse(&body);
    if form.get("confirm").map(str::trim) != Some(name.trim()) {
        return failed(&id, &format!("To delete the contact, type {name}"));
    }
    match sim.delete_contact(contact) {
        Ok(()) => Redirect::to("/inbox").into_response(),
        Err(reason) => failed(&id, &reason),
    }
}

/// `POST /inbox/contacts/{id}/merge`: into the user that the form names by id.
pub(super) async fn merge(State(sim): State<Sim>, Path(id): Path<String>, body: Bytes) -> Response {
    let Ok(from) = id.parse::<ObjectId>() else {
        return not_found();
    };
    let form = Form::parse(&body);
    let named = form.0.iter().find(|(name, _)| name == "into");
    let into = named.and_then(|(_, id)| id.trim().parse::<ObjectId>().ok());
    let Some(into) = into else {
        return failed(&id, "Merge into: the id of a user has 24 hex digits");
    };
    match sim.merge_contacts(from, into) {
        Ok(()) => Redirect::to(&format!("/inbox/contacts/{into}")).into_response(),
        Err(reason) => failed(&id, &reason),
    }
}

fn done(id: &str, deed: fn(&Sim, ObjectId) -> Result<(), String>, sim: &Sim) -> Response {
    let Ok(contact) = id.parse::<ObjectId>() else {
        return not_found();
    };
    match deed(sim, contact) {
        Ok(()) => Redirect::to(&format!("/inbox/contacts/{id}")).into_response(),
        Err(reason) => failed(id, &reason),
    }
}

fn failed(id: &str, reason: &str) -> Response {
    let title = "The contact was not changed";
    let back = format!("/inbox/contacts/{id}");
    refused(StatusCode::BAD_REQUEST, title, reason, &back)
}
