//! `GET` and `POST /connections/{name}/ownership`: whether owners in Intercom follow Salesforce, and
//! who stands in for owners without a teammate (O2 to O4).
//!
//! What would change owners is counted before it can be saved: `POST` takes a wish to maintain
//! owners only if the present settings with this wish are what was counted.

mod counted;
mod live;
pub(crate) mod preview;
mod wish;

use askama::Template;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use engine::{EngineError, TeamTable};
use model::settings::TeammateChoice;
use serde::Deserialize;
use store::{Connection, StoreError};

use crate::look::Tone;
use crate::page::{Reload, Section, Shell, page};
use crate::problem::Problem;
use crate::routes::Route;
use crate::site::Site;
use crate::wording::short;
use counted::{Counted, PreviewView};
pub(super) use live::{OwnershipLive, OwnershipRegion, look as live_of};
use wish::{Wish, WishForm};

/// A teammate's name in a list of choices is shown up to this length.
const NAME_LENGTH_MAX: usize = 80;

#[derive(Template)]
#[template(path = "pages/connections/ownership.html")]
pub(crate) struct OwnershipPage {
    shell: Shell,
    name: String,
    tone: Tone,
    answer: &'static str,
    maintains: bool,
    choices: Vec<Choice>,
    rev: i64,
    note: Note,
    live: OwnershipLive,
    live_from: String,
}

/// Somebody who can be chosen.
pub(crate) struct Choice {
    pub(crate) value: String,
    pub(crate) label: String,
    pub(crate) selected: bool,
}

/// What became of the last attempt to save.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Note {
    None,
    Saved,
    Wrong(&'static str),
}

#[derive(Deserialize)]
pub(crate) struct AfterSaving {
    saved: Option<i64>,
}

impl OwnershipPage {
    pub(crate) fn new(table: &TeamTable, live: OwnershipLive, note: Note) -> Self {
        let connection = &table.connection;
        let maintains = connection.settings.ownership.maintain;
        let mut shell = Shell::of_connection(&connection.name, Section::Ownership);
        if live.moves() {
            shell.reload = Reload::WhileItMoves;
        }
        Self {
            shell,
            tone: if maintains { Tone::Good } else { Tone::Quiet },
            answer: if maintains {
                "Owners follow Salesforce."
            } else {
                "Owners in Intercom are left alone."
            },
            maintains,
            choices: choices(table, &live),
            rev: connection.settings_rev,
            note,
            live,
            live_from: Route::OwnershipProgress(&connection.name).to_string(),
            name: connection.name.clone(),
        }
    }

    /// What the form holds: a wish that stands, else what is so.
    fn wishes(&self) -> bool {
        self.maintains || self.live.preview.is_some()
    }

    fn preview(&self) -> String {
        Route::OwnerPreview(&self.name).to_string()
    }

    fn team(&self) -> String {
        let route = Route::Team {
            name: &self.name,
            show: None,
            text: "",
            page: 1,
        };
        route.to_string()
    }

    fn wrong(&self) -> Option<&'static str> {
        match self.note {
            Note::Wrong(words) => Some(words),
            Note::None | Note::Saved => None,
        }
    }

    fn saved(&self) -> bool {
        self.note == Note::Saved
    }
}

/// Who may stand in: words of ours first, then everybody by name; somebody who was chosen and has
/// left stays visible.
fn choices(table: &TeamTable, live: &OwnershipLive) -> Vec<Choice> {
    let connection = &table.connection;
    let wished = live.preview.as_ref().map(PreviewView::fallback);
    let chosen = wished.unwrap_or(&connection.settings.ownership.fallback);
    let everybody = table.teammates.iter();
    let mut offered = vec![TeammateChoice::Installer, TeammateChoice::Nobody];
    offered.extend(everybody.map(|(id, ..)| TeammateChoice::Teammate(id.clone())));
    if !offered.contains(chosen) {
        offered.push(chosen.clone());
    }
    let choice = |it: TeammateChoice| Choice {
        label: short(&called(table, &it), NAME_LENGTH_MAX),
        selected: it == *chosen,
        value: it.into(),
    };
    offered.into_iter().map(choice).collect()
}

/// Whom a choice means, for people.
pub(super) fn called(table: &TeamTable, choice: &TeammateChoice) -> String {
    match choice {
        TeammateChoice::Installer => match &table.connection.profile.intercom {
            Some(profile) => format!("{} (who connected Intercom)", profile.installer_name),
            None => "Whoever connects Intercom".to_owned(),
        },
        TeammateChoice::Nobody => "Nobody".to_owned(),
        TeammateChoice::Teammate(id) => {
            let known = table.teammates.iter().find(|(other, ..)| other == id);
            known.map_or_else(
                || format!("Teammate {id}, who has left"),
                |(_, name, _)| name.clone(),
            )
        }
    }
}

pub(crate) async fn show(
    State(site): State<Site>,
    Path(name): Path<String>,
    Query(after): Query<AfterSaving>,
) -> Result<Response, Problem> {
    let connection = site.connection(&name).await?;
    let note = if after.saved == Some(connection.settings_rev) {
        Note::Saved
    } else {
        Note::None
    };
    answer(&site, &connection, StatusCode::OK, note).await
}

async fn answer(
    site: &Site,
    connection: &Connection,
    status: StatusCode,
    note: Note,
) -> Result<Response, Problem> {
    let table = site.engine.team_table(connection.id).await?;
    let live = live_of(&site.engine, &table).await?;
    Ok(page(status, &OwnershipPage::new(&table, live, note)))
}

/// Saves what was counted.
#[tracing::instrument(name = "web.connections.ownership", skip_all, fields(connection.name = %name))]
pub(crate) async fn save(
    State(site): State<Site>,
    Path(name): Path<String>,
    form: Result<Form<WishForm>, FormRejection>,
) -> Result<Response, Problem> {
    let wish = Wish::read(form?.0)?;
    let connection = site.connection(&name).await?;
    if wish.changes_owners() && !wish.was_counted(&site.engine, &connection) {
        let words = "This is not what was counted, so nothing was saved. Count again to see how \
                     many owners it changes.";
        return answer(&site, &connection, StatusCode::CONFLICT, Note::Wrong(words)).await;
    }
    put(&site, &connection, &wish).await
}

async fn put(site: &Site, connection: &Connection, wish: &Wish) -> Result<Response, Problem> {
    let settings = wish.applied_to(connection);
    let engine = &site.engine;
    let saved = engine
        .put_settings(connection.id, &settings, wish.rev)
        .await;
    match saved {
        Ok(rev) => {
            engine.discard_owner_preview(connection.id);
            let name = &connection.name;
            let here = Route::OwnershipSaved { name, rev };
            Ok(Redirect::to(&here.to_string()).into_response())
        }
        Err(EngineError::Store(StoreError::Conflict { .. })) => {
            let words = "Somebody else changed the settings meanwhile, so nothing was saved. What \
                         is below are the new ones.";
            answer(site, connection, StatusCode::CONFLICT, Note::Wrong(words)).await
        }
        Err(error) => Err(Problem::from(error).back_to(&connection.name)),
    }
}

#[cfg(test)]
pub(crate) mod samples;
#[cfg(test)]
mod tests;
