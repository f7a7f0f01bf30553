//! The client against scripted answers: what it sends, what it repeats, what it makes of answers.
#![expect(
    clippy::unwrap_used,
    reason = "a test that panics has failed, and says where"
)]

mod auth;
mod blocks;
mod bulk;
mod describe;
mod events;
mod events_silence;
mod ingest;
mod keyset;
mod lead_changes;
mod many;
mod pub_sub;
mod reading;
mod session;
mod streams;
mod versions;
mod world;
mod writing;
