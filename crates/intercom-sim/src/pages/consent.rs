//! `/oauth`: a teammate allows an app to use the workspace, or does not (Setting up OAuth).

use askama::Template;
use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use http::{HeaderMap, StatusCode};
use url::Url;

use super::{Form, page, refused, shell};
use crate::options::Options;
use crate::sim::Sim;

/// What a connector is told that it may do; the vendor ticks these for the app, not per consent.
const PERMISSIONS: [&str; 5] = [
    "Read and write people and companies",
    "Read and write conversations and notes",
    "Write data attributes",
    "Read teammates",
    "Show a card beside conversations",
];

#[derive(Template)]
#[template(path = "consent.html")]
struct ConsentPage {
    app: String,
    workspace: String,
    me: String,
    permissions: &'static [&'static str],
    client_id: String,
    state: String,
    redirect_uri: String,
}

/// An authorisation request of which client and address were checked.
struct Asked {
    state: String,
    redirect_uri: Url,
}

fn check(options: &Options, form: &Form) -> Result<Asked, &'static str> {
    if form.get("client_id") != Some(options.client_id.as_str()) {
        return Err("No app has this client_id.");
    }
    let registered = &options.redirect_uris;
    let wanted = form
        .get("redirect_uri")
        .or(registered.first().map(String::as_str));
    let wanted = wanted.ok_or("The app has no redirect URL.")?;
    if !registered.is_empty() && !registered.iter().any(|known| known == wanted) {
        return Err("The redirect_uri is not one of the app's.");
    }
    let redirect_uri = Url::parse(wanted).map_err(|_| "The redirect_uri is not a URL.")?;
    if !matches!(redirect_uri.scheme(), "http" | "https") {
        return Err("The redirect_uri is not a web address.");
    }
    Ok(Asked {
        state: form.get("state").unwrap_or_default().to_owned(),
        redirect_uri,
    })
}

fn refuse(reason: &str) -> Response {
    refused(
        StatusCode::BAD_REQUEST,
        "This app cannot be connected",
        reason,
        "/inbox",
    )
}

/// `GET /oauth`: asks.
pub(super) async fn ask(
    State(sim): State<Sim>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let form = Form::parse(query.unwrap_or_default().as_bytes());
    let asked = sim.look(|world| {
        let asked = check(&world.options, &form)?;
        let me = world.admin(shell::me(world, &headers));
        Ok::<_, &str>(ConsentPage {
            app: world.options.app_name.clone(),
            workspace: world.options.workspace_name.clone(),
            me: me.map(|admin| admin.name.clone()).unwrap_or_default(),
            permissions: &PERMISSIONS,
            client_id: world.options.client_id.clone(),
            state: asked.state,
            redirect_uri: asked.redirect_uri.to_string(),
        })
    });
    match asked {
        Ok(consent) => page(StatusCode::OK, &consent),
        Err(reason) => refuse(reason),
    }
}

/// `POST /oauth`: goes back with a code, or with an error. How the vendor words a refusal is not
/// documented; the form of OAuth's own standard is used.
pub(super) async fn decide(State(sim): State<Sim>, headers: HeaderMap, body: Bytes) -> Response {
    let form = Form::parse(&body);
    let mut asked = match sim.look(|world| check(&world.options, &form)) {
        Ok(asked) => asked,
        Err(reason) => return refuse(reason),
    };
    let is_allowed = form.get("decision") == Some("allow");
    let code = is_allowed.then(|| {
        sim.change(|world, _, entropy| {
            let me = shell::me(world, &headers);
            world.grants.issue_code(me, entropy)
        })
    });
    let mut query = asked.redirect_uri.query_pairs_mut();
    match &code {
        Some(code) => query.append_pair("code", code),
        None => query.append_pair("error", "access_denied"),
    };
    query.append_pair("state", &asked.state);
    drop(query);
    Redirect::to(asked.redirect_uri.as_str()).into_response()
}
