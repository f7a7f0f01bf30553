//! Addresses that a canvas may link to.

use std::fmt;

use serde::Serialize;
use url::{Host, Url};

use super::CanvasError;

/// Whether plain http to this machine is an address. Only where the operator says so: a demo, a
/// test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loopback {
    /// https alone.
    Refused,
    /// http to a loopback host too.
    Allowed,
}

/// An https address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct LinkUrl(Url);

impl LinkUrl {
    /// Checks the scheme, and the host where it is plain http.
    pub fn new(url: Url, loopback: Loopback) -> Result<Self, CanvasError> {
        let allowed = match url.scheme() {
            "https" => true,
            "http" => loopback == Loopback::Allowed && is_loopback(&url),
            _ => false,
        };
        if allowed {
            Ok(Self(url))
        } else {
            Err(CanvasError::NotALink {
                scheme: url.scheme().into(),
            })
        }
    }

    /// The address.
    pub fn as_url(&self) -> &Url {
        &self.0
    }
}

impl fmt::Display for LinkUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
