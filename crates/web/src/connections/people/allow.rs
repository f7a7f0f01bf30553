//! `POST /connections/{name}/people/allow`: a crowded address is worked on all the same (M0).

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::Redirect;
use model::MatchKey;
use serde::Deserialize;

use crate::connections::unclear;
use crate::problem::Problem;
use crate::site::Site;

#[derive(Deserialize)]
pub(crate) struct Allowed {
    key: String,
}

/// Nothing happens if the address is allowed already.
#[tracing::instrument(
    name = "web.connections.people.allow",
    skip_all,
    fields(connection.name = %name)
)]
pub(crate) async fn allow(
    State(site): State<Site>,
    Path(name): Path<String>,
    form: Result<Form<Allowed>, FormRejection>,
) -> Result<Redirect, Problem> {
    let Form(Allowed { key }) = form?;
    let connection = site.connection(&name).await?;
    let key = MatchKey::try_from(key).map_err(|_| {
        let sentence = "This is no address as it is listed. Nothing was changed.";
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "Not possible", sentence).back_to(&name)
    })?;
    let allowed = site.engine.allow_crowded(connection.id, &key).await;
    allowed.map_err(|error| Problem::from(error).back_to(&name))?;
    Ok(Redirect::to(&unclear::address(&name, None)))
}
