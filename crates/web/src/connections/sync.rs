//! `POST /connections/{name}/sync` and `…/sync/stop` (I3).

use axum::extract::{Path, State};
use axum::response::Redirect;

use crate::problem::Problem;
use crate::routes::Route;
use crate::site::Site;

/// Starts a sync in the background, or goes on with one that was stopped.
#[tracing::instrument(name = "web.connections.sync", skip_all, fields(connection.name = %name))]
pub(crate) async fn start(
    State(site): State<Site>,
    Path(name): Path<String>,
) -> Result<Redirect, Problem> {
    let connection = site.connection(&name).await?;
    let started = site.engine.start_sync(connection.id).await;
    started.map_err(|error| Problem::from(error).back_to(&name))?;
    Ok(Redirect::to(&Route::Connection(&name).to_string()))
}

/// Stops the sync of a connection at the next settled position; nothing happens if none runs.
#[tracing::instrument(
    name = "web.connections.sync.stop",
    skip_all,
    fields(connection.name = %name)
)]
pub(crate) async fn stop(
    State(site): State<Site>,
    Path(name): Path<String>,
) -> Result<Redirect, Problem> {
    let connection = site.connection(&name).await?;
    site.engine.stop_sync(connection.id);
    Ok(Redirect::to(&Route::Connection(&name).to_string()))
}
