//! Observe, plan, execute: what makes both clouds converge.
//!
//! Signals (webhook, poll, click, timer, sweep) only say *what* may need a look. A run observes the
//! person, lets `planner` decide, carries the operations out and settles the outcome in one
//! transaction. The functions are the same for the production loops, the first sync and the tests.
//!
//! Promises:
//! - a person is worked on by one worker at a time; nobody waits for a claim, so there is no lock
//!   order;
//! - a webhook is answered when its delivery is durable, and by nothing slower;
//! - before something is created in a cloud the wish is written down, and after a lost answer it
//!   is looked for before it is repeated;
//! - one connection's trouble costs other connections nothing, one person's failure costs its batch
//!   nothing;
//! - nothing is held in memory that grows with the size of an org.
//!
//! Never here: rules (they live in `planner`), SQL or which database, axum, a vendor's wire format.
//!
//! Start at [`Engine`], then `run`, where one batch of persons goes through all steps.

mod attributes;
mod card;
mod claims;
mod clients;
mod confirm;
mod connect;
mod create_lead;
mod directory;
mod engine;
mod error;
mod events;
mod execute;
mod failure;
mod fill;
mod hidden;
mod live;
mod mail;
mod note;
mod observe;
mod overview;
mod people;
mod pins;
mod poll;
mod preview;
mod projection;
mod receive;
mod resolve;
mod rewalk;
mod run;
mod seal;
mod sync;
mod team;
mod uninstall;
mod writes;

pub use card::{CardAsk, CardContact, CardReply, Click, Shown};
pub use engine::{Apps, Engine, Parts};
pub use error::EngineError;
pub use live::Step;
pub use mail::{Mail, MailError, MailWaits, Mailer, Mailing, PageOf, WaitingMail};
pub use overview::Overview;
pub use people::{UnclearPage, UnclearPerson};
pub use preview::{OwnerChange, OwnerPreview, PreviewState};
pub use receive::Received;
pub use seal::{SealError, SealKey};
pub use store::{
    Connection, ConnectionState, Failure, MirrorCounts, Side, StoredEntry, Sweep, SweepCounts,
    Unclear, Verdicted, WaitsFor,
};
pub use sync::{Phase, Progress};
pub use team::{Pairing, TeamTable};
pub use uninstall::Uninstalled;
