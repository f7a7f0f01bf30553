//! Case.

use super::{Field, Object, Source};

const STATUSES: &[&str] = &["New", "Working", "Escalated", "Closed"];
const PRIORITIES: &[&str] = &["High", "Medium", "Low"];
const ORIGINS: &[&str] = &["Phone", "Email", "Web"];
const TYPES: &[&str] = &[
    "Mechanical",
    "Electrical",
    "Electronic",
    "Structural",
    "Other",
];
const REASONS: &[&str] = &[
    "Installation",
    "Equipment Complexity",
    "Performance",
    "Breakdown",
    "Equipment Design",
    "Feedback",
    "Other",
];

pub(super) fn case_fields() -> Vec<Field> {
    vec![
        Field::text("CaseNumber", 30)
            .read_only()
            .always_filled()
            .looked_up()
            .naming(),
        Field::reference("ContactId", &[Object::Contact]),
        Field::reference("AccountId", &[Object::Account]),
        Field::reference("ParentId", &[Object::Case]),
        Field::text("SuppliedName", 80),
        Field::text("SuppliedEmail", 80),
        Field::text("SuppliedPhone", 40),
        Field::text("SuppliedCompany", 80),
        Field::picklist("Type", TYPES)
            .length(40)
            .labelled("Case Type"),
        Field::picklist("Status", STATUSES).length(40).preset("New"),
        Field::picklist("Reason", REASONS)
            .length(40)
            .labelled("Case Reason"),
        Field::picklist("Origin", ORIGINS)
            .length(40)
            .labelled("Case Origin"),
        Field::text("Subject", 255),
        Field::picklist("Priority", PRIORITIES)
            .length(40)
            .preset("Medium"),
        Field::long_text_area("Description", 32_000),
        Field::derived(Field::flag("IsClosed").labelled("Closed"), Source::IsClosed),
        Field::instant("ClosedDate").read_only(),
        Field::flag("IsEscalated").labelled("Escalated"),
        Field::reference("OwnerId", &[Object::Group, Object::User]).always_filled(),
    ]
}
