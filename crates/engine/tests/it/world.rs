// long because: what every story of the engine stands on is in one place.
//! A whole installation in one process: both clouds, a store in memory, the engine, and a clock
//! that moves when nobody works.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use engine::{
    Apps, CardAsk, CardContact, Click, Engine, Mailer, Mailing, Parts, SealKey, Shown, Step,
};
use http_body_util::BodyExt;
use intercom_sim::{CallKind, ObjectId};
use model::{
    Clock, ConnectionId, How, MatchKey, PersonKey, SeededEntropy, Settings, Timestamp, ic,
};
use population::{Counts, Population};
use salesforce_sim::RecordId;
use serde_json::{Map, Value, json};
use store::Persons as _;
use store_sqlite::{SqliteInbox, SqliteStore};
use tokio::time::Instant;
use tower::ServiceExt;
use transport::{Body, BoxError, HttpService, TransportError};

pub(crate) const INTERCOM: &str = "http://127.0.0.1:4020";
pub(crate) const SALESFORCE: &str = "http://127.0.0.1:4010";
pub(crate) const INTERCOM_SECRET: &str = "intercom-secret";
const INTERCOM_APP: &str = "intercom-app";
const SALESFORCE_APP: &str = "salesforce-app";
const SALESFORCE_SECRET: &str = "salesforce-secret";
const INTERCOM_TOKEN: &str = "intercom-token";
const REFRESH_TOKEN: &str = "salesforce-refresh-token";

/// Virtual time: a fixed start plus what tokio's paused clock has moved since.
#[derive(Clone)]
pub(crate) struct VirtualClock {
    start: Timestamp,
    began: Instant,
}

impl Clock for VirtualClock {
    fn now(&self) -> Timestamp {
        self.start.plus(self.began.elapsed())
    }
}

/// A fault that waits for the next call that creates or changes a Lead. Polls and look-ups use the
/// same path, so it has to be told by the body.
pub(crate) type Trap = Arc<Mutex<Option<(&'static str, salesforce_sim::Action)>>>;

/// Both clouds, before anybody connects them.
pub(crate) struct World {
    pub(crate) trap: Trap,
    parts: Shared,
    pub(crate) clock: Arc<VirtualClock>,
    pub(crate) intercom: intercom_sim::Sim,
    pub(crate) salesforce: salesforce_sim::Sim,
    pub(crate) engine: Engine,
    pub(crate) id: ConnectionId,
}

/// What a second engine on the same store shares with the first.
#[derive(Clone)]
struct Shared {
    store: Arc<SqliteStore>,
    inbox: Arc<SqliteInbox>,
    http: HttpService,
    mailer: Option<Arc<dyn Mailer>>,
}

/// How many of each there are.
#[derive(Clone, Copy)]
pub(crate) struct Size {
    pub(crate) leads: u32,
    pub(crate) contacts: u32,
}

impl World {
    /// Twelve of each: one of every circumstance of the population.
    pub(crate) async fn small() -> Self {
        Self::of(Size {
            leads: 12,
            contacts: 12,
        })
        .await
    }

    /// Nobody but the teammates.
    pub(crate) async fn empty() -> Self {
        Self::of(Size {
            leads: 0,
            contacts: 0,
        })
        .await
    }

    pub(crate) async fn of(size: Size) -> Self {
        Self::in_org(size, salesforce_sim::Options::default()).await
    }

    /// As `of`, in an org that is otherwise as `org` says.
    pub(crate) async fn in_org(size: Size, org: salesforce_sim::Options) -> Self {
        let clock = Arc::new(VirtualClock {
            start: "2026-11-22T12:00:00Z".parse().unwrap(),
            began: Instant::now(),
        });
        let intercom = intercom_sim::Sim::new(
            intercom_sim::Options {
                leads: size.leads,
                users: size.contacts,
                companies: 6,
                conversations: 0,
                token: Some(INTERCOM_TOKEN.to_owned()),
                client_id: INTERCOM_APP.to_owned(),
                client_secret: INTERCOM_SECRET.to_owned(),
                webhook_url: Some("http://127.0.0.1:4000/intercom/main/webhook".to_owned()),
                rate_limit: None,
                workspace_rate_limit: None,
                region: "EU".to_owned(),
                ..intercom_sim::Options::default()
            },
            clock.clone(),
            1,
        );
        let salesforce = salesforce_sim::Sim::new(
            salesforce_sim::Options {
                leads: size.leads,
                contacts: size.contacts,
                accounts: 6,
                opportunities: 0,
                cases: 0,
                client_id: SALESFORCE_APP.to_owned(),
                client_secret: SALESFORCE_SECRET.to_owned(),
                instance_url: Some(SALESFORCE.to_owned()),
                refresh_token: Some(REFRESH_TOKEN.to_owned()),
                ..org
            },
            clock.clone(),
            1,
        );
        let trap = Trap::default();
        let parts = Shared {
            store: Arc::new(SqliteStore::in_memory()),
            inbox: Arc::new(SqliteInbox::in_memory()),
            http: both(&intercom, &salesforce, trap.clone()),
            mailer: None,
        };
        let engine = engine_on(&parts, clock.clone());
        let connection = engine
            .create_connection("acme", Settings::default())
            .await
            .unwrap();
        Self {
            trap,
            parts,
            clock,
            intercom,
            salesforce,
            engine,
            id: connection.id,
        }
    }

    /// The process ended and another one starts on the same store.
    pub(crate) async fn restart(&mut self) {
        self.restart_without_resuming();
        self.step(Step::Resume).await;
    }

    /// As `restart`, without what a start does first.
    pub(crate) fn restart_without_resuming(&mut self) {
        self.engine = engine_on(&self.parts, self.clock.clone());
    }

    /// The operator sets up mail: another start, with a mail server.
    pub(crate) fn set_up_mail(&mut self, mailer: Arc<dyn Mailer>) {
        self.parts.mailer = Some(mailer);
        self.restart_without_resuming();
    }

    /// The next call that creates a Lead meets this.
    pub(crate) fn trap(&self, action: salesforce_sim::Action) {
        *self.trap.lock().unwrap() = Some(("POST", action));
    }

    /// The next call that changes a Lead meets this.
    pub(crate) fn trap_change(&self, action: salesforce_sim::Action) {
        *self.trap.lock().unwrap() = Some(("PATCH", action));
    }

    /// A fuzzy rule of the org's own: for the next call that creates a Lead it finds these, whose
    /// emails are others. Saving is allowed.
    pub(crate) fn find_duplicates(&self, ids: &[&str]) {
        let record = |id: &&str| {
            let object = if id.starts_with("003") {
                "Contact"
            } else {
                "Lead"
            };
            let url = format!("/services/data/v67.0/sobjects/{object}/{id}");
            json!({ "record": { "attributes": { "type": object, "url": url }, "Id": id } })
        };
        let matches: Vec<Value> = ids.iter().map(record).collect();
        let detail = json!([{
            "errorCode": "DUPLICATES_DETECTED", "message": "Use one of these records?",
            "duplicateResut": { "allowSave": true, "matchResults": [{ "matchRecords": matches }] },
        }]);
        let halted = json!([{ "errorCode": "PROCESSING_HALTED", "message": "Invalid reference" }]);
        let refused = |reference: &str, body: &Value| {
            json!({
                "body": body, "httpHeaders": {}, "httpStatusCode": 400, "referenceId": reference,
            })
        };
        let parts = [refused("lead", &detail), refused("shown", &halted)];
        self.trap(salesforce_sim::Action {
            status: Some(200),
            body: Some(json!({ "compositeResponse": parts }).to_string()),
            ..salesforce_sim::Action::default()
        });
    }

    /// Connects both sides with tokens.
    pub(crate) async fn connect(&self) {
        let engine = &self.engine;
        engine
            .connect_intercom_token(self.id, "main", INTERCOM_TOKEN.into())
            .await
            .unwrap();
        engine
            .connect_salesforce_refresh_token(self.id, REFRESH_TOKEN.into())
            .await
            .unwrap();
    }

    /// Connected and synced; the call logs start empty.
    pub(crate) async fn synced() -> Self {
        let world = Self::small().await;
        world.connect().await;
        world.engine.sync_to_end(world.id).await.unwrap();
        world.settle().await;
        world.forget_calls();
        world
    }

    /// Another process on the same store would see the same: a fresh engine has only the store.
    pub(crate) async fn step(&self, step: Step) {
        self.engine.step(self.id, step).await.unwrap();
    }

    /// Lets webhooks, polls and the queue run until nothing is left to do.
    pub(crate) async fn settle(&self) {
        for _ in 0..8 {
            self.deliver_webhooks().await;
            self.step(Step::Inbox).await;
            self.step(Step::Poll).await;
            self.step(Step::Rewalk).await;
            self.step(Step::Queue).await;
            self.step(Step::Tell).await;
            self.pass(Duration::from_secs(3)).await;
        }
        assert_eq!(
            self.engine.overview(self.id).await.unwrap().queued,
            0,
            "the queue is drained"
        );
    }

    /// Delivers what Intercom has to deliver.
    pub(crate) async fn deliver_webhooks(&self) {
        for effect in self.intercom.take_effects() {
            let intercom_sim::Effect::Webhook(delivery) = effect else {
                continue;
            };
            let signature = delivery
                .headers
                .get("X-Hub-Signature")
                .unwrap()
                .to_str()
                .unwrap();
            let received = self
                .engine
                .receive("main", Some(signature), &delivery.body)
                .await;
            let status = match received {
                engine::Received::Kept
                | engine::Received::DroppedUnknownWorkspace
                | engine::Received::DroppedTopic => http::StatusCode::OK,
                other => panic!("a webhook was answered with {other:?}"),
            };
            self.intercom
                .delivered(delivery.sequence, intercom_sim::Outcome::Answered(status));
        }
    }

    pub(crate) async fn pass(&self, time: Duration) {
        // sleeps because: the clock is paused, and this is how time passes for everybody.
        tokio::time::sleep(time).await;
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(crate) fn forget_calls(&self) {
        self.intercom.forget_calls();
        self.salesforce.forget_calls();
    }

    /// Writes that reached Intercom.
    pub(crate) fn intercom_writes(&self) -> usize {
        self.intercom
            .calls()
            .iter()
            .filter(|call| call.kind == CallKind::Write)
            .count()
    }

    /// Records that were written in Salesforce.
    pub(crate) fn salesforce_writes(&self) -> u32 {
        self.salesforce
            .calls()
            .iter()
            .map(|call| call.written)
            .sum()
    }

    /// What Intercom shows of a contact's Salesforce attributes.
    pub(crate) fn attributes(&self, contact: ObjectId) -> BTreeMap<String, String> {
        let all = self.intercom.contacts();
        let shown = all
            .iter()
            .find(|it| it["id"] == contact.to_string().as_str())
            .unwrap();
        shown["custom_attributes"]
            .as_object()
            .unwrap()
            .iter()
            .filter(|(name, _)| name.starts_with("SALESFORCE_"))
            .filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())))
            .collect()
    }

    pub(crate) fn attribute(&self, contact: ObjectId, name: &str) -> Option<String> {
        self.attributes(contact).remove(name)
    }

    /// All records of an object, deleted ones too, as the org's dump has them.
    pub(crate) fn records(&self, object: &str) -> Vec<Value> {
        let dump = self.salesforce.dump();
        dump[object].as_array().cloned().unwrap_or_default()
    }

    pub(crate) fn lead_with_email(&self, email: &str) -> Vec<Value> {
        let same = |lead: &Value| {
            lead["Email"]
                .as_str()
                .is_some_and(|it| it.eq_ignore_ascii_case(email))
        };
        self.records("Lead").into_iter().filter(same).collect()
    }

    /// How the contacts with this email are linked to what they show, in the store.
    pub(crate) async fn how_linked(&self, email: &str) -> Vec<How> {
        let person = PersonKey::Matched(MatchKey::from_email(email).unwrap());
        let rows = self.parts.store.persons(self.id, &[person]).await.unwrap();
        rows[0].links.iter().map(|link| link.how).collect()
    }

    pub(crate) fn edit_record(&self, id: &str, fields: &Value) {
        let id: RecordId = id.parse().unwrap();
        self.salesforce.edit_as_rep(id, fields).unwrap();
    }

    pub(crate) fn contact(&self, id: ObjectId) -> CardContact {
        let all = self.intercom.contacts();
        let shown = all
            .iter()
            .find(|it| it["id"] == id.to_string().as_str())
            .unwrap();
        let text = |name: &str| shown[name].as_str().map(str::to_owned);
        CardContact {
            id: id.to_string().parse().unwrap(),
            email: text("email"),
            name: text("name"),
            phone: text("phone"),
        }
    }

    pub(crate) async fn click(&self, contact: ObjectId, click: Click) -> Shown {
        let ask = CardAsk {
            app: "main".to_owned(),
            workspace: self.intercom.workspace_id().parse().unwrap(),
            teammate: teammate(),
            contact: Some(self.contact(contact)),
            conversation: None,
            click,
        };
        self.engine.card(ask).await.shown
    }
}

/// Who lives in the small world.
pub(crate) fn people() -> Population {
    Population::new(
        1,
        Counts {
            leads: 12,
            contacts: 12,
            companies: 6,
            teammates: 8,
        },
    )
}

/// The email under which a seeded Lead stands in Salesforce.
pub(crate) fn lead_email(index: u32) -> String {
    people().lead(index).salesforce_email.unwrap()
}

pub(crate) fn teammate() -> ic::TeammateId {
    "814860".parse().unwrap()
}

pub(crate) fn fields(pairs: &[(&str, Value)]) -> Map<String, Value> {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.clone()))
        .collect()
}

/// The app, as it is reached at `api_url`.
fn intercom_app(api_url: &str) -> intercom::App {
    intercom::App {
        client_id: INTERCOM_APP.to_owned(),
        client_secret: INTERCOM_SECRET.into(),
        authorize_url: format!("{INTERCOM}/oauth").parse().unwrap(),
        api_url: api_url.parse().unwrap(),
    }
}

fn engine_on(parts: &Shared, clock: Arc<VirtualClock>) -> Engine {
    Engine::new(Parts {
        store: parts.store.clone(),
        inbox: parts.inbox.clone(),
        http: parts.http.clone(),
        clock,
        entropy: Box::new(SeededEntropy::new(1, "engine")),
        apps: Apps {
            intercom: BTreeMap::from([
                ("main".to_owned(), intercom_app(INTERCOM)),
                (
                    "official".to_owned(),
                    intercom_app("https://api.intercom.io"),
                ),
            ]),
            salesforce: salesforce::App {
                client_id: SALESFORCE_APP.to_owned(),
                client_secret: SALESFORCE_SECRET.into(),
                login_url: SALESFORCE.parse().unwrap(),
            },
            loopback: salesforce::Loopback::Allowed,
        },
        key: SealKey::generate(&mut SeededEntropy::new(1, "key")),
        mail: parts.mailer.clone().map(|mailer| Mailing {
            mailer,
            page_of: Box::new(|name| {
                let page = format!("https://carrick.example/of/{name}");
                page.parse().unwrap()
            }),
        }),
    })
}

/// One service for both hosts, as the network would be.
fn both(intercom: &intercom_sim::Sim, salesforce: &salesforce_sim::Sim, trap: Trap) -> HttpService {
    let (intercom, org) = (intercom.service(), salesforce.clone());
    HttpService::new(tower::service_fn(move |request: http::Request<Body>| {
        let (intercom, org, trap) = (intercom.clone(), org.clone(), trap.clone());
        async move {
            if let Some("api.intercom.io" | "api.eu.intercom.io") = request.uri().host() {
                return intercom.oneshot(request).await;
            }
            match request.uri().port_u16() {
                Some(4010) => {
                    let (head, body) = request.into_parts();
                    let body = body.collect().await?.to_bytes();
                    spring(&trap, &org, &body);
                    let request = http::Request::from_parts(head, Body::from(body));
                    org.service().oneshot(request).await
                }
                Some(4020) => intercom.oneshot(request).await,
                Some(_) | None => {
                    let source = "nobody listens there".into();
                    Err(BoxError::from(TransportError::NotSent { source }))
                }
            }
        }
    }))
}

/// Gives the waiting fault to the org if this is the call that it waits for.
fn spring(trap: &Trap, org: &salesforce_sim::Sim, body: &[u8]) {
    let text = String::from_utf8_lossy(body);
    let sprung = trap.lock().unwrap().take_if(|(method, _)| {
        text.contains("/sobjects/Lead") && text.contains(&format!("\"{method}\""))
    });
    if let Some((_, action)) = sprung {
        let matching = salesforce_sim::Matching::default();
        org.inject(salesforce_sim::Fault {
            matching,
            times: 1,
            action,
        });
    }
}
