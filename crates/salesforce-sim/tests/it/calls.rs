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
