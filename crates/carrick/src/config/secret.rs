//! Secrets in the configuration: read as text, never written back.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serializer};
use transport::Secret;

/// What stands in the sample where a secret belongs.
const PLACEHOLDER: &str = "keep-this-secret";

pub(super) fn serialize<S: Serializer>(_: &Secret, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(PLACEHOLDER)
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Secret, D::Error> {
    // The error of the deserializer would quote what it found instead of text.
    String::deserialize(deserializer)
        .map(Secret::from)
        .map_err(|_| D::Error::custom("a secret must be text in quotation marks"))
}
