//! Whole objects by Bulk 2.0: Salesforce prepares files of rows, which are read as they arrive.
//!
//! The unit is a [`Block`] of rows: memory holds one, whatever the size of the org, and nothing is
//! fetched ahead of the consumer, so a slow one slows the download. A file is read to its end or the
//! reading fails: what is cut off, has other columns or fewer rows than announced is an error that
//! says so, and no row is lost or given twice without one.

mod block;
pub(crate) mod file;
pub(crate) mod job;
mod rows;
mod split;
mod typed;

pub use block::{Block, BlockRow, UnreadableCell};
pub use rows::BulkRows;
