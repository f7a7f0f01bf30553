//! Listening to change events: what is asked for, and that a stream that ends loses nothing in
//! silence.

use std::time::Duration;

use salesforce::SalesforceError;
use salesforce::events::{Budget, Delivery, Signal, StartFrom, Subscription, Topic};
use tokio::time::timeout;

use crate::lead_changes::{
    ORG, after, place, playing, position, subscription, subscription_within, update,
};
use crate::pub_sub::Step;
use crate::world::World;

#[tokio::test(start_paused = true)]
async fn more_is_asked_for_only_when_everything_was_taken() {
    let server = playing([vec![
        Step::Events(vec![update(1), update(2)], 0),
        Step::Events(vec![update(3)], 99),
        Step::Hang,
    ]]);
    let mut subscription = subscription(&server, StartFrom::Now);
    position(&mut subscription).await;
    position(&mut subscription).await;
    assert_eq!(server.opened()[0].fetches.len(), 1);
    assert_eq!(position(&mut subscription).await, place(3));
    let wanted: Vec<_> = server.opened()[0]
        .fetches
        .iter()
        .map(|f| f.wanted)
        .collect();
    assert_eq!(wanted, [100, 100]);
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_ends_is_opened_again_behind_what_was_given_out() {
    let server = playing([
        vec![Step::Events(vec![update(1)], 99), Step::Break],
        vec![Step::Events(vec![update(2)], 99), Step::Close],
        vec![
            Step::Quiet(9),
            Step::Refuse("sfdc.platform.eventbus.grpc.service.unavailable"),
        ],
        vec![Step::Events(vec![update(10)], 99), Step::Hang],
    ]);
    let mut subscription = subscription(&server, StartFrom::Oldest);
    for at in [1, 2, 9, 10] {
        assert_eq!(position(&mut subscription).await, place(at));
    }
    let from: Vec<_> = server
        .opened()
        .iter()
        .map(|opened| {
            (
                opened.fetches[0].preset,
                opened.fetches[0].replay_id.clone(),
            )
        })
        .collect();
    assert_eq!(
        from,
        [(1, vec![]), (2, vec![1]), (2, vec![2]), (2, vec![9])]
    );
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_broke_before_a_place_was_known_is_a_loss() {
    let server = playing([
        vec![Step::Break],
        vec![Step::Events(vec![update(5)], 99), Step::Hang],
    ]);
    let mut subscription = subscription(&server, StartFrom::Now);
    let error = subscription.next().await.unwrap_err();
    assert!(matches!(error, SalesforceError::Transport(_)), "{error:?}");
    let told = subscription.next().await.unwrap();
    assert_eq!(
        told,
        Delivery {
            signal: Signal::Missed {
                why: "the stream broke before a place in it was known".to_owned()
            },
            position: None,
        }
    );
    assert_eq!(position(&mut subscription).await, place(5));
}

#[tokio::test(start_paused = true)]
async fn an_unusable_place_is_told_and_new_events_follow() {
    let server = playing([
        vec![Step::Refuse(
            "sfdc.platform.eventbus.grpc.subscription.fetch.replayid.corrupted",
        )],
        vec![Step::Events(vec![update(90)], 99), Step::Hang],
    ]);
    let mut subscription = subscription(&server, after(3));
    let told = subscription.next().await.unwrap();
    assert_eq!(
        told,
        Delivery {
            signal: Signal::Missed {
                why: "words".to_owned()
            },
            position: None,
        }
    );
    assert_eq!(position(&mut subscription).await, place(90));
    let presets: Vec<_> = server
        .opened()
        .iter()
        .map(|o| o.fetches[0].preset)
        .collect();
    assert_eq!(presets, [2, 0]);
}

#[tokio::test(start_paused = true)]
async fn an_expired_session_is_renewed_once_and_the_stream_goes_on() {
    let expired = "sfdc.platform.eventbus.grpc.service.auth.error";
    let server = playing([
        vec![Step::Events(vec![update(1)], 99), Step::Refuse(expired)],
        vec![Step::Events(vec![update(2)], 99), Step::Hang],
    ]);
    let mut subscription = subscription(&server, StartFrom::Now);
    assert_eq!(position(&mut subscription).await, place(1));
    assert_eq!(position(&mut subscription).await, place(2));
    let tokens: Vec<_> = server.opened().into_iter().map(|o| o.token).collect();
    assert_eq!(tokens, ["first", "renewed-1"]);
}

#[tokio::test(start_paused = true)]
async fn a_renewed_session_that_is_refused_too_is_an_error() {
    let expired = "sfdc.platform.eventbus.grpc.service.auth.error";
    let server = playing([vec![Step::Refuse(expired)], vec![Step::Refuse(expired)]]);
    let mut subscription = subscription(&server, StartFrom::Now);
    let error = subscription.next().await.unwrap_err();
    assert!(
        matches!(error, SalesforceError::SessionExpired),
        "{error:?}"
    );
    assert_eq!(server.opened().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_went_silent_is_given_up() {
    let server = playing([
        vec![Step::Quiet(4), Step::Hang],
        vec![Step::Events(vec![update(5)], 99), Step::Hang],
    ]);
    let mut subscription = subscription(&server, StartFrom::Now);
    assert_eq!(position(&mut subscription).await, place(4));
    let began = tokio::time::Instant::now();
    assert_eq!(position(&mut subscription).await, place(5));
    assert_eq!(began.elapsed().as_secs(), 300);
    assert_eq!(server.opened()[1].fetches[0].replay_id, [4]);
}

#[tokio::test(start_paused = true)]
async fn a_caller_who_gives_up_waiting_loses_nothing() {
    let server = playing([vec![Step::Quiet(1), Step::Hang]]);
    let mut subscription = subscription(&server, StartFrom::Now);
    assert_eq!(position(&mut subscription).await, place(1));
    for _ in 0..3 {
        let waited = timeout(Duration::from_mins(1), subscription.next()).await;
        assert!(waited.is_err(), "something was told");
    }
    assert_eq!(server.opened().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn our_share_of_the_deliveries_is_not_exceeded() {
    let server = playing([
        vec![Step::Events(vec![update(1), update(2)], 0)],
        vec![Step::Events(vec![update(3)], 1), Step::Hang],
    ]);
    let mut subscription = subscription_within(&server, StartFrom::Now, 2);
    position(&mut subscription).await;
    assert_eq!(position(&mut subscription).await, place(2));
    for _ in 0..2 {
        let error = subscription.next().await.unwrap_err();
        let SalesforceError::LimitExceeded { resets_in, .. } = error else {
            panic!("{error:?}");
        };
        assert_eq!(resets_in, Some(Duration::from_mins(24 * 60 + 10)));
    }
    tokio::time::advance(Duration::from_mins(24 * 60 + 10)).await;
    assert_eq!(position(&mut subscription).await, place(3));
    let opened = server.opened();
    assert_eq!(opened[0].fetches[0].wanted, 2);
    assert_eq!(opened[1].fetches[0].replay_id, [2]);
}

#[tokio::test(start_paused = true)]
async fn a_spent_allowance_of_the_org_is_an_error_with_a_time() {
    let server = playing([vec![
        Step::Events(vec![update(1)], 99),
        Step::Refuse("sfdc.platform.eventbus.grpc.subscription.limit.exceeded"),
    ]]);
    let mut subscription = subscription(&server, StartFrom::Now);
    position(&mut subscription).await;
    let error = subscription.next().await.unwrap_err();
    let SalesforceError::LimitExceeded { resets_in, .. } = error else {
        panic!("{error:?}");
    };
    assert_eq!(resets_in, Some(Duration::from_hours(1)));
}

#[tokio::test(start_paused = true)]
async fn a_topic_is_asked_for_before_anybody_relies_on_it() {
    let server = playing([]).refusing_topic(&[
        "sfdc.platform.eventbus.grpc.service.auth.error",
        "sfdc.platform.eventbus.grpc.service.auth.error",
        "sfdc.platform.eventbus.grpc.topic.not.found",
        "sfdc.platform.eventbus.grpc.service.auth.error",
    ]);
    let subscription = subscription(&server, StartFrom::Now);
    let error = subscription.check().await.unwrap_err();
    assert!(
        matches!(error, SalesforceError::SessionExpired),
        "{error:?}"
    );
    let error = subscription.check().await.unwrap_err();
    assert!(
        matches!(error, SalesforceError::AccessDenied { .. }),
        "{error:?}"
    );
    subscription.check().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_topic_that_the_user_may_not_listen_to_is_refused() {
    let subscription = Subscription::new(
        playing([]).pub_sub(),
        World::answering([]).client(),
        ORG.parse().unwrap(),
        Topic::changes_of("Task"),
        StartFrom::Now,
        Budget::of(10),
    );
    let error = subscription.check().await.unwrap_err();
    assert_eq!(
        error.vendor_words(),
        Some("The user may not subscribe to /data/TaskChangeEvent.")
    );
}
