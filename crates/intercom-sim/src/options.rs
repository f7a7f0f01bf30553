//! What a workspace is started with.

use crate::api::Version;

/// For whom an app is. Only a private one's webhooks are suspended after a week of errors.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum AppKind {
    /// For the workspace of those who made it.
    #[default]
    Private,
    /// For the workspaces of everybody who installs it.
    Public,
}

/// How a workspace begins. Nothing of this is saved with the world: addresses, secrets and limits
/// belong to the start, people and conversations to the world.
#[derive(Debug, Clone)]
pub struct Options {
    /// How many people with the role `lead` are seeded.
    pub leads: u32,
    /// How many people with the role `user` are seeded.
    pub users: u32,
    /// How many companies are seeded. Those of the users are attached to them.
    pub companies: u32,
    /// How many teammates the population has; those who use Intercom become admins.
    pub teammates: u32,
    /// How many conversations are seeded.
    pub conversations: u32,
    /// An access token that is valid from the start, beside those that OAuth grants.
    pub token: Option<String>,
    /// What the app is called on the consent page.
    pub app_name: String,
    /// The app's client id.
    pub client_id: String,
    /// The app's secret: it signs webhooks and canvas requests and is asked for at the token
    /// exchange.
    pub client_secret: String,
    /// Where OAuth may send the browser back to. Empty: anywhere (a private app on one's desk).
    pub redirect_uris: Vec<String>,
    /// Where webhooks go; without it none are sent.
    pub webhook_url: Option<String>,
    /// The topics that the app subscribes to. Empty: all.
    pub webhook_topics: Vec<String>,
    /// For whom the app is.
    pub app_kind: AppKind,
    /// Where the app's card is initialised; without it the inbox shows no card.
    pub canvas_initialize_url: Option<String>,
    /// Where clicks in the card go.
    pub canvas_submit_url: Option<String>,
    /// Where the app is told that it was uninstalled.
    pub uninstall_url: Option<String>,
    /// Calls a minute of the app, enforced in windows of ten seconds; `None` is no limit.
    pub rate_limit: Option<u32>,
    /// Calls a minute of all apps of the workspace together; `None` is no limit. Without either
    /// limit the headers that tell what is left are absent.
    pub workspace_rate_limit: Option<u32>,
    /// The version that the app speaks when a call names none.
    pub api_version: Version,
    /// How long a change takes to reach contact search, in seconds.
    pub search_lag_seconds: u32,
    /// Where the files of messages are fetched: the address of the workspace itself, without a
    /// slash at its end.
    pub files_url: String,
    /// The workspace's name, as `/me` tells it.
    pub workspace_name: String,
    /// The workspace's time zone, an IANA name: contact search compares dates by its days.
    pub timezone: String,
    /// `US`, `EU` or `AU`.
    pub region: String,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            leads: 240,
            users: 160,
            companies: 60,
            teammates: 8,
            conversations: 40,
            token: None,
            app_name: "Example app".to_owned(),
            client_id: "example-app".to_owned(),
            client_secret: "example-secret".to_owned(),
            redirect_uris: Vec::new(),
            webhook_url: None,
            webhook_topics: Vec::new(),
            app_kind: AppKind::default(),
            canvas_initialize_url: None,
            canvas_submit_url: None,
            uninstall_url: None,
            rate_limit: Some(10_000),
            workspace_rate_limit: Some(25_000),
            api_version: Version::V2_16,
            search_lag_seconds: 0,
            files_url: "http://127.0.0.1:4020".to_owned(),
            workspace_name: "Example workspace".to_owned(),
            timezone: "Europe/Dublin".to_owned(),
            region: "US".to_owned(),
        }
    }
}
