use std::future::pending;

use tokio::time::Instant;

use super::*;

/// A shutdown whose signals the test gives.
fn followed() -> (Shutdown, mpsc::Sender<()>) {
    let (signal, signals) = mpsc::channel(2);
    let shutdown = Shutdown::new();
    tokio::spawn(shutdown.clone().follow(signals));
    (shutdown, signal)
}

#[tokio::test(start_paused = true)]
async fn tasks_that_heed_the_signal_end_by_themselves() {
    let (shutdown, signal) = followed();
    let soft = shutdown.soft.clone();
    shutdown.spawn(async move { soft.cancelled().await });
    let began = Instant::now();
    signal.send(()).await.unwrap();
    shutdown.soft.cancelled().await;
    assert_eq!(shutdown.end().await, Ending::Clean);
    assert_eq!(began.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_task_that_does_not_end_is_cut_off_after_the_grace() {
    let (shutdown, _signal) = followed();
    shutdown.spawn(pending());
    let began = Instant::now();
    assert_eq!(shutdown.end().await, Ending::CutOff);
    assert_eq!(began.elapsed(), GRACE);
}

#[tokio::test(start_paused = true)]
async fn a_second_signal_cuts_off_at_once() {
    let (shutdown, signal) = followed();
    shutdown.spawn(pending());
    let began = Instant::now();
    signal.send(()).await.unwrap();
    signal.send(()).await.unwrap();
    assert_eq!(shutdown.end().await, Ending::CutOff);
    assert_eq!(began.elapsed(), Duration::ZERO);
    assert_eq!(shutdown.unless_cut_off(pending::<()>()).await, None);
}

#[tokio::test(start_paused = true)]
async fn a_later_group_goes_on_until_it_is_ended_itself() {
    let (shutdown, signal) = followed();
    let later = shutdown.later();
    signal.send(()).await.unwrap();
    assert_eq!(shutdown.end().await, Ending::Clean);
    assert!(!later.soft.is_cancelled());
    assert_eq!(later.end().await, Ending::Clean);
    assert!(later.soft.is_cancelled());
}
