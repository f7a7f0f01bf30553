//! The driver: a world behind a lock, with a clock, entropy, a way out, and faults.
//!
//! [`Sim::serve`] is for people and processes: it listens, and a timer sends what is due. In a test
//! [`Sim::service`] stands where the network would be, and the test calls [`Sim::step_due`] when
//! something is to be sent.

mod card;
mod outbound;
mod people;
pub(crate) mod serve;
mod talks;
mod webhooks;

use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use http::{Request, Response};
use model::{Clock, Entropy, SeededEntropy, Timestamp};
use serde_json::{Map, Value};
use tokio::sync::Notify;
use tower::util::BoxCloneSyncService;
use tower::{BoxError, ServiceExt as _, service_fn};

use crate::api::{self, Announce, BODY_BYTES_MAX, NewConversation};
use crate::call_log::{CallRecord, CallSummary};
use crate::contact::Role;
use crate::fault::{Cut, Fault, Faults};
use crate::grant::TokenState;
use crate::ids::{ConversationId, ObjectId};
use crate::options::Options;
use crate::switches::Switches;
use crate::webhook::Outcome;
use crate::world::{Effect, World};
use crate::{controls, html, pages, seeding};

/// Sends requests and brings answers: the way out of a world, and the way into it.
pub type HttpService = BoxCloneSyncService<Request<Body>, Response<Body>, BoxError>;

/// A workspace that can be called. Clones are the same workspace.
#[derive(Clone)]
pub struct Sim {
    inner: Arc<Inner>,
}

struct Inner {
    state: Mutex<Driven>,
    clock: Arc<dyn Clock>,
    faults: Mutex<Faults>,
    outbound: Mutex<Option<HttpService>>,
    changed: Notify,
}

struct Driven {
    world: World,
    entropy: SeededEntropy,
}

/// A connection that was cut on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConnectionCut(pub Cut);

impl fmt::Display for ConnectionCut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Cut::Before => f.write_str("the connection was cut before the call did anything"),
            Cut::After => f.write_str("the connection was cut after the call was carried out"),
        }
    }
}

impl std::error::Error for ConnectionCut {}

impl Sim {
    /// A workspace with the people of `seed`, as of the clock's now.
    pub fn new(options: Options, clock: Arc<dyn Clock>, seed: u64) -> Self {
        let world = World::seeded(options, seed, clock.now());
        Self::of_world(world, clock)
    }

    /// The workspace that [`Sim::save`] wrote. Addresses, secrets and limits are those of
    /// `options`; how many there are of each kind is what was saved.
    pub fn load(
        options: Options,
        clock: Arc<dyn Clock>,
        saved: impl io::Read,
    ) -> Result<Self, serde_json::Error> {
        Ok(Self::of_world(World::load(saved, options)?, clock))
    }

    fn of_world(mut world: World, clock: Arc<dyn Clock>) -> Self {
        // A start continues another one with a stream of its own, so that no token comes twice.
        let purpose = format!("intercom-sim/{}", world.next_number());
        let entropy = SeededEntropy::new(world.seed, &purpose);
        let inner = Inner {
            state: Mutex::new(Driven { world, entropy }),
            clock,
            faults: Mutex::default(),
            outbound: Mutex::default(),
            changed: Notify::new(),
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// Writes the workspace as it is now, for [`Sim::load`], bit by bit. It goes on meanwhile.
    pub fn save(&self, to: impl io::Write) -> io::Result<()> {
        let frozen = self.look(World::freeze)?;
        frozen.write(to)
    }

    /// Gives the world a way out: webhooks and canvas requests go through `outbound`.
    pub fn connect(&self, outbound: HttpService) {
        *lock(&self.inner.outbound) = Some(outbound);
    }

    /// The workspace's `id_code`.
    pub fn workspace_id(&self) -> String {
        self.look(|world| world.workspace.clone())
    }

    /// The id of the seeded lead with this index.
    pub fn lead_id(&self, index: u32) -> ObjectId {
        self.look(|world| seeding::contact_id(world.seed, Role::Lead, index))
    }

    /// The id of the seeded user with this index.
    pub fn user_id(&self, index: u32) -> ObjectId {
        self.look(|world| seeding::contact_id(world.seed, Role::User, index))
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.inner.clock.now()
    }

    /// Looks at the world.
    pub(crate) fn look<R>(&self, look: impl FnOnce(&World) -> R) -> R {
        let now = self.now().as_seconds();
        let state = lock(&self.inner.state);
        state.world.files.tell_time(now);
        look(&state.world)
    }

    /// Changes the world at the present instant, and wakes the timer.
    pub(crate) fn change<R>(
        &self,
        change: impl FnOnce(&mut World, Timestamp, &mut dyn Entropy) -> R,
    ) -> R {
        let now = self.now();
        let mut state = lock(&self.inner.state);
        let Driven { world, entropy } = &mut *state;
        world.files.tell_time(now.as_seconds());
        let changed = change(world, now, entropy);
        drop(state);
        self.inner.changed.notify_one();
        changed
    }

    /// The whole of it as an axum router: API, pages and controls. Faults are not met here, since a
    /// router cannot cut a connection: that is what [`Sim::service`] is for.
    pub fn router(&self) -> Router {
        Router::new()
            .merge(pages::router())
            .nest("/_sim", controls::router())
            .fallback(call)
            .with_state(self.clone())
    }

    /// The whole of it as a service. A connection that is cut on purpose is an `Err` with
    /// [`ConnectionCut`].
    pub fn service(&self) -> HttpService {
        let sim = self.clone();
        let router = self.router();
        HttpService::new(service_fn(move |request: Request<Body>| {
            let (sim, router) = (sim.clone(), router.clone());
            async move { sim.answer(router, request).await }
        }))
    }

    async fn answer(
        &self,
        router: Router,
        request: Request<Body>,
    ) -> Result<Response<Body>, BoxError> {
        let path = request.uri().path();
        let fault = if ["/_sim", "/inbox", "/messenger"]
            .iter()
            .any(|own| path.starts_with(own))
        {
            None
        } else {
            lock(&self.inner.faults).take(request.method(), path)
        };
        let fault = fault.unwrap_or_default();
        if fault.latency_ms > 0 {
            tokio::time::sleep(Duration::from_millis(fault.latency_ms)).await;
        }
        if fault.cut == Some(Cut::Before) {
            return Err(ConnectionCut(Cut::Before).into());
        }
        if let Some(answer) = fault.answer() {
            let answer = self.change(|world, now, _| world.answer_with(now, &request, answer));
            return Ok(answer.map(Body::from));
        }
        let Ok(response) = router.oneshot(request).await;
        match fault.cut {
            Some(Cut::After) => Err(ConnectionCut(Cut::After).into()),
            Some(Cut::Before) | None => Ok(response),
        }
    }

    /// Trouble for the next calls of a kind.
    pub fn add_fault(&self, fault: Fault) {
        lock(&self.inner.faults).add(fault);
    }

    /// No trouble any more.
    pub fn clear_faults(&self) {
        lock(&self.inner.faults).clear();
    }

    /// The API calls so far, oldest first.
    pub fn calls(&self) -> Vec<CallRecord> {
        self.look(|world| world.calls().cloned().collect())
    }

    /// All API calls since they were last forgotten, counted.
    pub fn call_summary(&self) -> CallSummary {
        self.look(World::call_summary)
    }

    /// Forgets the API calls so far, and their counts.
    pub fn forget_calls(&self) {
        self.change(|world, _, _| world.forget_calls());
    }

    /// All contacts, archived ones too, in the order of their ids: what an app can have changed.
    pub fn contacts(&self) -> Vec<Value> {
        self.look(|world| {
            world
                .contacts
                .all()
                .map(|row| controls::contact(world, row))
                .collect()
        })
    }

    /// Changes a contact as `PUT /contacts/{id}` does, without any webhook. `Err` holds the
    /// vendor's words.
    pub fn edit_contact_silently(
        &self,
        id: ObjectId,
        fields: &Map<String, Value>,
    ) -> Result<(), String> {
        self.change(|world, now, _| api::edit_contact(world, now, id, fields, Announce::Silently))
            .map(|_| ())
            .map_err(|refusal| refusal.message)
    }

    /// Changes a contact as a teammate does in the inbox, with its webhooks.
    pub fn edit_contact(&self, id: ObjectId, fields: &Map<String, Value>) -> Result<(), String> {
        self.change(|world, now, _| api::edit_contact(world, now, id, fields, Announce::Told))
            .map(|_| ())
            .map_err(|refusal| refusal.message)
    }

    /// A contact starts a conversation in the Messenger.
    pub fn contact_writes(&self, contact: ObjectId, text: &str) -> ConversationId {
        let started = NewConversation {
            contact,
            body: html::from_text(text),
            url: None,
            attachments: Vec::new(),
            created_at: None,
        };
        self.change(|world, now, _| api::start_conversation(world, now, started))
    }

    /// Makes a token invalid. False if there is no such token, or it was invalid already.
    pub fn revoke_token(&self, token: &str) -> bool {
        self.change(|world, _, _| world.grants.revoke(token))
    }

    /// Sets what becomes of a token. False if there is no such token.
    pub fn set_token_state(&self, token: &str, state: TokenState) -> bool {
        self.change(|world, _, _| world.grants.set_state(token, state))
    }

    /// The customer removes the app: all tokens die, and the app is told.
    pub fn uninstall(&self) {
        self.change(|world, now, _| world.uninstall(now));
    }

    /// Sets the calls a minute of the app; `None` is no limit but the workspace's.
    pub fn set_rate_limit(&self, per_minute: Option<u32>) {
        self.change(|world, _, _| world.limiter.set_limit(per_minute));
    }

    /// Other apps of the workspace make so many calls in the present window.
    pub fn spend_as_others(&self, calls: u32) {
        self.change(|world, now, _| world.limiter.spend_as_others(now.as_seconds(), calls));
    }

    /// What is switched on of the vendor's oddities.
    pub fn switches(&self) -> Switches {
        self.look(|world| world.switches.clone())
    }

    /// Switches oddities on and off.
    pub fn set_switches(&self, switches: Switches) {
        self.change(|world, _, _| world.switches = switches);
    }

    /// When something is next due.
    pub fn next_due(&self) -> Option<Timestamp> {
        self.look(World::next_due)
    }

    /// Takes what is due without sending it. Each webhook waits for [`Sim::delivered`].
    pub fn take_effects(&self) -> Vec<Effect> {
        self.change(|world, now, _| world.due(now))
    }

    /// Tells how a delivery went that [`Sim::take_effects`] gave.
    pub fn delivered(&self, sequence: u64, outcome: Outcome) {
        self.change(|world, now, _| world.delivered(now, sequence, outcome));
    }
}

/// Nothing panics while it holds one of these locks except by a mistake of ours, and then the state
/// is still whole: changes are made by replacing rows.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn call(State(sim): State<Sim>, request: Request<Body>) -> Response<Body> {
    if pages::is_meant_for_a_page(&request) {
        return pages::moved(&request);
    }
    let (head, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, BODY_BYTES_MAX).await else {
        let unread = Request::from_parts(head, ());
        return sim
            .change(|world, now, entropy| world.refuse_unread(now, entropy, &unread))
            .map(Body::from);
    };
    let request = Request::from_parts(head, body);
    sim.change(|world, now, entropy| world.handle(now, entropy, &request))
        .map(Body::from)
}
