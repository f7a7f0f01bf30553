//! What no record may be saved with: validation rules of administrators, and values that may be
//! there only once.

use serde::{Deserialize, Serialize};

use crate::error::ApiError;
use crate::row::Row;
use crate::schema::Object;

use super::formula::{Formula, Saved};
use super::{Author, Records};

/// A condition that no saved record fulfils.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ValidationRule {
    /// The object whose records it is for.
    pub object: Object,
    /// What is refused.
    pub formula: Formula,
    /// What the administrator wrote to be said then.
    pub message: String,
    /// The field beside which it is said; without one it stands at the top of the page.
    #[serde(default)]
    pub field: Option<String>,
}

impl Records {
    /// Refuses a record with the words of every validation rule that it breaks.
    pub(super) fn validate(
        &self,
        row: &Row,
        before: Option<&Row>,
        author: Author,
    ) -> Result<(), ApiError> {
        let object = row.object();
        let saved = Saved {
            schema: self.schema_of(object),
            row,
            before,
            now: author.now,
        };
        let mut broken = self
            .rules
            .validations
            .iter()
            .filter(|rule| rule.object == object && rule.formula.holds(saved))
            .map(|rule| {
                let code = "FIELD_CUSTOM_VALIDATION_EXCEPTION";
                ApiError::record(code, rule.message.clone(), rule.field.clone())
            });
        match broken.next() {
            None => Ok(()),
            Some(first) => Err(ApiError {
                more: broken.collect(),
                ..first
            }),
        }
    }

    /// Refuses a value that a unique field of another record holds.
    pub(super) fn refuse_taken(&self, row: &Row, before: Option<&Row>) -> Result<(), ApiError> {
        let schema = self.schema_of(row.object());
        let unique = schema.fields.iter().enumerate();
        for (place, field) in unique.filter(|(_, field)| field.unique) {
            let value = row.stored(place);
            let is_kept = before.is_some_and(|before| before.stored(place) == value);
            if value.is_null() || is_kept {
                continue;
            }
            let is_same = |other: &Row| !field.case_sensitive || other.stored(place) == value;
            let holders = self.keyed(row.object(), place, value).into_iter();
            let taken = holders
                .filter(|id| *id != row.id)
                .find(|id| self.living(*id).is_some_and(|other| is_same(other)));
            if let Some(id) = taken {
                let message = format!(
                    "duplicate value found: {} duplicates value on record with id: {}",
                    field.name,
                    id.short()
                );
                return Err(ApiError::record("DUPLICATE_VALUE", message, []));
            }
        }
        Ok(())
    }

    /// Refuses rules that name what is not there.
    pub(crate) fn check_rules(&self, rules: &super::Rules) -> Result<(), ApiError> {
        let refused = |list: &str, at: usize, reason: String| {
            ApiError::bad_request("INVALID_INPUT", format!("{list}[{at}]: {reason}"))
        };
        for (at, rule) in rules.validations.iter().enumerate() {
            let schema = self.schema_of(rule.object);
            let refused = |reason| refused("validations", at, reason);
            if let Err(error) = rule.formula.check(schema) {
                return Err(refused(error.to_string()));
            }
            if let Some(field) = &rule.field
                && schema.field(field).is_none()
            {
                return Err(refused(format!("{} has no field {field}", rule.object)));
            }
        }
        for (at, flow) in rules.flows.iter().enumerate() {
            let schema = self.schema_of(flow.object);
            if let Err(reason) = flow.check(schema) {
                return Err(refused("flows", at, reason));
            }
        }
        for (at, trigger) in rules.triggers.iter().enumerate() {
            let schema = self.schema_of(trigger.object);
            if let Some(formula) = &trigger.when
                && let Err(error) = formula.check(schema)
            {
                return Err(refused("triggers", at, error.to_string()));
            }
        }
        let owners = [rules.lead_assignee, rules.case_assignee];
        for owner in owners.into_iter().chain(rules.default_case_owner) {
            let found = self.living(owner).map(|row| row.object());
            if !matches!(found, Some(Object::User | Object::Group)) {
                let message = format!("{owner} is neither a user nor a queue");
                return Err(ApiError::bad_request("INVALID_INPUT", message));
            }
        }
        Ok(())
    }
}
