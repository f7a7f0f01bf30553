//! Persons for whom no clear match was found (M0, M4, M5): what an admin goes through.

use std::collections::BTreeMap;

use async_trait::async_trait;
use model::{ConnectionId, MatchKey, Timestamp};
use serde::{Deserialize, Serialize};

use crate::StoreError;

/// Why there is no clear match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unclear {
    /// Several Leads, and none to prefer.
    ManyLeads,
    /// Several Salesforce contacts, and none to prefer.
    ManyContacts,
    /// More contacts or records share the key than one person has.
    Crowded,
}

/// A person without a clear match, as its last run found it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdicted {
    /// Why.
    pub verdict: Unclear,
    /// Its Intercom contacts.
    pub contacts: u64,
    /// Its Leads.
    pub leads: u64,
    /// Its Salesforce contacts.
    pub sf_contacts: u64,
    /// Since when this is the verdict.
    pub since: Timestamp,
}

/// What a run says about the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Listing {
    /// Nothing.
    #[default]
    Keep,
    /// There is a clear match, or nobody: the person is not listed any more.
    Remove,
    /// The person is listed so. `since` stays that of the standing row if the verdict is the same.
    /// A person without a key is never listed.
    Put(Verdicted),
}

/// The list, written by [`crate::Settlement::listing`].
#[async_trait]
pub trait Verdicts: Send + Sync {
    /// Listed persons, all or those of one verdict, after `after`, ordered by the key's hash and
    /// then by the key.
    async fn unclear_persons(
        &self,
        connection: ConnectionId,
        verdict: Option<Unclear>,
        after: Option<&MatchKey>,
        limit: u32,
    ) -> Result<Vec<(MatchKey, Verdicted)>, StoreError>;

    /// How many persons are listed by verdict; verdicts without persons are left out.
    async fn unclear_counts(
        &self,
        connection: ConnectionId,
    ) -> Result<BTreeMap<Unclear, u64>, StoreError>;
}
