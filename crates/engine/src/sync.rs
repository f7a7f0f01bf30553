//! The first sync, and every later whole one (I3): read both sides into the mirror, then walk all
//! persons. It can be stopped and resumed at any point and goes on after a crash where it was.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use futures_util::StreamExt;
use model::{ConnectionId, Lane, Timestamp, sf};
use salesforce::{Operation, Parsed};
use store::{ContactRow, RecordRow, Scan, Side, Sweep, SweepCounts, SweepKind, SweepState};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::clients::Clients;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::projection;
use crate::run::RunCounts;

/// Rows staged in one transaction.
const STAGED_TOGETHER: usize = 5000;

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
    progress: watch::Sender<Progress>,
    running: Option<CancellationToken>,
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
        }
    }
}

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

    /// Starts a sync in the background, or goes on with one that was interrupted.
    pub async fn start_sync(&self, id: ConnectionId) -> Result<(), EngineError> {
        self.clients(id).await?;
        let stop = self.take_slot(id)?;
        let engine = self.clone();
        tokio::spawn(async move {
            if let Err(error) = engine.sync_in_slot(id, stop).await {
                tracing::warn!(connection.id = %id, %error, "the sync did not end");
            }
        });
        Ok(())
    }

    /// Runs a sync to its end, or goes on with one that was interrupted.
    pub async fn sync_to_end(&self, id: ConnectionId) -> Result<SweepCounts, EngineError> {
        let stop = self.take_slot(id)?;
        self.sync_in_slot(id, stop).await
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

    /// Asks all running syncs to stop.
    pub(crate) fn stop_syncs(&self) {
        let syncs = self
            .inner
            .syncs
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        syncs
            .values()
            .filter_map(|slot| slot.running.as_ref())
            .for_each(CancellationToken::cancel);
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

    fn take_slot(&self, id: ConnectionId) -> Result<CancellationToken, EngineError> {
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
            Err(EngineError::Stopped) => SweepState::Stopped,
            Err(error) => {
                self.sweep.counts.problem = Some(error.to_string());
                SweepState::Failed
            }
        };
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
                engine.read_contact(id, clients, contact).await?;
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
        let job = engine.job(id, Lane::Bulk).await?;
        loop {
            let after = self.sweep.position.clone();
            let (rows, next) = store
                .persons_after(id, after.as_ref(), CONTACTS_PER_TURN)
                .await?;
            let Some(next) = next else { break };
            let did = engine
                .run_rows(&job, &self.clients, rows, BTreeMap::new())
                .await?;
            self.note_run(did);
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
        Ok(())
    }

    fn note_run(&mut self, did: RunCounts) {
        let counts = &mut self.sweep.counts;
        counts.persons += did.persons;
        counts.contacts_walked += did.contacts;
        counts.linked += did.linked;
        counts.ambiguous += did.ambiguous;
        counts.unmatched += did.unmatched;
        counts.intercom_writes += did.intercom_writes;
        counts.failed += did.failed;
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

/// What a reader tells as it goes.
#[derive(Clone, Copy)]
enum Told {
    Contacts {
        read: u64,
        unreadable: u64,
        total: Option<u64>,
    },
    Records {
        read: u64,
        unreadable: u64,
    },
}

/// All contacts, oldest first, so that our own writes move nobody to another page.
async fn read_intercom(
    engine: &Engine,
    clients: &Clients,
    scan: &Scan,
    tell: &tokio::sync::mpsc::Sender<Told>,
) -> Result<(), EngineError> {
    let intercom = clients.intercom.in_lane(Lane::Bulk);
    let mut at = None;
    let mut rows: Vec<ContactRow> = Vec::new();
    loop {
        let page = intercom.contact_page(at.as_ref()).await?;
        let now = engine.now();
        let mut unreadable = 0;
        let before = rows.len();
        for contact in page.contacts {
            match contact {
                Ok(contact) if contact.archived => {}
                Ok(contact) => rows.push(projection::contact_row(&contact, now)),
                Err(_) => unreadable += 1,
            }
        }
        let read = (rows.len() - before) as u64;
        at = page.next;
        if rows.len() >= STAGED_TOGETHER || at.is_none() {
            engine
                .inner
                .store
                .stage_contacts(scan, std::mem::take(&mut rows))
                .await?;
        }
        // Nobody listens only when the sync is being stopped.
        _ = tell
            .send(Told::Contacts {
                read,
                unreadable,
                total: page.total,
            })
            .await;
        if at.is_none() {
            return Ok(());
        }
    }
}

/// Accounts first, so that contacts find theirs, then Leads and contacts.
async fn read_salesforce(
    engine: &Engine,
    clients: &Clients,
    scan: &Scan,
    tell: &tokio::sync::mpsc::Sender<Told>,
) -> Result<(), EngineError> {
    let store = &engine.inner.store;
    let mut accounts = clients
        .salesforce
        .bulk_accounts(Operation::Query)
        .ready_chunks(STAGED_TOGETHER);
    while let Some(chunk) = accounts.next().await {
        let mut rows = Vec::with_capacity(chunk.len());
        let mut unreadable = 0;
        for account in chunk {
            match account? {
                Ok(account) => rows.push(projection::account_row(&account, engine.now())),
                Err(_) => unreadable += 1,
            }
        }
        store.stage_accounts(scan, rows).await?;
        _ = tell
            .send(Told::Records {
                read: 0,
                unreadable,
            })
            .await;
    }
    let leads = clients.salesforce.bulk_leads(Operation::Query);
    read_records(engine, scan, tell, leads, projection::lead_row).await?;
    let contacts = clients.salesforce.bulk_contacts(Operation::Query);
    read_records(engine, scan, tell, contacts, projection::sf_contact_row).await
}

async fn read_records<T, E>(
    engine: &Engine,
    scan: &Scan,
    tell: &tokio::sync::mpsc::Sender<Told>,
    rows: impl futures_util::Stream<Item = Result<Parsed<T>, E>> + Unpin,
    row: impl Fn(&T, Timestamp) -> RecordRow,
) -> Result<(), EngineError>
where
    EngineError: From<E>,
{
    let mut chunks = rows.ready_chunks(STAGED_TOGETHER);
    while let Some(chunk) = chunks.next().await {
        let now = engine.now();
        let mut staged = Vec::with_capacity(chunk.len());
        let mut unreadable = 0;
        for record in chunk {
            match record? {
                Ok(record) => staged.push(row(&record, now)),
                Err(_) => unreadable += 1,
            }
        }
        let read = staged.len() as u64;
        engine.inner.store.stage_records(scan, staged).await?;
        _ = tell.send(Told::Records { read, unreadable }).await;
    }
    Ok(())
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
