//! The production loops: inbox, polls, queue, intents, directory, catch-up, for every connection.
//!
//! Each turn calls the same functions as the tests do. A loop that fails is logged and comes back
//! later; nothing here retries within a turn.

use std::collections::BTreeMap;
use std::time::Duration;

use model::settings::Polling;
use model::{ConnectionId, Timestamp};
use store::{Connection, ConnectionState, Side};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use transport::RetryWhen;

use crate::engine::Engine;
use crate::error::EngineError;
use crate::mail::MAIL;

/// A look at all clocks at least this often; webhooks and clicks wake the loop earlier.
const TURN: Duration = Duration::from_millis(250);

/// Between two late passes over Salesforce.
const LATE_PASS: Duration = Duration::from_mins(10);

/// Between two looks at unsettled intents.
const INTENTS: Duration = Duration::from_secs(1);

/// After a failed poll, at least this long nothing is asked again.
const AFTER_FAILURE: Duration = Duration::from_secs(5);

/// After a failed poll, at most this long.
const AFTER_FAILURES: Duration = Duration::from_mins(1);

/// How often a step is taken.
fn every(step: Step, polling: &Polling) -> Duration {
    let seconds = |seconds: u32| Duration::from_secs(u64::from(seconds));
    match step {
        Step::Poll => polling.salesforce(),
        Step::LatePass => LATE_PASS,
        Step::Directory => seconds(polling.directory_seconds),
        Step::CatchUp => seconds(polling.intercom_seconds),
        Step::Intents | Step::Tell | Step::Rewalk | Step::Sync => INTENTS,
        Step::Inbox | Step::Queue | Step::Resume => TURN,
        Step::Mail => MAIL,
    }
}

/// Something that is done every so often.
#[derive(Debug, Clone, Copy, Default)]
struct Beat {
    next: Option<Timestamp>,
    failed: u32,
}

impl Beat {
    fn is_due(&self, now: Timestamp) -> bool {
        self.next.is_none_or(|next| next <= now)
    }

    fn done(&mut self, now: Timestamp, every: Duration) {
        *self = Self {
            next: Some(now.plus(every)),
            failed: 0,
        };
    }

    fn failed(&mut self, now: Timestamp) {
        let pause = (AFTER_FAILURE * 2_u32.pow(self.failed.min(4))).min(AFTER_FAILURES);
        self.failed = self.failed.saturating_add(1);
        self.next = Some(now.plus(pause));
    }
}

/// One thing that a connection does every so often, or when it is woken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Understand the webhooks that were kept, of all connections.
    Inbox,
    /// Ask Salesforce what changed since the last poll.
    Poll,
    /// Ask Salesforce for what became visible late.
    LatePass,
    /// Read Users, queues and teammates.
    Directory,
    /// Ask Intercom what changed, as if every webhook had been lost.
    CatchUp,
    /// Look for creations without an answer, send those that surely were not made.
    Intents,
    /// Tell the events that wait, and write the notes.
    Tell,
    /// Walk everybody again, a page at a time, if the terms changed.
    Rewalk,
    /// Work on everybody who is due.
    Queue,
    /// Go on with a sync that failed for a passing reason.
    Sync,
    /// Mail what the installer should know, whatever state the connection is in.
    Mail,
    /// What a start does: distrust the calls that were under way when the process ended.
    Resume,
}

impl Engine {
    /// Takes one step of a connection: what the production loops do on their beats, and tests in
    /// the order that they choose.
    pub async fn step(&self, id: ConnectionId, step: Step) -> Result<(), EngineError> {
        match step {
            Step::Inbox => self.drain_inbox().await.map(|_| ()),
            Step::Resume => self.distrust_intents(id).await,
            Step::Sync => self.retry_sync(id).await,
            Step::Mail => self.send_mail(id).await,
            Step::Poll => self.poll_salesforce(id, &*self.clients(id).await?).await,
            Step::LatePass => self.late_pass(id, &*self.clients(id).await?).await,
            Step::Directory => {
                let clients = self.clients(id).await?;
                self.refresh_directory(id, &clients).await?;
                self.look_through_events(id, &clients).await
            }
            Step::CatchUp => self.catch_up_intercom(id, &*self.clients(id).await?).await,
            Step::Intents => self.settle_intents(id, &*self.clients(id).await?).await,
            Step::Tell => {
                let clients = self.clients(id).await?;
                self.tell_events(id, &clients).await?;
                self.send_notes(id, &clients).await
            }
            Step::Rewalk => {
                while self.rewalk(id).await? {}
                Ok(())
            }
            Step::Queue => {
                while self.run_due(id).await? > 0 {}
                Ok(())
            }
        }
    }

    /// Runs all connections until `shutdown`; returns when everything that was begun is finished.
    pub async fn run_until(&self, shutdown: CancellationToken) {
        let tracker = TaskTracker::new();
        let mut known: BTreeMap<ConnectionId, CancellationToken> = BTreeMap::new();
        tracker.spawn(self.clone().inbox_loop(shutdown.clone()));
        if self.inner.mail.is_some() {
            tracker.spawn(self.clone().mail_loop(shutdown.clone()));
        }
        loop {
            match self.connections().await {
                Ok(connections) => {
                    for connection in connections {
                        known.entry(connection.id).or_insert_with(|| {
                            let stop = shutdown.child_token();
                            tracker
                                .spawn(self.clone().connection_loop(connection.id, stop.clone()));
                            stop
                        });
                    }
                }
                Err(error) => tracing::error!(%error, "the connections cannot be listed"),
            }
            tokio::select! {
                biased;
                () = shutdown.cancelled() => break,
                () = tokio::time::sleep(TURN * 4) => {}
            }
        }
        self.inner.ending.cancel();
        self.suspend_syncs();
        self.stop_previews();
        tracker.close();
        tracker.wait().await;
        self.inner.tasks.close();
        self.inner.tasks.wait().await;
    }

    async fn inbox_loop(self, shutdown: CancellationToken) {
        loop {
            let woken = self.inner.wake.notified();
            if let Err(error) = self.drain_inbox().await {
                tracing::error!(%error, "the inbox waits");
            }
            tokio::select! {
                biased;
                () = shutdown.cancelled() => return,
                () = woken => {}
                () = tokio::time::sleep(TURN) => {}
            }
        }
    }

    /// A connection's loops, side by side: a slow poll of Salesforce holds up nobody whose contact
    /// changed in Intercom.
    async fn connection_loop(self, id: ConnectionId, shutdown: CancellationToken) {
        let loops = [
            // The late pass first: after a start it still reads from where the cursor stood then.
            vec![Step::LatePass, Step::Poll, Step::Directory],
            vec![Step::CatchUp],
            vec![Step::Intents, Step::Sync],
            vec![Step::Tell],
            vec![Step::Rewalk],
            vec![Step::Queue],
        ];
        let mut resumed = false;
        while !resumed && !shutdown.is_cancelled() {
            resumed = match self.connection(id).await {
                Ok(connection) if connection.state == ConnectionState::Ready => {
                    self.resume(id).await
                }
                Ok(_) => false,
                Err(EngineError::NoSuchConnection) => return,
                Err(error) => {
                    tracing::error!(connection.id = %id, %error, "a connection waits");
                    false
                }
            };
            if !resumed {
                self.pause(&shutdown).await;
            }
        }
        let running = loops.map(|steps| self.clone().step_loop(id, steps, shutdown.clone()));
        futures_util::future::join_all(running).await;
    }

    /// Until something is marked, a moment passed, or the end.
    async fn pause(&self, shutdown: &CancellationToken) {
        let woken = self.inner.wake.notified();
        tokio::select! {
            biased;
            () = shutdown.cancelled() => {}
            () = woken => {}
            () = tokio::time::sleep(TURN) => {}
        }
    }

    async fn step_loop(self, id: ConnectionId, steps: Vec<Step>, shutdown: CancellationToken) {
        let mut beats: Vec<(Step, Beat)> =
            steps.iter().map(|step| (*step, Beat::default())).collect();
        while !shutdown.is_cancelled() {
            let woken = self.inner.wake.notified();
            match self.connection(id).await {
                Ok(connection) if connection.state == ConnectionState::Ready => {
                    self.turn(&connection, &mut beats).await;
                }
                // Whatever is kept meanwhile is caught up with after reconnecting (E4).
                Ok(_) => beats
                    .iter_mut()
                    .for_each(|(_, beat)| *beat = Beat::default()),
                Err(EngineError::NoSuchConnection) => return,
                Err(error) => tracing::error!(connection.id = %id, %error, "a connection waits"),
            }
            tokio::select! {
                biased;
                () = shutdown.cancelled() => return,
                () = woken => {}
                () = tokio::time::sleep(TURN) => {}
            }
        }
    }

    /// What a start has to do once: distrust calls that were under way, and go on with a sync
    /// that was interrupted.
    async fn resume(&self, id: ConnectionId) -> bool {
        if let Err(error) = self.step(id, Step::Resume).await {
            tracing::error!(connection.id = %id, %error, "intents were not looked through");
            return false;
        }
        match self
            .inner
            .store
            .sweep(id, store::SweepKind::FirstSync)
            .await
        {
            Ok(Some(sweep)) => {
                let goes_on = match sweep.state {
                    store::SweepState::Reading | store::SweepState::Reconciling => true,
                    store::SweepState::Failed => sweep.counts.passes,
                    store::SweepState::Stopped | store::SweepState::Done => false,
                };
                if goes_on {
                    match self.start_sync(id).await {
                        Ok(()) | Err(EngineError::Busy) => {}
                        Err(error) => {
                            tracing::warn!(connection.id = %id, %error, "a sync was not resumed");
                        }
                    }
                }
            }
            Ok(None) => {}
            Err(error) => {
                tracing::error!(connection.id = %id, %error, "a sync was not looked for");
                return false;
            }
        }
        true
    }

    /// One turn: whatever of these steps is due.
    async fn turn(&self, connection: &Connection, beats: &mut [(Step, Beat)]) {
        let id = connection.id;
        let mut late_pass_owed = false;
        for (step, beat) in beats {
            // The cursor must not pass what a late pass still has to read.
            if *step == Step::Poll && late_pass_owed {
                continue;
            }
            // What a signal made due does not wait for the clock, unless the queue is failing.
            let eager = *step == Step::Queue && beat.failed == 0;
            if eager || beat.is_due(self.now()) {
                let outcome = match step {
                    Step::Queue => self.queue_turn(id).await,
                    Step::Rewalk => self.rewalk_turn(id).await,
                    Step::Inbox
                    | Step::Poll
                    | Step::LatePass
                    | Step::Directory
                    | Step::CatchUp
                    | Step::Intents
                    | Step::Tell
                    | Step::Sync
                    | Step::Mail
                    | Step::Resume => self.step(id, *step).await,
                };
                self.beat(
                    id,
                    beat,
                    every(*step, &connection.settings.polling),
                    outcome,
                )
                .await;
            }
            late_pass_owed |= *step == Step::LatePass && beat.failed > 0;
        }
    }

    /// One turn of the queue; if there is more, the next one follows at once, after a look at
    /// whether the connection still works and the process goes on.
    async fn queue_turn(&self, id: ConnectionId) -> Result<(), EngineError> {
        if self.run_due(id).await? > 0 {
            self.inner.wake.notify_waiters();
        }
        Ok(())
    }

    /// A walk that is owed, to its end or that of the process: it stores where it is.
    async fn rewalk_turn(&self, id: ConnectionId) -> Result<(), EngineError> {
        while !self.inner.ending.is_cancelled() && self.rewalk(id).await? {}
        Ok(())
    }

    /// Notes how a turn went. A refused credential pauses the connection.
    async fn beat(
        &self,
        id: ConnectionId,
        beat: &mut Beat,
        every: Duration,
        outcome: Result<(), EngineError>,
    ) {
        let now = self.now();
        let Err(error) = outcome else {
            beat.done(now, every);
            return;
        };
        beat.failed(now);
        tracing::warn!(connection.id = %id, %error, "a turn failed");
        if let Some((side, why)) = refused_credential(&error) {
            self.needs_reconnect(id, side, &why).await;
        }
        self.pulse(id, |pulse| {
            pulse.last_poll_problem = Some(error.to_string());
        });
    }
}

/// Whose credential was refused, if that is what happened.
fn refused_credential(error: &EngineError) -> Option<(Side, String)> {
    let (side, when) = error.of_vendor()?;
    (when == RetryWhen::Reconnected).then(|| (side, error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failing_beat_comes_back_later_each_time_and_at_its_pace_once_it_works() {
        let every = Duration::from_secs(2);
        let start = Timestamp::from_seconds(1000);
        let mut beat = Beat::default();
        assert!(beat.is_due(start));
        let mut pauses = Vec::new();
        for _ in 0..6 {
            beat.failed(start);
            pauses.push(beat.next.unwrap().since(start).as_secs());
        }
        assert_eq!(pauses, [5, 10, 20, 40, 60, 60]);
        beat.done(start, every);
        assert_eq!(beat.next, Some(Timestamp::from_seconds(1002)));
        assert!(!beat.is_due(start));
        beat.failed(start);
        assert_eq!(beat.next, Some(Timestamp::from_seconds(1005)));
    }
}
