//! The first sync, and every later whole one (I3): read both sides into the mirror, then walk all
//! persons. It can be stopped and resumed at any point and goes on after a crash where it was.

mod follow;
mod progress;
mod read;
mod retry;

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use model::{ConnectionId, Lane, Timestamp, sf};
use store::{Scan, Side, Sweep, SweepCounts, SweepKind, SweepState};
use tokio_util::sync::CancellationToken;

pub(crate) use progress::SyncSlot;
pub use progress::{Phase, Progress};
use read::{Told, read_intercom, read_salesforce};
use retry::passing;

use crate::clients::Clients;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::observe::{UNREAD_PAUSE, due_contact};

/// Contacts walked in one turn: their position is stored after each.
const CONTACTS_PER_TURN: u32 = 500;

/// Missing rows confirmed in one turn.
const MISSING_PER_TURN: u32 = 200;

/// If more than this share of a side's rows is missing, a permission was lost rather than so many
/// rows deleted: the sync stops and asks (invariant 7).
const MISSING_SHARE_MAX: f64 = 0.2;

/// Fewer missing rows than this never stop a sync.
const MISSING_MIN: u64 = 20;

/// What changes while a sync begins is read again by the polls from this long before it.
const BEFORE: Duration = Duration::from_mins(2);

/// A sync under way.
struct Run<'e> {
    engine: &'e Engine,
    id: ConnectionId,
    clients: Arc<Clients>,
    stop: CancellationToken,
    sweep: Sweep,
    phase_began: Timestamp,
    /// Steps of this phase that were done before this process took over.
    done_before: u64,
    intercom_calls_before: u64,
    salesforce_calls_before: u64,
}

impl Engine {
    /// Starts a sync in the background, or goes on with one that was interrupted.
    pub async fn start_sync(&self, id: ConnectionId) -> Result<(), EngineError> {
        self.clients(id).await?;
        let stop = self.take_slot(id)?;
        let engine = self.clone();
        self.inner.tasks.spawn(async move {
            if let Err(error) = engine.sync_in_slot(id, stop).await {
                tracing::warn!(connection.id = %id, %error, "the sync did not end");
            }
        });
        Ok(())
    }

    /// Runs a sync to its end, or goes on with one that was interrupted.
    pub async fn sync_to_end(&self, id: ConnectionId) -> Result<SweepCounts, EngineError> {
        let stop = self.take_slot(id)?;
        // On the heap: a sync holds both clients' states at once.
        Box::pin(self.sync_in_slot(id, stop)).await
    }

    async fn sync_in_slot(
        &self,
        id: ConnectionId,
        stop: CancellationToken,
    ) -> Result<SweepCounts, EngineError> {
        let outcome = self.sync(id, stop).await;
        let mut syncs = self
            .inner
            .syncs
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(slot) = syncs.get_mut(&id) {
            slot.running = None;
            slot.retry_at = outcome
                .as_ref()
                .err()
                .and_then(passing)
                .map(|pause| self.now().plus(pause));
        }
        drop(syncs);
        self.inner.wake.notify_waiters();
        outcome
    }

    async fn sync(
        &self,
        id: ConnectionId,
        stop: CancellationToken,
    ) -> Result<SweepCounts, EngineError> {
        let clients = self.clients(id).await?;
        let now = self.now();
        let standing = self.inner.store.sweep(id, SweepKind::FirstSync).await?;
        let resumed = standing.filter(|sweep| match sweep.state {
            SweepState::Reconciling => true,
            SweepState::Stopped | SweepState::Failed => sweep.position.is_some(),
            SweepState::Reading | SweepState::Done => false,
        });
        let mut run = Run {
            engine: self,
            id,
            stop,
            phase_began: now,
            done_before: 0,
            intercom_calls_before: clients.intercom.calls(),
            salesforce_calls_before: clients.salesforce.calls(),
            clients,
            sweep: resumed.clone().unwrap_or(Sweep {
                kind: SweepKind::FirstSync,
                state: SweepState::Reading,
                position: None,
                started_at: now,
                counts: SweepCounts::default(),
            }),
        };
        let outcome = run.through(resumed.is_some()).await;
        run.end(&outcome).await?;
        outcome.map(|()| run.sweep.counts)
    }
}

impl Run<'_> {
    async fn through(&mut self, resumed: bool) -> Result<(), EngineError> {
        self.sweep.counts.problem = None;
        self.sweep.counts.passes = false;
        if resumed {
            self.sweep.state = SweepState::Reconciling;
        } else {
            self.save().await?;
            self.read().await?;
        }
        self.reconcile().await
    }

    /// Writes down how the sync ended, whichever way.
    async fn end(&mut self, outcome: &Result<(), EngineError>) -> Result<(), EngineError> {
        self.sweep.state = match outcome {
            Ok(()) => SweepState::Done,
            // The next start goes on with it, as after a crash.
            Err(EngineError::Stopped) if self.engine.is_suspended(self.id) => self.sweep.state,
            Err(EngineError::Stopped) => SweepState::Stopped,
            Err(error) => {
                self.sweep.counts.problem = Some(error.to_string());
                self.sweep.counts.passes = passing(error).is_some();
                SweepState::Failed
            }
        };
        let error = outcome.as_ref().err();
        self.engine
            .tell_of_sync(self.id, &self.sweep, error, error.and_then(passing))
            .await?;
        self.count_calls();
        self.save().await?;
        let counts = &self.sweep.counts;
        let text = match outcome {
            Ok(()) => format!(
                "sync done: {} contacts linked, {} ambiguous, {} without a match; {} written",
                counts.linked, counts.ambiguous, counts.unmatched, counts.intercom_writes
            ),
            Err(error) => format!("sync interrupted: {error}"),
        };
        let entry = self.engine.connection_entry(text, "I3");
        self.engine.inner.store.append(self.id, &[entry]).await?;
        Ok(())
    }

    /// Reads both sides into the mirror.
    async fn read(&mut self) -> Result<(), EngineError> {
        let (engine, id) = (self.engine, self.id);
        let clients = Arc::clone(&self.clients);
        engine
            .start_cursors(id, self.sweep.started_at.minus(BEFORE))
            .await?;
        engine.ensure_attributes(id, &clients).await?;
        engine.refresh_directory(id, &clients).await?;
        let store = &engine.inner.store;
        let of_intercom = store.begin_scan(id, Side::Intercom, engine.now()).await?;
        let of_salesforce = store.begin_scan(id, Side::Salesforce, engine.now()).await?;
        self.read_sides(&clients, &of_intercom, &of_salesforce)
            .await?;
        for scan in [&of_salesforce, &of_intercom] {
            let outcome = store.finish_scan(scan).await?;
            self.halt_if_stopped()?;
            brake(scan.side, outcome.read, outcome.missing)?;
        }
        self.confirm_missing(&clients, &of_intercom, &of_salesforce)
            .await?;
        store.forget_scan(&of_intercom).await?;
        store.forget_scan(&of_salesforce).await?;
        engine.note_read_whole(id).await?;
        self.sweep.counts.read_ms += millis(engine.now().since(self.phase_began));
        Ok(())
    }

    /// Both sides at once; what each side read is counted as it comes.
    async fn read_sides(
        &mut self,
        clients: &Clients,
        of_intercom: &Scan,
        of_salesforce: &Scan,
    ) -> Result<(), EngineError> {
        let (events, mut told) = tokio::sync::mpsc::channel::<Told>(64);
        let engine = self.engine;
        let stop = self.stop.clone();
        let readers = async {
            let both = futures_util::future::try_join(
                read_intercom(engine, clients, of_intercom, &events),
                read_salesforce(engine, clients, of_salesforce, &events),
            );
            let outcome = tokio::select! {
                biased;
                () = stop.cancelled() => Err(EngineError::Stopped),
                outcome = both => outcome.map(|_| ()),
            };
            drop(events);
            outcome
        };
        let count = async {
            while let Some(told) = told.recv().await {
                self.note_read(told);
            }
        };
        let (outcome, ()) = futures_util::future::join(readers, count).await;
        self.save().await?;
        outcome
    }

    fn note_read(&mut self, told: Told) {
        let counts = &mut self.sweep.counts;
        match told {
            Told::Contacts {
                read,
                unreadable,
                total,
            } => {
                counts.contacts_read += read;
                counts.unreadable += unreadable;
                counts.contacts_total = total.or(counts.contacts_total);
            }
            Told::Records { read, unreadable } => {
                counts.records_read += read;
                counts.unreadable += unreadable;
            }
        }
        self.show(
            Phase::Reading,
            self.sweep.counts.contacts_read,
            self.sweep.counts.contacts_total,
        );
    }

    /// Absence is never a delete: every row that the scan did not meet is read by id.
    async fn confirm_missing(
        &self,
        clients: &Clients,
        of_intercom: &Scan,
        of_salesforce: &Scan,
    ) -> Result<(), EngineError> {
        let (engine, id) = (self.engine, self.id);
        let store = &engine.inner.store;
        let mut after: Option<sf::RecordId> = None;
        loop {
            let missing = store
                .missing_records(of_salesforce, after, MISSING_PER_TURN)
                .await?;
            let Some(last) = missing.last() else { break };
            after = Some(*last);
            engine.read_records(id, clients, &missing).await?;
            self.halt_if_stopped()?;
        }
        let mut after = None;
        loop {
            let missing = store
                .missing_contacts(of_intercom, after.as_ref(), MISSING_PER_TURN)
                .await?;
            let Some(last) = missing.last() else { break };
            after = Some(last.clone());
            for contact in missing {
                let unread = engine.read_contacts(id, clients, vec![contact]).await?;
                let at = engine.now().plus(UNREAD_PAUSE);
                let due: Vec<_> = unread.into_iter().map(|it| due_contact(it, at)).collect();
                store.mark(id, &due).await?;
                self.halt_if_stopped()?;
            }
        }
        Ok(())
    }

    /// Walks all persons in the order of their keys, from the stored position on.
    async fn reconcile(&mut self) -> Result<(), EngineError> {
        let (engine, id) = (self.engine, self.id);
        let store = &engine.inner.store;
        let began = engine.now();
        let reconcile_ms_before = self.sweep.counts.reconcile_ms;
        self.phase_began = began;
        self.done_before = self.sweep.counts.contacts_walked;
        self.sweep.state = SweepState::Reconciling;
        self.sweep.counts.contacts_to_walk = store.mirror_counts(id).await?.contacts;
        self.save().await?;
        if self.sweep.position.is_none() {
            engine.note_walking(id, &engine.terms(id).await?).await?;
        }
        loop {
            // Each page under the present terms: a pause holds from the next one on.
            let job = engine.job(id, Lane::Bulk).await?;
            let after = self.sweep.position.clone();
            let (rows, next) = store
                .persons_after(id, after.as_ref(), CONTACTS_PER_TURN)
                .await?;
            let Some(next) = next else { break };
            let did = engine
                .run_rows(&job, &self.clients, rows, BTreeMap::new())
                .await?;
            did.add_to(&mut self.sweep.counts);
            self.sweep.position = Some(next);
            self.sweep.counts.reconcile_ms =
                reconcile_ms_before + millis(engine.now().since(began));
            self.count_calls();
            self.save().await?;
            let counts = &self.sweep.counts;
            let (walked, all) = (counts.contacts_walked, counts.contacts_to_walk);
            self.show(Phase::Reconciling, walked, Some(all));
            self.halt_if_stopped()?;
        }
        let job = engine.job(id, Lane::Bulk).await?;
        self.follow(&job).await?;
        engine.note_walked(id, &engine.terms(id).await?).await
    }

    fn count_calls(&mut self) {
        let counts = &mut self.sweep.counts;
        let intercom = self.clients.intercom.calls();
        let salesforce = self.clients.salesforce.calls();
        counts.intercom_calls += intercom - self.intercom_calls_before;
        counts.salesforce_calls += salesforce - self.salesforce_calls_before;
        self.intercom_calls_before = intercom;
        self.salesforce_calls_before = salesforce;
    }

    fn halt_if_stopped(&self) -> Result<(), EngineError> {
        if self.stop.is_cancelled() {
            Err(EngineError::Stopped)
        } else {
            Ok(())
        }
    }

    async fn save(&mut self) -> Result<(), EngineError> {
        self.engine
            .inner
            .store
            .put_sweep(self.id, &self.sweep)
            .await?;
        let phase = match self.sweep.state {
            SweepState::Reading => Phase::Reading,
            SweepState::Reconciling => Phase::Reconciling,
            SweepState::Stopped => Phase::Stopped,
            SweepState::Done => Phase::Done,
            SweepState::Failed => Phase::Failed,
        };
        let counts = &self.sweep.counts;
        let (done, total) = match phase {
            Phase::Idle | Phase::Reading => (counts.contacts_read, counts.contacts_total),
            Phase::Reconciling | Phase::Done | Phase::Stopped | Phase::Failed => {
                (counts.contacts_walked, Some(counts.contacts_to_walk))
            }
        };
        self.show(phase, done, total);
        Ok(())
    }

    fn show(&self, phase: Phase, done: u64, total: Option<u64>) {
        let now = self.engine.now();
        let elapsed = now.since(self.phase_began).as_secs_f64();
        let done_here = as_f64(done.saturating_sub(self.done_before));
        let rate = if elapsed > 0.0 {
            done_here / elapsed
        } else {
            0.0
        };
        let left = total.map(|total| as_f64(total.saturating_sub(done)));
        let seconds_left = left.filter(|_| rate > 0.0).map(|left| (left / rate).ceil());
        let progress = Progress {
            phase,
            counts: self.sweep.counts.clone(),
            done,
            total,
            rate_per_second: rate,
            seconds_left: seconds_left.map(whole),
            at: now,
        };
        let syncs = self
            .engine
            .inner
            .syncs
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(slot) = syncs.get(&self.id) {
            slot.progress.send_replace(progress);
        }
    }
}

/// Invariant 7: a side that lost so much was not read whole.
fn brake(side: Side, read: u64, missing: u64) -> Result<(), EngineError> {
    let known = read + missing;
    if missing < MISSING_MIN || as_f64(missing) <= as_f64(known) * MISSING_SHARE_MAX {
        return Ok(());
    }
    let (name, why) = match side {
        Side::Intercom => ("Intercom", "the app's permissions"),
        Side::Salesforce => ("Salesforce", "the integration user's permissions"),
    };
    Err(EngineError::Brake(format!(
        "{missing} of {known} known rows of {name} were not shown this time; check {why} and start \
         the sync again. Nothing was unlinked"
    )))
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "for rates and shares on a screen"
)]
fn as_f64(count: u64) -> f64 {
    count as f64
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "seconds on a screen; the cast saturates"
)]
fn whole(seconds: f64) -> u64 {
    seconds as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_side_that_lost_a_fifth_was_not_read_whole() {
        let stops = |read, missing| brake(Side::Salesforce, read, missing).is_err();
        assert!(!stops(0, 0));
        assert!(!stops(0, 19));
        assert!(stops(0, 20));
        assert!(!stops(80, 20));
        assert!(stops(79, 20));
        assert!(!stops(1_000_000, 100));
    }
}
