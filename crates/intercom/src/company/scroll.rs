//! All companies, by a scroll: the only way past ten thousand.
//!
//! A workspace has one open scroll per app, and it dies after a minute without a call. A scroll
//! that died is begun anew from its beginning, and the reader is told, because everything comes
//! again. Companies without users are in no scroll.

use model::ic::CompanyId;
use serde::Deserialize;
use serde_json::value::RawValue;
use transport::Reply;

use super::Company;
use crate::client::{Call, Client, borrowed_body, segment};
use crate::error::IntercomError;
use crate::page::{Unreadable, row};

/// How often one reading begins anew. A reader that needs longer than a minute for a page never
/// gets to the end.
const RESTARTS_MAX: u32 = 3;

/// All companies of a workspace; see the module's documentation.
pub struct CompanyScroll {
    client: Client,
    at: At,
    restarts: u32,
    /// No page has told of the last restart yet.
    restarted: bool,
}

enum At {
    Beginning,
    Behind(String),
    End,
}

/// Some companies of a scroll.
#[derive(Debug)]
pub struct ScrolledCompanies {
    /// In Intercom's order.
    pub rows: Vec<Result<Company, Unreadable<CompanyId>>>,
    /// The scroll began anew: what was read before comes again.
    pub restarted: bool,
}

impl Client {
    /// All companies, as fast as the reader asks, but within a minute each. Creates the scroll with
    /// the first page: [`IntercomError::Busy`] if another one is open.
    pub fn scroll_companies(&self) -> CompanyScroll {
        CompanyScroll {
            client: self.clone(),
            at: At::Beginning,
            restarts: 0,
            restarted: false,
        }
    }
}

impl CompanyScroll {
    /// The next companies; `None` behind the last. After an error the next call goes on at the same
    /// place.
    pub async fn next_page(&mut self) -> Result<Option<ScrolledCompanies>, IntercomError> {
        loop {
            let path = match &self.at {
                At::Beginning => "/companies/scroll".to_owned(),
                At::Behind(place) => {
                    format!("/companies/scroll?scroll_param={}", segment(place))
                }
                At::End => return Ok(None),
            };
            match self.client.read(&Call::get(path), page).await {
                Ok(read) => {
                    // An empty page is the end, even if it names another one.
                    self.at = match read.scroll_param {
                        Some(place) if !read.rows.is_empty() => At::Behind(place),
                        Some(_) | None => At::End,
                    };
                    let page = ScrolledCompanies {
                        rows: read.rows,
                        restarted: std::mem::take(&mut self.restarted),
                    };
                    return Ok((page.restarted || !page.rows.is_empty()).then_some(page));
                }
                Err(IntercomError::NotFound)
                    if matches!(self.at, At::Behind(_)) && self.restarts < RESTARTS_MAX =>
                {
                    self.restarts += 1;
                    self.at = At::Beginning;
                    self.restarted = true;
                }
                Err(error) => return Err(error),
            }
        }
    }
}

struct Read {
    rows: Vec<Result<Company, Unreadable<CompanyId>>>,
    scroll_param: Option<String>,
}

fn page(reply: &Reply) -> Result<Read, IntercomError> {
    let wire: WireScroll<'_> = borrowed_body(reply)?;
    Ok(Read {
        rows: wire.data.iter().map(|company| row(company)).collect(),
        scroll_param: wire.scroll_param,
    })
}

#[derive(Deserialize)]
struct WireScroll<'a> {
    #[serde(borrow)]
    data: Vec<&'a RawValue>,
    scroll_param: Option<String>,
}
