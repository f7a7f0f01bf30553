//! Task.

use super::{Field, Meaning, Object, Source};

const STATUSES: &[&str] = &[
    "Not Started",
    "In Progress",
    "Completed",
    "Waiting on someone else",
    "Deferred",
];
const PRIORITIES: &[&str] = &["High", "Normal", "Low"];
const SUBJECTS: &[&str] = &["Call", "Send Letter", "Send Quote", "Other"];
const SUBTYPES: &[&str] = &["Task", "Email", "ListEmail", "Call", "LinkedIn"];
const CALL_TYPES: &[&str] = &["Internal", "Inbound", "Outbound"];

pub(super) fn task_fields() -> Vec<Field> {
    vec![
        Field::reference("WhoId", &[Object::Contact, Object::Lead])
            .children("Tasks")
            .labelled("Name ID"),
        Field::reference(
            "WhatId",
            &[Object::Account, Object::Case, Object::Opportunity],
        )
        .children("Tasks")
        .labelled("Related To ID"),
        Field::combobox("Subject", SUBJECTS).naming(),
        Field::date("ActivityDate").labelled("Due Date Only"),
        Field::picklist("Status", STATUSES)
            .length(40)
            .defaulted("Not Started")
            .meaning(|status| match status {
                "Completed" => Meaning::Closed,
                _ => Meaning::Plain,
            }),
        Field::picklist("Priority", PRIORITIES)
            .length(40)
            .defaulted("Normal")
            .meaning(|priority| match priority {
                "High" => Meaning::High,
                _ => Meaning::Plain,
            }),
        Field::derived(Field::flag("IsHighPriority"), Source::IsHighPriority),
        Field::reference("OwnerId", &[Object::Group, Object::User])
            .always_filled()
            .labelled("Assigned To ID"),
        Field::long_text_area("Description", 32_000),
        Field::reference("AccountId", &[Object::Account]).read_only(),
        Field::derived(Field::flag("IsClosed").labelled("Closed"), Source::IsClosed),
        Field::flag("IsArchived").read_only().labelled("Archived"),
        Field::int("CallDurationInSeconds").labelled("Call Duration"),
        Field::picklist("CallType", CALL_TYPES).length(40),
        Field::text("CallDisposition", 255).labelled("Call Result"),
        Field::text("CallObject", 255).labelled("Call Object Identifier"),
        Field::instant("ReminderDateTime").labelled("Reminder Date/Time"),
        Field::flag("IsReminderSet").labelled("Reminder Set"),
        Field::picklist("TaskSubtype", SUBTYPES)
            .length(40)
            .restricted()
            .create_only(),
        Field::instant("CompletedDateTime")
            .read_only()
            .labelled("Completed Date"),
    ]
}
