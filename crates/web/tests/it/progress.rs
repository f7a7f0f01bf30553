use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, Response, StatusCode};
use http_body_util::BodyExt;
use tokio::time::Instant;

use crate::world::{World, near};

async fn watch(world: &World) -> Response<Body> {
    let request = near(Request::get("/connections/acme/progress")).body(Body::empty());
    world.open(request.unwrap()).await
}

/// The next event; `None` at the end of the stream.
async fn event(body: &mut Body) -> Option<String> {
    let frame = body.frame().await?.unwrap();
    Some(String::from_utf8(frame.into_data().unwrap().to_vec()).unwrap())
}

/// The HTML of an event.
fn html(event: &str) -> String {
    let lines = event.lines().filter_map(|line| line.strip_prefix("data: "));
    lines.collect::<Vec<_>>().join("\n")
}

#[tokio::test(start_paused = true)]
async fn i3_the_first_event_comes_at_once_and_holds_the_region() {
    let world = World::new();
    world.connection("acme").await;
    let answer = watch(&world).await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.headers()["content-type"], "text/event-stream");
    let began = Instant::now();
    let mut body = answer.into_body();
    let first = event(&mut body).await.unwrap();
    assert_eq!(began.elapsed(), Duration::ZERO);
    assert!(first.starts_with("event: live\n"), "{first}");
    assert!(html(&first).contains("<h1>Connect Intercom and Salesforce to begin.</h1>"));
}

#[tokio::test(start_paused = true)]
async fn i3_events_follow_what_happens() {
    let world = World::new();
    world.connection("acme").await;
    let mut body = watch(&world).await.into_body();
    event(&mut body).await.unwrap();
    let connection = world.named("acme").await;
    let token = transport::Secret::from("token");
    world
        .engine
        .connect_intercom_token(connection.id, "main", token)
        .await
        .unwrap();
    let began = Instant::now();
    let second = event(&mut body).await.unwrap();
    assert!(html(&second).contains("<h1>Connect Salesforce to begin.</h1>"));
    // Nothing of a sync moved: the region is drawn again after five seconds.
    assert_eq!(began.elapsed().as_secs(), 5);
}

#[tokio::test(start_paused = true)]
async fn a_stream_ends_with_the_server() {
    let world = World::new();
    world.connection("acme").await;
    let mut body = watch(&world).await.into_body();
    event(&mut body).await.unwrap();
    world.stop.cancel();
    assert_eq!(event(&mut body).await, None);
}

#[tokio::test(start_paused = true)]
async fn streams_are_bounded_and_a_closed_one_makes_room() {
    let world = World::new();
    world.connection("acme").await;
    let mut open = Vec::new();
    for _ in 0..64 {
        open.push(watch(&world).await);
    }
    assert!(open.iter().all(|answer| answer.status() == StatusCode::OK));
    assert_eq!(
        watch(&world).await.status(),
        StatusCode::SERVICE_UNAVAILABLE
    );
    open.pop();
    assert_eq!(watch(&world).await.status(), StatusCode::OK);
}
