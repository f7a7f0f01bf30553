//! What Intercom's three addresses answer to whatever may be sent to them, as
//! `docs/intercom-webhooks.md` lists it.

use aws_lc_rs::hmac;
use axum::body::Body;
use axum::http::{Method, Request};

use crate::world::{CLIENT_SECRET, World};

const WEBHOOK: &str = "/intercom/main/webhook";
const UNINSTALL: &str = "/intercom/main/uninstall";
const INITIALIZE: &str = "/intercom/main/card/initialize";
const SUBMIT: &str = "/intercom/main/card/submit";

const PING: &str = r#"{"app_id":"a1b2c3d4","topic":"ping"}"#;
const CHANGED: &str = r#"{"app_id":"a1b2c3d4","id":"notif_1","topic":"contact.user.updated",
    "data":{"item":{"type":"contact","id":"5ba682d23d7cf92bef87bfd4"}}}"#;
const DRAW: &str = r#"{"workspace_id":"a1b2c3d4","admin":{"type":"admin","id":"1"}}"#;

fn hub(body: &[u8]) -> String {
    let key = hmac::Key::new(
        hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
        CLIENT_SECRET.as_bytes(),
    );
    format!("sha1={}", hex::encode(hmac::sign(&key, body)))
}

fn of_body(body: &[u8]) -> String {
    signed(CLIENT_SECRET, body)
}

pub(crate) fn signed(secret: &str, body: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    hex::encode(hmac::sign(&key, body))
}

/// Status and text of the answer to a post with these headers.
async fn post(world: &World, path: &str, headers: &[(&str, &str)], body: &[u8]) -> (u16, String) {
    let mut request = Request::post(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let answer = world.ask(request.body(Body::from(body.to_vec())).unwrap());
    let answer = answer.await;
    (answer.status.as_u16(), answer.text)
}

async fn notify(world: &World, body: &[u8]) -> (u16, String) {
    post(world, WEBHOOK, &[("x-hub-signature", &hub(body))], body).await
}

#[tokio::test]
async fn a_signed_delivery_is_taken_or_dropped_with_200() {
    let world = World::new();
    world.with_intercom("acme").await;
    let deep = format!(
        r#"{{"app_id":"a1b2c3d4","topic":"ping","links":{}{}}}"#,
        "[".repeat(5_000),
        "]".repeat(5_000)
    );
    for (body, kept) in [
        (CHANGED, 1),
        (CHANGED, 2),
        (PING, 2),
        (&deep, 2),
        (r#"{"app_id":"a1b2c3d4","topic":"ticket.created"}"#, 2),
        (
            r#"{"app_id":"a1b2c3d4","topic":"not.known.yet","data":null}"#,
            2,
        ),
        (r#"{"app_id":"stranger","topic":"ping"}"#, 2),
        (
            r#"{"app_id":"stranger","topic":"contact.user.updated","data":{"item":{}}}"#,
            2,
        ),
        (r#"{"app_id":7,"topic":"ping"}"#, 2),
        (
            r#"{"app_id":"a1b2c3d4","topic":"ping","id":[],"created_at":"soon"}"#,
            2,
        ),
    ] {
        assert_eq!(
            notify(&world, body.as_bytes()).await,
            (200, String::new()),
            "{body:.80}"
        );
        assert_eq!(world.inbox.kept_count().await.unwrap(), kept, "{body:.80}");
    }
}

#[tokio::test]
async fn a_signed_body_that_is_no_notification_is_refused_by_name() {
    let world = World::new();
    world.with_intercom("acme").await;
    let twice = format!("{PING}{PING}");
    let marked = format!("\u{feff}{PING}");
    for body in [
        "",
        "not json",
        "[]",
        "null",
        r#""ping""#,
        r#"["a1b2c3d4",null,"ping"]"#,
        r#"{"topic":"ping"}"#,
        r#"{"app_id":null,"topic":"ping"}"#,
        r#"{"app_id":{},"topic":"ping"}"#,
        r#"{"app_id":"../etc","topic":"ping"}"#,
        r#"{"app_id":"a1b2c3d4"}"#,
        r#"{"app_id":"a1b2c3d4","topic":null}"#,
        r#"{"app_id":"a1b2c3d4","topic":["ping"]}"#,
        r#"{"app_id":"a1b2c3d4","topic":"ping","data":7}"#,
        &twice,
        &marked,
    ] {
        let refused = (400, "the body is not a notification".to_owned());
        assert_eq!(notify(&world, body.as_bytes()).await, refused, "{body}");
    }
    let latin1 = b"{\"app_id\":\"a1b2c3d4\",\"topic\":\"\xe9\"}";
    assert_eq!(notify(&world, latin1).await.0, 400);

    for data in [
        "null",
        "{}",
        r#"{"item":{}}"#,
        r#"{"item":7}"#,
        r#"{"item":["5ba6"]}"#,
        r#"{"item":{"id":{"id":"5ba6"}}}"#,
    ] {
        let body =
            format!(r#"{{"app_id":"a1b2c3d4","topic":"contact.user.updated","data":{data}}}"#);
        let words = "the notification contact.user.updated names nobody";
        let refused = (400, words.to_owned());
        assert_eq!(notify(&world, body.as_bytes()).await, refused, "{data}");
    }
    assert_eq!(world.inbox.kept_count().await.unwrap(), 0);
}

/// The body is refused with each of these headers.
async fn refuses(world: &World, path: &str, body: &str, headers: &[(&str, &str)]) {
    let words = "The signature does not fit the body.";
    let answered = post(world, path, headers, body.as_bytes()).await;
    assert_eq!(answered, (401, words.to_owned()), "{path} {headers:?}");
}

#[tokio::test]
async fn the_signature_of_a_delivery_counts_once_in_its_own_header_and_form() {
    let world = World::new();
    world.with_intercom("acme").await;
    let (sha1, sha256) = (hub(CHANGED.as_bytes()), of_body(CHANGED.as_bytes()));
    let digits = sha1.strip_prefix("sha1=").unwrap();
    for value in [
        String::new(),
        digits.to_owned(),
        format!("sha1={}", digits.to_uppercase()),
        format!("SHA1={digits}"),
        format!("sha1={digits}00"),
        format!("sha1= {digits}"),
        format!("sha256={sha256}"),
        format!("sha1={sha256}"),
        sha256.clone(),
        hub(PING.as_bytes()),
    ] {
        refuses(&world, WEBHOOK, CHANGED, &[("x-hub-signature", &value)]).await;
    }
    refuses(&world, WEBHOOK, CHANGED, &[]).await;
    refuses(
        &world,
        WEBHOOK,
        CHANGED,
        &[("x-hub-signature", sha1.as_str()); 2],
    )
    .await;
    refuses(&world, WEBHOOK, CHANGED, &[("x-body-signature", &sha256)]).await;
    assert_eq!(world.inbox.kept_count().await.unwrap(), 0);
}

#[tokio::test]
async fn the_signature_of_a_notice_or_a_card_counts_once_in_its_own_header_and_form() {
    let world = World::new();
    world.with_intercom("acme").await;
    let notice = r#"{"app_id":"a1b2c3d4"}"#;
    for (path, body) in [(UNINSTALL, notice), (INITIALIZE, DRAW), (SUBMIT, DRAW)] {
        let (sha1, sha256) = (hub(body.as_bytes()), of_body(body.as_bytes()));
        let header = "x-body-signature";
        for value in [
            String::new(),
            format!("sha256={sha256}"),
            sha256.to_uppercase(),
            sha256[1..].to_owned(),
            sha1.clone(),
            of_body(PING.as_bytes()),
        ] {
            refuses(&world, path, body, &[(header, &value)]).await;
        }
        refuses(&world, path, body, &[]).await;
        refuses(&world, path, body, &[(header, sha256.as_str()); 2]).await;
        refuses(&world, path, body, &[("x-hub-signature", &sha1)]).await;
        let once = [(header, sha256.as_str())];
        assert_eq!(
            post(&world, path, &once, body.as_bytes()).await.0,
            200,
            "{path}"
        );
    }
}

#[tokio::test]
async fn the_media_type_that_is_named_does_not_matter() {
    let world = World::new();
    world.with_intercom("acme").await;
    for media_type in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "",
        "application/json",
    ] {
        for (path, body, header, signature) in [
            (WEBHOOK, PING, "x-hub-signature", hub(PING.as_bytes())),
            (SUBMIT, DRAW, "x-body-signature", of_body(DRAW.as_bytes())),
        ] {
            let headers = [("content-type", media_type), (header, signature.as_str())];
            let answered = post(&world, path, &headers, body.as_bytes()).await;
            assert_eq!(answered.0, 200, "{path} {media_type}");
        }
    }
}

#[tokio::test]
async fn a_card_request_is_answered_by_what_is_in_it() {
    let world = World::new();
    world.with_intercom("acme").await;
    let unreadable = "Carrick cannot read what Intercom sent about this conversation.";
    let no_contact = "This conversation has no contact whom Salesforce could know.";
    let no_json = "The body is not JSON.";
    for (body, status, text) in [
        (DRAW, 200, no_contact),
        (
            r#"{"workspace_id":"a1b2c3d4","admin":{"id":1},"contact":7}"#,
            200,
            no_contact,
        ),
        (
            r#"{"workspace_id":"a1b2c3d4","admin":{"id":"1"},"user":"AAECAwQF"}"#,
            200,
            no_contact,
        ),
        (
            r#"{"workspace_id":"a1b2c3d4","admin":null}"#,
            200,
            unreadable,
        ),
        (
            r#"{"workspace_id":"a1b2c3d4","admin":"1"}"#,
            200,
            unreadable,
        ),
        (r#"{"workspace_id":{},"admin":{"id":"1"}}"#, 200, unreadable),
        (r#"{"admin":{"id":"1"}}"#, 200, unreadable),
        ("{}", 200, unreadable),
        ("[]", 200, unreadable),
        ("7", 200, unreadable),
        ("null", 200, unreadable),
        ("", 400, no_json),
        ("not json", 400, no_json),
        (r#"{"workspace_id":"a1b2c3d4""#, 400, no_json),
    ] {
        for path in [INITIALIZE, SUBMIT] {
            let signature = of_body(body.as_bytes());
            let headers = [("x-body-signature", signature.as_str())];
            for _ in 0..2 {
                let (answered, said) = post(&world, path, &headers, body.as_bytes()).await;
                assert_eq!(answered, status, "{path} {body}");
                assert!(said.contains(text), "{path} {body}: {said}");
            }
        }
    }
}

#[tokio::test]
async fn an_uninstall_notice_is_answered_by_what_is_in_it() {
    let world = World::new();
    world.with_intercom("acme").await;
    let no_notice = "the body is not an uninstall notice";
    for (body, status, text) in [
        (r#"{"app_id":"stranger"}"#, 200, ""),
        ("", 400, no_notice),
        ("not json", 400, no_notice),
        ("{}", 400, no_notice),
        (r#"["a1b2c3d4"]"#, 400, no_notice),
        (r#"{"app_id":null}"#, 400, no_notice),
        (r#"{"app_id":"a1b2c3d4"}"#, 200, ""),
        (r#"{"app_id":"a1b2c3d4"}"#, 200, ""),
    ] {
        let signature = of_body(body.as_bytes());
        let headers = [("x-body-signature", signature.as_str())];
        let answered = post(&world, UNINSTALL, &headers, body.as_bytes()).await;
        assert_eq!(answered, (status, text.to_owned()), "{body}");
    }
}

#[tokio::test]
async fn other_methods_large_bodies_and_unknown_apps_are_refused_before_anything_is_read() {
    let world = World::new();
    for (method, path, status) in [
        (Method::HEAD, WEBHOOK, 200),
        (Method::GET, WEBHOOK, 405),
        (Method::PUT, WEBHOOK, 405),
        (Method::DELETE, UNINSTALL, 405),
        (Method::GET, UNINSTALL, 405),
        (Method::GET, SUBMIT, 405),
        (Method::PATCH, INITIALIZE, 405),
        (Method::POST, "/intercom/other/webhook", 404),
        (Method::POST, "/intercom/other/uninstall", 404),
        (Method::POST, "/intercom/other/card/submit", 404),
        (Method::POST, "/intercom/main/other", 404),
    ] {
        let request = Request::builder().method(method.clone()).uri(path);
        let answer = world.ask(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status.as_u16(), status, "{method} {path}");
    }
    let large = vec![b' '; 1024 * 1024 + 1];
    let (sha1, sha256) = (hub(&large), of_body(&large));
    let headers = [
        ("x-hub-signature", sha1.as_str()),
        ("x-body-signature", sha256.as_str()),
    ];
    for path in [WEBHOOK, UNINSTALL, INITIALIZE, SUBMIT] {
        assert_eq!(post(&world, path, &headers, &large).await.0, 413, "{path}");
    }
}
