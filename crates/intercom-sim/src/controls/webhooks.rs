//! Webhooks under `/_sim`: the subscription, deliveries of late, and their trouble.

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use http::StatusCode;
use serde::Deserialize;
use serde_json::Value;

use super::done;
use crate::api::render;
use crate::ids::ObjectId;
use crate::sim::Sim;
use crate::webhook::{DeliveryFilter, WebhookControls};

pub(super) fn router() -> Router<Sim> {
    Router::new()
        .route("/webhooks", post(send))
        .route("/webhooks/controls", get(controls).put(set_controls))
        .route("/webhooks/subscription", get(subscription).put(subscribe))
        .route("/webhooks/live", post(set_live))
        .route("/webhooks/deliveries", get(deliveries).delete(forget))
        .route("/webhooks/deliveries/{id}/resend", post(resend))
        .route("/ping", post(ping))
}

/// A webhook about anything, or about a contact as it is.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Notice {
    topic: String,
    item: Option<Value>,
    contact_id: Option<ObjectId>,
}

async fn send(State(sim): State<Sim>, Json(notice): Json<Notice>) -> StatusCode {
    let contact = notice.contact_id.and_then(|id| {
        sim.look(|world| {
            let row = world.contacts.get(id)?;
            Some(render::contact(world, row, world.app_version()))
        })
    });
    let Some(item) = notice.item.or(contact) else {
        return StatusCode::BAD_REQUEST;
    };
    sim.send_webhook(&notice.topic, item);
    StatusCode::NO_CONTENT
}

async fn ping(State(sim): State<Sim>) -> StatusCode {
    sim.ping();
    StatusCode::NO_CONTENT
}

async fn controls(State(sim): State<Sim>) -> Response {
    Json(sim.webhook_controls()).into_response()
}

async fn set_controls(State(sim): State<Sim>, Json(controls): Json<WebhookControls>) -> StatusCode {
    sim.set_webhook_controls(controls);
    StatusCode::NO_CONTENT
}

async fn subscription(State(sim): State<Sim>) -> Response {
    Json(sim.subscription()).into_response()
}

/// What is to change of the subscription.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Subscribed {
    url: Option<String>,
    topics: Option<Vec<String>>,
}

async fn subscribe(State(sim): State<Sim>, Json(wanted): Json<Subscribed>) -> Response {
    if let Some(topics) = &wanted.topics
        && let Err(reason) = sim.set_webhook_topics(topics)
    {
        return (StatusCode::BAD_REQUEST, reason).into_response();
    }
    match &wanted.url {
        Some(url) => done(sim.set_webhook_url(url).await),
        None => StatusCode::NO_CONTENT.into_response(),
    }
}

async fn set_live(State(sim): State<Sim>) -> StatusCode {
    sim.set_webhooks_live();
    StatusCode::NO_CONTENT
}

/// `?topic=`, `?id=`, `?fate=`, `?limit=`.
async fn deliveries(State(sim): State<Sim>, Query(filter): Query<DeliveryFilter>) -> Response {
    Json(sim.deliveries(&filter)).into_response()
}

async fn forget(State(sim): State<Sim>) -> StatusCode {
    sim.forget_deliveries();
    StatusCode::NO_CONTENT
}

async fn resend(State(sim): State<Sim>, Path(id): Path<String>) -> StatusCode {
    if sim.resend_webhook(&id) {
        StatusCode::NO_CONTENT
    } else {
        StatusCode::NOT_FOUND
    }
}
