//! Reading rows by id, deleted ones included.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::str::FromStr;

use model::sf::{AccountId, ContactId, LeadId};

use crate::row::{Parsed, Row, UnreadableRow};
use crate::soql::{Condition, Literal, Select};
use crate::{Account, Client, Contact, Lead, Operation, SalesforceError};

/// An id and its row; `None`: it does not exist, was purged, or is invisible to the user.
pub type Found<I, T> = (I, Parsed<Option<T>>);

/// Ids in one query. With these the URL stays below 8 KB; Salesforce's bound, headers included, is
/// 16 KB.
const IDS_MAX: usize = 200;

/// The query for the rows of `ids`. `queryAll` sees deleted and merged rows, which a retrieve by
/// id reports as absent.
fn query<T: Row>(ids: &[impl Display]) -> Select {
    let ids = ids.iter().map(|id| Literal::Text(id.to_string())).collect();
    Select::new(T::COLUMNS, T::OBJECT).filtered(Condition::In("Id", ids))
}

/// What was found of each id, in the order and number of `ids`. An unreadable row that cannot be
/// given to its id fails the whole, since that id would seem to be absent.
fn in_order<I, T>(
    ids: &[I],
    rows: Vec<Parsed<T>>,
    id_of: impl Fn(&T) -> I,
) -> Result<Vec<Found<I, T>>, UnreadableRow>
where
    I: Copy + Ord + FromStr,
    T: Clone,
{
    let mut found: BTreeMap<I, Parsed<T>> = BTreeMap::new();
    for row in rows {
        let id = match &row {
            Ok(row) => id_of(row),
            Err(error) => match error.id.as_deref().map(str::parse) {
                Some(Ok(id)) => id,
                Some(Err(_)) | None => return Err(error.clone()),
            },
        };
        found.insert(id, row);
    }
    Ok(ids
        .iter()
        .map(|id| (*id, found.get(id).cloned().transpose()))
        .collect())
}

impl Client {
    /// The Leads of `ids`, in their order: deleted and merged ones are there and say so, `None` is
    /// an id that does not exist, was purged, or is invisible to the user. One call for each 200.
    pub async fn leads_by_id(
        &self,
        ids: &[LeadId],
    ) -> Result<Vec<Found<LeadId, Lead>>, SalesforceError> {
        self.by_id(ids, |lead: &Lead| lead.id).await
    }

    /// The Salesforce contacts of `ids`; see [`Self::leads_by_id`].
    pub async fn contacts_by_id(
        &self,
        ids: &[ContactId],
    ) -> Result<Vec<Found<ContactId, Contact>>, SalesforceError> {
        self.by_id(ids, |contact: &Contact| contact.id).await
    }

    /// The Accounts of `ids`; see [`Self::leads_by_id`].
    pub async fn accounts_by_id(
        &self,
        ids: &[AccountId],
    ) -> Result<Vec<Found<AccountId, Account>>, SalesforceError> {
        self.by_id(ids, |account: &Account| account.id).await
    }

    async fn by_id<I, T>(
        &self,
        ids: &[I],
        id_of: impl Fn(&T) -> I,
    ) -> Result<Vec<Found<I, T>>, SalesforceError>
    where
        I: Copy + Ord + Display + FromStr,
        T: Row + Clone,
    {
        let mut found = Vec::with_capacity(ids.len());
        for ids in ids.chunks(IDS_MAX) {
            let rows = self.rows(Operation::QueryAll, &query::<T>(ids)).await?;
            found.extend(in_order(ids, rows, &id_of)?);
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests;
