//! Streams that say nothing, or break before they have said anything.

use std::time::Duration;

use salesforce::events::{Budget, ReplayId, Signal, StartFrom, Subscription, Topic};
use tokio::time::{Instant, timeout};

use crate::pub_sub::{Server, Step};
use crate::world::World;

fn subscription(server: &Server) -> Subscription {
    Subscription::new(
        server.pub_sub(),
        World::answering([]).client(),
        "00D5e000000AbCdEAK".parse().unwrap(),
        Topic::all_changes(),
        StartFrom::Now,
        Budget::of(1_000),
    )
}

#[tokio::test(start_paused = true)]
async fn silence_is_noticed_by_who_asks_in_short_turns_too() {
    let server = Server::playing([
        vec![Step::Quiet(4), Step::Hang],
        vec![Step::Quiet(5), Step::Hang],
    ]);
    let mut subscription = subscription(&server);
    subscription.next().await.unwrap();
    let began = Instant::now();
    let told = loop {
        let turn = timeout(Duration::from_mins(1), subscription.next()).await;
        if let Ok(told) = turn {
            break told.unwrap();
        }
        assert!(
            began.elapsed() < Duration::from_mins(10),
            "the silence was not noticed"
        );
    };
    assert_eq!(told.position, Some(ReplayId::from_bytes([5])));
    assert_eq!(began.elapsed(), Duration::from_mins(5));
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_broke_before_its_head_came_may_have_lost_events() {
    let server = Server::playing([
        vec![Step::BreakBeforeTheHead],
        vec![Step::Quiet(5), Step::Hang],
    ]);
    let mut subscription = subscription(&server);
    subscription.next().await.unwrap_err();
    let told = subscription.next().await.unwrap();
    assert!(matches!(told.signal, Signal::Missed { .. }), "{told:?}");
    assert_eq!(subscription.next().await.unwrap().signal, Signal::Quiet);
}
