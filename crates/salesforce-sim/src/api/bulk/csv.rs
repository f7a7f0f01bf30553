//! CSV as Bulk reads and writes it: RFC 4180 with a choice of delimiter and line ending.
//!
//! Knows bytes and nothing of records. Reading never panics, whatever the bytes; what cannot be
//! read is refused as a whole file and never guessed at.

mod fuzzed;
mod reader;
mod writer;

pub(crate) use fuzzed::reads_any_bytes;
pub(super) use reader::{Reader, Unreadable};
pub(super) use writer::{write_line, write_quoted};

#[cfg(test)]
mod tests;
