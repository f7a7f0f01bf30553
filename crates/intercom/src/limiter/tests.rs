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

/// One more request is answered so.
async fn answered(limiter: &Limiter, reply: &Reply) {
    limiter.admit(Lane::Interactive).await.answered(reply);
}

/// Requests that are sent and not answered for the rest of the test.
async fn sent(limiter: &Limiter, count: usize) -> Vec<Admission<'_>> {
    let mut sent = Vec::new();
    for _ in 0..count {
        sent.push(limiter.admit(Lane::Interactive).await);
    }
    sent
}

/// How many requests of `lane` pass before the first has to wait.
async fn admitted_at_once(limiter: &Limiter, lane: Lane) -> usize {
    let began = Instant::now();
    let mut admitted = Vec::new();
    loop {
        let admission = limiter.admit(lane).await;
        if Instant::now() > began {
            return admitted.len();
        }
        admitted.push(admission);
    }
}

#[tokio::test(start_paused = true)]
async fn the_window_that_is_used_up_is_waited_for() {
    let limiter = Limiter::default();
    answered(&limiter, &reply(5, 3, Some(4))).await;
    let began = Instant::now();
    assert_eq!(admitted_at_once(&limiter, Lane::Interactive).await, 3);
    assert_eq!(
        began.elapsed(),
        Duration::from_secs(6),
        "Date says second 4, the end is 10"
    );
}

#[tokio::test(start_paused = true)]
async fn before_the_first_answer_only_so_many_are_on_their_way() {
    let limiter = Limiter::default();
    let mut under_way = sent(&limiter, 64).await;
    let next = limiter.admit(Lane::Bulk);
    let mut next = std::pin::pin!(next);
    assert!(timeout_at(Instant::now(), next.as_mut()).await.is_err());
    assert_eq!(limiter.headroom(), None);
    // One that fails makes room for one.
    under_way.pop();
    drop(next.await);
}

#[tokio::test(start_paused = true)]
async fn without_headers_there_is_no_limit() {
    let limiter = Limiter::default();
    let bare = Reply {
        headers: HeaderMap::new(),
        ..reply(1, 1, None)
    };
    answered(&limiter, &bare).await;
    let began = Instant::now();
    assert_eq!(sent(&limiter, 5000).await.len(), 5000);
    assert_eq!(began.elapsed(), Duration::ZERO);
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
        answered(&limiter, &reply(100, 100, Some(0))).await;
        // The request that was answered is one of them.
        assert_eq!(
            admitted_at_once(&limiter, lane).await,
            passes - 1,
            "{lane:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_kept_for_the_urgent_is_given_out_as_the_window_ends() {
    let limiter = Limiter::default();
    let began = Instant::now();
    answered(&limiter, &reply(100, 99, Some(0))).await;
    let mut under_way = Vec::new();
    let mut halfway = 0;
    while began.elapsed() < Duration::from_secs(10) {
        under_way.push(limiter.admit(Lane::Bulk).await);
        if began.elapsed() <= Duration::from_secs(5) {
            halfway = under_way.len();
        }
    }
    // A fifth is kept at the beginning, half of it in the middle. The last one pushed belongs to
    // the next window, and the first request was answered before.
    assert_eq!(halfway, 89);
    assert_eq!(under_way.len() - 1, 99);
}

#[tokio::test(start_paused = true)]
async fn a_tiny_limit_starves_no_lane() {
    let limiter = Limiter::default();
    answered(&limiter, &reply(1, 0, Some(0))).await;
    let began = Instant::now();
    drop(limiter.admit(Lane::Bulk).await);
    assert_eq!(began.elapsed(), WINDOW);
    drop(limiter.admit(Lane::Bulk).await);
    assert_eq!(began.elapsed(), 2 * WINDOW);
}

#[tokio::test(start_paused = true)]
async fn without_a_date_a_whole_window_is_waited_and_answers_do_not_prolong_it() {
    let limiter = Limiter::default();
    let began = Instant::now();
    answered(&limiter, &reply(5, 1, None)).await;
    tokio::time::advance(Duration::from_secs(3)).await;
    answered(&limiter, &reply(5, 0, None)).await;
    drop(limiter.admit(Lane::Interactive).await);
    assert_eq!(began.elapsed(), WINDOW);
}

#[tokio::test(start_paused = true)]
async fn an_overtaken_answer_gives_back_what_it_was_charged() {
    let limiter = Limiter::default();
    let overtaken = limiter.admit(Lane::Interactive).await;
    answered(&limiter, &reply_of(5, 4, 20, Some(10))).await;
    overtaken.answered(&reply_of(5, 0, 10, Some(9)));
    assert_eq!(limiter.headroom().map(|told| told.remaining), Some(4));
    assert_eq!(admitted_at_once(&limiter, Lane::Interactive).await, 4);
}

#[tokio::test(start_paused = true)]
async fn a_fresh_window_that_intercom_opened_first_counts_in_full() {
    let limiter = Limiter::default();
    answered(&limiter, &reply_of(100, 1, 10, Some(9))).await;
    answered(&limiter, &reply_of(100, 99, 20, Some(10))).await;
    assert_eq!(admitted_at_once(&limiter, Lane::Interactive).await, 99);
}

#[tokio::test(start_paused = true)]
async fn requests_under_way_at_the_end_count_against_the_next_window() {
    let limiter = Limiter::default();
    answered(&limiter, &reply_of(8, 7, 10, Some(9))).await;
    let before = sent(&limiter, 3).await;
    tokio::time::advance(Duration::from_secs(1)).await;
    answered(&limiter, &reply_of(8, 7, 20, Some(10))).await;
    // Three may yet be counted here, and one is.
    assert_eq!(admitted_at_once(&limiter, Lane::Interactive).await, 4);
    drop(before);
}

#[tokio::test(start_paused = true)]
async fn what_others_use_is_left_to_them() {
    let limiter = Limiter::default();
    answered(&limiter, &reply(100, 99, Some(0))).await;
    answered(&limiter, &reply(100, 40, Some(1))).await;
    assert_eq!(admitted_at_once(&limiter, Lane::Interactive).await, 40);
}

#[tokio::test(start_paused = true)]
async fn a_limit_that_changes_counts_from_the_next_answer_on() {
    let limiter = Limiter::default();
    answered(&limiter, &reply(100, 99, Some(0))).await;
    answered(&limiter, &reply(10, 8, Some(1))).await;
    assert_eq!(admitted_at_once(&limiter, Lane::Interactive).await, 8);
    let limiter = Limiter::default();
    answered(&limiter, &reply(10, 9, Some(0))).await;
    answered(&limiter, &reply(100, 98, Some(1))).await;
    assert_eq!(admitted_at_once(&limiter, Lane::Interactive).await, 98);
}

#[tokio::test(start_paused = true)]
async fn a_window_that_is_only_presumed_is_probed_first() {
    let limiter = Limiter::default();
    answered(&limiter, &reply(1000, 0, Some(0))).await;
    tokio::time::advance(WINDOW).await;
    let mut probes = sent(&limiter, 50).await;
    let next = limiter.admit(Lane::Interactive);
    let mut next = std::pin::pin!(next);
    assert!(timeout_at(Instant::now(), next.as_mut()).await.is_err());
    probes
        .swap_remove(0)
        .answered(&reply_of(1000, 999, 20, Some(10)));
    drop(next.await);
    assert_eq!(admitted_at_once(&limiter, Lane::Interactive).await, 949);
}

#[tokio::test(start_paused = true)]
async fn a_date_that_runs_ahead_costs_a_few_probes_once_and_is_allowed_for() {
    let limiter = Limiter::default();
    let began = Instant::now();
    // The window really lasts ten seconds, the header's clock is two ahead.
    answered(&limiter, &reply_of(1000, 0, 10, Some(2))).await;
    let probe = limiter.admit(Lane::Interactive).await;
    assert_eq!(began.elapsed(), Duration::from_secs(8));
    probe.answered(&reply_of(1000, 0, 10, Some(10)));
    let probe = limiter.admit(Lane::Interactive).await;
    assert_eq!(began.elapsed(), Duration::from_secs(9));
    probe.answered(&reply_of(1000, 0, 10, Some(11)));
    let probe = limiter.admit(Lane::Interactive).await;
    assert_eq!(began.elapsed(), Duration::from_secs(10));
    probe.answered(&reply_of(1000, 0, 20, Some(12)));
    drop(limiter.admit(Lane::Interactive).await);
    assert_eq!(began.elapsed(), Duration::from_secs(20));
}

#[tokio::test(start_paused = true)]
async fn those_who_wait_are_admitted_in_their_order() {
    let limiter = std::sync::Arc::new(Limiter::default());
    answered(&limiter, &reply(100, 0, Some(0))).await;
    let order = std::sync::Arc::new(Mutex::new(Vec::new()));
    let mut waiting = tokio::task::JoinSet::new();
    for number in 0..300 {
        let (limiter, order) = (limiter.clone(), order.clone());
        waiting.spawn(async move {
            let admission = limiter.admit(Lane::Bulk).await;
            order.lock().unwrap().push(number);
            let window = 20 + 10 * (number / 100);
            let left = 99 - u32::try_from(number % 100).unwrap();
            admission.answered(&reply_of(100, left, window, Some(window - 10)));
        });
    }
    while waiting.join_next().await.is_some() {}
    assert_eq!(*order.lock().unwrap(), (0..300).collect::<Vec<i64>>());
}

#[tokio::test(start_paused = true)]
async fn whoever_gives_up_waiting_holds_nobody_up() {
    let limiter = Limiter::default();
    answered(&limiter, &reply(5, 0, Some(0))).await;
    let began = Instant::now();
    let impatient = timeout_at(began + Duration::from_secs(1), limiter.admit(Lane::Live));
    let (gave_up, admitted) = tokio::join!(impatient, limiter.admit(Lane::Live));
    assert!(gave_up.is_err());
    drop(admitted);
    assert_eq!(began.elapsed(), WINDOW);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_closes_the_window_for_all() {
    let limiter = Limiter::default();
    let began = Instant::now();
    limiter.close(Duration::from_secs(7));
    drop(limiter.admit(Lane::Interactive).await);
    assert_eq!(began.elapsed(), Duration::from_secs(7));
}

#[test]
fn the_wait_is_bounded_and_retry_after_wins() {
    assert_eq!(
        until_reset(&reply_of(5, 0, 10, Some(4))),
        Duration::from_secs(6)
    );
    // No window is that long.
    assert_eq!(until_reset(&reply_of(5, 0, 99_999, Some(4))), WINDOW);
    assert_eq!(until_reset(&reply_of(5, 0, 3, Some(4))), Duration::ZERO);
    let mut named = reply_of(5, 0, 10, Some(4));
    named
        .headers
        .insert("retry-after", HeaderValue::from_static("2"));
    assert_eq!(until_reset(&named), Duration::from_secs(2));
    named
        .headers
        .insert("retry-after", HeaderValue::from_static("99999"));
    assert_eq!(until_reset(&named), WAIT_MAX);
}

/// Requests that pass at once, each answered by `replies`, over some windows after a false reset.
async fn passes_after(false_reset: i64, dated: bool) -> usize {
    let limiter = Limiter::default();
    let date = |second: i64| dated.then_some(second);
    answered(&limiter, &reply_of(100, 99, 1_000_010, date(1_000_000))).await;
    answered(&limiter, &reply_of(100, 98, false_reset, date(1_000_001))).await;
    // The next window; its answers are as they should be.
    tokio::time::advance(Duration::from_secs(70)).await;
    answered(&limiter, &reply_of(100, 99, 1_000_080, date(1_000_070))).await;
    admitted_at_once(&limiter, Lane::Interactive).await
}

#[tokio::test(start_paused = true)]
async fn a_reset_that_cannot_be_is_not_believed_for_long() {
    for false_reset in [1_000_010_000, i64::MAX, 2_000_000, 0, -1, i64::MIN] {
        for dated in [true, false] {
            let passes = passes_after(false_reset, dated).await;
            assert_eq!(passes, 99, "{false_reset}, with a Date: {dated}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_refusal_with_a_false_reset_is_waited_for_as_long_as_a_window() {
    for (reset, seconds) in [(1_000_005, 5), (1_000_010_000, 10), (-1, 10)] {
        let refusal = reply_of(100, 0, reset, Some(1_000_000));
        assert_eq!(
            until_reset(&refusal),
            Duration::from_secs(seconds),
            "{reset}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn whether_there_is_a_limit_again_is_asked_once_in_a_window() {
    let limiter = Limiter::default();
    answered(&limiter, &reply_of(0, 0, 1_000_010, Some(1_000_000))).await;
    let began = Instant::now();
    answered(&limiter, &reply_of(0, 0, 1_000_020, Some(1_000_010))).await;
    assert_eq!(began.elapsed(), WINDOW);
    answered(&limiter, &reply_of(100, 99, 1_000_030, Some(1_000_020))).await;
    assert_eq!(began.elapsed(), WINDOW * 2);
    assert_eq!(admitted_at_once(&limiter, Lane::Interactive).await, 99);
}
