use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::Value;

use crate::world::{Answer, World};

const SUBMIT: &str = r#"{"workspace_id":"a1b2c3d4","workspace_region":"US","admin":{"type":"admin","id":"1"},"component_id":"save","input_values":{"note":"hi"},"current_canvas":{"content":{"components":[]},"stored_data":{"k":"v"}}}"#;
const SUBMIT_SIGNATURE: &str = "58b321ebfe79fec3c3a5ed8678d393b80326ef6acef3f3aa04f67fa2b1b12953";

const DRAW: &str = r#"{"workspace_id":"a1b2c3d4","admin":{"type":"admin","id":"1"}}"#;
const DRAW_SIGNATURE: &str = "a2f91fac1661acafa600b3e73bd8cc0cbfa2a959b2b55b749f4c020ae6c546ab";

async fn send(world: &World, path: &str, signature: Option<&str>, body: Body) -> Answer {
    let mut request = Request::post(path);
    if let Some(signature) = signature {
        request = request.header("X-Body-Signature", signature);
    }
    world.ask(request.body(body).unwrap()).await
}

async fn submit(world: &World, signature: Option<&str>, body: &'static str) -> Answer {
    send(world, "/intercom/main/card/submit", signature, body.into()).await
}

/// The first text of the canvas.
fn said(answer: &Answer) -> String {
    let canvas: Value = serde_json::from_str(&answer.text).unwrap();
    canvas["canvas"]["content"]["components"][0]["text"]
        .as_str()
        .unwrap()
        .to_owned()
}

#[tokio::test]
async fn c7_a_signed_request_is_answered_with_a_canvas() {
    let world = World::new();
    let answer = submit(&world, Some(SUBMIT_SIGNATURE), SUBMIT).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(
        said(&answer),
        "This workspace is not connected to Salesforce yet."
    );

    world.with_intercom("acme").await;
    let path = "/intercom/main/card/initialize";
    let answer = send(&world, path, Some(DRAW_SIGNATURE), DRAW.into()).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(
        said(&answer),
        "This conversation has no contact whom Salesforce could know."
    );
}

#[tokio::test]
async fn a_card_is_drawn_only_for_intercom() {
    let world = World::new();
    for signature in [
        None,
        Some(""),
        Some(DRAW_SIGNATURE),
        Some("sha256=58b321ebfe79fec3c3a5ed8678d393b80326ef6acef3f3aa04f67fa2b1b12953"),
        Some("58B321EBFE79FEC3C3A5ED8678D393B80326EF6ACEF3F3AA04F67FA2B1B12953"),
    ] {
        let answer = submit(&world, signature, SUBMIT).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{signature:?}");
    }
}

#[tokio::test]
async fn what_is_not_json_is_refused_and_other_json_gets_a_sentence() {
    let world = World::new();
    let answer = submit(
        &world,
        Some("e3496e9062f6b2f8b05992f168c9017b0cc4d5b812c54b01dff2d14af70fc48c"),
        "not json",
    )
    .await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert_eq!(answer.text, "The body is not JSON.");

    let answer = submit(
        &world,
        Some("6b5d6af800a16f9840301405dc9cb0a248dd55ef05eac8df2be2e61402a32516"),
        r#"{"hello":"world"}"#,
    )
    .await;
    assert_eq!(answer.status, StatusCode::OK);
    let words = "Carrick cannot read what Intercom sent about this conversation.";
    assert_eq!(said(&answer), words);
}

#[tokio::test]
async fn a_card_request_of_more_than_1_mb_is_not_read() {
    let world = World::new();
    let large = Body::from(vec![b' '; 3 * 1024 * 1024]);
    let path = "/intercom/main/card/initialize";
    let answer = send(&world, path, Some(SUBMIT_SIGNATURE), large).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn a_card_of_an_app_that_is_not_configured_is_not_found() {
    let world = World::new();
    let path = "/intercom/other/card/submit";
    let answer = send(&world, path, Some(SUBMIT_SIGNATURE), SUBMIT.into()).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
}
