//! What a transaction did to records, collected while it runs and turned into events when it ends.
//!
//! Several writes of one record in one transaction are one change, from the version before the first
//! to the version after the last. A write that is seen late belongs to the transaction that made it,
//! and becomes an event when it is seen.

use std::collections::{BTreeMap, BTreeSet};
use std::mem;
use std::sync::Arc;

use model::Timestamp;
use serde::{Deserialize, Serialize};

use crate::id::RecordId;
use crate::row::Row;
use crate::schema::{Kind, Object, Schema};

use super::Events;
use super::bitmap::Place;
use super::change::{ChangeEvent, ChangeType, NO_RECORD};
use super::diff::diff;
use super::payload::payload;
use super::schema::EventSchema;

/// The transaction that a late version belongs to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Unit {
    number: u64,
    origin: String,
}

/// What a transaction did so far.
#[derive(Debug, Clone)]
struct Open {
    unit: Unit,
    /// When its changes were seen, if that is not when the transaction ends.
    seen_at: Option<Timestamp>,
    changes: Vec<Change>,
    by_record: BTreeMap<RecordId, usize>,
}

#[derive(Debug, Clone)]
struct Change {
    before: Option<Arc<Row>>,
    after: Option<Arc<Row>>,
}

/// All that is not told yet.
#[derive(Debug, Clone, Default)]
pub(crate) struct Pending {
    open: Vec<Open>,
    /// The transaction whose late versions are being seen.
    late: Option<(Unit, Option<Timestamp>)>,
}

impl Pending {
    pub(crate) fn is_empty(&self) -> bool {
        self.open.is_empty()
    }
}

impl Events {
    /// The transaction that is running, for versions that will be seen later.
    pub(crate) fn unit(&mut self, origin: &str) -> Unit {
        self.is_number_taken = true;
        Unit {
            number: self.transactions,
            origin: origin.into(),
        }
    }

    /// From now on versions of an earlier transaction are seen, `at` that instant if it is known.
    pub(crate) fn see_late(&mut self, unit: Unit, at: Option<Timestamp>) {
        self.pending.late = Some((unit, at));
    }

    /// From now on versions are of the running transaction again.
    pub(crate) fn see_own(&mut self) {
        self.pending.late = None;
    }

    /// Notes that a version of a record was replaced by another, by a change from `origin`.
    pub(crate) fn note(
        &mut self,
        origin: &str,
        id: RecordId,
        before: Option<&Arc<Row>>,
        after: Option<&Arc<Row>>,
    ) {
        let number = match &self.pending.late {
            Some((unit, _)) => unit.number,
            None => self.transactions,
        };
        let at = self
            .pending
            .open
            .iter()
            .position(|open| open.unit.number == number);
        let at = at.unwrap_or_else(|| {
            let (unit, seen_at) = match self.pending.late.clone() {
                Some((unit, at)) => (unit, at),
                None => (self.unit(origin), None),
            };
            self.pending.open.push(Open {
                unit,
                seen_at,
                changes: Vec::new(),
                by_record: BTreeMap::new(),
            });
            self.pending.open.len() - 1
        });
        let open = &mut self.pending.open[at];
        if let Some(known) = open.by_record.get(&id) {
            open.changes[*known].after = after.cloned();
            return;
        }
        open.by_record.insert(id, open.changes.len());
        open.changes.push(Change {
            before: before.cloned(),
            after: after.cloned(),
        });
    }

    /// Ends the running transaction: what it did is told from now on.
    pub(crate) fn seal(&mut self, schema: &Arc<Schema>, now: Timestamp) {
        self.next_transaction();
        let mut open = mem::take(&mut self.pending.open);
        // A late version was committed before whatever was written over it.
        open.sort_by_key(|open| open.unit.number);
        for open in open {
            self.tell(schema, open, now);
        }
    }

    fn next_transaction(&mut self) {
        self.transactions += 1;
        self.is_number_taken = false;
    }

    fn tell(&mut self, schema: &Arc<Schema>, open: Open, now: Timestamp) {
        let committed_at = open.seen_at.unwrap_or(now);
        let transaction = self.transaction_key(open.unit.number);
        let mut telling = Telling::new(transaction, &open.unit.origin, committed_at);
        for change in open.changes {
            self.tell_change(schema, &mut telling, change);
        }
        for (object, user) in mem::take(&mut telling.overflown) {
            let schema = self.schemas.current(schema, object);
            let event = telling.event(schema, ChangeType::GapOverflow, NO_RECORD.into(), user);
            telling.events.push(event);
        }
        self.publish(telling.events, committed_at);
        self.trim(now);
    }

    /// Tells an event that has a header alone, as a transaction by itself.
    pub(crate) fn tell_header(
        &mut self,
        schema: Arc<EventSchema>,
        kind: ChangeType,
        records: Vec<String>,
        user: RecordId,
        now: Timestamp,
    ) {
        let telling = Telling::new(self.transaction_key(self.transactions), "", now);
        self.next_transaction();
        let event = telling.event(schema, kind, String::new(), user);
        self.publish(vec![ChangeEvent { records, ..event }], now);
        self.trim(now);
    }

    /// Puts the events of one transaction into the log, in their order.
    fn publish(&mut self, events: Vec<ChangeEvent>, committed_at: Timestamp) {
        for (sequence, event) in (1..).zip(events) {
            self.commit_number += COMMIT_STEP;
            let event = ChangeEvent {
                sequence,
                commit_number: self.commit_number,
                ..event
            };
            self.log.push(Arc::new(event), committed_at);
        }
    }

    fn tell_change(&mut self, schema: &Arc<Schema>, telling: &mut Telling, change: Change) {
        let Change { before, after } = change;
        let kind = ChangeType::between(before.as_deref(), after.as_deref());
        let (Some(kind), Some(row)) = (kind, after) else {
            return;
        };
        let schema = self.schemas.current(schema, row.object());
        let changed = match (kind, &before) {
            (ChangeType::Update, Some(before)) => changed(&schema, before, &row),
            _ => BTreeSet::new(),
        };
        if kind == ChangeType::Update && changed.is_empty() {
            return;
        }
        telling.counted += changed.len().max(1);
        if telling.counted > self.options.overflow_after {
            telling
                .overflown
                .entry(row.object())
                .or_insert(row.modified_by);
            return;
        }
        let is_gap = self.take_forced_gap();
        if self.options.merge_equal_changes
            && !is_gap
            && telling.joins(&schema, kind, &row, &changed)
        {
            return;
        }
        let mut event = telling.event(schema, kind, row.id.to_string(), row.modified_by);
        if self.options.diffs_of_large_texts
            && let Some(before) = &before
        {
            event.diffs = diffs(&event.schema, &changed, before, &row);
        }
        event.changed = changed;
        event.row = Some(row);
        if is_gap || is_longer(&event, self.options.event_bytes_max) {
            event = event.into_gap();
        }
        telling.events.push(event);
    }
}

/// The distance of two commit numbers: they grow, and not by one.
const COMMIT_STEP: i64 = 11;

/// A transaction while it is turned into events.
struct Telling {
    transaction: Arc<str>,
    origin: Arc<str>,
    committed_at: Timestamp,
    /// Changes so far; in an update every field is one.
    counted: usize,
    /// Objects of which not everything is told, with who changed them.
    overflown: BTreeMap<Object, RecordId>,
    events: Vec<ChangeEvent>,
}

impl Telling {
    fn new(transaction: Arc<str>, origin: &str, committed_at: Timestamp) -> Self {
        Self {
            transaction,
            origin: origin.into(),
            committed_at,
            counted: 0,
            overflown: BTreeMap::new(),
            events: Vec::new(),
        }
    }

    fn event(
        &self,
        schema: Arc<EventSchema>,
        kind: ChangeType,
        record: String,
        user: RecordId,
    ) -> ChangeEvent {
        ChangeEvent {
            schema,
            kind,
            records: vec![record],
            origin: Arc::clone(&self.origin),
            transaction: Arc::clone(&self.transaction),
            sequence: 0,
            committed_at: self.committed_at,
            commit_number: 0,
            user,
            changed: BTreeSet::new(),
            diffs: BTreeMap::new(),
            row: None,
        }
    }

    /// Adds the record to the event before, if that tells the same change of another record.
    fn joins(
        &mut self,
        schema: &Arc<EventSchema>,
        kind: ChangeType,
        row: &Row,
        changed: &BTreeSet<Place>,
    ) -> bool {
        let Some(last) = self.events.last_mut() else {
            return false;
        };
        let Some(other) = &last.row else {
            return false;
        };
        let is_same = last.kind == kind
            && Arc::ptr_eq(&last.schema, schema)
            && last.user == row.modified_by
            && other.modified_at == row.modified_at
            && last.diffs.is_empty()
            && match kind {
                ChangeType::Update => {
                    last.changed == *changed && has_equal_values(schema, changed, other, row)
                }
                ChangeType::Delete => true,
                ChangeType::Create
                | ChangeType::Undelete
                | ChangeType::GapCreate
                | ChangeType::GapUpdate
                | ChangeType::GapDelete
                | ChangeType::GapUndelete
                | ChangeType::GapOverflow => false,
            };
        if is_same {
            last.records.push(row.id.to_string());
        }
        is_same
    }
}

fn has_equal_values(
    schema: &EventSchema,
    changed: &BTreeSet<Place>,
    left: &Row,
    right: &Row,
) -> bool {
    let object = schema.object_schema();
    schema
        .places()
        .filter(|(place, _)| changed.contains(place))
        .all(|(_, at)| left.read(object, at) == right.read(object, at))
}

/// What an update changed, with `LastModifiedDate`; nothing if it was none.
fn changed(schema: &EventSchema, before: &Row, after: &Row) -> BTreeSet<Place> {
    let object = schema.object_schema();
    let stamped = object.known("LastModifiedDate");
    let mut changed: BTreeSet<Place> = BTreeSet::new();
    let mut stamp = None;
    for (place, at) in schema.places() {
        if at == stamped {
            stamp = Some(place);
        } else if before.read(object, at) != after.read(object, at) {
            changed.insert(place);
        }
    }
    // Saved again without a change the stamp still moves, though a second may hide that.
    let is_saved = !changed.is_empty() || before.modified_at != after.modified_at;
    changed.extend(stamp.filter(|_| is_saved));
    changed
}

fn diffs(
    schema: &EventSchema,
    changed: &BTreeSet<Place>,
    before: &Row,
    after: &Row,
) -> BTreeMap<Place, String> {
    let object = schema.object_schema();
    schema
        .places()
        .filter(|(place, at)| {
            object.fields[*at].kind == Kind::TextArea
                && object.fields[*at].long
                && changed.contains(place)
        })
        .filter_map(|(place, at)| {
            let told = diff(before.stored(at).as_text()?, after.stored(at).as_text()?)?;
            Some((place, told))
        })
        .collect()
}

/// Whether the event is longer than the bus carries. Only a row with much text is written to know.
fn is_longer(event: &ChangeEvent, bytes_max: usize) -> bool {
    let text: usize = event.row.as_deref().map_or(0, |row| {
        let places = event.schema.places();
        places
            .filter_map(|(_, at)| row.stored(at).as_text())
            .map(str::len)
            .sum()
    });
    text > bytes_max / 2 && payload(event, &|_| false).len() > bytes_max
}
