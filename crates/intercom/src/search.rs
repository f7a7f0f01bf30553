//! Contact search: the way to read all contacts, and to catch up with those that changed.
//!
//! Search lags behind writes by minutes and compares dates by calendar day in the workspace's time
//! zone. It therefore never verifies a write, and a query by instant returns more than was asked.

use std::time::Duration;

use model::Timestamp;
use model::ic::ContactId;
use serde::Serialize;
use serde_json::{Value, json};

use crate::client::{Call, Client};
use crate::contact::Contact;
use crate::error::IntercomError;
use crate::page::{Cursor, PER_PAGE, Page, Pages, Unreadable, page};

/// "After a day" means from the next midnight on, in a time zone that may be up to 14 hours away.
/// Two days earlier is always before the instant that is meant.
pub(crate) const DAY_TRUNCATION: Duration = Duration::from_hours(48);

/// A page of contacts.
pub type ContactPage = Page<Contact, ContactId>;

/// Contacts, page by page.
pub type ContactPages = Pages<Contact, ContactId>;

/// A contact of a page that could not be read; the others can.
pub type UnreadableContact = Unreadable<ContactId>;

impl Client {
    /// A page of all contacts, oldest first: what is written meanwhile, by us or others, moves no
    /// contact to another page, and new ones come at the end.
    pub async fn contact_page(
        &self,
        cursor: Option<&Cursor>,
    ) -> Result<ContactPage, IntercomError> {
        self.read(&oldest_first(cursor), page).await
    }

    /// All contacts as [`Client::contact_page`] orders them, from the beginning or from a cursor
    /// that was kept. Nobody who stays is met twice or missed; who is archived or merged away
    /// meanwhile moves those behind one place forward, so one row at the edge of a page can be
    /// missed for each.
    pub fn all_contacts(&self, from: Option<Cursor>) -> ContactPages {
        Pages::new(self, from, oldest_first)
    }

    /// A page of the contacts that changed since `since`, and of some that changed up to two days
    /// before it, latest first. The caller stops at the first contact older than `since`.
    pub async fn contacts_updated_since(
        &self,
        since: Timestamp,
        cursor: Option<&Cursor>,
    ) -> Result<ContactPage, IntercomError> {
        self.read(&latest_first(since, cursor), page).await
    }

    /// The contacts that changed since `since`, latest first. Who changes while this is read moves
    /// to the front, behind the reader, and pushes others one place back: those are met twice, and
    /// the one who moved is met by the next reading from an earlier instant.
    pub fn contacts_changed_since(&self, since: Timestamp) -> ContactPages {
        Pages::new(self, None, move |cursor| latest_first(since, cursor))
            .up_to(move |contact: &Contact| contact.updated_at < since)
    }
}

#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Order {
    Ascending,
    Descending,
}

fn oldest_first(cursor: Option<&Cursor>) -> Call {
    let after = Timestamp::from_seconds(0);
    search(
        "/contacts/search",
        "created_at",
        after,
        Order::Ascending,
        cursor,
    )
}

fn latest_first(since: Timestamp, cursor: Option<&Cursor>) -> Call {
    let after = since.minus(DAY_TRUNCATION);
    let order = Order::Descending;
    search("/contacts/search", "updated_at", after, order, cursor)
}

/// What has `field` after an instant, ordered by it.
pub(crate) fn search(
    path: &str,
    field: &str,
    after: Timestamp,
    order: Order,
    cursor: Option<&Cursor>,
) -> Call {
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
    Call::post(path, &body)
}
