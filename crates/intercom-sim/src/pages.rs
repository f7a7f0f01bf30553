//! What people see in a browser: the inbox, a contact's profile, the visitor's messenger, and the
//! consent page of OAuth.
//!
//! Server-rendered, works without JavaScript; a small script only saves reloading the page when a
//! card is used. The pages change the workspace through the same functions as the API.

mod attached;
mod card;
mod company;
mod consent;
mod files;
mod inbox;
mod lifecycle;
mod messenger;
mod moments;
mod people;
mod person;
mod posted;
mod shell;

use askama::Template;
use axum::Router;
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use http::{HeaderName, HeaderValue, Method, Request, StatusCode, header};

use crate::sim::Sim;

/// Nothing runs or loads here that does not come from here; images of cards come from anywhere.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; \
    connect-src 'self'; img-src 'self' https: data:; base-uri 'none'; frame-ancestors 'none'";

pub(crate) fn router() -> Router<Sim> {
    Router::new()
        .route("/", get(|| async { Redirect::to("/inbox") }))
        .route("/oauth", get(consent::ask).post(consent::decide))
        .route("/inbox", get(inbox::list))
        .route("/inbox/teammate", post(shell::switch))
        .route("/inbox/conversations/{id}", get(inbox::show))
        .route(
            "/inbox/conversations/{id}/parts",
            post(inbox::act).layer(posted::limit()),
        )
        .route("/inbox/conversations/{id}/card", post(inbox::click))
        .route("/inbox/contacts", get(people::list).post(people::create))
        .route("/inbox/contacts/{id}", get(person::show).post(person::edit))
        .nest("/inbox/contacts/{id}", belongings())
        .nest("/messenger", visitor())
        .route("/inbox/files/{file}", get(files::lead))
        .route("/i/o/{workspace}/{file}/{name}", get(files::show))
        .route(
            "/inbox/companies/{id}",
            get(company::show).post(company::edit),
        )
        .route("/inbox/contacts/{id}/card", post(person::click))
        .route("/inbox/contacts/{id}/archive", post(lifecycle::archive))
        .route("/inbox/contacts/{id}/block", post(lifecycle::block))
        .route("/inbox/contacts/{id}/unarchive", post(lifecycle::unarchive))
        .route("/inbox/contacts/{id}/deletion", post(lifecycle::delete))
        .route("/inbox/contacts/{id}/merge", post(lifecycle::merge))
        .route(
            "/inbox/components",
            get(card::gallery::show).post(card::gallery::used),
        )
        .route("/inbox/assets/card.css", get(card_style))
        .route("/inbox/assets/card.js", get(card_script))
        .route("/inbox/assets/people.css", get(people_style))
        .route("/inbox/assets/picture.svg", get(picture))
        .route("/inbox/assets/style.css", get(style))
        .route("/inbox/assets/inbox.js", get(script))
        .route("/inbox/assets/live.js", get(live_script))
        .route("/inbox/assets/mark.svg", get(mark))
}

/// The other side of the inbox.
fn visitor() -> Router<Sim> {
    Router::new()
        .route("/", get(messenger::choose).post(messenger::arrive))
        .route("/{contact}", get(messenger::show).post(messenger::begin))
        .route("/{contact}/email", post(messenger::leave_email))
        .route(
            "/{contact}/conversations/{id}",
            get(messenger::thread).post(messenger::reply),
        )
        .route("/{contact}/messages/{message}", post(messenger::answer))
        .layer(posted::limit())
        .route("/assets/messenger.css", get(messenger_style))
        .route("/assets/messenger.js", get(messenger_script))
}

/// What hangs on a contact.
fn belongings() -> Router<Sim> {
    Router::new()
        .route("/tags", post(person::belongings::tag))
        .route("/tags/{tag}/removal", post(person::belongings::untag))
        .route("/notes", post(person::belongings::note))
        .route("/companies", post(person::belongings::attach))
        .route(
            "/companies/{company}/removal",
            post(person::belongings::detach),
        )
}

/// A browser that asks for a contact means the profile; the API has the same path on a host of its
/// own.
pub(crate) fn is_meant_for_a_page<B>(request: &Request<B>) -> bool {
    let accepts_html = request
        .headers()
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"));
    request.method() == Method::GET
        && accepts_html
        && !request.headers().contains_key(header::AUTHORIZATION)
        && request.uri().path().starts_with("/contacts/")
}

/// Sends such a browser on.
pub(crate) fn moved<B>(request: &Request<B>) -> Response {
    Redirect::to(&format!("/inbox{}", request.uri().path())).into_response()
}

async fn style() -> Response {
    asset(
        "text/css; charset=utf-8",
        include_str!("../assets/style.css"),
    )
}

async fn script() -> Response {
    asset(
        "text/javascript; charset=utf-8",
        include_str!("../assets/inbox.js"),
    )
}

async fn live_script() -> Response {
    asset(
        "text/javascript; charset=utf-8",
        include_str!("../assets/live.js"),
    )
}

async fn card_style() -> Response {
    asset(
        "text/css; charset=utf-8",
        include_str!("../assets/card.css"),
    )
}

async fn people_style() -> Response {
    asset(
        "text/css; charset=utf-8",
        include_str!("../assets/people.css"),
    )
}

async fn card_script() -> Response {
    asset(
        "text/javascript; charset=utf-8",
        include_str!("../assets/card.js"),
    )
}

async fn messenger_style() -> Response {
    asset(
        "text/css; charset=utf-8",
        include_str!("../assets/messenger.css"),
    )
}

async fn messenger_script() -> Response {
    asset(
        "text/javascript; charset=utf-8",
        include_str!("../assets/messenger.js"),
    )
}

async fn picture() -> Response {
    asset("image/svg+xml", include_str!("../assets/picture.svg"))
}

async fn mark() -> Response {
    asset("image/svg+xml", include_str!("../assets/mark.svg"))
}

fn asset(content_type: &'static str, text: &'static str) -> Response {
    ([(header::CONTENT_TYPE, content_type)], text).into_response()
}

/// A rendered page with the headers that every page has.
fn page(status: StatusCode, template: &impl Template) -> Response {
    match template.render() {
        Ok(html) => {
            let headers: [(HeaderName, HeaderValue); 3] = [
                (
                    header::CONTENT_SECURITY_POLICY,
                    HeaderValue::from_static(CONTENT_SECURITY_POLICY),
                ),
                (
                    header::X_CONTENT_TYPE_OPTIONS,
                    HeaderValue::from_static("nosniff"),
                ),
                (
                    header::REFERRER_POLICY,
                    HeaderValue::from_static("no-referrer"),
                ),
            ];
            (status, headers, Html(html)).into_response()
        }
        Err(error) => {
            tracing::error!(%error, "a page was not rendered");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// Something that cannot be done, said on a page.
#[derive(Template)]
#[template(path = "refused.html")]
struct RefusedPage<'a> {
    title: &'a str,
    reason: &'a str,
    back: &'a str,
}

fn refused(status: StatusCode, title: &str, reason: &str, back: &str) -> Response {
    page(
        status,
        &RefusedPage {
            title,
            reason,
            back,
        },
    )
}

fn not_found() -> Response {
    refused(
        StatusCode::NOT_FOUND,
        "Not found",
        "There is nothing at this address.",
        "/inbox",
    )
}

/// The fields of a posted form, in their order; a name may be there more than once.
struct Form(Vec<(String, String)>);

impl Form {
    fn parse(body: &[u8]) -> Self {
        Self(url::form_urlencoded::parse(body).into_owned().collect())
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0
            .iter()
            .filter(move |(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// Where to go afterwards: a page of the inbox, and nowhere else.
    fn back(&self) -> &str {
        self.get("back")
            .filter(|back| back.starts_with("/inbox"))
            .unwrap_or("/inbox")
    }
}
