//! What was asked of the app of late, how long it took, and which answers could not be shown.

use std::collections::VecDeque;

use model::Timestamp;
use serde::Serialize;

/// Requests that are remembered, and errors; the oldest are forgotten.
const REMEMBERED_MAX: usize = 1000;

/// Which of the two flows a request belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum CanvasFlow {
    /// A card is opened.
    Initialize,
    /// Something in it was used.
    Submit,
}

/// A request to the app that was answered, or given up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CanvasRequest {
    /// Names it in both lists; the app does not learn it.
    pub request_id: String,
    /// When it was sent.
    pub at: Timestamp,
    /// The workspace's `id_code`.
    pub workspace_id: String,
    /// What was asked.
    pub flow: CanvasFlow,
    /// The teammate before the screen.
    pub admin_id: String,
    /// The person whom the card is about.
    pub contact_id: String,
    /// The conversation beside which it stands, if it does not stand on a profile.
    pub conversation_id: Option<String>,
    /// What was used, in a submit request.
    pub component_id: Option<String>,
    /// The status of the answer, if one came.
    pub status: Option<u16>,
    /// How long the app took.
    pub latency_ms: u64,
    /// Whether the answer is on the screen now.
    pub was_shown: bool,
}

/// An answer of the app that could not be shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CanvasError {
    /// When it arrived, or was given up.
    pub at: Timestamp,
    /// The request, as in the list of requests.
    pub request_id: String,
    /// The workspace's `id_code`.
    pub workspace_id: String,
    /// What was asked.
    pub flow: CanvasFlow,
    /// Which rule it breaks, for people.
    pub reason: String,
    /// Where it does so: a JSON pointer into the answer, empty for all of it.
    pub pointer: String,
    /// What stands there, shortened.
    pub excerpt: String,
}

/// Both lists, oldest first.
#[derive(Debug, Default)]
pub(crate) struct CanvasLog {
    asked: u64,
    requests: VecDeque<CanvasRequest>,
    errors: VecDeque<CanvasError>,
}

impl CanvasLog {
    /// A number for a request that is written down next.
    pub(super) const fn next(&mut self) -> u64 {
        self.asked += 1;
        self.asked
    }

    pub(super) fn push(&mut self, request: CanvasRequest, error: Option<CanvasError>) {
        keep(&mut self.requests, request);
        if let Some(error) = error {
            keep(&mut self.errors, error);
        }
    }

    pub(super) fn requests(&self) -> impl Iterator<Item = &CanvasRequest> {
        self.requests.iter()
    }

    pub(super) fn errors(&self) -> impl Iterator<Item = &CanvasError> {
        self.errors.iter()
    }

    pub(super) fn forget_requests(&mut self) {
        self.requests.clear();
    }

    pub(super) fn forget_errors(&mut self) {
        self.errors.clear();
    }
}

fn keep<T>(list: &mut VecDeque<T>, row: T) {
    if list.len() == REMEMBERED_MAX {
        list.pop_front();
    }
    list.push_back(row);
}
