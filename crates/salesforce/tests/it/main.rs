//! The client against scripted answers: what it sends, what it repeats, what it makes of answers.
#![expect(
    clippy::unwrap_used,
    reason = "a test that panics has failed, and says where"
)]

mod auth;
mod bulk;
mod events;
mod pub_sub;
mod reading;
mod session;
mod world;
mod writing;
