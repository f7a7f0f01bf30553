//! Bounds on time and size, and the sorting of errors, with a router where the network would be.

use std::convert::Infallible;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};
use http::{Request, Response};
use tower::service_fn;
use transport::{Body, BoxError, HttpService, Limits, Sent, TransportError};

const LIMITS: Limits = Limits {
    timeout: Duration::from_secs(5),
    body_bytes_max: 8,
};

fn asking(path: &str) -> Request<Bytes> {
    Request::get(format!("http://vendor.test{path}"))
        .body(Bytes::new())
        .unwrap()
}

fn answering(body: fn() -> Body) -> HttpService {
    transport::in_process(Router::new().route("/", get(move || async move { body() })))
}

fn failing(error: fn() -> BoxError) -> HttpService {
    transport::in_process(service_fn(move |_: Request<Body>| async move {
        Err::<Response<Body>, BoxError>(error())
    }))
}

/// Sends its pieces, then waits for ever.
fn stalling(pieces: &'static [&'static str]) -> Body {
    let sent =
        stream::iter(pieces).map(|piece| Ok::<_, Infallible>(Bytes::from_static(piece.as_bytes())));
    Body::from_stream(sent.chain(stream::pending()))
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_says_no_is_an_answer() {
    let service = answering(|| Body::from("hello"));
    let reply = transport::send(&service, asking("/"), LIMITS)
        .await
        .unwrap();
    assert_eq!(
        (reply.status.as_u16(), reply.body.as_ref()),
        (200, b"hello".as_slice())
    );
    let reply = transport::send(&service, asking("/nowhere"), LIMITS)
        .await
        .unwrap();
    assert_eq!(reply.status.as_u16(), 404);
}

#[tokio::test(start_paused = true)]
async fn a_body_is_held_up_to_its_bound_and_no_further() {
    let service = answering(|| Body::from("12345678"));
    let reply = transport::send(&service, asking("/"), LIMITS)
        .await
        .unwrap();
    assert_eq!(reply.body.as_ref(), b"12345678");

    // The bound ends the reading, so that an endless body is not waited for either.
    let service = answering(|| stalling(&["12345", "6789"]));
    let error = transport::send(&service, asking("/"), LIMITS)
        .await
        .unwrap_err();
    assert!(
        matches!(error, TransportError::TooLarge { limit_bytes: 8 }),
        "{error:?}"
    );
    assert_eq!(error.outcome(), Sent::Unknown);
}

#[tokio::test(start_paused = true)]
async fn the_time_allowed_covers_the_whole_body() {
    let service = answering(|| stalling(&["1"]));
    let started = tokio::time::Instant::now();
    let error = transport::send(&service, asking("/"), LIMITS)
        .await
        .unwrap_err();
    assert!(matches!(error, TransportError::TimedOut { after } if after == LIMITS.timeout));
    assert_eq!(error.outcome(), Sent::Unknown);
    assert_eq!(started.elapsed(), LIMITS.timeout);
}

#[tokio::test(start_paused = true)]
async fn an_opened_answer_can_be_received_whole_within_the_same_bounds() {
    let service = answering(|| Body::from("hello"));
    let response = transport::open(&service, asking("/"), LIMITS.timeout)
        .await
        .unwrap();
    let reply = transport::receive(response, LIMITS).await.unwrap();
    assert_eq!(reply.body.as_ref(), b"hello");

    let service = answering(|| stalling(&["1"]));
    let response = transport::open(&service, asking("/"), LIMITS.timeout)
        .await
        .unwrap();
    let error = transport::receive(response, LIMITS).await.unwrap_err();
    assert!(matches!(error, TransportError::TimedOut { after } if after == LIMITS.timeout));
}

#[tokio::test(start_paused = true)]
async fn a_stream_ends_when_it_stalls_and_shows_what_came_before() {
    let service = answering(|| stalling(&["one", "two"]));
    let response = transport::open(&service, asking("/"), LIMITS.timeout)
        .await
        .unwrap();
    let mut pieces = transport::chunks(response.into_body(), Duration::from_secs(30));
    assert_eq!(pieces.try_next().await.unwrap().unwrap(), "one");
    assert_eq!(pieces.try_next().await.unwrap().unwrap(), "two");
    let error = pieces.try_next().await.unwrap_err();
    assert!(matches!(error, TransportError::TimedOut { after } if after.as_secs() == 30));
}

#[tokio::test(start_paused = true)]
async fn a_stand_in_chooses_which_failure_the_caller_sees() {
    let refusing = failing(|| {
        Box::new(TransportError::NotSent {
            source: "refused".into(),
        })
    });
    let error = transport::send(&refusing, asking("/"), LIMITS)
        .await
        .unwrap_err();
    assert_eq!(error.outcome(), Sent::Never);

    let breaking = failing(|| "reset".into());
    let error = transport::send(&breaking, asking("/"), LIMITS)
        .await
        .unwrap_err();
    assert!(matches!(error, TransportError::Broken { .. }), "{error:?}");
    assert_eq!(error.outcome(), Sent::Unknown);
    // `Display` leaves the source to whoever prints the chain.
    assert_eq!(
        error.to_string(),
        "the connection broke before the answer was complete"
    );
}
