//! Lists that come in pages, each of which names the next by a cursor.
//!
//! The reader sets the pace: a page is asked for when it is wanted, and one is held at a time. A row
//! that cannot be read fails alone. A list is no snapshot: what changes its place between two pages
//! is met twice or not at all, which each list says of itself.

use std::fmt::{self, Display};
use std::str::FromStr;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;
use transport::{Reply, excerpt};

use crate::client::{Call, Client, borrowed_body, segment};
use crate::error::IntercomError;
use crate::wire;

/// Intercom's maximum for any endpoint.
pub(crate) const PER_PAGE: u32 = 150;

/// Where the next page begins. Opaque; fits the query that returned it and no other.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cursor(String);

/// A page of a list.
#[derive(Debug)]
pub struct Page<T, Id> {
    /// In the order of the query.
    pub rows: Vec<Result<T, Unreadable<Id>>>,
    /// `None` on the last page.
    pub next: Option<Cursor>,
    /// How many rows the whole query has, if Intercom says.
    pub total: Option<u64>,
}

/// A row of a page that could not be read; the others can.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a row of the list cannot be read: {why}")]
pub struct Unreadable<Id> {
    /// Its id, if that much can be read.
    pub id: Option<Id>,
    /// What is wrong with it, without addresses.
    pub why: String,
}

/// A list that is read page by page, as fast as its reader asks.
pub struct Pages<T, Id> {
    client: Client,
    ask: Box<Ask>,
    /// Behind what is wanted: the first such row ends the list.
    is_behind: Box<dyn Fn(&T) -> bool + Send + Sync>,
    at: At,
    /// The ids are read where a row cannot be.
    ids: std::marker::PhantomData<fn() -> Id>,
}

/// The call for the page at a cursor, or for the first.
type Ask = dyn Fn(Option<&Cursor>) -> Call + Send + Sync;

enum At {
    Beginning,
    Behind(Cursor),
    End,
}

impl Cursor {
    /// The text to keep.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The query of the page, for lists that may be numbered.
    pub(crate) fn query(&self) -> String {
        if self.0.starts_with(NUMBERED) {
            return self.0.clone();
        }
        format!("starting_after={}", segment(&self.0))
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

impl<T: DeserializeOwned, Id: FromStr<Err: Display>> Pages<T, Id> {
    pub(crate) fn new(
        client: &Client,
        from: Option<Cursor>,
        ask: impl Fn(Option<&Cursor>) -> Call + Send + Sync + 'static,
    ) -> Self {
        Self {
            client: client.clone(),
            ask: Box::new(ask),
            is_behind: Box::new(|_| false),
            at: from.map_or(At::Beginning, At::Behind),
            ids: std::marker::PhantomData,
        }
    }

    /// The same list, ended by the first row of which this is true.
    pub(crate) fn up_to(self, is_behind: impl Fn(&T) -> bool + Send + Sync + 'static) -> Self {
        Self {
            is_behind: Box::new(is_behind),
            ..self
        }
    }

    /// Where the next page begins: what to keep, to go on from there another time. `None` before
    /// the first page and behind the last.
    pub fn cursor(&self) -> Option<&Cursor> {
        match &self.at {
            At::Behind(cursor) => Some(cursor),
            At::Beginning | At::End => None,
        }
    }

    /// The next page; `None` behind the last, after which nothing more comes. After an error the
    /// next call asks for the same page again.
    pub async fn next_page(&mut self) -> Result<Option<Page<T, Id>>, IntercomError> {
        let from = match &self.at {
            At::Beginning => None,
            At::Behind(cursor) => Some(cursor),
            At::End => return Ok(None),
        };
        let mut page = self.client.read(&(self.ask)(from), page::<T, Id>).await?;
        if page.next.is_some() && page.next.as_ref() == from {
            let why = "the page after this one is this one".to_owned();
            return Err(IntercomError::UnexpectedAnswer { status: 200, why });
        }
        let wanted = page
            .rows
            .iter()
            .position(|row| row.as_ref().is_ok_and(|row| (self.is_behind)(row)));
        if let Some(wanted) = wanted {
            page.rows.truncate(wanted);
            page.next = None;
        }
        self.at = page.next.clone().map_or(At::End, At::Behind);
        Ok(Some(page))
    }
}

/// Reads a page.
pub(crate) fn page<T: DeserializeOwned, Id: FromStr<Err: Display>>(
    reply: &Reply,
) -> Result<Page<T, Id>, IntercomError> {
    let wire: WirePage<'_> = borrowed_body(reply)?;
    let next = wire.pages.next.as_ref().filter(|next| !next.is_null());
    let next = next.map(|next| {
        cursor(next).ok_or_else(|| {
            let why = "the list goes on in a way that is not known".to_owned();
            IntercomError::UnexpectedAnswer { status: 200, why }
        })
    });
    Ok(Page {
        rows: wire.data.iter().map(|row| self::row(row)).collect(),
        next: next.transpose()?,
        total: wire.total_count,
    })
}

/// What begins the cursor of a list whose pages are numbered; none of Intercom's own begins so.
const NUMBERED: &str = "page=";

/// The next page by its cursor, by its number, or by its address, which holds one of both.
fn cursor(next: &Value) -> Option<Cursor> {
    if let Some(address) = next.as_str() {
        let (_, query) = address.split_once('?')?;
        let members = url::form_urlencoded::parse(query.as_bytes()).map(|(name, value)| {
            let number = value.parse::<u64>().map(Value::from);
            (name.into_owned(), number.unwrap_or_else(|_| value.into()))
        });
        return cursor(&Value::Object(members.collect()));
    }
    if let Some(cursor) = next.get("starting_after").and_then(Value::as_str) {
        return (!cursor.is_empty()).then(|| Cursor(cursor.to_owned()));
    }
    let page = next.get("page")?.as_u64()?;
    Some(Cursor(format!("{NUMBERED}{page}")))
}

pub(crate) fn row<T: DeserializeOwned, Id: FromStr<Err: Display>>(
    row: &RawValue,
) -> Result<T, Unreadable<Id>> {
    serde_json::from_str(row.get()).map_err(|problem| Unreadable {
        id: serde_json::from_str::<OnlyId<Id>>(row.get())
            .ok()
            .map(|row| row.id),
        why: excerpt(problem.to_string().as_bytes()),
    })
}

/// `data` has no default: a page without it is not Intercom's, and an empty list would end a scan.
#[derive(Deserialize)]
struct WirePage<'a> {
    #[serde(borrow, alias = "conversations", alias = "companies")]
    data: Vec<&'a RawValue>,
    #[serde(default, deserialize_with = "wire::or_default")]
    pages: WirePages,
    total_count: Option<u64>,
}

#[derive(Default, Deserialize)]
struct WirePages {
    next: Option<Value>,
}

#[derive(Deserialize)]
#[serde(bound = "Id: FromStr<Err: Display>")]
struct OnlyId<Id> {
    #[serde(deserialize_with = "wire::id")]
    id: Id,
}
