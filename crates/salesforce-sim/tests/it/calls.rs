//! The log of calls.

use std::sync::Arc;

use axum::body::Body;
use model::ManualClock;
use salesforce_sim::{CallKind, Sim};
use tower::ServiceExt as _;

use crate::world::{empty, noon};

async fn call(sim: &Sim, method: &str, path: &str, body: &str) {
    let request = http::Request::builder()
        .method(method)
        .uri(path)
        .header("authorization", "Bearer token")
        .body(Body::from(body.to_owned()))
        .unwrap();
    sim.service().oneshot(request).await.unwrap();
}

#[tokio::test]
async fn calls_are_counted_by_what_they_touch() {
    let sim = Sim::new(empty(), Arc::new(ManualClock::at(noon())), 7);
    let lead = r#"{"attributes":{"type":"Lead"},"LastName":"L","Company":"C"}"#;
    let base = "/services/data/v67.0";
    call(
        &sim,
        "POST",
        &format!("{base}/composite/sobjects"),
        &format!("{{\"records\":[{lead},{lead},{{}}]}}"),
    )
    .await;
    call(
        &sim,
        "GET",
        &format!("{base}/query?q=SELECT+Id+FROM+Lead&secret=1"),
        "",
    )
    .await;
    call(&sim, "GET", "/_sim/rules", "").await;
    let calls = sim.calls();
    assert_eq!(calls.len(), 2);
    let (create, query) = (&calls[0], &calls[1]);
    assert_eq!(
        (create.kind, create.written, create.read),
        (CallKind::Write, 2, 0)
    );
    assert_eq!(
        (query.kind, query.written, query.read),
        (CallKind::Read, 0, 2)
    );
    assert_eq!(query.path, "/services/data/v67.0/query");
    assert_eq!(query.soql.as_deref(), Some("SELECT Id FROM Lead"));
    assert_eq!((query.status, query.at), (Some(200), noon()));
    call(&sim, "DELETE", "/_sim/calls", "").await;
    assert!(sim.calls().is_empty());
}

#[tokio::test]
async fn the_summary_counts_by_kind_of_path() {
    let sim = Sim::new(empty(), Arc::new(ManualClock::at(noon())), 7);
    let base = "/services/data/v67.0";
    let lead = r#"{"LastName":"L","Company":"C"}"#;
    for _ in 0..3 {
        call(&sim, "POST", &format!("{base}/sobjects/Lead"), lead).await;
    }
    let ids = sim.dump()["Lead"].as_array().unwrap().clone();
    for lead in &ids {
        let path = format!("{base}/sobjects/Lead/{}", lead["Id"].as_str().unwrap());
        call(&sim, "GET", &path, "").await;
    }
    call(
        &sim,
        "GET",
        &format!("{base}/sobjects/Lead/00Q5e0000000000"),
        "",
    )
    .await;
    let counted: Vec<_> = sim
        .call_summary()
        .by_path
        .into_iter()
        .map(|it| {
            (
                it.method,
                it.path,
                it.calls,
                it.writes,
                it.failed,
                it.rows_read,
            )
        })
        .collect();
    let path = |rest: &str| format!("{base}/sobjects/Lead{rest}");
    assert_eq!(
        counted,
        [
            ("POST".to_owned(), path(""), 3, 3, 0, 0),
            ("GET".to_owned(), path("/{id}"), 4, 0, 1, 3),
        ]
    );
    let request = http::Request::get("/_sim/calls?summary=1")
        .body(Body::empty())
        .unwrap();
    let response = sim.service().oneshot(request).await.unwrap();
    let body = axum::body::to_bytes(response.into_body(), 1 << 20)
        .await
        .unwrap();
    let served: serde_json::Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(
        (&served["calls"], &served["writes"], &served["rows_written"]),
        (&7.into(), &3.into(), &3.into())
    );
    sim.forget_calls();
    assert_eq!(sim.call_summary().calls, 0);
}

#[tokio::test]
async fn a_client_that_names_itself_is_named_in_the_log() {
    let sim = Sim::new(empty(), Arc::new(ManualClock::at(noon())), 7);
    for options in ["defaultNamespace=ns, client=Acme/1", "client=", "x"] {
        let request = http::Request::get("/services/data/v67.0/limits")
            .header("sforce-call-options", options)
            .body(Body::empty())
            .unwrap();
        sim.service().oneshot(request).await.unwrap();
    }
    let clients: Vec<_> = sim.calls().into_iter().map(|call| call.client).collect();
    assert_eq!(clients, [Some("Acme/1".to_owned()), None, None]);
}
