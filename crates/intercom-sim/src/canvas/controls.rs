//! What the vendor's documentation leaves open about Canvas Kit, as switches. Whatever an app shows
//! should hold under each setting.

use serde::{Deserialize, Serialize};

/// How cards are asked for and judged. The usual setting is the one that most of the
/// documentation says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CanvasControls {
    /// UNVERIFIED whether a member that a component does not have is refused. Usually it is passed
    /// over.
    pub refuse_unknown_members: bool,
    /// UNVERIFIED whether a dropdown may have a single option: pages of the documentation disagree.
    /// Usually it needs two, as a single-select does.
    pub single_option_dropdowns: bool,
    /// What a request calls the person. Pages of the documentation disagree.
    pub participant: ParticipantName,
    /// UNVERIFIED how long an app may take to answer. Ten seconds are commonly quoted.
    pub timeout_ms: u64,
}

impl Default for CanvasControls {
    fn default() -> Self {
        Self {
            refuse_unknown_members: false,
            single_option_dropdowns: false,
            participant: ParticipantName::Contact,
            timeout_ms: 10_000,
        }
    }
}

/// The member of a request that holds the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ParticipantName {
    /// `contact`, as in the description of the API.
    Contact,
    /// `customer`, as in the table of submit requests, and as older apps receive it.
    Customer,
}

impl ParticipantName {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Contact => "contact",
            Self::Customer => "customer",
        }
    }
}
