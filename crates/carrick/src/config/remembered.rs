//! The Salesforce app that was named to `carrick connect` on the command line, so that the commands
//! after it need not name it again: tokens are renewed through it.
//!
//! Lies beside the key in the store's folder, readable by its owner only. What the configuration
//! says comes first.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use transport::Secret;
use url::Url;

use super::Config;
use crate::failure::{Failure, OrFail};
use crate::files;

const FILE: &str = "salesforce-app.toml";

/// See the module's documentation. No `Debug`: it holds a secret as text.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RememberedApp {
    pub(crate) client_id: String,
    pub(crate) client_secret: String,
    pub(crate) login_url: Url,
    /// The operator gave an address on this machine: a simulator.
    pub(crate) allow_loopback: bool,
}

impl RememberedApp {
    /// What is remembered in the store's folder.
    pub(crate) fn read(directory: &Path) -> Result<Option<Self>, Failure> {
        let path = path_in(directory);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error)
                if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) =>
            {
                return Ok(None);
            }
            Err(error) => {
                let what = format!("{} cannot be read", path.display());
                return Err(Failure::usage(what).because(&error));
            }
        };
        toml::from_str(&text)
            .map(Some)
            .map_err(|error: toml::de::Error| {
                // Only the message: the error's own text quotes the line, and the line is a secret.
                Failure::usage(format!(
                    "{} is not right: {}",
                    path.display(),
                    error.message()
                ))
                .try_this("remove it and run `carrick connect` again")
            })
    }

    /// Writes it down.
    pub(crate) fn write(&self, directory: &Path) -> Result<(), Failure> {
        let path = path_in(directory);
        let text = toml::to_string(self).expect("a table of plain values");
        files::replace(&path, text.as_bytes(), files::Readers::Owner)
            .or_fail(|| format!("{} cannot be written", path.display()))
    }

    /// Makes it the app of `config`, if that names none.
    pub(super) fn complete(self, config: &mut Config) {
        if config.salesforce.is_named() {
            return;
        }
        config.security.allow_loopback_salesforce |= self.allow_loopback;
        config.salesforce.client_id = self.client_id;
        config.salesforce.client_secret = Secret::from(self.client_secret);
        config.salesforce.login_url = self.login_url;
    }
}

fn path_in(directory: &Path) -> PathBuf {
    directory.join(FILE)
}
