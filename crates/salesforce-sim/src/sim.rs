//! The driver: a world with a clock and chance, reachable in process or over a socket.
//!
//! Latency and cut connections happen here, before and after the world is asked, so that the world
//! stays a plain state machine. The lock is held while a request is answered and never across an
//! await; bodies that are written piece by piece hold what they need themselves. Calls by gRPC go to
//! another service with their bodies unread, since those end when the client pleases.

pub(crate) mod serve;

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::body::Body as HttpBody;
use futures_util::stream;
use http::{Method, Request as HttpRequest, Response as HttpResponse, StatusCode};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use model::{Clock, SeededEntropy};
use tokio::sync::watch;
use tower::util::BoxCloneSyncService;
use tower::{BoxError, service_fn};

use crate::answer::{self, Response};
use crate::api::body_bytes_max;
use crate::call_log::{CallKind, CallLog, CallRecord, CallSummary};
use crate::control::Refused;
use crate::dump::DumpLines;
use crate::events;
use crate::fault::{Action, ConnectionCut, Cut, Ended, Fault, sent};
use crate::id::RecordId;
use crate::options::Options;
use crate::records::{Conversion, Converted, Rules};
use crate::save::LoadError;
use crate::schema::Object;
use crate::world::{Touched, World};

/// The simulator as a service. Errors are cut connections.
pub type SimService = BoxCloneSyncService<HttpRequest<HttpBody>, HttpResponse<HttpBody>, BoxError>;

/// A simulated Salesforce org. Clones share the org.
#[derive(Clone)]
pub struct Sim {
    state: Arc<Mutex<State>>,
    clock: Arc<dyn Clock>,
    /// Counts what may matter to an open subscription.
    changes: Arc<watch::Sender<u64>>,
}

struct State {
    world: World,
    entropy: SeededEntropy,
    generation: u32,
    faults: Vec<Fault>,
    calls: CallLog,
}

impl Sim {
    /// An org founded now. `seed` chooses the tokens that it will give out.
    pub fn new(options: Options, clock: Arc<dyn Clock>, seed: u64) -> Self {
        let world = World::new(options, clock.now());
        Self::of(world, clock, seed, 0)
    }

    /// The org that was saved, with the tokens it gave out.
    pub fn load(
        from: &mut impl io::Read,
        clock: Arc<dyn Clock>,
        seed: u64,
    ) -> Result<Self, LoadError> {
        let (world, generation) = World::load(from, clock.now())?;
        Ok(Self::of(world, clock, seed, generation))
    }

    fn of(world: World, clock: Arc<dyn Clock>, seed: u64, generation: u32) -> Self {
        // A loaded org must not give out the tokens of its earlier life again.
        let entropy = SeededEntropy::new(seed, &format!("salesforce-sim tokens {generation}"));
        let (faults, calls) = (Vec::new(), CallLog::default());
        let state = State {
            world,
            entropy,
            generation,
            faults,
            calls,
        };
        Self {
            state: Arc::new(Mutex::new(state)),
            clock,
            changes: Arc::new(watch::Sender::new(0)),
        }
    }

    /// Writes the org, so that [`Sim::load`] can go on with it.
    pub fn save(&self, to: &mut impl io::Write) -> io::Result<()> {
        let snapshot = {
            let state = self.state();
            state.world.snapshot(state.generation)
        };
        // Nobody waits while it is written.
        snapshot.write(to)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A request that panicked fails alone; what it left is no worse than a refused write.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The world, at the present instant, for as long as `look` takes.
    pub fn with_world<T>(&self, look: impl FnOnce(&mut World) -> T) -> T {
        let looked = self.at_bus(|world| {
            let looked = look(world);
            world.records.seal(world.now);
            looked
        });
        self.wake();
        looked
    }

    /// The world at the present instant, without telling subscriptions: they ask themselves.
    pub(crate) fn at_bus<T>(&self, look: impl FnOnce(&mut World) -> T) -> T {
        let mut state = self.state();
        state.world.due(self.clock.now());
        look(&mut state.world)
    }

    /// Tells open subscriptions that something may have changed for them.
    fn wake(&self) {
        self.changes.send_modify(|changes| *changes += 1);
    }

    /// What [`Sim::wake`] moves.
    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// What the world holds, as lines that two worlds can be compared by.
    pub fn dump_lines(&self) -> DumpLines {
        self.with_world(|world| world.dump_lines())
    }

    /// Creates a record as a rep does.
    pub fn create_as_rep(
        &self,
        object: Object,
        fields: &serde_json::Value,
    ) -> Result<RecordId, Refused> {
        self.with_world(|world| world.create_as_rep(object, fields))
    }

    /// Edits a record as a rep does.
    pub fn edit_as_rep(&self, id: RecordId, fields: &serde_json::Value) -> Result<(), Refused> {
        self.with_world(|world| world.edit_as_rep(id, fields))
    }

    /// Deletes a record as a rep does.
    pub fn delete_as_rep(&self, id: RecordId) -> Result<(), Refused> {
        self.with_world(|world| world.delete_as_rep(id))
    }

    /// Takes a record out of the Recycle Bin.
    pub fn undelete_as_rep(&self, id: RecordId) -> Result<(), Refused> {
        self.with_world(|world| world.undelete_as_rep(id))
    }

    /// Converts a Lead as a rep does.
    pub fn convert_as_rep(&self, id: RecordId, how: &Conversion) -> Result<Converted, Refused> {
        self.with_world(|world| world.convert_as_rep(id, how))
    }

    /// Merges records as a rep does.
    pub fn merge_as_rep(&self, master: RecordId, losers: &[RecordId]) -> Result<(), Refused> {
        self.with_world(|world| world.merge_as_rep(master, losers))
    }

    /// Changes the org's rules for writing.
    pub fn set_rules(&self, rules: Rules) -> Result<(), Refused> {
        self.with_world(|world| world.set_rules(rules))
    }

    /// The fields of a record as REST writes them.
    pub fn record(&self, id: RecordId) -> Option<serde_json::Value> {
        self.with_world(|world| world.record(id))
    }

    /// Every visible record.
    pub fn dump(&self) -> serde_json::Value {
        self.with_world(|world| world.dump())
    }

    /// Adds a fault behind those that wait already.
    pub fn inject(&self, fault: Fault) {
        self.state().faults.push(fault);
    }

    /// Takes all faults away.
    pub fn heal(&self) {
        self.state().faults.clear();
    }

    /// The calls of late, oldest first. Controls and pages for people are among them; `/_sim` is
    /// not.
    pub fn calls(&self) -> Vec<CallRecord> {
        self.state().calls.all()
    }

    /// All calls since they were last forgotten, counted.
    pub fn call_summary(&self) -> CallSummary {
        self.state().calls.summary()
    }

    /// Forgets the calls and their counts.
    pub fn forget_calls(&self) {
        self.state().calls.clear();
    }

    /// The simulator in process. A cut connection is an error of the service.
    pub fn service(&self) -> SimService {
        let sim = self.clone();
        SimService::new(service_fn(move |request: HttpRequest<HttpBody>| {
            let sim = sim.clone();
            async move { sim.call(request).await.map_err(BoxError::from) }
        }))
    }

    /// The Pub/Sub API in process: gRPC requests as they come over HTTP/2. [`Sim::service`] and
    /// [`Sim::router`] answer them too.
    pub fn pubsub(&self) -> SimService {
        let sim = self.clone();
        SimService::new(service_fn(move |request: HttpRequest<HttpBody>| {
            let sim = sim.clone();
            async move { Ok(events::service::answer(&sim, request).await) }
        }))
    }

    /// The simulator as a router. A router cannot fail, so a cut connection is an answer whose
    /// body breaks off before its first byte.
    pub fn router(&self) -> axum::Router {
        let sim = self.clone();
        axum::Router::new().fallback(move |request: HttpRequest<HttpBody>| {
            let sim = sim.clone();
            async move {
                sim.call(request).await.unwrap_or_else(|cut| {
                    let broken = stream::iter([Err::<bytes::Bytes, _>(cut)]);
                    HttpResponse::new(HttpBody::from_stream(broken))
                })
            }
        })
    }

    async fn call(
        &self,
        request: HttpRequest<HttpBody>,
    ) -> Result<HttpResponse<HttpBody>, ConnectionCut> {
        if events::service::is_meant(request.headers()) {
            return self.call_grpc(request).await;
        }
        let (head, body) = request.into_parts();
        let most = body_bytes_max(&head.method, head.uri.path());
        let body = match Limited::new(body, most).collect().await {
            Ok(body) => body.to_bytes(),
            Err(error) if error.is::<LengthLimitError>() => {
                let answer = answer::plain(StatusCode::PAYLOAD_TOO_LARGE, "Payload Too Large");
                return Ok(sent(answer, &Action::default()));
            }
            Err(_) => return Err(ConnectionCut),
        };
        let request = HttpRequest::from_parts(head, body);
        if let ["_sim", what @ ("faults" | "calls")] = request
            .uri()
            .path()
            .split('/')
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()[..]
        {
            return Ok(sent(self.drive(what, &request), &Action::default()));
        }
        let action = self.fault_for(&request);
        wait(&action).await;
        let answered = self.answer(&request, &action);
        self.wake();
        Ok(sent(answered?, &action))
    }

    /// A call by gRPC. Of a fault it feels the latency and the cut before anything happens.
    async fn call_grpc(
        &self,
        request: HttpRequest<HttpBody>,
    ) -> Result<HttpResponse<HttpBody>, ConnectionCut> {
        let action = self.fault_for(&request);
        wait(&action).await;
        if action.cut == Some(Cut::Before) {
            return Err(ConnectionCut);
        }
        Ok(events::service::answer(self, request).await)
    }

    /// What the first fault that meets the call does to it. Controls meet no fault.
    fn fault_for<B>(&self, request: &HttpRequest<B>) -> Action {
        if request.uri().path().starts_with("/_sim") {
            return Action::default();
        }
        let mut state = self.state();
        let mut met_by = state.faults.iter_mut().filter(|fault| fault.meets(request));
        let met = met_by.find_map(|fault| {
            let is_over = fault.matching.after_calls == 0;
            fault.matching.after_calls = fault.matching.after_calls.saturating_sub(1);
            is_over.then_some(fault)
        });
        let Some(fault) = met else {
            return Action::default();
        };
        fault.times -= 1;
        let action = fault.action.clone();
        state.faults.retain(|fault| fault.times > 0);
        action
    }

    /// Asks the world, or does not, as `action` wants, and logs the call.
    fn answer(
        &self,
        request: &answer::Request,
        action: &Action,
    ) -> Result<Response, ConnectionCut> {
        let now = self.clock.now();
        let mut call = CallRecord::begun(request, now);
        let mut state = self.state();
        if let Some(ended) = action.ends {
            end(&mut state.world, ended, request);
        }
        let answered = if action.cut == Some(Cut::Before) {
            None
        } else if let Some(answer) = action.answer(request) {
            Some(answer)
        } else {
            let State { world, entropy, .. } = &mut *state;
            world.delay_commits(action.commit_after_ms.map(Duration::from_millis));
            let response = world.handle(now, entropy, request);
            world.delay_commits(None);
            let touched = response
                .extensions()
                .get::<Touched>()
                .copied()
                .unwrap_or_default();
            call.read = touched.read;
            call.written = touched.written;
            if touched.written > 0 {
                call.kind = CallKind::Write;
            }
            Some(response)
        };
        let answered = answered.filter(|_| match action.cut {
            None | Some(Cut::Body) => true,
            Some(Cut::Before | Cut::After) => false,
        });
        call.status = answered.as_ref().map(|response| response.status().as_u16());
        if !call.path.starts_with("/_sim") {
            state.calls.push(call);
        }
        answered.ok_or(ConnectionCut)
    }

    /// The driver's own controls.
    fn drive(&self, what: &str, request: &answer::Request) -> Response {
        let done = || answer::json(StatusCode::OK, "true");
        match (request.method(), what) {
            (&Method::GET, "calls") if request.uri().query() == Some("summary=1") => {
                answer::json_value(StatusCode::OK, &serde_json::json!(self.call_summary()))
            }
            (&Method::GET, "calls") => {
                answer::json_value(StatusCode::OK, &serde_json::json!(self.calls()))
            }
            (&Method::DELETE, "calls") => {
                self.forget_calls();
                done()
            }
            (&Method::GET, "faults") => {
                answer::json_value(StatusCode::OK, &serde_json::json!(self.state().faults))
            }
            (&Method::POST, "faults") => {
                match serde_json::from_slice::<Vec<Fault>>(request.body()) {
                    Ok(faults) => {
                        self.state().faults.extend(faults);
                        done()
                    }
                    Err(error) => answer::plain(StatusCode::BAD_REQUEST, error.to_string()),
                }
            }
            (&Method::DELETE, "faults") => {
                self.heal();
                done()
            }
            (_, _) => answer::plain(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed"),
        }
    }
}

async fn wait(action: &Action) {
    if action.latency_ms > 0 {
        tokio::time::sleep(Duration::from_millis(action.latency_ms)).await;
    }
}

/// Ends what a fault ends, as seen by the call that met it.
fn end(world: &mut World, ended: Ended, request: &answer::Request) {
    match ended {
        Ended::Session => world.end_session(request.headers()),
        Ended::AccessTokens => world.expire_access_tokens(),
        Ended::RefreshTokens => world.expire_refresh_tokens(),
        Ended::DailyLimit => world.spend_day(),
    }
}
