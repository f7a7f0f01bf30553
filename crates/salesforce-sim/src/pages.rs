//! Pages for people: lists, records, and the forms with which a rep works on them. Whoever looks
//! is the org's rep; there is no log-in. Everything works without scripts.

mod bin;
mod convert;
mod edit;
mod home;
mod list;
mod merge;
mod record;
mod related;

use askama::Template;
use http::header::{self, HeaderName};
use http::{Method, StatusCode};

use crate::answer::{self, Request, Response};
use crate::id::RecordId;
use crate::record_json::{has_page, name_of};
use crate::row::Row;
use crate::schema::Object;
use crate::world::World;

/// No script, nothing from elsewhere.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; form-action *; \
                      base-uri 'none'; frame-ancestors 'none'";

/// The objects with lists, in the order of the tabs.
const TABS: [Object; 6] = [
    Object::Lead,
    Object::Contact,
    Object::Account,
    Object::Opportunity,
    Object::Case,
    Object::Task,
];

/// What every page shows around its content.
pub(super) struct Frame {
    org: String,
    user: String,
    username: String,
    initials: String,
    tabs: Vec<Tab>,
}

struct Tab {
    name: &'static str,
    label: String,
    is_current: bool,
}

/// A link to a record.
struct Link {
    href: String,
    text: String,
    note: String,
}

#[derive(Template)]
#[template(path = "message.html")]
struct MessagePage {
    frame: Frame,
    title: String,
    message: String,
    back: String,
}

/// Whether another site made the browser send this form.
pub(crate) fn forged(request: &Request) -> bool {
    let site = request
        .headers()
        .get("sec-fetch-site")
        .and_then(|site| site.to_str().ok());
    site.is_some_and(|site| site != "same-origin" && site != "none")
}

impl World {
    /// Answers a request for a page.
    pub(crate) fn page(&mut self, path: &[&str], request: &Request) -> Response {
        let is_post = request.method() == Method::POST;
        if is_post && forged(request) {
            return self.message(
                StatusCode::FORBIDDEN,
                "Not from here",
                "Another site sent this form.",
                "/",
            );
        }
        let response = match (path, is_post) {
            ([], false) => self.home_page(),
            (["assets", "sim.css"], false) => {
                let style = include_str!("../templates/sim.css").to_owned();
                return answer::with_type(StatusCode::OK, "text/css; charset=utf-8", style);
            }
            (["assets", "mark.svg"], false) => {
                let mark = include_str!("../templates/mark.svg").to_owned();
                return answer::with_type(StatusCode::OK, "image/svg+xml", mark);
            }
            (["lightning", "bin"], false) => self.bin_page(),
            (["lightning", "o", object, "list" | "home"], false) => {
                self.list_page(Object::named(object), request)
            }
            (["lightning", "o", object, "new"], _) => self.new_page(Object::named(object), request),
            (["lightning", "r", _, id, action], _) => self.record_action(id, action, request),
            ([id], false) => self.short_link(id),
            _ => self.not_found_page(),
        };
        let response = answer::with_header(response, header::CONTENT_SECURITY_POLICY, POLICY);
        let referrer = HeaderName::from_static("referrer-policy");
        answer::with_header(response, referrer, "same-origin")
    }

    fn record_action(&mut self, id: &str, action: &str, request: &Request) -> Response {
        let row = id
            .parse()
            .ok()
            .and_then(|id: RecordId| self.records.tables.find(id));
        let Some(row) = row
            .map(|row| Row::clone(row))
            .filter(|row| has_page(row.object()))
        else {
            return self.not_found_page();
        };
        let is_post = request.method() == Method::POST;
        match (action, is_post) {
            ("view", false) => self.record_page(&row),
            ("edit", _) => self.edit_page(&row, request),
            ("merge", _) if row.object().is_mergeable() && !row.is_deleted => {
                self.merge_page(&row, request)
            }
            ("restore", true) => self.restore(row.id),
            ("convert", _) if row.object() == Object::Lead => self.convert_page(&row, request),
            ("delete", true) => match self.delete_as_rep(row.id) {
                Ok(()) => answer::see_other(&format!("/lightning/o/{}/list", row.object().name())),
                Err(refused) => {
                    let back = record_href(row.id);
                    self.message(StatusCode::CONFLICT, "Not deleted", &refused.message, &back)
                }
            },
            (_, _) => self.not_found_page(),
        }
    }

    /// `/{id}`: the short form of a record's page.
    fn short_link(&self, id: &str) -> Response {
        match id.parse::<RecordId>() {
            Ok(id) if self.records.tables.find(id).is_some() => answer::see_other(&record_href(id)),
            Ok(_) | Err(_) => self.not_found_page(),
        }
    }

    fn not_found_page(&self) -> Response {
        let words = "There is no such page, or its record was deleted for good.";
        self.message(StatusCode::NOT_FOUND, "Page not found", words, "/")
    }

    fn message(&self, status: StatusCode, title: &str, message: &str, back: &str) -> Response {
        let page = MessagePage {
            frame: self.frame(None),
            title: title.to_owned(),
            message: message.to_owned(),
            back: back.to_owned(),
        };
        rendered(status, &page)
    }

    fn frame(&self, current: Option<Object>) -> Frame {
        let rep = self.rep();
        let first = |field| self.user_text(rep, field).chars().next();
        Frame {
            org: self.org_name(),
            user: self.user_text(rep, "Name"),
            username: self.user_text(rep, "Username"),
            initials: [first("FirstName"), first("LastName")]
                .into_iter()
                .flatten()
                .collect(),
            tabs: TABS
                .into_iter()
                .map(|object| Tab {
                    name: object.name(),
                    label: object.plural_label(),
                    is_current: current == Some(object),
                })
                .collect(),
        }
    }

    /// The name of whatever has that id.
    fn name_by_id(&self, id: RecordId) -> String {
        self.records
            .tables
            .find(id)
            .map_or_else(|| id.to_string(), |row| self.name_of(row))
    }

    fn name_of(&self, row: &Row) -> String {
        let name = name_of(row, self.records.schema_of(row.object())).to_plain();
        if name.is_empty() {
            row.id.to_string()
        } else {
            name
        }
    }

    /// Where the record can be looked at; empty if it has no page.
    fn href_of(&self, id: RecordId) -> String {
        let row = self.records.tables.find(id);
        let shown = row.is_some_and(|row| has_page(row.object()));
        if shown {
            record_href(id)
        } else {
            String::new()
        }
    }
}

/// The page of a record.
fn record_href(id: RecordId) -> String {
    format!("{}/view", record_base(id))
}

fn record_base(id: RecordId) -> String {
    let object = Object::with_prefix(id.prefix()).map_or("Record", Object::name);
    format!("/lightning/r/{object}/{id}")
}

/// Two letters in the colour of the object.
fn mark(object: Object) -> &'static str {
    match object {
        Object::Account => "Ac",
        Object::AssignmentRule => "Ar",
        Object::Case => "Ca",
        Object::CaseComment => "Cc",
        Object::Contact => "Co",
        Object::Group => "Gr",
        Object::Lead => "Le",
        Object::Opportunity => "Op",
        Object::OpportunityContactRole => "Cr",
        Object::Organization => "Or",
        Object::Setup(_) => "Se",
        Object::Task => "Ta",
        Object::User => "Us",
        Object::UserRole => "Ro",
    }
}

fn rendered(status: StatusCode, page: &impl Template) -> Response {
    answer::html(
        status,
        page.render().expect("the template renders any text"),
    )
}
