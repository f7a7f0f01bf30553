use http::{HeaderMap, HeaderValue, StatusCode};

use super::*;

/// An answer sent at second `sent_at` of a window that ends at second 10.
fn reply(limit: u32, remaining: u32, sent_at: Option<i64>) -> Reply {
    reply_of(limit, remaining, 10, sent_at)
}

fn reply_of(limit: u32, remaining: u32, resets_at: i64, sent_at: Option<i64>) -> Reply {
    let mut headers = HeaderMap::new();
    headers.insert("x-ratelimit-limit", limit.into());
    headers.insert("x-ratelimit-remaining", remaining.into());
    headers.insert("x-ratelimit-reset", resets_at.into());
    if let Some(second) = sent_at {
        let date = Timestamp::from_seconds(second).to_http_date();
        headers.insert("date", HeaderValue::from_str(&date).unwrap());
    }
    Reply {
        status: StatusCode::OK,
        headers,
        body: bytes::Bytes::new(),
    }
}

/// How many requests of `lane` pass before the first has to wait.
async fn admitted_at_once(limiter: &Limiter, lane: Lane) -> u32 {
    let mut admitted = 0;
    let began = Instant::now();
    loop {
        limiter.admit(lane).await;
        if Instant::now() > began {
            return admitted;
        }
        admitted += 1;
    }
}

#[tokio::test(start_paused = true)]
async fn the_window_that_is_used_up_is_waited_for() {
    let limiter = Limiter::default();
    limiter.learn(&reply(5, 3, Some(4)));
    let began = Instant::now();
    assert_eq!(admitted_at_once(&limiter, Lane::Interactive).await, 3);
    assert_eq!(
        began.elapsed(),
        Duration::from_secs(6),
        "Date says second 4, the end is 10"
    );
    // One of the five of the next window was admitted by the call above.
    assert_eq!(admitted_at_once(&limiter, Lane::Interactive).await, 4);
}

#[tokio::test(start_paused = true)]
async fn before_the_first_answer_everything_passes() {
    let limiter = Limiter::default();
    for _ in 0..1000 {
        limiter.admit(Lane::Bulk).await;
    }
    assert_eq!(limiter.headroom(), None);
}

#[tokio::test(start_paused = true)]
async fn a_lane_leaves_room_for_the_more_urgent_ones() {
    for (lane, passes) in [
        (Lane::Bulk, 80),
        (Lane::Repair, 90),
        (Lane::Live, 95),
        (Lane::Interactive, 100),
    ] {
        let limiter = Limiter::default();
        limiter.learn(&reply(100, 100, Some(0)));
        assert_eq!(admitted_at_once(&limiter, lane).await, passes, "{lane:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_tiny_limit_starves_no_lane() {
    let limiter = Limiter::default();
    limiter.learn(&reply(1, 1, Some(0)));
    assert_eq!(admitted_at_once(&limiter, Lane::Bulk).await, 1);
    assert_eq!(
        admitted_at_once(&limiter, Lane::Bulk).await,
        0,
        "its one request waited above"
    );
}

#[tokio::test(start_paused = true)]
async fn without_a_date_a_whole_window_is_waited_and_answers_do_not_prolong_it() {
    let limiter = Limiter::default();
    let began = Instant::now();
    limiter.learn(&reply(5, 1, None));
    tokio::time::advance(Duration::from_secs(3)).await;
    limiter.learn(&reply(5, 0, None));
    limiter.admit(Lane::Interactive).await;
    assert_eq!(began.elapsed(), WINDOW);
}

#[tokio::test(start_paused = true)]
async fn an_overtaken_answer_teaches_nothing() {
    let limiter = Limiter::default();
    limiter.learn(&reply_of(5, 4, 20, Some(10)));
    limiter.learn(&reply_of(5, 0, 10, Some(9)));
    assert_eq!(limiter.headroom().map(|told| told.remaining), Some(4));
    assert_eq!(admitted_at_once(&limiter, Lane::Interactive).await, 4);
}

#[tokio::test(start_paused = true)]
async fn a_fresh_window_that_intercom_opened_first_counts_in_full() {
    let limiter = Limiter::default();
    limiter.learn(&reply_of(100, 1, 10, Some(9)));
    limiter.learn(&reply_of(100, 99, 20, Some(10)));
    assert_eq!(admitted_at_once(&limiter, Lane::Interactive).await, 99);
}

#[tokio::test(start_paused = true)]
async fn requests_under_way_count_against_a_presumed_window() {
    let limiter = Limiter::default();
    limiter.learn(&reply_of(5, 0, 10, Some(9)));
    for _ in 0..4 {
        limiter.admit(Lane::Interactive).await;
    }
    limiter.learn(&reply_of(5, 4, 20, Some(10)));
    assert_eq!(admitted_at_once(&limiter, Lane::Interactive).await, 1);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_closes_the_window_for_all() {
    let limiter = Limiter::default();
    let began = Instant::now();
    limiter.close(Duration::from_secs(7));
    limiter.admit(Lane::Interactive).await;
    assert_eq!(began.elapsed(), Duration::from_secs(7));
}

#[test]
fn the_wait_is_bounded_and_retry_after_wins() {
    assert_eq!(
        until_reset(&reply_of(5, 0, 10, Some(4))),
        Duration::from_secs(6)
    );
    assert_eq!(until_reset(&reply_of(5, 0, 99_999, Some(4))), WAIT_MAX);
    assert_eq!(until_reset(&reply_of(5, 0, 3, Some(4))), Duration::ZERO);
    let mut named = reply_of(5, 0, 10, Some(4));
    named
        .headers
        .insert("retry-after", HeaderValue::from_static("2"));
    assert_eq!(until_reset(&named), Duration::from_secs(2));
}
