use std::sync::Arc;

use async_trait::async_trait;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use store::{Delivery, Inbox, StoreError, StoredDelivery};
use web::SettingsAccess;

use crate::world::{Answer, World};

const PING: &str = r#"{"type":"notification_event","app_id":"a1b2c3d4","topic":"ping","data":{"type":"notification_event_data","item":{"type":"ping","message":"hello"}}}"#;
const PING_SIGNATURE: &str = "sha1=50d6c19d1a9653ce6e532bbe7d0eba31fd697895";

const CHANGED: &str = r#"{"type":"notification_event","app_id":"a1b2c3d4","topic":"contact.user.updated","data":{"type":"notification_event_data","item":{"type":"contact","id":"5ba682d23d7cf92bef87bfd4"}}}"#;
const CHANGED_SIGNATURE: &str = "sha1=55618966ee4cb860c0b9c61a6c678b62290cf17b";

fn request(method: Method, app: &str, signature: Option<&str>, body: Body) -> Request<Body> {
    let mut request = Request::builder()
        .method(method)
        .uri(format!("/intercom/{app}/webhook"));
    if let Some(signature) = signature {
        request = request.header("X-Hub-Signature", signature);
    }
    request.body(body).unwrap()
}

async fn deliver(world: &World, signature: Option<&str>, body: &'static str) -> Answer {
    world
        .ask(request(Method::POST, "main", signature, body.into()))
        .await
}

#[tokio::test]
async fn a_delivery_is_answered_when_it_is_kept() {
    let world = World::new();
    world.with_intercom("acme").await;
    let answer = deliver(&world, Some(CHANGED_SIGNATURE), CHANGED).await;
    assert_eq!((answer.status, answer.text.as_str()), (StatusCode::OK, ""));
    let kept = world.inbox.kept(0, 10).await.unwrap();
    assert_eq!(kept.len(), 1);
    assert_eq!(kept[0].delivery.body, CHANGED.as_bytes());
}

#[tokio::test]
async fn i6_a_delivery_of_an_unknown_workspace_is_dropped_with_200() {
    let world = World::new();
    let answer = deliver(&world, Some(CHANGED_SIGNATURE), CHANGED).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(world.inbox.kept_count().await.unwrap(), 0);
}

#[tokio::test]
async fn a_ping_is_answered_and_not_kept() {
    let world = World::new();
    world.with_intercom("acme").await;
    let answer = deliver(&world, Some(PING_SIGNATURE), PING).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(world.inbox.kept_count().await.unwrap(), 0);
}

#[tokio::test]
async fn without_the_right_signature_nothing_is_taken() {
    let world = World::new();
    world.with_intercom("acme").await;
    for signature in [
        None,
        Some(""),
        Some("sha1=50d6c19d1a9653ce6e532bbe7d0eba31fd697895"),
        Some("sha1=55618966EE4CB860C0B9C61A6C678B62290CF17B"),
        Some("55618966ee4cb860c0b9c61a6c678b62290cf17b"),
        Some("sha1=00"),
    ] {
        let answer = deliver(&world, signature, CHANGED).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{signature:?}");
        assert_eq!(answer.text, "The signature does not fit the body.");
    }
    let mut odd = request(Method::POST, "main", None, CHANGED.into());
    odd.headers_mut()
        .insert("x-hub-signature", (&b"sha1=\xff"[..]).try_into().unwrap());
    assert_eq!(world.ask(odd).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(world.inbox.kept_count().await.unwrap(), 0);
}

#[tokio::test]
async fn what_is_signed_but_no_notification_is_refused_with_the_reason() {
    let world = World::new();
    let pretty = "{\n  \"type\": \"notification_event\",\n  \"topic\": \"ping\"\n}\n";
    let signature = "sha1=8cc2d07130e8b65eff87fec1670e772adc81a277";
    let answer = deliver(&world, Some(signature), pretty).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert_eq!(answer.text, "the body is not a notification");
    let answer = deliver(
        &world,
        Some("sha1=0cd65e154cff8a9a65605a0ee1efbcc75626ff23"),
        "not json",
    )
    .await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn an_app_that_is_not_configured_is_not_found() {
    let world = World::new();
    let request = request(Method::POST, "other", Some(PING_SIGNATURE), PING.into());
    assert_eq!(world.ask(request).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn i2_head_says_whether_somebody_is_there() {
    let world = World::new();
    let head = |app: &'static str| request(Method::HEAD, app, None, Body::empty());
    assert_eq!(world.ask(head("main")).await.status, StatusCode::OK);
    assert_eq!(world.ask(head("other")).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_body_of_more_than_1_mb_is_not_read() {
    let world = World::new();
    let large = Body::from(vec![b' '; 3 * 1024 * 1024]);
    let answer = world
        .ask(request(Method::POST, "main", Some(PING_SIGNATURE), large))
        .await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(
        answer.text,
        "The body has more than 1 MB, which is not taken."
    );
}

#[tokio::test(start_paused = true)]
async fn a_body_that_does_not_end_is_given_up() {
    let world = World::new();
    let endless = Body::from_stream(futures_util::stream::pending::<Result<Vec<u8>, String>>());
    let answer = world
        .ask(request(Method::POST, "main", Some(PING_SIGNATURE), endless))
        .await;
    assert_eq!(answer.status, StatusCode::REQUEST_TIMEOUT);
}

#[tokio::test]
async fn what_cannot_be_kept_is_asked_for_again() {
    let world = World::with(SettingsAccess::Loopback, Arc::new(FullDisk));
    world.with_intercom("acme").await;
    let answer = deliver(&world, Some(CHANGED_SIGNATURE), CHANGED).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
}

/// An inbox whose disk is full.
struct FullDisk;

fn full<T>() -> Result<T, StoreError> {
    Err(StoreError::Unavailable {
        doing: "keeping",
        source: "the disk is full".into(),
    })
}

#[async_trait]
impl Inbox for FullDisk {
    async fn keep(&self, _: Delivery) -> Result<i64, StoreError> {
        full()
    }

    async fn kept(&self, _: i64, _: u32) -> Result<Vec<StoredDelivery>, StoreError> {
        full()
    }

    async fn drop_kept(&self, _: &[i64]) -> Result<(), StoreError> {
        full()
    }

    async fn kept_count(&self) -> Result<u64, StoreError> {
        full()
    }
}
