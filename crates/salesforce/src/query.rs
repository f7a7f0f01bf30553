//! Queries over REST, page by page.

use serde::Deserialize;

use crate::call::{Call, json, query_path};
use crate::row::{JsonRow, Parsed, Row, Source, parse};
use crate::soql::Select;
use crate::{Client, SalesforceError};

/// Which rows a query sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// Rows that are not deleted.
    Query,
    /// Also rows in the recycle bin, and the losers of merges.
    QueryAll,
}

impl Operation {
    /// The name of the resource, and of the bulk operation.
    pub(crate) const fn resource(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::QueryAll => "queryAll",
        }
    }
}

/// The most pages of one query that are read over REST: 100,000 rows of the usual 2,000. What may
/// be longer goes through the bulk API, which does not hold its rows in memory.
const PAGES_MAX: usize = 50;

/// One page of rows.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Page {
    /// No page follows.
    pub(crate) done: bool,
    #[serde(default)]
    next_records_url: Option<String>,
    pub(crate) records: Vec<JsonRow>,
}

impl Page {
    /// What people are told should have come.
    pub(crate) const EXPECTED: &'static str = "a page of rows";

    /// The rows, each read for itself.
    pub(crate) fn rows<T: Row>(&self) -> Vec<Parsed<T>> {
        self.records
            .iter()
            .map(|record| parse(Source::Json(record)))
            .collect()
    }

    /// The call for the next page. Pages can be shorter than asked for, so only this says whether
    /// there is more.
    pub(crate) fn next(&self) -> Result<Option<Call>, SalesforceError> {
        match &self.next_records_url {
            Some(path) if !self.done => Call::get_named(path).map(Some),
            Some(_) | None => Ok(None),
        }
    }
}

/// The call for the first page.
pub(crate) fn call(operation: Operation, soql: &Select) -> Call {
    Call::get(query_path(operation.resource(), &soql.to_string()))
}

impl Client {
    /// All rows of a query that is known to be short.
    pub(crate) async fn rows<T: Row>(
        &self,
        operation: Operation,
        soql: &Select,
    ) -> Result<Vec<Parsed<T>>, SalesforceError> {
        let page = self.page(&call(operation, soql)).await?;
        self.rows_from(page).await
    }

    /// The rows of `page` and of the pages after it.
    pub(crate) async fn rows_from<T: Row>(
        &self,
        mut page: Page,
    ) -> Result<Vec<Parsed<T>>, SalesforceError> {
        let mut rows = page.rows();
        for _ in 1..PAGES_MAX {
            let Some(next) = page.next()? else {
                return Ok(rows);
            };
            page = self.page(&next).await?;
            rows.extend(page.rows());
        }
        match page.next()? {
            None => Ok(rows),
            Some(_) => Err(SalesforceError::UnexpectedAnswer {
                expected: "the last page of a short query",
                status: 200,
                excerpt: format!("page {PAGES_MAX}, and one more to come"),
            }),
        }
    }

    async fn page(&self, call: &Call) -> Result<Page, SalesforceError> {
        json(&self.read(call).await?, Page::EXPECTED)
    }
}
