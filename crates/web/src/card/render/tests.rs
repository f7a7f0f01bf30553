use std::collections::BTreeMap;

use engine::{CardReply, Shown};
use model::Timestamp;
use planner::card::{Action, Card, MatchLine, View};
use planner::lead::{FieldKind, Form, Input, Picklist};
use printer::printed;

use super::body;

mod printer;

const NOW: Timestamp = Timestamp::from_seconds(1_767_323_045);

fn reply(shown: Shown) -> CardReply {
    CardReply {
        shown,
        instance_url: Some("https://acme.my.salesforce.com".parse().unwrap()),
        timezone: Some("Europe/Dublin".to_owned()),
        now: NOW,
    }
}

fn blank(title: &str) -> Card {
    Card {
        title: title.to_owned(),
        subtitle: None,
        views: Vec::new(),
        view: View::Person,
        lines: Vec::new(),
        matches: Vec::new(),
        next_page: None,
        message: None,
        actions: vec![Action::Refresh],
        as_of: None,
    }
}

fn drawn(shown: Shown, page: usize) -> String {
    printed(&body(&reply(shown), page))
}

fn matches(count: usize) -> Vec<MatchLine> {
    let line = |at: usize| MatchLine {
        record: format!("00QD000000QYVh{at}").parse().unwrap(),
        name: format!("Ada {at}"),
        detail: "Acme · Working".to_owned(),
        owner: Some("Sam Rep".to_owned()),
    };
    (0..count).map(line).collect()
}

#[test]
fn c2_a_contact_has_views_lines_a_link_and_its_age() {
    let contact = "0035500001QdQWa".parse().unwrap();
    let card = Card {
        subtitle: Some("Contact".to_owned()),
        views: vec![
            (View::Person, "Contact".to_owned()),
            (View::Account, "Account".to_owned()),
        ],
        lines: vec![("Email".to_owned(), "ada@acme.io".to_owned())],
        actions: vec![Action::OpenRecord(contact), Action::Refresh],
        as_of: Some(Timestamp::from_seconds(1_767_323_041)),
        ..blank("Ada Byron")
    };
    insta::assert_snapshot!(drawn(Shown::Card(card), 0), @r#"
    header: Ada Byron
    muted: Contact
    single-select view value:"person" [person=Contact, account=Account] -> submit
    | Email | ada@acme.io |
    link button open.0035500001QdQWaAAN "Open in Salesforce"
      -> https://acme.lightning.force.com/lightning/r/Contact/0035500001QdQWaAAN/view
    muted: Salesforce, 4 s ago
    link button refresh "Refresh" -> submit
    stored {"page":0,"view":"person"}
    "#);
}

#[test]
fn c6_nobody_matches_is_an_empty_state_with_a_secondary_button() {
    let card = Card {
        message: Some("No lead or contact has this email address.".to_owned()),
        actions: vec![Action::CreateLead, Action::Refresh],
        ..blank("Not in Salesforce")
    };
    insta::assert_snapshot!(drawn(Shown::Card(card), 0), @r#"
    header: Not in Salesforce
    muted: No lead or contact has this email address.
    secondary button create_lead "Create lead" -> submit
    link button refresh "Refresh" -> submit
    stored {"page":0,"view":"person"}
    "#);
}

#[test]
fn c6_many_matches_are_a_list_in_pages() {
    let card = Card {
        message: Some("3 leads in Salesforce have this email address.".to_owned()),
        matches: matches(2),
        next_page: Some(2),
        actions: vec![Action::TakeMatch, Action::Refresh],
        ..blank("Multiple matches found")
    };
    insta::assert_snapshot!(drawn(Shown::Card(card), 1), @r#"
    header: Multiple matches found
    muted: 3 leads in Salesforce have this email address.
    item item.0 "Ada 0" "Acme · Working • Sam Rep"
      -> https://acme.lightning.force.com/lightning/r/Lead/00QD000000QYVh0MAH/view
    item item.1 "Ada 1" "Acme · Working • Sam Rep"
      -> https://acme.lightning.force.com/lightning/r/Lead/00QD000000QYVh1MAH/view
    link button previous_page "Back" -> submit
    link button next_page "More…" -> submit
    dropdown taken label:"Which one is it?" value:"00QD000000QYVh0MAH" [00QD000000QYVh0MAH=Ada 0 · Acme · Working · Sam Rep, 00QD000000QYVh1MAH=Ada 1 · Acme · Working · Sam Rep]
    secondary button take "Use this record" -> submit
    link button refresh "Refresh" -> submit
    stored {"page":1,"view":"person"}
    "#);
}

#[test]
fn m9_leads_beside_a_contact_are_only_opened_and_a_pin_can_be_removed() {
    let contact = "0035500001QdQWa".parse().unwrap();
    let card = Card {
        subtitle: Some("Contact · Pinned by a teammate".to_owned()),
        lines: vec![("Email".to_owned(), "ada@acme.io".to_owned())],
        message: Some("Also 2 leads with this email:".to_owned()),
        matches: matches(2),
        actions: vec![Action::OpenRecord(contact), Action::Unpin, Action::Refresh],
        ..blank("Ada Byron")
    };
    insta::assert_snapshot!(drawn(Shown::Card(card), 0), @r#"
    header: Ada Byron
    muted: Contact · Pinned by a teammate
    | Email | ada@acme.io |
    paragraph: Also 2 leads with this email:
    item item.0 "Ada 0" "Acme · Working • Sam Rep"
      -> https://acme.lightning.force.com/lightning/r/Lead/00QD000000QYVh0MAH/view
    item item.1 "Ada 1" "Acme · Working • Sam Rep"
      -> https://acme.lightning.force.com/lightning/r/Lead/00QD000000QYVh1MAH/view
    link button open.0035500001QdQWaAAN "Open in Salesforce"
      -> https://acme.lightning.force.com/lightning/r/Contact/0035500001QdQWaAAN/view
    link button unpin "Unpin" -> submit
    link button refresh "Refresh" -> submit
    stored {"page":0,"view":"person"}
    "#);
}

#[test]
fn m9_a_long_option_is_cut() {
    let mut long = matches(2);
    long[0].name = "A".repeat(200);
    let card = Card {
        matches: long,
        actions: vec![Action::TakeMatch],
        ..blank("Multiple matches found")
    };
    let cut = format!("00QD000000QYVh0MAH={}…,", "A".repeat(79));
    assert!(drawn(Shown::Card(card), 0).contains(&cut));
}

#[test]
fn l1_each_kind_of_field_has_its_input() {
    let list = |count: usize| Picklist {
        values: (0..count)
            .map(|at| (format!("v{at}"), format!("Value {at}")))
            .collect(),
        restricted: true,
        default: None,
    };
    let input = |id: &str, value: &str, kind| Input {
        id: id.to_owned(),
        label: format!("{id} *"),
        value: value.to_owned(),
        kind,
        faulty: id == "email",
    };
    let form = Form {
        errors: vec!["ada@ is not an email address.".to_owned()],
        inputs: vec![
            input("email", "ada@", FieldKind::Email),
            input("Note__c", "", FieldKind::TextArea),
            input("Sure__c", "true", FieldKind::Boolean),
            input("Few__c", "v1", FieldKind::Picklist(list(2))),
            input("Gone__c", "old", FieldKind::Picklist(list(2))),
            input("Lone__c", "", FieldKind::Picklist(list(1))),
            input("Many__c", "", FieldKind::Picklist(list(11))),
            input("Some__c", "v0;v2;old", FieldKind::MultiPicklist(list(3))),
            input("Lots__c", "v0", FieldKind::MultiPicklist(list(11))),
            input("Day__c", "", FieldKind::Date),
        ],
    };
    insta::assert_snapshot!(drawn(Shown::Form(form), 0), @r#"
    header: Create lead
    error: ada@ is not an email address.
    input lead.email label:"email *" value:"ada@" save_state:"failed"
    textarea lead.Note__c label:"Note__c *"
    dropdown lead.Sure__c label:"Sure__c *" value:"true" [true=Yes, false=No]
    dropdown lead.Few__c label:"Few__c *" value:"v1" [v0=Value 0, v1=Value 1]
    dropdown lead.Gone__c label:"Gone__c *" [v0=Value 0, v1=Value 1]
    input lead.Lone__c label:"Lone__c *" placeholder:"Type a value"
    input lead.Many__c label:"Many__c *" placeholder:"Type a value"
    checkbox lead.Some__c label:"Some__c *" value:["v0","v2"] [v0=Value 0, v1=Value 1, v2=Value 2]
    input lead.Lots__c label:"Lots__c *" placeholder:"Type values, separated by ;" value:"v0"
    input lead.Day__c label:"Day__c *" placeholder:"2026-01-31"
    primary button submit_lead "Create lead" -> submit
    link button back "Back" -> submit
    stored null
    "#);
}

#[test]
fn l6_possible_duplicates_can_be_opened_taken_or_overridden() {
    let unread = MatchLine {
        record: "0035500001QdQWa".parse().unwrap(),
        name: "Contact".to_owned(),
        detail: "0035500001QdQWaAAN".to_owned(),
        owner: None,
    };
    let several = [matches(1), vec![unread]].concat();
    let shown = |records: &[MatchLine], may_create_anyway| Shown::Duplicates {
        records: records.to_vec(),
        may_create_anyway,
        typed: BTreeMap::from([("email".to_owned(), "ada@acme.io".to_owned())]),
        words: "Use one of these records?".to_owned(),
    };
    insta::assert_snapshot!(drawn(shown(&several, true), 0), @r#"
    header: Possible duplicates
    paragraph: Use one of these records?
    item item.0 "Ada 0" "Acme · Working • Sam Rep"
      -> https://acme.lightning.force.com/lightning/r/Lead/00QD000000QYVh0MAH/view
    item item.1 "Contact" "0035500001QdQWaAAN • "
      -> https://acme.lightning.force.com/lightning/r/Contact/0035500001QdQWaAAN/view
    dropdown taken label:"Which one is it?" value:"00QD000000QYVh0MAH" [00QD000000QYVh0MAH=Ada 0 · Acme · Working · Sam Rep, 0035500001QdQWaAAN=Contact · 0035500001QdQWaAAN]
    secondary button take "Use this record" -> submit
    secondary button submit_anyway "Create anyway" -> submit
    link button back "Back" -> submit
    stored {"typed":{"email":"ada@acme.io"}}
    "#);
    insta::assert_snapshot!(drawn(shown(&several[..1], false), 0), @r#"
    header: Possible duplicates
    paragraph: Use one of these records?
    item item.0 "Ada 0" "Acme · Working • Sam Rep"
      -> https://acme.lightning.force.com/lightning/r/Lead/00QD000000QYVh0MAH/view
    secondary button take:00QD000000QYVh0MAH "Use this record" -> submit
    link button back "Back" -> submit
    stored {"typed":{"email":"ada@acme.io"}}
    "#);
    insta::assert_snapshot!(drawn(shown(&[], false), 0), @r#"
    header: Possible duplicates
    paragraph: Use one of these records?
    link button back "Back" -> submit
    stored {"typed":{"email":"ada@acme.io"}}
    "#);
}

#[test]
fn c7_trouble_is_a_sentence_with_a_way_on() {
    let shown = Shown::Sentence("Salesforce takes longer than usual.".to_owned());
    insta::assert_snapshot!(drawn(shown, 0), @r#"
    muted: Salesforce takes longer than usual.
    link button refresh "Refresh" -> submit
    stored null
    "#);
}

#[test]
fn c7_an_old_age_is_an_instant_in_the_workspace_s_zone() {
    let old: Timestamp = "2025-08-08T12:05:00Z".parse().unwrap();
    let card = Card {
        as_of: Some(old),
        ..blank("Ada")
    };
    assert!(drawn(Shown::Card(card), 0).contains("Salesforce, Aug 8, 2025 at 1:05PM"));
}

#[test]
fn words_of_a_record_never_become_links_of_the_card() {
    let card = blank("[Click](https://evil.example)");
    let drawn = drawn(Shown::Card(card), 0);
    assert!(drawn.contains("[Click] (https://evil.example)"), "{drawn}");
}

#[test]
fn without_an_org_s_address_nothing_links_to_it() {
    let card = Card {
        matches: matches(1),
        ..blank("Multiple matches found")
    };
    let reply = CardReply {
        instance_url: None,
        ..reply(Shown::Card(card))
    };
    assert!(!body(&reply, 0).contains("\"url\""));
}

#[test]
fn c7_a_card_that_cannot_be_drawn_is_still_a_card() {
    let typed = BTreeMap::from([("Note__c".to_owned(), "x".repeat(70_000))]);
    let shown = Shown::Duplicates {
        records: Vec::new(),
        may_create_anyway: true,
        typed,
        words: "Similar".to_owned(),
    };
    assert!(body(&reply(shown), 0).contains("This card cannot be shown."));
}

#[test]
fn a_first_canvas_has_no_primary_button() {
    let card = Card {
        matches: matches(9),
        next_page: Some(1),
        actions: vec![Action::CreateLead, Action::TakeMatch, Action::Refresh],
        ..blank("Multiple matches found")
    };
    let drawn = body(&reply(Shown::Card(card)), 0);
    assert!(drawn.contains("take") && !drawn.contains("primary"));
}
