//! The objects that have a type of their own, row by row.

use futures_util::stream::{BoxStream, StreamExt, TryStreamExt, iter, try_unfold};

use crate::api_name::ApiName;
use crate::row::{Parsed, Row, Source, parse};
use crate::row_query::RowQuery;
use crate::{Account, Client, Contact, Lead, Operation, SalesforceError};

/// Rows, as they arrive. An error of the stream ends it; a row that cannot be read is an item.
type Rows<T> = BoxStream<'static, Result<Parsed<T>, SalesforceError>>;

impl Client {
    /// All Leads. The job is created when the stream is first polled. Rows come in no promised
    /// order and may be older than rows read otherwise meanwhile.
    pub fn bulk_leads(&self, operation: Operation) -> Rows<Lead> {
        self.bulk(operation)
    }

    /// All Salesforce contacts; see [`Self::bulk_leads`].
    pub fn bulk_contacts(&self, operation: Operation) -> Rows<Contact> {
        self.bulk(operation)
    }

    /// All Accounts; see [`Self::bulk_leads`].
    pub fn bulk_accounts(&self, operation: Operation) -> Rows<Account> {
        self.bulk(operation)
    }

    fn bulk<T: Row + Send + 'static>(&self, operation: Operation) -> Rows<T> {
        let query = RowQuery {
            object: ApiName::fixed(T::OBJECT),
            fields: T::COLUMNS.iter().copied().map(ApiName::fixed).collect(),
            operation,
            modified_from: None,
        };
        let blocks = try_unfold(self.bulk_rows(query), |mut rows| async move {
            let Some(block) = rows.next_block().await? else {
                return Ok::<_, SalesforceError>(None);
            };
            let parsed: Vec<Result<Parsed<T>, SalesforceError>> = block
                .rows()
                .map(|row| Ok(parse(Source::Csv(row))))
                .collect();
            Ok(Some((iter(parsed), rows)))
        });
        blocks.try_flatten().boxed()
    }
}
