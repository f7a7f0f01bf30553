//! Which record a person is, for every combination of what may share a key.

use super::*;
use crate::plan;
use crate::table::{Row, rows};
use crate::world::{facts, short};

/// The verdict on the person of a text, with its records in order.
fn matched(text: &str) -> String {
    let facts = facts(text);
    let found = verdict(&facts);
    let mut backwards = facts.clone();
    backwards.records.reverse();
    backwards.successors.reverse();
    backwards.merged.reverse();
    assert_eq!(found, verdict(&backwards), "the order of the facts decides");
    print(&found)
}

fn print(found: &Match<'_>) -> String {
    let leads = |leads: &[&Lead]| joined(leads.iter().map(|lead| lead.id.as_str()));
    let contacts = |many: &[&SfContact]| joined(many.iter().map(|contact| contact.id.as_str()));
    let beside = |beside: &[&Lead]| match beside {
        [] => String::new(),
        _ => format!(", beside {}", leads(beside)),
    };
    match found {
        Match::None => "none".to_owned(),
        Match::Lead(lead) => format!("lead {}", leads(&[lead])),
        Match::Contact { contact, leads } => {
            format!("contact {}{}", contacts(&[contact]), beside(leads))
        }
        Match::ManyLeads(many) => format!("many leads {}", leads(many)),
        Match::ManyContacts {
            contacts: many,
            leads,
        } => {
            format!("many contacts {}{}", contacts(many), beside(leads))
        }
    }
}

fn joined<'a>(ids: impl Iterator<Item = &'a str>) -> String {
    ids.map(short).collect::<Vec<_>>().join(" ")
}

const ADA: &str = "intercom user ada@acme.io";
const LEADS: [&str; 3] = [
    "",
    "lead 00Q1 ada@acme.io",
    "lead 00Q1 ada@acme.io; lead 00Q2 ada@acme.io",
];
const CONTACTS: [&str; 3] = [
    "",
    "contact 0031 ada@acme.io",
    "contact 0031 ada@acme.io; contact 0032 ada@acme.io",
];

/// The records of a row, and what became of those that are gone.
fn world(row: &Row) -> String {
    let leads = row.cell("Leads").parse::<usize>().unwrap();
    let contacts = row.cell("Contacts").parse::<usize>().unwrap();
    let gone = match row.cell("gone") {
        "-" => "",
        "Lead deleted" => "lead",
        "Lead merged, same email" => "lead; merged 00Q1 ada@acme.io into 00Q2",
        "Lead merged, other email" => {
            "lead; merged 00Q1 ada@acme.io into 00Q8; lead 00Q8 king@acme.io"
        }
        "Contact merged, other email" => {
            "contact; merged 0031 ada@acme.io into 0037; contact 0037 king@acme.io"
        }
        "chain, then converted" => {
            "lead; merged 00Q1 ada@acme.io into 00Q7; merged 00Q7 king@acme.io into 00Q8
             converted 00Q8 king@acme.io into 0038; contact 0038 queen@acme.io"
        }
        other => panic!("{other:?}"),
    };
    let (kind, gone) = gone.split_once(';').unwrap_or((gone, ""));
    let converted = match row.cell("converted") {
        "-" => "",
        "same email" => "converted 00Q9 ada@acme.io into 0031",
        "other email" => "converted 00Q9 ada@acme.io into 0039; contact 0039 countess@acme.io",
        "not visible" => "converted 00Q9 ada@acme.io into 0039",
        other => panic!("{other:?}"),
    };
    let first = |what| usize::from(kind == what);
    let leads = (1 + first("lead")..=leads).map(|number| format!("lead 00Q{number} ada@acme.io"));
    let contacts = 1 + first("contact")..=contacts;
    let contacts = contacts.map(|number| format!("contact 003{number} ada@acme.io"));
    let there: Vec<String> = leads.chain(contacts).collect();
    [
        &there.join("; "),
        gone,
        converted,
        "crowded contacts=2 records=50",
    ]
    .join("; ")
}

/// Whether a row speaks of a record that is not among those that it counts.
fn is_impossible(row: &Row) -> bool {
    let leads = match row.cell("gone") {
        "Lead merged, same email" => 2,
        "Lead deleted" | "Lead merged, other email" | "chain, then converted" => 1,
        _ => 0,
    };
    let merged = row.cell("gone") == "Contact merged, other email";
    let became = row.cell("converted") == "same email";
    let has = |column: &str| row.cell(column).parse::<usize>().unwrap();
    has("Leads") < leads || has("Contacts") < usize::from(merged || became)
}

#[test]
fn m0_m1_m2_m3_m4_m5_m8_every_combination_of_records_and_what_became_of_them() {
    let table = rows(
        include_str!("tables/matches.txt"),
        &[
            ("Leads", &["0", "1", "2"]),
            ("Contacts", &["0", "1", "2"]),
            (
                "converted",
                &["-", "same email", "other email", "not visible"],
            ),
            (
                "gone",
                &[
                    "-",
                    "Lead deleted",
                    "Lead merged, same email",
                    "Lead merged, other email",
                    "Contact merged, other email",
                    "chain, then converted",
                ],
            ),
        ],
    );
    for row in table {
        let columns = ["not crowded", "over the limit", "over, allowed", "crowd"];
        let outcomes = columns.map(|column| row.cell(column));
        if is_impossible(&row) {
            assert_eq!(outcomes, ["impossible"; 4], "{}", row.line());
            continue;
        }
        let world = world(&row);
        let three = [ADA; 3].join("; ");
        let found = [
            ADA.to_owned(),
            three.clone(),
            format!("{three}; allow ada@acme.io"),
            format!("{ADA}; allow ada@acme.io; crowd contacts=1 records=2001"),
        ]
        .map(|contacts| outcome(&format!("{contacts}; {world}")));
        assert_eq!(found, outcomes, "{}", row.line());
    }
}

/// The match that the plan goes by, or that the key is crowded.
fn outcome(world: &str) -> String {
    match plan(&facts(world)).verdict {
        Verdict::Crowded => "crowded".to_owned(),
        Verdict::None
        | Verdict::Lead
        | Verdict::Contact
        | Verdict::ManyLeads
        | Verdict::ManyContacts => matched(world),
    }
}

#[test]
fn m0_without_a_key_there_is_no_match_whatever_lies_about() {
    let mut facts = facts("intercom lead ada@acme.io; lead 00Q1 ada@acme.io");
    facts.person = PersonKey::Alone("c1".parse().unwrap());
    assert_eq!(print(&verdict(&facts)), "none");
    facts.pinned = facts.records.pop();
    assert_eq!(print(&verdict(&facts)), "none");
    assert!(pinned(&facts).is_none());
}

#[test]
fn m2_two_leads_converted_into_two_contacts_are_many_contacts() {
    let world = "converted 00Q8 ada@acme.io into 0038; converted 00Q9 ada@acme.io into 0039
        contact 0038 a@acme.io; contact 0039 b@acme.io";
    assert_eq!(
        matched(&format!("{ADA}; {world}")),
        "many contacts 0038 0039"
    );
}

#[test]
fn m2_two_leads_converted_into_one_contact_are_that_contact() {
    let world = "converted 00Q8 ada@acme.io into 0039; converted 00Q9 ada@acme.io into 0039
        contact 0039 b@acme.io";
    assert_eq!(matched(&format!("{ADA}; {world}")), "contact 0039");
    let mut twice = facts(&format!("{ADA}; {world}"));
    twice.successors.push(twice.successors[0].clone());
    assert_eq!(print(&verdict(&twice)), "contact 0039");
}

#[test]
fn m2_a_lead_that_is_not_converted_stands_for_nobody() {
    let mut facts = facts(&format!(
        "{ADA}; converted 00Q9 ada@acme.io into 0039; contact 0039 b@c.io"
    ));
    for record in &mut facts.records {
        match record {
            Record::Lead(lead) => lead.converted = false,
            Record::Contact(_) => panic!("the contact has another email"),
        }
    }
    assert_eq!(print(&verdict(&facts)), "lead 00Q9");
}

#[test]
fn m4_m5_leads_and_contacts_are_told_oldest_first_then_by_id() {
    let world =
        "lead 00Q3 ada@acme.io at=5; lead 00Q1 ada@acme.io at=7; lead 00Q2 ada@acme.io at=5";
    assert_eq!(
        matched(&format!("{ADA}; {world}")),
        "many leads 00Q2 00Q3 00Q1"
    );
    let world = "contact 0033 ada@acme.io at=5; contact 0031 ada@acme.io at=7; contact 0032 ada@acme.io at=5";
    assert_eq!(
        matched(&format!("{ADA}; {world}")),
        "many contacts 0032 0033 0031"
    );
}

#[test]
fn m9_a_pinned_record_is_the_match_whatever_the_key_says() {
    let (lead, contact) = ("lead 00Q9 king@acme.io", "contact 0039 countess@acme.io");
    let beside = ["", ", beside 00Q1", ", beside 00Q1 00Q2"];
    for (leads, beside) in LEADS.into_iter().zip(beside) {
        for contacts in CONTACTS {
            let world = [ADA, leads, contacts, lead, contact].join("; ");
            let pinned = |id: &str| matched(&format!("{world}; pinned {id}"));
            assert_eq!(pinned("00Q9"), "lead 00Q9", "{world}");
            assert_eq!(pinned("0039"), format!("contact 0039{beside}"), "{world}");
        }
    }
    let several = [ADA, LEADS[2], CONTACTS[2]].join("; ");
    assert_eq!(matched(&format!("{several}; pinned 00Q2")), "lead 00Q2");
    assert_eq!(
        matched(&format!("{several}; pinned 0032")),
        "contact 0032, beside 00Q1 00Q2"
    );
}

#[test]
fn m9_a_pinned_lead_that_was_converted_stands_for_what_it_became() {
    let converted = "converted 00Q9 king@acme.io into 0039; pinned 00Q9";
    let became = "contact 0039 countess@acme.io; contact 0038 else@acme.io";
    for (contacts, by_key) in CONTACTS.into_iter().zip([
        "lead 00Q1",
        "contact 0031, beside 00Q1",
        "many contacts 0031 0032, beside 00Q1",
    ]) {
        let world = [ADA, LEADS[1], contacts, converted].join("; ");
        assert_eq!(matched(&world), by_key, "{world}");
        assert_eq!(
            matched(&format!("{world}; {became}")),
            "contact 0039, beside 00Q1",
            "{world}"
        );
    }
}

#[test]
fn m0_a_key_is_crowded_above_the_set_number_on_either_side() {
    let crowded = |contacts: usize, records: usize| {
        let mut world = vec!["crowded contacts=2 records=3"];
        world.extend(std::iter::repeat_n("intercom lead ada@acme.io", contacts));
        let leads = [
            "lead 00Q1 ada@acme.io",
            "converted 00Q2 ada@acme.io",
            "lead 00Q3 ada@acme.io",
            "contact 0034 ada@acme.io",
        ];
        world.extend(&leads[..records]);
        is_crowded(&facts(&world.join("; ")))
    };
    assert!(!crowded(2, 3));
    assert!(crowded(3, 0));
    assert!(crowded(1, 4));
}

#[test]
fn the_verdict_is_the_match_without_its_records() {
    #[rustfmt::skip]
    let table = [
        ("", Verdict::None),
        ("lead 00Q1 ada@acme.io", Verdict::Lead),
        ("contact 0031 ada@acme.io", Verdict::Contact),
        ("lead 00Q1 ada@acme.io; lead 00Q2 ada@acme.io", Verdict::ManyLeads),
        ("contact 0031 ada@acme.io; contact 0032 ada@acme.io", Verdict::ManyContacts),
    ];
    for (world, expected) in table {
        assert_eq!(
            verdict(&facts(&format!("{ADA}; {world}"))).verdict(),
            expected,
            "{world}"
        );
    }
}

#[test]
fn a_match_includes_exactly_its_records() {
    let includes = |world: &str| -> String {
        let facts = facts(&format!("{ADA}; {world}"));
        let found = verdict(&facts);
        let ids = ["00Q1", "00Q2", "0031", "0032"];
        let is_in = |id: &&str| found.includes(crate::world::expanded(id).parse().unwrap());
        ids.into_iter().filter(is_in).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(includes(""), "");
    assert_eq!(includes(LEADS[1]), "00Q1");
    assert_eq!(includes(LEADS[2]), "00Q1 00Q2");
    assert_eq!(includes(CONTACTS[1]), "0031");
    assert_eq!(includes(&[LEADS[1], CONTACTS[1]].join("; ")), "00Q1 0031");
    assert_eq!(
        includes(&[LEADS[1], CONTACTS[2]].join("; ")),
        "00Q1 0031 0032"
    );
}

#[test]
fn i5_either_role_is_looked_up_among_both_objects() {
    for role in ["lead", "user"] {
        let ada = format!("intercom {role} ada@acme.io");
        assert_eq!(
            matched(&format!("{ada}; lead 00Q1 ada@acme.io")),
            "lead 00Q1"
        );
        assert_eq!(
            matched(&format!("{ada}; contact 0031 ada@acme.io")),
            "contact 0031"
        );
    }
    // Both roles of one key are one person.
    let both = "intercom lead ada@acme.io; intercom user ada@acme.io; contact 0031 ada@acme.io";
    assert_eq!(matched(both), "contact 0031");
}
