//! The org's records and what may happen to them: create, update, delete, undelete, convert,
//! merge. Every path into the data (REST, collections, pages, controls) ends here, so that a rule
//! holds whoever writes.
//!
//! A write is committed at once, or, while commits are delayed, later than its `SystemModstamp`
//! says: that is how a slow transaction of somebody else looks to a reader.

mod after_save;
mod assignment;
mod automation;
mod coerce;
mod convert;
mod delete;
mod duplicates;
mod formula;
mod locks;
mod merge;
mod permitted;
mod places;
mod purged;
mod relate;
mod rules;
mod save_hooks;
mod upsert;
mod validation;
mod write;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use model::Timestamp;
use serde::{Deserialize, Serialize};

use crate::events::change::ChangeType;
use crate::events::schema::EventSchema;
use crate::events::{Events, Unit};
use crate::id::RecordId;
use crate::row::Row;
use crate::schema::{CustomField, Object, ObjectSchema, Schema};
use crate::sharing::Sharing;
use crate::table::Tables;
use crate::world::SCREEN_ORIGIN;

pub use automation::{BeforeSaveFlow, FailingTrigger, FieldChange, TriggerEvent};
pub use convert::{Conversion, Converted};
pub use formula::{Formula, FormulaError};
pub use locks::{Held, RecordLock};
pub(crate) use purged::Purged;
pub(crate) use rules::{Author, AutoAssign, OnDuplicates};
pub use rules::{DuplicateMode, Rules};
pub(crate) use upsert::{Unmatched, UpsertError, Upserted};
pub use validation::ValidationRule;
pub(crate) use write::Fields;

/// All records, with the org's rules for writing them.
#[derive(Debug)]
pub(crate) struct Records {
    pub(crate) schema: Arc<Schema>,
    /// The schema as apps see it: the same places, but some fields are hidden.
    pub(crate) seen: Arc<Schema>,
    pub(crate) tables: Tables,
    pub(crate) rules: Rules,
    /// Shared with answers that are still being written.
    pub(crate) sharing: Arc<Sharing>,
    /// What left the Recycle Bin, for replication.
    pub(crate) purged: Purged,
    /// Where the changes of this request come from, as change events name it.
    pub(crate) origin: String,
    pub(crate) events: Events,
    locks: Vec<RecordLock>,
    /// What went into the Recycle Bin together with what.
    pub(crate) binned_with: BTreeMap<RecordId, RecordId>,
    late: BTreeMap<LateKey, LateRow>,
    late_commits: u64,
    delay: Option<Duration>,
    transaction: Option<Transaction>,
    /// How many writes were tried since somebody last asked.
    attempts: u32,
    /// How many rows were read out since somebody last asked.
    reads: u32,
}

/// Late commits in the order in which they become visible.
type LateKey = (Timestamp, u64);

/// What to do to forget the writes since it began.
#[derive(Debug)]
struct Transaction {
    undo: Vec<(RecordId, Option<Arc<Row>>)>,
    /// Late commits up to this one are older than the transaction.
    late_before: u64,
    /// Of those, the ones that it made visible: taken back, it leaves them waiting again.
    settled: Vec<(LateKey, LateRow)>,
}

/// A write that happened but cannot be seen yet.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct LateRow {
    pub(crate) due: Timestamp,
    pub(crate) row: Row,
    /// The transaction that wrote it.
    #[serde(default)]
    pub(crate) unit: Unit,
}

impl Records {
    pub(crate) fn new(schema: Arc<Schema>, tables: Tables, rules: Rules, events: Events) -> Self {
        Self {
            seen: Arc::clone(&schema),
            schema,
            tables,
            rules,
            sharing: Arc::default(),
            purged: Purged::default(),
            origin: SCREEN_ORIGIN.to_owned(),
            events,
            locks: Vec::new(),
            binned_with: BTreeMap::new(),
            late: BTreeMap::new(),
            late_commits: 0,
            delay: None,
            transaction: None,
            attempts: 0,
            reads: 0,
        }
    }

    pub(crate) fn schema_of(&self, object: Object) -> &ObjectSchema {
        self.schema.of(object)
    }

    /// An object's fields as apps see them.
    pub(crate) fn seen_of(&self, object: Object) -> &ObjectSchema {
        self.seen.of(object)
    }

    /// Changes what is kept from apps.
    pub(crate) fn change_sharing(&mut self, change: impl FnOnce(&mut Sharing)) {
        change(Arc::make_mut(&mut self.sharing));
        self.seen = self.sharing.seen(&self.schema);
    }

    /// Adds a field, or says why there can be none such.
    pub(crate) fn add_field(&mut self, custom: &CustomField, now: Timestamp) -> Result<(), String> {
        let place = Arc::make_mut(&mut self.schema).add(custom)?;
        self.seen = self.sharing.seen(&self.schema);
        let field = self.schema_of(custom.object).fields[place].clone();
        if field.indexed {
            self.tables.of_mut(custom.object).index(place);
        }
        self.permit_field(custom.object, &field, now);
        Ok(())
    }

    /// The record with that id, of whatever object, unless it is deleted.
    pub(crate) fn living(&self, id: RecordId) -> Option<&Arc<Row>> {
        self.tables.find(id).filter(|row| !row.is_deleted)
    }

    /// From now on writes become visible this much after their stamp; `None` ends it.
    /// Says what held before.
    pub(crate) fn delay_commits(&mut self, by: Option<Duration>) -> Option<Duration> {
        std::mem::replace(&mut self.delay, by)
    }

    /// Makes a new version of a record visible, now or when the delay is over.
    pub(crate) fn commit(&mut self, row: Row, now: Timestamp) {
        let id = row.id;
        // A second writer waits for the first one's lock, so an earlier version goes in first.
        self.settle(id);
        match self.delay.or_else(|| self.delay_of(row.modified_by)) {
            Some(delay) => {
                let (due, unit) = (now.plus(delay), self.events.unit(&self.origin));
                self.commit_later(LateRow { due, row, unit });
            }
            None => self.put(id, Some(Arc::new(row))),
        }
    }

    /// How late what a user writes always becomes visible. Apps write as the integration user.
    fn delay_of(&self, user: RecordId) -> Option<Duration> {
        let delay = Duration::from_millis(self.rules.others_commit_after_ms);
        (!delay.is_zero() && user != crate::seed::integration_user()).then_some(delay)
    }

    pub(crate) fn commit_later(&mut self, late: LateRow) {
        self.late_commits += 1;
        self.late.insert((late.due, self.late_commits), late);
    }

    fn put(&mut self, id: RecordId, row: Option<Arc<Row>>) {
        let object = Object::with_prefix(id.prefix()).expect("only known objects are written");
        let is_told = self.events.captures(object);
        let after = row.clone().filter(|_| is_told);
        let before = self.tables.of_mut(object).put(id, row);
        if is_told {
            self.events
                .note(&self.origin, id, before.as_ref(), after.as_ref());
        }
        if let Some(transaction) = &mut self.transaction {
            transaction.undo.push((id, before));
        }
    }

    /// Makes versions of `id` that wait visible.
    fn settle(&mut self, id: RecordId) {
        let waiting: Vec<_> = self
            .late
            .iter()
            .filter(|(_, late)| late.row.id == id)
            .map(|(key, _)| *key)
            .collect();
        for key in waiting {
            if let Some(late) = self.late.remove(&key) {
                if let Some(transaction) = &mut self.transaction
                    && key.1 <= transaction.late_before
                {
                    transaction.settled.push((key, late.clone()));
                }
                self.put_late(late, None);
            }
        }
    }

    fn put_late(&mut self, late: LateRow, at: Option<Timestamp>) {
        self.events.see_late(late.unit, at);
        self.put(late.row.id, Some(Arc::new(late.row)));
        self.events.see_own();
    }

    /// Ends what was one transaction: its changes are told. Within one that may be rolled back,
    /// nothing is.
    pub(crate) fn seal(&mut self, now: Timestamp) {
        if self.transaction.is_none() && self.events.has_pending() {
            self.events.seal(&self.schema, now);
        }
    }

    /// Tells a change event for which no record changed.
    pub(crate) fn tell_without_change(
        &mut self,
        object: Object,
        kind: ChangeType,
        records: Vec<String>,
        user: RecordId,
        now: Timestamp,
    ) {
        self.seal(now);
        let schema = self.event_schema(object);
        self.events.tell_header(schema, kind, records, user, now);
    }

    /// The schema of an object's change events.
    pub(crate) fn event_schema(&mut self, object: Object) -> Arc<EventSchema> {
        self.events.schemas.current(&self.schema, object)
    }

    /// When the next waiting version becomes visible.
    pub(crate) fn next_due(&self) -> Option<Timestamp> {
        self.late.keys().next().map(|(due, _)| *due)
    }

    /// Makes visible what is due at `now`, and says which records.
    pub(crate) fn due(&mut self, now: Timestamp) -> Vec<RecordId> {
        let mut visible = Vec::new();
        while let Some(entry) = self.late.first_entry() {
            if entry.key().0 > now {
                break;
            }
            let late = entry.remove();
            visible.push(late.row.id);
            let due = late.due;
            self.put_late(late, Some(due));
        }
        self.seal(now);
        visible
    }

    /// Versions that are not visible yet, for saving.
    pub(crate) fn waiting(&self) -> impl Iterator<Item = &LateRow> {
        self.late.values()
    }

    /// Begins a transaction: from here on, writes can be taken back together.
    pub(crate) fn begin(&mut self) {
        assert!(self.transaction.is_none(), "transactions do not nest");
        self.events.begin();
        let late_before = self.late_commits;
        self.transaction = Some(Transaction {
            undo: Vec::new(),
            late_before,
            settled: Vec::new(),
        });
    }

    /// Ends the transaction and keeps its writes.
    pub(crate) fn keep(&mut self) {
        self.transaction = None;
        self.events.keep();
    }

    /// Ends the transaction and takes its writes back.
    pub(crate) fn roll_back(&mut self) {
        let Some(transaction) = self.transaction.take() else {
            return;
        };
        self.events.roll_back();
        self.late
            .retain(|(_, number), _| *number <= transaction.late_before);
        self.late.extend(transaction.settled);
        for (id, before) in transaction.undo.into_iter().rev() {
            let object = Object::with_prefix(id.prefix()).expect("only known objects are written");
            self.tables.of_mut(object).put(id, before);
        }
    }

    pub(crate) fn in_transaction(&self) -> bool {
        self.transaction.is_some()
    }

    pub(crate) fn count_reads(&mut self, rows: usize) {
        self.reads = self
            .reads
            .saturating_add(u32::try_from(rows).unwrap_or(u32::MAX));
    }

    /// Rows read and writes tried since this was last asked.
    pub(crate) fn take_counts(&mut self) -> (u32, u32) {
        (
            std::mem::take(&mut self.reads),
            std::mem::take(&mut self.attempts),
        )
    }
}
