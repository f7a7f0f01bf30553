//! The org's own rules, which can be switched at run time, and who writes under them.

use std::sync::Arc;

use model::Timestamp;
use serde::{Deserialize, Serialize};

use crate::error::{ApiError, Duplicates};
use crate::id::RecordId;
use crate::paging::Paging;
use crate::row::Row;
use crate::schema::Object;
use crate::value::Value;

use super::Records;

/// What the org does by itself when records are written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Rules {
    /// The duplicate rule for Leads: equal emails among Leads and Contacts.
    pub lead_duplicates: DuplicateMode,
    /// Whether duplicates are reported under `duplicateResut`, as most versions do.
    pub misspell_duplicate_result: bool,
    /// Whether the Lead assignment rule is active.
    pub lead_assignment: bool,
    /// Whom the Lead assignment rule gives new Leads: a user or a queue.
    pub lead_assignee: RecordId,
    /// How pages of queries misbehave.
    #[serde(default)]
    pub paging: Paging,
}

/// What a duplicate rule does with a match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DuplicateMode {
    /// Nothing.
    Off,
    /// Refuses unless the request allows duplicates.
    Alert,
    /// Refuses.
    Block,
}

/// What `Sforce-Auto-Assign` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AutoAssign {
    /// The active rule, if there is one.
    Active,
    Never,
    /// This rule, active or not.
    Rule(RecordId),
}

/// Who writes, when, and under which request options.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Author {
    pub(crate) user: RecordId,
    pub(crate) now: Timestamp,
    pub(crate) auto_assign: AutoAssign,
    pub(crate) allow_duplicates: bool,
    /// Somebody at a screen sees everything; an app only what is shared with it.
    pub(crate) at_screen: bool,
}

impl Author {
    /// Somebody at a screen: no rule reassigns what they save, and a warning does not stop them.
    pub(crate) fn at_screen(user: RecordId, now: Timestamp) -> Self {
        Self {
            user,
            now,
            auto_assign: AutoAssign::Never,
            allow_duplicates: true,
            at_screen: true,
        }
    }
}

impl Records {
    /// Whom the assignment rule gives a Lead, if one applies.
    pub(super) fn assignee(&self, auto_assign: AutoAssign) -> Option<RecordId> {
        let applies = match auto_assign {
            AutoAssign::Active => self.rules.lead_assignment,
            AutoAssign::Never => false,
            AutoAssign::Rule(id) => self
                .living(id)
                .is_some_and(|rule| rule.object() == Object::AssignmentRule),
        };
        applies.then_some(self.rules.lead_assignee)
    }

    /// Refuses a Lead whose email another Lead or a Contact has, as the rule is set.
    pub(super) fn refuse_duplicates(&self, lead: &Row, author: Author) -> Result<(), ApiError> {
        let (allow_save, message) = match self.rules.lead_duplicates {
            DuplicateMode::Off => return Ok(()),
            DuplicateMode::Alert if author.allow_duplicates => return Ok(()),
            DuplicateMode::Alert => (true, "Use one of these records?"),
            DuplicateMode::Block => (
                false,
                "You're creating a duplicate record. We recommend you use an existing record \
                 instead.",
            ),
        };
        let Some(email) = lead.text(self.schema_of(Object::Lead), "Email") else {
            return Ok(());
        };
        let found = [Object::Lead, Object::Contact].map(|object| self.with_email(object, email));
        let matches: Vec<RecordId> = found
            .into_iter()
            .flatten()
            .map(|row| row.id)
            .filter(|id| *id != lead.id)
            .collect();
        if matches.is_empty() {
            return Ok(());
        }
        let key = if self.rules.misspell_duplicate_result {
            "duplicateResut"
        } else {
            "duplicateResult"
        };
        let duplicates = Duplicates {
            object: Object::Lead,
            rule: "Standard_Lead_Duplicate_Rule",
            matching_rule: "Standard_Lead_Match_Rule_v1_0",
            matches,
            allow_save,
            key,
        };
        Err(ApiError {
            duplicates: Some(Box::new(duplicates)),
            ..ApiError::record("DUPLICATES_DETECTED", message, [])
        })
    }

    /// Living, unconverted records with that email.
    fn with_email(&self, object: Object, email: &str) -> Vec<Arc<Row>> {
        let schema = self.schema_of(object);
        let field = schema.known("Email");
        let email = Value::text(email);
        let table = self.tables.of(object);
        table
            .equal_to(field, &email)
            .filter_map(|place| table.at(place))
            .filter(|row| !row.is_deleted && row.stored(field).compare(&email).is_eq())
            .filter(|row| object != Object::Lead || !row.flag(schema, "IsConverted"))
            .cloned()
            .collect()
    }
}
