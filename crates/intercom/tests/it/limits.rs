//! Repeating, waiting, giving up.

use std::time::Duration;

use intercom::{ContactPatch, IntercomError, Outcome, RateLimit};
use model::Timestamp;
use model::ic::ContactId;
use tokio::time::Instant;
use transport::{RetryWhen, TransportError};

use crate::script::{Answer, Script, ok, refused, reply};

const JANE: &str = r#"{"id":"5ba6","role":"user","created_at":1691436649,"updated_at":1691436650}"#;
const TOO_MANY: &str = r#"{"errors":[{"code":"rate_limit_exceeded"}]}"#;

fn jane() -> ContactId {
    "5ba6".parse().expect("the id is well-formed")
}

/// A refusal at 12:00:04 of a window that ends at 12:00:10.
fn too_many() -> Answer {
    let headers = [
        ("date", "Fri, 02 Jan 2026 12:00:04 GMT"),
        ("x-ratelimit-limit", "166"),
        ("x-ratelimit-remaining", "0"),
        ("x-ratelimit-reset", "1767355210"),
    ];
    reply(429, &headers, TOO_MANY)
}

fn broken() -> Answer {
    Answer::Failure(TransportError::Broken {
        source: "reset".into(),
    })
}

#[tokio::test(start_paused = true)]
async fn a_write_refused_by_the_rate_limit_is_sent_again_when_the_window_opens() {
    let script = Script::of([too_many(), ok(JANE)]);
    let client = script.client();
    let began = Instant::now();
    client
        .update_contact(&jane(), &ContactPatch::default())
        .await
        .unwrap();
    let waited = began.elapsed();
    assert!(waited >= Duration::from_secs(6), "{waited:?}");
    assert!(waited < Duration::from_secs(7), "{waited:?}");
    assert_eq!(script.asked(), ["PUT /contacts/5ba6", "PUT /contacts/5ba6"]);
    assert_eq!(client.calls(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_met_by_one_clone_makes_the_others_wait() {
    let script = Script::of([too_many(), ok(JANE), ok(JANE)]);
    let client = script.client();
    let other = client.clone();
    let began = Instant::now();
    let jane = jane();
    let (first, second) = tokio::join!(client.contact(&jane), async {
        // sleeps because: the clock is paused, and the second call has to come later.
        tokio::time::sleep(Duration::from_secs(1)).await;
        let contact = other.contact(&jane).await;
        (contact, began.elapsed())
    });
    first.unwrap();
    second.0.unwrap();
    assert!(second.1 >= Duration::from_secs(6), "{:?}", second.1);
    assert_eq!(other.calls(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_limit_that_others_use_up_each_time_is_given_up_and_named() {
    let script = Script::of((0..6).map(|_| too_many()));
    let error = script.client().contact(&jane()).await.unwrap_err();
    assert!(matches!(
        error,
        IntercomError::RateLimited { resets_in: Some(wait) } if wait == Duration::from_secs(6)
    ));
    assert_eq!(
        error.retry_when(),
        RetryWhen::Later {
            not_before: Some(Duration::from_secs(6))
        }
    );
    assert_eq!(error.outcome(), Outcome::Refused);
    assert_eq!(script.asked().len(), 6);
}

#[tokio::test]
async fn the_headroom_is_what_the_latest_answer_told() {
    let headers = [
        ("x-ratelimit-limit", "1666"),
        ("x-ratelimit-remaining", "1500"),
        ("x-ratelimit-reset", "1767355210"),
    ];
    let script = Script::of([reply(200, &headers, JANE)]);
    let client = script.client();
    assert_eq!(client.headroom(), None);
    client.contact(&jane()).await.unwrap();
    let resets_at = Timestamp::from_seconds(1_767_355_210);
    let told = RateLimit {
        limit: 1666,
        remaining: 1500,
        resets_at,
    };
    assert_eq!(client.headroom(), Some(told));
}

#[tokio::test(start_paused = true)]
async fn a_read_is_repeated_after_what_passes() {
    for passing in [
        broken(),
        Answer::Failure(TransportError::NotSent {
            source: "refused".into(),
        }),
        refused(503, "service_unavailable", "sorry"),
        refused(408, "request_timeout", "sorry"),
        reply(502, &[], "<html>bad gateway</html>"),
        ok(" "),
    ] {
        let script = Script::of([passing, ok(JANE)]);
        script.client().contact(&jane()).await.unwrap();
        assert_eq!(script.asked(), ["GET /contacts/5ba6", "GET /contacts/5ba6"]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_read_is_given_up_after_a_few_times() {
    let script = Script::of((0..4).map(|_| refused(500, "server_error", "sorry")));
    let error = script.client().contact(&jane()).await.unwrap_err();
    assert!(matches!(error, IntercomError::Unavailable { status: 500 }));
    assert_eq!(script.asked().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_write_is_sent_once_whatever_happens() {
    for (answer, outcome) in [
        (broken(), Outcome::Unknown),
        (
            Answer::Failure(TransportError::NotSent {
                source: "refused".into(),
            }),
            Outcome::NotSent,
        ),
        (
            refused(503, "service_unavailable", "sorry"),
            Outcome::Unknown,
        ),
        (refused(422, "data_invalid", "no"), Outcome::Refused),
        (ok(""), Outcome::Unknown),
        (ok(r#"{"id":"5ba6""#), Outcome::Unknown),
    ] {
        let script = Script::of([answer]);
        let patch = ContactPatch::default();
        let error = script
            .client()
            .update_contact(&jane(), &patch)
            .await
            .unwrap_err();
        assert_eq!(error.outcome(), outcome, "{error:?}");
        assert_eq!(script.asked(), ["PUT /contacts/5ba6"]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_silent_vendor_is_not_waited_for_for_ever() {
    let silent = transport::in_process(tower::service_fn(|_: http::Request<transport::Body>| {
        std::future::pending::<Result<http::Response<transport::Body>, transport::BoxError>>()
    }));
    let api_url = "https://api.intercom.test".parse().unwrap();
    let client = intercom::Client::new(silent, api_url, "t".into());
    let error = client
        .update_contact(&jane(), &ContactPatch::default())
        .await
        .unwrap_err();
    assert!(matches!(
        error,
        IntercomError::Transport(TransportError::TimedOut { .. })
    ));
    assert_eq!(error.outcome(), Outcome::Unknown);
}
