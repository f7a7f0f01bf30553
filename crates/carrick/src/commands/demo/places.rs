//! Where the three servers are: one port, and the two 10 and 20 above it.

use tokio::net::TcpListener;
use url::Url;

use crate::failure::Failure;
use crate::ports;

const SALESFORCE_OFFSET: u16 = 10;
const INTERCOM_OFFSET: u16 = 20;

/// How often three free ports at these distances are looked for when none is asked for.
const TRIES_MAX: usize = 50;

/// The three sockets. All are taken before anything starts, so that a busy one is told at once.
pub(super) struct Listeners {
    pub(super) carrick: TcpListener,
    pub(super) salesforce: TcpListener,
    pub(super) intercom: TcpListener,
}

/// The three addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Places {
    pub(super) carrick: Url,
    pub(super) salesforce: Url,
    pub(super) intercom: Url,
}

impl Listeners {
    /// Takes `port` and its two companions, or any three that are free if it is 0.
    pub(super) async fn open(port: u16) -> Result<Self, Failure> {
        if port != 0 {
            return Self::at(port).await;
        }
        let mut last = None;
        for _ in 0..TRIES_MAX {
            let any = ports::listen(ports::loopback(0), "Carrick", "try again").await?;
            let port = ports::address_of(&any).port();
            drop(any);
            if port.checked_add(INTERCOM_OFFSET).is_none() {
                continue;
            }
            match Self::at(port).await {
                Ok(listeners) => return Ok(listeners),
                Err(failure) => last = Some(failure),
            }
        }
        Err(last.unwrap_or_else(|| Failure::new("no three free ports were found")))
    }

    async fn at(port: u16) -> Result<Self, Failure> {
        let next = format!(
            "end the other program, or choose three free ports: carrick demo --port N \
             takes N, N+{SALESFORCE_OFFSET} and N+{INTERCOM_OFFSET}"
        );
        let listen =
            async |port, purpose| ports::listen(ports::loopback(port), purpose, &next).await;
        Ok(Self {
            carrick: listen(port, "Carrick").await?,
            salesforce: listen(port + SALESFORCE_OFFSET, "the simulated Salesforce").await?,
            intercom: listen(port + INTERCOM_OFFSET, "the simulated Intercom").await?,
        })
    }

    pub(super) fn places(&self) -> Places {
        let base = |listener| {
            let address = ports::address_of(listener);
            format!("http://{address}/")
                .parse()
                .expect("a socket address is a valid authority")
        };
        Places {
            carrick: base(&self.carrick),
            salesforce: base(&self.salesforce),
            intercom: base(&self.intercom),
        }
    }
}

impl Places {
    /// The inbox of the simulated Intercom.
    pub(super) fn inbox(&self) -> Url {
        under(&self.intercom, &["inbox"])
    }

    /// Where a browser goes to connect Intercom.
    pub(super) fn connect_intercom(&self, connection: &str) -> Url {
        under(
            &self.carrick,
            &["connections", connection, "connect", "intercom"],
        )
    }

    /// Where a browser goes to connect Salesforce.
    pub(super) fn connect_salesforce(&self, connection: &str) -> Url {
        under(
            &self.carrick,
            &["connections", connection, "connect", "salesforce"],
        )
    }

    /// Where Intercom's OAuth brings the browser back to, as it is registered there.
    pub(super) fn intercom_callback(&self) -> Url {
        under(&self.carrick, &["oauth", "intercom", "callback"])
    }

    /// What is registered in Intercom for the app: where its webhooks go, and where its card is.
    pub(super) fn of_app(&self, app: &str, path: &[&str]) -> Url {
        under(&self.carrick, &[&["intercom", app], path].concat())
    }

    /// Where teammates allow the app.
    pub(super) fn intercom_authorize(&self) -> Url {
        under(&self.intercom, &["oauth"])
    }

    /// What the visitor is left with.
    pub(super) fn block(&self) -> String {
        format!(
            "
  Inbox     {}
            the simulated Intercom, with Carrick's card beside each conversation
  Org       {}
            the simulated Salesforce
  Settings  {}
            Carrick: its connection, what it did, and what needs you

Ctrl-C ends it.",
            self.inbox(),
            self.salesforce,
            self.carrick
        )
    }
}

fn under(base: &Url, path: &[&str]) -> Url {
    let mut url = base.clone();
    url.path_segments_mut()
        .expect("http addresses have a path")
        .pop_if_empty()
        .extend(path);
    url
}
