//! `GET` and `POST /connections/{name}/settings`: the settings of a connection as one text (S4).

use askama::Template;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use engine::EngineError;
use model::Settings;
use serde::Deserialize;
use store::StoreError;

use crate::page::{Section, Shell, page};
use crate::problem::{Problem, capitalised};
use crate::routes::Route;
use crate::site::Site;

#[derive(Template)]
#[template(path = "pages/connections/settings.html")]
pub(crate) struct SettingsPage {
    shell: Shell,
    name: String,
    text: String,
    rev: i64,
    outcome: Outcome,
}

/// What became of the last attempt to save.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    NotTried,
    Saved,
    Wrong(String),
}

#[derive(Deserialize)]
pub(crate) struct AfterSaving {
    saved: Option<i64>,
}

#[derive(Deserialize)]
pub(crate) struct Edited {
    text: String,
    rev: i64,
}

impl SettingsPage {
    pub(crate) fn new(name: &str, text: String, rev: i64, outcome: Outcome) -> Self {
        let shell = Shell::of_connection(name, Section::Settings);
        Self {
            shell,
            name: name.to_owned(),
            text,
            rev,
            outcome,
        }
    }

    fn error(&self) -> Option<&str> {
        match &self.outcome {
            Outcome::Wrong(error) => Some(error),
            Outcome::NotTried | Outcome::Saved => None,
        }
    }

    fn saved(&self) -> bool {
        self.outcome == Outcome::Saved
    }

    fn ownership(&self) -> String {
        Route::Ownership(&self.name).to_string()
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

    fn here(&self) -> String {
        Route::Settings(&self.name).to_string()
    }
}

pub(crate) async fn show(
    State(site): State<Site>,
    Path(name): Path<String>,
    Query(after): Query<AfterSaving>,
) -> Result<Response, Problem> {
    let connection = site.connection(&name).await?;
    let rev = connection.settings_rev;
    let outcome = if after.saved == Some(rev) {
        Outcome::Saved
    } else {
        Outcome::NotTried
    };
    let text = connection.settings.to_toml();
    Ok(page(
        StatusCode::OK,
        &SettingsPage::new(&name, text, rev, outcome),
    ))
}

#[tracing::instrument(name = "web.connections.settings", skip_all, fields(connection.name = %name))]
pub(crate) async fn save(
    State(site): State<Site>,
    Path(name): Path<String>,
    form: Result<Form<Edited>, FormRejection>,
) -> Result<Response, Problem> {
    let Form(Edited { text, rev }) = form?;
    let connection = site.connection(&name).await?;
    // Browsers send line ends as CRLF.
    let text = text.replace("\r\n", "\n");
    let settings = match Settings::from_toml(&text) {
        Ok(settings) => settings,
        Err(error) => {
            let wrong = Outcome::Wrong(capitalised(&error.to_string()));
            let context = SettingsPage::new(&name, text, rev, wrong);
            return Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &context));
        }
    };
    match site
        .engine
        .put_settings(connection.id, &settings, rev)
        .await
    {
        Ok(rev) => {
            let here = Route::SettingsSaved { name: &name, rev };
            Ok(Redirect::to(&here.to_string()).into_response())
        }
        Err(EngineError::Store(StoreError::Conflict { .. })) => {
            let words = "Somebody else changed the settings meanwhile, so nothing was saved. Your \
                         text is below: copy what you need, discard, and edit the new settings.";
            let wrong = Outcome::Wrong(words.to_owned());
            Ok(page(
                StatusCode::CONFLICT,
                &SettingsPage::new(&name, text, rev, wrong),
            ))
        }
        Err(error) => Err(Problem::from(error).back_to(&name)),
    }
}
