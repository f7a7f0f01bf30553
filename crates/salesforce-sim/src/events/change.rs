//! What happened to one record, as an event tells it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use model::Timestamp;

use crate::id::RecordId;
use crate::row::Row;

use super::bitmap::Place;
use super::schema::EventSchema;

/// Stands for the records of an object that an overflow event cannot name.
pub(crate) const NO_RECORD: &str = "000000000000000AAA";

/// `changeType` of an event's header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ChangeType {
    Create,
    Update,
    Delete,
    Undelete,
    GapCreate,
    GapUpdate,
    GapDelete,
    GapUndelete,
    GapOverflow,
}

impl ChangeType {
    /// The symbols of the enumeration, in the schema's order. The last one is reserved.
    pub(crate) const SYMBOLS: [&'static str; 10] = [
        "CREATE",
        "UPDATE",
        "DELETE",
        "UNDELETE",
        "GAP_CREATE",
        "GAP_UPDATE",
        "GAP_DELETE",
        "GAP_UNDELETE",
        "GAP_OVERFLOW",
        "SNAPSHOT",
    ];

    /// The number of its symbol.
    pub(crate) fn index(self) -> usize {
        match self {
            Self::Create => 0,
            Self::Update => 1,
            Self::Delete => 2,
            Self::Undelete => 3,
            Self::GapCreate => 4,
            Self::GapUpdate => 5,
            Self::GapDelete => 6,
            Self::GapUndelete => 7,
            Self::GapOverflow => 8,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        Self::SYMBOLS[self.index()]
    }

    /// The type of that name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        [
            Self::Create,
            Self::Update,
            Self::Delete,
            Self::Undelete,
            Self::GapCreate,
            Self::GapUpdate,
            Self::GapDelete,
            Self::GapUndelete,
            Self::GapOverflow,
        ]
        .into_iter()
        .find(|kind| kind.name() == name)
    }

    /// The type of the event that says only that there was a change.
    pub(crate) fn gap(self) -> Self {
        match self {
            Self::Create | Self::GapCreate => Self::GapCreate,
            Self::Update | Self::GapUpdate => Self::GapUpdate,
            Self::Delete | Self::GapDelete => Self::GapDelete,
            Self::Undelete | Self::GapUndelete => Self::GapUndelete,
            Self::GapOverflow => Self::GapOverflow,
        }
    }

    /// Whether the event has a header alone.
    pub(crate) fn is_gap(self) -> bool {
        match self {
            Self::Create | Self::Update | Self::Delete | Self::Undelete => false,
            Self::GapCreate
            | Self::GapUpdate
            | Self::GapDelete
            | Self::GapUndelete
            | Self::GapOverflow => true,
        }
    }

    /// What became of a record between two versions, if anything that is told.
    ///
    /// Emptying the Recycle Bin is not told, nor what happens to a record in it.
    pub(crate) fn between(before: Option<&Row>, after: Option<&Row>) -> Option<Self> {
        match (before, after) {
            (_, None) => None,
            (None, Some(after)) => (!after.is_deleted).then_some(Self::Create),
            (Some(before), Some(after)) => match (before.is_deleted, after.is_deleted) {
                (false, false) => Some(Self::Update),
                (false, true) => Some(Self::Delete),
                (true, false) => Some(Self::Undelete),
                (true, true) => None,
            },
        }
    }
}

/// An event, before it is written for a subscriber.
#[derive(Debug, Clone)]
pub(crate) struct ChangeEvent {
    /// The schema when the change was captured.
    pub(crate) schema: Arc<EventSchema>,
    pub(crate) kind: ChangeType,
    /// Ids, or what stands for ids.
    pub(crate) records: Vec<String>,
    pub(crate) origin: Arc<str>,
    pub(crate) transaction: Arc<str>,
    /// From 1 within the transaction.
    pub(crate) sequence: i32,
    pub(crate) committed_at: Timestamp,
    pub(crate) commit_number: i64,
    pub(crate) user: RecordId,
    /// Of an update: what changed, with `LastModifiedDate`.
    pub(crate) changed: BTreeSet<Place>,
    /// Large texts of which only the difference is told.
    pub(crate) diffs: BTreeMap<Place, String>,
    /// The record after the change, if its values are told.
    pub(crate) row: Option<Arc<Row>>,
}

impl ChangeEvent {
    /// Leaves nothing but the header.
    pub(crate) fn into_gap(self) -> Self {
        Self {
            kind: self.kind.gap(),
            changed: BTreeSet::new(),
            diffs: BTreeMap::new(),
            row: None,
            ..self
        }
    }
}
