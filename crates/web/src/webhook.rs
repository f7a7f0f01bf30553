//! `POST /intercom/{app}/webhook`: what Intercom says has happened.
//!
//! The answer is the engine's verdict as a status. 200 means that the delivery survives a power
//! cut, or that nobody here wants it. Never 410, which would switch the topic off for every
//! workspace of the app, and never 429, which would slow them all down.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use engine::Received;

use crate::body::{signature, whole};
use crate::site::Site;

const SIGNATURE: &str = "x-hub-signature";

/// Takes a delivery.
#[tracing::instrument(name = "web.webhook.receive", skip_all, fields(intercom.app = %app))]
pub(crate) async fn receive(
    State(site): State<Site>,
    Path(app): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let bytes = match whole(body).await {
        Ok(bytes) => bytes,
        Err(problem) => return problem.into_response(),
    };
    let signature = signature(&headers, SIGNATURE);
    match site.engine.receive(&app, signature, &bytes).await {
        Received::Kept | Received::DroppedUnknownWorkspace | Received::DroppedTopic => {
            StatusCode::OK.into_response()
        }
        Received::BadSignature => (
            StatusCode::UNAUTHORIZED,
            "The signature does not fit the body.",
        )
            .into_response(),
        Received::Unreadable(why) => (StatusCode::BAD_REQUEST, why).into_response(),
        Received::UnknownApp => (
            StatusCode::NOT_FOUND,
            "No Intercom app of this name is configured.",
        )
            .into_response(),
        Received::Unavailable => {
            let sentence = "The delivery cannot be kept right now. Please send it again.";
            (StatusCode::SERVICE_UNAVAILABLE, sentence).into_response()
        }
    }
}

/// `HEAD`: Intercom asks whether somebody is there before it saves the address.
pub(crate) async fn probe(State(site): State<Site>, Path(app): Path<String>) -> StatusCode {
    match site.engine.intercom_app(&app) {
        Some(_) => StatusCode::OK,
        None => StatusCode::NOT_FOUND,
    }
}
