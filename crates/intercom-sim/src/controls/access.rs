//! Who may call, how often, and with which oddities: `/_sim/tokens`, `rate-limit`, `switches`.

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post, put};
use axum::{Json, Router};
use http::StatusCode;
use serde::Deserialize;

use crate::grant::TokenState;
use crate::sim::Sim;
use crate::switches::Switches;

pub(super) fn router() -> Router<Sim> {
    Router::new()
        .route("/tokens/revoked", put(revoke_token))
        .route("/tokens/state", put(set_token_state))
        .route("/rate-limit", put(set_rate_limit))
        .route("/rate-limit/others", post(spend_as_others))
        .route("/switches", get(switches).put(set_switches))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Token {
    token: String,
}

async fn revoke_token(State(sim): State<Sim>, Json(body): Json<Token>) -> StatusCode {
    found(sim.revoke_token(&body.token))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StateOfToken {
    token: String,
    state: TokenState,
}

async fn set_token_state(State(sim): State<Sim>, Json(body): Json<StateOfToken>) -> StatusCode {
    found(sim.set_token_state(&body.token, body.state))
}

fn found(found: bool) -> StatusCode {
    if found {
        StatusCode::NO_CONTENT
    } else {
        StatusCode::NOT_FOUND
    }
}

/// Calls a minute; `null` is no limit.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RateLimit {
    per_minute: Option<u32>,
}

async fn set_rate_limit(State(sim): State<Sim>, Json(limit): Json<RateLimit>) -> StatusCode {
    sim.set_rate_limit(limit.per_minute);
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OthersCalls {
    calls: u32,
}

async fn spend_as_others(State(sim): State<Sim>, Json(spent): Json<OthersCalls>) -> StatusCode {
    sim.spend_as_others(spent.calls);
    StatusCode::NO_CONTENT
}

async fn switches(State(sim): State<Sim>) -> Response {
    Json(sim.switches()).into_response()
}

async fn set_switches(State(sim): State<Sim>, Json(switches): Json<Switches>) -> StatusCode {
    sim.set_switches(switches);
    StatusCode::NO_CONTENT
}
