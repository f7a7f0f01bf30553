//! The REST API: who may call, in which version and how often, and which endpoint answers.
//!
//! One module for each resource; each has its own routes, so that a path that is not listed answers
//! as the vendor does: 404, never 200.

mod activities;
mod admins;
mod attributes;
mod companies;
mod contacts;
pub(crate) mod conversations;
mod events;
mod gate;
mod messages;
mod notes;
mod oauth;
mod paging;
pub(crate) mod render;
mod segments;
mod subscriptions;
mod tags;
mod teammate;
mod version;
mod visitors;

use std::borrow::Cow;

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode, Uri, header};
use model::{Entropy, Timestamp};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use crate::answer::{Refusal, Reply, respond};
use crate::ids::{AdminId, uuid_text};
use crate::limiter::Budget;
use crate::world::World;

pub(crate) use companies::OpenScroll;
pub(crate) use contacts::{
    Announce, MergeRule, delete_contact, edit_contact, merge_contacts, set_archived,
};
pub(crate) use conversations::{
    Action, NewConversation, act_with, rate, start_conversation, tag_part, wake,
};
pub(crate) use messages::answer_message;
pub use version::Version;

/// The largest body that is read.
pub(crate) const BODY_BYTES_MAX: usize = 10 * 1024 * 1024;

/// An API call that passed the gate.
pub(crate) struct Call<'a> {
    pub(crate) at: Timestamp,
    pub(crate) version: Version,
    /// The admin behind the token.
    pub(crate) admin: AdminId,
    /// Where it was made, without the query.
    address: String,
    method: &'a Method,
    query: Vec<(String, String)>,
    body: &'a Bytes,
}

impl Call<'_> {
    pub(crate) fn now(&self) -> i64 {
        self.at.as_seconds()
    }

    pub(crate) fn param(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// A query parameter as the JSON text that a body would hold.
    pub(crate) fn json_param(&self, name: &str) -> Option<Value> {
        self.param(name).map(|text| Value::String(text.to_owned()))
    }

    /// The body, which must be a JSON object; an empty one has no fields.
    pub(crate) fn json(&self) -> Result<Map<String, Value>, Refusal> {
        if self.body.is_empty() {
            return Ok(Map::new());
        }
        serde_json::from_slice(self.body)
            .map_err(|_| Refusal::invalid("The request body is not a JSON object"))
    }
}

/// Answers a request: gate, route, headers.
pub(crate) fn answer(
    world: &mut World,
    now: Timestamp,
    entropy: &mut dyn Entropy,
    request: &Request<Bytes>,
) -> Response<Bytes> {
    let request_id = request_id(entropy);
    if is_counted(request.uri()) {
        return counted(world, now, &request_id, |world| pass(world, now, request));
    }
    respond(oauth::exchange(world, entropy, request), &request_id)
}

/// Without a token there is no workspace whose budget could be spent: signing in is not counted.
fn is_counted(uri: &Uri) -> bool {
    !matches!(uri.path(), "/auth/eagle/token" | "/oauth")
}

/// Counts a call, and gives the reply if a call was left.
fn counted(
    world: &mut World,
    now: Timestamp,
    request_id: &str,
    reply: impl FnOnce(&mut World) -> Reply,
) -> Response<Bytes> {
    let allowance = world.limiter.spend(now.as_seconds());
    let reply = match allowance {
        Ok(_) => reply(world),
        Err(spent) => Err(too_many(spent.budget)),
    };
    let mut response = respond(reply, request_id);
    if let Ok(Some(allowance)) | Err(allowance) = allowance {
        allowance.put_onto(response.headers_mut());
    }
    response
}

/// Where a request was made. On this machine without TLS, elsewhere with it.
fn address(request: &Request<Bytes>) -> String {
    let header = request.headers().get(header::HOST);
    let host = header
        .and_then(|host| host.to_str().ok())
        .or(request.uri().authority().map(http::uri::Authority::as_str))
        .unwrap_or("api.intercom.io");
    let is_here = ["127.", "localhost", "[::1]"];
    let scheme = if is_here.iter().any(|name| host.starts_with(name)) {
        "http"
    } else {
        "https"
    };
    format!("{scheme}://{host}{}", request.uri().path())
}

/// The message about the workspace's budget follows that about the app's, which is documented.
fn too_many(budget: Budget) -> Refusal {
    let message = match budget {
        Budget::App => "The rate limit for the App has been exceeded",
        Budget::Workspace => "The rate limit for the Workspace has been exceeded",
    };
    Refusal::new(
        StatusCode::TOO_MANY_REQUESTS,
        "rate_limit_exceeded",
        message,
    )
}

impl World {
    /// Refuses a request whose body was too large to be read. How large the vendor's may be, and the
    /// code, are not documented (UNVERIFIED).
    pub(crate) fn refuse_unread(
        &mut self,
        now: Timestamp,
        entropy: &mut dyn Entropy,
        request: &Request<()>,
    ) -> Response<Bytes> {
        let refusal = Refusal::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "client_error",
            "The request body is too large",
        );
        let request_id = request_id(entropy);
        let response = if is_counted(request.uri()) {
            counted(self, now, &request_id, |_| Err(refusal))
        } else {
            respond(Err(refusal), &request_id)
        };
        self.record_call(now, request, response.status().as_u16());
        response
    }

    /// Answers a call with what was laid ready for it. It counts and is written down like any other.
    pub(crate) fn answer_with<B>(
        &mut self,
        now: Timestamp,
        request: &Request<B>,
        mut answer: Response<Bytes>,
    ) -> Response<Bytes> {
        if is_counted(request.uri())
            && let Ok(Some(allowance)) | Err(allowance) = self.limiter.spend(now.as_seconds())
        {
            let told = match answer.status() {
                StatusCode::TOO_MANY_REQUESTS => allowance.used_up(),
                _ => allowance,
            };
            told.put_onto(answer.headers_mut());
        }
        self.record_call(now, request, answer.status().as_u16());
        answer
    }
}

fn request_id(entropy: &mut dyn Entropy) -> String {
    let mut id = [0; 16];
    entropy.fill(&mut id);
    uuid_text(id)
}

fn pass(world: &mut World, now: Timestamp, request: &Request<Bytes>) -> Reply {
    let path = request.uri().path().trim_matches('/');
    let segments: Vec<Cow<'_, str>> = path
        .split('/')
        .map(|segment| percent_decode_str(segment).decode_utf8_lossy())
        .collect();
    let segments: Vec<&str> = segments.iter().map(AsRef::as_ref).collect();
    let caller = gate::pass(world, request, &segments)?;
    let query = request.uri().query().unwrap_or_default();
    let call = Call {
        at: now,
        version: caller.version,
        admin: caller.admin,
        address: address(request),
        method: request.method(),
        query: url::form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect(),
        body: request.body(),
    };
    if segments == ["auth", "uninstall"] {
        let authorization = request.headers().get(header::AUTHORIZATION);
        let authorization = authorization.and_then(|value| value.to_str().ok());
        return oauth::uninstall(world, &call, authorization);
    }
    route(world, &call, &segments)
}

fn route(world: &mut World, call: &Call<'_>, segments: &[&str]) -> Reply {
    let Some((first, rest)) = segments.split_first() else {
        return Err(Refusal::no_such_resource());
    };
    match *first {
        "me" | "admins" | "teams" => admins::route(world, call, first, rest),
        "contacts" => contacts::route(world, call, rest),
        "notes" => notes::route(world, call, rest),
        "segments" => segments::route(world, call, rest),
        "subscription_types" => subscriptions::route(world, call, rest),
        "companies" => companies::route(world, call, rest),
        "data_attributes" => attributes::route(world, call, rest),
        "conversations" => conversations::route(world, call, rest),
        "messages" => messages::route(world, call, rest),
        "events" => events::route(world, call, rest),
        "tags" => tags::route(world, call, rest),
        "visitors" => visitors::route(world, call, rest),
        _ => Err(Refusal::no_such_resource()),
    }
}
