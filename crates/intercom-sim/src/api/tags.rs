//! `/tags`: list, read, create, rename, delete. Names are unique without regard to case.

use serde_json::{Value, json};

use super::Call;
use crate::answer::{Answer, Refusal, Reply};
use crate::ids::TagId;
use crate::world::{Tag, World};

impl Tag {
    pub(crate) fn render(&self) -> Value {
        json!({ "type": "tag", "id": self.id.to_string(), "name": self.name })
    }
}

pub(super) fn route(world: &mut World, call: &Call<'_>, rest: &[&str]) -> Reply {
    match (call.method.as_str(), rest) {
        ("GET", []) => {
            let data: Vec<Value> = world.tags.iter().map(Tag::render).collect();
            Ok(Answer::Ok(json!({ "type": "list", "data": data })))
        }
        ("POST", []) => save(world, call),
        ("GET", [id]) => {
            let tag = id
                .parse()
                .ok()
                .and_then(|id| world.tag(id))
                .ok_or_else(no_such_tag)?;
            Ok(Answer::Ok(tag.render()))
        }
        ("DELETE", [id]) => {
            let id: TagId = id.parse().map_err(|_| no_such_tag())?;
            world.tag(id).ok_or_else(no_such_tag)?;
            let is_used = world.contacts.all().any(|row| row.tags.contains(&id));
            if is_used {
                return Err(Refusal::new(
                    http::StatusCode::BAD_REQUEST,
                    "tag_has_dependent_objects",
                    "Unable to delete tag with dependent objects",
                ));
            }
            world.tags.retain(|tag| tag.id != id);
            Ok(Answer::Empty(http::StatusCode::OK))
        }
        _ => Err(Refusal::no_such_resource()),
    }
}

fn no_such_tag() -> Refusal {
    Refusal::not_found("tag_not_found", "Tag not found")
}

fn save(world: &mut World, call: &Call<'_>) -> Reply {
    let body = call.json()?;
    let name = body
        .get("name")
        .and_then(Value::as_str)
        .filter(|name| !name.trim().is_empty())
        .ok_or_else(|| Refusal::missing("name must be given"))?;
    if body.contains_key("companies") || body.contains_key("users") {
        return Err(Refusal::invalid(
            "Tagging through /tags is not part of this workspace",
        ));
    }
    if let Some(id) = body.get("id").and_then(Value::as_str) {
        let tag = world.tags.iter_mut().find(|tag| tag.id.to_string() == id);
        let tag = tag.ok_or_else(no_such_tag)?;
        name.clone_into(&mut tag.name);
        return Ok(Answer::Ok(tag.render()));
    }
    let folded = name.to_lowercase();
    if let Some(tag) = world
        .tags
        .iter()
        .find(|tag| tag.name.to_lowercase() == folded)
    {
        return Ok(Answer::Ok(tag.render()));
    }
    let tag = Tag {
        id: TagId(8_000_000 + world.next_number()),
        name: name.to_owned(),
    };
    let shown = tag.render();
    world.tags.push(tag);
    Ok(Answer::Ok(shown))
}
