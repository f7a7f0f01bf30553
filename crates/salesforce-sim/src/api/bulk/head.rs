//! What every job has, and the keys under which every job's information begins.

use model::Timestamp;
use serde_json::{Value as Json, json};

use crate::id::RecordId;
use crate::schema::Object;

use super::dialect::Dialect;

/// What is fixed when a job is made.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) id: RecordId,
    pub(super) object: Object,
    pub(super) by: RecordId,
    /// `67.0`.
    pub(super) version: String,
    pub(super) made_at: Timestamp,
    pub(super) dialect: Dialect,
}

impl Head {
    /// The information that every answer about a job holds.
    pub(super) fn to_json(&self, operation: &str, state: &str, stamp: Timestamp) -> Json {
        json!({
            "id": self.id,
            "operation": operation,
            "object": self.object.name(),
            "createdById": self.by,
            "createdDate": self.made_at.to_salesforce(),
            "systemModstamp": stamp.to_salesforce(),
            "state": state,
            "concurrencyMode": "Parallel",
            "contentType": "CSV",
            "apiVersion": self.version.parse::<f64>().unwrap_or_default(),
            "lineEnding": self.dialect.ending,
            "columnDelimiter": self.dialect.delimiter,
        })
    }
}
