//! `GET /connections/{name}`: how a connection is.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::live::Live;
use crate::page::{Section, Shell, page};
use crate::problem::Problem;
use crate::routes::Route;
use crate::site::Site;

#[derive(Template)]
#[template(path = "pages/connections/show.html")]
pub(crate) struct ShowPage {
    shell: Shell,
    live: Live,
    live_from: String,
}

impl ShowPage {
    pub(crate) fn new(live: Live) -> Self {
        let mut shell = Shell::of_connection(&live.name, Section::Overview);
        shell.reload = live.reload();
        let live_from = Route::Progress(&live.name).to_string();
        Self {
            shell,
            live,
            live_from,
        }
    }
}

pub(crate) async fn show(
    State(site): State<Site>,
    Path(name): Path<String>,
) -> Result<Response, Problem> {
    let connection = site.connection(&name).await?;
    let overview = site.engine.overview(connection.id).await?;
    let progress = site.engine.progress(connection.id).borrow().clone();
    Ok(page(
        StatusCode::OK,
        &ShowPage::new(Live::new(&overview, &progress)),
    ))
}
