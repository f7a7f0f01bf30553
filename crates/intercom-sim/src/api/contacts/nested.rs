//! What hangs on a contact: companies, tags, notes, and the lists that are always empty here.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{Announce, Call, find, render, replace};
use crate::answer::{Answer, Refusal, Reply};
use crate::contact::Contact;
use crate::html;
use crate::ids::{AdminId, NoteId, ObjectId};
use crate::telling::Bond;
use crate::world::{ContactNote, Tag, World};

/// Companies that a contact may have.
const COMPANIES_MAX: usize = 1000;

pub(super) fn route(
    world: &mut World,
    call: &Call<'_>,
    id: &str,
    nested: &str,
    rest: &[&str],
) -> Reply {
    let row = find(world, id, call.version)?;
    match (call.method.as_str(), nested, rest) {
        ("GET", "companies", []) => Ok(companies(world, &row)),
        ("POST", "companies", []) => attach(world, call, &row),
        ("DELETE", "companies", [company]) => detach(world, call, &row, company),
        ("GET", "tags", []) => Ok(tags(world, &row)),
        ("POST", "tags", []) => tag(world, call, &row),
        ("DELETE", "tags", [tag]) => untag(world, call, &row, tag),
        ("GET", "notes", []) => Ok(notes(world, &row)),
        ("POST", "notes", []) => add_note(world, call, &row),
        ("GET", "segments" | "subscriptions", []) => {
            Ok(Answer::Ok(json!({ "type": "list", "data": [] })))
        }
        _ => Err(Refusal::no_such_resource()),
    }
}

fn companies(world: &World, row: &Contact) -> Answer {
    let rows = row
        .companies
        .iter()
        .filter_map(|id| world.companies.rows.get(id));
    let data: Vec<Value> = rows
        .map(|company| render::company(world, company))
        .collect();
    Answer::Ok(json!({
        "type": "list", "data": data, "total_count": data.len(),
        "pages": {
            "type": "pages", "page": 1, "per_page": 50,
            "total_pages": data.len().div_ceil(50).max(1),
        },
    }))
}

fn attach(world: &mut World, call: &Call<'_>, row: &Arc<Contact>) -> Reply {
    let body = call.json()?;
    let id = body
        .get("id")
        .and_then(Value::as_str)
        .ok_or_else(|| Refusal::missing("company not specified"))?;
    let company = company_id(world, id)?;
    if !row.companies.contains(&company) {
        if row.companies.len() >= COMPANIES_MAX {
            return Err(Refusal::new(
                http::StatusCode::BAD_REQUEST,
                "contact_company_limit_exceeded",
                format!("A contact may have {COMPANIES_MAX} companies"),
            ));
        }
        let mut changed = Contact::clone(row);
        changed.companies.push(company);
        world.companies.members.insert((company, row.id));
        let row = replace(world, call.at, row, changed, Announce::Told);
        world.tell_membership(company, &row, Bond::Made, call.at);
    }
    Ok(Answer::Ok(render::company(
        world,
        &world.companies.rows[&company],
    )))
}

fn detach(world: &mut World, call: &Call<'_>, row: &Arc<Contact>, company: &str) -> Reply {
    let company = company_id(world, company)?;
    if world.companies.members.remove(&(company, row.id)) {
        let mut changed = Contact::clone(row);
        changed.companies.retain(|id| *id != company);
        let row = replace(world, call.at, row, changed, Announce::Told);
        world.tell_membership(company, &row, Bond::Undone, call.at);
    }
    Ok(Answer::Ok(render::company(
        world,
        &world.companies.rows[&company],
    )))
}

fn company_id(world: &World, id: &str) -> Result<ObjectId, Refusal> {
    id.parse()
        .ok()
        .filter(|id| world.companies.rows.contains_key(id))
        .ok_or_else(|| Refusal::not_found("company_not_found", "Company Not Found"))
}

fn tags(world: &World, row: &Contact) -> Answer {
    let data: Vec<Value> = row
        .tags
        .iter()
        .filter_map(|id| world.tag(*id))
        .map(Tag::render)
        .collect();
    Answer::Ok(json!({ "type": "list", "data": data }))
}

fn tag(world: &mut World, call: &Call<'_>, row: &Arc<Contact>) -> Reply {
    let body = call.json()?;
    let tag = find_tag(
        world,
        body.get("id").and_then(Value::as_str).unwrap_or_default(),
    )?;
    if !row.tags.contains(&tag.id) {
        let mut changed = Contact::clone(row);
        changed.tags.push(tag.id);
        let row = replace(world, call.at, row, changed, Announce::Silently);
        world.tell_tagged(&row, &tag, Bond::Made, call.at);
    }
    Ok(Answer::Ok(tag.render()))
}

fn untag(world: &mut World, call: &Call<'_>, row: &Arc<Contact>, tag: &str) -> Reply {
    let tag = find_tag(world, tag)?;
    if row.tags.contains(&tag.id) {
        let mut changed = Contact::clone(row);
        changed.tags.retain(|id| *id != tag.id);
        let row = replace(world, call.at, row, changed, Announce::Silently);
        world.tell_tagged(&row, &tag, Bond::Undone, call.at);
    }
    Ok(Answer::Ok(tag.render()))
}

fn find_tag(world: &World, id: &str) -> Result<Tag, Refusal> {
    let found = id.parse().ok().and_then(|id| world.tag(id));
    found
        .cloned()
        .ok_or_else(|| Refusal::not_found("tag_not_found", "Tag not found"))
}

fn notes(world: &World, row: &Contact) -> Answer {
    let mut listed: Vec<&ContactNote> = world
        .notes
        .iter()
        .filter(|note| row.notes.contains(&note.id))
        .collect();
    listed.reverse();
    let data: Vec<Value> = listed.iter().map(|note| render_note(world, note)).collect();
    Answer::Ok(json!({
        "type": "list", "data": data, "total_count": data.len(),
        "pages": { "type": "pages", "page": 1, "per_page": 50, "total_pages": 1, "next": null },
    }))
}

fn add_note(world: &mut World, call: &Call<'_>, row: &Arc<Contact>) -> Reply {
    let body = call.json()?;
    let text = body
        .get("body")
        .and_then(Value::as_str)
        .filter(|text| !text.trim().is_empty())
        .ok_or_else(|| Refusal::missing("body must be given"))?;
    let author: Option<AdminId> = match body.get("admin_id") {
        None | Some(Value::Null) => None,
        Some(id) => {
            let id = id.as_str().map_or_else(|| id.to_string(), str::to_owned);
            let member = id.parse().ok().filter(|id| world.admin(*id).is_some());
            Some(member.ok_or_else(Refusal::no_such_resource)?)
        }
    };
    let note = ContactNote {
        id: NoteId(world.next_number()),
        contact: row.id,
        author,
        body: html::from_app(text),
        created_at: call.now(),
    };
    let mut changed = Contact::clone(row);
    changed.notes.push(note.id);
    replace(world, call.at, row, changed, Announce::Silently);
    let answer = render_note(world, &note);
    world.notes.push(note);
    Ok(Answer::Ok(answer))
}

/// `GET /notes/{id}`.
pub(super) fn note(world: &World, method: &str, rest: &[&str]) -> Reply {
    let [id] = rest else {
        return Err(Refusal::no_such_resource());
    };
    let note = world.notes.iter().find(|note| note.id.to_string() == *id);
    note.filter(|_| method == "GET")
        .map(|note| Answer::Ok(render_note(world, note)))
        .ok_or_else(Refusal::no_such_resource)
}

fn render_note(world: &World, note: &ContactNote) -> Value {
    let author = note
        .author
        .and_then(|id| world.admin(id))
        .map(crate::member::Admin::render);
    json!({
        "type": "note", "id": note.id.to_string(), "created_at": note.created_at,
        "contact": { "type": "contact", "id": note.contact.to_string() }, "author": author,
        "body": note.body,
    })
}
