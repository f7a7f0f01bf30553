//! `POST /connections/{name}/records/forget`: an admin says that a record which Salesforce does not
//! show any more is deleted (M8).

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::Redirect;
use model::sf::RecordId;
use serde::Deserialize;

use crate::problem::Problem;
use crate::routes::Route;
use crate::site::Site;

#[derive(Deserialize)]
pub(crate) struct Forgotten {
    record: String,
}

/// What the record showed is taken back; nothing happens if it shows again or is known as deleted.
#[tracing::instrument(
    name = "web.connections.records.forget",
    skip_all,
    fields(connection.name = %name)
)]
pub(crate) async fn forget(
    State(site): State<Site>,
    Path(name): Path<String>,
    form: Result<Form<Forgotten>, FormRejection>,
) -> Result<Redirect, Problem> {
    let Form(Forgotten { record }) = form?;
    let connection = site.connection(&name).await?;
    let record: RecordId = record.parse().map_err(|_| {
        let sentence = "This is not the id of a Lead or Salesforce contact. Nothing was changed.";
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "Not possible", sentence).back_to(&name)
    })?;
    let forgotten = site.engine.forget_hidden(connection.id, record).await;
    forgotten.map_err(|error| Problem::from(error).back_to(&name))?;
    Ok(Redirect::to(&Route::Connection(&name).to_string()))
}
