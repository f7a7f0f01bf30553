//! What is read of an object, by whichever way.

use model::Timestamp;

use crate::api_name::ApiName;
use crate::soql::{Select, at_least};
use crate::{Operation, SalesforceError};

/// Which rows of an object, and which fields of each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowQuery {
    /// The object.
    pub object: ApiName,
    /// The fields, in the order in which they are wanted; at least one.
    pub fields: Vec<ApiName>,
    /// Whether deleted rows are among them.
    pub operation: Operation,
    /// Only rows whose `SystemModstamp` is not before this.
    pub modified_from: Option<Timestamp>,
}

impl RowQuery {
    pub(crate) fn select(&self) -> Select {
        let select = Select::new(&self.fields, &self.object);
        match self.modified_from {
            Some(from) => select.filtered(at_least("SystemModstamp", from)),
            None => select,
        }
    }

    /// A statement without fields is not SOQL.
    pub(crate) fn check(&self) -> Result<(), SalesforceError> {
        if self.fields.is_empty() {
            return Err(SalesforceError::NotSendable {
                why: "a query needs at least one field".to_owned(),
            });
        }
        Ok(())
    }
}
