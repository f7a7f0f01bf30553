//! A server in memory, requests to it, and what it answers.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Request, Response, StatusCode, header};
use axum::routing::{get, post};
use axum::{Json, Router};
use engine::{Apps, Connection, Engine, Parts, SealKey};
use model::{Clock, ManualClock, SeededEntropy, Settings, Timestamp};
use serde_json::json;
use store::Inbox;
use store_sqlite::{SqliteInbox, SqliteStore};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;
use transport::HttpService;
use web::{SettingsAccess, WebConfig};

/// The client secret of the app `main`; vendors' documented signatures are made with it.
pub(crate) const CLIENT_SECRET: &str = "test_client_secret_0123456789abcdef";

pub(crate) struct World {
    pub(crate) engine: Engine,
    pub(crate) inbox: Arc<dyn Inbox>,
    pub(crate) stop: CancellationToken,
    router: Router,
}

/// What is around a server.
pub(crate) struct Outside {
    pub(crate) http: HttpService,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) apps: Apps,
}

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with(SettingsAccess::Loopback, Arc::new(SqliteInbox::in_memory()))
    }

    pub(crate) fn with(settings_access: SettingsAccess, inbox: Arc<dyn Inbox>) -> Self {
        let clock = Arc::new(ManualClock::at(Timestamp::from_seconds(1_767_323_045)));
        let http = transport::in_process(vendors());
        Self::on(
            Outside {
                http,
                clock,
                apps: apps(),
            },
            settings_access,
            inbox,
        )
    }

    /// A server between these clouds.
    pub(crate) fn on(
        outside: Outside,
        settings_access: SettingsAccess,
        inbox: Arc<dyn Inbox>,
    ) -> Self {
        let mut entropy = SeededEntropy::new(1, "key");
        let engine = Engine::new(Parts {
            store: Arc::new(SqliteStore::in_memory()),
            inbox: inbox.clone(),
            http: outside.http,
            clock: outside.clock,
            entropy: Box::new(SeededEntropy::new(1, "sign-ins")),
            apps: outside.apps,
            key: SealKey::generate(&mut entropy),
            mail: None,
        });
        let stop = CancellationToken::new();
        let config = WebConfig {
            public_url: "https://carrick.example".parse().unwrap(),
            settings_access,
            stop: stop.clone(),
        };
        Self {
            router: web::router(engine.clone(), config),
            engine,
            inbox,
            stop,
        }
    }

    /// The server as the network would reach it.
    pub(crate) fn service(&self) -> HttpService {
        transport::in_process(self.router.clone())
    }

    /// The answer, its body not yet read.
    pub(crate) async fn open(&self, request: Request<Body>) -> Response<Body> {
        self.router.clone().oneshot(request).await.unwrap()
    }

    pub(crate) async fn ask(&self, request: Request<Body>) -> Answer {
        let (head, body) = self.open(request).await.into_parts();
        let bytes = to_bytes(body, 1024 * 1024).await.unwrap();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        Answer {
            status: head.status,
            headers: head.headers,
            text,
        }
    }

    /// What a browser on this machine gets.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.ask(near(Request::get(path)).body(Body::empty()).unwrap())
            .await
    }

    /// What a form of our own page, sent by a browser on this machine, gets.
    pub(crate) async fn post(&self, path: &str, form: &str) -> Answer {
        self.ask(own_form(path, form)).await
    }

    /// A connection with nothing connected.
    pub(crate) async fn connection(&self, name: &str) -> Connection {
        self.engine
            .create_connection(name, Settings::default())
            .await
            .unwrap()
    }

    /// A connection of the workspace `a1b2c3d4`.
    pub(crate) async fn with_intercom(&self, name: &str) -> Connection {
        let connection = self.connection(name).await;
        let token = transport::Secret::from("token");
        self.engine
            .connect_intercom_token(connection.id, "main", token)
            .await
            .unwrap();
        self.named(name).await
    }

    pub(crate) async fn named(&self, name: &str) -> Connection {
        self.engine
            .store()
            .connection_named(name)
            .await
            .unwrap()
            .unwrap()
    }
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// What a hidden field of the page holds, or nothing.
    pub(crate) fn field(&self, name: &str) -> &str {
        let mark = format!("name=\"{name}\" value=\"");
        let after = self.text.split_once(&mark).map_or("", |(_, after)| after);
        after.split_once('"').map_or("", |(value, _)| value)
    }

    /// What the page says first.
    pub(crate) fn headline(&self) -> &str {
        let after = self.text.split_once("<h1>").map_or("", |(_, after)| after);
        after
            .split_once("</h1>")
            .map_or("", |(headline, _)| headline)
    }
}

/// A request from this machine, by a name of this machine.
pub(crate) fn near(request: axum::http::request::Builder) -> axum::http::request::Builder {
    let peer = SocketAddr::from(([127, 0, 0, 1], 50_000));
    request
        .header(header::HOST, "127.0.0.1:4000")
        .extension(ConnectInfo(peer))
}

pub(crate) fn own_form(path: &str, form: &str) -> Request<Body> {
    near(Request::post(path))
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "same-origin")
        .body(Body::from(form.to_owned()))
        .unwrap()
}

fn apps() -> Apps {
    let main = intercom::App {
        client_id: "intercom-client".to_owned(),
        client_secret: CLIENT_SECRET.into(),
        authorize_url: "https://app.intercom.com/oauth".parse().unwrap(),
        api_url: "https://api.intercom.io".parse().unwrap(),
    };
    Apps {
        intercom: BTreeMap::from([("main".to_owned(), main)]),
        salesforce: salesforce::App {
            client_id: "salesforce-client".to_owned(),
            client_secret: "secret".into(),
            login_url: "https://login.salesforce.com".parse().unwrap(),
        },
        loopback: salesforce::Loopback::Refused,
    }
}

/// As much of Intercom as connecting needs; whatever else is asked of either cloud is not found.
fn vendors() -> Router {
    let token = json!({ "token_type": "Bearer", "token": "t", "access_token": "t" });
    let me = json!({
        "type": "admin", "id": "2633609", "email": "ada@example.com", "name": "Ada Admin",
        "email_verified": true,
        "app": { "type": "app", "id_code": "a1b2c3d4", "name": "Example <workspace>",
                 "timezone": "Europe/Dublin", "region": "EU" },
    });
    Router::new()
        .route("/auth/eagle/token", post(async || Json(token)))
        .route("/me", get(async || Json(me)))
}
