//! The engine between both simulated clouds: real clients, real SQL, only the world outside is
//! pretended. Time is tokio's paused clock, so minutes pass in microseconds.
#![expect(
    clippy::unwrap_used,
    reason = "a test ends where something unexpected happens"
)]

mod card;
mod connecting;
mod creation;
mod first_sync;
mod incidents;
mod intents;
mod live;
mod mail;
mod pins;
mod trouble;
mod world;
