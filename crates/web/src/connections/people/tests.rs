use model::settings::{AmbiguousContacts, Matching};
use store::Unclear;

use super::samples::{key, line, list, person};
use super::{Matched, Part, PeoplePage, allowing, why};
use crate::page::samples::{NOW, connected};

fn page(persons: Vec<engine::UnclearPerson>, part: &Part) -> PeoplePage {
    let list = list(connected("acme", "Acme Ltd"), persons);
    PeoplePage::new(&list, part, Matched::Once, NOW)
}

#[test]
fn m4_m5_m0_a_person_is_listed_with_its_reason_in_plain_words() {
    let of = |verdict| {
        let person = person("ada@acme.io", verdict, "Ada");
        why(&person.listed, &Matching::default())
    };
    assert_eq!(
        of(Unclear::ManyLeads),
        "3 Leads have this email, and no Salesforce contact."
    );
    assert_eq!(
        of(Unclear::ManyContacts),
        "2 Salesforce contacts have this email, beside 3 Leads."
    );
    assert_eq!(
        of(Unclear::Crowded),
        "2 contacts and 5 records share this email. More than 100 contacts or 50 records say \
         little about who somebody is."
    );
}

#[test]
fn m0_allowing_says_how_many_it_joins() {
    let mut crowd = person("info@acme.io", Unclear::Crowded, "Info");
    crowd.listed.contacts = 130;
    assert_eq!(
        allowing(&crowd.listed),
        "All 130 contacts and 5 records with this email are then treated as one person. Each of \
         them shows the same record in Intercom, and where owners follow Salesforce gets the same \
         owner."
    );
    let shown = page(vec![crowd.clone()], &Part::default());
    assert!(shown.persons[0].allowing.is_some());
    crowd.can_be_allowed = false;
    let shown = page(vec![crowd], &Part::default());
    assert_eq!(shown.persons[0].allowing, None);
    assert_eq!(
        shown.persons[0].advice,
        "Give these people addresses of their own. This one is on too many contacts or records to \
         be allowed, and nothing is written to them."
    );
}

#[test]
fn m0_an_address_that_was_allowed_is_not_offered_again() {
    let crowd = person("info@acme.io", Unclear::Crowded, "Info");
    let mut connection = connected("acme", "Acme Ltd");
    connection.settings.matching.crowded_allowed = [key("info@acme.io")].into();
    let list = list(connection, vec![crowd]);
    let shown = PeoplePage::new(&list, &Part::default(), Matched::Once, NOW);
    assert_eq!(shown.persons[0].allowing, None);
    assert!(
        shown.persons[0]
            .advice
            .starts_with("Nothing. This address was allowed")
    );
}

#[test]
fn m5_advice_says_what_is_written_meanwhile() {
    let advice = |ambiguous_contacts| {
        let mut connection = connected("acme", "Acme Ltd");
        connection.settings.matching.ambiguous_contacts = ambiguous_contacts;
        let persons = vec![person("ada@acme.io", Unclear::ManyContacts, "Ada")];
        let list = list(connection, persons);
        PeoplePage::new(&list, &Part::default(), Matched::Once, NOW).persons[0].advice
    };
    assert!(advice(AmbiguousContacts::Nothing).ends_with("the last values stay."));
    assert!(
        advice(AmbiguousContacts::WhatAgrees).ends_with("what all of them agree on is written.")
    );
}

#[test]
fn c6_a_record_is_shown_with_what_tells_it_apart() {
    let mut one = person("ada@acme.io", Unclear::ManyLeads, "Ada");
    one.records = vec![
        line("Ada Byron", "Acme · Working", Some("Mira Sanz")),
        line("A. Byron", "", None),
    ];
    let shown = page(vec![one], &Part::default());
    let records: Vec<_> = shown.persons[0]
        .records
        .iter()
        .map(|it| (it.chip.label.as_str(), it.detail.as_str()))
        .collect();
    assert_eq!(
        records,
        [
            ("Ada Byron", "Acme · Working · owned by Mira Sanz"),
            ("A. Byron", "")
        ]
    );
    assert_eq!(
        shown.persons[0].records[0].chip.href.as_deref(),
        Some("https://acme.lightning.force.com/lightning/r/Lead/00QD000000QYVhdMAH/view")
    );
    assert_eq!(shown.persons[0].more_records.as_deref(), Some("and 1 more"));
    assert_eq!(
        shown.persons[0].more_contacts.as_deref(),
        Some("and 1 more")
    );
}

#[test]
fn the_page_says_first_how_many_there_are_and_filters_by_why() {
    let persons = vec![
        person("a@acme.io", Unclear::ManyLeads, "A"),
        person("b@acme.io", Unclear::Crowded, "B"),
    ];
    let part = Part {
        verdict: Some(Unclear::Crowded),
        after: None,
    };
    let shown = page(persons, &part);
    assert_eq!(shown.answer, "2 people have no clear match.");
    let filters: Vec<_> = shown
        .filters
        .iter()
        .map(|it| (it.label, it.count.as_str(), it.href.as_str(), it.current))
        .collect();
    assert_eq!(
        filters,
        [
            ("All", "2", "/connections/acme/people", false),
            (
                "Several Leads",
                "1",
                "/connections/acme/people?show=many-leads",
                false
            ),
            (
                "Crowded address",
                "1",
                "/connections/acme/people?show=crowded",
                true
            ),
        ]
    );
    let nobody = page(vec![], &Part::default());
    assert_eq!(nobody.answer, "Everybody has a clear match.");
    assert!(nobody.filters.is_empty());
}
