//! `[security]`: keys, and what is let in and out.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::Field;

pub(super) const FIELDS: &[Field] = &[
    Field::text(
        "key_file",
        "Key that seals the vendors' tokens in the store. Made on the first start, readable by its \
         owner only. Default: carrick.key in the store's folder. Back it up apart from the store.",
    ),
    Field::switch(
        "allow_loopback_salesforce",
        "Lets Salesforce be a simulator on this machine, over plain http. Never in production.",
    ),
    Field::text(
        "settings_access",
        "Who may open the settings pages: \"loopback\" (browsers on this machine) or \"anyone\".",
    ),
];

/// The key's file name in the store's folder.
const KEY_FILE: &str = "carrick.key";

/// See the module's documentation.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Security {
    key_file: Option<PathBuf>,
    pub(crate) allow_loopback_salesforce: bool,
    pub(crate) settings_access: SettingsAccess,
}

/// Who may open the settings pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum SettingsAccess {
    #[default]
    Loopback,
    Anyone,
}

impl Security {
    /// Where the key is, with a store in `directory`.
    pub(crate) fn key_file(&self, directory: &Path) -> PathBuf {
        self.key_file
            .clone()
            .unwrap_or_else(|| directory.join(KEY_FILE))
    }

    pub(super) fn sample(key_file: &str) -> Self {
        Self {
            key_file: Some(PathBuf::from(key_file)),
            ..Self::default()
        }
    }
}
