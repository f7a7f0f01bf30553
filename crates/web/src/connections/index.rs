//! `GET /`: all connections, and the form for a new one.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use store::Connection;

use super::live;
use crate::look;
use crate::page::{Shell, page};
use crate::problem::Problem;
use crate::routes::Route;
use crate::site::Site;
use crate::wording::counted;

#[derive(Template)]
#[template(path = "pages/connections/index.html")]
pub(crate) struct IndexPage {
    shell: Shell,
    answer: String,
    connections: Vec<Line>,
    form: NameForm,
    /// Where the form is sent.
    create: String,
}

/// One connection.
struct Line {
    name: String,
    href: String,
    state: look::State,
    workspace: Option<String>,
    org: Option<String>,
    is_sandbox: bool,
}

/// The form for a new connection, as far as it was filled in.
#[derive(Default)]
pub(crate) struct NameForm {
    pub(crate) name: String,
    pub(crate) error: Option<String>,
}

impl IndexPage {
    pub(crate) fn new(connections: &[Connection], form: NameForm) -> Self {
        Self {
            shell: Shell::outside("Connections", Some(Route::Index)),
            answer: answer(connections),
            connections: connections.iter().map(line).collect(),
            form,
            create: Route::Connections.to_string(),
        }
    }
}

fn answer(connections: &[Connection]) -> String {
    if connections.is_empty() {
        return "Nothing is connected yet.".to_owned();
    }
    let states = connections.iter().map(live::state);
    let wanting = states
        .filter(|state| state.tone != look::Tone::Good)
        .count() as u64;
    let all = counted(connections.len() as u64, "connection", "connections");
    match wanting {
        0 => format!("{all}, connected on both sides."),
        _ => format!("{all}, {wanting} not working yet."),
    }
}

fn line(connection: &Connection) -> Line {
    let intercom = connection.profile.intercom.as_ref();
    let salesforce = connection.profile.salesforce.as_ref();
    Line {
        name: connection.name.clone(),
        href: Route::Connection(&connection.name).to_string(),
        state: live::state(connection),
        workspace: intercom.map(|profile| profile.workspace_name.clone()),
        org: salesforce.map(|profile| profile.org_name.clone()),
        is_sandbox: salesforce.is_some_and(|profile| profile.is_sandbox),
    }
}

pub(crate) async fn show(State(site): State<Site>) -> Result<Response, Problem> {
    let connections = site.engine.connections().await?;
    Ok(page(
        StatusCode::OK,
        &IndexPage::new(&connections, NameForm::default()),
    ))
}
