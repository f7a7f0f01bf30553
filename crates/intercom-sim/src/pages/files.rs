//! Files of messages, at the addresses that the API writes.

use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use http::{StatusCode, header};

use super::Form;
use crate::files::Ticket;
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
        let ticket = Ticket {
            expires: form.get("expires")?.parse().ok()?,
            request: form.get("req")?,
            signature: form.get("signature")?,
        };
        let file = world
            .files
            .open(&world.options.client_secret, id, &ticket)?;
        (workspace == world.workspace).then(|| (file.content_type.clone(), file.bytes()))
    });
    let Some((content_type, bytes)) = found else {
        return (StatusCode::FORBIDDEN, "This address is not good any more.").into_response();
    };
    let headers = [
        (header::CONTENT_TYPE, content_type),
        (header::CONTENT_DISPOSITION, "attachment".to_owned()),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
    ];
    (headers, bytes).into_response()
}
