//! Opening the visitor's browser, where there is one. A courtesy: it never fails.

use std::io::IsTerminal;
use std::process::{Command, Stdio};

use url::Url;

#[cfg(target_os = "macos")]
const OPENER: &str = "open";
#[cfg(not(target_os = "macos"))]
const OPENER: &str = "xdg-open";

/// Opens `address`, if somebody sits before this terminal.
pub(super) fn open(address: &Url) {
    if !std::io::stdout().is_terminal() {
        return;
    }
    let opened = Command::new(OPENER)
        .arg(address.as_str())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    if let Err(error) = opened {
        tracing::info!(%error, "no browser was opened");
    }
}
