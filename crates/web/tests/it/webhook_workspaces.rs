//! Two workspaces of one app: one is gone, and its deliveries cost the other nothing.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use engine::Step;
use intercom_sim::{DeliveryFilter, Fate, Fault, Sim, WebhookControls};
use model::{ConnectionId, MatchKey};
use salesforce_sim::Object;
use serde_json::{Map, Value, json};
use store::ConnectionState;
use store_sqlite::SqliteInbox;
use tower::ServiceExt;
use transport::{BoxError, HttpService, TransportError};
use web::SettingsAccess;

use crate::clouds::{REFRESH_TOKEN, VirtualClock, apps, org};
use crate::webhook_odd::signed;
use crate::world::{Outside, World};

const HOOK: &str = "https://carrick.example/intercom/main/webhook";
const UNINSTALLED: &str = "https://carrick.example/intercom/main/uninstall";
/// What the app of [`apps`] has.
const SECRET: &str = "intercom-secret";
const LEADS: u32 = 40;

struct Workspaces {
    world: World,
    salesforce: salesforce_sim::Sim,
    gone: Workspace,
    live: Workspace,
}

struct Workspace {
    sim: Sim,
    id: ConnectionId,
}

impl Workspaces {
    /// Both connected to one org and synced.
    async fn synced() -> Self {
        let clock = VirtualClock::begin();
        let sims = ["gone", "live"].map(|token| workspace(token, clock.clone()));
        let salesforce = org(4, 4, clock.clone());
        let outside = Outside {
            http: network(&sims, &salesforce),
            clock,
            apps: apps(),
        };
        let inbox = Arc::new(SqliteInbox::in_memory());
        let world = World::on(outside, SettingsAccess::Loopback, inbox);
        let mut ids = Vec::new();
        for (name, sim) in ["gone", "live"].into_iter().zip(&sims) {
            sim.connect(world.service());
            let id = world.connection(name).await.id;
            let engine = &world.engine;
            let connected = engine.connect_intercom_token(id, "main", name.into());
            connected.await.unwrap();
            let connected = engine.connect_salesforce_refresh_token(id, REFRESH_TOKEN.into());
            connected.await.unwrap();
            engine.sync_to_end(id).await.unwrap();
            ids.push(id);
        }
        let [gone, live] = sims;
        let workspaces = Self {
            world,
            salesforce,
            gone: Workspace {
                sim: gone,
                id: ids[0],
            },
            live: Workspace {
                sim: live,
                id: ids[1],
            },
        };
        workspaces.settle().await;
        workspaces
    }

    /// What both sides tell reaches its effect in the workspace that is there.
    async fn settle(&self) {
        for _ in 0..8 {
            for step in [Step::Inbox, Step::Poll, Step::Rewalk, Step::Queue] {
                self.world.engine.step(self.live.id, step).await.unwrap();
            }
            self.gone.sim.step_due().await;
            self.live.sim.step_due().await;
            pass(3).await;
        }
    }

    async fn state_of(&self, workspace: &Workspace) -> ConnectionState {
        let overview = self.world.engine.overview(workspace.id).await.unwrap();
        overview.connection.state
    }
}

impl Workspace {
    fn edit(&self, index: u32, field: &str, value: &str) {
        let fields: Map<String, Value> = [(field.to_owned(), json!(value))].into_iter().collect();
        let contact = self.sim.lead_id(index);
        self.sim.edit_contact(contact, &fields).unwrap();
    }

    /// Email and record of a lead, as Intercom shows them.
    fn shown_of(&self, index: u32) -> (String, String) {
        let id = self.sim.lead_id(index).to_string();
        let all = self.sim.contacts();
        let row = all.iter().find(|row| row["id"] == id.as_str()).unwrap();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let record = &row["custom_attributes"]["SALESFORCE_ID"];
        (text(&row["email"]), text(record))
    }

    /// How many deliveries were answered, and the answers.
    fn answers(&self) -> (usize, Vec<u16>) {
        let told = self.sim.deliveries(&DeliveryFilter::default());
        let mut answers: Vec<u16> = told.iter().filter_map(|it| it.status).collect();
        answers.sort_unstable();
        answers.dedup();
        (told.len(), answers)
    }
}

fn workspace(token: &str, clock: Arc<VirtualClock>) -> Sim {
    let options = intercom_sim::Options {
        leads: LEADS,
        users: 4,
        companies: 2,
        conversations: 0,
        token: Some(token.to_owned()),
        client_secret: SECRET.to_owned(),
        webhook_url: Some(HOOK.to_owned()),
        uninstall_url: Some(UNINSTALLED.to_owned()),
        rate_limit: None,
        workspace_rate_limit: None,
        ..intercom_sim::Options::default()
    };
    // Another seed is another workspace, with other people.
    Sim::new(options, clock, u64::from(token == "live"))
}

/// One host for both workspaces, as the vendor has: the token says which one is meant.
fn network(sims: &[Sim; 2], salesforce: &salesforce_sim::Sim) -> HttpService {
    let [gone, live] = sims.each_ref().map(Sim::service);
    let org = salesforce.service();
    HttpService::new(tower::service_fn(move |request: Request<Body>| {
        let (gone, live, org) = (gone.clone(), live.clone(), org.clone());
        async move {
            let token = request.headers().get(header::AUTHORIZATION).cloned();
            match (request.uri().port_u16(), token) {
                (Some(4010), _) => org.oneshot(request).await,
                (Some(4020), Some(token)) if token == "Bearer gone" => gone.oneshot(request).await,
                (Some(4020), Some(token)) if token == "Bearer live" => live.oneshot(request).await,
                _ => {
                    let source = "nobody listens there".into();
                    Err(BoxError::from(TransportError::NotSent { source }))
                }
            }
        }
    }))
}

async fn pass(seconds: u64) {
    // sleeps because: the clock is paused, and this is how time passes for everybody.
    tokio::time::sleep(Duration::from_secs(seconds)).await;
}

#[tokio::test(start_paused = true)]
async fn i6_a_thousand_deliveries_of_an_uninstalled_workspace_cost_the_others_none() {
    let both = Workspaces::synced().await;
    let mut leads = Vec::new();
    for index in 0..LEADS {
        let email = format!("deal-{index}@else.example");
        let fields = json!({ "LastName": "Deal", "Company": "Else", "Email": email });
        leads.push((
            index,
            email,
            both.salesforce.create_as_rep(Object::Lead, &fields),
        ));
    }
    both.settle().await;
    both.gone.sim.forget_deliveries();
    both.live.sim.forget_deliveries();

    // A thousand changes are on their way when somebody removes the app.
    both.gone.sim.set_webhook_controls(WebhookControls {
        delay_ms: 10_000,
        ..WebhookControls::default()
    });
    for change in 0..1_000 {
        let name = format!("Late {change}");
        both.gone.edit(change % LEADS, "name", &name);
    }
    both.gone.sim.uninstall();
    assert_eq!(both.gone.sim.step_due().await, 1, "the notice");
    assert_eq!(
        both.state_of(&both.gone).await,
        ConnectionState::Uninstalled
    );
    both.gone.sim.forget_calls();

    pass(10).await;
    for (index, email, _) in &leads {
        both.live.edit(*index, "email", email);
    }
    let (of_gone, of_live) = tokio::join!(both.gone.sim.step_due(), both.live.sim.step_due());
    assert_eq!(of_gone, 1_000);
    assert_eq!(both.gone.answers(), (1_001, vec![200]));
    assert_eq!(both.live.answers(), (of_live, vec![200]));
    let lost = DeliveryFilter {
        fate: Some(Fate::Dropped),
        ..DeliveryFilter::default()
    };
    assert_eq!(both.live.sim.deliveries(&lost), []);

    both.settle().await;
    let shown = both.live.sim.contacts();
    for (index, _, record) in leads {
        let contact = both.live.sim.lead_id(index).to_string();
        let row = shown.iter().find(|row| row["id"] == contact.as_str());
        let record = record.unwrap().to_string();
        assert_eq!(
            row.unwrap()["custom_attributes"]["SALESFORCE_ID"],
            record.as_str()
        );
    }
    let overview = both.world.engine.overview(both.live.id).await.unwrap();
    assert_eq!(
        overview.deliveries_of_strangers, 1_000,
        "dropped and counted"
    );
    assert_eq!(both.world.inbox.kept_count().await.unwrap(), 0);
    assert!(
        both.gone.sim.calls().is_empty(),
        "nobody asks there any more"
    );
    assert_eq!(both.state_of(&both.live).await, ConnectionState::Ready);
}

#[tokio::test(start_paused = true)]
async fn i6_what_was_kept_before_the_uninstall_is_dropped_and_reconnecting_starts_again() {
    let both = Workspaces::synced().await;
    both.gone.edit(0, "email", "kept@gone.example");
    both.gone.sim.step_due().await;
    assert!(both.world.inbox.kept_count().await.unwrap() > 0);
    both.gone.sim.uninstall();
    both.gone.sim.step_due().await;
    let engine = &both.world.engine;
    engine.step(both.live.id, Step::Inbox).await.unwrap();
    assert_eq!(both.world.inbox.kept_count().await.unwrap(), 0);
    let contact = both.gone.sim.lead_id(0).to_string().parse().unwrap();
    let stored = engine
        .store()
        .contact(both.gone.id, &contact)
        .await
        .unwrap();
    assert_ne!(
        stored.unwrap().key,
        MatchKey::from_email("kept@gone.example")
    );

    let page = both.world.get("/connections/gone").await;
    let words = "The app was removed from the Intercom workspace. Nothing is written.";
    assert!(page.text.contains(words), "{}", page.text);
    let salesforce = engine.connect_salesforce_refresh_token(both.gone.id, REFRESH_TOKEN.into());
    salesforce.await.unwrap();
    assert_eq!(
        both.state_of(&both.gone).await,
        ConnectionState::Uninstalled
    );
}

#[tokio::test(start_paused = true)]
async fn a_replayed_delivery_is_taken_and_changes_nothing() {
    let both = Workspaces::synced().await;
    for name in ["first", "second"] {
        let fields = json!({
            "LastName": name, "Company": "Else", "Email": format!("{name}@else.example"),
        });
        both.salesforce
            .create_as_rep(Object::Lead, &fields)
            .unwrap();
        both.live.edit(0, "email", &format!("{name}@else.example"));
        both.settle().await;
        assert_eq!(both.live.shown_of(0).0, format!("{name}@else.example"));
    }
    let before = both.live.shown_of(0);
    let told = both.live.sim.deliveries(&DeliveryFilter::default());
    both.live.sim.forget_calls();
    for delivery in &told {
        assert!(
            both.live
                .sim
                .resend_webhook(delivery.id.as_deref().unwrap())
        );
    }
    assert_eq!(both.live.sim.step_due().await, told.len());
    assert_eq!(both.live.answers().1, [200]);
    both.settle().await;
    assert_eq!(
        both.live.shown_of(0),
        before,
        "nor does an old one bring back what was"
    );
    assert_eq!(both.live.sim.call_summary().writes, 0);
    let contact = both.live.sim.lead_id(0).to_string().parse().unwrap();
    let store = both.world.engine.store();
    let stored = store.contact(both.live.id, &contact).await.unwrap();
    assert_eq!(
        stored.unwrap().key,
        MatchKey::from_email("second@else.example")
    );
}

#[tokio::test(start_paused = true)]
async fn i6_an_uninstall_notice_is_believed_with_its_own_signature_only() {
    let both = Workspaces::synced().await;
    let body = json!({ "app_id": both.gone.sim.workspace_id() }).to_string();
    let ask = |path: &'static str, header: Option<(&'static str, String)>, body: &str| {
        let mut request = Request::post(path);
        if let Some((name, value)) = header {
            request = request.header(name, value);
        }
        both.world
            .ask(request.body(Body::from(body.to_owned())).unwrap())
    };
    let path = "/intercom/main/uninstall";
    for header in [
        None,
        Some(("x-hub-signature", format!("sha1={}", "0".repeat(40)))),
        Some(("x-body-signature", "0".repeat(64))),
        Some(("x-body-signature", String::new())),
    ] {
        let answer = ask(path, header, &body).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    }
    let elsewhere = ask("/intercom/other/uninstall", None, &body).await;
    assert_eq!(elsewhere.status, StatusCode::NOT_FOUND);
    assert_eq!(both.state_of(&both.gone).await, ConnectionState::Ready);

    both.gone.sim.uninstall();
    both.gone.sim.step_due().await;
    both.gone.sim.uninstall();
    both.gone.sim.step_due().await;
    let notices = both.gone.sim.deliveries(&DeliveryFilter {
        topic: Some("uninstall".to_owned()),
        ..DeliveryFilter::default()
    });
    let answers: Vec<_> = notices.iter().map(|it| it.status).collect();
    assert_eq!(answers, [Some(200), Some(200)], "twice is no trouble");
    assert_eq!(
        both.state_of(&both.gone).await,
        ConnectionState::Uninstalled
    );
    assert_eq!(both.state_of(&both.live).await, ConnectionState::Ready);
}

#[tokio::test(start_paused = true)]
async fn i6_a_notice_of_an_earlier_installation_stops_nothing() {
    let both = Workspaces::synced().await;
    let body = json!({ "app_id": both.gone.sim.workspace_id() }).to_string();
    let notice = || {
        let signature = signed(SECRET, body.as_bytes());
        Request::post("/intercom/main/uninstall")
            .header("x-body-signature", signature)
            .body(Body::from(body.clone()))
            .unwrap()
    };
    assert_eq!(both.world.ask(notice()).await.status, StatusCode::OK);
    assert_eq!(both.state_of(&both.gone).await, ConnectionState::Ready);
    // An outage does not say that the token is taken.
    both.gone.sim.add_fault(Fault {
        path: "/me".to_owned(),
        status: Some(503),
        times: 100,
        ..Fault::default()
    });
    assert_eq!(both.world.ask(notice()).await.status, StatusCode::OK);
    assert_eq!(
        both.state_of(&both.gone).await,
        ConnectionState::Uninstalled
    );
}
