//! `UserRecordAccess` answers one question: what one user may do with these records.

use crate::error::ApiError;
use crate::id::RecordId;
use crate::schema::Schema;
use crate::value::Value;

use super::super::malformed;
use super::super::predicate::{Check, Column, Predicate, Reads};
use super::super::syntax::Operator;
use super::Plan;

/// So many records can be asked for at once.
const RECORDS_MAX: usize = 200;

/// Refuses what the vendor does not compute. Both filters are needed, and no others are allowed.
pub(super) fn check(plan: &Plan, schema: &Schema) -> Result<(), ApiError> {
    if !plan.object.is_computed() {
        return Ok(());
    }
    match plan.access_asked(schema) {
        Some(asked) if asked.records.len() > RECORDS_MAX => Err(malformed(
            "UserRecordAccess can be queried for at most 200 RecordIds",
        )),
        Some(_) => Ok(()),
        None => Err(malformed(
            "UserRecordAccess must be filtered by UserId and RecordId, and by nothing else",
        )),
    }
}

/// Whose access to which records is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AccessAsked {
    pub(crate) user: RecordId,
    pub(crate) records: Vec<RecordId>,
}

impl Plan {
    /// What a query of `UserRecordAccess` asks for; nothing of any other query.
    pub(crate) fn access_asked(&self, schema: &Schema) -> Option<AccessAsked> {
        let Some(Predicate::All(parts)) = &self.filter else {
            return None;
        };
        let [one, other] = parts.as_slice() else {
            return None;
        };
        let (one, other) = (ids(one)?, ids(other)?);
        let fields = &schema.of(self.object).fields;
        let named = |place: usize, name: &str| fields[place].name == name;
        let (users, records) = if named(one.0, "UserId") && named(other.0, "RecordId") {
            (one.1, other.1)
        } else if named(one.0, "RecordId") && named(other.0, "UserId") {
            (other.1, one.1)
        } else {
            return None;
        };
        let [user] = users.as_slice() else {
            return None;
        };
        Some(AccessAsked {
            user: *user,
            records,
        })
    }
}

/// The field and the ids of `field = 'id'` or `field IN (…)`.
fn ids(part: &Predicate<Column>) -> Option<(usize, Vec<RecordId>)> {
    let Predicate::Test(column, check) = part else {
        return None;
    };
    let Reads::Field(places) = &column.reads else {
        return None;
    };
    let [(_, place)] = **places else {
        return None;
    };
    let values = match check {
        Check::Compare(Operator::Equal, value) => std::slice::from_ref(value),
        Check::OneOf(values) => values,
        Check::Compare(..)
        | Check::Within(..)
        | Check::Exactly(_)
        | Check::Like(_)
        | Check::Includes(_)
        | Check::Joined(_) => return None,
    };
    let ids = values
        .iter()
        .map(Value::as_id)
        .collect::<Option<Vec<_>>>()?;
    (column.source == 0).then_some((place, ids))
}
