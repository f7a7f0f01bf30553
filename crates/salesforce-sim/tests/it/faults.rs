//! What goes wrong on purpose, in process and over a socket.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use http_body_util::BodyExt as _;
use model::ManualClock;
use salesforce_sim::{Action, Cut, Fault, Matching, Sim};
use serde_json::{Value as Json, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tower::ServiceExt as _;

use crate::world::{empty, noon};

/// An org behind its driver.
struct Driven {
    sim: Sim,
    clock: ManualClock,
}

impl Driven {
    fn new() -> Self {
        let clock = ManualClock::at(noon());
        Self {
            sim: Sim::new(empty(), Arc::new(clock.clone()), 7),
            clock,
        }
    }

    fn request(method: &str, path: &str, body: &Json) -> http::Request<Body> {
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        http::Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", "Bearer token")
            .header("sforce-auto-assign", "FALSE")
            .body(Body::from(body))
            .unwrap()
    }

    /// Status and body, or nothing if the connection was cut.
    async fn call(&self, method: &str, path: &str, body: &Json) -> Option<(u16, String)> {
        let response = self
            .sim
            .service()
            .oneshot(Self::request(method, path, body))
            .await
            .ok()?;
        let status = response.status().as_u16();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        Some((status, String::from_utf8(bytes.to_vec()).unwrap()))
    }

    async fn create(&self) -> Option<(u16, String)> {
        let lead = json!({"LastName": "Lovelace", "Company": "Engines"});
        self.call("POST", "/services/data/v67.0/sobjects/Lead", &lead)
            .await
    }

    async fn count(&self) -> String {
        let path = "/services/data/v67.0/query?q=SELECT+COUNT()+FROM+Lead";
        let (_, body) = self.call("GET", path, &Json::Null).await.unwrap();
        serde_json::from_str::<Json>(&body).unwrap()["totalSize"].to_string()
    }
}

fn once(action: Action) -> Fault {
    Fault {
        matching: Matching::default(),
        times: 1,
        action,
    }
}

#[tokio::test]
async fn a_cut_before_leaves_nothing_and_a_cut_after_leaves_the_record() {
    let org = Driven::new();
    for (cut, expected) in [(Cut::Before, "0"), (Cut::After, "1")] {
        org.sim.inject(once(Action {
            cut: Some(cut),
            ..Action::default()
        }));
        assert_eq!(org.create().await, None);
        assert_eq!(org.count().await, expected);
    }
    let calls = org.sim.calls();
    let cut: Vec<_> = calls.iter().filter(|call| call.status.is_none()).collect();
    assert_eq!(
        cut.iter().map(|call| call.written).collect::<Vec<_>>(),
        [0, 1]
    );
}

#[tokio::test]
async fn a_router_breaks_the_body_off() {
    let org = Driven::new();
    org.sim.inject(once(Action {
        cut: Some(Cut::Before),
        ..Action::default()
    }));
    let request = Driven::request("GET", "/services/data", &Json::Null);
    let response = org.sim.router().oneshot(request).await.unwrap();
    assert!(response.into_body().collect().await.is_err());
}

#[tokio::test]
async fn over_a_socket_a_cut_connection_ends_without_an_answer() {
    let org = Driven::new();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let sim = org.sim.clone();
    let server =
        tokio::spawn(async move { sim.serve(listener, async { drop(stopped.await) }).await });
    let ask = async || {
        let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
        let request = "GET /services/data HTTP/1.1\r\nhost: org.test\r\nconnection: close\r\n\r\n";
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    };
    org.sim.inject(once(Action {
        cut: Some(Cut::After),
        ..Action::default()
    }));
    assert_eq!(ask().await, "");
    let answer = ask().await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(
        answer.contains("date: Wed, 10 Jun 2026 12:00:00 GMT\r\n"),
        "{answer}"
    );
    stop.send(()).unwrap();
    server.await.unwrap();
}

#[tokio::test]
async fn a_fault_answers_instead_of_the_org() {
    let org = Driven::new();
    org.sim.inject(once(Action {
        status: Some(503),
        ..Action::default()
    }));
    let (status, body) = org.create().await.unwrap();
    assert_eq!(status, 503);
    assert!(body.starts_with("<!DOCTYPE html>"), "{body}");
    org.sim.inject(once(Action {
        error: Some("UNABLE_TO_LOCK_ROW".to_owned()),
        ..Action::default()
    }));
    let (status, body) = org.create().await.unwrap();
    assert_eq!(status, 400);
    assert_eq!(
        body,
        "[{\"errorCode\":\"UNABLE_TO_LOCK_ROW\",\"message\":\"unable to obtain exclusive access to \
         this record or 1 records\"}]"
    );
    assert_eq!(org.count().await, "0");
    assert_eq!(org.create().await.unwrap().0, 201);
}

#[tokio::test]
async fn faults_meet_the_calls_they_name_as_often_as_they_say() {
    let org = Driven::new();
    let fault = json!([{
        "match": {"method": "POST", "path_contains": "/sobjects/Lead"},
        "times": 2,
        "action": {"error": "REQUEST_LIMIT_EXCEEDED"},
    }]);
    assert_eq!(
        org.call("POST", "/_sim/faults", &fault).await.unwrap().0,
        200
    );
    assert_eq!(org.count().await, "0");
    assert_eq!(org.create().await.unwrap().0, 403);
    assert_eq!(org.create().await.unwrap().0, 403);
    assert_eq!(org.create().await.unwrap().0, 201);
    let wrong = json!([{"action": {"explode": true}}]);
    assert_eq!(
        org.call("POST", "/_sim/faults", &wrong).await.unwrap().0,
        400
    );
    org.sim.inject(once(Action {
        status: Some(500),
        ..Action::default()
    }));
    assert_eq!(
        org.call("DELETE", "/_sim/faults", &Json::Null)
            .await
            .unwrap()
            .0,
        200
    );
    assert_eq!(org.create().await.unwrap().0, 201);
}

#[tokio::test(start_paused = true)]
async fn latency_is_waited_on_the_tests_clock() {
    let org = Driven::new();
    org.sim.inject(once(Action {
        latency_ms: 4_000,
        ..Action::default()
    }));
    let before = tokio::time::Instant::now();
    assert_eq!(org.create().await.unwrap().0, 201);
    assert_eq!(before.elapsed(), Duration::from_secs(4));
}

#[tokio::test]
async fn a_late_commit_is_seen_later_than_its_stamp() {
    let org = Driven::new();
    org.sim.inject(once(Action {
        commit_after_ms: Some(30_000),
        ..Action::default()
    }));
    let (status, body) = org.create().await.unwrap();
    assert_eq!(status, 201);
    let id: salesforce_sim::RecordId = serde_json::from_str::<Json>(&body).unwrap()["id"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    org.clock.advance(Duration::from_millis(29_999));
    assert_eq!(org.count().await, "0");
    assert_eq!(org.sim.record(id), None);
    let due = org.sim.with_world(|world| world.next_due());
    assert_eq!(due, Some(noon().plus(Duration::from_secs(30))));
    org.clock.advance(Duration::from_millis(1));
    assert_eq!(org.count().await, "1");
    let lead = org.sim.record(id).unwrap();
    assert_eq!(lead["SystemModstamp"], "2026-06-10T12:00:00.000+0000");
    assert_eq!(org.sim.with_world(|world| world.next_due()), None);
}

#[tokio::test]
async fn a_second_writer_waits_for_a_late_commit() {
    let org = Driven::new();
    org.sim.inject(once(Action {
        commit_after_ms: Some(30_000),
        ..Action::default()
    }));
    let (_, body) = org.create().await.unwrap();
    let id = serde_json::from_str::<Json>(&body).unwrap()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let path = format!("/services/data/v67.0/sobjects/Lead/{id}");
    let (status, _) = org
        .call("PATCH", &path, &json!({"Title": "T"}))
        .await
        .unwrap();
    assert_eq!(status, 204);
    assert_eq!(org.count().await, "1");
    org.clock.advance(Duration::from_mins(1));
    assert_eq!(org.sim.record(id.parse().unwrap()).unwrap()["Title"], "T");
}
