//! What is done to conversations that no call of the API does: `/_sim/conversations`
//! and `/_sim/messages`.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{post, put};
use axum::{Json, Router};
use http::StatusCode;
use serde::Deserialize;
use serde_json::json;

use super::done;
use crate::conversation::{Priority, Stars};
use crate::ids::{ConversationId, ObjectId};
use crate::sim::Sim;

pub(super) fn router() -> Router<Sim> {
    Router::new()
        .route("/messages/{id}/answer", post(answer))
        .route("/conversations/{id}/priority", put(prioritize))
        .route("/conversations/{id}/rating", put(rate))
        .route("/conversations/{id}/parts/{part}/tags", post(tag))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Urgency {
    priority: Priority,
}

async fn prioritize(
    State(sim): State<Sim>,
    Path(id): Path<ConversationId>,
    Json(urgency): Json<Urgency>,
) -> Response {
    done(sim.prioritize(id, urgency.priority))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TagOn {
    id: String,
}

async fn tag(
    State(sim): State<Sim>,
    Path((id, part)): Path<(ConversationId, String)>,
    Json(tag): Json<TagOn>,
) -> Response {
    done(sim.tag_part(id, &part, &tag.id))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Said {
    contact: ObjectId,
    body: String,
}

async fn answer(
    State(sim): State<Sim>,
    Path(message): Path<String>,
    Json(said): Json<Said>,
) -> Response {
    match sim.answer_message(&message, said.contact, &said.body) {
        Ok(id) => Json(json!({ "conversation_id": id.to_string() })).into_response(),
        Err(reason) => (StatusCode::BAD_REQUEST, reason).into_response(),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rated {
    rating: Stars,
    remark: Option<String>,
}

async fn rate(
    State(sim): State<Sim>,
    Path(id): Path<ConversationId>,
    Json(rated): Json<Rated>,
) -> Response {
    done(sim.rate(id, rated.rating, rated.remark))
}
