//! What every page of the inbox has: the workspace's name, and who is looking.

use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use http::{HeaderMap, header};

use super::Form;
use crate::ids::AdminId;
use crate::member::Admin;
use crate::sim::Sim;
use crate::world::World;

/// The cookie that says who is looking. There is no password: it is a pretend workspace.
const COOKIE: &str = "teammate";

/// A teammate in a choice.
pub(super) struct TeammateChoice {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) is_chosen: bool,
}

/// The frame of a page.
pub(super) struct Shell {
    pub(super) workspace: String,
    pub(super) my_initials: String,
    pub(super) teammates: Vec<TeammateChoice>,
    /// The page itself, to come back to.
    pub(super) here: String,
}

impl Shell {
    pub(super) fn of(world: &World, me: AdminId, here: String) -> Self {
        let admin = world.admin(me);
        Self {
            workspace: world.options.workspace_name.clone(),
            my_initials: admin.map(Admin::initials).unwrap_or_default(),
            teammates: choices(world, Some(me)),
            here,
        }
    }
}

pub(super) fn choices(world: &World, chosen: Option<AdminId>) -> Vec<TeammateChoice> {
    let choice = |admin: &Admin| TeammateChoice {
        id: admin.id.to_string(),
        name: admin.name.clone(),
        is_chosen: Some(admin.id) == chosen,
    };
    world.admins.iter().map(choice).collect()
}

/// Who is looking: the teammate of the cookie, else the first.
pub(super) fn me(world: &World, headers: &HeaderMap) -> AdminId {
    let cookies = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok());
    let named = cookies
        .flat_map(|cookies| cookies.split(';'))
        .filter_map(|cookie| cookie.trim().split_once('='))
        .filter(|(name, _)| *name == COOKIE)
        .find_map(|(_, id)| id.parse().ok())
        .filter(|id| world.admin(*id).is_some());
    let first = || {
        world
            .admins
            .first()
            .map(|admin| admin.id)
            .unwrap_or_default()
    };
    named.unwrap_or_else(first)
}

/// `POST /inbox/teammate`: be somebody else.
pub(super) async fn switch(State(sim): State<Sim>, body: Bytes) -> Response {
    let form = Form::parse(&body);
    let admin = form.get("admin").and_then(|id| id.parse::<AdminId>().ok());
    let admin = admin.filter(|id| sim.look(|world| world.admin(*id).is_some()));
    let Some(admin) = admin else {
        return super::not_found();
    };
    let cookie = format!("{COOKIE}={admin}; Path=/; HttpOnly; SameSite=Lax");
    ([(header::SET_COOKIE, cookie)], Redirect::to(form.back())).into_response()
}
