//! `carrick sim`: which cloud, how big, and how it behaves.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use url::Url;

/// Which cloud.
#[derive(Debug, Subcommand)]
pub(crate) enum Sim {
    /// An org: OAuth, REST, SOQL, Bulk 2.0, change events, and record pages for people
    Salesforce(SalesforceSimArguments),
    /// A workspace: OAuth, REST, webhooks, cards, and an inbox for people
    Intercom(IntercomSimArguments),
}

/// What is kept between two runs.
#[derive(Debug, Args)]
pub(crate) struct Saved {
    /// Go on with the world in this file instead of a new one
    #[arg(long, value_name = "FILE")]
    pub(crate) load: Option<PathBuf>,
    /// Keep the world in this file
    #[arg(long, value_name = "FILE")]
    pub(crate) save: Option<PathBuf>,
}

/// TLS beside plain HTTP.
#[derive(Debug, Args)]
pub(crate) struct Tls {
    /// Listen for TLS as well, and take tunnels to the vendor's hosts as a proxy; port 0 takes a
    /// free one
    #[arg(long, value_name = "ADDRESS", requires = "tls_ca_out")]
    pub(crate) tls_listen: Option<SocketAddr>,
    /// Where to put the certificate of the authority that TLS clients have to trust, as PEM; it is
    /// another one after each start
    #[arg(long, value_name = "FILE", requires = "tls_listen")]
    pub(crate) tls_ca_out: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct SalesforceSimArguments {
    /// Address and port; port 0 takes a free one
    #[arg(long, default_value = "127.0.0.1:4010", value_name = "ADDRESS")]
    pub(crate) listen: SocketAddr,
    /// Listen here as well, for clients that want gRPC on an address of its own; every address takes
    /// both
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) grpc_listen: Option<SocketAddr>,
    /// Where clients are told to call [default: where they called]
    #[arg(long, value_name = "URL", conflicts_with = "load")]
    pub(crate) instance_url: Option<Url>,
    /// Which invented people there are [default: 1]
    #[arg(long, value_name = "N", conflicts_with = "load")]
    pub(crate) seed: Option<u64>,
    /// How many Leads [default: 240]
    #[arg(long, value_name = "N", conflicts_with = "load")]
    pub(crate) leads: Option<u32>,
    /// How many Contacts [default: 160]
    #[arg(long, value_name = "N", conflicts_with = "load")]
    pub(crate) contacts: Option<u32>,
    /// How many Accounts [default: 60]
    #[arg(long, value_name = "N", conflicts_with = "load")]
    pub(crate) accounts: Option<u32>,
    /// How many Opportunities [default: 40]
    #[arg(long, value_name = "N", conflicts_with = "load")]
    pub(crate) opportunities: Option<u32>,
    /// How many Cases [default: 24]
    #[arg(long, value_name = "N", conflicts_with = "load")]
    pub(crate) cases: Option<u32>,
    /// What is different in this org: custom fields, statuses, record types, users, queues, profiles
    /// [TOML or JSON]
    #[arg(long, value_name = "FILE", conflicts_with = "load")]
    pub(crate) fixture: Option<PathBuf>,
    /// API calls that a day allows [default: 100000]
    #[arg(long, value_name = "N", conflicts_with = "load")]
    pub(crate) daily_limit: Option<u32>,
    /// Consumer key of the connected app
    #[arg(long, value_name = "ID", conflicts_with = "load")]
    pub(crate) client_id: Option<String>,
    /// Consumer secret of the connected app
    #[arg(long, value_name = "SECRET", conflicts_with = "load")]
    pub(crate) client_secret: Option<String>,
    /// Username behind every token [default: that of the first teammate]
    #[arg(long, value_name = "NAME", conflicts_with = "load")]
    pub(crate) user: Option<String>,
    /// A refresh token that is valid from the start
    #[arg(long, value_name = "TOKEN", conflicts_with = "load")]
    pub(crate) refresh_token: Option<String>,
    /// An access token that is valid from the start
    #[arg(long, value_name = "TOKEN", conflicts_with = "load")]
    pub(crate) access_token: Option<String>,
    /// Give a new refresh token with each refresh, and end the old one
    #[arg(long, conflicts_with = "load")]
    pub(crate) rotate_refresh_tokens: bool,
    /// Password of every user [default: carrick-password]
    #[arg(long, value_name = "PASSWORD", conflicts_with = "load")]
    pub(crate) password: Option<String>,
    /// What has to be appended to the password
    #[arg(long, value_name = "TOKEN", conflicts_with = "load")]
    pub(crate) security_token: Option<String>,
    /// PEM file with the public key, or a certificate of it, by which the app's JWT assertions are
    /// checked
    #[arg(long, value_name = "FILE", conflicts_with = "load")]
    pub(crate) jwt_public_key: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) tls: Tls,
    #[command(flatten)]
    pub(crate) saved: Saved,
}

#[derive(Debug, Args)]
pub(crate) struct IntercomSimArguments {
    /// Address and port; port 0 takes a free one
    #[arg(long, default_value = "127.0.0.1:4020", value_name = "ADDRESS")]
    pub(crate) listen: SocketAddr,
    /// Which invented people there are [default: 1]
    #[arg(long, value_name = "N", conflicts_with = "load")]
    pub(crate) seed: Option<u64>,
    /// How many leads [default: 240]
    #[arg(long, value_name = "N", conflicts_with = "load")]
    pub(crate) leads: Option<u32>,
    /// How many users [default: 160]
    #[arg(long, value_name = "N", conflicts_with = "load")]
    pub(crate) users: Option<u32>,
    /// How many companies [default: 60]
    #[arg(long, value_name = "N", conflicts_with = "load")]
    pub(crate) companies: Option<u32>,
    /// How many conversations [default: 40]
    #[arg(long, value_name = "N", conflicts_with = "load")]
    pub(crate) conversations: Option<u32>,
    /// An access token that is valid from the start
    #[arg(long, value_name = "TOKEN")]
    pub(crate) token: Option<String>,
    /// The app's client id
    #[arg(long, value_name = "ID")]
    pub(crate) client_id: Option<String>,
    /// The app's client secret
    #[arg(long, value_name = "SECRET")]
    pub(crate) client_secret: Option<String>,
    /// Where webhooks go; without it none are sent
    #[arg(long, value_name = "URL")]
    pub(crate) webhook_url: Option<Url>,
    /// A topic that is told; may be given several times [default: all]
    #[arg(long, value_parser = webhook_topic, value_name = "TOPIC")]
    pub(crate) webhook_topic: Vec<String>,
    /// Where the app is told that it was uninstalled
    #[arg(long, value_name = "URL")]
    pub(crate) uninstall_url: Option<Url>,
    /// Where the card is: /initialize and /submit are added; without it the inbox shows none
    #[arg(long, value_name = "URL")]
    pub(crate) canvas_url: Option<Url>,
    /// Calls a minute, or off [default: 10000]
    #[arg(long, value_name = "N|off")]
    pub(crate) rate_limit: Option<RateLimit>,
    /// Where the workspace is hosted: US, EU or AU
    #[arg(long, default_value = "US", value_parser = ["US", "EU", "AU"], value_name = "REGION")]
    pub(crate) region: String,
    /// The API version of calls that name none: 2.7 to 2.16, or Preview
    #[arg(long, default_value_t = intercom_sim::Version::V2_16, value_name = "VERSION")]
    pub(crate) api_version: intercom_sim::Version,
    /// How long a change takes to be found by search
    #[arg(long, default_value_t = 0, value_name = "SECONDS")]
    pub(crate) search_lag: u32,
    #[command(flatten)]
    pub(crate) tls: Tls,
    #[command(flatten)]
    pub(crate) saved: Saved,
}

fn webhook_topic(text: &str) -> Result<String, String> {
    if intercom_sim::is_webhook_topic(text) {
        Ok(text.to_owned())
    } else {
        Err("there is no such topic".to_owned())
    }
}

/// Calls a minute that are let through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RateLimit {
    /// All.
    Off,
    /// So many.
    PerMinute(u32),
}

impl std::str::FromStr for RateLimit {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "off" {
            return Ok(Self::Off);
        }
        match text.parse() {
            Ok(0) | Err(_) => Err("a number above 0, or off"),
            Ok(calls) => Ok(Self::PerMinute(calls)),
        }
    }
}
