//! What was asked of the org, for tests that count calls.

use std::collections::VecDeque;

use http::Method;
use model::Timestamp;
use serde::Serialize;

/// Calls that are remembered; the oldest are forgotten beyond these.
const CALLS_MAX: usize = 100_000;

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

/// The calls of late.
#[derive(Debug, Default)]
pub(crate) struct CallLog {
    calls: VecDeque<CallRecord>,
}

impl CallLog {
    pub(crate) fn push(&mut self, call: CallRecord) {
        if self.calls.len() >= CALLS_MAX {
            self.calls.pop_front();
        }
        self.calls.push_back(call);
    }

    pub(crate) fn all(&self) -> Vec<CallRecord> {
        self.calls.iter().cloned().collect()
    }

    pub(crate) fn clear(&mut self) {
        self.calls.clear();
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
        Self {
            at,
            method: request.method().to_string(),
            path: request.uri().path().to_owned(),
            soql: soql.filter(|_| !is_deletion),
            status: None,
            kind: CallKind::Read,
            read: 0,
            written: 0,
        }
    }
}
