//! Which addresses may be dialled. A name that was checked can still resolve to a machine of the
//! operator's own network: what a vendor, or whoever answers for its name, says must not lead a
//! token there. So it is the address that counts, after the name was resolved and before anything
//! is sent to it, on every new connection.

use std::future::Future;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::Pin;
use std::task::{Context, Poll};

use http::Uri;
use hyper_util::client::legacy::connect::dns::{GaiResolver, Name};
use tower::Service;

use crate::BoxError;

/// Which addresses may be dialled without a proxy. What is asked of a proxy is resolved by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Only public ones: no loopback, no private network, no link-local address (where clouds keep
    /// the credentials of their machines), nothing reserved.
    Public,
    /// Also loopback, for simulators on this machine.
    PublicAndLoopback,
    /// Any.
    Anywhere,
}

/// An address that is not to be dialled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{host} is at {address}, which is not an address to call")]
pub(super) struct OutOfReach {
    host: String,
    address: IpAddr,
}

impl Reach {
    pub(super) fn allows(self, address: IpAddr) -> bool {
        match self {
            Self::Anywhere => true,
            Self::PublicAndLoopback => canonical(address).is_loopback() || is_public(address),
            Self::Public => is_public(address),
        }
    }

    /// Hosts that are addresses are not resolved, so they are looked at by themselves.
    pub(super) fn check(self, to: &Uri) -> Result<(), OutOfReach> {
        let host = to.host().unwrap_or_default();
        let literal = host.trim_start_matches('[').trim_end_matches(']');
        match literal.parse::<IpAddr>() {
            Ok(address) if !self.allows(address) => Err(OutOfReach {
                host: host.to_owned(),
                address,
            }),
            Ok(_) | Err(_) => Ok(()),
        }
    }
}

/// An IPv4 address in one of the forms that IPv6 has for it is that address.
fn canonical(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => embedded(v6).map_or(address, IpAddr::V4),
    }
}

/// The IPv4 address in a mapped, translated (64:ff9b::/96) or 6to4 (2002::/16) one.
fn embedded(address: Ipv6Addr) -> Option<Ipv4Addr> {
    if let Some(mapped) = address.to_ipv4_mapped() {
        return Some(mapped);
    }
    let of = |high: u16, low: u16| {
        let [a, b] = high.to_be_bytes();
        let [c, d] = low.to_be_bytes();
        Ipv4Addr::new(a, b, c, d)
    };
    match address.segments() {
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => Some(of(high, low)),
        _ => None,
    }
}

fn is_public(address: IpAddr) -> bool {
    match canonical(address) {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            let reserved = v4.is_unspecified()
                || v4.is_loopback()
                || v4.is_private()
                || v4.is_link_local()
                || v4.is_documentation()
                || a == 0
                // Shared by carriers.
                || (a == 100 && (64..=127).contains(&b))
                || (a == 192 && b == 0 && c == 0)
                // For measuring networks.
                || (a == 198 && (b == 18 || b == 19))
                // Multicast, reserved, broadcast.
                || a >= 224;
            !reserved
        }
        IpAddr::V6(v6) => {
            // All that is given out for the public is below 2000::/3.
            let is_documentation = matches!(v6.segments(), [0x2001, 0xdb8, ..]);
            v6.segments()[0] & 0xe000 == 0x2000 && !is_documentation
        }
    }
}

/// Resolves names as the machine does, and refuses a name if any of its addresses is out of reach:
/// one that points to both sides is not an honest one.
#[derive(Clone)]
pub(super) struct GuardedResolver {
    resolver: GaiResolver,
    reach: Reach,
}

impl GuardedResolver {
    pub(super) fn new(reach: Reach) -> Self {
        Self {
            resolver: GaiResolver::new(),
            reach,
        }
    }
}

impl Service<Name> for GuardedResolver {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.resolver.poll_ready(context).map_err(BoxError::from)
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let (host, reach) = (name.to_string(), self.reach);
        let resolved = self.resolver.call(name);
        Box::pin(async move {
            let addresses: Vec<SocketAddr> = resolved.await?.collect();
            Ok(within_reach(&host, reach, addresses)?.into_iter())
        })
    }
}

fn within_reach(
    host: &str,
    reach: Reach,
    addresses: Vec<SocketAddr>,
) -> Result<Vec<SocketAddr>, OutOfReach> {
    match addresses.iter().find(|address| !reach.allows(address.ip())) {
        Some(outside) => Err(OutOfReach {
            host: host.to_owned(),
            address: outside.ip(),
        }),
        None => Ok(addresses),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(reach: Reach, address: &str) -> bool {
        reach.allows(address.parse().unwrap())
    }

    #[test]
    fn public_addresses_are_within_reach_and_all_others_are_not() {
        for address in ["13.110.54.1", "8.8.8.8", "2a00:1450:4001::1", "2600::1"] {
            assert!(allowed(Reach::Public, address), "{address}");
        }
        for address in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "100.64.0.1",
            "127.0.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "192.0.0.1",
            "192.0.2.1",
            "192.168.1.1",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:10.0.0.1",
            "::ffff:169.254.169.254",
            "64:ff9b::a00:1",
            "2002:a00:1::",
            "2001:db8::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "ff02::1",
        ] {
            assert!(!allowed(Reach::Public, address), "{address}");
            assert!(allowed(Reach::Anywhere, address), "{address}");
        }
    }

    #[test]
    fn loopback_is_within_reach_where_it_is_allowed_and_nothing_else_with_it() {
        for address in ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"] {
            assert!(allowed(Reach::PublicAndLoopback, address), "{address}");
        }
        for address in ["10.0.0.1", "169.254.169.254", "fe80::1"] {
            assert!(!allowed(Reach::PublicAndLoopback, address), "{address}");
        }
    }

    #[test]
    fn a_name_that_points_to_both_sides_is_refused() {
        let addresses = |list: &[&str]| -> Vec<SocketAddr> {
            list.iter()
                .map(|address| address.parse().unwrap())
                .collect()
        };
        let public = addresses(&["13.110.54.1:443", "[2600::1]:443"]);
        assert_eq!(
            within_reach("vendor.test", Reach::Public, public.clone()),
            Ok(public)
        );
        let mixed = addresses(&["13.110.54.1:443", "10.0.0.1:443"]);
        let refused = within_reach("acme.test", Reach::Public, mixed).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "acme.test is at 10.0.0.1, which is not an address to call"
        );
    }
}
