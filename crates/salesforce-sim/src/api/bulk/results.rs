//! The results of a query job: pages that locators lead through, written while they are sent.
//!
//! A page holds the job's rows and nothing of the world, so that no lock is held while somebody
//! downloads, and a page of any size costs the memory of one piece. Locators stay as long as the
//! job does. Rows that were hidden since the job was made are left out.

use std::ops::Range;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use bytes::Bytes;
use http::{HeaderName, StatusCode, header};
use serde_json::json;

use crate::answer::{self, Body, Response};
use crate::error::ApiError;
use crate::sharing::Sharing;
use crate::soql::ResultSet;
use crate::world::World;

use super::super::call::Call;
use super::super::representation::accepts_gzip;
use super::columns::Columns;
use super::major_version;
use super::packed::Packed;

/// Rows of a result page unless the request says otherwise.
const PAGE_ROWS: usize = 250_000;

/// A page is written in pieces of about this size.
const PIECE_BYTES: usize = 128 * 1024;

/// Bytes beyond the piece for the row that fills it.
const PIECE_MARGIN: usize = 8 * 1024;

/// Pages that one answer to `resultPages` lists.
const RESULT_PAGES: usize = 5;

/// `resultPages` exists from this version on.
const RESULT_PAGES_SINCE: u32 = 58;

impl World {
    /// `GET jobs/query/{id}/results`.
    pub(super) fn query_results(&mut self, id: &str, call: &Call) -> Result<Response, ApiError> {
        let job = self.finished_query(id, call)?;
        let rows = Arc::clone(job.rows());
        let from = first_row(call, rows.len())?;
        let to = rows.len().min(from.saturating_add(page_rows(call)?));
        let next = if to == rows.len() {
            "null".to_owned()
        } else {
            locator(to)
        };
        let columns = Columns::new(&rows, major_version(call), job.dialect());
        let sharing = Arc::clone(&self.records.sharing);
        let shown = shown(&rows, from..to, &sharing);
        let pieces = Pieces {
            rows,
            columns,
            sharing,
            next: from,
            end: to,
            has_head: false,
        };
        self.records.count_reads(shown);
        let is_packed = accepts_gzip(&call.headers);
        let body: Box<dyn Iterator<Item = Bytes> + Send> = if is_packed {
            Box::new(Packed::new(pieces))
        } else {
            Box::new(pieces)
        };
        let mut response = Response::new(Body::Chunks(body));
        for (name, value) in [
            (header::CONTENT_TYPE, "text/csv; charset=UTF-8"),
            (HeaderName::from_static("sforce-locator"), &next),
            (
                HeaderName::from_static("sforce-numberofrecords"),
                &shown.to_string(),
            ),
        ] {
            response = answer::with_header(response, name, value);
        }
        if is_packed {
            response = answer::with_header(response, header::CONTENT_ENCODING, "gzip");
            response = answer::with_header(response, header::VARY, "Accept-Encoding");
        }
        Ok(response)
    }

    /// `GET jobs/query/{id}/resultPages`: where the pages are, to download several at a time.
    pub(super) fn query_result_pages(&self, id: &str, call: &Call) -> Result<Response, ApiError> {
        if major_version(call) < RESULT_PAGES_SINCE {
            return Err(ApiError::not_found());
        }
        let job = self.finished_query(id, call)?;
        let rows = job.rows().len();
        let base = format!("/services/data/v{}/jobs/query/{}", call.version, job.id());
        let first = first_row(call, rows)?;
        let starts = (first..rows.max(1)).step_by(PAGE_ROWS);
        let url = |row: usize| match row {
            0 => format!("{base}/results"),
            row => format!("{base}/results?locator={}", locator(row)),
        };
        let pages: Vec<_> = starts
            .clone()
            .take(RESULT_PAGES)
            .map(|row| json!({"resultUrl": url(row)}))
            .collect();
        let mut body = json!({"resultPages": pages, "done": true});
        if let Some(next) = starts.clone().nth(RESULT_PAGES) {
            body["done"] = false.into();
            body["nextRecordsUrl"] = format!("{base}/resultPages?locator={}", locator(next)).into();
        }
        Ok(answer::json_value(StatusCode::OK, &body))
    }
}

/// Where the page begins that the request asks for.
fn first_row(call: &Call, rows: usize) -> Result<usize, ApiError> {
    match call.parameter("locator") {
        None => Ok(0),
        Some(locator) => read_locator(locator)
            .filter(|row| *row < rows)
            .ok_or_else(|| ApiError::bad_request("INVALID_QUERY_LOCATOR", "invalid locator")),
    }
}

/// How many rows the request asks for. UNVERIFIED: what a number below one is answered with.
fn page_rows(call: &Call) -> Result<usize, ApiError> {
    let Some(asked) = call.parameter("maxRecords") else {
        return Ok(PAGE_ROWS);
    };
    asked.parse().ok().filter(|rows| *rows > 0).ok_or_else(|| {
        let message = format!("Invalid value '{asked}' for parameter maxRecords");
        ApiError::bad_request("ILLEGAL_QUERY_PARAMETER_VALUE", message)
    })
}

/// Locators are opaque to clients: a row number in disguise.
fn locator(row: usize) -> String {
    STANDARD_NO_PAD.encode(row.to_string())
}

fn read_locator(text: &str) -> Option<usize> {
    let digits = STANDARD_NO_PAD.decode(text).ok()?;
    std::str::from_utf8(&digits).ok()?.parse().ok()
}

fn is_hidden(rows: &ResultSet, at: usize, sharing: &Sharing) -> bool {
    !sharing.hides_nothing() && rows.id(at).is_some_and(|id| sharing.hides(id))
}

/// How many of the rows can be seen.
fn shown(rows: &ResultSet, range: Range<usize>, sharing: &Sharing) -> usize {
    if sharing.hides_nothing() {
        return range.len();
    }
    let hidden = range.clone().filter(|at| is_hidden(rows, *at, sharing));
    let hidden = hidden.count();
    range.len() - hidden
}

/// A result page, written piece by piece.
struct Pieces {
    rows: Arc<ResultSet>,
    columns: Columns,
    sharing: Arc<Sharing>,
    next: usize,
    end: usize,
    has_head: bool,
}

impl Iterator for Pieces {
    type Item = Bytes;

    fn next(&mut self) -> Option<Bytes> {
        if self.has_head && self.next == self.end {
            return None;
        }
        let mut piece = Vec::with_capacity(PIECE_BYTES + PIECE_MARGIN);
        if !self.has_head {
            self.columns.write_head(&mut piece);
            self.has_head = true;
        }
        while self.next < self.end && piece.len() < PIECE_BYTES {
            if !is_hidden(&self.rows, self.next, &self.sharing) {
                self.columns.write_row(&self.rows, self.next, &mut piece);
            }
            self.next += 1;
        }
        (!piece.is_empty()).then(|| piece.into())
    }
}
