//! The program as people and scripts meet it: the real binary, real files, real sockets on this
//! machine.
//!
//! A process is waited for by what it prints, with a bound, and ended by its own number.
#![expect(
    clippy::unwrap_used,
    reason = "a test that panics has failed, and says where"
)]

mod browser;
mod configuration;
mod crash;
mod demo;
mod mail;
mod output;
mod process;
mod settings;
mod sim;
mod sync;
mod web_client;
