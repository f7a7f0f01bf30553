//! Connecting a side in the browser (I1): to the vendor, and back with a code.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use engine::Side;
use model::ConnectionId;
use serde::Deserialize;

use crate::page::{Shell, page};
use crate::problem::Problem;
use crate::routes::Route;
use crate::security::may_see_settings;
use crate::site::Site;

/// The Intercom app that is meant where no other is named.
pub(crate) const DEFAULT_APP: &str = "main";

/// The vendor's own words are shown up to this length; they come from an address, so anybody may
/// have written them.
const VENDOR_WORDS_MAX: usize = 200;

#[derive(Deserialize)]
pub(crate) struct AppChoice {
    app: Option<String>,
}

/// What a browser brings back.
#[derive(Deserialize)]
pub(crate) struct Return {
    state: Option<String>,
    code: Option<String>,
    error: Option<String>,
    error_description: Option<String>,
}

#[derive(Template)]
#[template(path = "pages/connected.html")]
struct ConnectedPage {
    shell: Shell,
    side: &'static str,
}

/// `GET /connections/{name}/connect/intercom?app=…`.
pub(crate) async fn connect_intercom(
    State(site): State<Site>,
    Path(name): Path<String>,
    Query(choice): Query<AppChoice>,
) -> Result<Redirect, Problem> {
    let connection = site.connection(&name).await?;
    let redirect = Route::IntercomCallback.on(&site.config.public_url);
    let app = choice.app.as_deref().unwrap_or(DEFAULT_APP);
    let there = site
        .engine
        .begin_intercom(connection.id, app, &redirect)
        .await;
    let there = there.map_err(|error| Problem::from(error).back_to(&name))?;
    Ok(Redirect::to(there.as_str()))
}

/// `GET /connections/{name}/connect/salesforce`.
pub(crate) async fn connect_salesforce(
    State(site): State<Site>,
    Path(name): Path<String>,
) -> Result<Redirect, Problem> {
    let connection = site.connection(&name).await?;
    let redirect = Route::SalesforceCallback.on(&site.config.public_url);
    let there = site.engine.begin_salesforce(connection.id, &redirect).await;
    let there = there.map_err(|error| Problem::from(error).back_to(&name))?;
    Ok(Redirect::to(there.as_str()))
}

/// `GET /oauth/intercom/callback`.
pub(crate) async fn intercom_callback(
    State(site): State<Site>,
    Query(back): Query<Return>,
    request: Parts,
) -> Result<Response, Problem> {
    let (state, code) = granted(Side::Intercom, back)?;
    let id = site.engine.finish_intercom(&state, &code).await?;
    connected(&site, Side::Intercom, id, &request).await
}

/// `GET /oauth/salesforce/callback`.
pub(crate) async fn salesforce_callback(
    State(site): State<Site>,
    Query(back): Query<Return>,
    request: Parts,
) -> Result<Response, Problem> {
    let (state, code) = granted(Side::Salesforce, back)?;
    let id = site.engine.finish_salesforce(&state, &code).await?;
    connected(&site, Side::Salesforce, id, &request).await
}

/// State and code; Intercom does not document what a refusal looks like, so a missing code is one.
fn granted(side: Side, back: Return) -> Result<(String, String), Problem> {
    let code = back
        .code
        .filter(|code| !code.is_empty() && back.error.is_none());
    if let (Some(state), Some(code)) = (back.state, code) {
        return Ok((state, code));
    }
    let words = back.error_description.or(back.error);
    Err(Problem::new(
        StatusCode::BAD_REQUEST,
        "Not connected",
        refusal(side, words),
    ))
}

fn refusal(side: Side, words: Option<String>) -> String {
    let vendor = vendor_name(side);
    let start_over = "Nothing was changed. To try again, open the connection and press Connect.";
    match words {
        Some(words) => {
            let words = crate::wording::short(&words, VENDOR_WORDS_MAX);
            format!("{vendor} was not connected: it came back with {words:?}. {start_over}")
        }
        None => format!("{vendor} was not connected: access was not allowed. {start_over}"),
    }
}

fn vendor_name(side: Side) -> &'static str {
    match side {
        Side::Intercom => "Intercom",
        Side::Salesforce => "Salesforce",
    }
}

/// Back to the connection's page, or, where the public address does not show the settings, a page
/// that says so.
async fn connected(
    site: &Site,
    side: Side,
    id: ConnectionId,
    request: &Parts,
) -> Result<Response, Problem> {
    let access = site.config.settings_access;
    if !may_see_settings(access, &request.extensions, &request.headers) {
        let side = vendor_name(side);
        let context = ConnectedPage {
            shell: Shell::bare("Connected"),
            side,
        };
        return Ok(page(StatusCode::OK, &context));
    }
    let connection = site.engine.store().connection(id).await?;
    let connection = connection.ok_or(engine::EngineError::NoSuchConnection)?;
    Ok(Redirect::to(&Route::Connection(&connection.name).to_string()).into_response())
}
