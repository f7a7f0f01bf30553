//! Trouble on purpose: an API call that answers with an error, late, or not at all.

use bytes::Bytes;
use http::{Method, Response, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::answer::json_response;

/// Where a connection breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Cut {
    /// Before the call did anything.
    Before,
    /// After it did, so that only the caller does not know.
    After,
}

/// Trouble for the next calls of a kind. Everything that is not said leaves the call as it is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Fault {
    /// Only calls with this method.
    pub method: Option<String>,
    /// Only calls whose path begins so.
    pub path: String,
    /// How many calls; 0 is one as well.
    pub times: u32,
    /// Answer with this status in the world's place.
    pub status: Option<u16>,
    /// The body of that answer; without one it is an `error.list` with a code that goes with the
    /// status.
    pub body: Option<Value>,
    /// Wait so long first.
    pub latency_ms: u64,
    /// Break the connection.
    pub cut: Option<Cut>,
}

/// The faults that wait for their calls.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    waiting: Vec<Fault>,
}

impl Faults {
    pub(crate) fn add(&mut self, fault: Fault) {
        self.waiting.push(Fault {
            times: fault.times.max(1),
            ..fault
        });
    }

    pub(crate) fn clear(&mut self) {
        self.waiting.clear();
    }

    /// The fault of a call, if one waits for it. It is used up once.
    pub(crate) fn take(&mut self, method: &Method, path: &str) -> Option<Fault> {
        let place = self.waiting.iter().position(|fault| {
            path.starts_with(&fault.path)
                && fault
                    .method
                    .as_ref()
                    .is_none_or(|wanted| wanted == method.as_str())
        })?;
        let fault = &mut self.waiting[place];
        fault.times -= 1;
        let taken = fault.clone();
        if fault.times == 0 {
            self.waiting.remove(place);
        }
        Some(taken)
    }
}

impl Fault {
    /// The answer in the world's place, if the fault has one.
    pub(crate) fn answer(&self) -> Option<Response<Bytes>> {
        let status = StatusCode::from_u16(self.status?).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
        let body = self.body.clone().unwrap_or_else(|| {
            let (code, message) = usual(status);
            serde_json::json!({
                "type": "error.list", "request_id": null,
                "errors": [{ "code": code, "message": message }],
            })
        });
        Some(json_response(status, &body))
    }
}

/// A code that the vendor documents for the status.
fn usual(status: StatusCode) -> (&'static str, &'static str) {
    match status.as_u16() {
        401 => ("unauthorized", "Access Token Invalid"),
        402 | 403 => ("forbidden", "The app may not do this"),
        404 => ("not_found", "Resource Not Found"),
        408 => ("request_timeout", "The request took too long"),
        409 => ("conflict", "A resource conflict was found"),
        422 => ("data_invalid", "The data is invalid"),
        429 => (
            "rate_limit_exceeded",
            "The rate limit for the App has been exceeded",
        ),
        400..500 => ("parameter_invalid", "A parameter is invalid"),
        _ => ("service_unavailable", "Sorry, please try again"),
    }
}
