//! The page of a company: its attributes and its people.

use askama::Template;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use http::{HeaderMap, Method, StatusCode};
use serde_json::{Value, json};

use super::person::fields::{self, Control, Field};
use super::shell::{self, Shell};
use super::{Form, moments, not_found, page};
use crate::answer::Refusal;
use crate::company::Company;
use crate::contact::Contact;
use crate::ids::ObjectId;
use crate::member::initials;
use crate::sim::Sim;
use crate::world::World;

/// People on a page.
const PEOPLE_MAX: usize = 50;

enum Mode {
    Read,
    Edit,
    Refused(Form, Refusal),
}

struct Member {
    href: String,
    name: String,
    initials: String,
    detail: String,
}

#[derive(Template)]
#[template(path = "company.html")]
struct CompanyPage {
    shell: Shell,
    href: String,
    name: String,
    initials: String,
    own_id: String,
    fields: Vec<Field>,
    is_editing: bool,
    alert: Option<String>,
    facts: Vec<(&'static str, String)>,
    members: Vec<Member>,
    /// The address of the next page of people.
    more: Option<String>,
}

/// `GET /inbox/companies/{id}`; `?edit` opens the form, `?after=` is the next page of people.
pub(super) async fn show(
    State(sim): State<Sim>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let query = Form::parse(query.unwrap_or_default().as_bytes());
    let mode = match query.get("edit") {
        Some(_) => Mode::Edit,
        None => Mode::Read,
    };
    let after = query.get("after").and_then(|id| id.parse().ok());
    page_of(&sim, &id, &headers, (mode, after))
}

/// `POST /inbox/companies/{id}`: changes what was changed in the form.
pub(super) async fn edit(
    State(sim): State<Sim>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let form = Form::parse(&body);
    let done = sim.change(|world, now, _| {
        let row = find(world, &id)?;
        let mut written = fields::write(world, &fields::of_company(world, row), &form);
        written.insert("company_id".to_owned(), json!(row.own_id));
        let me = shell::me(world, &headers);
        let call = (Method::POST, "companies");
        Some(world.done_by(me, now, call, &Value::Object(written)))
    });
    match done {
        None => not_found(),
        Some(Ok(_)) => Redirect::to(&format!("/inbox/companies/{id}")).into_response(),
        Some(Err(refusal)) => page_of(&sim, &id, &headers, (Mode::Refused(form, refusal), None)),
    }
}

fn find<'a>(world: &'a World, id: &str) -> Option<&'a Company> {
    let id: ObjectId = id.parse().ok()?;
    world.companies.get(id)
}

fn page_of(
    sim: &Sim,
    id: &str,
    headers: &HeaderMap,
    (mode, after): (Mode, Option<ObjectId>),
) -> Response {
    let status = match mode {
        Mode::Read | Mode::Edit => StatusCode::OK,
        Mode::Refused(..) => StatusCode::BAD_REQUEST,
    };
    let read = sim.look(|world| {
        let row = find(world, id)?;
        Some(company(world, row, headers, (mode, after)))
    });
    read.map_or_else(not_found, |company| page(status, &company))
}

fn company(
    world: &World,
    row: &Company,
    headers: &HeaderMap,
    (mode, after): (Mode, Option<ObjectId>),
) -> CompanyPage {
    let href = format!("/inbox/companies/{}", row.id);
    let mut fields = fields::of_company(world, row);
    let (is_editing, alert) = match mode {
        Mode::Read => (false, None),
        Mode::Edit => (true, None),
        Mode::Refused(form, refusal) => (true, fields::refuse(&mut fields, &form, refusal)),
    };
    let ids = world.companies.contacts_of(row.id);
    let mut ids = ids.skip_while(|id| after.is_some_and(|after| *id <= after));
    let shown: Vec<ObjectId> = ids.by_ref().take(PEOPLE_MAX).collect();
    let last = shown.last().filter(|_| ids.next().is_some());
    let at = |seconds: i64| moments::exact(seconds, &world.zone);
    CompanyPage {
        shell: Shell::of(world, shell::me(world, headers), href.clone()),
        name: row.shown_name().to_owned(),
        initials: initials(row.shown_name()),
        own_id: row.own_id.clone(),
        fields,
        is_editing,
        alert,
        facts: vec![
            ("ID", row.id.to_string()),
            (
                "Created in your product",
                row.remote_created_at.map(at).unwrap_or_default(),
            ),
            ("Last seen", row.last_request_at.map(at).unwrap_or_default()),
            ("First seen", at(row.created_at)),
            ("Last changed", at(row.updated_at)),
        ],
        members: shown
            .iter()
            .filter_map(|id| world.contacts.get(*id))
            .map(|row| member(row))
            .collect(),
        more: last.map(|id| format!("{href}?after={id}")),
        href,
    }
}

fn member(row: &Contact) -> Member {
    Member {
        href: format!("/inbox/contacts/{}", row.id),
        name: row.shown_name().to_owned(),
        initials: initials(row.shown_name()),
        detail: row.email.as_deref().unwrap_or_default().to_owned(),
    }
}
