//! Which version of the API is spoken with an org.
//!
//! An org lists its versions to anybody who asks, without a token. The newest that both sides know
//! is used, in every path and for as long as the client lives; it is asked for again only when the
//! org has moved or says that it has retired the version.

use std::fmt;

use bytes::Bytes;
use http::header::ACCEPT;
use http::{HeaderValue, Method, Request};
use serde::Deserialize;
use transport::{Limits, Reply};
use url::Url;

use crate::SalesforceError;
use crate::call::{address_of, json};

/// A version of the API. Its `Display` is the step of a path: `v67.0`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ApiVersion(u16);

impl ApiVersion {
    /// The oldest whose answers this client was written for: the first with result pages of bulk
    /// queries (Summer '23).
    pub const OLDEST: Self = Self(58);

    /// The newest whose answers this client was written for (Summer '26).
    pub const NEWEST: Self = Self(67);
}

impl fmt::Display for ApiVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "v{}.0", self.0)
    }
}

/// The list is short and quickly told.
pub(crate) const LIMITS: Limits = Limits {
    timeout: std::time::Duration::from_secs(30),
    body_bytes_max: 256 * 1024,
};

#[derive(Deserialize)]
struct OfferedWire {
    version: String,
}

/// The question, without a token.
pub(crate) fn question(instance_url: &Url) -> Result<Request<Bytes>, SalesforceError> {
    let path = http::uri::PathAndQuery::from_static("/services/data/");
    let mut request = Request::new(Bytes::new());
    *request.method_mut() = Method::GET;
    *request.uri_mut() = address_of(instance_url, path)?;
    request
        .headers_mut()
        .insert(ACCEPT, HeaderValue::from_static("application/json"));
    Ok(request)
}

/// The newest version of the answer that this client speaks.
pub(crate) fn chosen(reply: &Reply) -> Result<ApiVersion, SalesforceError> {
    let offered: Vec<OfferedWire> = json(reply, "the org's list of versions")?;
    let versions = || {
        offered
            .iter()
            .filter_map(|it| it.version.strip_suffix(".0")?.parse().ok())
    };
    let ours = ApiVersion::OLDEST.0..=ApiVersion::NEWEST.0;
    let newest = versions().filter(|version| ours.contains(version)).max();
    newest
        .map(ApiVersion)
        .ok_or_else(|| SalesforceError::NoSharedVersion {
            offered: match (versions().min(), versions().max()) {
                (Some(oldest), Some(newest)) => format!("{oldest}.0 to {newest}.0"),
                (None, _) | (_, None) => "none that can be read".to_owned(),
            },
        })
}

#[cfg(test)]
mod tests;
