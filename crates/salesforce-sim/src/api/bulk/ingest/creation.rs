//! Making a job: what it is told, and why it may be refused.

use serde::Deserialize;

use crate::error::ApiError;
use crate::id::RecordId;
use crate::schema::Object;
use crate::world::World;

use super::super::super::call::Call;
use super::super::dialect::{Delimiter, LineEnding};
use super::super::head::Head;
use super::super::query::dialect;
use super::{IngestJob, Operation, OperationName, State, Work};

/// What a client sends to make a job.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Creation {
    object: String,
    operation: OperationName,
    external_id_field_name: Option<String>,
    assignment_rule_id: Option<String>,
    content_type: Option<String>,
    column_delimiter: Option<Delimiter>,
    line_ending: Option<LineEnding>,
}

impl World {
    /// A new job, open and without a file.
    pub(super) fn new_ingest(
        &mut self,
        asked: &Creation,
        call: &Call,
    ) -> Result<IngestJob, ApiError> {
        let dialect = dialect(
            asked.content_type.as_deref(),
            asked.column_delimiter,
            asked.line_ending,
        )?;
        let object = self.ingested(&asked.object)?;
        let operation = self.operation(asked, object)?;
        let head = Head {
            id: self.jobs.next_id(),
            object,
            by: call.user,
            version: call.version.clone(),
            made_at: call.now,
            dialect,
        };
        Ok(IngestJob {
            head,
            operation,
            assignment_rule: assignment_rule(asked.assignment_rule_id.as_deref())?,
            origin: call.origin(),
            state: State::Open,
            changed_at: call.now,
            file: None,
            work: Work::default(),
        })
    }

    fn ingested(&self, name: &str) -> Result<Object, ApiError> {
        let object = Object::named(name)
            .filter(|object| !self.records.sharing.denies(*object))
            .ok_or_else(|| invalid_job(&format!("Unable to find object: {name}")))?;
        if object.is_writable() {
            return Ok(object);
        }
        let message = format!(
            "Entity '{}' is not supported by the Bulk API.",
            object.name()
        );
        Err(ApiError::bad_request("INVALIDENTITY", message))
    }

    fn operation(&self, asked: &Creation, object: Object) -> Result<Operation, ApiError> {
        match asked.operation {
            OperationName::Insert => Ok(Operation::Insert),
            OperationName::Update => Ok(Operation::Update),
            OperationName::Delete => Ok(Operation::Delete),
            OperationName::HardDelete if self.jobs.switches.may_hard_delete => {
                Ok(Operation::HardDelete)
            }
            OperationName::HardDelete => {
                let message = "hardDelete operation requires special user profile permission, \
                               please contact your system administrator";
                Err(ApiError::bad_request("FEATURENOTENABLED", message))
            }
            OperationName::Upsert => self.upsert_by(asked, object),
        }
    }

    fn upsert_by(&self, asked: &Creation, object: Object) -> Result<Operation, ApiError> {
        let name = object.name();
        let field = asked.external_id_field_name.as_deref();
        let Some(field) = field.filter(|field| !field.is_empty()) else {
            return Err(invalid_job(&format!(
                "External ID was blank for {name}. An External ID must be specified for upsert."
            )));
        };
        match self.records.key_place(object, field) {
            Some(place) => {
                let field = &self.records.schema_of(object).fields[place];
                Ok(Operation::Upsert(field.name.clone()))
            }
            None => Err(invalid_job(&format!(
                "Field name provided, {field} does not match an External ID, Salesforce Id, or \
                 indexed field for {name}"
            ))),
        }
    }
}

fn assignment_rule(id: Option<&str>) -> Result<Option<RecordId>, ApiError> {
    let parse = |id: &str| {
        let malformed = |_| ApiError::bad_request("MALFORMED_ID", format!("malformed id {id}"));
        id.parse().map_err(malformed)
    };
    id.filter(|id| !id.is_empty()).map(parse).transpose()
}

/// A job cannot be made like that.
pub(super) fn invalid_job(reason: &str) -> ApiError {
    ApiError::bad_request("INVALIDJOB", format!("InvalidJob : {reason}"))
}
