//! What was asked of the org: the calls of late one by one, and counts of all of them.

use std::collections::{BTreeMap, VecDeque};

use http::Method;
use model::Timestamp;
use serde::Serialize;

use crate::api::call::client_of;
use crate::id::RecordId;

/// Calls that are remembered; the oldest are forgotten beyond these.
const CALLS_MAX: usize = 100_000;

/// Text of queries that is remembered; a query by ids can be 16 KB long, so the number of calls
/// alone is no bound.
const SOQL_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Different paths that are counted one by one; all others together.
const PATHS_MAX: usize = 500;

/// One call, after it ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CallRecord {
    /// When it came in.
    pub at: Timestamp,
    /// Its method.
    pub method: String,
    /// Its path, without the query.
    pub path: String,
    /// The query it ran, if it ran one by `q`.
    pub soql: Option<String>,
    /// What the client calls itself in `Sforce-Call-Options`.
    pub client: Option<String>,
    /// The status of the answer; nothing if the connection was cut.
    pub status: Option<u16>,
    /// Whether it tried to write.
    pub kind: CallKind,
    /// Rows that were read out.
    pub read: u32,
    /// Records that it tried to write.
    pub written: u32,
}

/// Whether a call could change a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum CallKind {
    /// It tried to write no record.
    Read,
    /// It tried to write at least one.
    Write,
}

/// All calls since they were last forgotten, counted. Unlike the list it has no end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CallSummary {
    /// How many calls there were.
    pub calls: u64,
    /// How many of them tried to write.
    pub writes: u64,
    /// Rows that were read out.
    pub rows_read: u64,
    /// Records that were tried to be written.
    pub rows_written: u64,
    /// The same for each method and kind of path, in their order.
    pub by_path: Vec<CallCount>,
}

/// The calls of one method to one kind of path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CallCount {
    /// The method.
    pub method: String,
    /// The path with `{id}` for what names a record, a job or a page.
    pub path: String,
    /// How many calls there were.
    pub calls: u64,
    /// How many of them tried to write.
    pub writes: u64,
    /// How many were answered with a status of 400 or above, or not at all.
    pub failed: u64,
    /// Rows that were read out.
    pub rows_read: u64,
    /// Records that were tried to be written.
    pub rows_written: u64,
}

/// The calls of late, and the counts of all.
#[derive(Debug, Default)]
pub(crate) struct CallLog {
    calls: VecDeque<CallRecord>,
    soql_bytes: usize,
    counts: BTreeMap<(String, String), CallCount>,
}

impl CallLog {
    pub(crate) fn push(&mut self, call: CallRecord) {
        self.count(&call);
        self.soql_bytes += soql_bytes(&call);
        self.calls.push_back(call);
        while self.calls.len() > CALLS_MAX || self.soql_bytes > SOQL_BYTES_MAX {
            let Some(oldest) = self.calls.pop_front() else {
                break;
            };
            self.soql_bytes -= soql_bytes(&oldest);
        }
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
            rows_read: 0,
            rows_written: 0,
        });
        count.calls += 1;
        count.writes += u64::from(call.kind == CallKind::Write);
        count.failed += u64::from(call.status.is_none_or(|status| status >= 400));
        count.rows_read += u64::from(call.read);
        count.rows_written += u64::from(call.written);
    }

    pub(crate) fn all(&self) -> Vec<CallRecord> {
        self.calls.iter().cloned().collect()
    }

    pub(crate) fn summary(&self) -> CallSummary {
        let sum = |of: fn(&CallCount) -> u64| self.counts.values().map(of).sum();
        CallSummary {
            calls: sum(|count| count.calls),
            writes: sum(|count| count.writes),
            rows_read: sum(|count| count.rows_read),
            rows_written: sum(|count| count.rows_written),
            by_path: self.counts.values().cloned().collect(),
        }
    }

    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }
}

impl CallRecord {
    /// A call that has just come in.
    pub(crate) fn begun<B>(request: &http::Request<B>, at: Timestamp) -> Self {
        let query = request.uri().query().unwrap_or_default();
        let soql = url::form_urlencoded::parse(query.as_bytes())
            .find(|(key, _)| key == "q")
            .map(|(_, soql)| soql.into_owned());
        let is_deletion = request.method() == Method::DELETE;
        let options = request.headers().get("sforce-call-options");
        let options = options.and_then(|options| options.to_str().ok());
        Self {
            at,
            method: request.method().to_string(),
            path: request.uri().path().to_owned(),
            soql: soql.filter(|_| !is_deletion),
            client: options.and_then(client_of).map(str::to_owned),
            status: None,
            kind: CallKind::Read,
            read: 0,
            written: 0,
        }
    }
}

fn soql_bytes(call: &CallRecord) -> usize {
    call.soql.as_ref().map_or(0, String::len)
}

/// The path with `{id}` in place of ids, and of the cursors that begin with one.
fn pattern(path: &str) -> String {
    let segments = path.split('/').map(|segment| {
        let id = segment.split_once('-').map_or(segment, |(id, _)| id);
        let has_digit = id.bytes().any(|byte| byte.is_ascii_digit());
        if has_digit && id.parse::<RecordId>().is_ok() {
            "{id}"
        } else {
            segment
        }
    });
    segments.collect::<Vec<_>>().join("/")
}
