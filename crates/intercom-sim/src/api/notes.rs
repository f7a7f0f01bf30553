//! Notes: `/contacts/{id}/notes`, `/companies/{id}/notes` (since 2.16), `/notes/{id}`. There is no
//! change and no removal of a note.

use std::sync::Arc;

use serde_json::{Value, json};

use super::contacts::{Announce, replace};
use super::paging::NumberedPage;
use super::{Call, Version, admins};
use crate::answer::{Answer, Refusal, Reply};
use crate::company::Company;
use crate::contact::Contact;
use crate::html;
use crate::ids::{AdminId, NoteId, ObjectId};
use crate::note::{Note, NoteSubject};
use crate::world::World;

/// Notes on a page, if nobody says otherwise.
const PER_PAGE_USUAL: usize = 50;

/// `GET /notes/{id}`.
pub(super) fn route(world: &World, call: &Call<'_>, rest: &[&str]) -> Reply {
    let ("GET", [id]) = (call.method.as_str(), rest) else {
        return Err(Refusal::no_such_resource());
    };
    let note = id.parse().ok().and_then(|id| world.notes.get(id));
    note.map(|note| Answer::Ok(render(world, call.version, note)))
        .ok_or_else(Refusal::no_such_resource)
}

/// The notes of somebody, the latest first.
pub(super) fn list(world: &World, call: &Call<'_>, ids: &[NoteId]) -> Reply {
    let page = NumberedPage::of_query(call, PER_PAGE_USUAL)?;
    let notes = page
        .of(ids.iter().rev())
        .filter_map(|id| world.notes.get(*id));
    let data: Vec<Value> = notes
        .map(|note| render(world, call.version, note))
        .collect();
    Ok(Answer::Ok(json!({
        "type": "list", "data": data, "total_count": ids.len(),
        "pages": page.links(ids.len()),
    })))
}

pub(super) fn add_to_contact(world: &mut World, call: &Call<'_>, row: &Arc<Contact>) -> Reply {
    let note = written(world, call, NoteSubject::Contact(row.id))?;
    let mut changed = Contact::clone(row);
    changed.notes.push(note.id);
    replace(world, call.at, row, changed, Announce::Silently);
    Ok(kept(world, call, note))
}

pub(super) fn add_to_company(world: &mut World, call: &Call<'_>, id: ObjectId) -> Reply {
    let note = written(world, call, NoteSubject::Company(id))?;
    if let Some(row) = world.companies.get(id) {
        let mut changed = Company::clone(row);
        changed.notes.push(note.id);
        world.companies.put(changed);
    }
    Ok(kept(world, call, note))
}

fn kept(world: &mut World, call: &Call<'_>, note: Note) -> Answer {
    let answer = render(world, call.version, &note);
    world.notes.add(note);
    Answer::Ok(answer)
}

/// The note that a request writes. Plain text is wrapped in a paragraph.
fn written(world: &mut World, call: &Call<'_>, about: NoteSubject) -> Result<Note, Refusal> {
    let body = call.json()?;
    let text = body
        .get("body")
        .and_then(Value::as_str)
        .filter(|text| !text.trim().is_empty())
        .ok_or_else(|| Refusal::missing("body must be given").at_field("body"))?;
    let author: Option<AdminId> = match body.get("admin_id") {
        None | Some(Value::Null) => None,
        Some(id) => {
            let id = id.as_str().map_or_else(|| id.to_string(), str::to_owned);
            let member = id.parse().ok().filter(|id| world.admin(*id).is_some());
            Some(member.ok_or_else(Refusal::no_such_resource)?)
        }
    };
    Ok(Note {
        id: NoteId(world.next_number()),
        about,
        author,
        body: html::from_app(text),
        created_at: call.now(),
    })
}

pub(super) fn render(world: &World, version: Version, note: &Note) -> Value {
    let author = note
        .author
        .and_then(|id| world.admin(id))
        .map(|admin| admins::render(admin, version));
    let mut shown = json!({
        "type": "note", "id": note.id.to_string(), "created_at": note.created_at,
        "author": author, "body": note.body,
    });
    let (kind, id) = match note.about {
        NoteSubject::Contact(id) => ("contact", id),
        NoteSubject::Company(id) => ("company", id),
    };
    shown[kind] = json!({ "type": kind, "id": id.to_string() });
    shown
}
