//! Files of messages, at the addresses that the API writes.

use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use http::{StatusCode, header};

use super::Form;
use crate::files::{Ticket, Unopened};
use crate::sim::Sim;

/// `GET /inbox/files/{file}`: leads to an address that ends.
pub(super) async fn lead(State(sim): State<Sim>, Path(id): Path<u64>) -> Response {
    let address = sim.look(|world| {
        world.files.get(id)?;
        let folder = format!("/i/o/{}", world.workspace);
        let secret = &world.options.client_secret;
        Some(world.files.address(&folder, secret, id))
    });
    address.map_or_else(super::not_found, |to| Redirect::to(&to).into_response())
}

/// `GET /i/o/{workspace}/{file}/{name}`: whoever has a good address has the file.
pub(super) async fn show(
    State(sim): State<Sim>,
    Path((workspace, id, _)): Path<(String, u64, String)>,
    RawQuery(query): RawQuery,
) -> Response {
    let form = Form::parse(query.unwrap_or_default().as_bytes());
    let found = sim.look(|world| {
        let ticket = ticket(&form).filter(|_| workspace == world.workspace);
        let ticket = ticket.ok_or(Unopened::NotGood)?;
        let secret = &world.options.client_secret;
        let file = world.files.open(secret, id, &ticket)?;
        Ok((file.content_type.clone(), file.bytes()))
    });
    let (content_type, bytes) = match found {
        Ok(found) => found,
        Err(Unopened::NotGood) => {
            let words = "This address is not good any more.";
            return (StatusCode::FORBIDDEN, words).into_response();
        }
        Err(Unopened::Gone) => {
            return (StatusCode::NOT_FOUND, "This file was taken away.").into_response();
        }
    };
    let headers = [
        (header::CONTENT_TYPE, content_type),
        (header::CONTENT_DISPOSITION, "attachment".to_owned()),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
    ];
    (headers, bytes).into_response()
}

/// What the query of an address says.
fn ticket(form: &Form) -> Option<Ticket<'_>> {
    Some(Ticket {
        expires: form.get("expires")?.parse().ok()?,
        request: form.get("req")?,
        signature: form.get("signature")?,
    })
}
