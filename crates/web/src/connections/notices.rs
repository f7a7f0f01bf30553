//! Messages that the installer did not get by mail yet (I3, E4): they wait on the connection's page,
//! and `POST /connections/{name}/notices/dismiss` takes one away.

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, State};
use axum::response::Redirect;
use engine::{MailWaits, Overview, WaitingMail};
use serde::Deserialize;

use crate::problem::Problem;
use crate::routes::Route;
use crate::site::Site;
use crate::wording::{ago, short};

/// A mail server's message is shown up to this length.
const WORDS_LENGTH_MAX: usize = 300;

/// A message as the page shows it.
pub(crate) struct NoticeView {
    /// What the form names it by.
    pub(crate) name: String,
    pub(crate) dismiss: String,
    pub(crate) headline: &'static str,
    pub(crate) said: Vec<String>,
    pub(crate) figures: Vec<(&'static str, String)>,
    /// Why it is here and not in somebody's mail.
    pub(crate) because: String,
    pub(crate) ago: String,
    pub(crate) exact: String,
}

/// What waits, but for what is being mailed in this moment.
pub(super) fn notices(overview: &Overview) -> Vec<NoticeView> {
    let waiting = overview.waiting_mail.iter();
    waiting
        .filter_map(|mail| Some(notice(overview, mail, because(&mail.waits)?)))
        .collect()
}

fn notice(overview: &Overview, mail: &WaitingMail, because: String) -> NoticeView {
    NoticeView {
        name: mail.name.clone(),
        dismiss: Route::DismissNotice(&overview.connection.name).to_string(),
        headline: mail.headline,
        said: mail.said.clone(),
        figures: mail.figures.clone(),
        because,
        ago: ago(overview.now.since(mail.at)),
        exact: mail.at.to_rfc3339(),
    }
}

fn because(waits: &MailWaits) -> Option<String> {
    match waits {
        MailWaits::ForItsTurn => None,
        MailWaits::NotSetUp => {
            Some("Not mailed: this installation has no [mail] in its configuration.".to_owned())
        }
        MailWaits::NoAddress => Some(
            "Not mailed: whoever connected Intercom is no teammate with an address any more."
                .to_owned(),
        ),
        MailWaits::Refused { words } => Some(format!(
            "Not mailed: the mail server refused it. {}",
            short(words, WORDS_LENGTH_MAX)
        )),
        MailWaits::Unavailable { words } => Some(format!(
            "Not mailed yet, it is tried again: {}",
            short(words, WORDS_LENGTH_MAX)
        )),
    }
}

#[derive(Deserialize)]
pub(crate) struct Dismissed {
    notice: String,
}

/// Takes a message away that somebody has read; nothing happens if it is gone already.
#[tracing::instrument(
    name = "web.connections.notices.dismiss",
    skip_all,
    fields(connection.name = %name)
)]
pub(crate) async fn dismiss(
    State(site): State<Site>,
    Path(name): Path<String>,
    form: Result<Form<Dismissed>, FormRejection>,
) -> Result<Redirect, Problem> {
    let Form(Dismissed { notice }) = form?;
    let connection = site.connection(&name).await?;
    let dismissed = site.engine.dismiss_notice(connection.id, &notice).await;
    dismissed.map_err(|error| Problem::from(error).back_to(&name))?;
    Ok(Redirect::to(&Route::Connection(&name).to_string()))
}

#[cfg(test)]
mod tests;
