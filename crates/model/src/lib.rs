//! The words that every other crate speaks: ids, match keys, instants, settings, and the two ports
//! (`Clock`, `Entropy`) through which time and chance enter.
//!
//! A value of one of these types is the proof that it was checked: a `LeadId` has the right prefix
//! and checksum, a `MatchKey` is trimmed and folded. Nothing here performs IO, knows a vendor's
//! wire format, or decides anything.
//!
//! Start at [`Subject`] and [`PersonKey`]: what may need a look, and who is looked at.
#![deny(missing_docs)]

mod change;
mod connection;
mod entropy;
pub mod ic;
mod link;
mod match_key;
pub mod settings;
pub mod sf;
mod subject;
mod time;

pub use change::Change;
pub use connection::{ConnectionId, OrgKey};
pub use entropy::{Entropy, OsEntropy, SeededEntropy};
pub use link::{Base, BasePair, How, Link, PutBacks};
pub use match_key::{KeyHash, MatchKey, PersonKey};
pub use settings::Settings;
pub use subject::{Lane, Reason, Signal, Subject};
pub use time::{Clock, ManualClock, ParseTimestampError, SystemClock, Timestamp};
