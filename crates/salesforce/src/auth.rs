//! OAuth: the web-server flow with PKCE, refresh, signed assertions, revocation.
//!
//! Requests of the token endpoint are sent once. A code is good for one use, and with rotation a
//! refresh token is too: repeating a call that was answered into the void would burn the grant.

use std::time::Duration;

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderValue, Method, Request, StatusCode, Uri};
use model::sf::{OrgId, UserId};
use serde::Deserialize;
use transport::{HttpService, Limits, Reply, Secret};
use url::Url;

use crate::call::json;
use crate::error::refusal::unexpected;
use crate::host::{self, Loopback};
use crate::{SalesforceError, Session};

mod jwt;
mod pkce;

pub use jwt::{InvalidSigningKey, SigningApp, SigningKey, sign_in};
pub use pkce::Pkce;

/// The connected app as which Carrick asks for access, and where its users log in.
#[derive(Debug, Clone)]
pub struct App {
    /// The consumer key.
    pub client_id: String,
    /// The consumer secret.
    pub client_secret: Secret,
    /// `https://login.salesforce.com`, `https://test.salesforce.com`, or an org's own host.
    pub login_url: Url,
}

/// What an org granted.
#[derive(Debug, Clone)]
pub struct Grant {
    /// For calls; good until it is refused, there is no stated lifetime.
    pub access_token: Secret,
    /// For new access tokens. After a refresh it is the rotated one, and the old one is dead; if
    /// the app does not rotate, a refresh returns none and the old one stays good.
    pub refresh_token: Option<Secret>,
    /// Where calls go; may differ from the last time.
    pub instance_url: Url,
    /// The org.
    pub org_id: OrgId,
    /// The user who granted access: the integration user.
    pub user_id: UserId,
}

impl Grant {
    /// What a client needs of it.
    pub fn session(&self) -> Session {
        Session {
            instance_url: self.instance_url.clone(),
            access_token: self.access_token.clone(),
        }
    }
}

/// `api` for calls, `refresh_token` for access while nobody is looking.
const SCOPE: &str = "api refresh_token";

/// Logins are quick; a person may be waiting in a browser.
const LIMITS: Limits = Limits {
    timeout: Duration::from_secs(30),
    body_bytes_max: 64 * 1024,
};

#[derive(Deserialize)]
struct TokenWire {
    access_token: String,
    refresh_token: Option<String>,
    instance_url: String,
    id: String,
    issued_at: Option<String>,
    signature: Option<String>,
}

#[derive(Deserialize)]
struct RefusalWire {
    error: String,
    #[serde(default)]
    error_description: String,
}

/// Where to send the person's browser. `state` must be bound to their session.
pub fn authorize_url(app: &App, redirect_uri: &Url, state: &str, pkce: &Pkce) -> Url {
    let mut url = endpoint(&app.login_url, "authorize");
    url.query_pairs_mut()
        .append_pair("response_type", "code")
        .append_pair("client_id", &app.client_id)
        .append_pair("redirect_uri", redirect_uri.as_str())
        .append_pair("scope", SCOPE)
        .append_pair("state", state)
        .append_pair("code_challenge", &pkce.challenge())
        .append_pair("code_challenge_method", "S256");
    url
}

/// Exchanges the code that came back with the browser.
pub async fn exchange_code(
    http: &HttpService,
    app: &App,
    redirect_uri: &Url,
    code: &str,
    pkce: &Pkce,
    loopback: Loopback,
) -> Result<Grant, SalesforceError> {
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("client_id", &app.client_id),
        ("client_secret", app.client_secret.expose()),
        ("redirect_uri", redirect_uri.as_str()),
        ("code_verifier", pkce.verifier()),
    ];
    let reply = posted(http, &app.login_url, "token", &form, loopback).await?;
    granted(&reply, Some(&app.client_secret), loopback)
}

/// Gets a new access token. Callers must see to it that one refresh token is used by one call at a
/// time, and store [`Grant::refresh_token`] before they use the rest.
pub async fn refresh(
    http: &HttpService,
    app: &App,
    refresh_token: &Secret,
    loopback: Loopback,
) -> Result<Grant, SalesforceError> {
    let form = [
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh_token.expose()),
        ("client_id", &app.client_id),
        ("client_secret", app.client_secret.expose()),
    ];
    let reply = posted(http, &app.login_url, "token", &form, loopback).await?;
    granted(&reply, Some(&app.client_secret), loopback)
}

/// Gives a token back. Revoking a refresh token revokes the whole grant.
pub async fn revoke(
    http: &HttpService,
    app: &App,
    token: &Secret,
    loopback: Loopback,
) -> Result<(), SalesforceError> {
    let reply = posted(
        http,
        &app.login_url,
        "revoke",
        &[("token", token.expose())],
        loopback,
    )
    .await?;
    if reply.status.is_success() {
        Ok(())
    } else {
        Err(refused(&reply))
    }
}

/// Refuses an address that tokens may not be sent to: anything but an origin of Salesforce's API,
/// or, if the operator allows it, of this machine.
pub fn check_instance_url(url: &Url, loopback: Loopback) -> Result<(), SalesforceError> {
    host::check(url, loopback)
}

fn endpoint(login_url: &Url, name: &str) -> Url {
    let mut url = login_url.clone();
    url.set_path(&format!("/services/oauth2/{name}"));
    url.set_query(None);
    url.set_fragment(None);
    url
}

async fn posted(
    http: &HttpService,
    login_url: &Url,
    name: &str,
    form: &[(&str, &str)],
    loopback: Loopback,
) -> Result<Reply, SalesforceError> {
    host::check(login_url, loopback)?;
    let url = endpoint(login_url, name);
    let uri: Uri = url.as_str().parse().map_err(|_| SalesforceError::Address {
        url: url.to_string(),
        why: "no request can be made of it",
    })?;
    let body = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(form)
        .finish();
    let mut request = Request::new(Bytes::from(body));
    *request.method_mut() = Method::POST;
    *request.uri_mut() = uri;
    let headers = request.headers_mut();
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static("application/x-www-form-urlencoded"),
    );
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    Ok(transport::send(http, request, LIMITS).await?)
}

/// What was granted. Who holds the client secret checks that the answer was made by somebody who
/// knows it as well.
fn granted(
    reply: &Reply,
    client_secret: Option<&Secret>,
    loopback: Loopback,
) -> Result<Grant, SalesforceError> {
    const EXPECTED: &str = "a token response";
    if !reply.status.is_success() {
        return Err(refused(reply));
    }
    let wire: TokenWire = json(reply, EXPECTED)?;
    let unusable = |what: &'static str| unexpected(EXPECTED, reply.status, what.as_bytes());
    if client_secret.is_some_and(|secret| !is_signed(&wire, secret)) {
        return Err(unusable(
            "a signature of somebody who does not know the client secret",
        ));
    }
    let instance_url: Url = wire
        .instance_url
        .parse()
        .map_err(|_| unusable("an instance_url that is not a URL"))?;
    host::check(&instance_url, loopback)?;
    let (org_id, user_id) =
        identity(&wire.id).ok_or_else(|| unusable("an identity URL of another form"))?;
    Ok(Grant {
        access_token: wire.access_token.into(),
        refresh_token: wire.refresh_token.map(Secret::from),
        instance_url,
        org_id,
        user_id,
    })
}

/// Checks the HMAC over identity and time of issue, where there is one.
fn is_signed(wire: &TokenWire, client_secret: &Secret) -> bool {
    let (Some(signature), Some(issued_at)) = (&wire.signature, &wire.issued_at) else {
        return true;
    };
    let key = hmac::Key::new(hmac::HMAC_SHA256, client_secret.expose().as_bytes());
    let signed = format!("{}{issued_at}", wire.id);
    STANDARD
        .decode(signature)
        .is_ok_and(|signature| hmac::verify(&key, signed.as_bytes(), &signature).is_ok())
}

/// Org and user are the last two steps of the identity URL.
fn identity(url: &str) -> Option<(OrgId, UserId)> {
    let mut steps = url.trim_end_matches('/').rsplit('/');
    let user = steps.next()?.parse().ok()?;
    let org = steps.next()?.parse().ok()?;
    Some((org, user))
}

/// What a refusal of the token endpoint means. Only a login rate limit passes by itself.
fn refused(reply: &Reply) -> SalesforceError {
    match serde_json::from_slice::<RefusalWire>(&reply.body) {
        _ if reply.status.is_server_error() => SalesforceError::Unavailable {
            status: reply.status.as_u16(),
        },
        Ok(refusal) if refusal.error == "rate_limit_exceeded" => SalesforceError::LimitExceeded {
            resets_in: None,
            message: refusal.error_description,
        },
        Ok(refusal) => SalesforceError::Grant {
            code: refusal.error,
            message: refusal.error_description,
        },
        // An edge that has no route for the moment, with a page of its own.
        Err(_) if reply.status == StatusCode::NOT_ACCEPTABLE || reply.status.as_u16() == 420 => {
            SalesforceError::Unavailable {
                status: reply.status.as_u16(),
            }
        }
        Err(_) => unexpected("an answer of the token endpoint", reply.status, &reply.body),
    }
}

#[cfg(test)]
mod tests;
