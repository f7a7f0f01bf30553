//! What the operator decides about the web side.

use tokio_util::sync::CancellationToken;
use url::Url;

/// What the router needs beside the engine.
#[derive(Debug, Clone)]
pub struct WebConfig {
    /// Where browsers and vendors reach this server; only its origin counts. The OAuth redirect
    /// addresses, which both vendors compare with those registered, are built from it.
    pub public_url: Url,
    /// Who may see the settings pages.
    pub settings_access: SettingsAccess,
    /// Live streams end when it is cancelled, so that a shutdown need not wait for open pages.
    pub stop: CancellationToken,
}

/// Who may see the settings pages, until there is a sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SettingsAccess {
    /// Browsers on this machine: the peer is loopback, the `Host` header names this machine, and
    /// no proxy announces itself. A proxy on this machine that rewrites `Host` and hides itself
    /// cannot be told apart, so it must not forward the settings pages.
    Loopback,
    /// Everybody who reaches the server: for networks that are guarded otherwise.
    Anyone,
}
