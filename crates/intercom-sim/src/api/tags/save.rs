//! `POST /tags`, which is five operations by what its body holds: create, rename, tag companies,
//! untag companies, tag people.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::super::contacts::{Announce, replace};
use super::super::{Call, companies};
use super::find;
use crate::answer::{Answer, Refusal, Reply};
use crate::contact::Contact;
use crate::ids::{ObjectId, TagId};
use crate::telling::Bond;
use crate::world::{Tag, World};

pub(super) fn save(world: &mut World, call: &Call<'_>) -> Reply {
    let body = call.json()?;
    let name = body.get("name").and_then(Value::as_str).map(str::trim);
    let Some(name) = name.filter(|name| !name.is_empty()) else {
        return Err(invalid());
    };
    match (body.get("companies"), body.get("users")) {
        (None, None) => named(world, &body, name),
        (Some(Value::Array(companies)), None) => tag_companies(world, call, name, companies),
        (None, Some(Value::Array(users))) => tag_people(world, call, name, users),
        _ => Err(invalid()),
    }
}

fn invalid() -> Refusal {
    Refusal::invalid("invalid tag parameters")
}

/// Creates a tag or gives the one of that name; with an id, renames.
fn named(world: &mut World, body: &Map<String, Value>, name: &str) -> Reply {
    let id = match body.get("id") {
        None | Some(Value::Null) => None,
        Some(Value::String(id)) => Some(id.clone()),
        Some(Value::Number(id)) => Some(id.to_string()),
        Some(_) => return Err(invalid()),
    };
    let Some(id) = id else {
        return Ok(Answer::Ok(with_name(world, name).render()));
    };
    let id = find(world, &id)?.id;
    let folded = name.to_lowercase();
    let is_taken = |tag: &Tag| tag.id != id && tag.name.to_lowercase() == folded;
    if world.tags.iter().any(is_taken) {
        return Err(invalid());
    }
    let tag = world.tags.iter_mut().find(|tag| tag.id == id);
    let tag = tag.ok_or_else(Refusal::no_such_resource)?;
    name.clone_into(&mut tag.name);
    Ok(Answer::Ok(tag.render()))
}

/// The tag with that name, whichever case it is written in; a new one if there is none.
fn with_name(world: &mut World, name: &str) -> Tag {
    let folded = name.to_lowercase();
    let found = world
        .tags
        .iter()
        .find(|tag| tag.name.to_lowercase() == folded);
    if let Some(tag) = found {
        return tag.clone();
    }
    let tag = Tag {
        id: TagId(8_000_000 + world.next_number()),
        name: name.to_owned(),
    };
    world.tags.push(tag.clone());
    tag
}

/// All are known before any is tagged, so that a refused call changes nothing.
fn tag_companies(world: &mut World, call: &Call<'_>, name: &str, listed: &[Value]) -> Reply {
    let wanted = listed
        .iter()
        .map(|one| {
            let text = |name: &str| one.get(name).and_then(Value::as_str);
            let row = match (text("id"), text("company_id")) {
                (Some(id), _) => companies::find(world, id)?,
                (None, Some(own_id)) => world
                    .companies
                    .with_own_id(own_id)
                    .ok_or_else(companies::no_such_company)?,
                (None, None) => return Err(invalid()),
            };
            let is_tagged = one.get("untag").and_then(Value::as_bool) != Some(true);
            Ok((row.id, is_tagged))
        })
        .collect::<Result<Vec<(ObjectId, bool)>, Refusal>>()?;
    let tag = with_name(world, name);
    for (id, is_tagged) in &wanted {
        let Some(mut row) = world.companies.get(*id).cloned() else {
            continue;
        };
        row.tags.retain(|present| *present != tag.id);
        if *is_tagged {
            row.tags.push(tag.id);
        }
        row.updated_at = call.now();
        world.companies.put(row);
    }
    Ok(Answer::Ok(done(&tag, &[], &wanted)))
}

fn tag_people(world: &mut World, call: &Call<'_>, name: &str, listed: &[Value]) -> Reply {
    let wanted = listed
        .iter()
        .map(|one| {
            let id = one.get("id").and_then(Value::as_str).ok_or_else(invalid)?;
            let row = id.parse().ok().and_then(|id| world.contacts.get(id));
            let is_tagged = one.get("untag").and_then(Value::as_bool) != Some(true);
            let row = row.ok_or_else(Refusal::no_such_contact)?;
            Ok((row.id, is_tagged))
        })
        .collect::<Result<Vec<(ObjectId, bool)>, Refusal>>()?;
    let tag = with_name(world, name);
    for (id, is_tagged) in &wanted {
        if let Some(row) = world.contacts.get(*id).map(Arc::clone) {
            set_on_contact(world, call, &row, &tag, *is_tagged);
        }
    }
    Ok(Answer::Ok(done(&tag, &wanted, &[])))
}

/// Puts a tag onto a contact or takes it off, and tells so if that changes anything.
pub(in crate::api) fn set_on_contact(
    world: &mut World,
    call: &Call<'_>,
    row: &Arc<Contact>,
    tag: &Tag,
    is_tagged: bool,
) {
    if row.tags.contains(&tag.id) == is_tagged {
        return;
    }
    let mut changed = Contact::clone(row);
    changed.tags.retain(|present| *present != tag.id);
    if is_tagged {
        changed.tags.push(tag.id);
    }
    let row = replace(world, call.at, row, changed, Announce::Silently);
    let bond = if is_tagged { Bond::Made } else { Bond::Undone };
    world.tell_tagged(&row, tag, bond, call.at);
}

fn done(tag: &Tag, users: &[(ObjectId, bool)], companies: &[(ObjectId, bool)]) -> Value {
    let listed = |ids: &[(ObjectId, bool)]| {
        let one =
            |(id, tagged): &(ObjectId, bool)| json!({ "id": id.to_string(), "tagged": tagged });
        ids.iter().map(one).collect::<Vec<_>>()
    };
    let mut shown = tag.render();
    shown["users"] = json!(listed(users));
    shown["companies"] = json!(listed(companies));
    shown
}
