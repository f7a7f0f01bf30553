//! What hangs on a contact and is changed on its page: companies, tags, notes.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use http::{HeaderMap, Method, StatusCode};
use model::Timestamp;
use serde_json::{Value, json};

use crate::answer::Refusal;
use crate::html;
use crate::ids::AdminId;
use crate::pages::{Form, refused, shell};
use crate::sim::Sim;
use crate::world::World;

/// `POST /inbox/contacts/{id}/tags`: tags with a name; a new one is made.
pub(in crate::pages) async fn tag(
    State(sim): State<Sim>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let form = Form::parse(&body);
    let name = form.get("name").unwrap_or_default().trim();
    done(&sim, &id, &headers, |world, me, now| {
        let call = (Method::POST, "tags");
        let tag = world.done_by(me, now, call, &json!({ "name": name }))?;
        let path = format!("contacts/{id}/tags");
        world.done_by(me, now, (Method::POST, &path), &json!({ "id": tag["id"] }))
    })
}

/// `POST /inbox/contacts/{id}/tags/{tag}/removal`.
pub(in crate::pages) async fn untag(
    State(sim): State<Sim>,
    Path((id, tag)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    done(&sim, &id, &headers, |world, me, now| {
        let path = format!("contacts/{id}/tags/{tag}");
        world.done_by(me, now, (Method::DELETE, &path), &json!({}))
    })
}

/// `POST /inbox/contacts/{id}/notes`.
pub(in crate::pages) async fn note(
    State(sim): State<Sim>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let form = Form::parse(&body);
    let typed = form.get("body").unwrap_or_default().trim();
    let text = if typed.is_empty() {
        String::new()
    } else {
        html::from_text(typed)
    };
    done(&sim, &id, &headers, |world, me, now| {
        let path = format!("contacts/{id}/notes");
        let note = json!({ "body": text, "admin_id": me.to_string() });
        world.done_by(me, now, (Method::POST, &path), &note)
    })
}

/// `POST /inbox/contacts/{id}/companies`: attaches the company of a name; a new one is made, whose
/// `company_id` is its name.
pub(in crate::pages) async fn attach(
    State(sim): State<Sim>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let form = Form::parse(&body);
    let name = form.get("name").unwrap_or_default().trim();
    done(&sim, &id, &headers, |world, me, now| {
        let company = if let Some(row) = world.companies.with_name(name) {
            json!(row.id.to_string())
        } else {
            let made = json!({ "company_id": name, "name": name });
            world.done_by(me, now, (Method::POST, "companies"), &made)?["id"].take()
        };
        let path = format!("contacts/{id}/companies");
        world.done_by(me, now, (Method::POST, &path), &json!({ "id": company }))
    })
}

/// `POST /inbox/contacts/{id}/companies/{company}/removal`.
pub(in crate::pages) async fn detach(
    State(sim): State<Sim>,
    Path((id, company)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    done(&sim, &id, &headers, |world, me, now| {
        let path = format!("contacts/{id}/companies/{company}");
        world.done_by(me, now, (Method::DELETE, &path), &json!({}))
    })
}

/// Back to the profile, or the vendor's words.
fn done(
    sim: &Sim,
    id: &str,
    headers: &HeaderMap,
    deed: impl FnOnce(&mut World, AdminId, Timestamp) -> Result<Value, Refusal>,
) -> Response {
    let back = format!("/inbox/contacts/{id}");
    let done = sim.change(|world, now, _| {
        let me = shell::me(world, headers);
        deed(world, me, now)
    });
    match done {
        Ok(_) => Redirect::to(&back).into_response(),
        Err(Refusal {
            status, message, ..
        }) => {
            let status = if status == StatusCode::NOT_FOUND {
                status
            } else {
                StatusCode::BAD_REQUEST
            };
            refused(status, "The contact was not changed", &message, &back)
        }
    }
}
