//! Promises of `Timeline`.

use super::rows::{at, connected, entry, key};
use crate::{Entry, Store, StoredEntry};

fn lines(stored: Vec<StoredEntry>) -> Vec<Entry> {
    assert!(stored.is_sorted_by(|a, b| a.seq > b.seq));
    stored.into_iter().map(|stored| stored.entry).collect()
}

/// In the order in which they were appended, whatever their instants say.
pub async fn lines_come_latest_first(store: &impl Store) {
    let c = connected(store, "acme").await;
    let other = connected(store, "beta").await;
    let [first, second] = [entry("ada@acme.io", "a", 20), entry("", "sync", 10)];
    store
        .append(c, &[first.clone(), second.clone()])
        .await
        .unwrap();
    let third = entry("eve@acme.io", "b", 15);
    store.append(c, std::slice::from_ref(&third)).await.unwrap();
    store.append(other, &[entry("", "x", 30)]).await.unwrap();
    let all = lines(store.timeline_latest(c, 10).await.unwrap());
    assert_eq!(all, [third.clone(), second, first]);
    let latest = lines(store.timeline_latest(c, 1).await.unwrap());
    assert_eq!(latest, [third]);
    assert_eq!(latest[0].at, at(15));
}

/// A person's page shows the person.
pub async fn a_person_and_a_subject_see_their_lines_only(store: &impl Store) {
    let c = connected(store, "acme").await;
    let ada = [entry("ada@acme.io", "a", 10), entry("ada@acme.io", "b", 20)];
    let eve = [entry("eve@acme.io", "b", 30)];
    store.append(c, &ada).await.unwrap();
    store.append(c, &eve).await.unwrap();
    let [first, second] = ada;
    let of_ada = store
        .timeline_of(c, key("ada@acme.io").hash(), 10)
        .await
        .unwrap();
    assert_eq!(lines(of_ada), [second.clone(), first]);
    let about_b = store.timeline_about(c, "b", 10).await.unwrap();
    let [of_eve] = eve;
    assert_eq!(lines(about_b), [of_eve, second]);
    assert_eq!(store.timeline_about(c, "c", 10).await.unwrap(), []);
}
