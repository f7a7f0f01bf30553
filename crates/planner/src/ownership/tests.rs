//! Who owns a linked contact, for every owner in Salesforce and every fallback.

use model::{Change, ic};

use crate::planned::planned;
use crate::table::{Row, rows};
use crate::world::facts;
use crate::{Operation, Rule, plan};

const TEAM: &str = "teammate 7 Bob email=bob@org.io; teammate 6 Cy email=cy@org.io
    teammate 8 Ida email=ida@org.io; teammate 9 Eve; owner 0051 Bob email=bob@org.io
    owner 0052 Noel email=noel@org.io; owner 00G1 Inbound; owner 0053 Ida email=ida@org.io inactive
    owner 0054 '' unseen; owner 0055 Cy email=cy@org.io";

/// The world of a row, without its contact.
fn world(row: &Row) -> String {
    let owner = match row.cell("deciding owner") {
        "paired" => "0051",
        "unpaired" => "0052",
        "queue" => "00G1",
        "inactive" => "0053",
        "unknown" => "0054",
        other => panic!("{other:?}"),
    };
    let record = match row.cell("record") {
        "Account, own paired" => format!(
            "account 0011 Acme owner={owner}; contact 0031 ada@acme.io account=0011 owner=0055"
        ),
        "Account, own unpaired" => format!(
            "account 0011 Acme owner={owner}; contact 0031 ada@acme.io account=0011 owner=0052"
        ),
        "Contact alone" => format!("contact 0031 ada@acme.io owner={owner}"),
        "Lead" => format!("lead 00Q1 ada@acme.io owner={owner}"),
        other => panic!("{other:?}"),
    };
    let (fallback, team) = match row.cell("fallback") {
        "installer" => ("installer", "installer 1 Ada"),
        "installer gone" => ("installer", "installer 1"),
        "teammate" => ("2", "installer 1 Ada; teammate 2 Dan"),
        "teammate gone" => ("2", "installer 1 Ada"),
        "nobody" => ("nobody", "installer 1 Ada"),
        other => panic!("{other:?}"),
    };
    let maintain = match row.cell("maintain") {
        "on" => format!("maintain fallback={fallback}"),
        "off" => String::new(),
        other => panic!("{other:?}"),
    };
    format!("{TEAM}; {team}; {maintain}; {record}")
}

/// What becomes of the owner of a contact, in the words of the table.
fn outcome(world: &str, owner: &str) -> String {
    let facts = facts(&format!("{world}; intercom user ada@acme.io owner={owner}"));
    let made = plan(&facts);
    let write = match made.operations.as_slice() {
        [Operation::Write(write)] => write,
        other => panic!("one contact, one write: {other:?}"),
    };
    let by = |rule: Option<Rule>| rule.expect("an owner changes by a rule");
    match &write.owner {
        Change::Keep => {
            assert_eq!(write.owner_rule, None);
            "stays".to_owned()
        }
        Change::Clear => format!("cleared, {}", by(write.owner_rule)),
        Change::Set(id) => {
            let name = facts.team.name(id).expect("a teammate who is there");
            format!("{name}, {}", by(write.owner_rule))
        }
    }
}

#[test]
fn o2_o3_o4_the_owner_for_every_record_owner_and_fallback() {
    let table = rows(
        include_str!("tables/owners.txt"),
        &[
            ("maintain", &["on", "off"]),
            (
                "record",
                &[
                    "Account, own paired",
                    "Account, own unpaired",
                    "Contact alone",
                    "Lead",
                ],
            ),
            (
                "deciding owner",
                &["paired", "unpaired", "queue", "inactive", "unknown"],
            ),
            (
                "fallback",
                &[
                    "installer",
                    "installer gone",
                    "teammate",
                    "teammate gone",
                    "nobody",
                ],
            ),
        ],
    );
    for row in table {
        let outcomes = ["Eve's", "nobody's", "right already"].map(|column| row.cell(column));
        // Salesforce lets queues own Leads, and neither Accounts nor Contacts.
        let impossible = row.cell("deciding owner") == "queue" && row.cell("record") != "Lead";
        if impossible {
            assert_eq!(outcomes, ["impossible"; 3], "{}", row.line());
            continue;
        }
        let right = match outcomes[0].split(',').next() {
            Some("Bob") => "7",
            Some("Ada") => "1",
            Some("Dan") => "2",
            Some("cleared") => "",
            Some("stays") => "9",
            other => panic!("{other:?}"),
        };
        let world = world(&row);
        let owners = ["9", "", right];
        assert_eq!(
            owners.map(|owner| outcome(&world, owner)),
            outcomes,
            "{}",
            row.line()
        );
    }
}

const BOB: &str = "maintain; installer 1 Ada; teammate 7 Bob email=bob@org.io
    teammate 9 Eve; owner 0051 Bob email=bob@org.io; owner 0052 Noel";

/// A contact in step with Lead 00Q1 of Bob, but for what `told` says of its owner.
fn in_step(told: &str, link: &str) -> String {
    planned(&format!(
        "{BOB}; attributes off; lead 00Q1 ada@acme.io owner=0051
         intercom user ada@acme.io owner={told}; link c1 00Q1 key {link}"
    ))
}

#[test]
fn o2_an_owner_that_is_right_costs_no_call() {
    assert_eq!(in_step("7", "owner=7/7"), "Lead");
    // What was not booked so far is booked, without a call.
    assert_eq!(in_step("7", ""), "Lead\nM2 c1: book 00Q1 by Key owner=7");
}

#[test]
fn o2_the_owner_alone_is_written_by_the_rule_of_the_owner() {
    insta::assert_snapshot!(in_step("9", ""), @"
    Lead
    O2 c1: write owner=9>7 (O2); book 00Q1 by Key owner=7
    ");
    insta::assert_snapshot!(in_step("", "owner=9/9"), @"
    Lead
    O2 c1: write owner=->7 (O2); book 00Q1 by Key owner=7
    ");
}

#[test]
fn o2_attributes_and_owner_are_one_write() {
    insta::assert_snapshot!(
        planned(&format!(
            "{BOB}; lead 00Q1 ada@acme.io owner=0052; intercom user ada@acme.io owner=9"
        )),
        @"
    Lead
    A1 c1: write OWNER_ID=->0052 OWNER_NAME=->Noel ID=->00Q1 OBJECT_TYPE=->Lead owner=9>1 (O4); book 00Q1 by Key OWNER_ID=0052 OWNER_NAME=Noel ID=00Q1 OBJECT_TYPE=Lead owner=1
    "
    );
}

#[test]
fn o2_each_contact_of_a_person_gets_the_owner() {
    insta::assert_snapshot!(
        planned(&format!(
            "{BOB}; attributes off; lead 00Q1 ada@acme.io owner=0051
             intercom user ada@acme.io owner=9; intercom lead ada@acme.io"
        )),
        @"
    Lead
    O2 c1: write owner=9>7 (O2); book 00Q1 by Key owner=7
    O2 c2: write owner=->7 (O2); book 00Q1 by Key owner=7
    "
    );
}

#[test]
fn o2_an_account_that_cannot_be_seen_decides_nothing_and_what_is_booked_stays() {
    let world = format!(
        "{BOB}; attributes off; contact 0031 ada@acme.io account-hidden owner=0051
         intercom user ada@acme.io owner=9"
    );
    insta::assert_snapshot!(planned(&world), @"
    Contact
    M3 c1: book 0031 by Key
    note O2: the account cannot be seen, so its owner decides nothing
    ");
    let linked = format!("{world}; link c1 0031 key owner=7/7");
    insta::assert_snapshot!(planned(&linked), @"
    Contact
    note O2: the account cannot be seen, so its owner decides nothing
    ");
    // It is said once, however many contacts there are, and only where owners follow at all.
    let twice = planned(&format!("{linked}; intercom lead ada@acme.io"));
    assert_eq!(twice.matches("cannot be seen").count(), 1);
    assert!(!planned(&world.replace("maintain;", "")).contains("cannot be seen"));
    let without = world.replace("account-hidden", "");
    assert!(!planned(&without).contains("cannot be seen"));
    // An Account that is seen decides, whatever was said before.
    let seen = world
        .replace("account-hidden", "account=0011")
        .replace("contact 0031", "account 0011 Acme owner=0051; contact 0031");
    insta::assert_snapshot!(planned(&seen), @"
    Contact
    O2 c1: write owner=9>7 (O2); book 0031 by Key owner=7
    ");
}

#[test]
fn o2_switched_off_the_owner_is_forgotten_and_left() {
    let world = "teammate 7 Bob email=bob@org.io; owner 0051 Bob email=bob@org.io; attributes off
        lead 00Q1 ada@acme.io owner=0051; intercom user ada@acme.io owner=9";
    insta::assert_snapshot!(planned(&format!("{world}; link c1 00Q1 key owner=7/7")), @"
    Lead
    M2 c1: book 00Q1 by Key
    ");
}

#[test]
fn m1_the_owner_stays_when_the_record_is_gone() {
    let world = format!("{BOB}; intercom user ada@acme.io owner=7 ID=00Q1");
    insta::assert_snapshot!(
        planned(&format!("{world}; link c1 00Q1 key ID=00Q1/00Q1 owner=7/7")),
        @"
    None
    M1 c1: write ID=00Q1>-; book no 00Q1
    note M1: no record in Salesforce
    "
    );
}

#[test]
fn m4_m5_the_owner_stays_while_several_match() {
    let world = format!("{BOB}; intercom user ada@acme.io owner=9");
    for several in [
        "lead 00Q1 ada@acme.io owner=0051; lead 00Q2 ada@acme.io owner=0051",
        "contact 0031 ada@acme.io owner=0051; contact 0032 ada@acme.io owner=0051",
        "what-agrees; attributes off; contact 0031 ada@acme.io owner=0051
         contact 0032 ada@acme.io owner=0051",
    ] {
        let made = plan(&facts(&format!("{world}; {several}")));
        let writes = |it: &Operation| matches!(it, Operation::Write(_));
        assert!(!made.operations.iter().any(writes), "{several}");
    }
}

#[test]
fn o4_a_setting_that_means_somebody_who_left_is_known() {
    use model::settings::TeammateChoice::{Installer, Nobody, Teammate};
    let id = |id: &str| -> ic::TeammateId { id.parse().unwrap() };
    let there = facts("installer 1 Ada; intercom user ada@acme.io").team;
    assert!(!there.lacks(&Installer) && !there.lacks(&Nobody));
    assert!(!there.lacks(&Teammate(id("1"))) && there.lacks(&Teammate(id("2"))));
    let gone = facts("installer 1; intercom user ada@acme.io").team;
    assert!(gone.lacks(&Installer) && !gone.lacks(&Nobody));
    let unknown = facts("intercom user ada@acme.io").team;
    assert!(unknown.lacks(&Installer));
}
