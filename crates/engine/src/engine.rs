//! The engine: what it is made of, and what it remembers between two runs.

use std::collections::BTreeMap;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, PoisonError};

use model::{Clock, ConnectionId, Entropy, Settings, Timestamp};
use store::{Connection, Inbox, IntentId, NewConnection, Store};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use transport::HttpService;

use crate::card::{Clicked, Late};
use crate::claims::Claims;
use crate::clients::Clients;
use crate::confirm::Pause;
use crate::connect::PendingSignIns;
use crate::create_lead::LeadObject;
use crate::error::EngineError;
use crate::mail::{Mailing, Post};
use crate::overview::Pulse;
use crate::preview::PreviewSlot;
use crate::rewalk::plan_alike;
use crate::seal::SealKey;
use crate::sync::SyncSlot;
use crate::team::KnownTeam;
use crate::writes::Writes;

/// What an engine is built from: the five seams.
pub struct Parts {
    /// Everything that is kept.
    pub store: Arc<dyn Store>,
    /// Webhooks that were answered.
    pub inbox: Arc<dyn Inbox>,
    /// Everything that goes out.
    pub http: HttpService,
    /// The present.
    pub clock: Arc<dyn Clock>,
    /// Chance: states of sign-ins, PKCE verifiers.
    pub entropy: Box<dyn Entropy>,
    /// The vendors' apps of this installation.
    pub apps: Apps,
    /// Seals credentials.
    pub key: SealKey,
    /// How mail leaves; without it notices wait on the connection's page.
    pub mail: Option<Mailing>,
}

/// The vendors' apps of this installation.
pub struct Apps {
    /// Intercom apps by the name that stands in their webhook and card addresses.
    pub intercom: BTreeMap<String, intercom::App>,
    /// The Salesforce app.
    pub salesforce: salesforce::App,
    /// Whether an org may live on this machine (demo, tests).
    pub loopback: salesforce::Loopback,
}

/// The engine. Clones are the same engine.
#[derive(Clone)]
pub struct Engine {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) inbox: Arc<dyn Inbox>,
    pub(crate) http: HttpService,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Mutex<Box<dyn Entropy>>,
    pub(crate) apps: Apps,
    pub(crate) key: SealKey,
    pub(crate) mail: Option<Mailing>,
    pub(crate) post: Post,
    pub(crate) claims: Claims,
    pub(crate) writes: Writes,
    pub(crate) sign_ins: Mutex<PendingSignIns>,
    pub(crate) clients: Mutex<BTreeMap<ConnectionId, Arc<Clients>>>,
    pub(crate) syncs: Mutex<BTreeMap<ConnectionId, SyncSlot>>,
    pub(crate) pulses: Mutex<BTreeMap<ConnectionId, Pulse>>,
    /// Held by the task that renews a connection's session, until the new one is stored.
    pub(crate) renewing: Mutex<BTreeMap<ConnectionId, Arc<tokio::sync::Mutex<()>>>>,
    /// Held while a connection's row is read, changed and written back.
    pub(crate) connecting: tokio::sync::Mutex<()>,
    /// Webhooks of workspaces that nobody connected, since this process started.
    pub(crate) strangers: AtomicU64,
    /// What clicks came to after their card had been answered.
    pub(crate) late: Mutex<BTreeMap<Clicked, Late>>,
    pub(crate) intent_pauses: Mutex<BTreeMap<IntentId, Pause>>,
    /// What a change of the ownership settings would do, as counted last.
    pub(crate) previews: Mutex<BTreeMap<ConnectionId, PreviewSlot>>,
    /// Who is who, until settings or directory change.
    pub(crate) teams: Mutex<BTreeMap<ConnectionId, KnownTeam>>,
    pub(crate) lead_objects: Mutex<BTreeMap<ConnectionId, Arc<LeadObject>>>,
    /// What was begun and has to be finished before the process ends: syncs and clicks.
    pub(crate) tasks: TaskTracker,
    /// The process ends: walks stop where they are.
    pub(crate) ending: CancellationToken,
    /// Work was marked: the live loops look now instead of at their next turn.
    pub(crate) wake: Notify,
    /// An intent was settled, refused or lost its answer: whoever joined it looks.
    pub(crate) intents_changed: Notify,
}

impl Engine {
    /// Puts the parts together. Nothing starts by itself.
    pub fn new(parts: Parts) -> Self {
        let Parts {
            store,
            inbox,
            http,
            clock,
            entropy,
            apps,
            key,
            mail,
        } = parts;
        Self {
            inner: Arc::new(Inner {
                store,
                inbox,
                http,
                clock,
                entropy: Mutex::new(entropy),
                apps,
                key,
                mail,
                post: Post::default(),
                claims: Claims::default(),
                writes: Writes::default(),
                sign_ins: Mutex::default(),
                clients: Mutex::default(),
                syncs: Mutex::default(),
                pulses: Mutex::default(),
                renewing: Mutex::default(),
                connecting: tokio::sync::Mutex::default(),
                strangers: AtomicU64::new(0),
                late: Mutex::default(),
                intent_pauses: Mutex::default(),
                previews: Mutex::default(),
                teams: Mutex::default(),
                lead_objects: Mutex::default(),
                tasks: TaskTracker::new(),
                ending: CancellationToken::new(),
                wake: Notify::new(),
                intents_changed: Notify::new(),
            }),
        }
    }

    /// The store, for those who only look.
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.inner.store
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.inner.clock.now()
    }

    /// All connections.
    pub async fn connections(&self) -> Result<Vec<Connection>, EngineError> {
        Ok(self.inner.store.connections().await?)
    }

    pub(crate) async fn connection(&self, id: ConnectionId) -> Result<Connection, EngineError> {
        self.inner
            .store
            .connection(id)
            .await?
            .ok_or(EngineError::NoSuchConnection)
    }

    /// Adds a connection whose sides are not connected yet.
    pub async fn create_connection(
        &self,
        name: &str,
        settings: Settings,
    ) -> Result<Connection, EngineError> {
        let fits = (1..=64).contains(&name.len())
            && name
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if !fits {
            return Err(EngineError::BadName);
        }
        let new = NewConnection {
            name: name.to_owned(),
            settings,
        };
        match self.inner.store.create_connection(&new, self.now()).await {
            Err(store::StoreError::Taken { .. }) => Err(EngineError::NameTaken),
            other => Ok(other?),
        }
    }

    /// Replaces the settings if nobody else did since `expected_rev`. Work goes on under the new
    /// ones; where they change plans, everybody is walked again.
    pub async fn put_settings(
        &self,
        id: ConnectionId,
        settings: &Settings,
        expected_rev: i64,
    ) -> Result<i64, EngineError> {
        let before = self.connection(id).await?.settings;
        let alike = plan_alike(&before, settings);
        if !alike {
            // First, so that no crash comes between; a walk too many does no harm.
            self.owe_a_walk(id).await?;
        }
        let rev = self
            .inner
            .store
            .put_settings(id, settings, expected_rev)
            .await?;
        if !alike {
            // And again: a walk may have ended under the old ones meanwhile.
            self.owe_a_walk(id).await?;
        }
        self.inner.wake.notify_waiters();
        Ok(rev)
    }

    /// The configured Intercom app of this name.
    pub fn intercom_app(&self, name: &str) -> Option<&intercom::App> {
        self.inner.apps.intercom.get(name)
    }

    /// Changes what is remembered of a connection's pulse.
    pub(crate) fn pulse(&self, id: ConnectionId, change: impl FnOnce(&mut Pulse)) {
        let mut pulses = self
            .inner
            .pulses
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        change(pulses.entry(id).or_default());
    }
}
