//! Plays the admin who connects both clouds: follows redirects, and presses *Allow* where a page
//! asks. It reads the pages as a browser does and knows nothing about who wrote them.

use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, LOCATION};
use http::{Method, Request};
use transport::{HttpService, Limits, NetworkOptions, Proxy, Reach, Reply, network, send};
use url::Url;

use super::form::{self, Form};
use crate::failure::{Failure, OrFail};

const LIMITS: Limits = Limits {
    timeout: Duration::from_secs(30),
    body_bytes_max: 1024 * 1024,
};

/// A sign-in has two redirects, one page and two redirects back.
const STEPS_MAX: usize = 12;

/// What the button is called.
const ALLOW: &str = "Allow";

/// Goes to `start` and allows what is asked until it is back on a page of the same server.
pub(super) async fn allow(start: &Url) -> Result<(), Failure> {
    let http = network(NetworkOptions {
        proxy: Proxy::Direct,
        reach: Reach::PublicAndLoopback,
        ..NetworkOptions::default()
    });
    let mut at = start.clone();
    let mut form: Option<Form> = None;
    for _ in 0..STEPS_MAX {
        let reply = visit(&http, &at, form.take()).await?;
        if reply.status.is_redirection() {
            at = redirected(&at, &reply)?;
            continue;
        }
        let page = String::from_utf8_lossy(&reply.body);
        if !reply.status.is_success() {
            return Err(unexpected(&at, &format!("it answered {}", reply.status)));
        }
        if at.origin() == start.origin() {
            return Ok(());
        }
        let pressed = form::with_button(&page, ALLOW)
            .ok_or_else(|| unexpected(&at, "it has no button called Allow"))?;
        at = at
            .join(&pressed.action)
            .or_fail(|| format!("{at} has a form that leads nowhere"))?;
        form = Some(pressed);
    }
    Err(unexpected(&at, "the sign-in does not come to an end"))
}

async fn visit(http: &HttpService, at: &Url, form: Option<Form>) -> Result<Reply, Failure> {
    let request = Request::builder().uri(at.as_str());
    let request = match form {
        None => request.method(Method::GET).body(Bytes::new()),
        Some(form) => request
            .method(Method::POST)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Bytes::from(form.encoded())),
    };
    let request = request.or_fail(|| format!("{at} cannot be asked for"))?;
    send(http, request, LIMITS)
        .await
        .or_fail(|| format!("{} does not answer", origin(at)))
}

fn redirected(at: &Url, reply: &Reply) -> Result<Url, Failure> {
    let location = reply
        .headers
        .get(LOCATION)
        .and_then(|value| value.to_str().ok());
    let location = location.ok_or_else(|| unexpected(at, "it redirects to nowhere"))?;
    at.join(location)
        .or_fail(|| format!("{} redirects to nowhere", origin(at)))
}

/// Addresses on the way carry codes, so only where they lead is told.
fn unexpected(at: &Url, what: &str) -> Failure {
    Failure::new(format!(
        "the sign-in did not work at {}{}",
        origin(at),
        at.path()
    ))
    .cause(what)
    .try_this("look into carrick.log in the demo's folder")
}

fn origin(at: &Url) -> String {
    at.origin().ascii_serialization()
}
