//! `/tags`: list, read, create, rename, delete, and tagging of many at once. Names are unique
//! without regard to case.

mod save;

use serde_json::{Value, json};

use super::Call;
use crate::answer::{Answer, Refusal, Reply};
use crate::ids::TagId;
use crate::world::{Tag, World};

pub(super) use save::set_on_contact;

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
        ("POST", []) => save::save(world, call),
        ("GET", [id]) => Ok(Answer::Ok(find(world, id)?.render())),
        ("DELETE", [id]) => delete(world, id),
        _ => Err(Refusal::no_such_resource()),
    }
}

/// The tag of a path or a body.
pub(super) fn find<'a>(world: &'a World, id: &str) -> Result<&'a Tag, Refusal> {
    let found = id.parse().ok().and_then(|id| world.tag(id));
    found.ok_or_else(Refusal::no_such_resource)
}

/// A tag that anything carries is not deleted. The vendor's example names a segment as what depends
/// on it; that people, companies and conversations count as well is an assumption (UNVERIFIED).
fn delete(world: &mut World, id: &str) -> Reply {
    let id = find(world, id)?.id;
    let carriers = [
        (
            "Contacts",
            world.contacts.all().any(|row| row.tags.contains(&id)),
        ),
        (
            "Companies",
            world.companies.all().any(|row| row.tags.contains(&id)),
        ),
        ("Conversations", is_on_a_conversation(world, id)),
    ];
    let carriers: Vec<&str> = carriers
        .iter()
        .filter(|(_, carries)| *carries)
        .map(|(kind, _)| *kind)
        .collect();
    if !carriers.is_empty() {
        return Err(Refusal::new(
            http::StatusCode::BAD_REQUEST,
            "tag_has_dependent_objects",
            format!(
                "Unable to delete Tag with dependent objects. {}.",
                carriers.join(", ")
            ),
        ));
    }
    world.tags.retain(|tag| tag.id != id);
    Ok(Answer::Empty(http::StatusCode::OK))
}

fn is_on_a_conversation(world: &World, id: TagId) -> bool {
    let mut rows = world.conversations.with_archived();
    rows.any(|row| row.tags.iter().any(|there| there.tag == id))
}
