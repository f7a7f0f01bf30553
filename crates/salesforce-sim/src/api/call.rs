//! One REST call under `/services/data/vNN.0`, taken apart.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use model::Timestamp;
use percent_encoding::percent_decode_str;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use crate::error::ApiError;
use crate::id::RecordId;
use crate::records::{Author, AutoAssign, OnDuplicates};

use super::admission::check_version;
use super::json_body;

/// A call, from outside or from inside a composite.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) method: Method,
    /// `67.0`.
    pub(crate) version: String,
    /// What follows the version, decoded, without empty segments.
    pub(crate) path: Vec<String>,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) user: RecordId,
    pub(crate) now: Timestamp,
}

impl Call {
    /// The segments of the path, for matching.
    pub(crate) fn segments(&self) -> Vec<&str> {
        self.path.iter().map(String::as_str).collect()
    }

    /// `67` of `67.0`.
    pub(super) fn major(&self) -> u32 {
        let major = self.version.split('.').next().unwrap_or_default();
        major.parse().expect("the version was checked")
    }

    /// The first query parameter of that name.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body as JSON of a known shape.
    pub(crate) fn json<T: DeserializeOwned>(&self) -> Result<T, ApiError> {
        self.json_of("request")
    }

    /// The body as JSON; `what` is what the vendor would call the thing that it has to be.
    pub(crate) fn json_of<T: DeserializeOwned>(&self, what: &str) -> Result<T, ApiError> {
        json_body::read(&self.body, what)
    }

    /// The call that a part of this one asks for, by the same user at the same instant. A URL is
    /// absolute, or begins with its version.
    pub(super) fn part(
        &self,
        method: &str,
        url: &str,
        headers: &BTreeMap<String, String>,
        body: &Json,
    ) -> Result<Self, ApiError> {
        let (path, query) = url.split_once('?').unwrap_or((url, ""));
        let path = path.trim_start_matches('/');
        let path = path.strip_prefix("services/data/").unwrap_or(path);
        let absolute = format!("/services/data/{path}");
        let (version, path) = versioned_path(&absolute).ok_or_else(ApiError::not_found)?;
        check_version(&version)?;
        let pairs_of = |(name, value): (&String, &String)| {
            let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
            Some((name, HeaderValue::from_str(value).ok()?))
        };
        let method = method.to_ascii_uppercase();
        Ok(Self {
            method: method.parse().map_err(|_| ApiError::not_found())?,
            version,
            path,
            query: pairs(query.as_bytes()),
            headers: headers.iter().filter_map(pairs_of).collect(),
            body: if body.is_null() {
                Bytes::new()
            } else {
                body.to_string().into()
            },
            user: self.user,
            now: self.now,
        })
    }

    /// Where a change by this call comes from, as change events name it.
    pub(crate) fn origin(&self) -> String {
        let version = &self.version;
        let api = if self.path.first().is_some_and(|first| first == "jobs") {
            "bulkapi"
        } else {
            "rest"
        };
        match self.header("sforce-call-options").and_then(client_of) {
            Some(client) => format!("com/salesforce/api/{api}/{version};client={client}"),
            None => format!("com/salesforce/api/{api}/{version}"),
        }
    }

    /// Who writes, and under which options of this request.
    pub(crate) fn author(&self) -> Result<Author, ApiError> {
        Ok(Author {
            user: self.user,
            now: self.now,
            auto_assign: self.auto_assign()?,
            on_duplicates: self.on_duplicates(),
            at_screen: false,
        })
    }

    /// The rule applies unless the request says otherwise.
    fn auto_assign(&self) -> Result<AutoAssign, ApiError> {
        match self.header("sforce-auto-assign").map(str::trim) {
            None => Ok(AutoAssign::Active),
            Some(text) if text.eq_ignore_ascii_case("true") => Ok(AutoAssign::Active),
            Some(text) if text.eq_ignore_ascii_case("false") => Ok(AutoAssign::Never),
            Some(text) => text
                .parse()
                .map(AutoAssign::Rule)
                .map_err(|_| ApiError::bad_request("MALFORMED_ID", format!("malformed id {text}"))),
        }
    }

    fn on_duplicates(&self) -> OnDuplicates {
        let header = self
            .header("sforce-duplicate-rule-header")
            .unwrap_or_default();
        let says = |name: &str| {
            header
                .split([';', ','])
                .filter_map(|part| part.split_once('='))
                .any(|(key, value)| {
                    key.trim().eq_ignore_ascii_case(name)
                        && value.trim().eq_ignore_ascii_case("true")
                })
        };
        OnDuplicates {
            allow_save: says("allowSave"),
            include_details: says("includeRecordDetails"),
            ..OnDuplicates::refused(&self.version)
        }
    }
}

/// The client that `Sforce-Call-Options: client=X, defaultNamespace=ns` names.
pub(crate) fn client_of(options: &str) -> Option<&str> {
    options
        .split(',')
        .filter_map(|part| part.split_once('='))
        .find(|(key, _)| key.trim().eq_ignore_ascii_case("client"))
        .map(|(_, client)| client.trim())
        .filter(|client| !client.is_empty())
}

/// `/services/data/v67.0/sobjects/Lead` → (`67.0`, [`sobjects`, `Lead`]). Nothing if the path is
/// not under a version.
pub(crate) fn versioned_path(path: &str) -> Option<(String, Vec<String>)> {
    let rest = path.strip_prefix("/services/data/v")?;
    let (version, rest) = rest.split_once('/').unwrap_or((rest, ""));
    Some((version.to_owned(), segments(rest)))
}

/// The decoded, non-empty segments of a path.
pub(crate) fn segments(path: &str) -> Vec<String> {
    path.split('/')
        .filter(|segment| !segment.is_empty())
        .map(|segment| percent_decode_str(segment).decode_utf8_lossy().into_owned())
        .collect()
}

/// The decoded pairs of a query string or a form.
pub(crate) fn pairs(text: &[u8]) -> Vec<(String, String)> {
    url::form_urlencoded::parse(text).into_owned().collect()
}
