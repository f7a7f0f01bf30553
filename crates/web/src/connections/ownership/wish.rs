//! What an admin wishes about owners, as the forms send it.

use axum::http::StatusCode;
use engine::{Engine, OwnerPreview, PreviewState};
use model::Settings;
use model::settings::{Ownership, TeammateChoice};
use serde::Deserialize;
use store::Connection;

use crate::problem::Problem;

/// The fields of the forms.
#[derive(Deserialize)]
pub(crate) struct WishForm {
    rev: i64,
    /// A box that is not ticked is not sent.
    maintain: Option<String>,
    fallback: String,
}

/// A wish, and the settings to which it was made.
pub(super) struct Wish {
    pub(super) rev: i64,
    ownership: Ownership,
}

impl Wish {
    pub(super) fn read(form: WishForm) -> Result<Self, Problem> {
        let fallback = TeammateChoice::try_from(form.fallback).map_err(|_| {
            let sentence = "Choose a teammate from the list. Nothing was changed.";
            Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "Not possible", sentence)
        })?;
        Ok(Self {
            rev: form.rev,
            ownership: Ownership {
                maintain: form.maintain.is_some(),
                fallback,
            },
        })
    }

    /// Nobody's owner changes while owners are left alone.
    pub(super) fn changes_owners(&self) -> bool {
        self.ownership.maintain
    }

    /// The present settings with this wish.
    pub(super) fn applied_to(&self, connection: &Connection) -> Settings {
        Settings {
            ownership: self.ownership.clone(),
            ..connection.settings.clone()
        }
    }

    /// Whether exactly this was counted to the end under the present settings.
    pub(super) fn was_counted(&self, engine: &Engine, connection: &Connection) -> bool {
        let preview = engine.owner_preview(connection.id);
        preview.is_some_and(|preview| {
            preview.state == PreviewState::Done && preview.settings == self.applied_to(connection)
        })
    }
}

/// Whether the settings are those beside which it was counted: nobody saved others since.
pub(super) fn is_of(preview: &OwnerPreview, connection: &Connection) -> bool {
    preview.settings_rev == connection.settings_rev
}
