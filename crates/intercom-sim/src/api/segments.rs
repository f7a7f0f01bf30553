//! `/segments`: list and read.

use serde_json::{Value, json};

use super::Call;
use crate::answer::{Answer, Refusal, Reply};
use crate::segment::Segment;
use crate::world::World;

pub(super) fn route(world: &World, call: &Call<'_>, rest: &[&str]) -> Reply {
    let is_counted = call.param("include_count") == Some("true");
    match (call.method.as_str(), rest) {
        ("GET", []) => {
            let segments: Vec<Value> = Segment::all(world.seed)
                .into_iter()
                .map(|segment| render(world, segment, is_counted))
                .collect();
            Ok(Answer::Ok(
                json!({ "type": "segment.list", "segments": segments }),
            ))
        }
        ("GET", [id]) => Segment::all(world.seed)
            .into_iter()
            .find(|segment| segment.id.to_string() == *id)
            .map(|segment| Answer::Ok(render(world, segment, is_counted)))
            .ok_or_else(Refusal::no_such_resource),
        _ => Err(Refusal::no_such_resource()),
    }
}

fn render(world: &World, segment: Segment, is_counted: bool) -> Value {
    let mut shown = segment.render(world);
    if is_counted {
        shown["count"] = json!(world.contacts.count_of(segment.role));
    }
    shown
}
