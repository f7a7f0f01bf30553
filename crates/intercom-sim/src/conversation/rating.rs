//! What a contact thinks of how a conversation went.

use serde::{Deserialize, Serialize};

use crate::ids::{AdminId, ObjectId};

/// The best.
const BEST: u8 = 5;

/// One to five, five being the best.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u8")]
pub struct Stars(u8);

impl Stars {
    pub(crate) const fn number(self) -> u8 {
        self.0
    }
}

impl TryFrom<u8> for Stars {
    type Error = String;

    fn try_from(number: u8) -> Result<Self, String> {
        if (1..=BEST).contains(&number) {
            Ok(Self(number))
        } else {
            Err(format!("a rating is between 1 and {BEST}"))
        }
    }
}

/// A rating. Times are Unix seconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Rating {
    pub(crate) stars: Stars,
    pub(crate) remark: Option<String>,
    /// When it was asked for. Nobody asks here: when it was first given.
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
    pub(crate) contact: ObjectId,
    /// Whose conversation it was then.
    pub(crate) teammate: Option<AdminId>,
}
