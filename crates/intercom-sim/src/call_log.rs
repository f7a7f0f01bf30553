//! The API calls that were made: those of late one by one, and counts of all of them.

use std::collections::{BTreeMap, VecDeque};

use model::Timestamp;
use serde::Serialize;

/// Calls that are remembered; the oldest are forgotten.
const CALLS_MAX: usize = 100_000;
/// Different paths that are counted one by one; all others together.
const PATHS_MAX: usize = 500;

/// Whether a call could change something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum CallKind {
    /// It asked. Searches are asked by POST.
    Read,
    /// It was to change something.
    Write,
}

/// One API call, for tests and for people who want to see what an app does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CallRecord {
    /// When it was answered.
    pub at: Timestamp,
    /// The HTTP method.
    pub method: String,
    /// The path, without its query.
    pub path: String,
    /// The status of the answer.
    pub status: u16,
    /// Whether it asked or wrote.
    pub kind: CallKind,
}

/// All calls since they were last forgotten, counted. Unlike the list it has no end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CallSummary {
    /// How many calls there were.
    pub calls: u64,
    /// How many of them were to change something.
    pub writes: u64,
    /// The same for each kind of path and method, in their order.
    pub by_path: Vec<CallCount>,
}

/// The calls of one method to one kind of path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CallCount {
    /// The method.
    pub method: String,
    /// The path with `{id}` in place of ids.
    pub path: String,
    /// How many calls there were.
    pub calls: u64,
    /// How many of them were to change something.
    pub writes: u64,
    /// How many were answered with a status of 400 or above.
    pub failed: u64,
}

/// The calls of late, and the counts of all.
#[derive(Debug, Default)]
pub(crate) struct CallLog {
    calls: VecDeque<CallRecord>,
    counts: BTreeMap<(String, String), CallCount>,
}

impl CallLog {
    pub(crate) fn push<B>(&mut self, at: Timestamp, request: &http::Request<B>, status: u16) {
        let path = request.uri().path().to_owned();
        let asks = request.method() == http::Method::GET
            || request.method() == http::Method::HEAD
            || path.ends_with("/search")
            || path == "/companies/list";
        let kind = if asks {
            CallKind::Read
        } else {
            CallKind::Write
        };
        let call = CallRecord {
            at,
            method: request.method().to_string(),
            path,
            status,
            kind,
        };
        self.count(&call);
        if self.calls.len() == CALLS_MAX {
            self.calls.pop_front();
        }
        self.calls.push_back(call);
    }

    fn count(&mut self, call: &CallRecord) {
        let mut key = (pattern(&call.path), call.method.clone());
        if self.counts.len() >= PATHS_MAX && !self.counts.contains_key(&key) {
            key = ("other".to_owned(), String::new());
        }
        let count = self.counts.entry(key).or_insert_with_key(|key| CallCount {
            method: key.1.clone(),
            path: key.0.clone(),
            calls: 0,
            writes: 0,
            failed: 0,
        });
        count.calls += 1;
        count.writes += u64::from(call.kind == CallKind::Write);
        count.failed += u64::from(call.status >= 400);
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &CallRecord> {
        self.calls.iter()
    }

    pub(crate) fn summary(&self) -> CallSummary {
        CallSummary {
            calls: self.counts.values().map(|count| count.calls).sum(),
            writes: self.counts.values().map(|count| count.writes).sum(),
            by_path: self.counts.values().cloned().collect(),
        }
    }

    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }
}

/// The path with `{id}` in place of ids: decimal ones, and those of 24 hex digits.
fn pattern(path: &str) -> String {
    let is_id = |segment: &str| {
        let is_decimal = segment.bytes().all(|byte| byte.is_ascii_digit());
        let is_hex = segment.len() == 24 && segment.bytes().all(|byte| byte.is_ascii_hexdigit());
        !segment.is_empty() && (is_decimal || is_hex)
    };
    let shown = path
        .split('/')
        .map(|segment| if is_id(segment) { "{id}" } else { segment });
    shown.collect::<Vec<_>>().join("/")
}
