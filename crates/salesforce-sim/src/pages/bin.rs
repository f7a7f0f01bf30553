//! The Recycle Bin: what was deleted or merged away, latest first, to be taken out again.

use askama::Template;
use http::StatusCode;

use crate::answer::{self, Response};
use crate::id::RecordId;
use crate::row::Row;
use crate::world::World;

use super::{Frame, TABS, record_base, record_href, rendered};

/// Rows that the page shows.
const ROWS_MAX: usize = 200;

#[derive(Template)]
#[template(path = "bin.html")]
struct BinPage {
    frame: Frame,
    rows: Vec<BinRow>,
    more: usize,
}

struct BinRow {
    href: String,
    restore: String,
    name: String,
    kind: String,
    deleted: String,
    /// Whom it was merged into.
    winner: String,
}

impl World {
    pub(super) fn bin_page(&self) -> Response {
        let deleted = |row: &&Row| row.is_deleted;
        let mut rows: Vec<&Row> = TABS
            .into_iter()
            .flat_map(|object| self.records.tables.of(object).rows())
            .map(AsRef::as_ref)
            .filter(deleted)
            .collect();
        rows.sort_by_key(|row| (std::cmp::Reverse(row.stamp), row.id));
        let more = rows.len().saturating_sub(ROWS_MAX);
        let rows = rows.into_iter().take(ROWS_MAX).map(|row| BinRow {
            href: record_href(row.id),
            restore: format!("{}/restore", record_base(row.id)),
            name: self.name_of(row),
            kind: row.object().label(),
            deleted: row.stamp.to_rfc3339().replace('T', " ")[..16].to_owned(),
            winner: self
                .winner_of(row)
                .map(|id| self.name_by_id(id))
                .unwrap_or_default(),
        });
        let page = BinPage {
            frame: self.frame(None),
            rows: rows.collect(),
            more,
        };
        rendered(StatusCode::OK, &page)
    }

    pub(super) fn restore(&mut self, id: RecordId) -> Response {
        match self.undelete_as_rep(id) {
            Ok(()) => answer::see_other(&record_href(id)),
            Err(refused) => {
                let back = record_href(id);
                self.message(
                    StatusCode::CONFLICT,
                    "Not restored",
                    &refused.message,
                    &back,
                )
            }
        }
    }

    /// The record that this one was merged into.
    fn winner_of(&self, row: &Row) -> Option<RecordId> {
        let place = self
            .records
            .schema_of(row.object())
            .position("MasterRecordId")?;
        row.stored(place).as_id()
    }
}
