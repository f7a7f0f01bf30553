//! A server between both simulated clouds, and what can be read of them afterwards.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use engine::{Apps, Step};
use model::{Clock, ConnectionId, Settings, Timestamp};
use salesforce_sim::{Object, RecordId};
use serde_json::{Map, Value, json};
use store_sqlite::SqliteInbox;
use tokio::time::Instant;
use tower::ServiceExt;
use transport::{BoxError, HttpService, TransportError};
use web::SettingsAccess;

use crate::world::{Outside, World};

const INTERCOM: &str = "http://127.0.0.1:4020";
const SALESFORCE: &str = "http://127.0.0.1:4010";
const INTERCOM_TOKEN: &str = "intercom-token";
pub(crate) const REFRESH_TOKEN: &str = "salesforce-refresh-token";

/// A fixed start plus what tokio's paused clock has moved since.
pub(crate) struct VirtualClock {
    start: Timestamp,
    began: Instant,
}

impl VirtualClock {
    pub(crate) fn begin() -> Arc<Self> {
        Arc::new(Self {
            start: "2026-11-22T12:00:00Z".parse().unwrap(),
            began: Instant::now(),
        })
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> Timestamp {
        self.start.plus(self.began.elapsed())
    }
}

/// The connection `acme` between a workspace and an org.
pub(crate) struct Clouds {
    pub(crate) world: World,
    pub(crate) intercom: intercom_sim::Sim,
    pub(crate) salesforce: salesforce_sim::Sim,
    pub(crate) id: ConnectionId,
}

impl Clouds {
    /// So many leads and as many users in Intercom, and as many Leads and Contacts in Salesforce;
    /// connected, not synced.
    pub(crate) async fn connected(leads: u32, contacts: u32) -> Self {
        let clock = VirtualClock::begin();
        let intercom = workspace(leads, contacts, clock.clone());
        let salesforce = org(leads, contacts, clock.clone());
        let outside = Outside {
            http: both(&intercom, &salesforce),
            clock,
            apps: apps(),
        };
        let inbox = Arc::new(SqliteInbox::in_memory());
        let world = World::on(outside, SettingsAccess::Loopback, inbox);
        let id = world.connection("acme").await.id;
        let engine = &world.engine;
        engine
            .connect_intercom_token(id, "main", INTERCOM_TOKEN.into())
            .await
            .unwrap();
        engine
            .connect_salesforce_refresh_token(id, REFRESH_TOKEN.into())
            .await
            .unwrap();
        Self {
            world,
            intercom,
            salesforce,
            id,
        }
    }

    /// Twelve of each, connected and synced.
    pub(crate) async fn synced() -> Self {
        let clouds = Self::connected(12, 12).await;
        clouds.sync().await;
        clouds
    }

    pub(crate) async fn sync(&self) {
        self.world.engine.sync_to_end(self.id).await.unwrap();
        self.settle().await;
    }

    /// Lets the loops of production run until nothing is left to do.
    pub(crate) async fn settle(&self) {
        for _ in 0..8 {
            for step in [Step::Poll, Step::Rewalk, Step::Queue] {
                self.world.engine.step(self.id, step).await.unwrap();
            }
            self.pass(Duration::from_secs(3)).await;
        }
        let overview = self.world.engine.overview(self.id).await.unwrap();
        assert_eq!(overview.queued, 0, "the queue is drained");
    }

    pub(crate) async fn pass(&self, time: Duration) {
        // sleeps because: the clock is paused, and this is how time passes for everybody.
        tokio::time::sleep(time).await;
    }

    /// The settings as they are stored.
    pub(crate) async fn settings(&self) -> (Settings, i64) {
        let connection = self.world.named("acme").await;
        (connection.settings, connection.settings_rev)
    }

    /// Somebody changes the settings behind the pages.
    pub(crate) async fn choose(&self, change: impl FnOnce(&mut Settings)) {
        let (mut settings, rev) = self.settings().await;
        change(&mut settings);
        let saved = self.world.engine.put_settings(self.id, &settings, rev);
        saved.await.unwrap();
    }

    /// Who owns each contact in Intercom.
    pub(crate) fn owners(&self) -> BTreeMap<String, Option<String>> {
        let owner = |it: &Value| {
            let id = it["id"].as_str().unwrap().to_owned();
            (id, it["owner_id"].as_str().map(str::to_owned))
        };
        self.intercom.contacts().iter().map(owner).collect()
    }

    /// How many contacts show this record.
    pub(crate) fn shown_by(&self, record: RecordId) -> usize {
        let id = record.to_string();
        let all = self.intercom.contacts();
        let shows = |it: &&Value| it["custom_attributes"]["SALESFORCE_ID"] == id.as_str();
        all.iter().filter(shows).count()
    }

    /// A lead of Intercom gets this email, and nobody is told.
    pub(crate) fn give_email(&self, index: u32, email: &str) {
        let fields: Map<String, Value> = [("email".to_owned(), json!(email))].into_iter().collect();
        let contact = self.intercom.lead_id(index);
        self.intercom
            .edit_contact_silently(contact, &fields)
            .unwrap();
    }

    /// A rep makes a Lead with this email.
    pub(crate) fn lead(&self, name: &str, email: &str) -> RecordId {
        let fields = json!({ "LastName": name, "Company": "Acme", "Email": email });
        let made = self.salesforce.create_as_rep(Object::Lead, &fields);
        made.unwrap()
    }
}

fn workspace(leads: u32, users: u32, clock: Arc<VirtualClock>) -> intercom_sim::Sim {
    let options = intercom_sim::Options {
        leads,
        users,
        companies: 6,
        conversations: 0,
        token: Some(INTERCOM_TOKEN.to_owned()),
        rate_limit: None,
        workspace_rate_limit: None,
        ..intercom_sim::Options::default()
    };
    intercom_sim::Sim::new(options, clock, 1)
}

pub(crate) fn org(leads: u32, contacts: u32, clock: Arc<VirtualClock>) -> salesforce_sim::Sim {
    let options = salesforce_sim::Options {
        leads,
        contacts,
        accounts: 6,
        opportunities: 0,
        cases: 0,
        client_id: "salesforce-app".to_owned(),
        client_secret: "salesforce-secret".to_owned(),
        instance_url: Some(SALESFORCE.to_owned()),
        refresh_token: Some(REFRESH_TOKEN.to_owned()),
        ..salesforce_sim::Options::default()
    };
    salesforce_sim::Sim::new(options, clock, 1)
}

pub(crate) fn apps() -> Apps {
    let main = intercom::App {
        client_id: "intercom-app".to_owned(),
        client_secret: "intercom-secret".into(),
        authorize_url: format!("{INTERCOM}/oauth").parse().unwrap(),
        api_url: INTERCOM.parse().unwrap(),
    };
    Apps {
        intercom: BTreeMap::from([("main".to_owned(), main)]),
        salesforce: salesforce::App {
            client_id: "salesforce-app".to_owned(),
            client_secret: "salesforce-secret".into(),
            login_url: SALESFORCE.parse().unwrap(),
        },
        loopback: salesforce::Loopback::Allowed,
    }
}

/// One service for both hosts, as the network would be.
fn both(intercom: &intercom_sim::Sim, salesforce: &salesforce_sim::Sim) -> HttpService {
    let (intercom, org) = (intercom.service(), salesforce.clone());
    HttpService::new(tower::service_fn(move |request: Request<Body>| {
        let (intercom, org) = (intercom.clone(), org.clone());
        async move {
            match request.uri().port_u16() {
                Some(4010) => org.service().oneshot(request).await,
                Some(4020) => intercom.oneshot(request).await,
                Some(_) | None => {
                    let source = "nobody listens there".into();
                    Err(BoxError::from(TransportError::NotSent { source }))
                }
            }
        }
    }))
}
