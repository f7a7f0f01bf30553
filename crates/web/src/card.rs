//! `POST /intercom/{app}/card/initialize` and `…/submit`: the card beside a conversation (C).
//!
//! A request whose signature fits is always answered with a canvas: trouble is a sentence on the
//! card, never a status that Intercom would show as an error of its own. The engine answers in
//! time, whatever the vendors do.

mod click;
mod control;
mod form;
mod render;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use engine::{CardAsk, CardContact, Click};
use intercom::canvas;
use intercom::canvas::request::{self, CardRequest};
use serde::de::IgnoredAny;

use crate::body::{signature, whole};
use crate::site::Site;

const SIGNATURE: &str = "x-body-signature";

/// Draws the card for the first time.
#[tracing::instrument(name = "web.card.initialize", skip_all, fields(intercom.app = %app))]
pub(crate) async fn initialize(
    State(site): State<Site>,
    Path(app): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    match read(&site, &app, &headers, body).await {
        Ok(request) => answer(&site, app, request, Click::Draw, 0).await,
        Err(refusal) => refusal,
    }
}

/// Something on the card was used.
#[tracing::instrument(name = "web.card.submit", skip_all, fields(intercom.app = %app))]
pub(crate) async fn submit(
    State(site): State<Site>,
    Path(app): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    match read(&site, &app, &headers, body).await {
        Ok(request) => {
            let click = click::of(&request);
            let page = click::page_of(&click);
            answer(&site, app, request, click, page).await
        }
        Err(refusal) => refusal,
    }
}

/// The request, after its signature over the raw bytes was checked.
async fn read(
    site: &Site,
    app: &str,
    headers: &HeaderMap,
    body: Body,
) -> Result<CardRequest, Response> {
    let refused = |status: StatusCode, sentence: &'static str| (status, sentence).into_response();
    let known = site.engine.intercom_app(app).ok_or_else(|| {
        refused(
            StatusCode::NOT_FOUND,
            "No Intercom app of this name is configured.",
        )
    })?;
    let body = whole(body).await.map_err(IntoResponse::into_response)?;
    let signature = signature(headers, SIGNATURE);
    canvas::verify(&known.client_secret, signature, &body).map_err(|error| {
        tracing::warn!(%error, "a card request was refused");
        refused(
            StatusCode::UNAUTHORIZED,
            "The signature does not fit the body.",
        )
    })?;
    request::parse(&body).map_err(|error| {
        tracing::warn!(%error, "a card request cannot be read");
        if serde_json::from_slice::<IgnoredAny>(&body).is_ok() {
            let words = "Carrick cannot read what Intercom sent about this conversation.";
            canvas_answer(render::sentence_body(words))
        } else {
            refused(StatusCode::BAD_REQUEST, "The body is not JSON.")
        }
    })
}

async fn answer(
    site: &Site,
    app: String,
    request: CardRequest,
    click: Click,
    page: usize,
) -> Response {
    let contact = request.contact.map(|contact| CardContact {
        id: contact.id,
        email: contact.email,
        name: contact.name,
        // Card requests are not sure to have one; the engine knows it from the contact itself.
        phone: None,
    });
    let ask = CardAsk {
        app,
        workspace: request.workspace_id,
        teammate: request.teammate.id,
        contact,
        conversation: request.conversation,
        click,
    };
    let reply = site.engine.card(ask).await;
    canvas_answer(render::body(&reply, page))
}

fn canvas_answer(body: String) -> Response {
    ([(CONTENT_TYPE, "application/json")], body).into_response()
}
