//! How much of an allowed rate is used, read from the twin's own log.

use std::time::Duration;

use intercom::Client;
use intercom_sim::Options;
use model::Lane;
use model::ic::ContactId;
use tokio::task::JoinSet;

use crate::twin::Twin;

/// A minute allows 10,000, a window a sixth of that.
const WINDOW_CALLS: u32 = 1666;

/// 95 of a hundred.
const ENOUGH: u32 = 1583;

fn town() -> Twin {
    Twin::new(Options {
        leads: 3,
        users: 3,
        companies: 1,
        conversations: 0,
        ..Options::default()
    })
}

fn somebody(twin: &Twin) -> ContactId {
    let id = twin.sim.user_id(0).to_string();
    id.parse().expect("the twin's ids are well-formed")
}

/// So many readers that never pause, until the time is over.
fn read_on(readers: &mut JoinSet<()>, client: &Client, twin: &Twin, many: usize, until: Duration) {
    let until = tokio::time::Instant::now() + until.saturating_sub(twin.elapsed());
    for _ in 0..many {
        let (client, contact) = (client.clone(), somebody(twin));
        readers.spawn(async move {
            while tokio::time::Instant::now() < until {
                client.contact(&contact).await.expect("the twin answers");
            }
        });
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_that_is_alone_uses_what_is_allowed_and_is_never_refused() {
    for (lane, at_once) in [(Lane::Live, 9), (Lane::Bulk, 100), (Lane::Live, 5000)] {
        let twin = town();
        let client = twin.client().in_lane(lane);
        let mut readers = JoinSet::new();
        let until = Duration::from_secs(27);
        read_on(&mut readers, &client, &twin, at_once, until);
        readers.join_all().await;
        let windows = twin.windows();
        assert!(windows.len() >= 3, "{windows:?}");
        for (place, (answered, refused)) in windows.iter().enumerate() {
            assert_eq!(*refused, 0, "{lane:?}, {at_once}: {windows:?}");
            assert!(*answered <= WINDOW_CALLS);
            // The first window began three seconds before the test.
            let whole = place == 1 || place == 2;
            assert!(
                !whole || *answered >= ENOUGH,
                "{lane:?}, {at_once}: {windows:?}"
            );
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_budget_that_somebody_else_eats_is_adapted_to_and_comes_back() {
    let twin = town();
    let (ours, theirs) = (twin.client(), twin.client());
    let mut readers = JoinSet::new();
    read_on(&mut readers, &ours, &twin, 20, Duration::from_secs(57));
    read_on(&mut readers, &theirs, &twin, 20, Duration::from_secs(27));
    // Everyone of both is answered in the end, which is asserted where they read.
    readers.join_all().await;
    let windows = twin.windows();
    for (answered, refused) in &windows[1..3] {
        assert!(*answered >= ENOUGH, "{windows:?}");
        // No more than what both had on their way when the window was used up.
        assert!(*refused <= 40, "{windows:?}");
    }
    for (answered, refused) in &windows[4..6] {
        assert_eq!(*refused, 0, "{windows:?}");
        assert!(*answered >= ENOUGH, "{windows:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn clones_share_one_budget() {
    let twin = town();
    let client = twin.client();
    let mut readers = JoinSet::new();
    for lane in [Lane::Interactive, Lane::Live, Lane::Repair, Lane::Bulk] {
        let clone = client.clone().in_lane(lane);
        read_on(&mut readers, &clone, &twin, 30, Duration::from_secs(27));
    }
    readers.join_all().await;
    assert!(
        twin.windows().iter().all(|(_, refused)| *refused == 0),
        "{:?}",
        twin.windows()
    );
}

#[tokio::test(start_paused = true)]
async fn a_click_does_not_wait_for_a_bulk_read_that_is_at_it() {
    let twin = town();
    let client = twin.client();
    let mut readers = JoinSet::new();
    let bulk = client.in_lane(Lane::Bulk);
    read_on(&mut readers, &bulk, &twin, 200, Duration::from_secs(40));
    let click = client.in_lane(Lane::Interactive);
    let contact = somebody(&twin);
    let mut slowest = Duration::ZERO;
    // In the first eight seconds of a window; what is kept shrinks towards its end.
    for _ in 0..20 {
        let began = twin.elapsed();
        click.contact(&contact).await.expect("the twin answers");
        let in_window = (began.as_millis() + 3000) % 10_000;
        if in_window < 8000 {
            slowest = slowest.max(twin.elapsed().saturating_sub(began));
        }
        // sleeps because: the next click comes later; the clock is paused.
        tokio::time::sleep(Duration::from_millis(1700)).await;
    }
    readers.join_all().await;
    assert!(slowest < Duration::from_secs(1), "{slowest:?}");
}

#[tokio::test(start_paused = true)]
async fn a_limit_that_changes_at_run_time_is_followed() {
    let twin = town();
    let client = twin.client();
    let mut readers = JoinSet::new();
    read_on(&mut readers, &client, &twin, 20, Duration::from_secs(47));
    // sleeps because: the limit changes in the middle of a window; the clock is paused.
    tokio::time::sleep(Duration::from_secs(20)).await;
    twin.sim.set_rate_limit(Some(1200));
    readers.join_all().await;
    let windows = twin.windows();
    // The window of the change refuses what was on its way; the ones after it are known.
    for (answered, refused) in &windows[3..5] {
        assert_eq!((*answered, *refused), (200, 0), "{windows:?}");
    }
}
