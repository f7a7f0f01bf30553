//! Promises of `Failures`.

use model::Subject;

use super::rows::{absorption, at, connected, contact, failure, given, ic_id};
use crate::{Failure, Store, WaitsFor};

fn subject(id: &str) -> Subject {
    Subject::Contact(ic_id(id))
}

/// A failure that goes on is one line with a count and the latest words.
pub async fn the_same_failure_counts_up(store: &impl Store) {
    let c = connected(store, "acme").await;
    let first = failure(subject("a"), 1, "intercom.invalid");
    store.report_failure(c, &first, at(10)).await.unwrap();
    let mut latest = failure(subject("a"), 1, "intercom.limit");
    latest.waits_for = WaitsFor::Time;
    latest.retry_at = Some(at(90));
    latest.summary = String::from("Too many calls.");
    latest.vendor_words = None;
    store.report_failure(c, &latest, at(30)).await.unwrap();
    let expected = Failure {
        report: latest,
        first: at(10),
        last: at(30),
        count: 2,
    };
    assert_eq!(store.failures(c, 10).await.unwrap(), [expected]);
}

/// A digest is a write: another one has not failed yet.
pub async fn another_write_of_the_same_subject_is_listed_apart(store: &impl Store) {
    let c = connected(store, "acme").await;
    for digest in [1, 2] {
        let report = failure(subject("a"), digest, "intercom.invalid");
        store.report_failure(c, &report, at(10)).await.unwrap();
    }
    let counts: Vec<_> = store
        .failures(c, 10)
        .await
        .unwrap()
        .into_iter()
        .map(|failure| (failure.report.digest, failure.count))
        .collect();
    assert_eq!(counts, [(1, 1), (2, 1)]);
}

/// What happened last is what an admin looks for.
pub async fn failures_come_latest_first(store: &impl Store) {
    let c = connected(store, "acme").await;
    for (id, seconds) in [("a", 20), ("b", 40), ("c", 30)] {
        let report = failure(subject(id), 1, "intercom.invalid");
        store.report_failure(c, &report, at(seconds)).await.unwrap();
    }
    let listed: Vec<_> = store
        .failures(c, 2)
        .await
        .unwrap()
        .into_iter()
        .map(|failure| failure.report.subject)
        .collect();
    assert_eq!(listed, [subject("b"), subject("c")]);
}

/// Failures are counted, not how often each was met.
pub async fn causes_come_most_first(store: &impl Store) {
    let c = connected(store, "acme").await;
    let other = connected(store, "beta").await;
    for (id, cause) in [
        ("a", "m0.crowded"),
        ("b", "intercom.invalid"),
        ("c", "intercom.invalid"),
        ("d", "l5.missing"),
        ("a", "m0.crowded"),
        ("a", "m0.crowded"),
    ] {
        let report = failure(subject(id), 1, cause);
        store.report_failure(c, &report, at(10)).await.unwrap();
    }
    let expected = [
        ("intercom.invalid", 2),
        ("l5.missing", 1),
        ("m0.crowded", 1),
    ]
    .map(|(cause, count)| (cause.to_owned(), count));
    assert_eq!(store.failures_by_cause(c).await.unwrap(), expected);
    assert_eq!(store.failures_by_cause(other).await.unwrap(), []);
}

/// A subject that works again has no failure left.
pub async fn clearing_removes_all_of_a_subject(store: &impl Store) {
    let c = connected(store, "acme").await;
    for (id, digest) in [("a", 1), ("a", 2), ("b", 1)] {
        let report = failure(subject(id), digest, "intercom.invalid");
        store.report_failure(c, &report, at(10)).await.unwrap();
    }
    store.clear_failures(c, &subject("a")).await.unwrap();
    store.clear_failures(c, &subject("a")).await.unwrap();
    let listed = store.failures(c, 10).await.unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].report.subject, subject("b"));
}

/// One failure of a subject is over; the others are not.
pub async fn clearing_one_leaves_the_others(store: &impl Store) {
    let c = connected(store, "acme").await;
    for digest in [1, 2] {
        let report = failure(subject("a"), digest, "intercom.invalid");
        store.report_failure(c, &report, at(10)).await.unwrap();
    }
    store.clear_failure(c, &subject("a"), 1).await.unwrap();
    store.clear_failure(c, &subject("b"), 2).await.unwrap();
    let listed = store.failures(c, 10).await.unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].report.digest, 2);
}

/// Failures of one cause come in pages, however many others there are.
pub async fn failures_of_a_cause_come_in_pages(store: &impl Store) {
    let c = connected(store, "acme").await;
    for (id, digest, cause) in [
        ("a", 1, "m8.hidden"),
        ("a", 2, "m8.hidden"),
        ("b", 1, "intercom.invalid"),
        ("c", 1, "m8.hidden"),
    ] {
        let report = failure(subject(id), digest, cause);
        store.report_failure(c, &report, at(10)).await.unwrap();
    }
    let mut met = Vec::new();
    let mut after = None;
    loop {
        let page = store
            .failures_of_cause(c, "m8.hidden", after.as_ref(), 2)
            .await
            .unwrap();
        let Some(last) = page.last() else { break };
        after = Some((last.report.subject.clone(), last.report.digest));
        met.extend(
            page.into_iter()
                .map(|it| (it.report.subject, it.report.digest)),
        );
    }
    let expected = [(subject("a"), 1), (subject("a"), 2), (subject("c"), 1)];
    assert_eq!(met, expected);
}

/// What failed for a contact is over when Intercom has it no more.
pub async fn failures_of_a_contact_go_with_it(store: &impl Store) {
    let c = connected(store, "acme").await;
    given(store, c, vec![contact("a", "ada@acme.io", 10)], vec![]).await;
    for id in ["a", "b"] {
        let report = failure(subject(id), 1, "intercom.invalid");
        store.report_failure(c, &report, at(10)).await.unwrap();
    }
    let mut gone = absorption(20);
    gone.contacts_gone = vec![ic_id("a")];
    store.absorb(c, &gone).await.unwrap();
    let left = store.failures(c, 10).await.unwrap();
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].report.subject, subject("b"));
}
