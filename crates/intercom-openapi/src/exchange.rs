//! What went over the wire, and what of it is not as described.

use std::fmt;

use http::Method;
use serde_json::Value;

/// A request and, if there was one, its answer.
#[derive(Debug, Clone)]
pub struct Exchange<'a> {
    /// The method of the request.
    pub method: &'a Method,
    /// Path and query, as sent.
    pub target: &'a str,
    /// The header `Intercom-Version`, if it was sent.
    pub version: Option<&'a str>,
    /// The body of the request, if there was one.
    pub body: Option<&'a Value>,
}

/// One thing in an exchange that the description does not allow.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Deviation {
    /// `GET /contacts/{contact_id}`, or method and path of what is not described at all.
    pub operation: String,
    /// On which side.
    pub place: Place,
    /// Where: `/path/…`, `/query/…`, `/header/…`, `/status`, `/body/…`; empty for the whole.
    pub pointer: String,
    /// What is wrong.
    pub what: String,
}

/// The side of an exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// What was asked.
    Request,
    /// What was answered, with this status.
    Answer(u16),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Request => f.write_str("request"),
            Self::Answer(status) => write!(f, "answer {status}"),
        }
    }
}

impl fmt::Display for Deviation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            operation,
            place,
            pointer,
            what,
        } = self;
        write!(f, "{operation}, {place}, at `{pointer}`: {what}")
    }
}
