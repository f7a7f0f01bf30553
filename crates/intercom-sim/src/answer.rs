//! What the API answers: JSON, nothing, or a refusal in Intercom's `error.list`.

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use serde::Serialize;
use serde_json::{Value, json};

/// What an endpoint gives back.
pub(crate) type Reply = Result<Answer, Refusal>;

/// An answer that is no error.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Answer {
    /// 200 with a body.
    Ok(Value),
    /// 200 with a body of JSON that is written already.
    Written(String),
    /// A status without a body.
    Empty(StatusCode),
}

/// An error as Intercom words it (REST API, Error Objects).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    pub(crate) code: &'static str,
    pub(crate) message: String,
    pub(crate) field: Option<String>,
    /// The canonical address of a merged contact, for the `Link` header.
    pub(crate) canonical: Option<String>,
    /// The permission that the app would need.
    pub(crate) required_permission: Option<&'static str>,
}

impl Answer {
    /// 200 with what `body` writes itself as.
    pub(crate) fn written(body: &impl Serialize) -> Self {
        Self::Written(serde_json::to_string(body).expect("answers have only text keys"))
    }
}

impl Refusal {
    pub(crate) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            field: None,
            canonical: None,
            required_permission: None,
        }
    }

    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "parameter_invalid", message)
    }

    pub(crate) fn missing(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "parameter_not_found", message)
    }

    pub(crate) fn not_found(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, code, message)
    }

    pub(crate) fn no_such_resource() -> Self {
        Self::not_found("not_found", "Resource Not Found")
    }

    pub(crate) fn no_such_contact() -> Self {
        Self::not_found("not_found", "User Not Found")
    }

    pub(crate) fn unauthorized(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, code, message)
    }

    pub(crate) fn conflict(message: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, "conflict", message)
    }

    #[must_use]
    pub(crate) fn at_field(mut self, field: &str) -> Self {
        self.field = Some(field.to_owned());
        self
    }

    fn body(&self, request_id: &str) -> Value {
        let mut error = json!({ "code": self.code, "message": self.message });
        if let Some(field) = &self.field {
            error["field"] = json!(field);
        }
        if let Some(permission) = self.required_permission {
            error["data"] = json!({ "required_permissions": [permission] });
        }
        json!({ "type": "error.list", "request_id": request_id, "errors": [error] })
    }
}

/// The reply as an HTTP response. `request_id` names it in an error.
pub(crate) fn respond(reply: Reply, request_id: &str) -> Response<Bytes> {
    match reply {
        Ok(Answer::Ok(body)) => json_response(StatusCode::OK, &body),
        Ok(Answer::Written(body)) => written_response(StatusCode::OK, body),
        Ok(Answer::Empty(status)) => {
            let mut response = Response::new(Bytes::new());
            *response.status_mut() = status;
            response
        }
        Err(refusal) => {
            let mut response = json_response(refusal.status, &refusal.body(request_id));
            let link = refusal.canonical.as_ref().and_then(|address| {
                HeaderValue::from_str(&format!("<{address}>; rel=\"canonical\"")).ok()
            });
            if let Some(link) = link {
                response.headers_mut().insert(header::LINK, link);
            }
            response
        }
    }
}

/// A JSON response with Intercom's content type.
pub(crate) fn json_response(status: StatusCode, body: &Value) -> Response<Bytes> {
    written_response(status, body.to_string())
}

fn written_response(status: StatusCode, body: String) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json; charset=utf-8"),
    );
    response
}
