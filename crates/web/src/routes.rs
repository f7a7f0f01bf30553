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
    pub(crate) const PEOPLE: &str = "/connections/{name}/people";
    pub(crate) const ALLOW_CROWDED: &str = "/connections/{name}/people/allow";
    pub(crate) const FORGET_HIDDEN: &str = "/connections/{name}/records/forget";
    pub(crate) const OWNERSHIP: &str = "/connections/{name}/ownership";
    pub(crate) const OWNERSHIP_PROGRESS: &str = "/connections/{name}/ownership/progress";
    pub(crate) const OWNER_PREVIEW: &str = "/connections/{name}/ownership/preview";
    pub(crate) const DISCARD_OWNER_PREVIEW: &str = "/connections/{name}/ownership/preview/discard";
    pub(crate) const TEAM: &str = "/connections/{name}/team";
    pub(crate) const PAIR: &str = "/connections/{name}/team/{user}";
    pub(crate) const CONNECT_INTERCOM: &str = "/connections/{name}/connect/intercom";
    pub(crate) const CONNECT_SALESFORCE: &str = "/connections/{name}/connect/salesforce";
    pub(crate) const INTERCOM_CALLBACK: &str = "/oauth/intercom/callback";
    pub(crate) const SALESFORCE_CALLBACK: &str = "/oauth/salesforce/callback";
    pub(crate) const WEBHOOK: &str = "/intercom/{app}/webhook";
    pub(crate) const UNINSTALL: &str = "/intercom/{app}/uninstall";
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
    /// Persons without a clear match: all or those of one verdict, after a match key.
    People {
        name: &'a str,
        show: Option<&'a str>,
        after: Option<&'a str>,
    },
    AllowCrowded(&'a str),
    ForgetHidden(&'a str),
    Ownership(&'a str),
    /// Ownership after revision `rev` of the settings was saved.
    OwnershipSaved {
        name: &'a str,
        rev: i64,
    },
    OwnershipProgress(&'a str),
    OwnerPreview(&'a str),
    DiscardOwnerPreview(&'a str),
    /// Users and teammates: all or some of them, whose name or email contains `text`.
    Team {
        name: &'a str,
        show: Option<&'a str>,
        text: &'a str,
        page: usize,
    },
    /// The pair of one Salesforce User, and what it would be by choice `to`.
    Pair {
        name: &'a str,
        user: &'a str,
        to: Option<&'a str>,
    },
    /// The same after revision `rev` of the settings was saved.
    PairSaved {
        name: &'a str,
        user: &'a str,
        rev: i64,
    },
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

    /// The pattern, and what stands in its segments.
    fn parts(self) -> (&'static str, [&'a str; 2]) {
        let of = |pattern, name| (pattern, [name, ""]);
        match self {
            Self::Index => of(pattern::INDEX, ""),
            Self::Asset(file) => of(pattern::ASSET, file),
            Self::Connections => of(pattern::CONNECTIONS, ""),
            Self::Connection(name) => of(pattern::CONNECTION, name),
            Self::Progress(name) => of(pattern::PROGRESS, name),
            Self::Settings(name) | Self::SettingsSaved { name, .. } => of(pattern::SETTINGS, name),
            Self::Sync(name) => of(pattern::SYNC, name),
            Self::SyncStop(name) => of(pattern::SYNC_STOP, name),
            Self::DismissNotice(name) => of(pattern::DISMISS_NOTICE, name),
            Self::People { name, .. } => of(pattern::PEOPLE, name),
            Self::AllowCrowded(name) => of(pattern::ALLOW_CROWDED, name),
            Self::ForgetHidden(name) => of(pattern::FORGET_HIDDEN, name),
            Self::Ownership(name) | Self::OwnershipSaved { name, .. } => {
                of(pattern::OWNERSHIP, name)
            }
            Self::OwnershipProgress(name) => of(pattern::OWNERSHIP_PROGRESS, name),
            Self::OwnerPreview(name) => of(pattern::OWNER_PREVIEW, name),
            Self::DiscardOwnerPreview(name) => of(pattern::DISCARD_OWNER_PREVIEW, name),
            Self::Team { name, .. } => of(pattern::TEAM, name),
            Self::Pair { name, user, .. } | Self::PairSaved { name, user, .. } => {
                (pattern::PAIR, [name, user])
            }
            Self::ConnectIntercom { name, .. } => of(pattern::CONNECT_INTERCOM, name),
            Self::ConnectSalesforce(name) => of(pattern::CONNECT_SALESFORCE, name),
            Self::IntercomCallback => of(pattern::INTERCOM_CALLBACK, ""),
            Self::SalesforceCallback => of(pattern::SALESFORCE_CALLBACK, ""),
        }
    }

    fn query(self) -> Vec<(&'static str, Cow<'a, str>)> {
        let given = |pairs: &[(&'static str, Option<&'a str>)]| {
            let given = pairs.iter();
            given
                .filter_map(|(key, value)| Some((*key, (*value)?.into())))
                .collect()
        };
        match self {
            Self::ConnectIntercom { app, .. } => vec![("app", app.into())],
            Self::SettingsSaved { rev, .. }
            | Self::OwnershipSaved { rev, .. }
            | Self::PairSaved { rev, .. } => vec![("saved", rev.to_string().into())],
            Self::People { show, after, .. } => given(&[("show", show), ("after", after)]),
            Self::Team {
                show, text, page, ..
            } => {
                let text = Some(text).filter(|text| !text.is_empty());
                let mut query: Vec<_> = given(&[("show", show), ("q", text)]);
                if page > 1 {
                    query.push(("page", page.to_string().into()));
                }
                query
            }
            Self::Pair { to, .. } => given(&[("to", to)]),
            Self::Index
            | Self::Asset(_)
            | Self::Connections
            | Self::Connection(_)
            | Self::Progress(_)
            | Self::Settings(_)
            | Self::Sync(_)
            | Self::SyncStop(_)
            | Self::DismissNotice(_)
            | Self::AllowCrowded(_)
            | Self::ForgetHidden(_)
            | Self::Ownership(_)
            | Self::OwnershipProgress(_)
            | Self::OwnerPreview(_)
            | Self::DiscardOwnerPreview(_)
            | Self::ConnectSalesforce(_)
            | Self::IntercomCallback
            | Self::SalesforceCallback => Vec::new(),
        }
    }
}

impl fmt::Display for Route<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (pattern, segments) = self.parts();
        let mut rest = pattern;
        let mut segments = segments.into_iter();
        while let Some((before, after)) = rest.split_once('{') {
            let segment = segments.next().unwrap_or_default();
            write!(f, "{before}{}", utf8_percent_encode(segment, SEGMENT))?;
            rest = after.split_once('}').map_or("", |(_, after)| after);
        }
        f.write_str(rest)?;
        for (place, (key, value)) in self.query().into_iter().enumerate() {
            let mark = if place == 0 { '?' } else { '&' };
            write!(f, "{mark}{key}={}", utf8_percent_encode(&value, SEGMENT))?;
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
            (
                Route::People {
                    name: "acme",
                    show: Some("crowded"),
                    after: Some("a&b@acme.io"),
                },
                "/connections/acme/people?show=crowded&after=a%26b%40acme.io",
            ),
            (
                Route::Team {
                    name: "acme",
                    show: None,
                    text: "",
                    page: 1,
                },
                "/connections/acme/team",
            ),
            (
                Route::Team {
                    name: "acme",
                    show: Some("without"),
                    text: "ada b",
                    page: 2,
                },
                "/connections/acme/team?show=without&q=ada%20b&page=2",
            ),
            (
                Route::Pair {
                    name: "acme",
                    user: "../x",
                    to: None,
                },
                "/connections/acme/team/..%2Fx",
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
