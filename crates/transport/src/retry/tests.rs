use std::cell::Cell;

use model::SeededEntropy;
use tokio::time::Instant;

use super::*;

const PAUSES: Pauses = Pauses([
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(3),
]);

/// Fails with `error` until it has been called `failures` times, then answers. Returns the
/// outcome, the number of attempts and the time it took.
async fn reading(failures: u32, error: &'static str) -> (Result<u32, &'static str>, u32, Duration) {
    let attempts = Cell::new(0);
    let started = Instant::now();
    let attempt = || {
        attempts.set(attempts.get() + 1);
        let outcome = if attempts.get() > failures {
            Ok(attempts.get())
        } else {
            Err(error)
        };
        async move { outcome }
    };
    let outcome = read_with_retry(PAUSES, attempt, |error| *error == "passing").await;
    (outcome, attempts.get(), started.elapsed())
}

#[tokio::test(start_paused = true)]
async fn a_read_is_repeated_while_the_failure_is_passing_and_pauses_are_left() {
    assert_eq!(reading(0, "passing").await, (Ok(1), 1, Duration::ZERO));
    assert_eq!(
        reading(2, "passing").await,
        (Ok(3), 3, Duration::from_secs(3))
    );
    assert_eq!(
        reading(9, "passing").await,
        (Err("passing"), 4, Duration::from_secs(6))
    );
}

#[tokio::test(start_paused = true)]
async fn a_read_that_was_refused_is_not_repeated() {
    assert_eq!(
        reading(9, "refused").await,
        (Err("refused"), 1, Duration::ZERO)
    );
}

#[test]
fn pauses_stay_within_half_of_their_middle_and_follow_from_the_stream() {
    let drawn = |seed| Pauses::drawn_from(&mut SeededEntropy::new(seed, "pauses"));
    assert_eq!(drawn(1), drawn(1));
    assert_ne!(drawn(1), drawn(2));
    for seed in 0..500 {
        for (pause, middle_ms) in drawn(seed).0.iter().zip([250, 1000, 4000]) {
            let pause_ms = pause.as_millis();
            assert!(
                (middle_ms / 2..=middle_ms * 3 / 2).contains(&pause_ms),
                "{pause_ms}"
            );
        }
    }
}
