//! Requests as values, built without IO, and the reading of JSON answers.

use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::uri::{Authority, PathAndQuery};
use http::{HeaderValue, Method, Request, StatusCode, Uri};
use model::Timestamp;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use transport::Reply;
use url::Position;

use crate::error::refusal::unexpected;
use crate::{SalesforceError, Session};

/// Where everything of the version of the API that this client was written for is found.
pub(crate) const DATA: &str = "/services/data/v67.0";

/// Salesforce shows this name as the origin of changes.
const CALL_OPTIONS: HeaderValue = HeaderValue::from_static("client=Carrick");

/// The characters that mean only themselves anywhere in a URL.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// A call of the API. The origin and the token come from the session at sending.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    method: Method,
    path: PathAndQuery,
    accept: HeaderValue,
    headers: Vec<(&'static str, HeaderValue)>,
    body: Bytes,
}

impl Call {
    /// A `GET` of `path`, which begins with [`DATA`] and is encoded already.
    pub(crate) fn get(path: &str) -> Self {
        Self {
            method: Method::GET,
            path: path
                .parse()
                .expect("paths are built of constants and encoded values"),
            accept: HeaderValue::from_static("application/json"),
            headers: Vec::new(),
            body: Bytes::new(),
        }
    }

    /// A `POST` of JSON.
    pub(crate) fn post(path: &str, body: &impl Serialize) -> Self {
        let body = serde_json::to_vec(body).expect("our wire types have only text keys");
        Self {
            method: Method::POST,
            body: body.into(),
            ..Self::get(path)
        }
    }

    /// A `PATCH` with JSON.
    pub(crate) fn patch(path: &str, body: &impl Serialize) -> Self {
        Self {
            method: Method::PATCH,
            ..Self::post(path, body)
        }
    }

    /// A `GET` of a path that Salesforce named. Only a path below its data resources is accepted:
    /// anything else could lead the token elsewhere.
    pub(crate) fn get_named(path: &str) -> Result<Self, SalesforceError> {
        let refused = || {
            unexpected(
                "a path below /services/data/",
                StatusCode::OK,
                path.as_bytes(),
            )
        };
        let plain = path.bytes().all(|byte| byte.is_ascii_graphic())
            && !path.split(['/', '?']).any(|step| step == "..");
        if !plain || !path.starts_with("/services/data/") || path.contains('#') {
            return Err(refused());
        }
        let path = path.parse().map_err(|_| refused())?;
        Ok(Self {
            path,
            ..Self::get(DATA)
        })
    }

    /// The same call, asking for CSV.
    pub(crate) fn accepting_csv(self) -> Self {
        Self {
            accept: HeaderValue::from_static("text/csv"),
            ..self
        }
    }

    /// The same call with one more header.
    pub(crate) fn with_header(mut self, name: &'static str, value: &'static str) -> Self {
        self.headers.push((name, HeaderValue::from_static(value)));
        self
    }

    /// The request to send in `session`.
    pub(crate) fn request(&self, session: &Session) -> Result<Request<Bytes>, SalesforceError> {
        let address = |why| SalesforceError::Address {
            url: session.instance_url.to_string(),
            why,
        };
        let url = &session.instance_url;
        let authority: Authority = url[Position::BeforeHost..Position::AfterPort]
            .parse()
            .map_err(|_| address("it has no usable host"))?;
        let uri = Uri::builder()
            .scheme(url.scheme())
            .authority(authority)
            .path_and_query(self.path.clone())
            .build()
            .map_err(|_| address("no request can be made of it"))?;
        let mut token = HeaderValue::try_from(format!("Bearer {}", session.access_token.expose()))
            .map_err(|_| SalesforceError::SessionExpired)?;
        token.set_sensitive(true);
        let mut request = Request::new(self.body.clone());
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = uri;
        let headers = request.headers_mut();
        headers.insert(AUTHORIZATION, token);
        headers.insert(ACCEPT, self.accept.clone());
        headers.insert("sforce-call-options", CALL_OPTIONS);
        // All bodies are JSON.
        if !self.body.is_empty() {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        for (name, value) in &self.headers {
            headers.insert(*name, value.clone());
        }
        Ok(request)
    }
}

/// The path of a query, for a call of its own or as a part of a composite one.
pub(crate) fn query_path(resource: &str, soql: &str) -> String {
    format!("{DATA}/{resource}?q={}", utf8_percent_encode(soql, ENCODED))
}

/// The server's clock when it answered, in whole seconds.
pub(crate) fn server_time(reply: &Reply) -> Option<Timestamp> {
    Timestamp::from_http_date(reply.header("date")?).ok()
}

/// Reads a JSON answer; `expected` says to people what should have come.
pub(crate) fn json<T: DeserializeOwned>(
    reply: &Reply,
    expected: &'static str,
) -> Result<T, SalesforceError> {
    let of_json = reply.header("content-type").is_some_and(|kind| {
        kind.trim_start()
            .to_ascii_lowercase()
            .starts_with("application/json")
    });
    if !of_json {
        return Err(unexpected(expected, reply.status, &reply.body));
    }
    serde_json::from_slice(&reply.body).map_err(|_| unexpected(expected, reply.status, &reply.body))
}

#[cfg(test)]
mod tests;
