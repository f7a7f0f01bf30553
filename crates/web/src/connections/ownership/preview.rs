//! `POST /connections/{name}/ownership/preview` counts how many owners a wish would change (O2);
//! `POST …/preview/discard` forgets the count.

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};

use super::wish::{Wish, WishForm};
use super::{Note, answer, put};
use crate::problem::Problem;
use crate::routes::Route;
use crate::site::Site;

/// Begins to count. A wish that leaves owners alone has nothing to count and is saved at once.
#[tracing::instrument(
    name = "web.connections.ownership.preview",
    skip_all,
    fields(connection.name = %name)
)]
pub(crate) async fn start(
    State(site): State<Site>,
    Path(name): Path<String>,
    form: Result<Form<WishForm>, FormRejection>,
) -> Result<Response, Problem> {
    let wish = Wish::read(form?.0)?;
    let connection = site.connection(&name).await?;
    let settings = wish.applied_to(&connection);
    if settings == connection.settings {
        let words = "These are the present settings, so there is nothing to save.";
        return answer(&site, &connection, StatusCode::OK, Note::Wrong(words)).await;
    }
    if !wish.changes_owners() {
        return put(&site, &connection, &wish).await;
    }
    let started = site.engine.start_owner_preview(connection.id, settings);
    started
        .await
        .map_err(|error| Problem::from(error).back_to(&name))?;
    Ok(Redirect::to(&Route::Ownership(&name).to_string()).into_response())
}

/// Nothing happens if nothing was counted.
pub(crate) async fn discard(
    State(site): State<Site>,
    Path(name): Path<String>,
) -> Result<Redirect, Problem> {
    let connection = site.connection(&name).await?;
    site.engine.discard_owner_preview(connection.id);
    Ok(Redirect::to(&Route::Ownership(&name).to_string()))
}
