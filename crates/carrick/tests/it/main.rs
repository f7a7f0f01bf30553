//! The program as people and scripts meet it: the real binary, real files, real sockets on this
//! machine.
//!
//! A process is waited for by what it prints, with a bound, and ended by its own number.

mod configuration;
mod demo;
mod process;
mod settings;
mod sim;
mod sync;
mod web_client;
