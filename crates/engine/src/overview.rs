//! What the settings pages show of a connection.

use std::collections::BTreeMap;
use std::sync::PoisonError;
use std::sync::atomic::Ordering;

use model::{ConnectionId, Timestamp};
use store::{
    Connection, Failure, IntentKind, MirrorCounts, StoredEntry, Sweep, SweepKind, SweepState,
    Unclear,
};

use crate::engine::Engine;
use crate::error::EngineError;
use crate::mail::WaitingMail;

/// Failures and timeline lines on one page.
const LISTED: u32 = 50;

/// What is remembered of a connection between two looks; lost with the process.
#[derive(Debug, Clone, Default)]
pub(crate) struct Pulse {
    pub(crate) last_webhook_at: Option<Timestamp>,
    pub(crate) last_poll_at: Option<Timestamp>,
    pub(crate) last_poll_problem: Option<String>,
    pub(crate) owners_read_at: Option<Timestamp>,
    /// Rises when Users or teammates changed.
    pub(crate) directory_rev: u64,
    pub(crate) deliveries_dropped: u64,
}

/// All that a connection's page shows.
#[derive(Debug, Clone)]
pub struct Overview {
    /// The connection.
    pub connection: Connection,
    /// How much the mirror holds.
    pub counts: MirrorCounts,
    /// The last sync, running or not.
    pub sweep: Option<Sweep>,
    /// Whether a sync runs in this process.
    pub syncing: bool,
    /// The last walk over everybody because settings or teammates changed.
    pub rewalk: Option<Sweep>,
    /// Whether everybody was ever compared, so that the list of unclear persons says something.
    pub matched_once: bool,
    /// Persons without a clear match, by verdict.
    pub unclear: BTreeMap<Unclear, u64>,
    /// Subjects that may need a look.
    pub queued: u64,
    /// Failures, latest first.
    pub failures: Vec<Failure>,
    /// How many failures there are by cause, most first.
    pub failures_by_cause: Vec<(String, u64)>,
    /// The timeline, latest first.
    pub latest: Vec<StoredEntry>,
    /// When the last webhook came, since this process started.
    pub last_webhook_at: Option<Timestamp>,
    /// When Salesforce was polled last with success, since this process started.
    pub last_poll_at: Option<Timestamp>,
    /// What keeps the polls from succeeding.
    pub last_poll_problem: Option<String>,
    /// The org's calls of the day: used, allowed.
    pub salesforce_usage: Option<(u64, u64)>,
    /// The workspace's calls of this window: left, allowed.
    pub intercom_headroom: Option<(u64, u64)>,
    /// Creations that are not settled.
    pub unsettled_intents: u64,
    /// Webhooks that wait to be understood.
    pub deliveries_kept: u64,
    /// Webhooks that nothing follows from, since this process started.
    pub deliveries_dropped: u64,
    /// Webhooks of workspaces that nobody connected, of the whole installation.
    pub deliveries_of_strangers: u64,
    /// What the installer should know and was not mailed yet.
    pub waiting_mail: Vec<WaitingMail>,
    /// The present.
    pub now: Timestamp,
}

impl Engine {
    /// Gathers what the page of a connection shows. Calls no vendor.
    pub async fn overview(&self, id: ConnectionId) -> Result<Overview, EngineError> {
        let connection = self.connection(id).await?;
        let store = &self.inner.store;
        let pulse = {
            let pulses = self
                .inner
                .pulses
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            pulses.get(&id).cloned().unwrap_or_default()
        };
        let clients = {
            let kept = self
                .inner
                .clients
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            kept.get(&id).cloned()
        };
        let salesforce_usage = clients
            .as_ref()
            .and_then(|clients| clients.salesforce.usage());
        let headroom = clients
            .as_ref()
            .and_then(|clients| clients.intercom.headroom());
        let unsettled_intents = match connection.org_id {
            Some(org) => {
                let leads = store.unsettled_intents(org, IntentKind::Lead).await?;
                leads.len() as u64
            }
            None => 0,
        };
        let sweep = store.sweep(id, SweepKind::FirstSync).await?;
        let rewalk = store.sweep(id, SweepKind::Rewalk).await?;
        let synced = sweep
            .as_ref()
            .is_some_and(|it| it.state == SweepState::Done);
        let matched_once = synced || rewalk.is_some() || self.was_walked(id).await?;
        Ok(Overview {
            counts: store.mirror_counts(id).await?,
            sweep,
            syncing: self.is_syncing(id),
            rewalk,
            matched_once,
            unclear: store.unclear_counts(id).await?,
            queued: store.queued(id).await?,
            failures: store.failures(id, LISTED).await?,
            failures_by_cause: store.failures_by_cause(id).await?,
            latest: store.timeline_latest(id, LISTED).await?,
            last_webhook_at: pulse.last_webhook_at,
            last_poll_at: pulse.last_poll_at,
            last_poll_problem: pulse.last_poll_problem,
            salesforce_usage: salesforce_usage.map(|usage| (usage.used, usage.max)),
            intercom_headroom: headroom
                .map(|headroom| (u64::from(headroom.remaining), u64::from(headroom.limit))),
            unsettled_intents,
            deliveries_kept: self.inner.inbox.kept_count().await?,
            deliveries_dropped: pulse.deliveries_dropped,
            deliveries_of_strangers: self.inner.strangers.load(Ordering::Relaxed),
            waiting_mail: self.waiting_mail(&connection).await?,
            connection,
            now: self.now(),
        })
    }
}
