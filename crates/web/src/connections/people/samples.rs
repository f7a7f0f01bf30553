//! The list of persons without a clear match, filled.

use std::collections::BTreeMap;

use engine::{UnclearPage, UnclearPerson};
use model::MatchKey;
use model::settings::AmbiguousContacts;
use planner::card::MatchLine;
use store::{Connection, Unclear, Verdicted};

use super::{Matched, Part, PeoplePage};
use crate::connections::Samples;
use crate::page::samples::{HOSTILE, NOW, ago, connected, connection};

pub(super) fn key(email: &str) -> MatchKey {
    MatchKey::from_email(email).unwrap()
}

pub(super) fn line(name: &str, detail: &str, owner: Option<&str>) -> MatchLine {
    MatchLine {
        record: "00QD000000QYVhd".parse().unwrap(),
        name: name.to_owned(),
        detail: detail.to_owned(),
        owner: owner.map(str::to_owned),
    }
}

/// A person of 2 contacts, 3 Leads and 2 Salesforce contacts.
pub(super) fn person(email: &str, verdict: Unclear, text: &str) -> UnclearPerson {
    let contact = "5ba682d23d7cf92bef87bfd4".parse().unwrap();
    UnclearPerson {
        key: key(email),
        listed: Verdicted {
            verdict,
            contacts: 2,
            leads: 3,
            sf_contacts: match verdict {
                Unclear::ManyLeads => 0,
                Unclear::ManyContacts | Unclear::Crowded => 2,
            },
            since: ago(7200),
        },
        contacts: vec![(contact, text.to_owned())],
        records: vec![
            line(text, "Acme · Working", Some("Mira Sanz")),
            line(text, "", None),
        ],
        can_be_allowed: verdict == Unclear::Crowded,
    }
}

pub(super) fn list(connection: Connection, persons: Vec<UnclearPerson>) -> UnclearPage {
    let mut counts = BTreeMap::new();
    for person in &persons {
        *counts.entry(person.listed.verdict).or_default() += 1;
    }
    UnclearPage {
        connection,
        counts,
        persons,
        next: None,
    }
}

fn each(text: &str) -> Vec<UnclearPerson> {
    [Unclear::ManyLeads, Unclear::ManyContacts, Unclear::Crowded]
        .into_iter()
        .enumerate()
        .map(|(place, verdict)| person(&format!("{place}@acme.io"), verdict, text))
        .collect()
}

fn longest() -> (UnclearPage, Part) {
    let text = "Wednesbury ".repeat(30);
    let mut connection = connected(&"n".repeat(64), &text);
    let matching = &mut connection.settings.matching;
    matching.ambiguous_contacts = AmbiguousContacts::WhatAgrees;
    let email = |place: usize| format!("{}{place}@acme.io", "x".repeat(230));
    matching.crowded_allowed = [key(&email(0))].into();
    let mut persons: Vec<UnclearPerson> = (0..25)
        .map(|place| {
            let mut person = person(&email(place), Unclear::Crowded, &text);
            person.listed.contacts = u64::MAX;
            person.listed.leads = u64::MAX;
            person.can_be_allowed = place != 1;
            person
        })
        .collect();
    persons[2].listed.verdict = Unclear::ManyContacts;
    let mut list = list(connection, persons);
    list.counts = [(Unclear::Crowded, u64::MAX), (Unclear::ManyLeads, u64::MAX)].into();
    list.next = Some(key(&email(24)));
    let part = Part {
        verdict: Some(Unclear::Crowded),
        after: Some(key("a@acme.io")),
    };
    (list, part)
}

impl Samples for PeoplePage {
    fn samples() -> Vec<(&'static str, Self)> {
        let all = Part::default();
        let of = |list: &UnclearPage| Self::new(list, &Part::default(), Matched::Once, NOW);
        let acme = || connected("acme", "Acme Ltd");
        let (longest, part) = longest();
        let hostile = each(HOSTILE).into_iter().map(|mut person| {
            person.key = key(HOSTILE);
            person
        });
        vec![
            (
                "empty",
                Self::new(&list(connection("acme"), vec![]), &all, Matched::Never, NOW),
            ),
            ("clear", of(&list(acme(), vec![]))),
            ("usual", of(&list(acme(), each("Ada Byron")))),
            ("longest", Self::new(&longest, &part, Matched::Once, NOW)),
            (
                "hostile",
                of(&list(connected("acme", HOSTILE), hostile.collect())),
            ),
        ]
    }
}
