//! Change events: the org tells, within a second or two, which records changed, over the Pub/Sub
//! API (gRPC, payloads in Avro).
//!
//! An event is a hint and never the truth: it says that a record may need a look, and is read for
//! its header alone. Nothing here depends on each event arriving. What is promised instead is that
//! a loss is always told: as [`Signal::Missed`], [`Signal::Gap`], [`Signal::Whole`] or
//! [`Signal::Unreadable`], never by silence.
//!
//! A [`Subscription`] holds one stream open, asks for more events only when the last of them was
//! taken, and opens the stream again from the last position that was given out. It must never know
//! what a change means for anybody, nor store its own position: whoever takes a [`Delivery`] stores
//! [`Delivery::position`] together with what came of it.
//!
//! Start at [`Subscription::next`].

mod bitmap;
mod budget;
mod change;
mod refusal;
mod rpc;
mod schema;
mod subscription;
mod wire;

pub use budget::Budget;
pub use change::{Change, ChangeKind, Delivery, ReplayId, Signal, StartFrom, Topic};
pub use rpc::PubSub;
pub use subscription::Subscription;
