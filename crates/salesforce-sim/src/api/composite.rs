//! `POST /composite`: up to 25 calls in one, later ones referring to the answers of earlier ones.
//! (Vendor: "REST API Developer Guide", Composite.) Graphs carry their parts out here as well.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use bytes::Bytes;
use http::{Method, StatusCode};
use serde::Deserialize;
use serde_json::Value as Json;

use crate::answer::{self, Response};
use crate::error::ApiError;
use crate::value::write_json_text;
use crate::world::World;

use super::call::{Call, versioned_path};
use super::references::Answers;

/// Calls that one composite holds at most.
const PARTS_MAX: usize = 25;

/// Of these, so many may be queries or collections.
const HEAVY_PARTS_MAX: usize = 5;

/// Parts have these from the whole request, and may not name them.
const INHERITED_HEADERS: [&str; 3] = ["accept", "authorization", "content-type"];

/// Headers of a part's answer that are passed on, as the vendor spells them.
const TOLD_HEADERS: [&str; 3] = ["ETag", "Last-Modified", "Location"];

/// `collateSubrequests` is about how the vendor batches internally; answers do not differ by it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Composite {
    #[serde(default)]
    all_or_none: bool,
    composite_request: Vec<Part>,
}

/// One call of a composite or a graph.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Part {
    pub(super) method: String,
    pub(super) url: String,
    pub(super) reference_id: String,
    #[serde(default)]
    pub(super) body: Json,
    #[serde(default)]
    http_headers: BTreeMap<String, String>,
}

/// What a part was answered.
pub(super) struct Answered {
    pub(super) reference: String,
    pub(super) status: StatusCode,
    headers: BTreeMap<String, String>,
    pub(super) body: Bytes,
}

/// Whether parts stand for themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Binding {
    /// Each is kept or refused alone.
    Separate,
    /// One that fails takes all others back.
    AllOrNone,
}

impl World {
    pub(super) fn composite(&mut self, call: &Call) -> Result<Response, ApiError> {
        if call.method != Method::POST {
            return Err(ApiError::method_not_allowed(&call.method, "POST"));
        }
        let Composite {
            all_or_none,
            composite_request: parts,
        } = call.json()?;
        check_counts(&parts)?;
        check_parts(&parts)?;
        let binding = if all_or_none {
            Binding::AllOrNone
        } else {
            Binding::Separate
        };
        let answers = self.carry_out(call, parts, binding, is_supported);
        let mut body = String::new();
        write_answers(&answers, &mut body);
        Ok(answer::json(StatusCode::OK, body))
    }

    /// Carries parts out in their order. `supported` says which resources may stand in them.
    pub(super) fn carry_out(
        &mut self,
        outer: &Call,
        parts: Vec<Part>,
        binding: Binding,
        supported: fn(&[&str]) -> bool,
    ) -> Vec<Answered> {
        if binding == Binding::AllOrNone {
            self.records.begin();
        }
        let mut answers: Vec<Answered> = Vec::with_capacity(parts.len());
        let mut known = Answers::default();
        for part in parts {
            let is_halted =
                binding == Binding::AllOrNone && answers.iter().any(|answer| !answer.is_good());
            let response = if is_halted {
                halted_by_sibling().into()
            } else {
                self.carry_out_part(outer, &part, &known, supported)
                    .unwrap_or_else(Response::from)
            };
            let answer = taken_apart(part.reference_id, response);
            known.note(&answer);
            answers.push(answer);
        }
        if binding == Binding::AllOrNone {
            if answers.iter().all(Answered::is_good) {
                self.records.keep();
            } else {
                self.records.roll_back();
                answers
                    .iter_mut()
                    .filter(|answer| answer.is_good())
                    .for_each(Answered::halt);
            }
        }
        answers
    }

    fn carry_out_part(
        &mut self,
        outer: &Call,
        part: &Part,
        known: &Answers,
        supported: fn(&[&str]) -> bool,
    ) -> Result<Response, ApiError> {
        let url = known.substituted(&part.url)?;
        let mut body = part.body.clone();
        known.substitute_all(&mut body)?;
        if !url.starts_with("/services/data/v") {
            return Err(ApiError::not_found());
        }
        let inner = outer.part(&part.method, &url, &part.http_headers, &body)?;
        if !supported(&inner.segments()) {
            let message = format!("{} cannot be part of a composite", part.url);
            return Err(ApiError::bad_request("INVALID_INPUT", message));
        }
        self.dispatch(&inner)
    }
}

impl Answered {
    /// Whether the part did all that it was asked to: a collection answers 200 even if it failed.
    pub(super) fn is_good(&self) -> bool {
        let failed = |body: &Json| {
            body.as_array().is_some_and(|items| {
                items
                    .iter()
                    .any(|item| item.get("success") == Some(&Json::Bool(false)))
            })
        };
        self.status.is_success() && !serde_json::from_slice(&self.body).is_ok_and(|b| failed(&b))
    }

    /// The answer of a part that was not even tried.
    pub(super) fn refused(reference: String, error: &ApiError) -> Self {
        Self {
            reference,
            status: error.status,
            headers: BTreeMap::new(),
            body: error.to_rest_body().into(),
        }
    }

    fn halt(&mut self) {
        let reference = std::mem::take(&mut self.reference);
        *self = Self::refused(reference, &halted_by_sibling());
    }
}

pub(super) fn halted_by_sibling() -> ApiError {
    let message = "The transaction was rolled back since another operation in the same \
                   transaction failed.";
    ApiError::bad_request("PROCESSING_HALTED", message)
}

/// What a composite may hold: no composite of another kind, no jobs, no search.
fn is_supported(path: &[&str]) -> bool {
    matches!(
        path,
        ["sobjects" | "query" | "queryAll" | "limits" | "actions", ..]
            | ["composite", "sobjects", ..]
    )
}

fn check_counts(parts: &[Part]) -> Result<(), ApiError> {
    let refuse = |message: String| Err(ApiError::bad_request("LIMIT_EXCEEDED", message));
    if parts.len() > PARTS_MAX {
        return refuse(format!("A composite holds at most {PARTS_MAX} subrequests"));
    }
    let is_heavy = |part: &&Part| {
        let path = part.url.split('?').next().unwrap_or_default();
        versioned_path(path).is_some_and(|(_, path)| {
            let first = path.first().map(String::as_str);
            matches!(first, Some("query" | "queryAll" | "composite"))
        })
    };
    let heavy = parts.iter().filter(is_heavy).count();
    if heavy > HEAVY_PARTS_MAX {
        return refuse(format!(
            "A composite holds at most {HEAVY_PARTS_MAX} query and sObject collection subrequests"
        ));
    }
    Ok(())
}

/// Reference ids are words and unique, and no part brings its own credentials.
pub(super) fn check_parts(parts: &[Part]) -> Result<(), ApiError> {
    for (at, part) in parts.iter().enumerate() {
        let reference = &part.reference_id;
        let is_word = reference
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '_');
        let is_taken = parts[..at]
            .iter()
            .any(|earlier| earlier.reference_id == *reference);
        if reference.is_empty() || !is_word || is_taken {
            let message = format!("The referenceId '{reference}' is not valid or not unique");
            return Err(ApiError::bad_request("INVALID_INPUT", message));
        }
        let inherited = part
            .http_headers
            .keys()
            .find(|name| INHERITED_HEADERS.contains(&name.to_ascii_lowercase().as_str()));
        if let Some(name) = inherited {
            let message = format!("The header {name} cannot be set for a subrequest");
            return Err(ApiError::bad_request("INVALID_INPUT", message));
        }
    }
    Ok(())
}

fn taken_apart(reference: String, response: Response) -> Answered {
    let (head, body) = response.into_parts();
    let headers = TOLD_HEADERS
        .into_iter()
        .filter_map(|name| {
            let value = head.headers.get(name)?.to_str().ok()?;
            Some((name.to_owned(), value.to_owned()))
        })
        .collect();
    Answered {
        reference,
        status: head.status,
        headers,
        body: body.into_bytes(),
    }
}

/// Writes `{"compositeResponse":[…]}`.
pub(super) fn write_answers(answers: &[Answered], out: &mut String) {
    out.push_str("{\"compositeResponse\":[");
    for (at, answer) in answers.iter().enumerate() {
        out.push_str(if at == 0 { "{\"body\":" } else { ",{\"body\":" });
        // Everything that composites reach answers JSON, except Bulk results.
        match std::str::from_utf8(&answer.body) {
            Ok("") | Err(_) => out.push_str("null"),
            Ok(text) => out.push_str(text),
        }
        let headers = serde_json::to_string(&answer.headers).expect("strings always serialise");
        let status = answer.status.as_u16();
        write!(
            out,
            ",\"httpHeaders\":{headers},\"httpStatusCode\":{status},\"referenceId\":"
        )
        .expect("a string takes everything");
        write_json_text(&answer.reference, out);
        out.push('}');
    }
    out.push_str("]}");
}
