//! `[store]`: where Carrick keeps what it knows.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::Field;

pub(super) const FIELDS: &[Field] = &[Field::text(
    "directory",
    "Folder of the database. Made if missing; one running Carrick per folder.",
)];

/// See the module's documentation.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Store {
    pub(crate) directory: PathBuf,
}

impl Default for Store {
    fn default() -> Self {
        Self {
            directory: PathBuf::from("carrick-store"),
        }
    }
}
