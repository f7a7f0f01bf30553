//! When a placeholder of ours gives way, and to what.

use insta::assert_snapshot;
use model::settings::Leads;

use super::*;
use crate::planned::planned;
use crate::world::facts;
use crate::{Operation, plan};

/// What is done beside the contact's attributes for a Lead that was created from contact c1.
fn filled(contact: &str, lead: &str) -> String {
    filled_of(&format!("{contact}; {lead}; link c1 00Q1 created"))
}

fn filled_of(world: &str) -> String {
    let plan = planned(&format!("attributes off; {world}"));
    let lines = plan
        .lines()
        .filter(|line| line.starts_with("L5") || line.starts_with("note"));
    lines.collect::<Vec<_>>().join("\n")
}

const LEAD: &str = "lead 00Q1 ada@acme.io last='[not provided]' company='[not provided]'";
const NAMED: &str = "intercom user ada@acme.io name='Ada King Byron' company=Acme";

#[test]
fn l5_one_word_is_the_last_name_and_of_several_the_others_are_the_first_name() {
    let contact = |name: &str| filled(&format!("intercom user ada@acme.io name='{name}'"), LEAD);
    assert_snapshot!(contact("Byron"), @r#"L5 00Q1: fill {"LastName": "Byron"} for "[not provided]", and {} if empty"#);
    assert_snapshot!(contact("Ada King Byron"), @r#"L5 00Q1: fill {"LastName": "Byron"} for "[not provided]", and {"FirstName": "Ada King"} if empty"#);
    assert_eq!(contact(""), "");
    assert_eq!(contact("  "), "");
}

#[test]
fn l5_a_company_that_is_known_now_replaces_its_placeholder() {
    let contact = |company: &str| {
        filled(
            &format!("intercom user ada@acme.io company='{company}'"),
            LEAD,
        )
    };
    assert_snapshot!(contact(" Acme "), @r#"L5 00Q1: fill {"Company": "Acme"} for "[not provided]", and {} if empty"#);
    assert_eq!(contact(" "), "");
    assert_eq!(contact(""), "");
}

#[test]
fn l5_both_placeholders_give_way_in_one_write() {
    assert_snapshot!(filled(NAMED, LEAD), @r#"L5 00Q1: fill {"Company": "Acme", "LastName": "Byron"} for "[not provided]", and {"FirstName": "Ada King"} if empty"#);
}

#[test]
fn l5_what_is_no_placeholder_is_left_alone() {
    assert_snapshot!(filled(NAMED, "lead 00Q1 ada@acme.io last=King company='[not provided]'"), @r#"L5 00Q1: fill {"Company": "Acme"} for "[not provided]", and {} if empty"#);
    assert_eq!(
        filled(NAMED, "lead 00Q1 ada@acme.io last=King company=Acme"),
        ""
    );
    assert_eq!(filled(NAMED, "lead 00Q1 ada@acme.io"), "");
    // Another placeholder than the one that is set is somebody's word.
    assert_eq!(
        filled(
            NAMED,
            "lead 00Q1 ada@acme.io last='[Not provided]' company=-"
        ),
        ""
    );
}

#[test]
fn l5_a_value_that_is_the_placeholder_itself_is_no_news() {
    let mut world = facts(&format!(
        "attributes off; intercom user ada@acme.io name='Ada tba' company=tba; {LEAD}
         link c1 00Q1 created"
    ));
    let settings = std::sync::Arc::make_mut(&mut world.settings);
    settings.leads = Leads {
        placeholder: "tba".to_owned(),
        ..Leads::default()
    };
    match &mut world.records[0] {
        crate::Record::Lead(lead) => {
            lead.last_name = Some("tba".to_owned());
            lead.company = Some("tba".to_owned());
        }
        crate::Record::Contact(_) => panic!("it is a lead"),
    }
    assert_eq!(plan(&world).operations, []);
}

#[test]
fn l5_values_are_cut_to_what_salesforce_holds() {
    let (last, first, company) = ("b".repeat(81), "a".repeat(41), "c".repeat(256));
    let world = format!(
        "intercom user ada@acme.io name='{first} {last}' company={company}; {LEAD}
         link c1 00Q1 created"
    );
    let made = plan(&facts(&world));
    let fill = match made.operations.last() {
        Some(Operation::Fill(fill)) => fill,
        other => panic!("{other:?}"),
    };
    assert_eq!(fill.fields["LastName"], "b".repeat(80));
    assert_eq!(fill.unless_filled["FirstName"], "a".repeat(40));
    assert_eq!(fill.fields["Company"], "c".repeat(255));
}

#[test]
fn l5_only_a_lead_that_was_created_from_the_contact_is_filled() {
    assert_eq!(filled_of(&format!("{NAMED}; {LEAD}; link c1 00Q1 key")), "");
    assert_eq!(filled_of(&format!("{NAMED}; {LEAD}; link c1 00Q1 pin")), "");
    assert_eq!(
        filled_of(&format!("{NAMED}; {LEAD}; link c1 00Q2 created")),
        ""
    );
    // The Lead of somebody else, whose contact has another email by now.
    assert_eq!(
        filled_of(&format!("{NAMED}; {LEAD}; link c9 00Q1 created")),
        ""
    );
    let contact = "contact 0031 ada@acme.io; link c1 0031 created";
    assert_eq!(filled_of(&format!("{NAMED}; {contact}")), "");
}

#[test]
fn l5_of_several_contacts_the_first_that_it_was_created_from_counts() {
    let others =
        "intercom user ada@acme.io id=c0 name=Zoe; intercom user ada@acme.io id=c2 name=Eve";
    let world = format!(
        "{others}; intercom lead ada@acme.io id=c1 name=Byron; {LEAD}
         link c1 00Q1 created; link c2 00Q1 created"
    );
    assert_snapshot!(filled_of(&world), @r#"L5 00Q1: fill {"LastName": "Byron"} for "[not provided]", and {} if empty"#);
}

#[test]
fn l5_several_leads_are_not_filled() {
    let world = format!("{NAMED}; {LEAD}; lead 00Q2 ada@acme.io; link c1 00Q1 created");
    assert!(!filled_of(&world).contains("fill"));
}

#[test]
fn l5_e2_a_refused_fill_waits_until_its_values_change() {
    let world = format!("parked 00Q1; {NAMED}; {LEAD}");
    assert_snapshot!(filled(&world, ""), @"note E2: these values were refused for 00Q1 before; they wait for a change");
    let mut changed = facts(&format!("attributes off; {world}; link c1 00Q1 created"));
    changed.contacts[0].company = Some("Initech".to_owned());
    let fills = |it: &Operation| matches!(it, Operation::Fill(_));
    assert!(plan(&changed).operations.iter().any(fills));
}

#[test]
fn l5_s2_a_pause_of_salesforce_holds_a_fill_back_and_one_of_intercom_does_not() {
    assert_snapshot!(filled(&format!("pause salesforce; {NAMED}"), LEAD), @"note S2: writing to Salesforce is paused; 00Q1 waits");
    assert_snapshot!(filled(&format!("pause intercom; {NAMED}"), LEAD), @r#"L5 00Q1: fill {"Company": "Acme", "LastName": "Byron"} for "[not provided]", and {"FirstName": "Ada King"} if empty"#);
}

#[test]
fn l5_e2_a_key_is_of_one_lead_and_its_exact_values() {
    // From the definition of XXH3, not from this code: failures in the store are known by it.
    const KEY: i64 = 3_349_323_670_217_566_912;
    let key_of = |lead: &str, field, value: &str| {
        let lead = crate::world::expanded(lead).parse().unwrap();
        key(lead, &BTreeMap::from([(field, value.to_owned())]))
    };
    assert_eq!(key_of("00Q1", "Company", "Acme"), KEY);
    let others = [
        key_of("00Q2", "Company", "Acme"),
        key_of("00Q1", "LastName", "Acme"),
        key_of("00Q1", "Company", "acme"),
        key_of("00Q1", "CompanyA", "cme"),
    ];
    assert!(!others.contains(&KEY));
}

#[test]
fn l5_the_company_is_read_only_where_a_lead_waits_for_it() {
    let waits = |world: &str| {
        let facts = facts(&format!("intercom user ada@acme.io; {world}"));
        wants_company(&facts, &facts.contacts[0])
    };
    let created = "link c1 00Q1 created";
    assert!(waits(&format!("{LEAD}; {created}")));
    assert!(waits(&format!(
        "lead 00Q1 ada@acme.io company='[not provided]'; {created}"
    )));
    assert!(!waits(&format!(
        "lead 00Q1 ada@acme.io last='[not provided]'; {created}"
    )));
    assert!(!waits(&format!(
        "lead 00Q1 ada@acme.io company=Acme; {created}"
    )));
    assert!(!waits(&format!("{LEAD}; link c1 00Q1 key")));
    assert!(!waits(&format!("{LEAD}; link c9 00Q1 created")));
    assert!(!waits(&format!("{LEAD}; link c1 00Q2 created")));
    assert!(!waits(&format!("{LEAD}; lead 00Q2 ada@acme.io; {created}")));
    assert!(!waits("contact 0031 ada@acme.io; link c1 0031 created"));
    assert!(!waits(""));
    // A pinned Lead is the match whatever its email is by now.
    let pinned = LEAD.replace("ada@acme.io", "king@acme.io");
    assert!(waits(&format!("{pinned}; {created}; pinned 00Q1")));
    // Only the contact that it was created from.
    let facts = facts(&format!(
        "intercom user ada@acme.io id=c2; intercom user ada@acme.io id=c1; {LEAD}; {created}"
    ));
    assert!(!wants_company(&facts, &facts.contacts[0]));
    assert!(wants_company(&facts, &facts.contacts[1]));
}
