//! What is answered instead of asking the world: any error of the vendor by its code, in the shape
//! that the called API gives to errors, or a raw status and body.

use http::{Request, StatusCode, header};
use quick_xml::escape::escape;
use serde_json::json;

use super::Action;
use crate::answer::{self, Response};
use crate::soap;

/// What an edge server sends when it cannot reach the org.
const EDGE_PAGE: &str = "<!DOCTYPE html><html><head><title>Down for Maintenance</title></head>\
    <body><h1>We are down for maintenance.</h1><p>Sorry for the inconvenience.</p></body></html>";

impl Action {
    /// What is answered instead of asking the world, if that is what the fault does.
    pub(crate) fn answer<B>(&self, request: &Request<B>) -> Option<Response> {
        let status = self
            .status
            .and_then(|status| StatusCode::from_u16(status).ok());
        if let Some(code) = &self.error {
            let (usual, message) = usual_of(code);
            let message = self.message.as_deref().unwrap_or(message);
            return Some(error(request, status.unwrap_or(usual), code, message));
        }
        let body = self.body.clone().unwrap_or_else(|| EDGE_PAGE.to_owned());
        let first = body.trim_start().chars().next();
        let media = match first {
            None => return Some(answer::empty(status?)),
            Some('[' | '{') => "application/json;charset=UTF-8",
            Some('<') if body.trim_start().starts_with("<?xml") => "text/xml; charset=utf-8",
            Some('<') => "text/html; charset=utf-8",
            Some(_) => "text/plain; charset=utf-8",
        };
        Some(answer::with_type(status?, media, body))
    }
}

/// An error as the API that was called words it.
fn error<B>(request: &Request<B>, status: StatusCode, code: &str, message: &str) -> Response {
    let path = request.uri().path();
    if path.starts_with("/services/oauth2/") {
        let body = json!({"error": code, "error_description": message});
        return answer::json_value(status, &body);
    }
    if path.starts_with("/services/Soap/") {
        return soap::fault_of(path, code, message);
    }
    if path.starts_with("/services/async/") {
        let media = request.headers().get(header::CONTENT_TYPE);
        let is_json = media.is_some_and(|media| media.as_bytes().starts_with(b"application/json"));
        if is_json {
            let body = json!({"exceptionCode": code, "exceptionMessage": message});
            return answer::json_value(status, &body);
        }
        let body = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\
             <error xmlns=\"http://www.force.com/2009/06/asyncapi/dataload\">\
             <exceptionCode>{}</exceptionCode><exceptionMessage>{}</exceptionMessage></error>",
            escape(code),
            escape(message)
        );
        return answer::with_type(status, "application/xml", body);
    }
    let body = json!([{"message": message, "errorCode": code}]);
    answer::json_value(status, &body)
}

/// The status and the message with which the vendor sends a code.
fn usual_of(code: &str) -> (StatusCode, &'static str) {
    let found = USUAL.iter().find(|(known, _, _)| *known == code);
    let (status, message) = found.map_or((400, "The request was refused"), |(_, status, text)| {
        (*status, *text)
    });
    let status = StatusCode::from_u16(status).expect("the table holds statuses");
    (status, message)
}

/// Codes, statuses and messages of "Status Codes and Error Responses" of the REST API Developer
/// Guide, and of "OAuth 2.0 Authorization Errors".
const USUAL: &[(&str, u16, &str)] = &[
    ("INVALID_SESSION_ID", 401, "Session expired or invalid"),
    ("INVALID_AUTH_HEADER", 401, "INVALID_HEADER_TYPE"),
    (
        "REQUEST_LIMIT_EXCEEDED",
        403,
        "TotalRequests Limit exceeded.",
    ),
    (
        "API_DISABLED_FOR_ORG",
        403,
        "The REST API is not enabled for this Organization.",
    ),
    (
        "API_CURRENTLY_DISABLED",
        403,
        "API is disabled for this User",
    ),
    ("SERVER_UNAVAILABLE", 503, "Server unavailable"),
    (
        "UNKNOWN_EXCEPTION",
        500,
        "An unexpected error occurred. Please include this ErrorId if you contact support: 0",
    ),
    (
        "INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE",
        503,
        "Inserts, updates and deletes are not allowed during maintenance",
    ),
    (
        "ORG_IN_MAINTENANCE",
        503,
        "The organization is in maintenance",
    ),
    (
        "UNABLE_TO_LOCK_ROW",
        400,
        "unable to obtain exclusive access to this record or 1 records",
    ),
    (
        "QUERY_TIMEOUT",
        400,
        "Your query request was running for too long.",
    ),
    ("QUERY_TOO_COMPLICATED", 400, "Query is too complicated"),
    (
        "REQUEST_RUNNING_TOO_LONG",
        503,
        "Your request was running for too long, and has been stopped.",
    ),
    (
        "TXN_SECURITY_METERING_ERROR",
        403,
        "We can't complete the action because enabled transaction security policies took too long \
         to complete.",
    ),
    (
        "TXN_SECURITY_NO_ACCESS",
        403,
        "The operation you requested was blocked due to a security policy",
    ),
    ("STORAGE_LIMIT_EXCEEDED", 403, "storage limit exceeded"),
    ("LIMIT_EXCEEDED", 403, "limit exceeded"),
    (
        "TOO_MANY_APEX_REQUESTS",
        503,
        "Too many Apex requests are running",
    ),
    ("APEX_ERROR", 400, "An Apex error occurred"),
    ("NOT_FOUND", 404, "The requested resource does not exist"),
    ("ENTITY_IS_DELETED", 404, "entity is deleted"),
    (
        "INVALID_CROSS_REFERENCE_KEY",
        404,
        "invalid cross reference id",
    ),
    (
        "CANNOT_UPDATE_CONVERTED_LEAD",
        400,
        "cannot reference converted lead",
    ),
    (
        "CANNOT_EXECUTE_FLOW_TRIGGER",
        400,
        "We can't save this record because a process failed.",
    ),
    (
        "INSUFFICIENT_ACCESS_OR_READONLY",
        403,
        "insufficient access rights on object id",
    ),
    (
        "INSUFFICIENT_ACCESS",
        403,
        "You do not have permission to view this record.",
    ),
    ("INVALID_QUERY_LOCATOR", 400, "invalid query locator"),
    (
        "FUNCTIONALITY_NOT_ENABLED",
        403,
        "This feature is not enabled for this organization.",
    ),
    (
        "FUNCTIONALITY_TEMPORARILY_UNAVAILABLE",
        503,
        "This feature is temporarily unavailable.",
    ),
    ("invalid_grant", 400, "expired access/refresh token"),
    ("invalid_client_id", 400, "client identifier invalid"),
    ("invalid_client", 400, "invalid client credentials"),
    ("inactive_user", 400, "user is inactive"),
    ("inactive_org", 400, "organization is inactive"),
    ("rate_limit_exceeded", 400, "login rate exceeded"),
    (
        "invalid_app_access",
        400,
        "user is not admin approved to access this app",
    ),
    ("InvalidSessionId", 400, "Invalid session id"),
    ("ExceededQuota", 400, "ApiBatchItems Limit exceeded."),
    ("FeatureNotEnabled", 400, "Async API not enabled"),
];
