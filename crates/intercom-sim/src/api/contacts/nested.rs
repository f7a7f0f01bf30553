//! What hangs on a contact: companies, tags, notes, segments, subscriptions.

use std::sync::Arc;

use serde_json::{Value, json};

use super::super::paging::NumberedPage;
use super::super::{companies, notes, subscriptions, tags};
use super::{Announce, Call, find, render, replace};
use crate::answer::{Answer, Refusal, Reply};
use crate::contact::Contact;
use crate::ids::ObjectId;
use crate::segment::Segment;
use crate::telling::Bond;
use crate::world::{Tag, World};

/// Companies that a contact may have.
const COMPANIES_MAX: usize = 1000;
/// Companies on a page, if nobody says otherwise.
const PER_PAGE_USUAL: usize = 50;

pub(super) fn route(
    world: &mut World,
    call: &Call<'_>,
    id: &str,
    nested: &str,
    rest: &[&str],
) -> Reply {
    let row = find(world, id, call.version)?;
    match (call.method.as_str(), nested, rest) {
        ("GET", "companies", []) => companies_of(world, call, &row),
        ("POST", "companies", []) => attach(world, call, &row),
        ("DELETE", "companies", [company]) => detach(world, call, &row, company),
        ("GET", "tags", []) => Ok(tags_of(world, &row)),
        ("POST", "tags", []) => {
            let body = call.json()?;
            let tag = body.get("id").and_then(Value::as_str).unwrap_or_default();
            tag_with(world, call, &row, tag, true)
        }
        ("DELETE", "tags", [tag]) => tag_with(world, call, &row, tag, false),
        ("GET", "notes", []) => notes::list(world, call, &row.notes),
        ("POST", "notes", []) => notes::add_to_contact(world, call, &row),
        ("GET", "segments", []) => {
            let segment = Segment::of(world.seed, row.role).render(world);
            Ok(Answer::Ok(json!({ "type": "list", "data": [segment] })))
        }
        ("GET", "subscriptions", []) => Ok(subscriptions::of_contact(world, &row)),
        ("POST", "subscriptions", []) => subscriptions::choose(world, call, &row),
        ("DELETE", "subscriptions", [id]) => subscriptions::take_back(world, &row, id),
        _ => Err(Refusal::no_such_resource()),
    }
}

/// The description calls the list `companies` and shows it as `data`; clients read either.
fn companies_of(world: &World, call: &Call<'_>, row: &Contact) -> Reply {
    let page = NumberedPage::of_query(call, PER_PAGE_USUAL)?;
    let rows = page
        .of(row.companies.iter())
        .filter_map(|id| world.companies.get(*id));
    let listed: Vec<Value> = rows
        .map(|company| render::company(world, company, call.version))
        .collect();
    let total = row.companies.len();
    Ok(Answer::Ok(json!({
        "type": "list", "data": listed, "companies": listed, "total_count": total,
        "pages": page.addressed(total, call),
    })))
}

fn attach(world: &mut World, call: &Call<'_>, row: &Arc<Contact>) -> Reply {
    let body = call.json()?;
    let id = body
        .get("id")
        .and_then(Value::as_str)
        .ok_or_else(|| Refusal::missing("company not specified"))?;
    let company = companies::find(world, id)?.id;
    if !row.companies.contains(&company) {
        if row.companies.len() >= COMPANIES_MAX {
            return Err(Refusal::new(
                http::StatusCode::BAD_REQUEST,
                "contact_company_limit_exceeded",
                format!("Contact has reached the maximum of {COMPANIES_MAX} company associations"),
            ));
        }
        let mut changed = Contact::clone(row);
        changed.companies.push(company);
        world.companies.attach(company, row.id);
        let row = replace(world, call.at, row, changed, Announce::Told);
        world.tell_membership(company, &row, Bond::Made, call.at);
    }
    Ok(shown_company(world, call, company))
}

fn detach(world: &mut World, call: &Call<'_>, row: &Arc<Contact>, company: &str) -> Reply {
    let company = companies::find(world, company)?.id;
    if world.companies.detach(company, row.id) {
        let mut changed = Contact::clone(row);
        changed.companies.retain(|id| *id != company);
        let row = replace(world, call.at, row, changed, Announce::Told);
        world.tell_membership(company, &row, Bond::Undone, call.at);
    }
    Ok(shown_company(world, call, company))
}

fn shown_company(world: &World, call: &Call<'_>, id: ObjectId) -> Answer {
    let row = world.companies.get(id);
    Answer::Ok(json!(row.map(|row| render::company(
        world,
        row,
        call.version
    ))))
}

fn tags_of(world: &World, row: &Contact) -> Answer {
    let tags = row.tags.iter().filter_map(|id| world.tag(*id));
    let data: Vec<Value> = tags.map(Tag::render).collect();
    Answer::Ok(json!({ "type": "list", "data": data }))
}

fn tag_with(
    world: &mut World,
    call: &Call<'_>,
    row: &Arc<Contact>,
    tag: &str,
    is_tagged: bool,
) -> Reply {
    let tag = tags::find(world, tag)?.clone();
    tags::set_on_contact(world, call, row, &tag, is_tagged);
    Ok(Answer::Ok(tag.render()))
}
