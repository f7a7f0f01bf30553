//! `GET /companies/scroll`: all companies, a hundred at a time, in the order of their ids.
//!
//! One scroll is open at a time. It ends after a minute of rest, or with an empty page.

use serde_json::{Value, json};

use super::super::{Call, render};
use crate::answer::{Answer, Refusal, Reply};
use crate::company::Company;
use crate::ids::{ObjectId, derived_uuid};
use crate::world::World;

/// Companies in one step.
const AT_ONCE: usize = 100;
/// How long a scroll waits for its next step.
const OPEN_SECONDS: i64 = 60;

/// The scroll that is open, or was the last to be.
#[derive(Debug)]
pub(crate) struct OpenScroll {
    param: String,
    after: Option<ObjectId>,
    used_at: i64,
}

pub(super) fn scroll(world: &mut World, call: &Call<'_>) -> Reply {
    let open = world
        .scroll
        .take()
        .filter(|scroll| call.now() < scroll.used_at + OPEN_SECONDS);
    let asked = call.param("scroll_param").filter(|param| !param.is_empty());
    let current = match (open, asked) {
        (Some(open), None) => {
            world.scroll = Some(open);
            return Err(Refusal::new(
                http::StatusCode::BAD_REQUEST,
                "scroll_exists",
                "scroll already exists for this workspace",
            ));
        }
        (Some(open), Some(param)) if open.param == param => open,
        (open, Some(_)) => {
            world.scroll = open;
            return Err(Refusal::not_found(
                "not_found",
                "scroll parameter not found",
            ));
        }
        (None, None) => {
            let number = world.next_number();
            OpenScroll {
                param: derived_uuid(world.seed, "scroll", number),
                after: None,
                used_at: call.now(),
            }
        }
    };
    Ok(step(world, call, current))
}

fn step(world: &mut World, call: &Call<'_>, scroll: OpenScroll) -> Answer {
    let from = scroll.after.unwrap_or(ObjectId::LOWEST);
    let rows: Vec<&Company> = world
        .companies
        .scrolled(from)
        .filter(|row| Some(row.id) != scroll.after)
        .take(AT_ONCE)
        .collect();
    let data: Vec<Value> = rows
        .iter()
        .map(|row| render::company(world, row, call.version))
        .collect();
    let last = rows.last().map(|row| row.id);
    let mut answer = json!({
        "type": "list", "data": data, "pages": null, "total_count": null,
    });
    if last.is_some() {
        answer["scroll_param"] = json!(scroll.param);
    }
    // An empty step is the end, and the parameter ends with it.
    world.scroll = last.map(|last| OpenScroll {
        after: Some(last),
        used_at: call.now(),
        ..scroll
    });
    Answer::Ok(answer)
}
