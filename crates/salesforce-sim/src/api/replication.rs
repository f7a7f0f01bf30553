//! `/sobjects/{Object}/updated` and `/deleted`: which ids changed or went in a span of time.
//! (Vendor: "REST API Developer Guide", Get Updated and Get Deleted; "SOAP API Developer Guide",
//! Data Replication.)
//!
//! Spans are whole minutes, from `start` on and before `end`. `latestDateCovered` stops where a
//! transaction is still open, since its rows will appear behind that instant; clients begin their
//! next span there.

use std::fmt::Write as _;
use std::ops::Bound;
use std::time::Duration;

use http::StatusCode;
use model::Timestamp;

use crate::answer::{self, Response};
use crate::error::ApiError;
use crate::id::RecordId;
use crate::schema::Object;
use crate::world::World;

use super::call::Call;

/// A span reaches this far back at most.
const DAYS_BACK_MAX: u64 = 30;

/// An answer holds at most this many ids.
const IDS_MAX: usize = 600_000;

/// The messages of `INVALID_REPLICATION_DATE`. The code is documented, the wordings are not.
const TOO_SHORT: &str = "endDate must be more than one minute after startDate";
const TOO_OLD: &str = "startDate cannot be more than 30 days ago";
const FORGOTTEN: &str = "startDate is before the earliest date for which deletions are available";

/// Whole minutes, the end not included.
struct Span {
    start: Timestamp,
    end: Timestamp,
}

impl World {
    pub(super) fn updated(&mut self, object: Object, call: &Call) -> Result<Response, ApiError> {
        check_replicateable(object)?;
        let span = Span::asked(call)?;
        let table = self.records.tables.of(object);
        let ids: Vec<RecordId> = table
            .stamped(
                Bound::Included(span.start.as_seconds()),
                Bound::Excluded(span.end.as_seconds()),
            )
            .filter_map(|place| table.at(place))
            .filter(|row| !row.is_deleted && !self.records.sharing.hides(row.id))
            .map(|row| row.id)
            .collect();
        check_count(ids.len())?;
        let mut body = String::from("{\"ids\":[");
        for (at, id) in ids.iter().enumerate() {
            let comma = if at == 0 { "" } else { "," };
            write!(body, "{comma}\"{id}\"").expect("a string takes everything");
        }
        let covered = self.covered(&span, call.now).to_salesforce();
        write!(body, "],\"latestDateCovered\":\"{covered}\"}}").expect("a string takes everything");
        self.records.count_reads(ids.len());
        Ok(answer::json(StatusCode::OK, body))
    }

    pub(super) fn deleted(&mut self, object: Object, call: &Call) -> Result<Response, ApiError> {
        check_replicateable(object)?;
        let span = Span::asked(call)?;
        let earliest = self.earliest_deletion(object, call.now);
        if span.start < earliest {
            return Err(invalid_date(FORGOTTEN));
        }
        let seconds = span.start.as_seconds()..span.end.as_seconds();
        let table = self.records.tables.of(object);
        let mut deleted: Vec<(i64, RecordId)> = table
            .stamped(Bound::Included(seconds.start), Bound::Excluded(seconds.end))
            .filter_map(|place| table.at(place))
            .filter(|row| row.is_deleted)
            .map(|row| (row.stamp.as_seconds(), row.id))
            .chain(self.records.purged.deleted_in(object, seconds))
            .filter(|(_, id)| !self.records.sharing.hides(*id))
            .collect();
        deleted.sort_unstable();
        check_count(deleted.len())?;
        let mut body = String::from("{\"deletedRecords\":[");
        for (at, (second, id)) in deleted.iter().enumerate() {
            let comma = if at == 0 { "" } else { "," };
            let date = Timestamp::from_seconds(*second).to_salesforce();
            write!(
                body,
                "{comma}{{\"id\":\"{id}\",\"deletedDate\":\"{date}\"}}"
            )
            .expect("a string takes everything");
        }
        let earliest = earliest.to_salesforce();
        let covered = self.covered(&span, call.now).to_salesforce();
        write!(
            body,
            "],\"earliestDateAvailable\":\"{earliest}\",\"latestDateCovered\":\"{covered}\"}}"
        )
        .expect("a string takes everything");
        self.records.count_reads(deleted.len());
        Ok(answer::json(StatusCode::OK, body))
    }

    /// Up to where the answer is complete: not behind the end of the span or the present, and not
    /// behind the oldest stamp of a transaction that is still open.
    fn covered(&self, span: &Span, now: Timestamp) -> Timestamp {
        let open = self.records.waiting().map(|late| late.row.stamp).min();
        let until = span.end.min(to_minute(now));
        open.map_or(until, |open| until.min(to_minute(open)))
    }

    fn earliest_deletion(&self, object: Object, now: Timestamp) -> Timestamp {
        let kept = to_minute(now).minus(Duration::from_hours(24 * DAYS_BACK_MAX));
        let forgotten = self.records.purged.last_forgotten(object);
        forgotten.map_or(kept, |forgotten| forgotten.max(kept))
    }
}

impl Span {
    fn asked(call: &Call) -> Result<Self, ApiError> {
        let instant = |name: &str| {
            let text = call.parameter(name).unwrap_or_default();
            let parsed: Result<Timestamp, _> = text.parse();
            parsed
                .map(to_minute)
                .map_err(|_| invalid_date(&format!("{name} is not a valid date and time: {text}")))
        };
        let (start, end) = (instant("start")?, instant("end")?);
        if end.since(start) <= Duration::from_mins(1) {
            return Err(invalid_date(TOO_SHORT));
        }
        if to_minute(call.now).since(start) > Duration::from_hours(24 * DAYS_BACK_MAX) {
            return Err(invalid_date(TOO_OLD));
        }
        Ok(Self { start, end })
    }
}

/// Whether rows of an object are kept, and not made when somebody asks for them.
pub(super) fn is_replicateable(object: Object) -> bool {
    !object.is_computed()
}

fn check_replicateable(object: Object) -> Result<(), ApiError> {
    if is_replicateable(object) {
        return Ok(());
    }
    let message = format!("entity type {} cannot be replicated", object.name());
    Err(ApiError::bad_request("INVALID_TYPE", message))
}

fn to_minute(at: Timestamp) -> Timestamp {
    Timestamp::from_seconds(at.as_seconds().div_euclid(60) * 60)
}

fn check_count(ids: usize) -> Result<(), ApiError> {
    if ids > IDS_MAX {
        let message = format!("The span holds more than {IDS_MAX} ids; ask for a shorter one");
        return Err(ApiError::bad_request("EXCEEDED_ID_LIMIT", message));
    }
    Ok(())
}

fn invalid_date(message: &str) -> ApiError {
    ApiError::bad_request("INVALID_REPLICATION_DATE", message)
}
