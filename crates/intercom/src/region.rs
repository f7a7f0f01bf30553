//! Where a workspace lives. A token is bound to its region's host: elsewhere it may be refused, and
//! the workspace's data would leave its region.

use std::str::FromStr;

use url::Url;

/// A region of Intercom's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Region {
    /// United States; development workspaces are all here.
    Us,
    /// European Union.
    Eu,
    /// Australia.
    Au,
}

/// A region that is not documented. Its host cannot be guessed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is none of Intercom's regions US, EU and AU")]
pub struct UnknownRegion {
    text: String,
}

impl Region {
    /// All regions.
    pub const ALL: [Self; 3] = [Self::Us, Self::Eu, Self::Au];

    /// The host of its API.
    pub fn api_host(self) -> &'static str {
        match self {
            Self::Us => "api.intercom.io",
            Self::Eu => "api.eu.intercom.io",
            Self::Au => "api.au.intercom.io",
        }
    }
}

impl FromStr for Region {
    type Err = UnknownRegion;

    /// The case differs between Intercom's answers and its card requests.
    fn from_str(text: &str) -> Result<Self, UnknownRegion> {
        match text.trim().to_ascii_uppercase().as_str() {
            "US" => Ok(Self::Us),
            "EU" => Ok(Self::Eu),
            "AU" => Ok(Self::Au),
            _ => Err(UnknownRegion {
                text: text.to_owned(),
            }),
        }
    }
}

/// The base address for all calls of a workspace of `region`, which was learned at `asked`.
///
/// One of Intercom's hosts gives way to that of the region. Any other address, such as a proxy's or
/// a simulator's, was configured on purpose and stays.
pub fn home(asked: &Url, region: Region) -> Url {
    let documented = Region::ALL
        .iter()
        .any(|region| asked.host_str() == Some(region.api_host()));
    let mut home = asked.clone();
    if documented && asked.scheme() == "https" {
        home.set_host(Some(region.api_host()))
            .expect("the hosts of regions are host names");
    }
    home
}

#[cfg(test)]
mod tests {
    use super::*;

    fn home_of(asked: &str, region: &str) -> String {
        home(&asked.parse().unwrap(), region.parse().unwrap()).to_string()
    }

    #[test]
    fn i1_a_workspace_is_called_where_it_lives() {
        for (region, host) in [
            ("US", "https://api.intercom.io/"),
            ("EU", "https://api.eu.intercom.io/"),
            ("eu", "https://api.eu.intercom.io/"),
            (" Au", "https://api.au.intercom.io/"),
        ] {
            for asked in ["https://api.intercom.io", "https://api.au.intercom.io/"] {
                assert_eq!(home_of(asked, region), host, "{asked} {region}");
            }
        }
    }

    #[test]
    fn i1_an_address_that_was_configured_otherwise_stays() {
        for asked in [
            "http://127.0.0.1:4020/",
            "https://proxy.example/intercom/",
            "https://api.intercom.io.example/",
            "http://api.intercom.io/",
        ] {
            assert_eq!(home_of(asked, "EU"), asked);
        }
    }

    #[test]
    fn i1_a_region_that_is_not_documented_is_named() {
        for text in ["", "UK", "USA", "E U"] {
            let error = text.parse::<Region>().unwrap_err().to_string();
            let expected = format!("{text:?} is none of Intercom's regions US, EU and AU");
            assert_eq!(error, expected);
        }
    }
}
