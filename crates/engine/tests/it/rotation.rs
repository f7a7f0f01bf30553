//! Refresh tokens that are good for one use: the new one is stored before anything else happens.

use std::task::Poll;

use engine::{ConnectionState, Step};
use salesforce_sim::{Options, World as Org};
use serde_json::json;

use crate::world::{Size, World, lead_email};

/// Connected and synced with an org whose refresh tokens are good for one use.
async fn rotating() -> World {
    let size = Size {
        leads: 12,
        contacts: 12,
    };
    let org = Options {
        rotates_refresh_tokens: true,
        ..Options::default()
    };
    let world = World::in_org(size, org).await;
    world.connect().await;
    world.engine.sync_to_end(world.id).await.unwrap();
    world.settle().await;
    world
}

/// A change in Salesforce arrives, and the connection asks nobody for anything.
async fn still_works(world: &World, title: &str) {
    let lead = world.lead_with_email(&lead_email(0)).pop().unwrap();
    world.edit_record(lead["Id"].as_str().unwrap(), &json!({ "Title": title }));
    world.settle().await;
    let shown = world.attribute(world.intercom.lead_id(0), "SALESFORCE_TITLE");
    assert_eq!(shown.as_deref(), Some(title));
    let overview = world.engine.overview(world.id).await.unwrap();
    assert!(
        !matches!(overview.connection.state, ConnectionState::Reconnect { .. }),
        "{:?}",
        overview.connection.state
    );
}

#[tokio::test(start_paused = true)]
async fn e4_a_rotated_refresh_token_outlives_the_process_that_got_it() {
    let mut world = rotating().await;
    for title in ["Once", "Twice", "Three times"] {
        world.salesforce.with_world(Org::expire_access_tokens);
        still_works(&world, title).await;
        // Each process knows only what the one before it has stored. An old token, presented
        // again, would cost the grant.
        world.restart().await;
    }
}

#[tokio::test(start_paused = true)]
async fn e4_a_caller_that_gives_up_at_any_moment_loses_no_rotated_token() {
    let mut world = rotating().await;
    for polls in 0..24 {
        world.salesforce.with_world(Org::expire_access_tokens);
        {
            let mut poll = Box::pin(world.engine.step(world.id, Step::Poll));
            for _ in 0..polls {
                let looked = std::future::poll_fn(|context| {
                    Poll::Ready(poll.as_mut().poll(context).is_ready())
                });
                if looked.await {
                    break;
                }
                tokio::task::yield_now().await;
            }
            // Here the caller is gone; what it had begun goes on by itself.
        }
        for _ in 0..200 {
            tokio::task::yield_now().await;
        }
        world.restart().await;
    }
    still_works(&world, "After all").await;
}
