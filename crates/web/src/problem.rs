//! A page in place of the one that was asked for: what is wrong, and what to do.

use askama::Template;
use axum::extract::rejection::FormRejection;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use engine::EngineError;
use store::StoreError;

use crate::page::{Shell, page};
use crate::routes::Route;

/// Why there is no such page, or why an action was not done.
#[derive(Debug)]
pub(crate) struct Problem {
    status: StatusCode,
    title: &'static str,
    sentence: String,
    back: Option<(String, &'static str)>,
}

#[derive(Template)]
#[template(path = "pages/problem.html")]
pub(crate) struct ProblemPage<'a> {
    shell: Shell,
    sentence: &'a str,
    back: Option<&'a (String, &'static str)>,
}

impl Problem {
    pub(crate) fn new(
        status: StatusCode,
        title: &'static str,
        sentence: impl Into<String>,
    ) -> Self {
        let back = Some((Route::Index.to_string(), "All connections"));
        Self {
            status,
            title,
            sentence: sentence.into(),
            back,
        }
    }

    pub(crate) fn no_such_connection(name: &str) -> Self {
        let sentence = format!("There is no connection named {name:?}.");
        Self::new(StatusCode::NOT_FOUND, "Not found", sentence)
    }

    pub(crate) fn no_such_page() -> Self {
        Self::new(StatusCode::NOT_FOUND, "Not found", "There is no such page.")
    }

    pub(crate) fn crashed() -> Self {
        let sentence = "Something broke while this was being done. It was logged.";
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "Internal error",
            sentence,
        )
    }

    /// For visitors who may not see the settings, so it links nowhere.
    pub(crate) fn refused(sentence: &str) -> Self {
        Self {
            back: None,
            ..Self::new(StatusCode::FORBIDDEN, "Refused", sentence)
        }
    }

    pub(crate) fn context(&self) -> ProblemPage<'_> {
        ProblemPage {
            shell: match self.back {
                Some(_) => Shell::outside(self.title, None),
                None => Shell::bare(self.title),
            },
            sentence: &self.sentence,
            back: self.back.as_ref(),
        }
    }

    /// The same with a link to the page of a connection.
    #[must_use]
    pub(crate) fn back_to(self, connection: &str) -> Self {
        let href = Route::Connection(connection).to_string();
        Self {
            back: Some((href, "Back to the connection")),
            ..self
        }
    }
}

impl From<EngineError> for Problem {
    fn from(error: EngineError) -> Self {
        let (status, title) = match &error {
            EngineError::Store(error) => return store_problem(error),
            EngineError::NoSuchConnection => (StatusCode::NOT_FOUND, "Not found"),
            EngineError::NotConnected { .. }
            | EngineError::Reconnect { .. }
            | EngineError::Busy
            | EngineError::Stopped
            | EngineError::NameTaken
            | EngineError::WorkspaceTaken
            | EngineError::OtherPlace { .. }
            | EngineError::Brake(_) => (StatusCode::CONFLICT, "Not possible right now"),
            EngineError::BadName | EngineError::UnknownState | EngineError::NoSuchApp(_) => {
                (StatusCode::BAD_REQUEST, "Not possible")
            }
            EngineError::Salesforce(_) => (StatusCode::BAD_GATEWAY, "Salesforce said no"),
            EngineError::Intercom(_) => (StatusCode::BAD_GATEWAY, "Intercom said no"),
            EngineError::Seal(_) => (StatusCode::INTERNAL_SERVER_ERROR, "Internal error"),
        };
        if status.is_server_error() {
            tracing::warn!(error = chain(&error), "an action failed");
        }
        Self::new(status, title, capitalised(&error.to_string()))
    }
}

impl From<FormRejection> for Problem {
    fn from(rejection: FormRejection) -> Self {
        let status = rejection.status();
        let sentence = if status == StatusCode::PAYLOAD_TOO_LARGE {
            "This form holds more than is taken. Nothing was changed."
        } else {
            "This form could not be read, so nothing was changed. Open the page and send it again."
        };
        Self::new(status, "Not possible", sentence)
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        store_problem(&error)
    }
}

fn store_problem(error: &StoreError) -> Problem {
    let (status, title) = match error {
        StoreError::Unavailable { .. } => (StatusCode::SERVICE_UNAVAILABLE, "Not available"),
        StoreError::Unreadable { .. } | StoreError::Incompatible { .. } => {
            (StatusCode::INTERNAL_SERVER_ERROR, "Internal error")
        }
        StoreError::Conflict { .. } | StoreError::Taken { .. } => {
            (StatusCode::CONFLICT, "Changed meanwhile")
        }
        StoreError::Missing { .. } => (StatusCode::NOT_FOUND, "Not found"),
    };
    if status.is_server_error() {
        tracing::error!(error = chain(error), "the store failed");
    }
    Problem::new(status, title, capitalised(&error.to_string()))
}

/// An error with its sources, for the log.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text
}

/// An error's text as a sentence.
pub(crate) fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    let first: String = chars
        .next()
        .map(|first| first.to_uppercase().collect())
        .unwrap_or_default();
    let end = if text.ends_with(['.', '!', '?']) {
        ""
    } else {
        "."
    };
    format!("{first}{}{end}", chars.as_str())
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        page(self.status, &self.context())
    }
}
