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

#[test]
fn every_cause_of_owners_notes_and_hidden_records_has_plain_words_and_a_way_out() {
    let contact = || Subject::Contact("5ba682d23d7cf92bef87bfd4".parse().unwrap());
    let said = |cause: &str| {
        let listed = failure(cause, WaitsFor::Change, contact(), "words");
        let card = cards(&failing(vec![listed], &[(cause, 1)])).remove(0);
        let action = card.action.map(|(href, label)| format!("{label} ({href})"));
        (card.why, action.unwrap_or_default())
    };
    assert_eq!(
        said("o4.fallback"),
        (
            "The teammate who gets these contacts is not in the workspace any more.",
            "Choose a teammate (/connections/acme/ownership)".to_owned()
        )
    );
    assert_eq!(
        said("o5.put-back"),
        (
            "Somebody else, probably another automation, keeps changing what Carrick puts back.",
            String::new()
        )
    );
    assert_eq!(
        said("l8.author"),
        (
            "A note needs an author who is in the workspace.",
            "Open the settings (/connections/acme/settings)".to_owned()
        )
    );
    assert_eq!(
        said("m0.crowded"),
        (
            "More contacts or records share this key than the settings allow.",
            "Look at the addresses (/connections/acme/people?show=crowded)".to_owned()
        )
    );
}

#[test]
fn m8_each_hidden_record_that_is_named_can_be_called_deleted() {
    let listed = ["00QD000000QYVhd", "003D000000QYVhd"]
        .map(|id| failure("m8.hidden", WaitsFor::Change, record(id), "hidden"));
    let cards = cards(&failing(listed.into(), &[("m8.hidden", 2)]));
    let buttons: Vec<_> = cards[0]
        .verdicts
        .iter()
        .map(|it| (it.label.as_str(), it.record.as_str(), it.href.as_str()))
        .collect();
    let href = "/connections/acme/records/forget";
    assert_eq!(
        buttons,
        [
            (
                "Lead 00QD000000QYVhdMAH is deleted",
                "00QD000000QYVhdMAH",
                href
            ),
            (
                "Contact 003D000000QYVhdIAH is deleted",
                "003D000000QYVhdIAH",
                href
            ),
        ]
    );
    let other = failure(
        "intercom.gone",
        WaitsFor::Plan,
        record("00QD000000QYVhd"),
        "gone",
    );
    let cards = super::cards(&failing(vec![other], &[("intercom.gone", 1)]));
    assert!(cards[0].verdicts.is_empty());
}
