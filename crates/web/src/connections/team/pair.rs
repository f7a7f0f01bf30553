//! `GET` and `POST /connections/{name}/team/{user}`: whom a Salesforce User is (O1). What a choice
//! changes is shown before it is saved.

use askama::Template;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use engine::{EngineError, Pairing, TeamTable};
use model::settings::PairChoice;
use model::{Settings, sf};
use serde::Deserialize;
use store::StoreError;

use super::row::{UserRow, name_of};
use crate::page::{Section, Shell, page};
use crate::problem::Problem;
use crate::routes::Route;
use crate::site::Site;

/// What an address and a form call it when no admin decides.
const AUTOMATIC: &str = "automatic";

#[derive(Template)]
#[template(path = "pages/connections/pair.html")]
pub(crate) struct PairPage {
    shell: Shell,
    name: String,
    user: UserRow,
    /// Where both forms are sent.
    here: String,
    team: String,
    choices: Vec<Choice>,
    rev: i64,
    step: Step,
}

/// Whom the User can be.
struct Choice {
    value: String,
    label: String,
    selected: bool,
}

/// How far the visitor is.
pub(crate) enum Step {
    Choosing,
    Saved,
    Wrong(&'static str),
    /// Asked for what is so already.
    Nothing,
    Review(Review),
}

/// A choice before it is saved.
pub(crate) struct Review {
    pub(crate) to: String,
    pub(crate) before: String,
    pub(crate) after: String,
    pub(crate) what_follows: &'static str,
}

/// The choice, as an address names it.
#[derive(Deserialize)]
pub(crate) struct Asked {
    to: Option<String>,
    saved: Option<i64>,
}

/// The choice, as the form sends it.
#[derive(Deserialize)]
pub(crate) struct Chosen {
    to: String,
    rev: i64,
}

impl PairPage {
    pub(crate) fn new(table: &TeamTable, user: &Pairing, step: Step) -> Self {
        let name = &table.connection.name;
        let chosen = match &step {
            Step::Review(review) => review.to.clone(),
            Step::Choosing | Step::Saved | Step::Wrong(_) | Step::Nothing => {
                value(present(table, user.user).as_ref())
            }
        };
        Self {
            shell: Shell::of_connection(name, Section::Team),
            name: name.clone(),
            user: UserRow::new(table, user),
            here: address(name, user.user),
            team: team(name),
            choices: choices(table, &chosen),
            rev: table.connection.settings_rev,
            step,
        }
    }
}

fn team(name: &str) -> String {
    let route = Route::Team {
        name,
        show: None,
        text: "",
        page: 1,
    };
    route.to_string()
}

fn address(name: &str, user: sf::UserId) -> String {
    let route = Route::Pair {
        name,
        user: user.as_str(),
        to: None,
    };
    route.to_string()
}

/// What an admin decided so far.
fn present(table: &TeamTable, user: sf::UserId) -> Option<PairChoice> {
    table.connection.settings.team.pairs.get(&user).cloned()
}

fn value(choice: Option<&PairChoice>) -> String {
    match choice {
        None => AUTOMATIC.to_owned(),
        Some(choice) => choice.clone().into(),
    }
}

fn words(table: &TeamTable, choice: Option<&PairChoice>) -> String {
    match choice {
        None => "Automatic: the teammate with the same email, if there is one".to_owned(),
        Some(PairChoice::Nobody) => "Nobody, whatever the email".to_owned(),
        Some(PairChoice::Teammate(id)) => name_of(table, id),
    }
}

fn choices(table: &TeamTable, chosen: &str) -> Vec<Choice> {
    let everybody = table.teammates.iter();
    let teammates = everybody.map(|(id, ..)| Some(PairChoice::Teammate(id.clone())));
    let mut offered: Vec<Option<PairChoice>> = [None, Some(PairChoice::Nobody)]
        .into_iter()
        .chain(teammates)
        .collect();
    // Somebody who has left stays the choice until an admin makes another one.
    if !offered.iter().any(|it| value(it.as_ref()) == chosen)
        && let Ok(left) = PairChoice::try_from(chosen.to_owned())
    {
        offered.push(Some(left));
    }
    let choice = |it: Option<PairChoice>| {
        let value = value(it.as_ref());
        Choice {
            label: words(table, it.as_ref()),
            selected: value == chosen,
            value,
        }
    };
    offered.into_iter().map(choice).collect()
}

/// Neither a word of ours nor somebody who is in the workspace.
struct NotOffered;

/// What a form or address asks for; `None` if no admin is to decide.
fn wanted(table: &TeamTable, to: String) -> Result<Option<PairChoice>, NotOffered> {
    if to == AUTOMATIC {
        return Ok(None);
    }
    let choice = PairChoice::try_from(to).map_err(|_| NotOffered)?;
    match &choice {
        PairChoice::Nobody => Ok(Some(choice)),
        PairChoice::Teammate(id) => {
            let mut everybody = table.teammates.iter();
            if everybody.any(|(other, ..)| other == id) {
                Ok(Some(choice))
            } else {
                Err(NotOffered)
            }
        }
    }
}

fn review(table: &TeamTable, user: &Pairing, to: String) -> Step {
    let Ok(wanted) = wanted(table, to) else {
        return Step::Wrong(NOT_A_CHOICE);
    };
    let present = present(table, user.user);
    if wanted == present {
        return Step::Nothing;
    }
    Step::Review(Review {
        to: value(wanted.as_ref()),
        before: words(table, present.as_ref()),
        after: words(table, wanted.as_ref()),
        what_follows: if table.connection.settings.ownership.maintain {
            "Owners follow Salesforce, so contacts of whatever this User owns are looked at again \
             after saving, and their owners change."
        } else {
            "Owners in Intercom are left alone at present, so no contact's owner changes."
        },
    })
}

const NOT_A_CHOICE: &str = "Choose somebody from the list. Nothing was changed.";

async fn found(site: &Site, name: &str, user: &str) -> Result<(TeamTable, Pairing), Problem> {
    let connection = site.connection(name).await?;
    let table = site.engine.team_table(connection.id).await?;
    let user = user.parse::<sf::UserId>();
    let user = user.ok().and_then(|user| {
        let mut users = table.users.iter();
        users.find(|it| it.user == user).cloned()
    });
    let user = user.ok_or_else(|| Problem::no_such_page().back_to(name))?;
    Ok((table, user))
}

pub(crate) async fn show(
    State(site): State<Site>,
    Path((name, user)): Path<(String, String)>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let (table, user) = found(&site, &name, &user).await?;
    let step = match asked.to {
        Some(to) => review(&table, &user, to),
        None if asked.saved == Some(table.connection.settings_rev) => Step::Saved,
        None => Step::Choosing,
    };
    Ok(page(StatusCode::OK, &PairPage::new(&table, &user, step)))
}

#[tracing::instrument(name = "web.connections.team.pair", skip_all, fields(connection.name = %name))]
pub(crate) async fn save(
    State(site): State<Site>,
    Path((name, user)): Path<(String, String)>,
    form: Result<Form<Chosen>, FormRejection>,
) -> Result<Response, Problem> {
    let Form(Chosen { to, rev }) = form?;
    let (table, user) = found(&site, &name, &user).await?;
    let Ok(wanted) = wanted(&table, to) else {
        let step = Step::Wrong(NOT_A_CHOICE);
        let context = PairPage::new(&table, &user, step);
        return Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &context));
    };
    let mut settings: Settings = table.connection.settings.clone();
    match wanted {
        Some(choice) => settings.team.pairs.insert(user.user, choice),
        None => settings.team.pairs.remove(&user.user),
    };
    let engine = &site.engine;
    match engine
        .put_settings(table.connection.id, &settings, rev)
        .await
    {
        Ok(rev) => {
            let user = user.user.as_str();
            let name = &name;
            let here = Route::PairSaved { name, user, rev };
            Ok(Redirect::to(&here.to_string()).into_response())
        }
        Err(EngineError::Store(StoreError::Conflict { .. })) => {
            let words = "Somebody else changed the settings meanwhile, so nothing was saved. What \
                         is below is true now.";
            let context = PairPage::new(&table, &user, Step::Wrong(words));
            Ok(page(StatusCode::CONFLICT, &context))
        }
        Err(error) => Err(Problem::from(error).back_to(&name)),
    }
}
