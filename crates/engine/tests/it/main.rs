//! The engine between both simulated clouds: real clients, real SQL, only the world outside is
//! pretended. Time is tokio's paused clock, so minutes pass in microseconds.
#![expect(
    clippy::unwrap_used,
    reason = "a test ends where something unexpected happens"
)]

mod attributes;
mod card;
mod cast;
mod change_events;
mod connecting;
mod conversions;
mod creation;
mod crowds;
mod events;
mod fan_out;
mod first_sync;
mod hidden;
mod incidents;
mod intents;
mod live;
mod mail;
mod merges;
mod notes;
mod owners;
mod pins;
mod placeholders;
mod rewalks;
mod rotation;
mod scale;
mod stage;
mod telling;
mod trouble;
mod world;
