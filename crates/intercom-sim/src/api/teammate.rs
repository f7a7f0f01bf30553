//! What a teammate does before the screen: through the endpoints of the API, so that the same rules
//! hold and the same webhooks are sent. No budget is spent, and nothing is logged as a call.

use bytes::Bytes;
use http::Method;
use model::Timestamp;
use serde_json::Value;

use super::{Call, Version, route};
use crate::answer::{Answer, Refusal};
use crate::ids::AdminId;
use crate::world::World;

impl World {
    /// Does what a call of an app would do, in the name of `admin`. `path` has no query.
    pub(crate) fn done_by(
        &mut self,
        admin: AdminId,
        at: Timestamp,
        (method, path): (Method, &str),
        body: &Value,
    ) -> Result<Value, Refusal> {
        let body = Bytes::from(body.to_string());
        let call = Call {
            at,
            version: Version::V2_16,
            admin,
            method: &method,
            query: Vec::new(),
            address: path.to_owned(),
            body: &body,
        };
        let segments: Vec<&str> = path.trim_matches('/').split('/').collect();
        match route(self, &call, &segments)? {
            Answer::Ok(body) => Ok(body),
            Answer::Written(body) => {
                Ok(serde_json::from_str(&body).expect("what was written as JSON is JSON"))
            }
            Answer::Empty(_) => Ok(Value::Null),
        }
    }
}
