//! A small workspace with a clock that stands still, and an app at the other end of its wires.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::{Body, Bytes};
use http::{HeaderMap, Method, Request, Response, StatusCode};
use intercom_sim::{HttpService, Options, Sim};
use model::{ManualClock, Timestamp};
use serde_json::{Value, json};
use tower::{ServiceExt as _, service_fn};

use crate::judge::{Answered, judge};

/// 2026-06-15T12:00:00Z.
pub(crate) const NOON: i64 = 1_781_524_800;
pub(crate) const TOKEN: &str = "dG9rOnRlc3Q=";
pub(crate) const SECRET: &str = "test_client_secret_0123456789abcdef";

/// A request that reached the app.
#[derive(Debug, Clone)]
pub(crate) struct Received {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Received {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }
}

/// The app: it writes down what it gets and answers what it was told to, else 200.
#[derive(Clone, Default)]
pub(crate) struct App {
    received: Arc<Mutex<Vec<Received>>>,
    answers: Arc<Mutex<VecDeque<(StatusCode, Value)>>>,
}

impl App {
    pub(crate) fn take(&self) -> Vec<Received> {
        std::mem::take(&mut self.received.lock().unwrap())
    }

    pub(crate) fn will_answer(&self, status: StatusCode, body: Value) {
        self.answers.lock().unwrap().push_back((status, body));
    }

    /// An app that takes a request and never answers.
    pub(crate) fn silent() -> HttpService {
        HttpService::new(service_fn(|_: Request<Body>| std::future::pending()))
    }

    fn service(&self) -> HttpService {
        let app = self.clone();
        HttpService::new(service_fn(move |request: Request<Body>| {
            let app = app.clone();
            async move {
                let (head, body) = request.into_parts();
                let body = axum::body::to_bytes(body, 1 << 20).await?;
                let path = head.uri.path().to_owned();
                app.received.lock().unwrap().push(Received {
                    method: head.method,
                    path,
                    headers: head.headers,
                    body,
                });
                let next = app.answers.lock().unwrap().pop_front();
                let (status, body) = next.unwrap_or((StatusCode::OK, json!({})));
                let mut response = Response::new(Body::from(body.to_string()));
                *response.status_mut() = status;
                Ok(response)
            }
        }))
    }
}

pub(crate) struct Town {
    pub(crate) sim: Sim,
    pub(crate) clock: ManualClock,
    pub(crate) app: App,
    token: String,
}

/// An answer of the API.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Answer {
    /// The code of the first error.
    pub(crate) fn code(&self) -> &str {
        self.body["errors"][0]["code"].as_str().unwrap_or_default()
    }

    pub(crate) fn message(&self) -> &str {
        self.body["errors"][0]["message"]
            .as_str()
            .unwrap_or_default()
    }
}

pub(crate) fn options() -> Options {
    Options {
        leads: 12,
        users: 12,
        companies: 5,
        conversations: 14,
        token: Some(TOKEN.to_owned()),
        client_id: "client".to_owned(),
        client_secret: SECRET.to_owned(),
        webhook_url: Some("https://app.example/webhooks".to_owned()),
        canvas_initialize_url: Some("https://app.example/card/initialize".to_owned()),
        canvas_submit_url: Some("https://app.example/card/submit".to_owned()),
        uninstall_url: Some("https://app.example/uninstalled".to_owned()),
        rate_limit: None,
        workspace_rate_limit: None,
        timezone: "UTC".to_owned(),
        ..Options::default()
    }
}

impl Town {
    pub(crate) fn new() -> Self {
        Self::with(options())
    }

    pub(crate) fn with(options: Options) -> Self {
        let clock = ManualClock::at(Timestamp::from_seconds(NOON));
        let sim = Sim::new(options, Arc::new(clock.clone()), 7);
        Self::around(sim, clock)
    }

    pub(crate) fn around(sim: Sim, clock: ManualClock) -> Self {
        let app = App::default();
        sim.connect(app.service());
        Self {
            sim,
            clock,
            app,
            token: TOKEN.to_owned(),
        }
    }

    /// The same workspace, saved and loaded again.
    pub(crate) fn saved_and_loaded(&self) -> Self {
        let mut file = Vec::new();
        self.sim.save(&mut file).unwrap();
        let empty = Options {
            token: None,
            leads: 0,
            ..options()
        };
        let clock = ManualClock::at(Timestamp::from_seconds(NOON));
        let sim = Sim::load(empty, Arc::new(clock.clone()), file.as_slice()).unwrap();
        Self::around(sim, clock)
    }

    pub(crate) fn wait(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Response<Body> {
        self.sim.service().oneshot(request).await.unwrap()
    }

    pub(crate) async fn call_as(
        &self,
        headers: &[(&str, &str)],
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Answer {
        let mut request = Request::builder().method(method.clone()).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let sent = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        let response = self.send(request.body(sent).unwrap()).await;
        let (head, answer) = response.into_parts();
        let bytes = axum::body::to_bytes(answer, 1 << 24).await.unwrap();
        let answer = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        let answered = Answered {
            status: head.status.as_u16(),
            body: (!bytes.is_empty()).then_some(&answer),
        };
        judge(headers, &method, path, body, &answered);
        Answer {
            status: head.status.as_u16(),
            headers: head.headers,
            body: answer,
        }
    }

    pub(crate) async fn call(&self, method: Method, path: &str, body: Option<&Value>) -> Answer {
        let authorization = format!("Bearer {}", self.token);
        let headers = [
            ("authorization", authorization.as_str()),
            ("intercom-version", "2.16"),
        ];
        self.call_as(&headers, method, path, body).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.call(Method::POST, path, Some(&body)).await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> Answer {
        self.call(Method::PUT, path, Some(&body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.call(Method::DELETE, path, None).await
    }

    /// A new lead with an email.
    pub(crate) async fn lead(&self, email: &str) -> String {
        let answer = self
            .post("/contacts", json!({"role": "lead", "email": email}))
            .await;
        answer.body["id"].as_str().unwrap().to_owned()
    }

    /// The topics of what is due now, delivered.
    pub(crate) async fn topics(&self) -> Vec<String> {
        self.sim.step_due().await;
        let topic = |it: &Received| it.json()["topic"].as_str().unwrap().to_owned();
        self.app.take().iter().map(topic).collect()
    }

    /// A page as a browser gets it, with the cookies that it sends.
    pub(crate) async fn page(&self, path: &str, cookie: &str) -> (u16, String) {
        let request = Request::builder()
            .uri(path)
            .header("accept", "text/html")
            .header("cookie", cookie)
            .body(Body::empty())
            .unwrap();
        text(self.send(request).await).await
    }

    /// A posted form: status, where it leads, and the page.
    pub(crate) async fn form(&self, path: &str, fields: &[(&str, &str)]) -> (u16, String, String) {
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let kind = "application/x-www-form-urlencoded";
        self.posted(path, kind, Body::from(body)).await
    }

    /// The same with a body of any type.
    pub(crate) async fn posted(&self, path: &str, kind: &str, body: Body) -> (u16, String, String) {
        let request = Request::builder()
            .method(Method::POST)
            .uri(path)
            .header("content-type", kind)
            .body(body)
            .unwrap();
        let response = self.send(request).await;
        let to = response
            .headers()
            .get("location")
            .map(|value| value.to_str().unwrap().to_owned());
        let (status, page) = text(response).await;
        (status, to.unwrap_or_default(), page)
    }
}

async fn text(response: Response<Body>) -> (u16, String) {
    let status = response.status().as_u16();
    let bytes = axum::body::to_bytes(response.into_body(), 1 << 24)
        .await
        .unwrap();
    (status, String::from_utf8(bytes.to_vec()).unwrap())
}
