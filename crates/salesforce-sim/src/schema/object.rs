//! The kinds of record that this org holds, and what holds for all records of a kind.
//!
//! An id's first three characters name its kind, so every kind here has a prefix of its own, also
//! where the vendor shares one or gives none.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::field::label_of;

/// The kinds of record that this world holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "each is the vendor's object of that name")]
pub enum Object {
    Account,
    AssignmentRule,
    Case,
    CaseComment,
    Contact,
    Group,
    Lead,
    Opportunity,
    OpportunityContactRole,
    Organization,
    Task,
    User,
    UserRole,
    /// What an administrator sets up: apps read it and never write it.
    Setup(Setup),
}

/// What an administrator sets up: vocabularies, record types, members, permissions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "each is the vendor's object of that name")]
pub enum Setup {
    CaseStatus,
    FieldPermissions,
    GroupMember,
    LeadStatus,
    ObjectPermissions,
    OpportunityStage,
    PermissionSet,
    PermissionSetAssignment,
    Profile,
    QueueSobject,
    RecordType,
    TaskPriority,
    TaskStatus,
    /// Has no rows of its own: they are computed for the ids that a query names.
    UserRecordAccess,
}

impl Object {
    /// Every object, by name.
    pub const ALL: [Self; 27] = [
        Self::Account,
        Self::AssignmentRule,
        Self::Case,
        Self::CaseComment,
        Self::Setup(Setup::CaseStatus),
        Self::Contact,
        Self::Setup(Setup::FieldPermissions),
        Self::Group,
        Self::Setup(Setup::GroupMember),
        Self::Lead,
        Self::Setup(Setup::LeadStatus),
        Self::Setup(Setup::ObjectPermissions),
        Self::Opportunity,
        Self::OpportunityContactRole,
        Self::Setup(Setup::OpportunityStage),
        Self::Organization,
        Self::Setup(Setup::PermissionSet),
        Self::Setup(Setup::PermissionSetAssignment),
        Self::Setup(Setup::Profile),
        Self::Setup(Setup::QueueSobject),
        Self::Setup(Setup::RecordType),
        Self::Task,
        Self::Setup(Setup::TaskPriority),
        Self::Setup(Setup::TaskStatus),
        Self::User,
        Self::Setup(Setup::UserRecordAccess),
        Self::UserRole,
    ];

    /// The API name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Account => "Account",
            Self::AssignmentRule => "AssignmentRule",
            Self::Case => "Case",
            Self::CaseComment => "CaseComment",
            Self::Contact => "Contact",
            Self::Group => "Group",
            Self::Lead => "Lead",
            Self::Opportunity => "Opportunity",
            Self::OpportunityContactRole => "OpportunityContactRole",
            Self::Organization => "Organization",
            Self::Task => "Task",
            Self::User => "User",
            Self::UserRole => "UserRole",
            Self::Setup(setup) => setup.name(),
        }
    }

    /// The first three characters of its ids.
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Account => "001",
            Self::AssignmentRule => "01Q",
            Self::Case => "500",
            Self::CaseComment => "00a",
            Self::Contact => "003",
            Self::Group => "00G",
            Self::Lead => "00Q",
            Self::Opportunity => "006",
            Self::OpportunityContactRole => "00K",
            Self::Organization => "00D",
            Self::Task => "00T",
            Self::User => "005",
            Self::UserRole => "00E",
            Self::Setup(setup) => setup.prefix(),
        }
    }

    /// Whether its rows are computed for the ids that a query names, and nowhere kept.
    pub(crate) fn is_computed(self) -> bool {
        self == Self::Setup(Setup::UserRecordAccess)
    }

    /// Whether its records are deleted with the `parent` that they refer to.
    pub(crate) fn goes_with(self, parent: Self) -> bool {
        match parent {
            Self::Account => matches!(self, Self::Contact | Self::Opportunity | Self::Task),
            Self::Case => matches!(self, Self::CaseComment | Self::Task),
            Self::Contact | Self::Lead => self == Self::Task,
            Self::Opportunity => matches!(self, Self::OpportunityContactRole | Self::Task),
            Self::AssignmentRule
            | Self::CaseComment
            | Self::Group
            | Self::OpportunityContactRole
            | Self::Organization
            | Self::Setup(_)
            | Self::Task
            | Self::User
            | Self::UserRole => false,
        }
    }

    /// Its place in [`Object::ALL`].
    pub(crate) fn index(self) -> usize {
        match self {
            Self::Account => 0,
            Self::AssignmentRule => 1,
            Self::Case => 2,
            Self::CaseComment => 3,
            Self::Setup(Setup::CaseStatus) => 4,
            Self::Contact => 5,
            Self::Setup(Setup::FieldPermissions) => 6,
            Self::Group => 7,
            Self::Setup(Setup::GroupMember) => 8,
            Self::Lead => 9,
            Self::Setup(Setup::LeadStatus) => 10,
            Self::Setup(Setup::ObjectPermissions) => 11,
            Self::Opportunity => 12,
            Self::OpportunityContactRole => 13,
            Self::Setup(Setup::OpportunityStage) => 14,
            Self::Organization => 15,
            Self::Setup(Setup::PermissionSet) => 16,
            Self::Setup(Setup::PermissionSetAssignment) => 17,
            Self::Setup(Setup::Profile) => 18,
            Self::Setup(Setup::QueueSobject) => 19,
            Self::Setup(Setup::RecordType) => 20,
            Self::Task => 21,
            Self::Setup(Setup::TaskPriority) => 22,
            Self::Setup(Setup::TaskStatus) => 23,
            Self::User => 24,
            Self::Setup(Setup::UserRecordAccess) => 25,
            Self::UserRole => 26,
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
        // Asked for every row that is read, so it is a match and not a search.
        Some(match prefix.as_bytes() {
            b"001" => Self::Account,
            b"01Q" => Self::AssignmentRule,
            b"500" => Self::Case,
            b"00a" => Self::CaseComment,
            b"003" => Self::Contact,
            b"00G" => Self::Group,
            b"00Q" => Self::Lead,
            b"006" => Self::Opportunity,
            b"00K" => Self::OpportunityContactRole,
            b"00D" => Self::Organization,
            b"00T" => Self::Task,
            b"005" => Self::User,
            b"00E" => Self::UserRole,
            _ => {
                let setup = Setup::ALL.into_iter();
                Self::Setup(setup.into_iter().find(|setup| setup.prefix() == prefix)?)
            }
        })
    }

    /// The list of this object alone.
    pub(crate) fn alone(self) -> &'static [Self] {
        static ALL: [Object; 27] = Object::ALL;
        std::slice::from_ref(&ALL[self.index()])
    }

    /// Whether clients may create and delete records of it.
    pub(crate) fn is_writable(self) -> bool {
        match self {
            Self::Account
            | Self::Case
            | Self::CaseComment
            | Self::Contact
            | Self::Lead
            | Self::Opportunity
            | Self::OpportunityContactRole
            | Self::Task => true,
            Self::AssignmentRule
            | Self::Group
            | Self::Organization
            | Self::Setup(_)
            | Self::User
            | Self::UserRole => false,
        }
    }

    /// Whether two of its records can be merged.
    pub(crate) fn is_mergeable(self) -> bool {
        match self {
            Self::Account | Self::Case | Self::Contact | Self::Lead => true,
            Self::AssignmentRule
            | Self::CaseComment
            | Self::Group
            | Self::Opportunity
            | Self::OpportunityContactRole
            | Self::Organization
            | Self::Setup(_)
            | Self::Task
            | Self::User
            | Self::UserRole => false,
        }
    }

    pub(crate) fn plural_label(self) -> String {
        let label = self.label();
        match label.strip_suffix('y') {
            Some(stem) => format!("{stem}ies"),
            None if label.ends_with("Permissions") => label,
            None if label.ends_with('s') => format!("{label}es"),
            None => format!("{label}s"),
        }
    }

    pub(crate) fn label(self) -> String {
        label_of(self.name())
    }
}

impl Setup {
    /// Every object of the setup, by name.
    pub const ALL: [Self; 14] = [
        Self::CaseStatus,
        Self::FieldPermissions,
        Self::GroupMember,
        Self::LeadStatus,
        Self::ObjectPermissions,
        Self::OpportunityStage,
        Self::PermissionSet,
        Self::PermissionSetAssignment,
        Self::Profile,
        Self::QueueSobject,
        Self::RecordType,
        Self::TaskPriority,
        Self::TaskStatus,
        Self::UserRecordAccess,
    ];

    /// The API name.
    pub fn name(self) -> &'static str {
        match self {
            Self::CaseStatus => "CaseStatus",
            Self::FieldPermissions => "FieldPermissions",
            Self::GroupMember => "GroupMember",
            Self::LeadStatus => "LeadStatus",
            Self::ObjectPermissions => "ObjectPermissions",
            Self::OpportunityStage => "OpportunityStage",
            Self::PermissionSet => "PermissionSet",
            Self::PermissionSetAssignment => "PermissionSetAssignment",
            Self::Profile => "Profile",
            Self::QueueSobject => "QueueSobject",
            Self::RecordType => "RecordType",
            Self::TaskPriority => "TaskPriority",
            Self::TaskStatus => "TaskStatus",
            Self::UserRecordAccess => "UserRecordAccess",
        }
    }

    /// The first three characters of its ids. The vendor gives the statuses, stages and priorities
    /// one prefix, and computed rows none.
    fn prefix(self) -> &'static str {
        match self {
            Self::CaseStatus => "1JC",
            Self::FieldPermissions => "01k",
            Self::GroupMember => "011",
            Self::LeadStatus => "01J",
            Self::ObjectPermissions => "110",
            Self::OpportunityStage => "1JO",
            Self::PermissionSet => "0PS",
            Self::PermissionSetAssignment => "0Pa",
            Self::Profile => "00e",
            Self::QueueSobject => "03g",
            Self::RecordType => "012",
            Self::TaskPriority => "1JP",
            Self::TaskStatus => "1JT",
            Self::UserRecordAccess => "1UA",
        }
    }
}

impl fmt::Display for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for Object {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Self::named(&name).ok_or_else(|| serde::de::Error::custom(format!("no object {name}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_object_is_found_by_place_name_and_prefix() {
        for (place, object) in Object::ALL.into_iter().enumerate() {
            assert_eq!(object.index(), place, "{object}");
            assert_eq!(Object::named(object.name()), Some(object));
            assert_eq!(Object::with_prefix(object.prefix()), Some(object));
            assert_eq!(object.alone(), [object]);
        }
        assert_eq!(Object::with_prefix("999"), None);
        assert_eq!(Object::named("Foo"), None);
    }

    #[test]
    fn plurals_are_english() {
        assert_eq!(Object::Opportunity.plural_label(), "Opportunities");
        assert_eq!(Object::Lead.plural_label(), "Leads");
        assert_eq!(
            Object::Setup(Setup::LeadStatus).plural_label(),
            "Lead Statuses"
        );
        assert_eq!(
            Object::Setup(Setup::FieldPermissions).plural_label(),
            "Field Permissions"
        );
    }
}
