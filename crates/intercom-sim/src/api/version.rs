//! `Intercom-Version`: which of the documented versions a call speaks.

use std::fmt;
use std::str::FromStr;

use crate::answer::Refusal;

/// A version of the API, by the number after `2.`; Preview is after all numbered ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(u8);

/// The text names no version that this workspace speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAVersion;

impl fmt::Display for NotAVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a version is 2.7 to 2.16, or Preview")
    }
}

impl std::error::Error for NotAVersion {}

impl Version {
    /// Owner ids are texts, merged contacts answer 410, companies have notes.
    pub const V2_16: Self = Self(16);
    /// Webhooks write conversations as plain text, and their statistics' times as numbers.
    pub const V2_15: Self = Self(15);
    /// The oldest that is spoken.
    pub const OLDEST: Self = Self(7);
    /// What is not numbered yet.
    pub const PREVIEW: Self = Self(u8::MAX);

    /// Reads the header. Without it the version of the app applies.
    pub(crate) fn of_header(header: Option<&str>, of_app: Self) -> Result<Self, Refusal> {
        let Some(text) = header else {
            return Ok(of_app);
        };
        text.parse().map_err(|NotAVersion| {
            Refusal::new(
                http::StatusCode::BAD_REQUEST,
                "intercom_version_invalid",
                "The requested version could not be found",
            )
        })
    }
}

impl FromStr for Version {
    type Err = NotAVersion;

    fn from_str(text: &str) -> Result<Self, NotAVersion> {
        if text == "Preview" {
            return Ok(Self::PREVIEW);
        }
        text.strip_prefix("2.")
            .filter(|minor| !minor.starts_with(['0', '+']))
            .and_then(|minor| minor.parse().ok().map(Self))
            .filter(|version| (Self::OLDEST..=Self::V2_16).contains(version))
            .ok_or(NotAVersion)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Self::PREVIEW {
            f.write_str("Preview")
        } else {
            write!(f, "2.{}", self.0)
        }
    }
}
