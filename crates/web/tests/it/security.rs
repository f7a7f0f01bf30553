use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, StatusCode};
use store_sqlite::SqliteInbox;
use web::SettingsAccess;

use crate::world::{World, near, own_form};

fn from(peer: &str, host: &str) -> Request<Body> {
    let peer: SocketAddr = peer.parse().unwrap();
    let request = Request::get("/")
        .header("host", host)
        .extension(ConnectInfo(peer));
    request.body(Body::empty()).unwrap()
}

#[tokio::test]
async fn every_answer_tells_the_browser_what_it_may_do() {
    let world = World::new();
    for path in [
        "/",
        "/health",
        "/nowhere",
        "/connections/none",
        "/oauth/intercom/callback",
    ] {
        let answer = world.get(path).await;
        assert_eq!(
            answer.header("content-security-policy"),
            "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; \
             img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
            "{path}"
        );
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("referrer-policy"), "no-referrer", "{path}");
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
    }
}

#[tokio::test]
async fn settings_answer_to_this_machine_alone() {
    let world = World::new();
    for (peer, host, expected) in [
        ("127.0.0.1:50000", "127.0.0.1:4000", StatusCode::OK),
        ("127.0.0.1:50000", "localhost:4000", StatusCode::OK),
        ("[::1]:50000", "[::1]:4000", StatusCode::OK),
        ("[::ffff:127.0.0.1]:50000", "localhost", StatusCode::OK),
        ("192.0.2.7:50000", "127.0.0.1:4000", StatusCode::FORBIDDEN),
        ("127.0.0.1:50000", "carrick.example", StatusCode::FORBIDDEN),
        (
            "127.0.0.1:50000",
            "127.0.0.1.evil.example",
            StatusCode::FORBIDDEN,
        ),
        (
            "127.0.0.1:50000",
            "localhost@evil.example",
            StatusCode::FORBIDDEN,
        ),
    ] {
        let answer = world.ask(from(peer, host)).await;
        assert_eq!(answer.status, expected, "{peer} {host}");
    }
    let unknown_peer = Request::get("/")
        .header("host", "localhost")
        .body(Body::empty())
        .unwrap();
    assert_eq!(world.ask(unknown_peer).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_proxy_that_announces_itself_does_not_count_as_this_machine() {
    let world = World::new();
    for mark in [
        "forwarded",
        "x-forwarded-for",
        "x-forwarded-host",
        "x-real-ip",
        "via",
    ] {
        let request = near(Request::get("/")).header(mark, "192.0.2.7");
        let answer = world.ask(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{mark}");
        assert_eq!(answer.headline(), "Refused");
        assert!(!answer.text.contains("<nav"), "{mark}");
    }
}

#[tokio::test]
async fn an_operator_can_open_the_settings() {
    let world = World::with(SettingsAccess::Anyone, Arc::new(SqliteInbox::in_memory()));
    let answer = world.ask(from("192.0.2.7:50000", "carrick.example")).await;
    assert_eq!(answer.status, StatusCode::OK);
}

#[tokio::test]
async fn a_form_of_another_site_changes_nothing() {
    let world = World::new();
    let marks = [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ];
    for (mark, value) in marks {
        let mut request = own_form("/connections", "name=acme");
        request.headers_mut().insert(mark, value.parse().unwrap());
        let answer = world.ask(request).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{value}");
        assert!(answer.text.contains("sent from another site"), "{value}");
    }
    let mut old_browser = own_form("/connections", "name=acme");
    old_browser.headers_mut().remove("sec-fetch-site");
    old_browser
        .headers_mut()
        .insert("origin", "https://evil.example".parse().unwrap());
    assert_eq!(world.ask(old_browser).await.status, StatusCode::FORBIDDEN);
    assert!(world.engine.connections().await.unwrap().is_empty());

    let mut own = own_form("/connections", "name=acme");
    own.headers_mut().remove("sec-fetch-site");
    own.headers_mut()
        .insert("origin", "http://127.0.0.1:4000".parse().unwrap());
    assert_eq!(world.ask(own).await.status, StatusCode::SEE_OTHER);
    assert_eq!(world.engine.connections().await.unwrap().len(), 1);
}

#[tokio::test]
async fn no_form_is_taken_from_another_site() {
    let world = World::new();
    let connection = world.connection("acme").await;
    for (path, form) in [
        ("settings", "rev=1&text="),
        ("ownership", "rev=1&fallback=nobody"),
        ("ownership/preview", "rev=1&fallback=nobody"),
        ("ownership/preview/discard", ""),
        ("people/allow", "key=info%40acme.io"),
        ("records/forget", "record=00QD000000QYVhd"),
        ("team/005000000000001AAA", "rev=1&to=nobody"),
    ] {
        let mut request = own_form(&format!("/connections/acme/{path}"), form);
        let mark = "cross-site".parse().unwrap();
        request.headers_mut().insert("sec-fetch-site", mark);
        let answer = world.ask(request).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
    }
    assert_eq!(world.named("acme").await, connection);
}

#[tokio::test]
async fn a_link_of_another_site_does_not_start_a_sign_in() {
    let world = World::new();
    world.connection("acme").await;
    for side in ["intercom", "salesforce"] {
        let path = format!("/connections/acme/connect/{side}");
        let request = near(Request::get(path)).header("sec-fetch-site", "cross-site");
        let answer = world.ask(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{side}");
    }
}

#[tokio::test]
async fn a_form_of_more_than_256_kb_is_not_read() {
    let world = World::new();
    world.connection("acme").await;
    let form = format!("rev=1&text={}", "x".repeat(300 * 1024));
    let answer = world.post("/connections/acme/settings", &form).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(answer.text.contains("Nothing was changed."));
}

#[tokio::test]
async fn health_answers_everybody_and_says_the_release() {
    let world = World::new();
    let request = Request::get("/health").body(Body::empty()).unwrap();
    let answer = world.ask(request).await;
    assert_eq!(answer.status, StatusCode::OK);
    let expected = format!(
        r#"{{"status":"ok","version":"{}"}}"#,
        env!("CARGO_PKG_VERSION")
    );
    assert_eq!(answer.text, expected);
}

#[tokio::test]
async fn assets_are_kept_by_browsers_under_the_hash_of_their_bytes() {
    let world = World::new();
    let page = world.get("/").await.text;
    let (_, after) = page.split_once("rel=\"stylesheet\" href=\"").unwrap();
    let (href, _) = after.split_once('"').unwrap();
    let answer = world.get(href).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.header("content-type"), "text/css; charset=utf-8");
    assert_eq!(
        answer.header("cache-control"),
        "public, max-age=31536000, immutable"
    );

    let again = near(Request::get(href)).header("if-none-match", answer.header("etag"));
    let again = world.ask(again.body(Body::empty()).unwrap()).await;
    assert_eq!(
        (again.status, again.text.as_str()),
        (StatusCode::NOT_MODIFIED, "")
    );
    assert_eq!(
        world.get("/assets/carrick.0.css").await.status,
        StatusCode::NOT_FOUND
    );
}
