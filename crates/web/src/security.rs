//! Who may see and do what over HTTP, and the headers that keep a browser from helping others.
//!
//! There are no cookies and no sign-in yet, so nothing here proves who somebody is: settings pages
//! answer to this machine alone unless the operator says otherwise, and a form is taken only from
//! a page of this server.

use std::net::SocketAddr;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, FORWARDED, HOST, REFERRER_POLICY, VIA,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{Extensions, HeaderMap, HeaderName, HeaderValue, Response, uri};
use axum::middleware::Next;
use axum::response::IntoResponse;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::csrf::{CsrfLayer, ProtectionError};
use tower_http::set_header::SetResponseHeaderLayer;

use crate::config::SettingsAccess;
use crate::problem::Problem;
use crate::site::Site;

/// Nothing but our own stylesheet, script and mark; no inline script or style; nobody frames us.
const CONTENT_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; \
     connect-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; \
     base-uri 'none'";

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const REAL_IP: HeaderName = HeaderName::from_static("x-real-ip");

/// What an announced proxy leaves behind.
const PROXY_MARKS: [HeaderName; 5] = [FORWARDED, FORWARDED_FOR, FORWARDED_HOST, REAL_IP, VIA];

/// The headers of every answer, and a sentence where a handler panicked.
pub(crate) fn hardened(router: Router) -> Router {
    let always = |name: HeaderName, value: &'static str| {
        SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value))
    };
    // Assets and live streams say themselves how long they may be kept.
    let unless_said =
        SetResponseHeaderLayer::if_not_present(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    router
        .layer(CatchPanicLayer::custom(|_| {
            // The panic hook has printed what and where; the payload may hold personal data.
            tracing::error!("a handler panicked");
            Problem::crashed().into_response()
        }))
        .layer(unless_said)
        .layer(always(CONTENT_SECURITY_POLICY, CONTENT_POLICY))
        .layer(always(X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(always(REFERRER_POLICY, "no-referrer"))
        .layer(always(
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ))
}

/// Takes a form only from a page of this server.
pub(crate) fn own_forms_only(router: Router<Site>) -> Router<Site> {
    let refusal = |_: ProtectionError| -> Response<Body> {
        let sentence = "This form was sent from another site, so nothing was done. Open the page \
                        here and send it again.";
        Problem::refused(sentence).into_response()
    };
    router.layer(CsrfLayer::new().with_rejection_response(refusal))
}

/// Lets a request through if its sender may see the settings.
pub(crate) async fn settings_guard(
    State(site): State<Site>,
    request: Request,
    next: Next,
) -> axum::response::Response {
    if may_see_settings(
        site.config.settings_access,
        request.extensions(),
        request.headers(),
    ) {
        next.run(request).await
    } else {
        let sentence = "The settings can be opened only in a browser on the machine that runs \
                        Carrick, until its operator allows more.";
        Problem::refused(sentence).into_response()
    }
}

/// Lets a link that starts something through only if it was followed here or typed. Redirects of
/// the vendors come from other sites, so their callbacks are not behind this.
pub(crate) async fn own_links_only(request: Request, next: Next) -> axum::response::Response {
    let from = request.headers().get(FETCH_SITE).map(HeaderValue::as_bytes);
    match from {
        None | Some(b"same-origin" | b"none") => next.run(request).await,
        Some(_) => {
            let sentence = "This link was followed from another site, so nothing was done.";
            Problem::refused(sentence).into_response()
        }
    }
}

/// Whether the sender may see the settings.
pub(crate) fn may_see_settings(
    access: SettingsAccess,
    extensions: &Extensions,
    headers: &HeaderMap,
) -> bool {
    match access {
        SettingsAccess::Anyone => true,
        SettingsAccess::Loopback => {
            let peer = extensions.get::<ConnectInfo<SocketAddr>>();
            let near = peer.is_some_and(|ConnectInfo(peer)| peer.ip().to_canonical().is_loopback());
            let proxied = PROXY_MARKS.iter().any(|mark| headers.contains_key(mark));
            near && !proxied && names_this_machine(headers)
        }
    }
}

/// A page of another site can make a browser on this machine ask us, under a name of its own that
/// resolves to loopback: the name in `Host` is what gives it away.
fn names_this_machine(headers: &HeaderMap) -> bool {
    let authority = headers
        .get(HOST)
        .and_then(|host| host.to_str().ok())
        .and_then(|host| host.parse::<uri::Authority>().ok());
    authority
        .is_some_and(|authority| matches!(authority.host(), "localhost" | "127.0.0.1" | "[::1]"))
}
