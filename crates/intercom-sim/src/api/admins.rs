//! `/me`, `/admins`, `/teams`: who works here. The API changes only whether somebody is away.

use http::StatusCode;
use serde_json::{Value, json};

use super::{Call, Version, activities};
use crate::activity::Activity;
use crate::answer::{Answer, Refusal, Reply};
use crate::member::{Admin, Away};
use crate::world::World;

pub(super) fn route(world: &mut World, call: &Call<'_>, first: &str, rest: &[&str]) -> Reply {
    match (call.method.as_str(), first, rest) {
        ("GET", "me", []) => me(world, call),
        ("GET", "admins", []) => {
            let shown = world.admins.iter().map(|admin| render(admin, call.version));
            let admins: Vec<Value> = shown.collect();
            Ok(Answer::Ok(
                json!({ "type": "admin.list", "admins": admins }),
            ))
        }
        ("GET", "admins", ["activity_logs"]) => activities::list(world, call),
        ("POST", "admins", ["activity_logs", "search"]) => activities::search(world, call),
        ("GET", "admins", ["activity_log_event_types"]) => Ok(activities::types()),
        ("GET", "admins", [id]) => id
            .parse()
            .ok()
            .and_then(|id| world.admin(id))
            .map(|admin| Answer::Ok(render(admin, call.version)))
            .ok_or_else(|| no_such_admin("Admin not found")),
        ("PUT", "admins", [id, "away"]) => set_away(world, call, id),
        ("GET", "teams", []) => {
            let shown = world.teams.iter().map(|team| team.render(&world.admins));
            let teams: Vec<Value> = shown.collect();
            Ok(Answer::Ok(json!({ "type": "team.list", "teams": teams })))
        }
        ("GET", "teams", [id]) => world
            .teams
            .iter()
            .find(|team| team.id.to_string() == *id)
            .map(|team| Answer::Ok(team.render(&world.admins)))
            .ok_or_else(|| Refusal::not_found("team_not_found", "Team not found")),
        _ => Err(Refusal::no_such_resource()),
    }
}

fn no_such_admin(message: &str) -> Refusal {
    Refusal::not_found("admin_not_found", message)
}

/// A teammate. Since 2.16 there is the name of a role, which tells no rights.
pub(super) fn render(admin: &Admin, version: Version) -> Value {
    let mut shown = admin.render();
    if version >= Version::V2_16 {
        shown["role"] = json!({ "type": "role", "id": "1", "name": "Admin" });
    }
    shown
}

fn me(world: &World, call: &Call<'_>) -> Reply {
    let admin = world
        .admin(call.admin)
        .ok_or_else(|| Refusal::unauthorized("token_unauthorized", "Access Token Invalid"))?;
    let mut me = render(admin, call.version);
    me["avatar"] = json!({ "type": "avatar", "image_url": null });
    me["email_verified"] = json!(true);
    me["app"] = json!({
        "type": "app", "id_code": world.workspace, "name": world.options.workspace_name,
        "created_at": world.created_at, "secure": true, "identity_verification": true,
        "timezone": world.options.timezone, "region": world.options.region,
    });
    Ok(Answer::Ok(me))
}

/// `PUT /admins/{id}/away`.
fn set_away(world: &mut World, call: &Call<'_>, id: &str) -> Reply {
    let body = call.json()?;
    let id = id
        .parse()
        .ok()
        .filter(|id| world.admin(*id).is_some())
        .ok_or_else(|| no_such_admin("Admin for admin_id not found"))?;
    let flag = |name: &str| match body.get(name) {
        Some(Value::Bool(flag)) => Ok(*flag),
        None | Some(Value::Null) => {
            Err(Refusal::missing(format!("{name} must be given")).at_field(name))
        }
        Some(Value::Number(_) | Value::String(_) | Value::Array(_) | Value::Object(_)) => {
            Err(Refusal::invalid(format!("{name} must be a boolean")).at_field(name))
        }
    };
    let is_away = flag("away_mode_enabled")?;
    let away = Away {
        reassigns: flag("away_mode_reassign")?,
        reason: reason(body.get("away_status_reason_id"))?,
    };
    let admin = world.admins.iter_mut().find(|admin| admin.id == id);
    let admin = admin.ok_or_else(Refusal::no_such_resource)?;
    let before = admin.away;
    admin.away = is_away.then_some(away);
    let is_changed = admin.away != before;
    let admin = admin.clone();
    let shown = render(&admin, call.version);
    if is_changed {
        let activity = Activity::of_away_mode(world.next_number(), call.now(), &admin);
        let logged = activity.render();
        world.activities.add(activity);
        world.announce("admin.away_mode_updated", shown.clone(), call.at);
        world.announce("admin.activity_log_event.created", logged, call.at);
    }
    Ok(Answer::Ok(shown))
}

/// Why somebody is away: one of the workspace's reasons, which are numbered from one to three here.
fn reason(asked: Option<&Value>) -> Result<Option<u64>, Refusal> {
    let number = match asked {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Number(number)) => number.as_u64(),
        Some(Value::String(digits)) => digits.parse().ok(),
        Some(Value::Bool(_) | Value::Array(_) | Value::Object(_)) => None,
    };
    let known = number.filter(|number| (1..=3).contains(number));
    known.map(Some).ok_or_else(|| {
        Refusal::new(
            StatusCode::BAD_REQUEST,
            "parameter_invalid",
            "Away status reason is deleted",
        )
    })
}
