//! Setup at run time: fields that an administrator adds, and when the metadata changed last.

use http::Method;
use serde_json::{Value as Json, json};

use crate::answer::Request;
use crate::schema::CustomField;
use crate::world::World;

use super::{Refused, body, no_such_control};

impl World {
    /// Adds a custom field. Records that exist hold nothing in it; describes are newer from now on.
    pub fn add_field(&mut self, field: &CustomField) -> Result<(), Refused> {
        self.records
            .add_field(field, self.now)
            .map_err(|reason| Refused {
                code: "INVALID_FIELD".to_owned(),
                message: format!("{}: {reason}", field.path()),
            })?;
        self.added_fields.push(field.clone());
        self.metadata_changed();
        Ok(())
    }

    /// From now on what was described before is out of date.
    pub(super) fn metadata_changed(&mut self) {
        self.metadata_changed_at = self.now.truncated_to_second();
    }

    pub(super) fn control_fields(&mut self, request: &Request) -> Result<Json, Refused> {
        match *request.method() {
            Method::GET => Ok(json!(self.added_fields)),
            Method::POST => {
                self.add_field(&body(request)?)?;
                Ok(Json::Bool(true))
            }
            _ => Err(no_such_control()),
        }
    }
}
