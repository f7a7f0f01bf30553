//! The web side as vendors and browsers meet it: a router over a real engine and store, with the
//! clouds' few answers canned.
#![expect(
    clippy::unwrap_used,
    reason = "a test that panics has failed, and says where"
)]

mod card;
mod connections;
mod oauth;
mod progress;
mod security;
mod webhook;
mod world;
