//! Holding records, as a transaction or an approval process of somebody else does.

use http::Method;
use serde_json::{Value as Json, json};

use crate::answer::Request;
use crate::error::ApiError;
use crate::id::RecordId;
use crate::records::RecordLock;
use crate::world::World;

use super::{Refused, body, no_such_control, record_id};

impl World {
    /// Holds a record. A former lock on it ends.
    pub fn lock(&mut self, lock: RecordLock) -> Result<(), Refused> {
        if self.records.living(lock.record).is_none() {
            return Err(ApiError::invalid_cross_reference().into());
        }
        self.records.lock(lock);
        Ok(())
    }

    /// Releases a record.
    pub fn release(&mut self, record: RecordId) {
        self.records.release(record);
    }

    pub(super) fn control_locks(
        &mut self,
        path: &[&str],
        request: &Request,
    ) -> Result<Json, Refused> {
        let done = Json::Bool(true);
        match (request.method(), path) {
            (&Method::GET, []) => Ok(json!(self.records.locks())),
            (&Method::POST, []) => {
                self.lock(body(request)?)?;
                Ok(done)
            }
            (&Method::DELETE, []) => {
                self.records.release_all();
                Ok(done)
            }
            (&Method::DELETE, [id]) => {
                self.release(record_id(id)?);
                Ok(done)
            }
            (_, _) => Err(no_such_control()),
        }
    }
}
