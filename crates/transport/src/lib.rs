//! The outbound HTTP seam: one boxed service through which every request to the outside goes, and
//! the few things that all clients do alike: bounds on time and size, telling *never sent* from
//! *outcome unknown*, repeating a read within seconds, keeping secrets out of the logs.
//!
//! In production the service is [`network()`]'s TLS client; in tests and simulations it is a
//! simulator's router, plugged in by [`in_process`]. This crate must never know a vendor: no
//! address, header or error code of Intercom or Salesforce appears here. All timers are tokio's,
//! so that a paused clock moves them.
//!
//! Start at [`send`], then [`TransportError`].
#![deny(missing_docs)]

mod error;
mod excerpt;
mod exchange;
mod network;
mod retry;
mod secret;
mod service;

pub use axum_core::body::Body;
pub use error::{BoxError, Sent, TransportError};
pub use excerpt::excerpt;
pub use exchange::{Limits, Reply, chunks, open, receive, send};
pub use network::{NetworkOptions, Proxy, Reach, network, network_http2};
pub use retry::{Pauses, RetryWhen, read_with_retry};
pub use secret::Secret;
pub use service::{HttpService, in_process};
