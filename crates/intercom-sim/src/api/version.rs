//! `Intercom-Version`: which of the documented versions a call speaks.

use crate::answer::Refusal;

/// A version, by the number after `2.`; Preview is after all numbered ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Version(u8);

impl Version {
    /// Owner ids are texts, merged contacts answer 410, priorities have five names.
    pub(crate) const V2_16: Self = Self(16);
    const OLDEST: Self = Self(7);
    const PREVIEW: Self = Self(u8::MAX);

    /// Reads the header. Without it the version of the app applies, here 2.16.
    pub(crate) fn of_header(header: Option<&str>) -> Result<Self, Refusal> {
        let Some(text) = header else {
            return Ok(Self::V2_16);
        };
        if text == "Preview" {
            return Ok(Self::PREVIEW);
        }
        text.strip_prefix("2.")
            .and_then(|minor| minor.parse().ok().map(Self))
            .filter(|version| (Self::OLDEST..=Self::V2_16).contains(version))
            .ok_or_else(|| {
                Refusal::new(
                    http::StatusCode::BAD_REQUEST,
                    "intercom_version_invalid",
                    "The requested version could not be found",
                )
            })
    }
}
