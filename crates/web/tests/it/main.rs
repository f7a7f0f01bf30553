//! The web side as vendors and browsers meet it: a router over a real engine and store, with the
//! clouds' few answers canned, or between both simulated clouds.
#![expect(
    clippy::unwrap_used,
    reason = "a test that panics has failed, and says where"
)]

mod card;
mod clouds;
mod connections;
mod hidden;
mod oauth;
mod ownership;
mod people;
mod progress;
mod security;
mod team;
mod webhook;
mod webhook_odd;
mod webhook_workspaces;
mod world;
