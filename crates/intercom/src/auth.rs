//! The OAuth flow of a public app. There is no scope, no expiry and no refresh: a token lives until
//! it is revoked, the app is removed or the workspace is closed.

use std::time::Duration;

use bytes::Bytes;
use http::Request;
use http::header::{ACCEPT, CONTENT_TYPE};
use serde::Deserialize;
use transport::{HttpService, Limits, Reply, Secret, TransportError, send};
use url::Url;
use url::form_urlencoded::Serializer;

use crate::client::{Call, Client, json_body};
use crate::error::{IntercomError, refusal};

/// Both answers are a handful of short strings. A person waits in a browser meanwhile.
const LIMITS: Limits = Limits {
    timeout: Duration::from_secs(20),
    body_bytes_max: 64 * 1024,
};

/// An app of Intercom's Developer Hub. Its secret is shared by all workspaces that installed it and
/// also signs webhooks and card requests.
#[derive(Debug, Clone)]
pub struct App {
    /// Public.
    pub client_id: String,
    /// The key of [`crate::webhook::verify`] and [`crate::canvas::verify`] too.
    pub client_secret: Secret,
    /// Where a teammate is asked: `https://app.intercom.com/oauth`.
    pub authorize_url: Url,
    /// Where codes become tokens: `https://api.intercom.io`, for every region.
    pub api_url: Url,
}

/// The address to which the teammate's browser is sent. It comes back to `redirect_uri` with `code`
/// and the same `state`, or without a code if the teammate refused.
pub fn authorize_url(app: &App, redirect_uri: &Url, state: &str) -> Url {
    let mut url = app.authorize_url.clone();
    url.query_pairs_mut()
        .append_pair("client_id", &app.client_id)
        .append_pair("state", state)
        .append_pair("redirect_uri", redirect_uri.as_str());
    url
}

/// Turns the code that came back into a token. A code works once.
/// [`IntercomError::Unauthorized`] if it is wrong or used up.
pub async fn exchange_code(
    http: &HttpService,
    app: &App,
    code: &str,
) -> Result<Secret, IntercomError> {
    let reply = send(http, exchange_request(app, code)?, LIMITS).await?;
    granted(&reply)
}

/// Revokes `token`, which uninstalls the app from its workspace.
pub async fn revoke(http: &HttpService, app: &App, token: &Secret) -> Result<(), IntercomError> {
    let api_url = app.api_url.as_str().trim_end_matches('/');
    let reply = send(http, uninstall().request(api_url, token)?, LIMITS).await?;
    if reply.status.is_success() {
        Ok(())
    } else {
        Err(refusal(&reply))
    }
}

impl Client {
    /// Revokes the client's token, which uninstalls the app from the workspace. A token of a
    /// private app may survive it.
    pub async fn uninstall(&self) -> Result<(), IntercomError> {
        // What a success says is not documented, so nothing of it is read.
        self.write(&uninstall(), |_| Ok(())).await
    }
}

fn uninstall() -> Call {
    Call::bare_post("/auth/uninstall")
}

fn exchange_request(app: &App, code: &str) -> Result<Request<Bytes>, IntercomError> {
    let form = Serializer::new(String::new())
        .append_pair("code", code)
        .append_pair("client_id", &app.client_id)
        .append_pair("client_secret", app.client_secret.expose())
        .finish();
    Request::post(format!(
        "{}/auth/eagle/token",
        app.api_url.as_str().trim_end_matches('/')
    ))
    .header(ACCEPT, "application/json")
    .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
    .body(form.into())
    .map_err(|problem| {
        TransportError::NotSent {
            source: problem.into(),
        }
        .into()
    })
}

fn granted(reply: &Reply) -> Result<Secret, IntercomError> {
    if !reply.status.is_success() {
        return Err(refusal(reply));
    }
    let grant: WireGrant = json_body(reply)?;
    let token = grant
        .access_token
        .or(grant.token)
        .filter(|token| !token.is_empty());
    token
        .map(Secret::from)
        .ok_or_else(|| IntercomError::unexpected(reply, "the grant holds no token"))
}

/// Both members hold the same token.
#[derive(Deserialize)]
struct WireGrant {
    access_token: Option<String>,
    token: Option<String>,
}
