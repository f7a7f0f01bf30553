//! Contact search: the way to read all contacts, and to catch up with those that changed.
//!
//! Search lags behind writes by minutes and compares dates by calendar day in the workspace's time
//! zone. It therefore never verifies a write, and a query by instant returns more than was asked.

use std::fmt;
use std::time::Duration;

use model::Timestamp;
use model::ic::ContactId;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use transport::{Reply, excerpt};

use crate::client::{Call, Client, borrowed_body};
use crate::contact::Contact;
use crate::error::IntercomError;
use crate::wire;

/// Intercom's maximum for any endpoint.
const PER_PAGE: u32 = 150;

/// "After a day" means from the next midnight on, in a time zone that may be up to 14 hours away.
/// Two days earlier is always before the instant that is meant.
const DAY_TRUNCATION: Duration = Duration::from_hours(48);

/// Where the next page begins. Opaque; fits the query that returned it and no other.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cursor(String);

/// A page of contacts.
#[derive(Debug)]
pub struct ContactPage {
    /// In the order of the query.
    pub contacts: Vec<Result<Contact, UnreadableContact>>,
    /// `None` on the last page.
    pub next: Option<Cursor>,
    /// How many contacts the whole query has, if Intercom says.
    pub total: Option<u64>,
}

/// A contact of a page that could not be read; the others can.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a contact cannot be read: {why}")]
pub struct UnreadableContact {
    /// Its id, if that much can be read.
    pub id: Option<ContactId>,
    /// What is wrong with it, without addresses.
    pub why: String,
}

impl Cursor {
    /// The text to keep.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for Cursor {
    fn from(kept: String) -> Self {
        Self(kept)
    }
}

impl fmt::Debug for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cursor({})", self.0)
    }
}

impl Client {
    /// A page of all contacts, oldest first: what is written meanwhile, by us or others, moves no
    /// contact to another page, and new ones come at the end.
    pub async fn contact_page(
        &self,
        cursor: Option<&Cursor>,
    ) -> Result<ContactPage, IntercomError> {
        let after = Timestamp::from_seconds(0);
        self.read(&search("created_at", after, Order::Ascending, cursor), page)
            .await
    }

    /// A page of the contacts that changed since `since`, and of some that changed up to two days
    /// before it, latest first. The caller stops at the first contact older than `since`.
    pub async fn contacts_updated_since(
        &self,
        since: Timestamp,
        cursor: Option<&Cursor>,
    ) -> Result<ContactPage, IntercomError> {
        let after = since.minus(DAY_TRUNCATION);
        self.read(
            &search("updated_at", after, Order::Descending, cursor),
            page,
        )
        .await
    }
}

#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "lowercase")]
enum Order {
    Ascending,
    Descending,
}

fn search(field: &str, after: Timestamp, order: Order, cursor: Option<&Cursor>) -> Call {
    let mut pagination = json!({ "per_page": PER_PAGE });
    // An empty cursor is a server error at Intercom, so it is left out, not sent as null.
    if let Some(cursor) = cursor {
        pagination["starting_after"] = Value::from(cursor.as_str());
    }
    let body = json!({
        "query": { "field": field, "operator": ">", "value": after.as_seconds().max(0) },
        "sort": { "field": field, "order": order },
        "pagination": pagination,
    });
    Call::post("/contacts/search", &body)
}

fn page(reply: &Reply) -> Result<ContactPage, IntercomError> {
    let wire: WirePage<'_> = borrowed_body(reply)?;
    Ok(ContactPage {
        contacts: wire.data.iter().map(|row| contact(row)).collect(),
        next: wire
            .pages
            .next
            .and_then(|next| next.starting_after)
            .filter(|cursor| !cursor.is_empty())
            .map(Cursor),
        total: wire.total_count,
    })
}

fn contact(row: &RawValue) -> Result<Contact, UnreadableContact> {
    serde_json::from_str(row.get()).map_err(|problem| UnreadableContact {
        id: serde_json::from_str::<OnlyId>(row.get())
            .ok()
            .map(|row| row.id),
        why: excerpt(problem.to_string().as_bytes()),
    })
}

/// `data` has no default: a page without it is not Intercom's, and an empty list would end a scan.
#[derive(Deserialize)]
struct WirePage<'a> {
    #[serde(borrow)]
    data: Vec<&'a RawValue>,
    #[serde(default, deserialize_with = "wire::or_default")]
    pages: Pages,
    total_count: Option<u64>,
}

#[derive(Default, Deserialize)]
struct Pages {
    next: Option<NextPage>,
}

#[derive(Deserialize)]
struct NextPage {
    starting_after: Option<String>,
}

#[derive(Deserialize)]
struct OnlyId {
    #[serde(deserialize_with = "wire::id")]
    id: ContactId,
}
