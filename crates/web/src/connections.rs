//! The settings pages, one resource per file.

pub(crate) mod create;
mod failures;
pub(crate) mod index;
mod live;
pub(crate) mod notices;
pub(crate) mod progress;
pub(crate) mod settings;
pub(crate) mod show;
mod sides;
pub(crate) mod sync;

#[cfg(test)]
pub(crate) use samples::{Samples, live_region};

#[cfg(test)]
mod samples;
