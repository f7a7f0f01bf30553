//! How many custom attributes a workspace has, and how near that is to Intercom's limit.

use super::DataAttribute;

/// Active custom attributes per workspace.
const QUOTA: usize = 250;

/// From here on people should know.
const NEAR: usize = 230;

/// What of the quota is used. Archived attributes do not count.
///
/// UNVERIFIED whether people and companies share one quota: both are counted together, which warns
/// early if they do not. That is also why a full count here refuses nothing: Intercom's own refusal
/// does, as [`crate::IntercomError::Full`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AttributeQuota {
    used: usize,
}

/// How near the limit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QuotaStanding {
    /// There is room.
    Roomy,
    /// There is room for so many more; somebody should clear up.
    Near {
        /// One or more.
        left: usize,
    },
    /// Another one will probably be refused.
    Full,
}

impl AttributeQuota {
    /// Counts what [`crate::Client::contact_attributes`] lists.
    pub fn of(attributes: &[DataAttribute]) -> Self {
        let counts = |attribute: &&DataAttribute| attribute.custom && !attribute.archived;
        Self {
            used: attributes.iter().filter(counts).count(),
        }
    }

    /// How many there are.
    pub fn used(self) -> usize {
        self.used
    }

    /// How near the limit is.
    pub fn standing(self) -> QuotaStanding {
        match QUOTA.saturating_sub(self.used) {
            0 => QuotaStanding::Full,
            left if self.used >= NEAR => QuotaStanding::Near { left },
            _ => QuotaStanding::Roomy,
        }
    }
}
