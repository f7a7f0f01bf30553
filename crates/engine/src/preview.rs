//! What switching ownership on, or changing it, would do (O2): everybody is planned under other
//! settings, and nothing is written.

use std::sync::{Arc, PoisonError};

use model::{Change, ConnectionId, Settings, Timestamp, ic};
use planner::{Operation, Rule, Team};
use store::PersonRows;
use tokio_util::sync::CancellationToken;

use crate::engine::Engine;
use crate::error::EngineError;
use crate::execute::called;
use crate::observe::facts;
use crate::team::Terms;

/// Contacts planned in one turn.
const CONTACTS_PER_TURN: u32 = 500;

/// Changes that are shown one by one.
const SAMPLES_MAX: usize = 20;

/// How many owners would change.
#[derive(Debug, Clone, PartialEq)]
pub struct OwnerPreview {
    /// The settings under which it was made.
    pub settings: Settings,
    /// The revision that the stored settings had when it began.
    pub settings_rev: i64,
    /// Contacts planned so far.
    pub walked: u64,
    /// Contacts there are.
    pub total: u64,
    /// Contacts that would get another teammate.
    pub set: u64,
    /// Of these, contacts that would get the fallback, since their record's owner is no teammate
    /// (O4).
    pub fallback: u64,
    /// Contacts whose owner would be cleared.
    pub cleared: u64,
    /// The first changes.
    pub samples: Vec<OwnerChange>,
    /// When it began.
    pub at: Timestamp,
    /// How far it is.
    pub state: PreviewState,
}

/// How far a preview is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PreviewState {
    /// Still counting.
    Counting,
    /// Counted to the end.
    Done,
    /// It could not be counted to the end.
    Failed(String),
}

/// An owner that would change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnerChange {
    /// The contact.
    pub contact: ic::ContactId,
    /// What people call it.
    pub name: String,
    /// Its owner now.
    pub from: Option<String>,
    /// Its owner then.
    pub to: Option<String>,
    /// The rule that decides.
    pub rule: &'static str,
}

/// A preview and the task that makes it.
pub(crate) struct PreviewSlot {
    preview: OwnerPreview,
    stop: CancellationToken,
}

impl Engine {
    /// Begins to count what would change under `settings`; a preview that was begun before ends.
    pub async fn start_owner_preview(
        &self,
        id: ConnectionId,
        settings: Settings,
    ) -> Result<(), EngineError> {
        let total = self.inner.store.mirror_counts(id).await?.contacts;
        let preview = OwnerPreview {
            settings: settings.clone(),
            settings_rev: self.connection(id).await?.settings_rev,
            walked: 0,
            total,
            set: 0,
            fallback: 0,
            cleared: 0,
            samples: Vec::new(),
            at: self.now(),
            state: PreviewState::Counting,
        };
        let stop = CancellationToken::new();
        let slot = PreviewSlot {
            preview: preview.clone(),
            stop: stop.clone(),
        };
        if let Some(before) = self.previews().insert(id, slot) {
            before.stop.cancel();
        }
        let engine = self.clone();
        self.inner.tasks.spawn(async move {
            let mut preview = preview;
            let outcome = engine.count_owners(id, settings, &stop, &mut preview).await;
            preview.state = match outcome {
                Ok(()) => PreviewState::Done,
                Err(error) => PreviewState::Failed(error.to_string()),
            };
            engine.show_preview(id, &preview, &stop);
        });
        Ok(())
    }

    /// The last preview of a connection, since this process started.
    pub fn owner_preview(&self, id: ConnectionId) -> Option<OwnerPreview> {
        self.previews().get(&id).map(|slot| slot.preview.clone())
    }

    /// Forgets the preview of a connection; one that still counts ends.
    pub fn discard_owner_preview(&self, id: ConnectionId) {
        if let Some(slot) = self.previews().remove(&id) {
            slot.stop.cancel();
        }
    }

    /// All previews end: the process does.
    pub(crate) fn stop_previews(&self) {
        for slot in self.previews().values() {
            slot.stop.cancel();
        }
    }

    fn previews(
        &self,
    ) -> std::sync::MutexGuard<'_, std::collections::BTreeMap<ConnectionId, PreviewSlot>> {
        self.inner
            .previews
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn show_preview(&self, id: ConnectionId, preview: &OwnerPreview, stop: &CancellationToken) {
        if stop.is_cancelled() {
            return;
        }
        if let Some(slot) = self.previews().get_mut(&id) {
            slot.preview = preview.clone();
        }
    }

    async fn count_owners(
        &self,
        id: ConnectionId,
        settings: Settings,
        stop: &CancellationToken,
        preview: &mut OwnerPreview,
    ) -> Result<(), EngineError> {
        let connection = self.connection(id).await?;
        let team = self.team_under(&connection, &settings).await?;
        let mut settings = settings;
        // What would change once writing goes on.
        settings.safety.pause_intercom_writes = false;
        let terms = Terms {
            team: Arc::new(team),
            settings_rev: connection.settings_rev,
            settings: Arc::new(settings),
            unusable: Arc::new(self.unusable_attributes(id).await?),
        };
        let mut position = None;
        while !stop.is_cancelled() {
            let (rows, next) = self
                .inner
                .store
                .persons_after(id, position.as_ref(), CONTACTS_PER_TURN)
                .await?;
            if next.is_none() {
                return Ok(());
            }
            position = next;
            for person in &rows {
                count(preview, person, &terms, self.now());
            }
            self.show_preview(id, preview, stop);
        }
        Err(EngineError::Stopped)
    }
}

fn count(preview: &mut OwnerPreview, rows: &PersonRows, terms: &Terms, now: Timestamp) {
    preview.walked += rows.contacts.len() as u64;
    let plan = planner::plan(&facts(rows, terms, now));
    for operation in plan.operations {
        let write = match operation {
            Operation::Write(write) => write,
            Operation::Book { .. } | Operation::Fill(_) => continue,
        };
        let to = match &write.owner {
            Change::Keep => continue,
            Change::Clear => {
                preview.cleared += 1;
                None
            }
            Change::Set(owner) => {
                preview.set += 1;
                preview.fallback += u64::from(write.owner_rule == Some(Rule::O4));
                Some(owner)
            }
        };
        if preview.samples.len() < SAMPLES_MAX {
            preview.samples.push(OwnerChange {
                name: called(rows, &write.contact),
                from: write
                    .expected_owner
                    .as_ref()
                    .map(|it| name(&terms.team, it)),
                to: to.map(|it| name(&terms.team, it)),
                rule: write.owner_rule.map_or("", Rule::id),
                contact: write.contact,
            });
        }
    }
}

fn name(team: &Team, teammate: &ic::TeammateId) -> String {
    team.name(teammate)
        .map_or_else(|| format!("teammate {teammate}"), str::to_owned)
}
