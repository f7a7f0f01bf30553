//! Addresses that secrets are sent to.

use url::{Host, Url};

/// Refuses plain http, on which anybody on the way reads the secrets, except to this machine.
pub(crate) fn check(name: &str, url: &Url) -> Result<(), String> {
    if url.scheme() == "https" || (url.scheme() == "http" && is_loopback(url)) {
        Ok(())
    } else {
        Err(format!("{name} must begin with https://, but is {url}"))
    }
}

/// Whether the address is on this machine: a simulator.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}
