//! What a contact is made to show of its record, value by value.

use insta::assert_snapshot;
use model::{BasePair, How, PersonKey, PutBacks};

use super::*;
use crate::matching::verdict;
use crate::plan::{Booking, Maintained};
use crate::world::{attributes, facts};

/// What the person of a text should show.
fn wanted(text: &str) -> String {
    let facts = facts(&format!("intercom user ada@acme.io; {text}"));
    assert!(matches!(facts.person, PersonKey::Matched(_)));
    attributes(&desired(verdict(&facts).record().unwrap()))
}

fn shown(values: &[(Attribute, &str)]) -> BTreeMap<Attribute, String> {
    values
        .iter()
        .map(|(attribute, value)| (*attribute, (*value).to_owned()))
        .collect()
}

fn of(attributes: BTreeMap<Attribute, String>) -> Contact {
    let mut facts = facts("intercom user ada@acme.io");
    facts.contacts[0].attributes = attributes;
    facts.contacts.remove(0)
}

fn all() -> BTreeSet<Attribute> {
    Attribute::ALL.into()
}

/// The base of a contact that shows `shown` where Salesforce has `desired`.
fn base(desired: &Desired, shown: &Desired) -> Base {
    let booking = Booking {
        record: "00Q000000000001EAA".parse().unwrap(),
        how: How::Key,
        desired: desired.clone(),
        scope: all(),
        owner: Maintained::No,
        keep: Base::default(),
        announce: Vec::new(),
        announced: None,
        put_backs: PutBacks::default(),
    };
    booking.base(shown, None)
}

#[test]
fn a1_names_and_descriptions_are_what_admins_see_in_intercom() {
    let line = |it: Attribute| format!("{}: {}", it.name(), it.description());
    assert_snapshot!(Attribute::ALL.map(line).join("\n"), @r"
    SALESFORCE_STATUS: Status of the matched Salesforce lead. Kept current by Carrick.
    SALESFORCE_TITLE: Job title of the matched Salesforce lead or contact. Kept current by Carrick.
    SALESFORCE_OWNER_ID: Salesforce id of the record's owner. Kept current by Carrick.
    SALESFORCE_OWNER_NAME: Name of the record's owner in Salesforce, a person or a queue. Kept current by Carrick.
    SALESFORCE_OWNER_EMAIL: Email of the record's owner in Salesforce. Kept current by Carrick.
    SALESFORCE_OWNER_ROLE: Role, or else job title, of the record's owner in Salesforce. Kept current by Carrick.
    SALESFORCE_ID: Id of the matched Salesforce lead or contact. Kept current by Carrick.
    SALESFORCE_OBJECT_TYPE: Whether the matched Salesforce record is a Lead or a Contact. Kept current by Carrick.
    ");
}

#[test]
fn a1_only_our_own_names_are_ours() {
    for attribute in Attribute::ALL {
        assert_eq!(Attribute::named(attribute.name()), Some(attribute));
    }
    assert_eq!(Attribute::named("SALESFORCE_STATU"), None);
    assert_eq!(Attribute::named("salesforce_status"), None);
}

#[test]
fn a1_a_lead_has_a_status_and_a_contact_has_none() {
    let owner = "owner 0051 'Bob Ray' email=bob@org.io role=Sales title=Rep";
    assert_snapshot!(
        wanted(&format!("{owner}; lead 00Q1 ada@acme.io status=Open title=Countess owner=0051")),
        @"STATUS=Open TITLE=Countess OWNER_ID=0051 OWNER_NAME=Bob Ray OWNER_EMAIL=bob@org.io OWNER_ROLE=Sales ID=00Q1 OBJECT_TYPE=Lead"
    );
    assert_snapshot!(
        wanted(&format!("{owner}; contact 0031 ada@acme.io title=Countess owner=0051")),
        @"TITLE=Countess OWNER_ID=0051 OWNER_NAME=Bob Ray OWNER_EMAIL=bob@org.io OWNER_ROLE=Sales ID=0031 OBJECT_TYPE=Contact"
    );
}

#[test]
fn a1_a_queue_gives_name_and_id_and_no_email() {
    assert_snapshot!(
        wanted("owner 00G1 Inbound email=queue@org.io; lead 00Q1 ada@acme.io owner=00G1"),
        @"OWNER_ID=00G1 OWNER_NAME=Inbound ID=00Q1 OBJECT_TYPE=Lead"
    );
}

#[test]
fn a1_the_owners_role_else_title() {
    let role = |owner: &str| {
        let text = wanted(&format!(
            "owner 0051 Bob {owner}; lead 00Q1 ada@acme.io owner=0051"
        ));
        text.replace("OWNER_ID=0051 OWNER_NAME=Bob ", "")
            .replace("ID=00Q1 OBJECT_TYPE=Lead", "")
    };
    assert_eq!(role("role=Sales title=Rep"), "OWNER_ROLE=Sales ");
    assert_eq!(role("title=Rep"), "OWNER_ROLE=Rep ");
    assert_eq!(role("role=' ' title=Rep"), "OWNER_ROLE=Rep ");
    assert_eq!(role("role= title="), "");
}

#[test]
fn a2_outer_space_is_dropped_and_an_empty_field_is_absent() {
    assert_snapshot!(
        wanted("lead 00Q1 ada@acme.io status=' Open ' title='  '"),
        @"STATUS=Open ID=00Q1 OBJECT_TYPE=Lead"
    );
}

#[test]
fn a2_a_value_is_cut_to_what_intercom_holds_in_whole_characters() {
    assert_eq!(VALUE_LENGTH_MAX, 255);
    let long = "å".repeat(256);
    let want = shown(&[(Attribute::Title, &long)]);
    let changes = differences(&want, &of(shown(&[])), &Base::default(), &all());
    assert_eq!(
        changes,
        BTreeMap::from([(Attribute::Title, Some("å".repeat(255)))])
    );
    // What is shown is as much of it as can be: nothing to do.
    let cut = of(shown(&[(Attribute::Title, &"å".repeat(255))]));
    assert_eq!(
        differences(&want, &cut, &Base::default(), &all()),
        BTreeMap::new()
    );
}

#[test]
fn a5_each_attribute_is_compared_on_its_own() {
    let want = shown(&[(Attribute::Status, "Open"), (Attribute::Title, "Rep")]);
    let contact = of(shown(&[
        (Attribute::Title, "Rep"),
        (Attribute::OwnerName, "Bob"),
    ]));
    let expected = [
        (Attribute::Status, Some("Open".to_owned())),
        (Attribute::OwnerName, None),
    ];
    assert_eq!(
        differences(&want, &contact, &Base::default(), &all()),
        BTreeMap::from(expected)
    );
}

#[test]
fn q10_both_halves_of_the_base_have_to_be_unchanged() {
    let halves = |salesforce: &str, intercom: &str| {
        base(
            &shown(&[(Attribute::Title, salesforce)]),
            &shown(&[(Attribute::Title, intercom)]),
        )
    };
    let sends = |base: &Base| {
        let want = shown(&[(Attribute::Title, "Rep!")]);
        !differences(
            &want,
            &of(shown(&[(Attribute::Title, "rep")])),
            base,
            &all(),
        )
        .is_empty()
    };
    assert!(!sends(&halves("Rep!", "rep")));
    assert!(sends(&halves("Rep", "rep")));
    assert!(sends(&halves("Rep!", "Rep")));
    assert!(sends(&Base::default()));
}

#[test]
fn m1_leftovers_are_shown_values_that_came_from_salesforce() {
    let pair = |salesforce: Option<&str>| BasePair {
        salesforce: salesforce.map(str::to_owned),
        intercom: Some("x".to_owned()),
    };
    let base = Base(BTreeMap::from([
        ("SALESFORCE_STATUS".to_owned(), pair(Some("Open"))),
        ("SALESFORCE_TITLE".to_owned(), pair(None)),
        ("SALESFORCE_OWNER_NAME".to_owned(), pair(Some("Bob"))),
    ]));
    let contact = of(shown(&[
        (Attribute::Status, "x"),
        (Attribute::Title, "x"),
        (Attribute::OwnerId, "x"),
    ]));
    assert_eq!(
        leftovers(&contact, &base),
        BTreeMap::from([(Attribute::Status, None)])
    );
}

#[test]
fn q10_the_base_pairs_what_either_side_has() {
    let base = base(
        &shown(&[(Attribute::Status, "Open!"), (Attribute::Title, "Rep")]),
        &shown(&[(Attribute::Status, "open"), (Attribute::OwnerRole, "Sales")]),
    );
    let half = |it: Option<String>| it.unwrap_or("-".to_owned());
    let line = |(
        name,
        BasePair {
            salesforce,
            intercom,
        },
    )| { format!("{name}: {} / {}", half(salesforce), half(intercom)) };
    assert_snapshot!(base.0.into_iter().map(line).collect::<Vec<_>>().join("\n"), @r"
    SALESFORCE_OWNER_ROLE: - / Sales
    SALESFORCE_STATUS: Open! / open
    SALESFORCE_TITLE: Rep / -
    ");
}

#[test]
fn q10_after_a_write_an_edit_that_came_between_does_not_pass_for_agreed() {
    let before = shown(&[(Attribute::Status, "Open"), (Attribute::Title, "Rep")]);
    let changes = BTreeMap::from([(Attribute::Status, Some("Won!".to_owned()))]);
    // Intercom answers with its own words for the status, and with a title edited meanwhile.
    let answer = shown(&[
        (Attribute::Status, "won"),
        (Attribute::Title, "King"),
        (Attribute::OwnerName, "Bob"),
    ]);
    let after = shown_after(&changes, &before, &answer);
    assert_eq!(
        after,
        shown(&[(Attribute::Status, "won"), (Attribute::Title, "Rep")])
    );

    let want = shown(&[(Attribute::Status, "Won!"), (Attribute::Title, "Rep")]);
    let next = differences(&want, &of(answer), &base(&want, &after), &all());
    let expected = [
        (Attribute::Title, Some("Rep".to_owned())),
        (Attribute::OwnerName, None),
    ];
    assert_eq!(next, BTreeMap::from(expected));
}
