//! What a teammate does to a whole contact: into the archive and out of it, delete, merge.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use http::StatusCode;

use super::{Form, not_found, refused};
use crate::ids::ObjectId;
use crate::sim::Sim;

/// `POST /inbox/contacts/{id}/archive`.
pub(super) async fn archive(State(sim): State<Sim>, Path(id): Path<String>) -> Response {
    done(&id, Sim::archive_contact, &sim)
}

/// `POST /inbox/contacts/{id}/unarchive`.
pub(super) async fn unarchive(State(sim): State<Sim>, Path(id): Path<String>) -> Response {
    done(&id, Sim::unarchive_contact, &sim)
}

/// `POST /inbox/contacts/{id}/deletion`: there is nothing to come back to but the inbox.
pub(super) async fn delete(State(sim): State<Sim>, Path(id): Path<String>) -> Response {
    let Ok(contact) = id.parse::<ObjectId>() else {
        return not_found();
    };
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
