//! The door to everybody.

/// How many of each kind a simulator shows. Indices are `0..count`; asking beyond is allowed and
/// answers as if there were more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// Salesforce Leads, and as many Intercom leads.
    pub leads: u32,
    /// Salesforce contacts, and as many Intercom users.
    pub contacts: u32,
    /// Salesforce Accounts, and as many Intercom companies.
    pub companies: u32,
    /// People of the company that runs Carrick.
    pub teammates: u32,
}

impl Default for Counts {
    fn default() -> Self {
        Self {
            leads: 240,
            contacts: 160,
            companies: 60,
            teammates: 8,
        }
    }
}

/// A pretend world. Copies are cheap and equal: it holds a seed and four numbers, and its people
/// are computed when asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Population {
    pub(crate) seed: u64,
    counts: Counts,
}

impl Population {
    /// The world of `seed`.
    pub const fn new(seed: u64, counts: Counts) -> Self {
        Self { seed, counts }
    }

    /// How many of each kind there are.
    pub const fn counts(&self) -> Counts {
        self.counts
    }
}
