//! Several requests in one call, which counts once against the day's allowance.

use std::borrow::Cow;

use bytes::Bytes;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use transport::Reply;

use crate::call::{Call, json, query_path, root};
use crate::error::refusal::{refusal, unexpected};
use crate::query::{Operation, Page};
use crate::soql::Select;
use crate::{ApiVersion, SalesforceError};

/// One part of a composite call.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    method: &'static str,
    /// Below the root of the version, encoded already; it may contain references to earlier parts.
    path: String,
    reference_id: Cow<'static, str>,
    body: Option<serde_json::Value>,
    headers: serde_json::Map<String, serde_json::Value>,
}

/// What happens to the other parts if one fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AllOrNone {
    /// They are rolled back, and none is carried out.
    Yes,
    /// Each is carried out for itself.
    No,
}

impl AllOrNone {
    pub(crate) const fn is_all(self) -> bool {
        match self {
            Self::Yes => true,
            Self::No => false,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CompositeWire<'a> {
    all_or_none: bool,
    composite_request: Vec<PartWire<'a>>,
}

#[derive(Serialize)]
struct PartWire<'a> {
    method: &'static str,
    url: String,
    #[serde(rename = "referenceId")]
    reference_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<&'a serde_json::Value>,
    #[serde(
        rename = "httpHeaders",
        skip_serializing_if = "serde_json::Map::is_empty"
    )]
    headers: &'a serde_json::Map<String, serde_json::Value>,
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
    pub(crate) fn query(
        reference_id: impl Into<Cow<'static, str>>,
        operation: Operation,
        soql: &Select,
    ) -> Self {
        Self::get(
            reference_id,
            query_path(operation.resource(), &soql.to_string()),
        )
    }

    /// A `GET`.
    pub(crate) fn get(reference_id: impl Into<Cow<'static, str>>, path: String) -> Self {
        Self {
            method: "GET",
            path,
            reference_id: reference_id.into(),
            body: None,
            headers: serde_json::Map::new(),
        }
    }

    /// A `DELETE`.
    pub(crate) fn delete(reference_id: impl Into<Cow<'static, str>>, path: String) -> Self {
        Self {
            method: "DELETE",
            ..Self::get(reference_id, path)
        }
    }

    /// A `POST` with headers of its own.
    pub(crate) fn post(
        reference_id: impl Into<Cow<'static, str>>,
        path: String,
        body: serde_json::Value,
        headers: &[(&str, &str)],
    ) -> Self {
        let headers = headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).into()))
            .collect();
        Self {
            method: "POST",
            path,
            reference_id: reference_id.into(),
            body: Some(body),
            headers,
        }
    }

    /// A `PATCH` with headers of its own.
    pub(crate) fn patch(
        reference_id: impl Into<Cow<'static, str>>,
        path: String,
        body: serde_json::Value,
        headers: &[(&str, &str)],
    ) -> Self {
        Self {
            method: "PATCH",
            ..Self::post(reference_id, path, body, headers)
        }
    }

    /// What the answer to this part is found by.
    pub(crate) fn reference_id(&self) -> &str {
        &self.reference_id
    }
}

/// The call that carries `parts`. They are carried out in order.
pub(crate) fn call(version: ApiVersion, all_or_none: AllOrNone, parts: &[Part]) -> Call {
    let composite_request = parts
        .iter()
        .map(|part| PartWire {
            method: part.method,
            url: root(version, &part.path),
            reference_id: &part.reference_id,
            body: part.body.as_ref(),
            headers: &part.headers,
        })
        .collect();
    let body = CompositeWire {
        all_or_none: all_or_none.is_all(),
        composite_request,
    };
    Call::post("composite", &body).in_version(version)
}

const EXPECTED: &str = "an answer to each part of a composite call";

/// The answers, in the order of `references`.
pub(crate) fn answers<const N: usize>(
    reply: &Reply,
    references: [&'static str; N],
) -> Result<[Answered; N], SalesforceError> {
    let answers = answers_in_order(reply, &references)?;
    answers
        .try_into()
        .map_err(|_| unexpected(EXPECTED, reply.status, &reply.body))
}

/// The answers, in the order and number of `references`.
pub(crate) fn answers_in_order(
    reply: &Reply,
    references: &[&str],
) -> Result<Vec<Answered>, SalesforceError> {
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
    in_order.ok_or_else(|| unexpected(EXPECTED, reply.status, &reply.body))
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

    /// Whether a part that changes a record was carried out: that is said without a body.
    pub(crate) fn changed(&self) -> Result<(), SalesforceError> {
        let body = self.accepted()?;
        if self.status == StatusCode::NO_CONTENT || body == b"null" {
            return Ok(());
        }
        let said = serde_json::from_slice::<serde_json::Value>(body);
        match said.as_ref().map(|said| &said["success"]) {
            Ok(serde_json::Value::Bool(true)) => Ok(()),
            Ok(_) | Err(_) => Err(unexpected("the end of a change", self.status, body)),
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
