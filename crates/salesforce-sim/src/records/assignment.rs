//! Who becomes the owner: assignment rules, what a record gives, or who writes it.

use crate::id::RecordId;
use crate::row::Row;
use crate::schema::{Object, Setup};
use crate::seed;
use crate::value::Value;

use crate::error::ApiError;

use super::write::Saving;
use super::{Author, AutoAssign, Records};

/// Whether the default owner of Cases also replaces an owner that the request gave, where the rule
/// was asked for and none is active. UNVERIFIED: only the case without a given owner is documented.
const DEFAULT_OWNER_REPLACES_GIVEN: bool = false;

/// The types of users who can own records.
const OWNING_TYPES: [&str; 4] = [
    "Standard",
    "PowerPartner",
    "CspLitePortal",
    "CustomerSuccess",
];

impl Records {
    /// Whom an assignment rule gives the record, if one applies.
    pub(super) fn assignee(&self, row: &Row, saving: Saving, author: Author) -> Option<RecordId> {
        let object = row.object();
        let (active, assignee) = match object {
            Object::Lead => (self.rules.lead_assignment, self.rules.lead_assignee),
            Object::Case => (self.rules.case_assignment, self.rules.case_assignee),
            Object::Account
            | Object::AssignmentRule
            | Object::CaseComment
            | Object::Contact
            | Object::Group
            | Object::Opportunity
            | Object::OpportunityContactRole
            | Object::Organization
            | Object::Setup(_)
            | Object::Task
            | Object::User
            | Object::UserRole => return None,
        };
        match author.auto_assign {
            AutoAssign::Never => None,
            AutoAssign::Active if active => Some(assignee),
            AutoAssign::Active => self.default_owner(row, saving),
            AutoAssign::Rule(id) => self.is_rule_for(id, object).then_some(assignee),
        }
    }

    /// Who gets a new Case that no rule gives to anybody.
    fn default_owner(&self, row: &Row, saving: Saving) -> Option<RecordId> {
        let schema = self.schema_of(row.object());
        let is_given = row.reference(schema, "OwnerId").is_some();
        let applies = row.object() == Object::Case
            && saving == Saving::Create
            && (DEFAULT_OWNER_REPLACES_GIVEN || !is_given);
        if !applies {
            return None;
        }
        self.rules.default_case_owner.or_else(|| {
            let schema = self.schema_of(Object::User);
            let users = self.tables.of(Object::User).rows();
            let mut others = users.filter(|user| user.id != seed::integration_user());
            let found = others.find(|user| user.flag(schema, "IsActive"));
            found.map(|user| user.id)
        })
    }

    fn is_rule_for(&self, rule: RecordId, object: Object) -> bool {
        let schema = self.schema_of(Object::AssignmentRule);
        self.living(rule)
            .filter(|row| row.object() == Object::AssignmentRule)
            .is_some_and(|row| row.text(schema, "SobjectType") == Some(object.name()))
    }

    /// Refuses a new owner who cannot own. Whoever owns already may stay: records of users who left
    /// can be edited.
    pub(super) fn refuse_owner(&self, row: &Row, before: Option<&Row>) -> Result<(), ApiError> {
        let object = row.object();
        let Some(place) = self.schema_of(object).position("OwnerId") else {
            return Ok(());
        };
        let owner = row.stored(place);
        if before.is_some_and(|before| before.stored(place) == owner) {
            return Ok(());
        }
        let Some(found) = owner.as_id().and_then(|id| self.living(id)) else {
            return Ok(());
        };
        let field = || ["OwnerId".to_owned()];
        if found.object() == Object::Group {
            let served = self.children(Object::Setup(Setup::QueueSobject), "QueueId", found.id);
            let schema = self.schema_of(Object::Setup(Setup::QueueSobject));
            let wanted = Some(object.name());
            if served
                .iter()
                .any(|row| row.text(schema, "SobjectType") == wanted)
            {
                return Ok(());
            }
            // UNVERIFIED: code and words.
            let message = "Queue not associated with this SObject type";
            return Err(ApiError::record("INVALID_OPERATION", message, field()));
        }
        let schema = self.schema_of(Object::User);
        if !found.flag(schema, "IsActive") {
            let message = format!(
                "operation performed with inactive user [{}] as owner of {}",
                found.id.short(),
                object.label().to_lowercase()
            );
            return Err(ApiError::record("INACTIVE_OWNER_OR_USER", message, []));
        }
        let kind = found.text(schema, "UserType");
        if kind.is_some_and(|kind| !OWNING_TYPES.contains(&kind)) {
            // UNVERIFIED: the words.
            let message = "Operation not valid for this user type";
            let code = "OP_WITH_INVALID_USER_TYPE_EXCEPTION";
            return Err(ApiError::record(code, message, field()));
        }
        Ok(())
    }

    /// Gives a new record its owner: the assignment rule's, else the given one, else the author.
    pub(super) fn own(&self, row: &mut Row, author: Author) {
        let Some(place) = self.schema_of(row.object()).position("OwnerId") else {
            return;
        };
        if let Some(owner) = self.assignee(row, Saving::Create, author) {
            row.store(place, Value::Id(owner));
        } else if row.stored(place).is_null() {
            row.store(place, Value::Id(author.user));
        }
    }
}
