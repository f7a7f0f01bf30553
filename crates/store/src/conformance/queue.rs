//! Promises of `Queue`.

use model::{Lane, PersonKey, Reason, Subject};

use super::rows::{at, connected, due, ic_id, lead_id, matched, tickets};
use crate::{Store, Ticket};

fn contact(id: &str) -> Subject {
    Subject::Contact(ic_id(id))
}

fn named(tickets: &[Ticket]) -> Vec<Subject> {
    tickets
        .iter()
        .map(|ticket| ticket.subject.clone())
        .collect()
}

/// Fifty marks are one run.
pub async fn marking_twice_keeps_one_slot_and_raises_the_revision(store: &impl Store) {
    let c = connected(store, "acme").await;
    let mark = due(contact("a"), Lane::Live, 5);
    store.mark(c, std::slice::from_ref(&mark)).await.unwrap();
    let first = tickets(store, c).await;
    store.mark(c, &[mark]).await.unwrap();
    let second = tickets(store, c).await;
    assert_eq!((first.len(), second.len()), (1, 1));
    assert!(second[0].rev > first[0].rev);
    assert_eq!(store.queued(c).await.unwrap(), 1);
}

/// What comes later or is less urgent does not put a subject off.
pub async fn the_earlier_due_time_and_the_more_urgent_lane_stay(store: &impl Store) {
    let c = connected(store, "acme").await;
    for (lane, seconds) in [(Lane::Live, 50), (Lane::Bulk, 20), (Lane::Repair, 90)] {
        let mut mark = due(contact("a"), lane, seconds);
        mark.signal.reason = Reason::Poll;
        store.mark(c, &[mark]).await.unwrap();
    }
    let tickets = tickets(store, c).await;
    assert_eq!((tickets[0].lane, tickets[0].due), (Lane::Live, at(20)));
    assert_eq!(tickets[0].reason, Reason::Poll);
}

/// Only what is due comes, urgent lanes first, and no more than asked.
pub async fn due_tickets_come_by_lane_then_time_then_subject(store: &impl Store) {
    let c = connected(store, "acme").await;
    store
        .mark(
            c,
            &[
                due(contact("bulk"), Lane::Bulk, 1),
                due(contact("live2"), Lane::Live, 4),
                due(contact("live1b"), Lane::Live, 3),
                due(contact("live1a"), Lane::Live, 3),
                due(contact("later"), Lane::Live, 11),
                due(contact("now"), Lane::Interactive, 10),
            ],
        )
        .await
        .unwrap();
    let order = ["now", "live1a", "live1b", "live2", "bulk"].map(contact);
    assert_eq!(named(&store.due(c, at(10), 100).await.unwrap()), order);
    assert_eq!(named(&store.due(c, at(10), 2).await.unwrap()), order[..2]);
    assert_eq!(store.due(c, at(10), 0).await.unwrap(), []);
}

/// Reading does not take away: a crash loses nothing.
pub async fn tickets_stay_until_they_are_done(store: &impl Store) {
    let c = connected(store, "acme").await;
    store
        .mark(c, &[due(contact("a"), Lane::Live, 1)])
        .await
        .unwrap();
    let first = store.due(c, at(1), 10).await.unwrap();
    assert_eq!(store.due(c, at(1), 10).await.unwrap(), first);
    store.done(c, &first).await.unwrap();
    store.done(c, &first).await.unwrap();
    assert_eq!(store.due(c, at(1), 10).await.unwrap(), []);
}

/// A subject that was marked while it was worked on runs again.
pub async fn a_newer_mark_survives_done(store: &impl Store) {
    let c = connected(store, "acme").await;
    let marks = [
        due(contact("a"), Lane::Live, 1),
        due(contact("b"), Lane::Live, 1),
    ];
    store.mark(c, &marks).await.unwrap();
    let taken = tickets(store, c).await;
    store.mark(c, &marks[..1]).await.unwrap();
    store.done(c, &taken).await.unwrap();
    assert_eq!(named(&tickets(store, c).await), [contact("a")]);
}

/// A revision is not used again after its ticket is gone.
pub async fn a_late_done_does_not_reach_a_subject_marked_anew(store: &impl Store) {
    let c = connected(store, "acme").await;
    let mark = [due(contact("a"), Lane::Live, 1)];
    store.mark(c, &mark).await.unwrap();
    let taken = tickets(store, c).await;
    store.done(c, &taken).await.unwrap();
    store.mark(c, &mark).await.unwrap();
    store.done(c, &taken).await.unwrap();
    store.defer(c, &taken[0], at(99)).await.unwrap();
    assert_eq!(
        named(&store.due(c, at(1), 10).await.unwrap()),
        [contact("a")]
    );
}

/// Deferring moves the due time either way, at the ticket's revision only.
pub async fn a_deferred_ticket_waits_unless_it_was_marked_since(store: &impl Store) {
    let c = connected(store, "acme").await;
    let mark = [due(contact("a"), Lane::Live, 1)];
    store.mark(c, &mark).await.unwrap();
    let taken = tickets(store, c).await;
    store.defer(c, &taken[0], at(60)).await.unwrap();
    assert_eq!(store.due(c, at(59), 10).await.unwrap(), []);
    assert_eq!(store.due(c, at(60), 10).await.unwrap().len(), 1);
    store.mark(c, &mark).await.unwrap();
    store.defer(c, &taken[0], at(90)).await.unwrap();
    assert_eq!(tickets(store, c).await[0].due, at(1));
}

/// The alarm clock looks at all lanes, and at what is not due yet.
pub async fn the_next_due_time_is_the_earliest_of_all_lanes(store: &impl Store) {
    let c = connected(store, "acme").await;
    assert_eq!(store.next_due(c).await.unwrap(), None);
    store
        .mark(
            c,
            &[
                due(contact("a"), Lane::Interactive, 70),
                due(contact("b"), Lane::Bulk, 30),
                due(contact("c"), Lane::Live, 50),
            ],
        )
        .await
        .unwrap();
    assert_eq!(store.next_due(c).await.unwrap(), Some(at(30)));
}

/// The same subject of two connections has two slots.
pub async fn connections_have_queues_of_their_own(store: &impl Store) {
    let acme = connected(store, "acme").await;
    let beta = connected(store, "beta").await;
    let mark = [due(contact("a"), Lane::Live, 1)];
    store.mark(acme, &mark).await.unwrap();
    assert_eq!(tickets(store, beta).await, []);
    store.mark(beta, &mark).await.unwrap();
    let taken = tickets(store, acme).await;
    store.done(acme, &taken).await.unwrap();
    assert_eq!(store.queued(acme).await.unwrap(), 0);
    assert_eq!(store.queued(beta).await.unwrap(), 1);
}

/// Nothing of a subject is lost on the way.
pub async fn every_kind_of_subject_comes_back(store: &impl Store) {
    let c = connected(store, "acme").await;
    let subjects = [
        contact("a"),
        Subject::Record(lead_id(1)),
        Subject::Account(super::rows::account_id(1)),
        Subject::Owner(super::rows::user_id(1)),
        Subject::Conversation("147".parse().expect("digits")),
        Subject::Person(matched("åsa:1@acme.io")),
        Subject::Person(PersonKey::Alone(ic_id("a"))),
    ];
    for (second, subject) in (1..).zip(&subjects) {
        let mark = due(subject.clone(), Lane::Live, second);
        store.mark(c, &[mark]).await.unwrap();
    }
    assert_eq!(named(&tickets(store, c).await), subjects);
}
