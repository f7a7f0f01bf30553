//! What apps may write: rights to objects, and the fields that are left to them.

use crate::error::ApiError;
use crate::schema::{Object, ObjectSchema};
use crate::sharing::Right;

use super::{Author, Records};

impl Records {
    /// The fields that an author knows of.
    pub(super) fn known_to(&self, author: Author, object: Object) -> &ObjectSchema {
        if author.at_screen {
            self.schema_of(object)
        } else {
            self.seen_of(object)
        }
    }

    /// Refuses an app that lacks the right.
    pub(super) fn refuse_unpermitted(
        &self,
        object: Object,
        right: Right,
        author: Author,
    ) -> Result<(), ApiError> {
        if author.at_screen || self.sharing.permits(object, right) {
            return Ok(());
        }
        Err(match right {
            // UNVERIFIED: the code and the words for a create.
            Right::Create => ApiError::record(
                "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
                format!("entity type cannot be inserted: {}", object.label()),
                [],
            ),
            Right::Edit | Right::Delete => ApiError::record(
                "INSUFFICIENT_ACCESS_OR_READONLY",
                "insufficient access rights on object id",
                [],
            ),
        })
    }
}
