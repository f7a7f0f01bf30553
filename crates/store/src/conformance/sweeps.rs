//! Promises of `Sweeps` and `Cursors`.

use super::rows::{at, connected, key};
use crate::{Position, Store, Sweep, SweepCounts, SweepKind, SweepState};

/// Each kind has one; writing replaces it.
pub async fn a_sweep_is_read_back_as_it_was_written(store: &impl Store) {
    let c = connected(store, "acme").await;
    assert_eq!(store.sweep(c, SweepKind::FirstSync).await.unwrap(), None);
    let mut sweep = Sweep {
        kind: SweepKind::FirstSync,
        state: SweepState::Reading,
        position: None,
        started_at: at(10),
        counts: SweepCounts::default(),
    };
    store.put_sweep(c, &sweep).await.unwrap();
    let mut comparison = sweep.clone();
    comparison.kind = SweepKind::Comparison;
    store.put_sweep(c, &comparison).await.unwrap();
    let mut rewalk = sweep.clone();
    rewalk.kind = SweepKind::Rewalk;
    store.put_sweep(c, &rewalk).await.unwrap();
    sweep.state = SweepState::Failed;
    sweep.position = Some(Position {
        hash: key("ada@acme.io").hash(),
        id: "a".to_owned(),
    });
    sweep.counts.contacts_total = Some(1_000_000);
    sweep.counts.problem = Some("A permission was lost.".to_owned());
    store.put_sweep(c, &sweep).await.unwrap();
    let first_sync = store.sweep(c, SweepKind::FirstSync).await.unwrap();
    assert_eq!(first_sync, Some(sweep));
    let untouched = store.sweep(c, SweepKind::Comparison).await.unwrap();
    assert_eq!(untouched, Some(comparison));
    let untouched = store.sweep(c, SweepKind::Rewalk).await.unwrap();
    assert_eq!(untouched, Some(rewalk));
}

/// Each source has one; moving replaces it.
pub async fn a_cursor_is_read_back_as_it_was_moved(store: &impl Store) {
    let c = connected(store, "acme").await;
    let other = connected(store, "beta").await;
    assert_eq!(store.cursor(c, "lead").await.unwrap(), None);
    for value in ["one", "two"] {
        store.put_cursor(c, "lead", value, at(10)).await.unwrap();
    }
    store.put_cursor(c, "contact", "x", at(10)).await.unwrap();
    let cursor = store.cursor(c, "lead").await.unwrap();
    assert_eq!(cursor.as_deref(), Some("two"));
    assert_eq!(store.cursor(other, "lead").await.unwrap(), None);
}
