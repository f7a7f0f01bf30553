//! Case and its comments.

use super::{Field, Kind, Meaning, Object, Source};

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
    let mut fields = vec![
        Field::text("CaseNumber", 30)
            .read_only()
            .always_filled()
            .looked_up()
            .naming(),
        Field::reference("ContactId", &[Object::Contact]).children("Cases"),
        Field::reference("AccountId", &[Object::Account]).children("Cases"),
        Field::reference_beyond("AssetId", "Asset"),
        Field::reference("ParentId", &[Object::Case]).children("Cases"),
        Field::text("SuppliedName", 80),
        Field::text("SuppliedEmail", 80),
        Field::text("SuppliedPhone", 40),
        Field::text("SuppliedCompany", 80),
        Field::picklist("Type", TYPES)
            .length(40)
            .labelled("Case Type"),
        Field::picklist("Status", STATUSES)
            .length(40)
            .preset("New")
            .meaning(|status| match status {
                "Closed" => Meaning::Closed,
                _ => Meaning::Plain,
            }),
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
        Field::phone("ContactPhone").read_only(),
        Field::phone("ContactMobile").read_only(),
        Field::new("ContactEmail", Kind::Email, 80).read_only(),
        Field::phone("ContactFax").read_only(),
        Field::long_text_area("Comments", 4_000).labelled("Internal Comments"),
    ];
    fields.extend(Field::system_viewed());
    fields
}

pub(super) fn case_comment_fields() -> Vec<Field> {
    vec![
        Field::reference("ParentId", &[Object::Case])
            .children("CaseComments")
            .required()
            .create_only(),
        Field::flag("IsPublished").labelled("Published"),
        Field::long_text_area("CommentBody", 4_000).labelled("Body"),
    ]
}
