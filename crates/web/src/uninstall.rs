//! `POST /intercom/{app}/uninstall`: Intercom says that the app was removed from a workspace (I6).
//!
//! No webhook: it has no envelope, and its signature is that of a card request.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use engine::Uninstalled;

use crate::body::{signature, whole};
use crate::site::Site;

const SIGNATURE: &str = "x-body-signature";

/// Takes a notice.
#[tracing::instrument(name = "web.uninstall.receive", skip_all, fields(intercom.app = %app))]
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
    match site.engine.uninstalled(&app, signature, &bytes).await {
        Uninstalled::Stopped | Uninstalled::StillInstalled | Uninstalled::UnknownWorkspace => {
            StatusCode::OK.into_response()
        }
        Uninstalled::BadSignature => (
            StatusCode::UNAUTHORIZED,
            "The signature does not fit the body.",
        )
            .into_response(),
        Uninstalled::Unreadable(why) => (StatusCode::BAD_REQUEST, why).into_response(),
        Uninstalled::UnknownApp => (
            StatusCode::NOT_FOUND,
            "No Intercom app of this name is configured.",
        )
            .into_response(),
        Uninstalled::Unavailable => {
            let sentence = "The notice cannot be kept right now. Please send it again.";
            (StatusCode::SERVICE_UNAVAILABLE, sentence).into_response()
        }
    }
}
