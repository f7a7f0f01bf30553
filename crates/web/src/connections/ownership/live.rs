//! The part of the page about owners that moves: what is being counted, and the walk that follows
//! saving.

use askama::Template;
use engine::{Engine, EngineError, OwnerPreview, TeamTable};
use model::Timestamp;
use store::Sweep;

use super::counted::{Counted, PreviewView};
use crate::connections::rewalk::{RewalkView, rewalk};

/// The region.
pub(crate) struct OwnershipLive {
    pub(super) preview: Option<PreviewView>,
    pub(super) rewalk: Option<RewalkView>,
}

/// The region alone, as the live stream sends it.
#[derive(Template)]
#[template(path = "components/ownership.html")]
pub(crate) struct OwnershipRegion<'a> {
    pub(crate) live: &'a OwnershipLive,
}

impl OwnershipLive {
    pub(super) fn new(
        table: &TeamTable,
        preview: Option<&OwnerPreview>,
        walk: Option<&Sweep>,
        now: Timestamp,
    ) -> Self {
        Self {
            preview: preview.map(|preview| PreviewView::new(table, preview, now)),
            rewalk: rewalk(walk),
        }
    }

    /// Whether it will look different soon.
    pub(crate) fn moves(&self) -> bool {
        let counts = self.preview.as_ref().is_some_and(PreviewView::is_counting);
        counts || self.rewalk.is_some()
    }
}

/// The region as it is now. What was saved meanwhile is not offered again.
pub(crate) async fn look(engine: &Engine, table: &TeamTable) -> Result<OwnershipLive, EngineError> {
    let connection = &table.connection;
    let overview = engine.overview(connection.id).await?;
    let preview = engine.owner_preview(connection.id);
    let preview = preview.filter(|preview| preview.settings != connection.settings);
    Ok(OwnershipLive::new(
        table,
        preview.as_ref(),
        overview.rewalk.as_ref(),
        overview.now,
    ))
}
