//! What changed since the last look, by keyset on `(SystemModstamp, Id)`.
//!
//! Stamps are whole seconds, and many rows share one. A cursor without an id stands *at the
//! beginning* of its second, so that the second in which the last look fell is read again: rows
//! that were written later in it are not missed, rows known already are seen twice, which is
//! harmless. A cursor with an id stands behind that row, in the middle of a longer reading.
//!
//! Rows become visible at commit with the stamp of their writing. What commits after the cursor
//! has passed its stamp is not seen here; that is the business of whoever looks back.

use model::Timestamp;

use crate::call::server_time;
use crate::composite::{self, Answered, Part};
use crate::error::refusal::unexpected;
use crate::query::Page;
use crate::row::{JsonRow, Row, UnreadableRow};
use crate::soql::{Condition, Select, above, at_least, equal};
use crate::{Account, Client, Contact, Lead, Operation, SalesforceError};

/// How far one object has been read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// Everything before this second has been read.
    pub stamp: Timestamp,
    /// In this second, everything up to and including this id; `None`: nothing of it.
    pub id: Option<String>,
}

/// How far each object has been read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PollCursors {
    /// Leads.
    pub lead: Cursor,
    /// Salesforce contacts.
    pub contact: Cursor,
    /// Accounts.
    pub account: Cursor,
}

/// What changed. Rows come in order of stamp and id, deleted and merged ones among them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changes {
    /// Leads.
    pub leads: Vec<Lead>,
    /// Salesforce contacts.
    pub contacts: Vec<Contact>,
    /// Accounts.
    pub accounts: Vec<Account>,
    /// Rows that could not be read; the cursors have passed them.
    pub unreadable: Vec<UnreadableRow>,
    /// Where to go on, once these rows are stored.
    pub next: PollCursors,
    /// There is more: look again at once.
    pub more: bool,
    /// The server's clock at the answer, if it told.
    pub server_time: Option<Timestamp>,
}

/// Rows of one object in one look: what Salesforce puts into one page.
const ROWS_MAX: usize = 2000;

const LEADS: &str = "leads";
const CONTACTS: &str = "contacts";
const ACCOUNTS: &str = "accounts";

impl Cursor {
    /// The cursor that has everything still before it that was written at or after `stamp`.
    pub fn at(stamp: Timestamp) -> Self {
        Self {
            stamp: stamp.truncated_to_second(),
            id: None,
        }
    }

    fn filter(&self) -> Condition {
        match &self.id {
            None => at_least("SystemModstamp", self.stamp),
            Some(id) => Condition::Any(vec![
                Condition::All(vec![
                    equal("SystemModstamp", self.stamp),
                    above("Id", id.as_str()),
                ]),
                above("SystemModstamp", self.stamp),
            ]),
        }
    }

    fn query<T: Row>(&self) -> Select {
        Select::new(T::COLUMNS, T::OBJECT)
            .filtered(self.filter())
            .ordered(&["SystemModstamp", "Id"])
            .limited(ROWS_MAX)
    }

    /// Where to go on after a page. If it was the last one, at the beginning of the second of its
    /// last row; an empty page keeps the second, so it is read again as well.
    fn after(&self, page: &Page) -> Option<(Self, bool)> {
        let more = !page.done || page.records.len() >= ROWS_MAX;
        match page.records.last() {
            Some(last) => {
                let (stamp, id) = position(last)?;
                Some((
                    Self {
                        stamp,
                        id: more.then_some(id),
                    },
                    more,
                ))
            }
            None => Some((
                Self {
                    stamp: self.stamp,
                    id: None,
                },
                false,
            )),
        }
    }
}

/// Where a row stands in the order; read apart from the row itself, so that a row that cannot be
/// read does not stop the cursor.
fn position(row: &JsonRow) -> Option<(Timestamp, String)> {
    let stamp = row.get("SystemModstamp")?.as_str()?.parse().ok()?;
    Some((stamp, row.get("Id")?.as_str()?.to_owned()))
}

/// One object's part of the answer.
struct Step<T> {
    rows: Vec<T>,
    next: Cursor,
    more: bool,
}

fn step<T: Row>(
    from: &Cursor,
    answered: &Answered,
    unreadable: &mut Vec<UnreadableRow>,
) -> Result<Step<T>, SalesforceError> {
    let page = answered.page()?;
    let (next, more) = from.after(&page).ok_or_else(|| {
        unexpected(
            "rows with Id and SystemModstamp",
            answered.status,
            &answered.body,
        )
    })?;
    let mut rows = Vec::with_capacity(page.records.len());
    for row in page.rows() {
        match row {
            Ok(row) => rows.push(row),
            Err(error) => unreadable.push(error),
        }
    }
    Ok(Step { rows, next, more })
}

impl Client {
    /// What changed since `cursors`, in one call. Asking again with the same cursors gives the
    /// same rows and newer ones.
    pub async fn changed_since(&self, cursors: PollCursors) -> Result<Changes, SalesforceError> {
        let queries = [
            Part::query(LEADS, Operation::QueryAll, &cursors.lead.query::<Lead>()),
            Part::query(
                CONTACTS,
                Operation::QueryAll,
                &cursors.contact.query::<Contact>(),
            ),
            Part::query(
                ACCOUNTS,
                Operation::QueryAll,
                &cursors.account.query::<Account>(),
            ),
        ];
        let reply = self.composite_read(&queries).await?;
        let [leads, contacts, accounts] = composite::answers(&reply, [LEADS, CONTACTS, ACCOUNTS])?;
        let mut unreadable = Vec::new();
        let leads = step::<Lead>(&cursors.lead, &leads, &mut unreadable)?;
        let contacts = step::<Contact>(&cursors.contact, &contacts, &mut unreadable)?;
        let accounts = step::<Account>(&cursors.account, &accounts, &mut unreadable)?;
        Ok(Changes {
            more: leads.more || contacts.more || accounts.more,
            next: PollCursors {
                lead: leads.next,
                contact: contacts.next,
                account: accounts.next,
            },
            leads: leads.rows,
            contacts: contacts.rows,
            accounts: accounts.rows,
            unreadable,
            server_time: server_time(&reply),
        })
    }
}

#[cfg(test)]
mod tests;
