//! What can be typed. The names are kept: people's scripts are built on them.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use url::Url;

pub(crate) use demo::DemoArguments;
pub(crate) use sim::{IntercomSimArguments, RateLimit, SalesforceSimArguments, Sim, Tls};

mod demo;
mod sim;

/// Links Intercom contacts with Salesforce records and keeps both up to date.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100)]
pub(crate) struct Cli {
    /// The configuration file [default: carrick.toml, if it is there]
    #[arg(long, global = true, env = "CARRICK_CONFIG", value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show everything at work on this machine, with simulated clouds and invented people
    Demo(DemoArguments),
    /// Run: webhooks, card, settings pages, and everything that keeps connections up to date
    Serve(ServeArguments),
    /// Set up or renew a connection with tokens, without a browser
    Connect(Box<ConnectArguments>),
    /// Read both sides and bring them together, in the foreground; goes on where it was stopped
    Sync(SyncArguments),
    /// What was seen and done about a person, and why
    Timeline(TimelineArguments),
    /// A connection's settings as one text
    #[command(subcommand)]
    Settings(Settings),
    /// One of the two simulated clouds by itself
    #[command(subcommand)]
    Sim(Box<Sim>),
}

#[derive(Debug, Args)]
pub(crate) struct ServeArguments {
    /// Address and port to listen on, instead of the configured one
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) listen: Option<SocketAddr>,
    /// Print a complete configuration file and end
    #[arg(long)]
    pub(crate) print_sample_config: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ConnectArguments {
    /// The connection's name; it is made if there is none of this name
    #[arg(long)]
    pub(crate) name: String,
    /// The configured Intercom app that the token belongs to
    #[arg(long, value_name = "APP", default_value = "main")]
    pub(crate) intercom_app: String,
    /// Access token of the workspace
    #[arg(
        long,
        env = "CARRICK_INTERCOM_TOKEN",
        hide_env_values = true,
        value_name = "TOKEN"
    )]
    pub(crate) intercom_token: String,
    /// Intercom's API for the workspace's region [default: the app's]
    #[arg(long, value_name = "URL")]
    pub(crate) intercom_url: Option<Url>,
    /// Where the org renews tokens: login, test, or My Domain [default: the configured one]
    #[arg(long, value_name = "URL")]
    pub(crate) salesforce_url: Option<Url>,
    /// Consumer key of the connected app [default: the configured one]
    #[arg(long, value_name = "ID")]
    pub(crate) salesforce_client_id: Option<String>,
    /// Consumer secret of the connected app [default: the configured one]
    #[arg(long, value_name = "SECRET")]
    pub(crate) salesforce_client_secret: Option<String>,
    /// Refresh token of the integration user
    #[arg(
        long,
        env = "CARRICK_SALESFORCE_REFRESH_TOKEN",
        hide_env_values = true,
        value_name = "TOKEN"
    )]
    pub(crate) salesforce_refresh_token: String,
}

#[derive(Debug, Args)]
pub(crate) struct SyncArguments {
    /// The connection's name
    pub(crate) connection: String,
    /// One JSON object a line; the last one is the result
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct TimelineArguments {
    /// The connection's name
    pub(crate) connection: String,
    /// An email, or the id of a contact, a record or a conversation
    #[arg(value_name = "EMAIL | RECORD_ID | CONVERSATION_ID")]
    pub(crate) subject: String,
    /// How many lines at most, the newest ones
    #[arg(long, default_value_t = 200, value_name = "N")]
    pub(crate) limit: u32,
}

/// What to do with the settings.
#[derive(Debug, Subcommand)]
pub(crate) enum Settings {
    /// Print them
    Export {
        /// The connection's name
        connection: String,
    },
    /// Show how a file differs from them
    Diff {
        /// The connection's name
        connection: String,
        /// The file; - is standard input
        #[arg(default_value = "-")]
        file: PathBuf,
    },
    /// Show how a file differs from them, and replace them with it
    Apply {
        /// The connection's name
        connection: String,
        /// The file; - is standard input
        #[arg(default_value = "-")]
        file: PathBuf,
    },
}
