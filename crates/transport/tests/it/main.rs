//! The public side of the crate: in-process services, and real sockets on the loopback address.
#![expect(
    clippy::unwrap_used,
    reason = "a test that panics has failed, and says where"
)]

mod in_process;
mod network;
mod secret;
