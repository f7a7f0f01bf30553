//! Full-text search: which records hold a term, whatever field it stands in.
//!
//! Search sees what an index saw, not what the tables hold: a record that was written within the
//! lag is not found, and this module never says why. A search is answered with ids; fields of what
//! was found are read by SOQL, so that both show the same.
//!
//! Start at [`Search::ids`]; [`sosl`] reads statements, `term` reads what stands in their braces.

pub(crate) mod sosl;
mod term;

use std::time::Duration;

use model::Timestamp;

use crate::error::ApiError;
use crate::id::RecordId;
use crate::records::Records;
use crate::row::Row;
use crate::schema::{Kind, Object, ObjectSchema};

use term::Expression;

/// A search finds this many records of an object at most.
pub(crate) const FOUND_MAX: usize = 2_000;

/// Which fields are looked through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    All,
    Name,
    Email,
    Phone,
    /// What the side bar of the older pages lists: names, emails and phones.
    Sidebar,
}

impl Scope {
    /// The scope of that name; case does not matter.
    pub(crate) fn named(name: &str) -> Option<Self> {
        let known = [
            ("ALL", Self::All),
            ("NAME", Self::Name),
            ("EMAIL", Self::Email),
            ("PHONE", Self::Phone),
            ("SIDEBAR", Self::Sidebar),
        ];
        let found = known
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, scope)| *scope)
    }
}

/// What to look for, and where.
#[derive(Debug)]
pub(crate) struct Search {
    expression: Expression,
    scope: Scope,
}

impl Search {
    /// Reads a term, with its escapes, quotes, wildcards and operators.
    pub(crate) fn new(term: &str, scope: Scope) -> Result<Self, ApiError> {
        let expression = Expression::parse(term)?;
        Ok(Self { expression, scope })
    }

    /// The visible records of `object` that hold the term, in the order of their ids; only those
    /// that were last written `lag` before `now` or earlier.
    pub(crate) fn ids(
        &self,
        object: Object,
        records: &Records,
        now: Timestamp,
        lag: Duration,
    ) -> Vec<RecordId> {
        let schema = records.seen_of(object);
        let places = self.places(schema);
        let is_indexed = |row: &Row| now.since(row.stamp) >= lag;
        records
            .tables
            .of(object)
            .rows()
            .filter(|row| !row.is_deleted && is_indexed(row) && !records.sharing.hides(row.id))
            .filter(|row| self.expression.holds(row, schema, &places))
            .map(|row| row.id)
            .take(FOUND_MAX)
            .collect()
    }

    fn places(&self, schema: &ObjectSchema) -> Vec<usize> {
        let fields = schema.fields.iter().enumerate();
        let is_name = |name: &str| matches!(name, "FirstName" | "LastName");
        fields
            .filter(|(_, field)| !field.hidden)
            .filter(|(_, field)| {
                let named = field.is_name || is_name(&field.name);
                let email = field.kind == Kind::Email;
                let phone = field.kind == Kind::Phone;
                match self.scope {
                    Scope::All => is_text(field.kind),
                    Scope::Name => named,
                    Scope::Email => email,
                    Scope::Phone => phone,
                    Scope::Sidebar => named || email || phone,
                }
            })
            .map(|(place, _)| place)
            .collect()
    }
}

/// Whether an object can be searched at all.
pub(crate) fn is_searchable(object: Object) -> bool {
    match object {
        Object::Account
        | Object::Case
        | Object::CaseComment
        | Object::Contact
        | Object::Lead
        | Object::Opportunity
        | Object::Task
        | Object::User => true,
        Object::AssignmentRule
        | Object::Group
        | Object::OpportunityContactRole
        | Object::Organization
        | Object::Setup(_)
        | Object::UserRole => false,
    }
}

fn is_text(kind: Kind) -> bool {
    match kind {
        Kind::Text
        | Kind::TextArea
        | Kind::Phone
        | Kind::Email
        | Kind::Url
        | Kind::Picklist
        | Kind::MultiPicklist
        | Kind::Combobox => true,
        Kind::Id
        | Kind::Reference
        | Kind::Bool
        | Kind::Int
        | Kind::Double
        | Kind::Currency
        | Kind::Percent
        | Kind::Date
        | Kind::Instant
        | Kind::Address => false,
    }
}

/// The text is no search, in the vendor's code for it.
fn malformed(message: impl Into<String>) -> ApiError {
    ApiError::bad_request("MALFORMED_SEARCH", message)
}
