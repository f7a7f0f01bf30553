//! `/query`, `/queryAll` and the cursors that their pages hang on.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;
use model::Timestamp;

use crate::answer::{self, Response};
use crate::error::ApiError;
use crate::id::RecordId;
use crate::paging::Paging;
use crate::soql::{self, Deleted, Pages, Plan, ResultSet};
use crate::world::World;

use super::call::Call;
use super::get_only;
use super::held::{PLACES_MAX, forget_oldest};

/// Rows of a page unless the request hints otherwise, and the bounds of that hint.
const PAGE_ROWS: usize = 2_000;
const PAGE_ROWS_MIN: usize = 200;

/// How much the lengths of short pages differ.
const SHORT_BY_MAX: usize = 17;

/// How long a cursor can be read on.
const CURSOR_LIFETIME: Duration = Duration::from_hours(48);

/// The vendor keeps any number of cursors; this world forgets the oldest beyond these.
const CURSORS_MAX: usize = 1_000;

/// Answers that are being read page by page.
#[derive(Debug, Default)]
pub(crate) struct Cursors {
    open: BTreeMap<RecordId, Cursor>,
    /// How many there ever were; no id is given out twice.
    pub(crate) opened: u64,
    /// Queries that came in another order than the one before.
    shifted: usize,
}

#[derive(Debug)]
struct Cursor {
    rows: Arc<ResultSet>,
    places: usize,
    opened_at: Timestamp,
}

impl Cursors {
    /// By how much the next query's order differs from the usual one.
    fn shift(&mut self, paging: Paging) -> usize {
        if paging.shifting_order {
            self.shifted += 1;
            self.shifted
        } else {
            0
        }
    }

    pub(super) fn open(&mut self, rows: &Arc<ResultSet>, now: Timestamp) -> RecordId {
        self.open
            .retain(|_, cursor| now.since(cursor.opened_at) < CURSOR_LIFETIME);
        if self.open.len() >= CURSORS_MAX {
            self.open.pop_first();
        }
        self.opened += 1;
        let id = RecordId::new("01g", self.opened);
        self.open.insert(
            id,
            Cursor {
                rows: Arc::clone(rows),
                places: rows.places(),
                opened_at: now,
            },
        );
        forget_oldest(&mut self.open, PLACES_MAX, |cursor| cursor.places);
        id
    }

    fn get(&self, id: RecordId, now: Timestamp) -> Option<Arc<ResultSet>> {
        let cursor = self.open.get(&id)?;
        (now.since(cursor.opened_at) < CURSOR_LIFETIME).then(|| Arc::clone(&cursor.rows))
    }
}

impl World {
    pub(super) fn query(&mut self, call: &Call) -> Result<Response, ApiError> {
        get_only(call)?;
        match call.segments().as_slice() {
            [resource] => {
                let deleted = if *resource == "queryAll" {
                    Deleted::Included
                } else {
                    Deleted::Hidden
                };
                if let Some(text) = call.parameter("explain") {
                    let plan = self.compile(text, call)?;
                    let body = soql::explain(&plan, &self.records);
                    return Ok(answer::json_value(StatusCode::OK, &body));
                }
                let Some(text) = call.parameter("q") else {
                    let message = "A query string has to be specified";
                    return Err(ApiError::bad_request("MALFORMED_QUERY", message));
                };
                self.first_page(text, deleted, call)
            }
            [_, locator] => self.next_page(locator, call),
            _ => Err(ApiError::not_found()),
        }
    }

    fn compile(&self, text: &str, call: &Call) -> Result<Arc<Plan>, ApiError> {
        let plan = soql::compile(text, &self.records, call.user, call.now)?;
        Ok(Arc::new(plan))
    }

    pub(super) fn first_page(
        &mut self,
        text: &str,
        deleted: Deleted,
        call: &Call,
    ) -> Result<Response, ApiError> {
        let plan = self.compile(text, call)?;
        let shift = self.cursors.shift(self.records.rules.paging);
        let rows = soql::run_shifted(&plan, &self.records, deleted, shift);
        if plan.counts() {
            let total = rows.len();
            let body = format!("{{\"totalSize\":{total},\"done\":true,\"records\":[]}}");
            return Ok(answer::json(StatusCode::OK, body));
        }
        if plan.groups() && rows.len() > PAGE_ROWS {
            let message = "Aggregate query does not support queryMore(), use LIMIT to restrict \
                the results to a single batch";
            return Err(ApiError::bad_request("EXCEEDED_ID_LIMIT", message));
        }
        Ok(self.query_page(&Arc::new(rows), 0, None, call))
    }

    fn next_page(&mut self, locator: &str, call: &Call) -> Result<Response, ApiError> {
        let invalid = || ApiError::bad_request("INVALID_QUERY_LOCATOR", "invalid query locator");
        let (id, offset) = locator.rsplit_once('-').ok_or_else(invalid)?;
        let id: RecordId = id.parse().map_err(|_| invalid())?;
        let offset: usize = offset.parse().map_err(|_| invalid())?;
        let rows = self.cursors.get(id, call.now).ok_or_else(invalid)?;
        if offset >= rows.len() {
            return Err(invalid());
        }
        Ok(self.query_page(&rows, offset, Some(id), call))
    }

    fn query_page(
        &mut self,
        rows: &Arc<ResultSet>,
        offset: usize,
        cursor: Option<RecordId>,
        call: &Call,
    ) -> Response {
        let version = &call.version;
        let page = page_rows(call, offset, self.records.rules.paging);
        let end = rows.len().min(offset.saturating_add(page));
        let mut body = format!(
            "{{\"totalSize\":{},\"done\":{}",
            rows.len(),
            end == rows.len()
        );
        if end < rows.len() {
            let cursor = cursor.unwrap_or_else(|| self.cursors.open(rows, call.now));
            write!(
                body,
                ",\"nextRecordsUrl\":\"/services/data/v{version}/query/{cursor}-{end}\""
            )
            .expect("a string takes everything");
        }
        body.push_str(",\"records\":[");
        let mut written = 0;
        let (cursors, sharing) = (&mut self.cursors, &self.records.sharing);
        let mut keep = |list: &Arc<ResultSet>| cursors.open(list, call.now);
        let mut pages = Pages {
            version,
            rows: page,
            keep: &mut keep,
        };
        for at in offset..end {
            // The cursor holds rows as they were; who may see them is asked again.
            if rows.id(at).is_some_and(|id| sharing.hides(id)) {
                continue;
            }
            if written > 0 {
                body.push(',');
            }
            written += 1;
            rows.write_json(at, &mut pages, &mut body);
        }
        body.push_str("]}");
        self.records.count_reads(written);
        answer::json(StatusCode::OK, body)
    }
}

/// How many rows the page from `offset` on has: what `Sforce-Query-Options` hints at, or, where
/// pages are short, so much less that no two neighbours are alike.
fn page_rows(call: &Call, offset: usize, paging: Paging) -> usize {
    let hinted = hinted_rows(call);
    if paging.short_pages {
        hinted - hinted / 4 - offset % SHORT_BY_MAX
    } else {
        hinted
    }
}

/// The page size that `Sforce-Query-Options` hints at.
fn hinted_rows(call: &Call) -> usize {
    let header = call.header("sforce-query-options").unwrap_or_default();
    header
        .split([';', ','])
        .filter_map(|part| part.split_once('='))
        .find(|(key, _)| key.trim().eq_ignore_ascii_case("batchSize"))
        .and_then(|(_, rows)| rows.trim().parse::<usize>().ok())
        .map_or(PAGE_ROWS, |rows| rows.clamp(PAGE_ROWS_MIN, PAGE_ROWS))
}
