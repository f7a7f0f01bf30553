//! `POST /composite`: up to 25 calls in one, later ones referring to the answers of earlier ones.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use serde::Deserialize;
use serde_json::Value as Json;

use crate::answer::{self, Response};
use crate::error::ApiError;
use crate::value::write_json_text;
use crate::world::World;

use super::call::{Call, pairs, versioned_path};

/// Calls that one composite holds at most.
const PARTS_MAX: usize = 25;

/// Of these, so many may be queries or collections.
const HEAVY_PARTS_MAX: usize = 5;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Composite {
    #[serde(default)]
    all_or_none: bool,
    composite_request: Vec<Part>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Part {
    method: String,
    url: String,
    reference_id: String,
    #[serde(default)]
    body: Json,
    #[serde(default)]
    http_headers: BTreeMap<String, String>,
}

/// What a part was answered.
struct Answered {
    reference: String,
    status: StatusCode,
    headers: BTreeMap<String, String>,
    body: Bytes,
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
        check_parts(&parts)?;
        if all_or_none {
            self.records.begin();
        }
        let mut answers: Vec<Answered> = Vec::with_capacity(parts.len());
        let mut answered: BTreeMap<String, Json> = BTreeMap::new();
        for part in parts {
            let halted = all_or_none && answers.iter().any(|answer| !answer.status.is_success());
            let response = if halted {
                halted_by_sibling().into()
            } else {
                self.part(call, &part, &answered)
                    .unwrap_or_else(Response::from)
            };
            let answer = taken_apart(part.reference_id, response);
            if answer.status.is_success() {
                let body = serde_json::from_slice(&answer.body).unwrap_or_default();
                answered.insert(answer.reference.clone(), body);
            }
            answers.push(answer);
        }
        if all_or_none {
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
        Ok(answer::json(StatusCode::OK, written(&answers)))
    }

    fn part(
        &mut self,
        outer: &Call,
        part: &Part,
        answered: &BTreeMap<String, Json>,
    ) -> Result<Response, ApiError> {
        let url = substituted(&part.url, answered)?;
        let (path, query) = url.split_once('?').unwrap_or((&url, ""));
        let (version, path) = versioned_path(path).ok_or_else(ApiError::not_found)?;
        if path == ["composite"] || path.first().is_some_and(|first| first == "jobs") {
            let message = format!("{} cannot be part of a composite", part.url);
            return Err(ApiError::bad_request("INVALID_INPUT", message));
        }
        let mut body = part.body.clone();
        substitute_all(&mut body, answered)?;
        let mut headers = HeaderMap::new();
        for (name, value) in &part.http_headers {
            let name = HeaderName::from_bytes(name.as_bytes());
            if let (Ok(name), Ok(value)) = (name, HeaderValue::from_str(value)) {
                headers.insert(name, value);
            }
        }
        let method = part.method.to_ascii_uppercase();
        let method: Method = method.parse().map_err(|_| ApiError::not_found())?;
        let inner = Call {
            method,
            version,
            path,
            query: pairs(query.as_bytes()),
            headers,
            body: if body.is_null() {
                Bytes::new()
            } else {
                body.to_string().into()
            },
            user: outer.user,
            now: outer.now,
        };
        self.dispatch(&inner)
    }
}

impl Answered {
    /// Whether the part did all that it was asked to: a collection answers 200 even if it failed.
    fn is_good(&self) -> bool {
        let failed = |body: &Json| {
            body.as_array().is_some_and(|items| {
                items
                    .iter()
                    .any(|item| item.get("success") == Some(&Json::Bool(false)))
            })
        };
        self.status.is_success() && !serde_json::from_slice(&self.body).is_ok_and(|b| failed(&b))
    }

    fn halt(&mut self) {
        let error = halted_by_sibling();
        self.status = error.status;
        self.headers.clear();
        self.body = error.to_rest_body().into();
    }
}

fn halted_by_sibling() -> ApiError {
    let message = "The transaction was rolled back since another operation in the same \
                   transaction failed.";
    ApiError::bad_request("PROCESSING_HALTED", message)
}

fn check_parts(parts: &[Part]) -> Result<(), ApiError> {
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
    }
    Ok(())
}

/// Replaces each `@{reference.path}` in `text` by what it points at.
fn substituted(text: &str, answered: &BTreeMap<String, Json>) -> Result<String, ApiError> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("@{") {
        let Some(length) = rest[start..].find('}') else {
            break;
        };
        out.push_str(&rest[..start]);
        let found = resolve(&rest[start + 2..start + length], answered)?;
        match found.as_str() {
            Some(text) => out.push_str(text),
            None => out.push_str(&found.to_string()),
        }
        rest = &rest[start + length + 1..];
    }
    out.push_str(rest);
    Ok(out)
}

/// Replaces references in every text of a body. A text that is one reference takes its type.
fn substitute_all(json: &mut Json, answered: &BTreeMap<String, Json>) -> Result<(), ApiError> {
    match json {
        Json::String(text) => {
            let whole = text
                .strip_prefix("@{")
                .and_then(|rest| rest.strip_suffix('}'));
            match whole.filter(|inside| !inside.contains('}')) {
                Some(path) => *json = resolve(path, answered)?,
                None => *text = substituted(text, answered)?,
            }
        }
        Json::Array(items) => {
            for item in items {
                substitute_all(item, answered)?;
            }
        }
        Json::Object(members) => {
            for member in members.values_mut() {
                substitute_all(member, answered)?;
            }
        }
        Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
    Ok(())
}

/// Follows `q.records[0].Id` through the answers.
fn resolve(path: &str, answered: &BTreeMap<String, Json>) -> Result<Json, ApiError> {
    let missing = || {
        let message =
            format!("Invalid reference specified. No value for {path} found in the response");
        ApiError::bad_request("PROCESSING_HALTED", message)
    };
    let mut steps = path.split(['.', '[']);
    let reference = steps.next().unwrap_or_default();
    let mut at = answered.get(reference).ok_or_else(missing)?;
    for step in steps {
        at = match step.strip_suffix(']') {
            Some(index) => index.parse::<usize>().ok().and_then(|index| at.get(index)),
            None => at.get(step),
        }
        .ok_or_else(missing)?;
    }
    Ok(at.clone())
}

fn taken_apart(reference: String, response: Response) -> Answered {
    let (head, body) = response.into_parts();
    let headers = head
        .headers
        .iter()
        .filter(|(name, _)| *name == http::header::LOCATION)
        .filter_map(|(_, value)| Some(("Location".to_owned(), value.to_str().ok()?.to_owned())))
        .collect();
    Answered {
        reference,
        status: head.status,
        headers,
        body: body.into_bytes(),
    }
}

fn written(answers: &[Answered]) -> String {
    let mut out = String::from("{\"compositeResponse\":[");
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
        write_json_text(&answer.reference, &mut out);
        out.push('}');
    }
    out.push_str("]}");
    out
}
