//! The REST API under `/services/data`: versions, authentication, the daily limit, and which
//! resource answers what.

mod actions;
mod admission;
mod batch;
mod bulk;
pub(crate) mod call;
mod collections;
mod composite;
mod conditions;
mod describe;
mod external_id;
mod graph;
mod held;
mod json_body;
mod layouts;
mod limits;
mod query;
mod recent;
mod references;
mod relationships;
mod replication;
mod representation;
mod rows;
mod search;
mod tree;

use http::{Method, StatusCode};
use serde_json::json;

use crate::answer::{self, Request, Response};
use crate::error::ApiError;
use crate::id::RecordId;
use crate::schema::Object;
use crate::world::World;

pub(crate) use admission::{VERSIONS, body_bytes_max};
pub use bulk::BulkSwitches;
pub(crate) use bulk::{Jobs, reads_any_bytes};
use call::Call;
pub(crate) use query::Cursors;
pub(crate) use recent::RecentlyViewed;

impl World {
    /// Answers a request under `/services/data`.
    pub(crate) fn data(&mut self, request: &Request) -> Response {
        let path = request.uri().path();
        if path.trim_end_matches('/') == "/services/data" {
            return representation::fitting(versions(request.method()), request);
        }
        let response = match self.admit(request) {
            Ok(call) => {
                self.records.origin = call.origin();
                self.dispatch(&call).unwrap_or_else(Response::from)
            }
            Err(error) => error.into(),
        };
        let response = representation::fitting(response, request);
        let used = self.usage.used(self.now);
        let usage = format!("api-usage={used}/{}", self.options.daily_limit);
        let name = http::HeaderName::from_static("sforce-limit-info");
        answer::with_header(response, name, &usage)
    }

    /// Finds the resource. Composites come back here for each of their parts.
    pub(crate) fn dispatch(&mut self, call: &Call) -> Result<Response, ApiError> {
        let path = call.segments();
        let answered = match path.as_slice() {
            [] => get_only(call).map(|()| self.resources(call)),
            ["limits"] => get_only(call).map(|()| self.limits()),
            ["limits", "recordCount"] => get_only(call).map(|()| self.record_counts(call)),
            ["sobjects"] => get_only(call).map(|()| self.describe_global(call)),
            ["sobjects", object, "describe"] => {
                get_only(call)?;
                Ok(self.describe_object(self.known(object)?, call))
            }
            ["sobjects", object, "describe", "layouts"] => {
                get_only(call)?;
                Ok(self.layouts(self.known(object)?, call))
            }
            ["sobjects", object, "describe", "layouts", kind] => {
                get_only(call)?;
                self.layout_of(self.known(object)?, kind)
            }
            ["sobjects", object] => self.object(self.known(object)?, call),
            ["sobjects", object, "updated"] => {
                get_only(call)?;
                self.updated(self.known(object)?, call)
            }
            ["sobjects", object, "deleted"] => {
                get_only(call)?;
                self.deleted(self.known(object)?, call)
            }
            ["sobjects", object, id] => self.row(self.known(object)?, id, call),
            ["sobjects", object, field_or_id, value_or_relationship] => {
                let object = self.known(object)?;
                self.below(object, field_or_id, value_or_relationship, call)
            }
            ["query" | "queryAll", ..] => self.query(call),
            ["search"] => self.search(call),
            ["parameterizedSearch"] => self.parameterized_search(call),
            ["composite"] => self.composite(call),
            ["composite", "batch"] => self.batch(call),
            ["composite", "graph"] => self.graph(call),
            ["composite", "tree", object] => self.tree(self.known(object)?, call),
            ["composite", "sobjects"] => self.collections(call),
            ["composite", "sobjects", object, field] => {
                self.upsert_many(self.known(object)?, field, call)
            }
            ["composite", "sobjects", object] => self.retrieve_many(self.known(object)?, call),
            ["actions", rest @ ..] => self.actions(rest, call),
            ["jobs", ..] => self.bulk(call),
            _ => Err(ApiError::not_found()),
        };
        // A call, or a part of a composite that stands alone, is a transaction.
        self.records.seal(self.now);
        answered
    }

    /// `{Field}/{value}` or `{Id}/{Relationship}`: a name of a field is never an id of a record.
    fn below(
        &mut self,
        object: Object,
        first: &str,
        second: &str,
        call: &Call,
    ) -> Result<Response, ApiError> {
        let is_field = self.records.schema_of(object).position(first).is_some();
        if is_field || first.parse::<RecordId>().is_err() {
            self.by_external_id(object, first, second, call)
        } else {
            self.follow_relationship(object, first, second, call)
        }
    }

    /// An object in a path, as far as apps may know of it.
    fn known(&self, object: &str) -> Result<Object, ApiError> {
        Object::named(object)
            .filter(|object| !self.records.sharing.denies(*object))
            .ok_or_else(ApiError::not_found)
    }

    fn resources(&self, call: &Call) -> Response {
        let base = format!("/services/data/v{}", call.version);
        let identity = format!("{}/id/{}/{}", self.origin, self.org(), call.user);
        answer::json_value(
            StatusCode::OK,
            &json!({
                "actions": format!("{base}/actions"),
                "composite": format!("{base}/composite"),
                "identity": identity,
                "jobs": format!("{base}/jobs"),
                "limits": format!("{base}/limits"),
                "parameterizedSearch": format!("{base}/parameterizedSearch"),
                "query": format!("{base}/query"),
                "queryAll": format!("{base}/queryAll"),
                "search": format!("{base}/search"),
                "sobjects": format!("{base}/sobjects"),
            }),
        )
    }
}

/// Releases of a year, in their order.
const SEASONS: [&str; 3] = ["Spring", "Summer", "Winter"];

fn versions(method: &Method) -> Response {
    if method != Method::GET && method != Method::HEAD {
        return ApiError::method_not_allowed(method, "GET,HEAD").into();
    }
    let list: Vec<_> = VERSIONS
        .map(|version| {
            // Version 31 is Summer '14; three releases a year, Winter named after the next year.
            let releases = version - 30;
            let season = SEASONS[releases as usize % 3];
            let year = 14 + releases / 3 + u32::from(releases % 3 == 2);
            json!({
                "label": format!("{season} '{year}"),
                "url": format!("/services/data/v{version}.0"),
                "version": format!("{version}.0"),
            })
        })
        .collect();
    answer::json_value(StatusCode::OK, &list.into())
}

fn get_only(call: &Call) -> Result<(), ApiError> {
    match call.method {
        Method::GET | Method::HEAD => Ok(()),
        _ => Err(ApiError::method_not_allowed(&call.method, "GET,HEAD")),
    }
}

/// An id in a path or a list.
fn parse_id(text: &str) -> Result<RecordId, ApiError> {
    text.parse()
        .map_err(|_| ApiError::bad_request("MALFORMED_ID", format!("malformed id {text}")))
}
