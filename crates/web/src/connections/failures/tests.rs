use engine::Overview;
use model::Subject;
use store::WaitsFor;

use super::cards;
use crate::page::samples::{connected, failure, overview};

fn record(id: &str) -> Subject {
    Subject::Record(id.parse().unwrap())
}

fn failing(failures: Vec<store::Failure>, by_cause: &[(&str, u64)]) -> Overview {
    let by_cause = by_cause
        .iter()
        .map(|(cause, count)| ((*cause).to_owned(), *count));
    Overview {
        failures,
        failures_by_cause: by_cause.collect(),
        ..overview(connected("acme", "Acme Ltd"))
    }
}

#[test]
fn e1_a_card_says_what_to_whom_why_and_what_to_do() {
    let listed = failure(
        "salesforce.access",
        WaitsFor::Change,
        record("00QD000000QYVhd"),
        "NO!",
    );
    let cards = cards(&failing(vec![listed], &[("salesforce.access", 3)]));
    let [card] = cards.as_slice() else {
        panic!("{} cards", cards.len())
    };
    assert_eq!(card.what, "The Salesforce attributes were not written.");
    assert_eq!(card.count, "3 failures");
    assert_eq!(card.whom[0].label, "Lead 00QD000000QYVhdMAH");
    assert_eq!(
        card.whom[0].href.as_deref(),
        Some("https://acme.lightning.force.com/lightning/r/Lead/00QD000000QYVhdMAH/view")
    );
    assert_eq!(card.more.as_deref(), Some("and 2 more"));
    assert_eq!(card.why, "The integration user may not read or write this.");
    assert_eq!(
        card.advice,
        "Give the integration user access to the object or field in Salesforce. After that it goes \
         on by itself."
    );
    assert_eq!(card.words, ["NO!"]);
    assert_eq!(
        card.last.as_ref().map(|(ago, _)| ago.as_str()),
        Some("3 min ago")
    );
}

#[test]
fn e2_what_time_cures_says_when() {
    let listed = failure(
        "salesforce.limit",
        WaitsFor::Time,
        record("00QD000000QYVhd"),
        "later",
    );
    let cards = cards(&failing(vec![listed], &[("salesforce.limit", 1)]));
    assert_eq!(
        cards[0].advice,
        "Nothing to do. It is tried again by itself in about 2 min."
    );
    assert!(cards[0].action.is_none());
}

#[test]
fn e4_a_refused_credential_links_to_connecting_again() {
    let subject = record("00QD000000QYVhd");
    let listed = failure(
        "salesforce.unauthorized",
        WaitsFor::Reconnect,
        subject,
        "expired",
    );
    let cards = cards(&failing(vec![listed], &[("salesforce.unauthorized", 1)]));
    let (href, label) = cards[0].action.as_ref().unwrap();
    assert_eq!(href, "/connections/acme/connect/salesforce");
    assert_eq!(label, "Reconnect Salesforce");
}

#[test]
fn e1_the_same_words_and_subjects_are_shown_once() {
    let twice = || {
        failure(
            "intercom.gone",
            WaitsFor::Plan,
            record("00QD000000QYVhd"),
            "gone",
        )
    };
    let cards = cards(&failing(vec![twice(), twice()], &[("intercom.gone", 1)]));
    assert_eq!(cards[0].whom.len(), 1);
    assert_eq!(cards[0].words, ["gone"]);
    assert_eq!(cards[0].more, None);
}

#[test]
fn e3_a_cause_whose_failures_are_not_listed_is_not_forgotten() {
    let cards = cards(&failing(Vec::new(), &[("salesforce.storage", 4)]));
    assert_eq!(cards[0].count, "4 failures");
    assert_eq!(cards[0].why, "The org has no storage left.");
    assert!(cards[0].needs_you);
}

#[test]
fn e1_what_waits_for_somebody_comes_first() {
    let subject = || record("00QD000000QYVhd");
    let failures = vec![
        failure("intercom.rate-limit", WaitsFor::Time, subject(), "a"),
        failure("intercom.invalid", WaitsFor::Change, subject(), "b"),
    ];
    let overview = failing(
        failures,
        &[("intercom.rate-limit", 90), ("intercom.invalid", 1)],
    );
    let order: Vec<bool> = cards(&overview).iter().map(|card| card.needs_you).collect();
    assert_eq!(order, [true, false]);
}
