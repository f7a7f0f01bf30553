//! Entry points for fuzzers: each takes any bytes and must return. Nothing else uses them.

/// Reads `input` as a CSV file of a Bulk job. The first byte chooses delimiter and line ending.
pub fn csv(input: &[u8]) {
    crate::api::reads_any_bytes(input);
}
