//! Duplicate rules: what is compared with what, and how a finding is told.

use std::sync::Arc;

use serde_json::{Value as Json, json};

use crate::error::{ApiError, Duplicates};
use crate::record_json::write_record;
use crate::row::Row;
use crate::schema::Object;

use super::{Author, DuplicateMode, Records};

/// How records of one object are looked for.
struct DuplicateRule {
    name: &'static str,
    /// The field that has to be equal, without regard to case, and is called the same wherever it
    /// is looked for.
    field: &'static str,
    /// Where it is looked for, and the matching rule that does.
    among: &'static [(Object, &'static str)],
}

const LEAD: DuplicateRule = DuplicateRule {
    name: "Standard_Lead_Duplicate_Rule",
    field: "Email",
    among: &[
        (Object::Lead, "Standard_Lead_Match_Rule_v1_0"),
        (Object::Contact, "Standard_Contact_Match_Rule_v1_1"),
    ],
};

const CONTACT: DuplicateRule = DuplicateRule {
    name: "Standard_Contact_Duplicate_Rule",
    field: "Email",
    among: &[
        (Object::Contact, "Standard_Contact_Match_Rule_v1_1"),
        (Object::Lead, "Standard_Lead_Match_Rule_v1_0"),
    ],
};

const ACCOUNT: DuplicateRule = DuplicateRule {
    name: "Standard_Account_Duplicate_Rule",
    field: "Name",
    among: &[(Object::Account, "Standard_Account_Match_Rule_v1_0")],
};

impl Records {
    /// The rule for an object, and what it does.
    fn duplicate_rule(&self, object: Object) -> Option<(DuplicateRule, DuplicateMode)> {
        match object {
            Object::Lead => Some((LEAD, self.rules.lead_duplicates)),
            Object::Contact => Some((CONTACT, self.rules.contact_duplicates)),
            Object::Account => Some((ACCOUNT, self.rules.account_duplicates)),
            Object::AssignmentRule
            | Object::Case
            | Object::CaseComment
            | Object::Group
            | Object::Opportunity
            | Object::OpportunityContactRole
            | Object::Organization
            | Object::Setup(_)
            | Object::Task
            | Object::User
            | Object::UserRole => None,
        }
    }

    /// Refuses a record that is like another one, as the rule of its object is set. Who does not
    /// change what is compared is not asked.
    pub(super) fn refuse_duplicates(
        &self,
        row: &Row,
        before: Option<&Row>,
        author: Author,
    ) -> Result<(), ApiError> {
        let object = row.object();
        let Some((rule, mode)) = self.duplicate_rule(object) else {
            return Ok(());
        };
        let (allow_save, message) = match mode {
            DuplicateMode::Off => return Ok(()),
            DuplicateMode::Alert if author.on_duplicates.allow_save => return Ok(()),
            DuplicateMode::Alert => (true, "Use one of these records?"),
            DuplicateMode::Block => (
                false,
                "You're creating a duplicate record. We recommend you use an existing record \
                 instead.",
            ),
        };
        let place = self.schema_of(object).known(rule.field);
        let is_unchanged = before.is_some_and(|before| before.stored(place) == row.stored(place));
        if is_unchanged || row.stored(place).is_null() {
            return Ok(());
        }
        let mut results = Vec::new();
        for (among, matching_rule) in rule.among {
            let found = self.alike(row, *among, rule.field);
            if !found.is_empty() {
                results.push(self.match_result(*among, matching_rule, &found, author));
            }
        }
        if results.is_empty() {
            return Ok(());
        }
        let finding = json!({
            "allowSave": allow_save,
            "duplicateRule": rule.name,
            "duplicateRuleEntityType": object.name(),
            "errorMessage": message,
            "matchResults": results,
        });
        let key = self.duplicate_key(author);
        Err(ApiError {
            duplicates: Some(Box::new(Duplicates { key, finding })),
            ..ApiError::record("DUPLICATES_DETECTED", message, [])
        })
    }

    /// The key under which a finding is told. The vendor misspells it.
    fn duplicate_key(&self, author: Author) -> &'static str {
        let since = self.rules.duplicate_result_since;
        let is_mended = since.is_some_and(|version| author.on_duplicates.version >= version);
        if self.rules.misspell_duplicate_result && !is_mended {
            "duplicateResut"
        } else {
            "duplicateResult"
        }
    }

    /// Living records of `among`, other than `row`, whose `field` holds the same. A Lead that was
    /// converted is nobody any more.
    fn alike(&self, row: &Row, among: Object, field: &str) -> Vec<Arc<Row>> {
        let wanted = row.stored(self.schema_of(row.object()).known(field));
        let schema = self.schema_of(among);
        let place = schema.known(field);
        let table = self.tables.of(among);
        table
            .equal_to(place, wanted)
            .filter_map(|at| table.at(at))
            .filter(|other| !other.is_deleted && other.stored(place).compare(wanted).is_eq())
            .filter(|other| among != Object::Lead || !other.flag(schema, "IsConverted"))
            .filter(|other| other.id != row.id)
            .cloned()
            .collect()
    }

    /// What one matching rule found. Records that the author does not see are not listed, but
    /// refuse all the same.
    fn match_result(
        &self,
        among: Object,
        matching_rule: &str,
        found: &[Arc<Row>],
        author: Author,
    ) -> Json {
        let is_listed = |row: &&Arc<Row>| author.at_screen || !self.sharing.hides(row.id);
        let matches: Vec<Json> = found
            .iter()
            .filter(is_listed)
            .map(|row| {
                json!({
                    "additionalInformation": [],
                    "fieldDiffs": [],
                    "matchConfidence": 100.0,
                    "record": self.shown_duplicate(row, author),
                })
            })
            .collect();
        json!({
            "entityType": among.name(),
            "errors": [],
            "matchEngine": "ExactMatchEngine",
            "size": matches.len(),
            "matchRecords": matches,
            "rule": matching_rule,
            "success": true,
        })
    }

    fn shown_duplicate(&self, row: &Row, author: Author) -> Json {
        let schema = self.schema_of(row.object());
        let places: Vec<usize> = if author.on_duplicates.include_details {
            (0..schema.fields.len()).collect()
        } else {
            vec![schema.known("Id")]
        };
        let version = format!("{}.0", author.on_duplicates.version);
        let mut text = String::new();
        write_record(row, schema, &places, &version, &mut text);
        serde_json::from_str(&text).expect("a record is written as JSON")
    }
}
