//! The settings pages, one resource per file.

mod chips;
pub(crate) mod create;
mod failures;
mod filter;
pub(crate) mod hidden;
pub(crate) mod index;
mod live;
pub(crate) mod notices;
pub(crate) mod ownership;
pub(crate) mod people;
pub(crate) mod progress;
mod rewalk;
pub(crate) mod settings;
pub(crate) mod show;
mod sides;
pub(crate) mod sync;
pub(crate) mod team;
mod unclear;

#[cfg(test)]
pub(crate) use samples::{Samples, live_region};

#[cfg(test)]
mod samples;
