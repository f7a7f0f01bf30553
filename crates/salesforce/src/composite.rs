//! Several requests in one call, which counts once against the day's allowance.

use bytes::Bytes;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use transport::Reply;

use crate::SalesforceError;
use crate::call::{Call, DATA, json, query_path};
use crate::error::refusal::{refusal, unexpected};
use crate::query::{Operation, Page};
use crate::soql::Select;

/// One part of a composite call.
#[derive(Debug, Serialize)]
pub(crate) struct Part {
    method: &'static str,
    url: String,
    #[serde(rename = "referenceId")]
    reference_id: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<serde_json::Value>,
    #[serde(
        rename = "httpHeaders",
        skip_serializing_if = "serde_json::Map::is_empty"
    )]
    headers: serde_json::Map<String, serde_json::Value>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CompositeWire<'a> {
    all_or_none: bool,
    composite_request: &'a [Part],
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CompositeAnswerWire {
    composite_response: Vec<AnsweredWire>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AnsweredWire {
    #[serde(default)]
    body: Option<Box<RawValue>>,
    http_status_code: u16,
    reference_id: String,
}

/// The answer to one part.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) status: StatusCode,
    pub(crate) body: Bytes,
}

impl Part {
    /// A query. At most five fit into one call.
    pub(crate) fn query(reference_id: &'static str, operation: Operation, soql: &Select) -> Self {
        Self::get(
            reference_id,
            query_path(operation.resource(), &soql.to_string()),
        )
    }

    /// A `GET` of an encoded path, which may contain references to earlier parts.
    pub(crate) fn get(reference_id: &'static str, url: String) -> Self {
        Self {
            method: "GET",
            url,
            reference_id,
            body: None,
            headers: serde_json::Map::new(),
        }
    }

    /// A `POST` with headers of its own.
    pub(crate) fn post(
        reference_id: &'static str,
        url: String,
        body: serde_json::Value,
        headers: &[(&str, &str)],
    ) -> Self {
        let headers = headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).into()))
            .collect();
        Self {
            method: "POST",
            url,
            reference_id,
            body: Some(body),
            headers,
        }
    }

    /// A `PATCH` with headers of its own.
    pub(crate) fn patch(
        reference_id: &'static str,
        url: String,
        body: serde_json::Value,
        headers: &[(&str, &str)],
    ) -> Self {
        Self {
            method: "PATCH",
            ..Self::post(reference_id, url, body, headers)
        }
    }
}

/// The call that carries `parts`. They are carried out in order, each for itself.
pub(crate) fn call(parts: &[Part]) -> Call {
    let body = CompositeWire {
        all_or_none: false,
        composite_request: parts,
    };
    Call::post(&format!("{DATA}/composite"), &body)
}

/// The answers, in the order of `references`.
pub(crate) fn answers<const N: usize>(
    reply: &Reply,
    references: [&'static str; N],
) -> Result<[Answered; N], SalesforceError> {
    const EXPECTED: &str = "an answer to each part of a composite call";
    let CompositeAnswerWire { composite_response } = json(reply, EXPECTED)?;
    let in_order: Option<Vec<Answered>> = references
        .iter()
        .map(|reference| {
            let answered = composite_response
                .iter()
                .find(|answered| answered.reference_id == *reference)?;
            let body = answered.body.as_ref().map_or("null", |body| body.get());
            let status = StatusCode::from_u16(answered.http_status_code).ok()?;
            Some(Answered {
                status,
                body: Bytes::copy_from_slice(body.as_bytes()),
            })
        })
        .collect();
    in_order
        .and_then(|answers| answers.try_into().ok())
        .ok_or_else(|| unexpected(EXPECTED, reply.status, &reply.body))
}

impl Answered {
    /// The body of a part that was carried out, or what its refusal means.
    pub(crate) fn accepted(&self) -> Result<&[u8], SalesforceError> {
        if self.status.is_success() {
            Ok(&self.body)
        } else {
            Err(refusal(self.status, &self.body, None))
        }
    }

    /// The rows of a part that was a query.
    pub(crate) fn page(&self) -> Result<Page, SalesforceError> {
        let body = self.accepted()?;
        serde_json::from_slice(body).map_err(|_| unexpected(Page::EXPECTED, self.status, body))
    }
}

#[cfg(test)]
mod tests;
