//! `POST /composite/batch`: up to 25 calls in one that know nothing of each other.
//! (Vendor: "REST API Developer Guide", Composite Batch.) Each counts as a call of the day.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use http::{Method, StatusCode};
use serde::Deserialize;
use serde_json::Value as Json;

use crate::answer::{self, Response};
use crate::error::ApiError;
use crate::world::World;

use super::call::Call;

/// Calls that one batch holds at most.
const PARTS_MAX: usize = 25;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Batch {
    #[serde(default)]
    halt_on_error: bool,
    batch_requests: Vec<Part>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Part {
    method: String,
    url: String,
    #[serde(default)]
    rich_input: Json,
}

impl World {
    pub(super) fn batch(&mut self, call: &Call) -> Result<Response, ApiError> {
        if call.method != Method::POST {
            return Err(ApiError::method_not_allowed(&call.method, "POST"));
        }
        let Batch {
            halt_on_error,
            batch_requests: parts,
        } = call.json()?;
        if parts.len() > PARTS_MAX {
            let message = format!("A batch holds at most {PARTS_MAX} subrequests");
            return Err(ApiError::bad_request("LIMIT_EXCEEDED", message));
        }
        // Parts cannot carry headers, so that those of the whole request speak for each.
        let headers: BTreeMap<String, String> = call
            .headers
            .iter()
            .filter(|(name, _)| name.as_str().starts_with("sforce-"))
            .filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned())))
            .collect();
        let mut has_errors = false;
        let mut results = String::new();
        for (at, part) in parts.iter().enumerate() {
            let response = if has_errors && halt_on_error {
                halted().into()
            } else {
                self.batch_part(call, part, at, &headers)
                    .unwrap_or_else(Response::from)
            };
            let status = response.status();
            has_errors |= status.is_client_error() || status.is_server_error();
            let body = response.into_body().into_bytes();
            // Everything that a batch reaches answers JSON, or nothing.
            let result = std::str::from_utf8(&body)
                .ok()
                .filter(|text| !text.is_empty())
                .unwrap_or("null");
            let comma = if at == 0 { "" } else { "," };
            let status = status.as_u16();
            write!(
                results,
                "{comma}{{\"statusCode\":{status},\"result\":{result}}}"
            )
            .expect("a string takes everything");
        }
        let body = format!("{{\"hasErrors\":{has_errors},\"results\":[{results}]}}");
        Ok(answer::json(StatusCode::OK, body))
    }

    fn batch_part(
        &mut self,
        call: &Call,
        part: &Part,
        at: usize,
        headers: &BTreeMap<String, String>,
    ) -> Result<Response, ApiError> {
        // The first was counted when the whole request came in.
        if at > 0 {
            self.spend_request()?;
        }
        let inner = call.part(&part.method, &part.url, headers, &part.rich_input)?;
        if matches!(inner.segments().as_slice(), ["composite" | "jobs", ..]) {
            let message = format!("{} cannot be part of a batch", part.url);
            return Err(ApiError::bad_request("INVALID_INPUT", message));
        }
        self.dispatch(&inner)
    }
}

fn halted() -> ApiError {
    ApiError::new(
        StatusCode::PRECONDITION_FAILED,
        "BATCH_PROCESSING_HALTED",
        "Batch processing was halted since an earlier subrequest failed.",
    )
}
