//! How far a sync is, for pages and terminals, and who may run one.

use std::sync::PoisonError;

use model::{ConnectionId, Timestamp};
use store::SweepCounts;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::engine::Engine;
use crate::error::EngineError;

/// How far a sync is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// None is running and none ever ran.
    Idle,
    /// Reading both sides.
    Reading,
    /// Walking persons.
    Reconciling,
    /// Through.
    Done,
    /// Stopped; it can go on.
    Stopped,
    /// It met something that a person has to look at; it can go on.
    Failed,
}

/// A running sync, as pages and terminals show it.
#[derive(Debug, Clone, PartialEq)]
pub struct Progress {
    /// How far it is.
    pub phase: Phase,
    /// What it counted.
    pub counts: SweepCounts,
    /// Steps done of this phase.
    pub done: u64,
    /// Steps of this phase, as far as known.
    pub total: Option<u64>,
    /// Steps a second in this phase.
    pub rate_per_second: f64,
    /// Time left of this phase, as far as known.
    pub seconds_left: Option<u64>,
    /// When this was true.
    pub at: Timestamp,
}

/// What is remembered of a connection's sync in this process.
pub(crate) struct SyncSlot {
    pub(super) progress: watch::Sender<Progress>,
    pub(super) running: Option<CancellationToken>,
    /// The process ends: the sync stays one that is under way, and the next start goes on with it.
    pub(super) suspended: bool,
    /// It failed for a passing reason: it is gone on with from then.
    pub(super) retry_at: Option<Timestamp>,
}

impl SyncSlot {
    fn new(at: Timestamp) -> Self {
        let progress = Progress {
            phase: Phase::Idle,
            counts: SweepCounts::default(),
            done: 0,
            total: None,
            rate_per_second: 0.0,
            seconds_left: None,
            at,
        };
        Self {
            progress: watch::Sender::new(progress),
            running: None,
            suspended: false,
            retry_at: None,
        }
    }
}

impl Engine {
    /// The progress of this connection's sync, now and whenever it changes.
    pub fn progress(&self, id: ConnectionId) -> watch::Receiver<Progress> {
        let now = self.now();
        let mut syncs = self
            .inner
            .syncs
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        syncs
            .entry(id)
            .or_insert_with(|| SyncSlot::new(now))
            .progress
            .subscribe()
    }

    /// Asks a running sync to stop at its next settled position.
    pub fn stop_sync(&self, id: ConnectionId) {
        let syncs = self
            .inner
            .syncs
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(stop) = syncs.get(&id).and_then(|slot| slot.running.as_ref()) {
            stop.cancel();
        }
    }

    /// The process ends: all running syncs stop at their next settled position, and stay syncs
    /// that are under way.
    pub(crate) fn suspend_syncs(&self) {
        let mut syncs = self
            .inner
            .syncs
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        for slot in syncs.values_mut() {
            slot.suspended = true;
            if let Some(stop) = &slot.running {
                stop.cancel();
            }
        }
    }

    /// Whether a sync stops because the process ends.
    pub(super) fn is_suspended(&self, id: ConnectionId) -> bool {
        let syncs = self
            .inner
            .syncs
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        syncs.get(&id).is_some_and(|slot| slot.suspended)
    }

    /// Whether it is time to go on with a sync that failed for a passing reason.
    pub(super) fn takes_retry(&self, id: ConnectionId) -> bool {
        let now = self.now();
        let mut syncs = self
            .inner
            .syncs
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let Some(slot) = syncs.get_mut(&id) else {
            return false;
        };
        let due = slot.running.is_none() && slot.retry_at.is_some_and(|at| at <= now);
        if due {
            slot.retry_at = None;
        }
        due
    }

    /// Whether a sync of this connection runs in this process.
    pub(crate) fn is_syncing(&self, id: ConnectionId) -> bool {
        let syncs = self
            .inner
            .syncs
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        syncs.get(&id).is_some_and(|slot| slot.running.is_some())
    }

    pub(super) fn take_slot(&self, id: ConnectionId) -> Result<CancellationToken, EngineError> {
        let now = self.now();
        let mut syncs = self
            .inner
            .syncs
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let slot = syncs.entry(id).or_insert_with(|| SyncSlot::new(now));
        if slot.running.is_some() {
            return Err(EngineError::Busy);
        }
        let stop = CancellationToken::new();
        slot.running = Some(stop.clone());
        Ok(stop)
    }
}
