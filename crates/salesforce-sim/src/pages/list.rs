//! A list of records: searched by name or email, paged by id.

use askama::Template;
use http::StatusCode;

use crate::answer::{Request, Response};
use crate::api::call::pairs;
use crate::id::RecordId;
use crate::row::Row;
use crate::schema::Object;
use crate::world::World;

use super::{Frame, TABS, mark, record_href, rendered};

/// Rows of a page.
const PAGE_ROWS: usize = 50;

#[derive(Template)]
#[template(path = "list.html")]
struct ListPage {
    frame: Frame,
    object: &'static str,
    mark: &'static str,
    plural: String,
    q: String,
    headings: Vec<String>,
    rows: Vec<ListRow>,
    /// Empty on the last page.
    next: String,
}

struct ListRow {
    href: String,
    name: String,
    cells: Vec<String>,
}

impl World {
    pub(super) fn list_page(&self, object: Option<Object>, request: &Request) -> Response {
        let Some(object) = object.filter(|object| TABS.contains(object)) else {
            return self.not_found_page();
        };
        let sent = pairs(request.uri().query().unwrap_or_default().as_bytes());
        let sent = |name: &str| {
            sent.iter()
                .find(|(key, _)| key == name)
                .map(|(_, v)| v.as_str())
        };
        let q = sent("q").unwrap_or_default().trim().to_owned();
        let after = sent("after").and_then(|id| id.parse::<RecordId>().ok());
        let table = self.records.tables.of(object);
        let first = after
            .and_then(|id| table.place(id))
            .map_or(0, |place| place + 1);
        let wanted = q.to_lowercase();
        let mut found: Vec<&Row> = (first..table.places())
            .filter_map(|place| table.at(place))
            .map(AsRef::as_ref)
            .filter(|row| !row.is_deleted && self.is_wanted(row, &wanted))
            .take(PAGE_ROWS + 1)
            .collect();
        let next = if found.len() > PAGE_ROWS {
            found.truncate(PAGE_ROWS);
            found
                .last()
                .map(|last| next_href(object, &q, last.id))
                .unwrap_or_default()
        } else {
            String::new()
        };
        let columns = columns(object);
        let rows = found
            .into_iter()
            .map(|row| ListRow {
                href: record_href(row.id),
                name: self.name_of(row),
                cells: columns
                    .iter()
                    .map(|(_, field)| self.cell(row, field))
                    .collect(),
            })
            .collect();
        let headings = std::iter::once("Name").chain(columns.iter().map(|(heading, _)| *heading));
        let page = ListPage {
            frame: self.frame(Some(object)),
            object: object.name(),
            mark: mark(object),
            plural: object.plural_label(),
            q,
            headings: headings.map(str::to_owned).collect(),
            rows,
            next,
        };
        rendered(StatusCode::OK, &page)
    }

    pub(super) fn is_wanted(&self, row: &Row, wanted: &str) -> bool {
        if wanted.is_empty() {
            return true;
        }
        let schema = self.records.schema_of(row.object());
        let email = schema
            .position("Email")
            .and_then(|place| row.stored(place).as_text());
        self.name_of(row).to_lowercase().contains(wanted)
            || email.is_some_and(|email| email.to_lowercase().contains(wanted))
    }

    /// What tells a record from others of its name: what the list shows first of it.
    pub(super) fn note_of(&self, row: &Row) -> String {
        let columns = columns(row.object()).iter().take(3);
        let cells = columns.map(|(_, field)| self.cell(row, field));
        let told: Vec<String> = cells.filter(|cell| !cell.is_empty()).collect();
        told.join(" · ")
    }

    /// What a list shows of a field: of a reference, the name of what it points at.
    fn cell(&self, row: &Row, field: &str) -> String {
        let schema = self.records.schema_of(row.object());
        let value = row.read(schema, schema.known(field));
        value
            .as_id()
            .map_or_else(|| value.to_plain(), |id| self.name_by_id(id))
    }
}

fn next_href(object: Object, q: &str, after: RecordId) -> String {
    let after = after.to_string();
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs([("q", q), ("after", after.as_str())])
        .finish();
    format!("/lightning/o/{}/list?{query}", object.name())
}

/// The columns beside the name: heading and field.
fn columns(object: Object) -> &'static [(&'static str, &'static str)] {
    match object {
        Object::Lead => &[
            ("Company", "Company"),
            ("Email", "Email"),
            ("Status", "Status"),
            ("Owner", "OwnerId"),
        ],
        Object::Contact => &[
            ("Account", "AccountId"),
            ("Title", "Title"),
            ("Email", "Email"),
            ("Owner", "OwnerId"),
        ],
        Object::Account => &[
            ("Industry", "Industry"),
            ("Phone", "Phone"),
            ("Country", "BillingCountry"),
            ("Owner", "OwnerId"),
        ],
        Object::Opportunity => &[
            ("Account", "AccountId"),
            ("Stage", "StageName"),
            ("Close date", "CloseDate"),
            ("Owner", "OwnerId"),
        ],
        Object::Case => &[
            ("Subject", "Subject"),
            ("Status", "Status"),
            ("Contact", "ContactId"),
            ("Owner", "OwnerId"),
        ],
        Object::Task => &[
            ("Who", "WhoId"),
            ("About", "WhatId"),
            ("Status", "Status"),
            ("Owner", "OwnerId"),
        ],
        Object::AssignmentRule
        | Object::CaseComment
        | Object::Group
        | Object::OpportunityContactRole
        | Object::Organization
        | Object::Setup(_)
        | Object::User
        | Object::UserRole => &[],
    }
}
