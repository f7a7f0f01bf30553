//! What can go wrong on purpose: which calls, how often, and how.

mod answer;
mod body;

use http::Request;
use serde::{Deserialize, Serialize};

pub(crate) use body::sent;

/// A fault that waits for its calls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// Which calls it meets.
    #[serde(default, rename = "match")]
    pub matching: Matching,
    /// How many calls it meets before it is spent.
    #[serde(default = "once")]
    pub times: u32,
    /// What it does to them.
    pub action: Action,
}

fn once() -> u32 {
    1
}

/// Which calls a fault meets: those that fit everything that is given.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Matching {
    /// The method, in capitals.
    pub method: Option<String>,
    /// A part of path and query, as they were sent.
    pub path_contains: Option<String>,
    /// An object by its API name: a segment of the path, or what a query in `q` reads from.
    pub object: Option<String>,
    /// How many such calls are let through first.
    pub after_calls: u32,
}

/// What a fault does. Everything given happens, in the order of the fields.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Action {
    /// The call takes this much longer.
    pub latency_ms: u64,
    /// What ends before the call is looked at; whether the call notices is up to it.
    pub ends: Option<Ended>,
    /// The connection is cut.
    pub cut: Option<Cut>,
    /// With [`Cut::Body`]: after so many bytes; by default in the middle of what is sent at once.
    pub cut_after_bytes: Option<usize>,
    /// An API error with this code is answered, and nothing happens.
    pub error: Option<String>,
    /// The message that goes with `error`; by default the vendor's usual one.
    pub message: Option<String>,
    /// This status is answered, and nothing happens.
    pub status: Option<u16>,
    /// The body that goes with `status`; by default the page of an overloaded edge server.
    pub body: Option<String>,
    /// What the call writes becomes visible this much after its `SystemModstamp`.
    pub commit_after_ms: Option<u64>,
    /// The answer's head is sent at once, and its body slowly.
    pub trickle: Option<Trickle>,
}

/// What a fault ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// The session of this call.
    Session,
    /// All access tokens.
    AccessTokens,
    /// All refresh tokens.
    RefreshTokens,
    /// The day's API requests.
    DailyLimit,
}

/// How slowly a body is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trickle {
    /// So many bytes at once.
    pub bytes: usize,
    /// A pause before each of them.
    pub every_ms: u64,
}

/// Where a connection is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Cut {
    /// Before anything happens.
    Before,
    /// After everything happened, but before it is answered.
    After,
    /// After everything happened, in the middle of the answer's body.
    Body,
}

/// The connection was cut on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the connection was cut")]
pub struct ConnectionCut;

impl Fault {
    pub(crate) fn meets<B>(&self, request: &Request<B>) -> bool {
        let Matching {
            method,
            path_contains,
            object,
            after_calls: _,
        } = &self.matching;
        let target = request
            .uri()
            .path_and_query()
            .map_or("", |target| target.as_str());
        self.times > 0
            && method
                .as_ref()
                .is_none_or(|method| method == request.method().as_str())
            && path_contains
                .as_ref()
                .is_none_or(|part| target.contains(part.as_str()))
            && object
                .as_ref()
                .is_none_or(|object| is_about(request, object))
    }
}

/// Whether a call's path or query names `object`.
fn is_about<B>(request: &Request<B>, object: &str) -> bool {
    let uri = request.uri();
    let in_path = uri
        .path()
        .split('/')
        .any(|segment| segment.eq_ignore_ascii_case(object));
    let query = uri.query().unwrap_or_default();
    in_path
        || url::form_urlencoded::parse(query.as_bytes())
            .filter(|(key, _)| key == "q")
            .any(|(_, soql)| reads_from(&soql, object))
}

/// Whether the words `FROM object` stand in a query.
fn reads_from(soql: &str, object: &str) -> bool {
    let mut words = soql.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
    let mut before = "";
    words.any(|word| {
        let is_it = before.eq_ignore_ascii_case("from") && word.eq_ignore_ascii_case(object);
        if !word.is_empty() {
            before = word;
        }
        is_it
    })
}
