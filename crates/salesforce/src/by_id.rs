//! Reading rows by id, deleted ones included.

use std::collections::BTreeMap;
use std::fmt::Display;

use model::sf::{AccountId, ContactId, LeadId};

use crate::row::{Parsed, Row, UnreadableRow};
use crate::soql::{Condition, Literal, Select};
use crate::{Account, Client, Contact, Lead, Operation, SalesforceError};

/// Ids in one query. With these the URL stays below 8 KB; Salesforce's bound, headers included, is
/// 16 KB.
const IDS_MAX: usize = 200;

/// The query for the rows of `ids`. `queryAll` sees deleted and merged rows, which a retrieve by
/// id reports as absent.
fn query<T: Row>(ids: &[impl Display]) -> Select {
    let ids = ids.iter().map(|id| Literal::Text(id.to_string())).collect();
    Select::new(T::COLUMNS, T::OBJECT).filtered(Condition::In("Id", ids))
}

/// What was found of each id, in the order and number of `ids`.
fn in_order<I, T>(
    ids: &[I],
    rows: Vec<Parsed<T>>,
    id_of: impl Fn(&T) -> I,
) -> Vec<(I, Parsed<Option<T>>)>
where
    I: Copy + Ord + Display,
    T: Clone,
{
    let mut found: BTreeMap<I, T> = BTreeMap::new();
    let mut unreadable: BTreeMap<String, UnreadableRow> = BTreeMap::new();
    for row in rows {
        match row {
            Ok(row) => drop(found.insert(id_of(&row), row)),
            Err(error) => drop(unreadable.insert(error.id.clone().unwrap_or_default(), error)),
        }
    }
    ids.iter()
        .map(|id| match unreadable.get(&id.to_string()) {
            Some(error) => (*id, Err(error.clone())),
            None => (*id, Ok(found.get(id).cloned())),
        })
        .collect()
}

impl Client {
    /// The Leads of `ids`, in their order: deleted and merged ones are there and say so, `None` is
    /// an id that does not exist, was purged, or is invisible to the user. One call for each 200.
    pub async fn leads_by_id(
        &self,
        ids: &[LeadId],
    ) -> Result<Vec<(LeadId, Parsed<Option<Lead>>)>, SalesforceError> {
        self.by_id(ids, |lead: &Lead| lead.id).await
    }

    /// The Salesforce contacts of `ids`; see [`Self::leads_by_id`].
    pub async fn contacts_by_id(
        &self,
        ids: &[ContactId],
    ) -> Result<Vec<(ContactId, Parsed<Option<Contact>>)>, SalesforceError> {
        self.by_id(ids, |contact: &Contact| contact.id).await
    }

    /// The Accounts of `ids`; see [`Self::leads_by_id`].
    pub async fn accounts_by_id(
        &self,
        ids: &[AccountId],
    ) -> Result<Vec<(AccountId, Parsed<Option<Account>>)>, SalesforceError> {
        self.by_id(ids, |account: &Account| account.id).await
    }

    async fn by_id<I, T>(
        &self,
        ids: &[I],
        id_of: impl Fn(&T) -> I,
    ) -> Result<Vec<(I, Parsed<Option<T>>)>, SalesforceError>
    where
        I: Copy + Ord + Display,
        T: Row + Clone,
    {
        let mut found = Vec::with_capacity(ids.len());
        for ids in ids.chunks(IDS_MAX) {
            let rows = self.rows(Operation::QueryAll, &query::<T>(ids)).await?;
            found.extend(in_order(ids, rows, &id_of));
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests;
