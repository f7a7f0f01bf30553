//! `/me`, `/admins`, `/teams`.

use http::Method;
use serde_json::json;

use super::Call;
use crate::answer::{Answer, Refusal, Reply};
use crate::world::World;

pub(super) fn route(world: &World, call: &Call<'_>, first: &str, rest: &[&str]) -> Reply {
    if call.method != Method::GET {
        return Err(Refusal::no_such_resource());
    }
    match (first, rest) {
        ("me", []) => me(world, call),
        ("admins", []) => {
            let admins: Vec<_> = world
                .admins
                .iter()
                .map(crate::member::Admin::render)
                .collect();
            Ok(Answer::Ok(
                json!({ "type": "admin.list", "admins": admins }),
            ))
        }
        ("admins", [id]) => id
            .parse()
            .ok()
            .and_then(|id| world.admin(id))
            .map(|admin| Answer::Ok(admin.render()))
            .ok_or_else(|| Refusal::not_found("admin_not_found", "Admin not found")),
        ("teams", []) => {
            let teams: Vec<_> = world
                .teams
                .iter()
                .map(|team| team.render(&world.admins))
                .collect();
            Ok(Answer::Ok(json!({ "type": "team.list", "teams": teams })))
        }
        ("teams", [id]) => world
            .teams
            .iter()
            .find(|team| team.id.to_string() == *id)
            .map(|team| Answer::Ok(team.render(&world.admins)))
            .ok_or_else(|| Refusal::not_found("team_not_found", "Team not found")),
        _ => Err(Refusal::no_such_resource()),
    }
}

fn me(world: &World, call: &Call<'_>) -> Reply {
    let admin = world
        .admin(call.admin)
        .ok_or_else(|| Refusal::unauthorized("token_unauthorized", "Access Token Invalid"))?;
    let mut me = admin.render();
    me["email_verified"] = json!(true);
    me["app"] = json!({
        "type": "app", "id_code": world.workspace, "name": world.options.workspace_name,
        "created_at": world.created_at, "secure": true, "identity_verification": true,
        "timezone": world.options.timezone, "region": world.options.region,
    });
    Ok(Answer::Ok(me))
}
