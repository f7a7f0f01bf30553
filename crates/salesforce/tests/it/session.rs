//! Stale sessions, repetition of reads, counting.

use salesforce::{Outcome, SalesforceError, Usage};
use transport::RetryWhen;

use crate::world::{Answer, World, expired, json, json_text, maintenance, rows};

fn queue_rows() -> Answer {
    json(
        200,
        &rows(&[serde_json::json!({"Id": "00GD000000QYVhd", "Name": "Inbound"})]),
    )
}

#[tokio::test(start_paused = true)]
async fn a_stale_session_is_renewed_once_and_the_call_made_again() {
    let world = World::answering([expired(), queue_rows(), queue_rows()]);
    let client = world.client();
    assert_eq!(client.queues().await.unwrap()[0].name, "Inbound");
    assert_eq!(client.queues().await.unwrap().len(), 1);
    let tokens: Vec<String> = world
        .seen()
        .into_iter()
        .map(|seen| seen.authorization)
        .collect();
    assert_eq!(
        tokens,
        ["Bearer first", "Bearer renewed-1", "Bearer renewed-1"]
    );
    assert_eq!(world.renewals(), ["first"]);
}

#[tokio::test(start_paused = true)]
async fn calls_that_meet_the_same_stale_session_share_one_renewal() {
    let world = World::answering([
        expired(),
        expired(),
        expired(),
        queue_rows(),
        queue_rows(),
        queue_rows(),
    ]);
    let client = world.client();
    let (a, b, c) = tokio::join!(client.queues(), client.queues(), client.queues());
    for outcome in [a, b, c] {
        assert_eq!(outcome.unwrap().len(), 1);
    }
    assert_eq!(world.renewals(), ["first"]);
    assert_eq!(client.calls(), 6);
}

#[tokio::test(start_paused = true)]
async fn a_session_that_is_stale_again_is_not_renewed_for_ever() {
    let world = World::answering([expired(), expired()]);
    let error = world.client().queues().await.unwrap_err();
    assert!(
        matches!(error, SalesforceError::SessionExpired),
        "{error:?}"
    );
    assert_eq!(error.retry_when(), RetryWhen::Reconnected);
    assert_eq!(world.seen().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_failed_renewal_fails_the_calls_that_waited_for_it_and_is_tried_again_by_later_ones() {
    let world = World::answering([expired(), expired(), expired()]);
    let client = world.client_of_revoked_grant();
    let (first, second) = tokio::join!(client.queues(), client.queues());
    let errors = [first.unwrap_err(), second.unwrap_err()];
    assert!(
        matches!(errors[0], SalesforceError::Grant { .. }),
        "{:?}",
        errors[0]
    );
    assert!(
        matches!(errors[1], SalesforceError::NotRenewed { .. }),
        "{:?}",
        errors[1]
    );
    for error in errors {
        assert_eq!(error.retry_when(), RetryWhen::Reconnected);
        assert_eq!(error.outcome(), Outcome::Refused);
    }
    assert_eq!(world.renewals(), ["first"]);

    assert!(matches!(
        client.queues().await,
        Err(SalesforceError::Grant { .. })
    ));
    assert_eq!(world.renewals(), ["first", "first"]);
}

#[tokio::test(start_paused = true)]
async fn a_read_is_repeated_within_seconds_and_then_given_up() {
    let world = World::answering([
        Answer::NeverOpened,
        maintenance(),
        Answer::Broken,
        queue_rows(),
    ]);
    let client = world.client();
    let started = tokio::time::Instant::now();
    assert_eq!(client.queues().await.unwrap().len(), 1);
    assert_eq!(client.calls(), 4);
    assert!(started.elapsed().as_secs() < 10, "{:?}", started.elapsed());

    let world = World::answering([maintenance(), maintenance(), maintenance(), maintenance()]);
    let error = world.client().queues().await.unwrap_err();
    assert!(
        matches!(error, SalesforceError::Unavailable { status: 503 }),
        "{error:?}"
    );
    assert_eq!(world.seen().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_read_that_timed_out_or_was_refused_is_not_repeated() {
    let world = World::answering([Answer::Silence]);
    let error = world.client().queues().await.unwrap_err();
    assert!(matches!(error, SalesforceError::Transport(_)), "{error:?}");
    assert_eq!(world.seen().len(), 1);

    let refused = r#"[{"message":"no","errorCode":"MALFORMED_QUERY"}]"#;
    let world = World::answering([json_text(400, refused)]);
    let error = world.client().queues().await.unwrap_err();
    assert!(
        matches!(error, SalesforceError::Malformed { .. }),
        "{error:?}"
    );
    assert_eq!(world.seen().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn the_daily_usage_is_what_the_last_answer_said() {
    let world = World::answering([queue_rows()]);
    let client = world.client();
    assert_eq!(client.usage(), None);
    client.queues().await.unwrap();
    assert_eq!(
        client.usage(),
        Some(Usage {
            used: 18,
            max: 15_000
        })
    );
    assert_eq!(
        client.instance_url().as_str(),
        "https://acme.my.salesforce.com/"
    );
}
