//! Requests and responses of the world, and the few shapes that answers take.

use bytes::Bytes;
use http::header::{self, HeaderName, HeaderValue};
use http::{Response as HttpResponse, StatusCode};

use crate::error::ApiError;

/// A request with its whole body.
pub type Request = http::Request<Bytes>;

/// An answer; its body may still have to be written.
pub type Response = HttpResponse<Body>;

/// What an answer carries.
pub enum Body {
    /// All of it.
    Full(Bytes),
    /// Piece after piece, each made when it is asked for.
    Chunks(Box<dyn Iterator<Item = Bytes> + Send>),
}

impl Body {
    /// The whole body at once.
    pub fn into_bytes(self) -> Bytes {
        match self {
            Self::Full(bytes) => bytes,
            Self::Chunks(chunks) => chunks.flatten().collect::<Vec<u8>>().into(),
        }
    }
}

impl std::fmt::Debug for Body {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Full(bytes) => f.debug_tuple("Full").field(&bytes.len()).finish(),
            Self::Chunks(_) => f.write_str("Chunks"),
        }
    }
}

pub(crate) fn json(status: StatusCode, text: impl Into<String>) -> Response {
    with_type(status, "application/json;charset=UTF-8", text.into())
}

pub(crate) fn json_value(status: StatusCode, value: &serde_json::Value) -> Response {
    json(status, value.to_string())
}

pub(crate) fn html(status: StatusCode, text: impl Into<String>) -> Response {
    with_type(status, "text/html; charset=utf-8", text.into())
}

pub(crate) fn plain(status: StatusCode, text: impl Into<String>) -> Response {
    with_type(status, "text/plain; charset=utf-8", text.into())
}

pub(crate) fn with_type(status: StatusCode, media: &'static str, text: String) -> Response {
    let mut response = HttpResponse::new(Body::Full(text.into()));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
    response
}

/// 204, truly empty.
pub(crate) fn no_content() -> Response {
    empty(StatusCode::NO_CONTENT)
}

pub(crate) fn empty(status: StatusCode) -> Response {
    let mut response = HttpResponse::new(Body::Full(Bytes::new()));
    *response.status_mut() = status;
    response
}

/// 303 to another page.
pub(crate) fn see_other(location: &str) -> Response {
    with_header(empty(StatusCode::SEE_OTHER), header::LOCATION, location)
}

pub(crate) fn with_header(mut response: Response, name: HeaderName, value: &str) -> Response {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
    response
}

impl From<ApiError> for Response {
    fn from(error: ApiError) -> Self {
        json(error.status, error.to_rest_body())
    }
}
