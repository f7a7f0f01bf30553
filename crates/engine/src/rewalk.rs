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
            store.put_cursor(id, WALKING, &digest, now).await?;
            Sweep {
                kind: SweepKind::Rewalk,
                state: SweepState::Reconciling,
                position: None,
                started_at: now,
                counts: SweepCounts {
                    contacts_to_walk: store.mirror_counts(id).await?.contacts,
                    ..SweepCounts::default()
                },
            }
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

    /// A sync has walked everybody under these terms.
    pub(crate) async fn note_walked(
        &self,
        id: ConnectionId,
        terms: &Terms,
    ) -> Result<(), EngineError> {
        let (store, now) = (&self.inner.store, self.now());
        Ok(store.put_cursor(id, WALKED, &digest(terms), now).await?)
    }
}

/// What of the terms decides plans. Pairs decide nothing while owners are not maintained.
fn digest(terms: &Terms) -> String {
    let Settings {
        matching,
        attributes,
        ownership,
        team: _,
        leads,
        polling: _,
        safety,
    } = &*terms.settings;
    let mut hasher = xxhash_rust::xxh3::Xxh3::new();
    RULES.hash(&mut hasher);
    let mut add = |text: String| text.hash(&mut hasher);
    add(format!(
        "{matching:?} {attributes:?} {ownership:?} {safety:?}"
    ));
    add(leads.placeholder.clone());
    add(format!("{:?}", terms.unusable));
    if ownership.maintain {
        add(format!("{:?}", terms.team.chosen(&ownership.fallback)));
        for (user, pair) in terms.team.pairs() {
            add(format!("{user} {}", pair.teammate));
        }
    }
    format!("{:016x}", hasher.digest())
}
