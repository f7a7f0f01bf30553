//! `[server]`: where Carrick is reached.

use std::net::{Ipv4Addr, SocketAddr};

use serde::{Deserialize, Serialize};
use url::Url;

use super::Field;

pub(super) const FIELDS: &[Field] = &[
    Field::text("listen", "Address and port to listen on."),
    Field::text(
        "public_url",
        "How browsers and Intercom reach this server. Default: http:// and the address above.",
    ),
];

/// See the module's documentation.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Server {
    pub(crate) listen: SocketAddr,
    public_url: Option<Url>,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 4000)),
            public_url: None,
        }
    }
}

impl Server {
    /// The address that others are told, where `bound` is what is listened on in the end.
    pub(crate) fn public_url(&self, bound: SocketAddr) -> Url {
        self.public_url.clone().unwrap_or_else(|| {
            format!("http://{bound}")
                .parse()
                .expect("a socket address is a valid authority")
        })
    }

    pub(super) fn sample(public_url: &str) -> Self {
        Self {
            public_url: public_url.parse().ok(),
            ..Self::default()
        }
    }

    pub(super) fn check(&self) -> Result<(), String> {
        match &self.public_url {
            Some(url) if !matches!(url.scheme(), "http" | "https") => Err(format!(
                "server.public_url must begin with https:// or http://, but is {url}"
            )),
            Some(url) if url.path() != "/" || url.query().is_some() || url.fragment().is_some() => {
                Err(format!(
                    "server.public_url must end with the host or the port, but is {url}: Carrick \
                     needs a name of its own"
                ))
            }
            Some(_) | None => Ok(()),
        }
    }
}
