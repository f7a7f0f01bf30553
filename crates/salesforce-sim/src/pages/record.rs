//! The page of a record: who it is, where it stands, every field, and what hangs on it.

use askama::Template;
use http::StatusCode;

use crate::answer::Response;
use crate::row::Row;
use crate::schema::{Field, Kind, Object, Source};
use crate::value::Value;
use crate::world::World;

use super::related::Related;
use super::{Frame, mark, record_base, rendered};

#[derive(Template)]
#[template(path = "record.html")]
struct RecordPage {
    frame: Frame,
    object: &'static str,
    mark: &'static str,
    kind: String,
    title: String,
    href: String,
    is_deleted: bool,
    offers: Vec<Offer>,
    highlights: Vec<Shown>,
    path: Vec<PathStep>,
    sections: Vec<Section>,
    related: Vec<Related>,
}

/// Something that can be done with the record: a page to go to, or a form of one button.
struct Offer {
    action: &'static str,
    label: &'static str,
    class: &'static str,
    is_form: bool,
}

const EDIT: Offer = offer("edit", "Edit", "", false);
const CONVERT: Offer = offer("convert", "Convert", "quiet", false);
const MERGE: Offer = offer("merge", "Merge", "quiet", false);
const DELETE: Offer = offer("delete", "Delete", "quiet danger", true);
const RESTORE: Offer = offer("restore", "Restore", "", true);

const fn offer(
    action: &'static str,
    label: &'static str,
    class: &'static str,
    is_form: bool,
) -> Offer {
    Offer {
        action,
        label,
        class,
        is_form,
    }
}

/// A field as it is shown.
struct Shown {
    name: String,
    label: String,
    value: String,
    /// Empty where the value leads nowhere.
    href: String,
}

/// A card of fields.
struct Section {
    title: &'static str,
    fields: Vec<Shown>,
}

struct PathStep {
    label: String,
    state: &'static str,
}

impl World {
    pub(super) fn record_page(&self, row: &Row) -> Response {
        let object = row.object();
        let schema = self.records.schema_of(object);
        let is_converted = object == Object::Lead && row.flag(schema, "IsConverted");
        let shown = |(place, field)| self.shown(row, place, field);
        let all = || schema.fields.iter().enumerate();
        let page = RecordPage {
            frame: self.frame(Some(object)),
            object: object.name(),
            mark: mark(object),
            kind: object.label(),
            title: self.name_of(row),
            href: record_base(row.id),
            is_deleted: row.is_deleted,
            offers: offers(row, is_converted),
            highlights: all()
                .filter(|(_, field)| highlights(object).contains(&field.name.as_str()))
                .map(shown)
                .filter(|field| !field.value.is_empty())
                .collect(),
            path: path(
                row.text(schema, status_field(object)),
                schema.field(status_field(object)),
            ),
            sections: self.sections(row),
            related: self.related(row),
        };
        rendered(StatusCode::OK, &page)
    }

    /// What people entered, then what the org keeps for itself.
    fn sections(&self, row: &Row) -> Vec<Section> {
        let schema = self.records.schema_of(row.object());
        let scalars = schema
            .fields
            .iter()
            .enumerate()
            .filter(|(_, f)| f.kind != Kind::Address);
        let (details, system): (Vec<_>, Vec<_>) = scalars.partition(|(_, f)| is_detail(f));
        [("Details", details), ("System information", system)]
            .into_iter()
            .map(|(title, fields)| Section {
                title,
                fields: fields
                    .into_iter()
                    .map(|(place, f)| self.shown(row, place, f))
                    .collect(),
            })
            .collect()
    }

    fn shown(&self, row: &Row, place: usize, field: &Field) -> Shown {
        let schema = self.records.schema_of(row.object());
        let value = row.read(schema, place);
        let (text, href) = match &*value {
            Value::Id(id) if field.kind == Kind::Reference => {
                (self.name_by_id(*id), self.href_of(*id))
            }
            Value::Bool(true) => ("Yes".to_owned(), String::new()),
            Value::Bool(false) => ("No".to_owned(), String::new()),
            Value::Text(_) | Value::Static(_) => {
                let text = value.to_plain();
                let href = outward(field.kind, &text);
                (text, href)
            }
            Value::Null
            | Value::Int(_)
            | Value::Double(_)
            | Value::Id(_)
            | Value::Date(_)
            | Value::Instant(_) => (value.to_plain(), String::new()),
        };
        // A page shows who it is, not the id.
        let label = field
            .label
            .strip_suffix(" ID")
            .filter(|_| field.kind == Kind::Reference);
        Shown {
            name: field.name.clone(),
            label: label.unwrap_or(&field.label).to_owned(),
            value: text,
            href,
        }
    }
}

/// A converted lead is read-only, but can be deleted.
fn offers(row: &Row, is_converted: bool) -> Vec<Offer> {
    let object = row.object();
    if !object.is_writable() {
        return Vec::new();
    }
    if row.is_deleted {
        return vec![RESTORE];
    }
    let mut offers = Vec::new();
    if !is_converted {
        offers.push(EDIT);
        if object == Object::Lead {
            offers.push(CONVERT);
        }
        if object.is_mergeable() {
            offers.push(MERGE);
        }
    }
    offers.push(DELETE);
    offers
}

/// Whether people, rather than the org, care for the field.
fn is_detail(field: &Field) -> bool {
    match field.source {
        Source::Stored => field.name != "MasterRecordId",
        Source::FullName
        | Source::Address
        | Source::IsClosed
        | Source::IsWon
        | Source::IsHighPriority
        | Source::IsEmailBounced
        | Source::ExpectedRevenue
        | Source::ForecastCategory
        | Source::Fiscal
        | Source::FiscalQuarter
        | Source::FiscalYear => true,
        Source::Id
        | Source::IsDeleted
        | Source::CreatedDate
        | Source::CreatedById
        | Source::LastModifiedDate
        | Source::LastModifiedById
        | Source::SystemModstamp => false,
    }
}

/// Where a text leads to outside: a mailbox, a phone, a site.
fn outward(kind: Kind, text: &str) -> String {
    match kind {
        Kind::Email => format!("mailto:{text}"),
        Kind::Phone => format!("tel:{}", text.replace(' ', "")),
        Kind::Url if text.starts_with("https://") || text.starts_with("http://") => text.to_owned(),
        Kind::Url
        | Kind::Id
        | Kind::Text
        | Kind::TextArea
        | Kind::Picklist
        | Kind::MultiPicklist
        | Kind::Combobox
        | Kind::Reference
        | Kind::Bool
        | Kind::Int
        | Kind::Double
        | Kind::Currency
        | Kind::Percent
        | Kind::Date
        | Kind::Instant
        | Kind::Address => String::new(),
    }
}

fn highlights(object: Object) -> &'static [&'static str] {
    match object {
        Object::Lead => &["Title", "Company", "Phone", "Email", "OwnerId"],
        Object::Contact => &["AccountId", "Title", "Phone", "Email", "OwnerId"],
        Object::Account => &["Type", "Phone", "Website", "Industry", "OwnerId"],
        Object::Opportunity => &["AccountId", "Amount", "CloseDate", "OwnerId"],
        Object::Case => &["Subject", "Priority", "ContactId", "OwnerId"],
        Object::Task => &["WhoId", "WhatId", "ActivityDate", "OwnerId"],
        Object::User => &["Title", "Email", "UserRoleId", "IsActive"],
        Object::AssignmentRule
        | Object::CaseComment
        | Object::Group
        | Object::OpportunityContactRole
        | Object::Organization
        | Object::Setup(_)
        | Object::UserRole => &[],
    }
}

/// The field whose values are the steps of the path; `Id` stands for none.
fn status_field(object: Object) -> &'static str {
    match object {
        Object::Lead | Object::Case | Object::Task => "Status",
        Object::Opportunity => "StageName",
        Object::Account
        | Object::AssignmentRule
        | Object::CaseComment
        | Object::Contact
        | Object::Group
        | Object::OpportunityContactRole
        | Object::Organization
        | Object::Setup(_)
        | Object::User
        | Object::UserRole => "Id",
    }
}

fn path(current: Option<&str>, field: Option<&Field>) -> Vec<PathStep> {
    let steps = field.map_or(&[][..], |field| &field.picklist[..]);
    let now = steps.iter().position(|step| Some(&*step.value) == current);
    steps
        .iter()
        .enumerate()
        .map(|(at, step)| PathStep {
            label: step.label.clone().into_owned(),
            state: match now {
                Some(now) if at < now => "past",
                Some(now) if at == now => "now",
                Some(_) | None => "ahead",
            },
        })
        .collect()
}
