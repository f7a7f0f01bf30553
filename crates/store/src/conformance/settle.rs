//! Promises of `Settle`.

use model::{Lane, Subject};

use super::rows::{
    at, body, connected, contact, drain, due, entry, failure, given, ic_id, lead_id, link, matched,
    persons, record, tickets,
};
use crate::{Settlement, Store};

fn settlement() -> Settlement {
    Settlement::of(matched("ada@acme.io"))
}

/// What somebody else wrote since is not undone by our own answer.
pub async fn what_was_shown_back_replaces_older_rows_only(store: &impl Store) {
    let c = connected(store, "acme").await;
    let mut newer = contact("b", "ada@acme.io", 30);
    newer.body = body(&["newer"]);
    given(
        store,
        c,
        vec![contact("a", "ada@acme.io", 10), newer.clone()],
        vec![record(lead_id(1), "ada@acme.io", 10)],
    )
    .await;
    store
        .mark_stale(c, &[ic_id("a")], &[lead_id(1)])
        .await
        .unwrap();
    let mut shown = contact("a", "ada@acme.io", 10);
    shown.body = body(&["written"]);
    let mut lead = record(lead_id(1), "ada@acme.io", 20);
    lead.body = body(&["written"]);
    let created = record(lead_id(2), "ada@acme.io", 20);
    let mut settled = settlement();
    settled.contacts = vec![shown.clone(), contact("b", "ada@acme.io", 20)];
    settled.records = vec![lead.clone(), created.clone()];
    store.settle(c, &[settled], at(20)).await.unwrap();
    let rows = store.persons(c, &[matched("ada@acme.io")]).await.unwrap();
    assert_eq!(rows[0].contacts, [shown, newer]);
    assert_eq!(rows[0].records, [lead, created]);
    assert_eq!(drain(store, c).await, []);
}

/// A contact shows one record at a time; its base comes with the link.
pub async fn a_link_replaces_any_other_of_its_contact(store: &impl Store) {
    let c = connected(store, "acme").await;
    given(store, c, vec![contact("a", "ada@acme.io", 10)], vec![]).await;
    let mut again = link("a", lead_id(2));
    again.base = model::Base::default();
    again.how = model::How::Pin;
    for (links, expected) in [
        (vec![link("a", lead_id(1))], vec![link("a", lead_id(1))]),
        (vec![link("a", lead_id(2))], vec![link("a", lead_id(2))]),
        (vec![again.clone()], vec![again]),
    ] {
        let mut settled = settlement();
        settled.links = links;
        store.settle(c, &[settled], at(20)).await.unwrap();
        let rows = store.persons(c, &[matched("ada@acme.io")]).await.unwrap();
        assert_eq!(rows[0].links, expected);
    }
    let mut settled = settlement();
    settled.unlinks = vec![(ic_id("a"), lead_id(2)), (ic_id("a"), lead_id(7))];
    store.settle(c, &[settled], at(20)).await.unwrap();
    let rows = store.persons(c, &[matched("ada@acme.io")]).await.unwrap();
    assert_eq!(rows[0].links, []);
}

/// When an event was dated, and what was put back, are kept with the link, until they are replaced.
pub async fn a_link_remembers_its_events_and_what_was_put_back(store: &impl Store) {
    let c = connected(store, "acme").await;
    given(store, c, vec![contact("a", "ada@acme.io", 10)], vec![]).await;
    let plain = link("a", lead_id(1));
    let mut busy = plain.clone();
    busy.announced = Some(at(17));
    busy.put_backs = model::PutBacks([("SALESFORCE_TITLE".to_owned(), vec![at(1), at(2)])].into());
    for link in [plain.clone(), busy, plain] {
        let mut settled = settlement();
        settled.links = vec![link.clone()];
        store.settle(c, &[settled], at(20)).await.unwrap();
        let rows = store.persons(c, &[matched("ada@acme.io")]).await.unwrap();
        assert_eq!(rows[0].links, [link]);
    }
}

/// What was kept only for its link goes with it, by removal or by replacement.
pub async fn an_unlinked_record_without_a_key_is_dropped(store: &impl Store) {
    let c = connected(store, "acme").await;
    let mut linked = settlement();
    linked.links = vec![link("a", lead_id(1)), link("b", lead_id(2))];
    linked.records = vec![record(lead_id(1), "", 10), record(lead_id(2), "", 10)];
    store.settle(c, &[linked], at(20)).await.unwrap();
    assert!(store.record(c, lead_id(1)).await.unwrap().is_some());
    let mut unlinked = settlement();
    unlinked.unlinks = vec![(ic_id("a"), lead_id(1))];
    unlinked.links = vec![link("b", lead_id(3))];
    store.settle(c, &[unlinked], at(20)).await.unwrap();
    assert_eq!(store.record(c, lead_id(1)).await.unwrap(), None);
    assert_eq!(store.record(c, lead_id(2)).await.unwrap(), None);
}

/// Intercom answered with another email: both persons are looked at, in lane live.
pub async fn a_key_that_moved_makes_both_persons_due(store: &impl Store) {
    let c = connected(store, "acme").await;
    given(
        store,
        c,
        vec![contact("a", "ada@acme.io", 10)],
        vec![record(lead_id(1), "ada@acme.io", 10)],
    )
    .await;
    let mut settled = settlement();
    settled.contacts = vec![contact("a", "byron@acme.io", 20)];
    store.settle(c, &[settled], at(20)).await.unwrap();
    let due_now = tickets(store, c).await;
    assert!(
        due_now
            .iter()
            .all(|ticket| (ticket.lane, ticket.due) == (Lane::Live, at(20)))
    );
    assert_eq!(
        drain(store, c).await,
        persons(&["ada@acme.io", "byron@acme.io"])
    );
    let mut settled = settlement();
    settled.records = vec![record(lead_id(1), "king@acme.io", 20)];
    store.settle(c, &[settled], at(20)).await.unwrap();
    assert_eq!(
        drain(store, c).await,
        persons(&["ada@acme.io", "king@acme.io"])
    );
}

/// Nobody knows what it shows now.
pub async fn a_write_of_unknown_outcome_makes_its_contact_stale(store: &impl Store) {
    let c = connected(store, "acme").await;
    given(store, c, vec![contact("a", "ada@acme.io", 10)], vec![]).await;
    let mut settled = settlement();
    settled.stale_contacts = vec![ic_id("a")];
    store.settle(c, &[settled], at(20)).await.unwrap();
    assert!(store.contact(c, &ic_id("a")).await.unwrap().unwrap().stale);
}

/// A newer signal keeps its subject due; marks of the settlement come last.
pub async fn tickets_are_done_or_deferred_only_at_their_revision(store: &impl Store) {
    let c = connected(store, "acme").await;
    let subject = |id: &str| Subject::Contact(ic_id(id));
    let marks: Vec<_> = ["done", "done_newer", "deferred", "deferred_newer", "again"]
        .iter()
        .map(|id| due(subject(id), Lane::Live, 10))
        .collect();
    store.mark(c, &marks).await.unwrap();
    let taken = tickets(store, c).await;
    let ticket = |id: &str| {
        let found = taken.iter().find(|ticket| ticket.subject == subject(id));
        found.unwrap().clone()
    };
    let newer = [marks[1].clone(), marks[3].clone()];
    store.mark(c, &newer).await.unwrap();
    let mut settled = settlement();
    settled.done = vec![ticket("done"), ticket("done_newer"), ticket("again")];
    settled.deferred = vec![
        (ticket("deferred"), at(90)),
        (ticket("deferred_newer"), at(90)),
    ];
    settled.due = vec![due(subject("again"), Lane::Repair, 50)];
    store.settle(c, &[settled], at(20)).await.unwrap();
    let standing: Vec<_> = tickets(store, c)
        .await
        .into_iter()
        .map(|ticket| (ticket.subject, ticket.lane, ticket.due))
        .collect();
    assert_eq!(
        standing,
        [
            (subject("deferred_newer"), Lane::Live, at(10)),
            (subject("done_newer"), Lane::Live, at(10)),
            (subject("deferred"), Lane::Live, at(90)),
            (subject("again"), Lane::Repair, at(50)),
        ]
    );
}

/// A run clears what is over, each by itself, and lists what it met.
pub async fn failures_that_are_over_are_cleared_one_by_one(store: &impl Store) {
    let c = connected(store, "acme").await;
    let person = Subject::Person(matched("ada@acme.io"));
    let of_contact = Subject::Contact(ic_id("a"));
    for (subject, digest) in [(&person, 1), (&of_contact, 1), (&of_contact, 2)] {
        let parked = failure(subject.clone(), digest, "intercom.invalid");
        store.report_failure(c, &parked, at(11)).await.unwrap();
    }
    let mut settled = settlement();
    settled.cleared = vec![(of_contact.clone(), 1), (person.clone(), 9)];
    settled.failures = vec![failure(person.clone(), 2, "salesforce.validation")];
    store.settle(c, &[settled], at(20)).await.unwrap();
    let left: Vec<_> = store
        .failures(c, 10)
        .await
        .unwrap()
        .into_iter()
        .map(|failure| (failure.report.subject, failure.report.digest))
        .collect();
    assert_eq!(left, [(person.clone(), 2), (of_contact, 2), (person, 1)]);
}

/// A settle that is sent again after a lost answer does no harm.
pub async fn repeating_it_changes_nothing_but_the_timeline(store: &impl Store) {
    let c = connected(store, "acme").await;
    given(store, c, vec![contact("a", "ada@acme.io", 10)], vec![]).await;
    let mut settled = settlement();
    let mut shown = contact("a", "ada@acme.io", 20);
    shown.body = body(&["written"]);
    settled.contacts = vec![shown];
    settled.links = vec![link("a", lead_id(1))];
    settled.timeline = vec![entry("ada@acme.io", "a", 20)];
    let settled = [settled];
    store.settle(c, &settled, at(20)).await.unwrap();
    let once = store.persons(c, &[matched("ada@acme.io")]).await.unwrap();
    store.settle(c, &settled, at(20)).await.unwrap();
    let twice = store.persons(c, &[matched("ada@acme.io")]).await.unwrap();
    assert_eq!(once, twice);
    assert_eq!(drain(store, c).await, []);
    assert_eq!(store.timeline_latest(c, 10).await.unwrap().len(), 2);
}

/// If one part cannot be stored, nothing of the call is.
pub async fn it_is_one_transaction(store: &impl Store) {
    let nowhere = model::ConnectionId(4711);
    let mut settled = settlement();
    settled.timeline = vec![entry("ada@acme.io", "a", 20)];
    let mut last = settlement();
    last.due = vec![due(Subject::Contact(ic_id("a")), Lane::Live, 10)];
    let refused = store.settle(nowhere, &[settled, last], at(20)).await;
    assert!(matches!(refused, Err(crate::StoreError::Missing { .. })));
    assert_eq!(store.timeline_latest(nowhere, 10).await.unwrap(), []);
}
