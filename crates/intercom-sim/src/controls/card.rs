//! What went over the wire for cards, and how they are judged.

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use axum::{Json, Router};
use http::StatusCode;

use crate::canvas::CanvasControls;
use crate::sim::Sim;

pub(super) fn router() -> Router<Sim> {
    Router::new()
        .route("/canvas-errors", get(errors).delete(forget_errors))
        .route("/canvas-requests", get(requests).delete(forget_requests))
        .route("/canvas-controls", get(controls).put(set_controls))
}

async fn errors(State(sim): State<Sim>) -> Response {
    Json(sim.canvas_errors()).into_response()
}

async fn forget_errors(State(sim): State<Sim>) -> StatusCode {
    sim.forget_canvas_errors();
    StatusCode::NO_CONTENT
}

async fn requests(State(sim): State<Sim>) -> Response {
    Json(sim.canvas_requests()).into_response()
}

async fn forget_requests(State(sim): State<Sim>) -> StatusCode {
    sim.forget_canvas_requests();
    StatusCode::NO_CONTENT
}

async fn controls(State(sim): State<Sim>) -> Response {
    Json(sim.canvas_controls()).into_response()
}

async fn set_controls(State(sim): State<Sim>, Json(controls): Json<CanvasControls>) -> StatusCode {
    sim.set_canvas_controls(controls);
    StatusCode::NO_CONTENT
}
