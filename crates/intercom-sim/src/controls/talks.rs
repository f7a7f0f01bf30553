//! What is done to conversations that no call of the API does: `/_sim/conversations`.

use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::{post, put};
use axum::{Json, Router};
use serde::Deserialize;

use super::done;
use crate::conversation::Priority;
use crate::ids::ConversationId;
use crate::sim::Sim;

pub(super) fn router() -> Router<Sim> {
    Router::new()
        .route("/conversations/{id}/priority", put(prioritize))
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
