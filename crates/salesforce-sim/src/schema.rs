//! What objects exist, which fields they have, and what each field allows.
//!
//! One description serves describe, validation, SOQL, Bulk and the pages, so that they cannot
//! disagree. Names are those of the vendor's object reference; labels follow from them.

mod account;
mod activity;
mod contact;
mod field;
mod lead;
mod people;
mod sales;
mod service;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub(crate) use field::{Access, Field, Kind, Presence, Source};
pub(crate) use sales::stage_facts;

/// The kinds of record that this world holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[expect(missing_docs, reason = "each is the vendor's object of that name")]
pub enum Object {
    Account,
    AssignmentRule,
    Case,
    Contact,
    Group,
    Lead,
    Opportunity,
    OpportunityContactRole,
    Organization,
    Task,
    User,
    UserRole,
}

impl Object {
    /// Every object, by name.
    pub const ALL: [Self; 12] = [
        Self::Account,
        Self::AssignmentRule,
        Self::Case,
        Self::Contact,
        Self::Group,
        Self::Lead,
        Self::Opportunity,
        Self::OpportunityContactRole,
        Self::Organization,
        Self::Task,
        Self::User,
        Self::UserRole,
    ];

    /// The API name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Account => "Account",
            Self::AssignmentRule => "AssignmentRule",
            Self::Case => "Case",
            Self::Contact => "Contact",
            Self::Group => "Group",
            Self::Lead => "Lead",
            Self::Opportunity => "Opportunity",
            Self::OpportunityContactRole => "OpportunityContactRole",
            Self::Organization => "Organization",
            Self::Task => "Task",
            Self::User => "User",
            Self::UserRole => "UserRole",
        }
    }

    /// The first three characters of its ids.
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Account => "001",
            Self::AssignmentRule => "01Q",
            Self::Case => "500",
            Self::Contact => "003",
            Self::Group => "00G",
            Self::Lead => "00Q",
            Self::Opportunity => "006",
            Self::OpportunityContactRole => "00K",
            Self::Organization => "00D",
            Self::Task => "00T",
            Self::User => "005",
            Self::UserRole => "00E",
        }
    }

    /// The object of that API name; case does not matter.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|object| object.name().eq_ignore_ascii_case(name))
    }

    /// The object whose ids begin with `prefix`.
    pub fn with_prefix(prefix: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|object| object.prefix() == prefix)
    }

    /// The list of this object alone.
    fn alone(self) -> &'static [Self] {
        static ALL: [Object; 12] = Object::ALL;
        std::slice::from_ref(&ALL[self as usize])
    }

    /// Whether clients may create and delete records of it.
    pub(crate) fn is_writable(self) -> bool {
        match self {
            Self::Account
            | Self::Case
            | Self::Contact
            | Self::Lead
            | Self::Opportunity
            | Self::OpportunityContactRole
            | Self::Task => true,
            Self::AssignmentRule
            | Self::Group
            | Self::Organization
            | Self::User
            | Self::UserRole => false,
        }
    }

    /// Whether two of its records can be merged.
    pub(crate) fn is_mergeable(self) -> bool {
        match self {
            Self::Account | Self::Case | Self::Contact | Self::Lead => true,
            Self::AssignmentRule
            | Self::Group
            | Self::Opportunity
            | Self::OpportunityContactRole
            | Self::Organization
            | Self::Task
            | Self::User
            | Self::UserRole => false,
        }
    }

    pub(crate) fn plural_label(self) -> String {
        match self {
            Self::Opportunity => "Opportunities".to_owned(),
            object => format!("{}s", object.label()),
        }
    }

    pub(crate) fn label(self) -> String {
        field::label_of(self.name())
    }
}

/// One object with its fields, in the order in which describe lists them.
#[derive(Debug)]
pub(crate) struct ObjectSchema {
    pub(crate) object: Object,
    pub(crate) fields: Vec<Field>,
    by_name: BTreeMap<String, usize>,
    by_relationship: BTreeMap<String, usize>,
}

impl ObjectSchema {
    fn new(object: Object, mut own: Vec<Field>) -> Self {
        let mut fields = vec![Field::system_id(), Field::system_is_deleted()];
        if object.is_mergeable() {
            fields.push(Field::reference("MasterRecordId", object.alone()).read_only());
        }
        fields.append(&mut own);
        fields.extend(Field::system_audit());
        let lower = |text: &str| text.to_ascii_lowercase();
        let by_name = fields
            .iter()
            .enumerate()
            .map(|(at, f)| (lower(&f.name), at))
            .collect();
        let by_relationship = fields
            .iter()
            .enumerate()
            .filter_map(|(at, f)| f.relationship().map(|name| (lower(&name), at)))
            .collect();
        Self {
            object,
            fields,
            by_name,
            by_relationship,
        }
    }

    /// The place of the field of that name; case does not matter.
    pub(crate) fn position(&self, name: &str) -> Option<usize> {
        self.by_name.get(&name.to_ascii_lowercase()).copied()
    }

    /// The field of that name; case does not matter.
    pub(crate) fn field(&self, name: &str) -> Option<&Field> {
        self.position(name).map(|at| &self.fields[at])
    }

    /// The reference field behind a relationship name such as `Owner`.
    pub(crate) fn relationship(&self, name: &str) -> Option<usize> {
        self.by_relationship
            .get(&name.to_ascii_lowercase())
            .copied()
    }

    /// The place of a field that the program itself names.
    pub(crate) fn known(&self, name: &str) -> usize {
        self.position(name)
            .unwrap_or_else(|| panic!("{} has {name}", self.object.name()))
    }
}

/// All objects.
#[derive(Debug)]
pub(crate) struct Schema {
    objects: Vec<ObjectSchema>,
}

impl Schema {
    pub(crate) fn new() -> Self {
        let objects = Object::ALL
            .into_iter()
            .map(|object| {
                let own = match object {
                    Object::Account => account::fields(),
                    Object::AssignmentRule => people::assignment_rule_fields(),
                    Object::Case => service::case_fields(),
                    Object::Contact => contact::fields(),
                    Object::Group => people::group_fields(),
                    Object::Lead => lead::fields(),
                    Object::Opportunity => sales::opportunity_fields(),
                    Object::OpportunityContactRole => sales::contact_role_fields(),
                    Object::Organization => people::organization_fields(),
                    Object::Task => activity::task_fields(),
                    Object::User => people::user_fields(),
                    Object::UserRole => people::user_role_fields(),
                };
                ObjectSchema::new(object, own)
            })
            .collect();
        Self { objects }
    }

    pub(crate) fn of(&self, object: Object) -> &ObjectSchema {
        &self.objects[object as usize]
    }
}
