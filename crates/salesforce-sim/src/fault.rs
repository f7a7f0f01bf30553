//! What can go wrong on purpose: which calls, how often, and how.

use http::{Request, StatusCode};
use serde::{Deserialize, Serialize};

/// A fault that waits for its calls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// Which calls it meets.
    #[serde(default, rename = "match")]
    pub matching: Matching,
    /// How many calls it meets before it is spent.
    #[serde(default = "once")]
    pub times: u32,
    /// What it does to them.
    pub action: Action,
}

fn once() -> u32 {
    1
}

/// Which calls a fault meets: those that fit everything that is given.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Matching {
    /// The method, in capitals.
    pub method: Option<String>,
    /// A part of path and query, as they were sent.
    pub path_contains: Option<String>,
}

/// What a fault does. Everything given happens, in the order of the fields.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Action {
    /// The call takes this much longer.
    pub latency_ms: u64,
    /// The connection is cut.
    pub cut: Option<Cut>,
    /// An API error with this code is answered, and nothing happens.
    pub error: Option<String>,
    /// This status is answered, and nothing happens.
    pub status: Option<u16>,
    /// The body that goes with `status`; by default the page of an overloaded edge server.
    pub body: Option<String>,
    /// What the call writes becomes visible this much after its `SystemModstamp`.
    pub commit_after_ms: Option<u64>,
}

/// Where a connection is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Cut {
    /// Before anything happens.
    Before,
    /// After everything happened, but before it is answered.
    After,
}

/// The connection was cut on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the connection was cut")]
pub struct ConnectionCut;

/// What an edge server sends when it cannot reach the org.
const EDGE_PAGE: &str = "<!DOCTYPE html><html><head><title>Down for Maintenance</title></head>\
    <body><h1>We are down for maintenance.</h1><p>Sorry for the inconvenience.</p></body></html>";

impl Fault {
    pub(crate) fn meets<B>(&self, request: &Request<B>) -> bool {
        let Matching {
            method,
            path_contains,
        } = &self.matching;
        let target = request
            .uri()
            .path_and_query()
            .map_or("", |target| target.as_str());
        self.times > 0
            && method
                .as_ref()
                .is_none_or(|method| method == request.method().as_str())
            && path_contains
                .as_ref()
                .is_none_or(|part| target.contains(part.as_str()))
    }
}

impl Action {
    /// What is answered instead of asking the world: status, media type, body.
    pub(crate) fn answer(&self) -> Option<(StatusCode, &'static str, String)> {
        if let Some(code) = &self.error {
            let status = self
                .status
                .and_then(|status| StatusCode::from_u16(status).ok());
            let (usual, message) = usual_of(code);
            let body = serde_json::json!([{"message": message, "errorCode": code}]);
            let json = "application/json;charset=UTF-8";
            return Some((status.unwrap_or(usual), json, body.to_string()));
        }
        let status = StatusCode::from_u16(self.status?).ok()?;
        let body = self.body.clone().unwrap_or_else(|| EDGE_PAGE.to_owned());
        let first = body.trim_start().chars().next();
        let media = match first {
            Some('[' | '{') => "application/json;charset=UTF-8",
            Some('<') => "text/html; charset=utf-8",
            Some(_) | None => "text/plain; charset=utf-8",
        };
        Some((status, media, body))
    }
}

/// The status and the message with which the vendor sends a code.
fn usual_of(code: &str) -> (StatusCode, &'static str) {
    match code {
        "INVALID_SESSION_ID" => (StatusCode::UNAUTHORIZED, "Session expired or invalid"),
        "REQUEST_LIMIT_EXCEEDED" => (StatusCode::FORBIDDEN, "TotalRequests Limit exceeded."),
        "API_DISABLED_FOR_ORG" => (
            StatusCode::FORBIDDEN,
            "The REST API is not enabled for this Organization.",
        ),
        "SERVER_UNAVAILABLE" => (StatusCode::SERVICE_UNAVAILABLE, "Server unavailable"),
        "UNKNOWN_EXCEPTION" => (
            StatusCode::INTERNAL_SERVER_ERROR,
            "An unexpected error occurred. Please include this ErrorId if you contact support: 0",
        ),
        "UNABLE_TO_LOCK_ROW" => (
            StatusCode::BAD_REQUEST,
            "unable to obtain exclusive access to this record or 1 records",
        ),
        "QUERY_TIMEOUT" => (
            StatusCode::BAD_REQUEST,
            "Your query request was running for too long.",
        ),
        _ => (StatusCode::BAD_REQUEST, "The request was refused"),
    }
}
