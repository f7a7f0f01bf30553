//! Which hosts are Salesforce. An `instance_url` comes from the network and tokens are sent to it,
//! so it is checked before it is used, each time it is learned.

use url::{Host, Url};

use crate::SalesforceError;

/// Whether hosts on this very machine may stand in for Salesforce. Allowed only by an explicit
/// setting of the operator (demo, tests), never derived from anything that was received.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loopback {
    /// Only Salesforce's own hosts, by https.
    Refused,
    /// Also loopback addresses, by http or https, on any port.
    Allowed,
}

/// The ends of the host names of orgs: My Domain in all its partitions (sandboxes, developer and
/// scratch orgs), and its twin for the government. Lightning hosts (`.lightning.force.com`) never
/// serve the API, and sites under `.force.com` may hold anybody's content.
const MY_DOMAIN_ENDS: [&str; 2] = [".my.salesforce.com", ".my.salesforce.mil"];

/// Where people log in who do not know their org's own host.
const LOGIN_HOSTS: [&str; 2] = ["login.salesforce.com", "test.salesforce.com"];

/// Refuses a URL that is not an origin of Salesforce's API.
pub(crate) fn check(url: &Url, loopback: Loopback) -> Result<(), SalesforceError> {
    match objection(url, loopback) {
        None => Ok(()),
        Some(why) => Err(SalesforceError::Address {
            url: url.to_string(),
            why,
        }),
    }
}

fn objection(url: &Url, loopback: Loopback) -> Option<&'static str> {
    if !url.username().is_empty() || url.password().is_some() {
        return Some("it contains a user name or password");
    }
    if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
        return Some("it is more than a scheme and a host");
    }
    if is_loopback(url) {
        return match (loopback, url.scheme()) {
            (Loopback::Allowed, "http" | "https") => None,
            (Loopback::Allowed, _) => Some("its scheme is neither http nor https"),
            (Loopback::Refused, _) => Some("loopback addresses are not allowed by the settings"),
        };
    }
    if url.scheme() != "https" {
        return Some("its scheme is not https");
    }
    if url.port().is_some() {
        return Some("it names a port");
    }
    let Some(Host::Domain(domain)) = url.host() else {
        return Some("its host is not a name");
    };
    if is_api_host(domain) {
        None
    } else {
        Some("its host is not one of Salesforce's API hosts")
    }
}

fn is_api_host(domain: &str) -> bool {
    LOGIN_HOSTS.contains(&domain)
        || is_below_my_domain(domain)
        || domain
            .strip_suffix(".salesforce.com")
            .is_some_and(is_instance)
}

fn is_below_my_domain(domain: &str) -> bool {
    let is_below = |end: &str| {
        domain
            .strip_suffix(end)
            .is_some_and(|before| before.split('.').all(|label| !label.is_empty()))
    };
    MY_DOMAIN_ENDS.iter().any(|end| is_below(end))
}

/// Whether a label is the name of an instance, as orgs without a domain of their own are still
/// reached by: `na1`, `cs42`, `eu5`.
fn is_instance(label: &str) -> bool {
    let digits = label.trim_start_matches(|c: char| c.is_ascii_lowercase());
    let letters = label.len() - digits.len();
    (1..=4).contains(&letters)
        && (1..=4).contains(&digits.len())
        && digits.bytes().all(|digit| digit.is_ascii_digit())
}

/// Whether the host is one where people of all orgs log in.
pub(crate) fn is_login(url: &Url) -> bool {
    url.domain()
        .is_some_and(|domain| LOGIN_HOSTS.contains(&domain))
}

/// Whether the host is an org's own.
pub(crate) fn is_my_domain(url: &Url) -> bool {
    url.domain().is_some_and(is_below_my_domain)
}

/// Whether the host is this very machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn why_not(url: &str, loopback: Loopback) -> Option<&'static str> {
        objection(&url.parse().unwrap(), loopback)
    }

    #[test]
    fn api_hosts_are_accepted() {
        for url in [
            "https://login.salesforce.com",
            "https://test.salesforce.com/",
            "https://acme.my.salesforce.com",
            "https://acme--dev.sandbox.my.salesforce.com",
            "https://acme.develop.my.salesforce.com",
            "https://acme.scratch.my.salesforce.com",
            "https://na1.salesforce.com",
            "https://cs42.salesforce.com",
            "https://acme.my.salesforce.mil",
            "https://ACME.my.salesforce.com:443",
        ] {
            assert_eq!(why_not(url, Loopback::Refused), None, "{url}");
            assert_eq!(why_not(url, Loopback::Allowed), None, "{url}");
        }
    }

    #[test]
    fn everything_else_is_refused_with_or_without_loopback() {
        for url in [
            "http://acme.my.salesforce.com",
            "https://acme.my.salesforce.com:8443",
            "https://acme.my.salesforce.com/services",
            "https://acme.my.salesforce.com?x=1",
            "https://ada@acme.my.salesforce.com",
            "https://acme.lightning.force.com",
            "https://acme.force.com",
            "https://salesforce.com.evil.example",
            "https://evilsalesforce.com",
            "https://salesforce.com",
            "https://help.salesforce.com",
            "https://evil.na1.salesforce.com",
            "https://my.salesforce.com",
            "https://acme.my.salesforce.com.",
            "https://acme.my.salesforce.com.evil.example",
            "https://acme.lightning.crmforce.mil",
            "https://acme--c.vf.force.com",
            "https://user:pass@acme.my.salesforce.com",
            "https://192.168.0.1",
            "https://0x7f.1.evil.example",
            "https://[::ffff:10.0.0.1]",
            "https://10.0.0.1",
            "https://169.254.169.254",
            "https://[fd00::1]",
            "https://localhost.evil.example",
            "ftp://localhost",
        ] {
            assert!(why_not(url, Loopback::Refused).is_some(), "{url}");
            assert!(why_not(url, Loopback::Allowed).is_some(), "{url}");
        }
    }

    #[test]
    fn loopback_needs_the_operators_word() {
        for url in [
            "http://127.0.0.1:4010",
            "https://localhost:8443",
            "http://[::1]:1",
            "http://127.8.8.8",
        ] {
            assert_eq!(
                why_not(url, Loopback::Refused),
                Some("loopback addresses are not allowed by the settings"),
                "{url}"
            );
            assert_eq!(why_not(url, Loopback::Allowed), None, "{url}");
        }
    }
}
