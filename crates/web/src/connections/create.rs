//! `POST /connections`: a new connection, with the default settings and nothing connected.

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use engine::EngineError;
use model::Settings;
use serde::Deserialize;

use super::index::{IndexPage, NameForm};
use crate::page::page;
use crate::problem::{Problem, capitalised};
use crate::routes::Route;
use crate::site::Site;
use crate::wording::short;

/// What was typed is shown again up to this length.
const ECHO_MAX: usize = 100;

#[derive(Deserialize)]
pub(crate) struct NewConnection {
    name: String,
}

#[tracing::instrument(name = "web.connections.create", skip_all)]
pub(crate) async fn create(
    State(site): State<Site>,
    form: Result<Form<NewConnection>, FormRejection>,
) -> Result<Response, Problem> {
    let Form(NewConnection { name }) = form?;
    let name = name.trim();
    match site
        .engine
        .create_connection(name, Settings::default())
        .await
    {
        Ok(connection) => {
            let route = Route::Connection(&connection.name);
            Ok(Redirect::to(&route.to_string()).into_response())
        }
        Err(error @ (EngineError::BadName | EngineError::NameTaken)) => {
            let form = NameForm {
                name: short(name, ECHO_MAX),
                error: Some(capitalised(&error.to_string())),
            };
            let connections = site.engine.connections().await?;
            let context = IndexPage::new(&connections, form);
            Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &context))
        }
        Err(error) => Err(error.into()),
    }
}
