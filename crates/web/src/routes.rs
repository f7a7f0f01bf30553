//! Every address of this server. The router registers the patterns, pages and redirects print a
//! [`Route`]; both come from the same text, so they cannot drift apart.

use std::borrow::Cow;
use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::Url;

/// Patterns as the router reads them: `{name}` stands for one path segment.
pub(crate) mod pattern {
    pub(crate) const INDEX: &str = "/";
    pub(crate) const HEALTH: &str = "/health";
    pub(crate) const ASSET: &str = "/assets/{file}";
    pub(crate) const CONNECTIONS: &str = "/connections";
    pub(crate) const CONNECTION: &str = "/connections/{name}";
    pub(crate) const PROGRESS: &str = "/connections/{name}/progress";
    pub(crate) const SETTINGS: &str = "/connections/{name}/settings";
    pub(crate) const SYNC: &str = "/connections/{name}/sync";
    pub(crate) const SYNC_STOP: &str = "/connections/{name}/sync/stop";
    pub(crate) const DISMISS_NOTICE: &str = "/connections/{name}/notices/dismiss";
    pub(crate) const CONNECT_INTERCOM: &str = "/connections/{name}/connect/intercom";
    pub(crate) const CONNECT_SALESFORCE: &str = "/connections/{name}/connect/salesforce";
    pub(crate) const INTERCOM_CALLBACK: &str = "/oauth/intercom/callback";
    pub(crate) const SALESFORCE_CALLBACK: &str = "/oauth/salesforce/callback";
    pub(crate) const WEBHOOK: &str = "/intercom/{app}/webhook";
    pub(crate) const CARD_INITIALIZE: &str = "/intercom/{app}/card/initialize";
    pub(crate) const CARD_SUBMIT: &str = "/intercom/{app}/card/submit";
}

/// An address that a page, a redirect or a vendor's registration names. Its `Display` is the path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Route<'a> {
    Index,
    Asset(&'a str),
    Connections,
    Connection(&'a str),
    Progress(&'a str),
    Settings(&'a str),
    /// The settings after revision `rev` was saved.
    SettingsSaved {
        name: &'a str,
        rev: i64,
    },
    Sync(&'a str),
    SyncStop(&'a str),
    DismissNotice(&'a str),
    ConnectIntercom {
        name: &'a str,
        app: &'a str,
    },
    ConnectSalesforce(&'a str),
    IntercomCallback,
    SalesforceCallback,
}

/// Where the page of the connection of this name is, for mails that link to it.
pub fn connection_page(public_url: &Url, name: &str) -> Url {
    Route::Connection(name).on(public_url)
}

/// What may stand in a segment as it is (RFC 3986, unreserved).
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

impl<'a> Route<'a> {
    /// The same address on the origin of `base`.
    pub(crate) fn on(self, base: &Url) -> Url {
        base.join(&self.to_string())
            .expect("a path of encoded segments joins any http address")
    }

    fn parts(self) -> (&'static str, Option<&'a str>) {
        match self {
            Self::Index => (pattern::INDEX, None),
            Self::Asset(file) => (pattern::ASSET, Some(file)),
            Self::Connections => (pattern::CONNECTIONS, None),
            Self::Connection(name) => (pattern::CONNECTION, Some(name)),
            Self::Progress(name) => (pattern::PROGRESS, Some(name)),
            Self::Settings(name) | Self::SettingsSaved { name, .. } => {
                (pattern::SETTINGS, Some(name))
            }
            Self::Sync(name) => (pattern::SYNC, Some(name)),
            Self::SyncStop(name) => (pattern::SYNC_STOP, Some(name)),
            Self::DismissNotice(name) => (pattern::DISMISS_NOTICE, Some(name)),
            Self::ConnectIntercom { name, .. } => (pattern::CONNECT_INTERCOM, Some(name)),
            Self::ConnectSalesforce(name) => (pattern::CONNECT_SALESFORCE, Some(name)),
            Self::IntercomCallback => (pattern::INTERCOM_CALLBACK, None),
            Self::SalesforceCallback => (pattern::SALESFORCE_CALLBACK, None),
        }
    }

    fn query(self) -> Option<(&'static str, Cow<'a, str>)> {
        match self {
            Self::ConnectIntercom { app, .. } => Some(("app", app.into())),
            Self::SettingsSaved { rev, .. } => Some(("saved", rev.to_string().into())),
            Self::Index
            | Self::Asset(_)
            | Self::Connections
            | Self::Connection(_)
            | Self::Progress(_)
            | Self::Settings(_)
            | Self::Sync(_)
            | Self::SyncStop(_)
            | Self::DismissNotice(_)
            | Self::ConnectSalesforce(_)
            | Self::IntercomCallback
            | Self::SalesforceCallback => None,
        }
    }
}

impl fmt::Display for Route<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (pattern, segment) = self.parts();
        match (pattern.split_once('{'), segment) {
            (Some((before, rest)), Some(segment)) => {
                let after = rest.split_once('}').map_or("", |(_, after)| after);
                let segment = utf8_percent_encode(segment, SEGMENT);
                write!(f, "{before}{segment}{after}")?;
            }
            (None | Some(_), _) => f.write_str(pattern)?,
        }
        if let Some((key, value)) = self.query() {
            write!(f, "?{key}={}", utf8_percent_encode(&value, SEGMENT))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_route_prints_its_pattern_with_the_segment_encoded() {
        for (route, expected) in [
            (Route::Index, "/"),
            (Route::Asset("carrick.0.css"), "/assets/carrick.0.css"),
            (Route::Connections, "/connections"),
            (Route::Connection("acme-prod"), "/connections/acme-prod"),
            (
                Route::SyncStop("a/../b"),
                "/connections/a%2F..%2Fb/sync/stop",
            ),
            (Route::Settings("ä"), "/connections/%C3%A4/settings"),
            (
                Route::ConnectIntercom {
                    name: "acme",
                    app: "a&b",
                },
                "/connections/acme/connect/intercom?app=a%26b",
            ),
            (
                Route::SettingsSaved {
                    name: "acme",
                    rev: 7,
                },
                "/connections/acme/settings?saved=7",
            ),
            (Route::SalesforceCallback, "/oauth/salesforce/callback"),
        ] {
            assert_eq!(route.to_string(), expected);
        }
    }

    #[test]
    fn a_route_stands_on_the_origin_of_the_public_address() {
        let base = Url::parse("https://carrick.example/somewhere?x=1").unwrap();
        let callback = Route::IntercomCallback.on(&base);
        assert_eq!(
            callback.as_str(),
            "https://carrick.example/oauth/intercom/callback"
        );
        assert_eq!(
            connection_page(&base, "acme").as_str(),
            "https://carrick.example/connections/acme"
        );
    }
}
