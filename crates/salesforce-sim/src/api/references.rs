//! `@{reference.path}`: what later parts of a composite take from the answers of earlier ones.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use crate::error::ApiError;

use super::composite::{Answered, halted_by_sibling};

/// The answers so far, by reference id.
#[derive(Debug, Default)]
pub(super) struct Answers {
    bodies: BTreeMap<String, Json>,
    failed: BTreeSet<String>,
}

impl Answers {
    pub(super) fn note(&mut self, answer: &Answered) {
        let reference = answer.reference.clone();
        if answer.status.is_success() {
            let body = serde_json::from_slice(&answer.body).unwrap_or_default();
            self.bodies.insert(reference, body);
        } else {
            self.failed.insert(reference);
        }
    }

    /// Replaces each `@{reference.path}` in `text` by what it points at.
    pub(super) fn substituted(&self, text: &str) -> Result<String, ApiError> {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, path, after)) = next_reference(rest) {
            out.push_str(before);
            let found = self.resolve(path)?;
            match found.as_str() {
                Some(text) => out.push_str(text),
                None => out.push_str(&found.to_string()),
            }
            rest = after;
        }
        out.push_str(rest);
        Ok(out)
    }

    /// Replaces references in every text of a body. A text that is one reference takes its type.
    pub(super) fn substitute_all(&self, json: &mut Json) -> Result<(), ApiError> {
        match json {
            Json::String(text) => {
                if let Some(("", path, "")) = next_reference(text) {
                    *json = self.resolve(path)?.clone();
                } else {
                    *text = self.substituted(text)?;
                }
            }
            Json::Array(items) => {
                for item in items {
                    self.substitute_all(item)?;
                }
            }
            Json::Object(members) => {
                for member in members.values_mut() {
                    self.substitute_all(member)?;
                }
            }
            Json::Null | Json::Bool(_) | Json::Number(_) => {}
        }
        Ok(())
    }

    /// Follows `q.records[0].Id` through the answers.
    fn resolve(&self, path: &str) -> Result<&Json, ApiError> {
        let missing = || {
            let message =
                format!("Invalid reference specified. No value for {path} found in the response");
            ApiError::bad_request("PROCESSING_HALTED", message)
        };
        let mut steps = path.split(['.', '[']);
        let reference = steps.next().unwrap_or_default();
        if self.failed.contains(reference) {
            return Err(halted_by_sibling());
        }
        let mut at = self.bodies.get(reference).ok_or_else(missing)?;
        for step in steps {
            at = match step.strip_suffix(']') {
                Some(index) => index.parse::<usize>().ok().and_then(|index| at.get(index)),
                None => at.get(step),
            }
            .ok_or_else(missing)?;
        }
        Ok(at)
    }
}

/// The first reference in a text, with what stands before and after it.
fn next_reference(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once("@{")?;
    let (path, after) = rest.split_once('}')?;
    Some((before, path, after))
}

/// The reference ids that a text names.
pub(super) fn named_in(text: &str) -> Vec<&str> {
    let mut named = Vec::new();
    let mut rest = text;
    while let Some((_, path, after)) = next_reference(rest) {
        named.push(path.split(['.', '[']).next().unwrap_or_default());
        rest = after;
    }
    named
}
