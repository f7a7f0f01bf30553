//! `[log]`: what is written to standard error while serving.

use serde::{Deserialize, Serialize};

use super::Field;

pub(super) const FIELDS: &[Field] = &[
    Field::text(
        "format",
        "\"text\" for people, \"json\" for a log collector.",
    ),
    Field::text(
        "level",
        "error, warn, info, debug or trace; or per area, as \"info,engine=debug\".",
    ),
];

/// See the module's documentation.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Log {
    pub(crate) format: LogFormat,
    pub(crate) level: String,
}

/// The form of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogFormat {
    #[default]
    Text,
    Json,
}

impl Default for Log {
    fn default() -> Self {
        Self {
            format: LogFormat::default(),
            level: "info".to_owned(),
        }
    }
}
