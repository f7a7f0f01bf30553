//! Walking everybody again, without reading, because the terms under which persons are planned
//! changed: the settings, who is who, or what the workspace allows.
//!
//! Levels, not events: what the last whole walk was made under is kept as a digest. Whenever it is
//! not the digest of the present terms, a walk is owed, whatever changed them and whether or not
//! anybody noticed. A walk stores its position after every page.

use model::{ConnectionId, Lane, Settings};
use std::collections::BTreeMap;
use std::hash::Hash;
use store::{Sweep, SweepCounts, SweepKind, SweepState};

use crate::engine::Engine;
use crate::error::EngineError;
use crate::run::Job;
use crate::team::Terms;

/// Where the digest of the terms of the last whole walk is kept.
const WALKED: &str = "terms.walked";

/// Where the digest of the terms is kept under which a walk began.
const WALKING: &str = "terms.walking";

/// Instead of a digest: a walk is owed whatever the terms are.
const NOBODY: &str = "";

/// The terms under which a sync began to walk.
const SYNCED: &str = "terms.synced";

/// Contacts walked in one turn.
const CONTACTS_PER_TURN: u32 = 500;

/// Rises when a release plans differently from the same terms: then everybody is walked once.
const RULES: u32 = 2;

impl Engine {
    /// Walks one page of the walk that is owed, if one is. True if there is more.
    pub(crate) async fn rewalk(&self, id: ConnectionId) -> Result<bool, EngineError> {
        if self.is_syncing(id) || !self.was_read_whole(id).await? {
            return Ok(false);
        }
        let store = &self.inner.store;
        let terms = self.terms(id).await?;
        let digest = digest(&terms);
        if store.cursor(id, WALKED).await?.as_deref() == Some(&*digest) {
            self.end_overtaken(id).await?;
            return Ok(false);
        }
        let now = self.now();
        let under_way = store.cursor(id, WALKING).await?.as_deref() == Some(&*digest);
        let standing = store.sweep(id, SweepKind::Rewalk).await?;
        let standing = standing.filter(|sweep| under_way && sweep.state == SweepState::Reconciling);
        let mut sweep = if let Some(sweep) = standing {
            sweep
        } else {
            let fresh = Sweep {
                kind: SweepKind::Rewalk,
                state: SweepState::Reconciling,
                position: None,
                started_at: now,
                counts: SweepCounts {
                    contacts_to_walk: store.mirror_counts(id).await?.contacts,
                    ..SweepCounts::default()
                },
            };
            // In this order: the old position never counts for the new terms, and terms that go
            // back to what they were before this walk ends owe another one.
            store.put_sweep(id, &fresh).await?;
            store.put_cursor(id, WALKED, NOBODY, now).await?;
            store.put_cursor(id, WALKING, &digest, now).await?;
            fresh
        };
        let clients = self.clients(id).await?;
        let job = Job::under(id, Lane::Bulk, terms);
        let (rows, next) = store
            .persons_after(id, sweep.position.as_ref(), CONTACTS_PER_TURN)
            .await?;
        if next.is_some() {
            let did = self.run_rows(&job, &clients, rows, BTreeMap::new()).await?;
            did.add_to(&mut sweep.counts);
            sweep.position = next;
            store.put_sweep(id, &sweep).await?;
            return Ok(true);
        }
        sweep.state = SweepState::Done;
        store.put_sweep(id, &sweep).await?;
        store.put_cursor(id, WALKED, &digest, now).await?;
        let text = format!(
            "everybody was looked at again, since settings or teammates changed: {} written",
            sweep.counts.intercom_writes
        );
        store
            .append(id, &[self.connection_entry(text, "I3")])
            .await?;
        self.look_for_fallback(id).await?;
        Ok(false)
    }

    /// A walk that a sync has overtaken is not under way any more: nobody is owed it.
    async fn end_overtaken(&self, id: ConnectionId) -> Result<(), EngineError> {
        let store = &self.inner.store;
        let standing = store.sweep(id, SweepKind::Rewalk).await?;
        let standing = standing.filter(|sweep| sweep.state == SweepState::Reconciling);
        if let Some(mut sweep) = standing {
            sweep.state = SweepState::Done;
            store.put_sweep(id, &sweep).await?;
        }
        Ok(())
    }

    /// A sync begins to walk everybody under these terms.
    pub(crate) async fn note_walking(
        &self,
        id: ConnectionId,
        terms: &Terms,
    ) -> Result<(), EngineError> {
        let (store, now) = (&self.inner.store, self.now());
        Ok(store.put_cursor(id, SYNCED, &mark(terms), now).await?)
    }

    /// A sync has walked everybody. That counts only if the terms are those under which it began:
    /// it may have been interrupted for days.
    pub(crate) async fn note_walked(
        &self,
        id: ConnectionId,
        terms: &Terms,
    ) -> Result<(), EngineError> {
        let (store, now) = (&self.inner.store, self.now());
        if store.cursor(id, SYNCED).await?.as_deref() == Some(&*mark(terms)) {
            store.put_cursor(id, WALKED, &digest(terms), now).await?;
        }
        Ok(())
    }

    /// Whether everybody was walked, and no other walk is owed by a change of the settings.
    pub(crate) async fn was_walked(&self, id: ConnectionId) -> Result<bool, EngineError> {
        let walked = self.inner.store.cursor(id, WALKED).await?;
        Ok(walked.is_some_and(|digest| digest != NOBODY))
    }

    /// Settings that decide plans changed: whatever a walk under way has done, everybody is owed
    /// one, also if they change back before anybody looks.
    pub(crate) async fn owe_a_walk(&self, id: ConnectionId) -> Result<(), EngineError> {
        let (store, now) = (&self.inner.store, self.now());
        store.put_cursor(id, WALKING, NOBODY, now).await?;
        Ok(store.put_cursor(id, WALKED, NOBODY, now).await?)
    }
}

/// Whether two settings lead to the same plans, as far as settings alone say.
pub(crate) fn plan_alike(one: &Settings, other: &Settings) -> bool {
    let team = |settings: &Settings| settings.team.pairs.clone();
    deciding(one) == deciding(other) && (!one.ownership.maintain || team(one) == team(other))
}

/// Terms, and which settings they are of.
fn mark(terms: &Terms) -> String {
    format!("{} {}", digest(terms), terms.settings_rev)
}

/// What of the settings decides plans.
fn deciding(settings: &Settings) -> String {
    let Settings {
        matching,
        attributes,
        ownership,
        team: _,
        leads,
        polling: _,
        safety,
    } = settings;
    let placeholder = &leads.placeholder;
    format!("{matching:?} {attributes:?} {ownership:?} {safety:?} {placeholder:?}")
}

/// What of the terms decides plans. Pairs decide nothing while owners are not maintained.
fn digest(terms: &Terms) -> String {
    let ownership = &terms.settings.ownership;
    let mut hasher = xxhash_rust::xxh3::Xxh3::new();
    RULES.hash(&mut hasher);
    let mut add = |text: String| text.hash(&mut hasher);
    add(deciding(&terms.settings));
    add(format!("{:?}", terms.unusable));
    if ownership.maintain {
        add(format!("{:?}", terms.team.chosen(&ownership.fallback)));
        for (user, pair) in terms.team.pairs() {
            add(format!("{user} {}", pair.teammate));
        }
    }
    format!("{:016x}", hasher.digest())
}
