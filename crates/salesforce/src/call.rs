//! Requests as values, built without IO, and the reading of JSON answers.

use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::uri::{Authority, PathAndQuery};
use http::{HeaderValue, Method, Request, StatusCode, Uri};
use model::Timestamp;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, PercentEncode, utf8_percent_encode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use transport::Reply;
use url::{Position, Url};

use crate::error::refusal::unexpected;
use crate::{ApiVersion, SalesforceError, Session};

/// Salesforce shows this name as the origin of changes.
const CALL_OPTIONS: HeaderValue = HeaderValue::from_static("client=Carrick");

/// The characters that mean only themselves anywhere in a URL.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// A call of the API. The origin, the version and the token come at sending.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    method: Method,
    path: Path,
    accept: HeaderValue,
    headers: Vec<(&'static str, HeaderValue)>,
    content_type: &'static str,
    body: Bytes,
}

#[derive(Debug, Clone)]
enum Path {
    /// Below the root of a version: of the one that is spoken, if it names none.
    Below(Option<ApiVersion>, String),
    /// As Salesforce named it.
    Named(PathAndQuery),
}

impl Call {
    /// A `GET` of what is at `path` below the root of the version, encoded already.
    pub(crate) fn get(path: impl Into<String>) -> Self {
        Self {
            method: Method::GET,
            path: Path::Below(None, path.into()),
            accept: HeaderValue::from_static("application/json"),
            headers: Vec::new(),
            content_type: "application/json",
            body: Bytes::new(),
        }
    }

    /// A `POST` of JSON.
    pub(crate) fn post(path: impl Into<String>, body: &impl Serialize) -> Self {
        let body = serde_json::to_vec(body).expect("our wire types have only text keys");
        Self {
            method: Method::POST,
            body: body.into(),
            ..Self::get(path)
        }
    }

    /// A `PATCH` with JSON.
    pub(crate) fn patch(path: impl Into<String>, body: &impl Serialize) -> Self {
        Self {
            method: Method::PATCH,
            ..Self::post(path, body)
        }
    }

    /// A `DELETE`.
    pub(crate) fn delete(path: impl Into<String>) -> Self {
        Self {
            method: Method::DELETE,
            ..Self::get(path)
        }
    }

    /// A `PUT` of CSV, whose body is handed over at sending.
    pub(crate) fn put_csv(path: impl Into<String>) -> Self {
        Self {
            method: Method::PUT,
            content_type: "text/csv",
            ..Self::get(path)
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
        let path = Path::Named(path.parse().map_err(|_| refused())?);
        Ok(Self {
            path,
            ..Self::get("")
        })
    }

    /// The same call in this version, whichever is spoken.
    pub(crate) fn in_version(self, version: ApiVersion) -> Self {
        Self {
            path: match self.path {
                Path::Below(_, path) => Path::Below(Some(version), path),
                Path::Named(path) => Path::Named(path),
            },
            ..self
        }
    }

    /// The same call, asking for CSV.
    pub(crate) fn accepting_csv(self) -> Self {
        Self {
            accept: HeaderValue::from_static("text/csv"),
            ..self
        }
    }

    /// The same call with one more header.
    pub(crate) fn with_header(self, name: &'static str, value: &'static str) -> Self {
        self.with_value(name, HeaderValue::from_static(value))
    }

    /// The same call with one more header, whose value came from elsewhere.
    pub(crate) fn with_value(mut self, name: &'static str, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// The request to send in `session`, to an org that speaks `version`.
    pub(crate) fn request(
        &self,
        session: &Session,
        version: ApiVersion,
    ) -> Result<Request<Bytes>, SalesforceError> {
        let path =
            match &self.path {
                Path::Named(path) => path.clone(),
                Path::Below(pinned, path) => root(pinned.unwrap_or(version), path)
                    .parse()
                    .map_err(|_| SalesforceError::NotSendable {
                        why: "its path is longer than a URL can be".to_owned(),
                    })?,
            };
        let uri = address_of(&session.instance_url, path)?;
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
        if !self.body.is_empty() || self.method == Method::PUT {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(self.content_type));
        }
        for (name, value) in &self.headers {
            headers.insert(*name, value.clone());
        }
        Ok(request)
    }
}

/// What stands at `path` below the root of a version.
pub(crate) fn root(version: ApiVersion, path: &str) -> String {
    format!("/services/data/{version}/{path}")
}

/// A path at the origin of `url`.
pub(crate) fn address_of(url: &Url, path: PathAndQuery) -> Result<Uri, SalesforceError> {
    let address = |why| SalesforceError::Address {
        url: url.to_string(),
        why,
    };
    let authority: Authority = url[Position::BeforeHost..Position::AfterPort]
        .parse()
        .map_err(|_| address("it has no usable host"))?;
    Uri::builder()
        .scheme(url.scheme())
        .authority(authority)
        .path_and_query(path)
        .build()
        .map_err(|_| address("no request can be made of it"))
}

/// A text as one value of a query string or one step of a path.
pub(crate) fn encoded(text: &str) -> PercentEncode<'_> {
    utf8_percent_encode(text, ENCODED)
}

/// The path of a query, for a call of its own or as a part of a composite one.
pub(crate) fn query_path(resource: &str, soql: &str) -> String {
    format!("{resource}?q={}", encoded(soql))
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
