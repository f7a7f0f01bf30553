//! All rows of an object over REST, in order of `(SystemModstamp, Id)`, page by page.
//!
//! The pages of one statement are followed while they are kept. When they are not any longer, or
//! the statement takes too long, a new one begins behind the last row, so a reading that lasts for
//! days passes by no row that stood in its order. A row that changes while it is read may come
//! twice, later with newer values. A row whose transaction ends late carries a stamp of its
//! beginning: if the reading is past that by then, the row is not met. Whoever needs such rows too
//! reads the latest stamps again, some minutes later.

use std::time::Duration;

use model::Timestamp;
use model::sf::AnyId;
use tokio::time::Instant;
use transport::{Reply, TransportError};

use crate::api_name::ApiName;
use crate::call::{json, server_time};
use crate::error::refusal::unexpected;
use crate::query::{self, Page};
use crate::row_query::RowQuery;
use crate::soql::{Condition, Select, above, at_least, equal};
use crate::{Client, Record, SalesforceError};

const ID: ApiName = ApiName::fixed("Id");
const STAMP: ApiName = ApiName::fixed("SystemModstamp");

/// Rows of one statement, after one without a limit took too long: a single page.
const NARROW_ROWS: usize = 2000;

/// Statements that are begun one after the other without any of them giving a row.
const RESTARTS_MAX: u32 = 3;

/// The clock of the answer's head shows whole seconds, and is not the one that stamps the rows.
const CLOCKS_APART: Duration = Duration::from_secs(1);

/// The rows of a query in order of their stamps and ids; see the module's documentation.
pub struct KeysetRows {
    client: Client,
    query: RowQuery,
    behind: Option<Key>,
    narrow: bool,
    stage: Stage,
    restarts: u32,
}

/// Where a row stands in the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    stamp: Timestamp,
    id: AnyId,
}

enum Stage {
    /// A statement has to be begun, behind the key.
    Between,
    /// Its next page.
    Reading(Following),
    Ended,
}

struct Following {
    call: crate::call::Call,
    /// The server's clock when the statement began, or earlier.
    begun: Option<Timestamp>,
    /// Rows of this statement so far.
    rows: usize,
}

impl Client {
    /// All rows of `query`, in order of `SystemModstamp` and `Id`; both are read even if they are
    /// not among its fields.
    pub fn keyset_rows(&self, mut query: RowQuery) -> KeysetRows {
        for field in [ID, STAMP] {
            if !query.fields.contains(&field) {
                query.fields.push(field);
            }
        }
        KeysetRows {
            client: self.clone(),
            query,
            behind: None,
            narrow: false,
            stage: Stage::Between,
            restarts: 0,
        }
    }
}

impl KeysetRows {
    /// The next rows; `None` behind the last, after which nothing more comes. After an error the
    /// next call goes on behind the last row that was given out.
    pub async fn next_page(&mut self) -> Result<Option<Vec<Record>>, SalesforceError> {
        loop {
            let stage = std::mem::replace(&mut self.stage, Stage::Between);
            let step = match stage {
                Stage::Between => self.begin().await,
                Stage::Reading(following) => self.follow(following).await,
                Stage::Ended => {
                    self.stage = Stage::Ended;
                    return Ok(None);
                }
            };
            match step {
                Ok(records) if records.is_empty() => {}
                Ok(records) => {
                    self.restarts = 0;
                    return Ok(Some(records));
                }
                Err(error) if self.restarts < RESTARTS_MAX && helped_by_restart(&error) => {
                    self.restarts += 1;
                    self.narrow |= !matches!(error, SalesforceError::LocatorExpired);
                }
                Err(error) => return Err(error),
            }
        }
    }

    async fn begin(&mut self) -> Result<Vec<Record>, SalesforceError> {
        let call = query::call(self.query.operation, &self.statement());
        let asked_at = Instant::now();
        let reply = self.client.read(&call).await?;
        let begun = begun(&reply, asked_at.elapsed());
        let page: Page = json(&reply, Page::EXPECTED)?;
        // The rows of the first page are as they were when they were put in order.
        let keys = keys(&page)?;
        self.behind = keys.into_iter().chain(self.behind).max();
        self.go_on(page, begun, 0)
    }

    async fn follow(&mut self, following: Following) -> Result<Vec<Record>, SalesforceError> {
        let page: Page = json(&self.client.read(&following.call).await?, Page::EXPECTED)?;
        // A row that was changed after the statement began shows its new stamp at its old place;
        // behind that stamp nothing has been read yet.
        let in_order = keys(&page)?
            .into_iter()
            .filter(|key| following.begun.is_some_and(|begun| key.stamp < begun));
        self.behind = in_order.chain(self.behind).max();
        self.go_on(page, following.begun, following.rows)
    }

    fn go_on(
        &mut self,
        page: Page,
        begun: Option<Timestamp>,
        rows_before: usize,
    ) -> Result<Vec<Record>, SalesforceError> {
        let rows = rows_before + page.records.len();
        self.stage = match page.next()? {
            Some(call) => Stage::Reading(Following { call, begun, rows }),
            None if self.narrow && rows >= NARROW_ROWS => Stage::Between,
            None => Stage::Ended,
        };
        Ok(page.records.into_iter().map(Record::new).collect())
    }

    fn statement(&self) -> Select {
        let from = self.query.modified_from;
        let filter = match self.behind {
            Some(Key { stamp, id }) => Some(Condition::Any(vec![
                Condition::All(vec![
                    equal("SystemModstamp", stamp),
                    above("Id", id.as_str()),
                ]),
                above("SystemModstamp", stamp),
            ])),
            None => from.map(|from| at_least("SystemModstamp", from)),
        };
        let mut select =
            Select::new(&self.query.fields, &self.query.object).ordered(&["SystemModstamp", "Id"]);
        if let Some(filter) = filter {
            select = select.filtered(filter);
        }
        if self.narrow {
            select = select.limited(NARROW_ROWS);
        }
        select
    }
}

/// The latest time that is surely before the statement, whose first answer took so long.
fn begun(reply: &Reply, took: Duration) -> Option<Timestamp> {
    Some(server_time(reply)?.minus(took + CLOCKS_APART))
}

/// Errors after which a new statement, behind the last row, can succeed at once.
fn helped_by_restart(error: &SalesforceError) -> bool {
    matches!(
        error,
        SalesforceError::LocatorExpired
            | SalesforceError::QueryTooSlow
            | SalesforceError::Transport(TransportError::TimedOut { .. })
    )
}

fn keys(page: &Page) -> Result<Vec<Key>, SalesforceError> {
    let key = |row: &serde_json::Map<String, serde_json::Value>| {
        Some(Key {
            stamp: row.get("SystemModstamp")?.as_str()?.parse().ok()?,
            id: row.get("Id")?.as_str()?.parse().ok()?,
        })
    };
    let keys: Option<Vec<Key>> = page.records.iter().map(key).collect();
    keys.ok_or_else(|| {
        unexpected(
            "rows with Id and SystemModstamp",
            http::StatusCode::OK,
            b"a row without one of them",
        )
    })
}
