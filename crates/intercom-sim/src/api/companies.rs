//! `/companies`: upsert by the app's own `company_id`, lists by page and by scroll.
//!
//! A company without a contact is in no list, though it can be read by its id.

mod scroll;
mod write;

use serde_json::{Value, json};

use super::paging::NumberedPage;
use super::{Call, Version, notes, render};
use crate::answer::{Answer, Refusal, Reply};
use crate::company::Company;
use crate::contact::Contact;
use crate::ids::ObjectId;
use crate::world::World;

pub(crate) use scroll::OpenScroll;

/// Rows that lists go through before one has to scroll.
const LISTED_MAX: usize = 10_000;
/// Companies on a page, if nobody says otherwise: the description says 15 in one place and 20 in
/// another.
const PER_PAGE_USUAL: usize = 15;
/// Contacts of a company on a page, if nobody says otherwise.
const CONTACTS_USUAL: usize = 50;

pub(super) fn route(world: &mut World, call: &Call<'_>, rest: &[&str]) -> Reply {
    match (call.method.as_str(), rest) {
        ("POST", []) => write::upsert(world, call),
        ("GET", []) => read(world, call),
        ("POST", ["list"]) => list_in_order(world, call),
        ("GET", ["scroll"]) => scroll::scroll(world, call),
        ("GET", [id]) => one(world, call, find(world, id).ok()),
        ("PUT", [id]) => write::update(world, call, id),
        ("DELETE", [id]) => delete(world, call, id),
        ("GET", [id, "contacts"]) => contacts(world, call, id),
        ("GET", [id, "segments"]) => {
            find(world, id)?;
            Ok(Answer::Ok(json!({ "type": "list", "data": [] })))
        }
        (_, [id, "notes"]) if call.version >= Version::V2_16 => company_notes(world, call, id),
        _ => Err(Refusal::no_such_resource()),
    }
}

pub(super) fn no_such_company() -> Refusal {
    Refusal::not_found("company_not_found", "Company Not Found")
}

fn one(world: &World, call: &Call<'_>, row: Option<&Company>) -> Reply {
    row.map(|row| Answer::Ok(render::company(world, row, call.version)))
        .ok_or_else(no_such_company)
}

pub(super) fn find<'a>(world: &'a World, id: &str) -> Result<&'a Company, Refusal> {
    let row = id.parse().ok().and_then(|id| world.companies.get(id));
    row.ok_or_else(no_such_company)
}

/// `GET /companies`: one by `company_id` or `name`, else a list, of a tag or a segment if one is
/// named. Companies are in no segment here.
fn read(world: &World, call: &Call<'_>) -> Reply {
    if let Some(company_id) = call.param("company_id") {
        return one(world, call, world.companies.with_own_id(company_id));
    }
    if let Some(name) = call.param("name") {
        return one(world, call, world.companies.with_name(name));
    }
    let page = NumberedPage::of_query(call, PER_PAGE_USUAL)?;
    let order = Order::parse(None)?;
    let tag = call.param("tag_id").map(str::parse);
    match (tag, call.param("segment_id")) {
        (None, None) => list(world, call, page, order),
        (Some(Ok(tag)), None) => {
            let tagged = world.companies.listed().rev();
            let tagged: Vec<&Company> = tagged.filter(|row| row.tags.contains(&tag)).collect();
            let total = tagged.len();
            Ok(listed(world, call, page, total, tagged.into_iter()))
        }
        _ => Ok(listed(world, call, page, 0, std::iter::empty())),
    }
}

/// `POST /companies/list`, which is asked in its query; a body says nothing.
fn list_in_order(world: &World, call: &Call<'_>) -> Reply {
    let page = NumberedPage::of_query(call, PER_PAGE_USUAL)?;
    list(world, call, page, Order::parse(call.param("order"))?)
}

/// By the last request.
#[derive(Debug, Clone, Copy)]
enum Order {
    Ascending,
    Descending,
}

impl Order {
    fn parse(asked: Option<&str>) -> Result<Self, Refusal> {
        match asked {
            None | Some("desc") => Ok(Self::Descending),
            Some("asc") => Ok(Self::Ascending),
            Some(_) => Err(Refusal::invalid("order must be either asc or desc").at_field("order")),
        }
    }
}

fn list(world: &World, call: &Call<'_>, page: NumberedPage, order: Order) -> Reply {
    let total = world.companies.listed_count();
    if page.end() > LISTED_MAX.next_multiple_of(page.per_page) {
        return Err(Refusal::invalid(format!(
            "Only the first {LISTED_MAX} companies can be listed, please use the scroll endpoint"
        )));
    }
    let rows = world.companies.listed();
    Ok(match order {
        Order::Ascending => listed(world, call, page, total, rows),
        Order::Descending => listed(world, call, page, total, rows.rev()),
    })
}

fn listed<'a>(
    world: &World,
    call: &Call<'_>,
    page: NumberedPage,
    total: usize,
    rows: impl Iterator<Item = &'a Company>,
) -> Answer {
    let shown = page.of(rows);
    let data: Vec<Value> = shown
        .map(|row| render::company(world, row, call.version))
        .collect();
    Answer::Ok(json!({
        "type": "list", "data": data, "total_count": total, "pages": page.links(total),
    }))
}

/// Deletes a company at once; the vendor archives it within a while, and detaches its contacts.
fn delete(world: &mut World, call: &Call<'_>, id: &str) -> Reply {
    let (id, notes) = {
        let row = find(world, id)?;
        (row.id, row.notes.clone())
    };
    for contact in world.companies.remove(id) {
        if let Some(row) = world.contacts.get(contact) {
            let mut changed = Contact::clone(row);
            changed.companies.retain(|company| *company != id);
            world.contacts.put(changed, call.now());
        }
    }
    world.notes.remove(&notes);
    let gone = json!({ "id": id.to_string(), "object": "company", "deleted": true });
    let item = json!({ "type": "company", "id": id.to_string(), "deleted": true });
    world.announce("company.deleted", item, call.at);
    Ok(Answer::Ok(gone))
}

fn contacts(world: &World, call: &Call<'_>, id: &str) -> Reply {
    let id = find(world, id)?.id;
    let page = NumberedPage::of_query(call, CONTACTS_USUAL)?;
    let total = world.companies.member_count(id);
    let rows = page
        .of(world.companies.contacts_of(id))
        .filter_map(|id: ObjectId| world.contacts.get(id));
    let data: Vec<Value> = rows
        .map(|row| render::contact(world, row, call.version))
        .collect();
    Ok(Answer::Ok(json!({
        "type": "list", "data": data, "total_count": total, "pages": page.links(total),
    })))
}

fn company_notes(world: &mut World, call: &Call<'_>, id: &str) -> Reply {
    let row = find(world, id)?;
    match call.method.as_str() {
        "GET" => notes::list(world, call, &row.notes),
        "POST" => {
            let id = row.id;
            notes::add_to_company(world, call, id)
        }
        _ => Err(Refusal::no_such_resource()),
    }
}
