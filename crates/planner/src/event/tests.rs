//! What is told as an event, for every way in which a contact's record can change.

use std::time::Duration;

use insta::assert_snapshot;

use super::*;
use crate::plan;
use crate::planned::{bookings, planned, print_event};
use crate::table::{Row, rows};
use crate::world::{NOW, facts};

/// The world of a row: what the contact showed, and what there is now.
fn world(row: &Row) -> String {
    let (before, after) = match row.cell("status") {
        "same" => ("Open", "Open"),
        "changed" | "not written" => ("Open", "Won"),
        "empty before" => ("", "Open"),
        "empty after" => ("Open", ""),
        other => panic!("{other:?}"),
    };
    let unusable = if row.cell("status") == "not written" {
        "unusable STATUS"
    } else {
        ""
    };
    // The record shown before, what there is now, and what the pin of a teammate is on.
    let (shown, there, pin) = match row.cell("happens") {
        "same Lead" => (
            "00Q1",
            format!("lead 00Q1 ada@acme.io status={after}"),
            "00Q1",
        ),
        "Lead converted" => (
            "00Q1",
            format!("converted 00Q1 ada@acme.io status={after} into 0031; contact 0031 a@b.io"),
            "00Q1",
        ),
        "Lead merged into another" => (
            "00Q1",
            format!("merged 00Q1 ada@acme.io into 00Q2; lead 00Q2 ada@acme.io status={after}"),
            "00Q2",
        ),
        "Contact merged into another" => (
            "0031",
            "merged 0031 ada@acme.io into 0032; contact 0032 ada@acme.io".to_owned(),
            "0032",
        ),
        "another Lead" => (
            "00Q1",
            format!("lead 00Q2 ada@acme.io status={after}"),
            "00Q2",
        ),
        "a Contact instead of the Lead" => (
            "00Q1",
            format!("lead 00Q1 ada@acme.io status={after}; contact 0031 ada@acme.io"),
            "0031",
        ),
        "a Lead instead of the Contact" => (
            "0031",
            format!("lead 00Q1 ada@acme.io status={after}"),
            "00Q1",
        ),
        other => panic!("{other:?}"),
    };
    let status = if shown == "0031" || before.is_empty() {
        String::new()
    } else {
        format!("STATUS={before}/{before}")
    };
    let link = match row.cell("linked") {
        "none" => String::new(),
        "by key" => format!("link c1 {shown} key ID={shown}/{shown} {status}"),
        "by pin" => format!("link c1 {shown} pin ID={shown}/{shown} {status}"),
        other => panic!("{other:?}"),
    };
    let pinned = match row.cell("pinned now") {
        "no" => String::new(),
        "yes" => format!("pinned {pin}"),
        other => panic!("{other:?}"),
    };
    format!("intercom user ada@acme.io ID={shown}; {unusable}; {there}; {link}; {pinned}")
}

/// What the plan of a world tells, in the words of the table.
fn told(world: &str) -> String {
    let made = plan(&facts(world));
    let told: Vec<&Announcement> = bookings(&made).flat_map(|it| &it.announce).collect();
    match told.as_slice() {
        [] => "-".to_owned(),
        [it] => {
            let objects =
                [it.from.as_str(), it.to.as_str()].map(|it| it == "Lead" || it == "Contact");
            assert_eq!(objects, [it.event == Event::ObjectType; 2], "{it:?}");
            format!("{} > {}", it.from, it.to)
        }
        several => panic!("a change is told once: {several:?}"),
    }
}

#[test]
fn a3_every_way_in_which_a_record_changes() {
    let table = rows(
        include_str!("tables/events.txt"),
        &[
            (
                "happens",
                &[
                    "same Lead",
                    "Lead converted",
                    "Lead merged into another",
                    "Contact merged into another",
                    "another Lead",
                    "a Contact instead of the Lead",
                    "a Lead instead of the Contact",
                ],
            ),
            ("linked", &["none", "by key", "by pin"]),
            ("pinned now", &["no", "yes"]),
            (
                "status",
                &[
                    "same",
                    "changed",
                    "empty before",
                    "empty after",
                    "not written",
                ],
            ),
        ],
    );
    for row in table {
        let outcomes = ["told", "events off", "attributes off"].map(|column| row.cell(column));
        let contacts = row.cell("happens") == "Contact merged into another";
        if contacts && row.cell("status") != "same" {
            assert_eq!(outcomes, ["impossible"; 3], "{}", row.line());
            continue;
        }
        let world = world(&row);
        let settings = ["", "events off", "attributes off"];
        let found = settings.map(|setting| told(&format!("{world}; {setting}")));
        assert_eq!(found, outcomes, "{}", row.line());
    }
}

const CHANGED: &str = "intercom user ada@acme.io STATUS=Open ID=00Q1 OBJECT_TYPE=Lead
    lead 00Q1 ada@acme.io status=Won";
const LINK: &str = "link c1 00Q1 key STATUS=Open/Open ID=00Q1/00Q1 OBJECT_TYPE=Lead/Lead";

#[test]
fn a3_an_event_is_booked_with_the_write_that_shows_the_change() {
    assert_snapshot!(planned(&format!("{CHANGED}; {LINK}")), @"
    Lead
    A1 c1: write STATUS=Open>Won; book 00Q1 by Key STATUS=Won ID=00Q1 OBJECT_TYPE=Lead, tell c1 Status Open>Won of 00Q1 at 1000000
    ");
}

#[test]
fn a3_what_the_contact_shows_already_is_told_with_the_booking() {
    let world = CHANGED.replace("STATUS=Open", "STATUS=Won");
    assert_snapshot!(planned(&format!("{world}; {LINK}")), @"
    Lead
    M2 c1: book 00Q1 by Key STATUS=Won ID=00Q1 OBJECT_TYPE=Lead, tell c1 Status Open>Won of 00Q1 at 1000000
    ");
}

#[test]
fn a3_nothing_is_told_while_the_write_waits() {
    assert_snapshot!(planned(&format!("pause intercom; {CHANGED}; {LINK}")), @"
    Lead
    note S2: writing to Intercom is paused; c1 waits
    ");
    assert_snapshot!(planned(&format!("parked c1; {CHANGED}; {LINK}")), @"
    Lead
    note E2: these values were refused for c1 before; they wait for a change
    ");
}

#[test]
fn a3_each_contact_of_a_person_is_told_of() {
    let world = format!(
        "{CHANGED}; {LINK}; intercom lead ada@acme.io
         link c2 00Q1 key STATUS=Open/Open ID=00Q1/00Q1 OBJECT_TYPE=Lead/Lead"
    );
    let made = plan(&facts(&world));
    let told: Vec<String> = bookings(&made)
        .flat_map(|it| &it.announce)
        .map(print_event)
        .collect();
    assert_eq!(
        told,
        [
            "c1 Status Open>Won of 00Q1 at 1000000",
            "c2 Status Open>Won of 00Q1 at 1000000"
        ]
    );
}

#[test]
fn a3_two_changes_of_a_contact_are_never_dated_alike() {
    let at = |announced: &str, since_now: Duration| {
        let mut facts = facts(&format!("{CHANGED}; {LINK} {announced}"));
        facts.observed_at = NOW.plus(since_now);
        let made = plan(&facts);
        let booking = bookings(&made).next().unwrap();
        assert_eq!(booking.announced, Some(booking.announce[0].at));
        booking.announce[0].at
    };
    let second = Timestamp::from_seconds;
    let now = Duration::ZERO;
    assert_eq!(at("", now), second(1_000_000));
    assert_eq!(at("", Duration::from_millis(999)), second(1_000_000));
    assert_eq!(at("announced=999999", now), second(1_000_000));
    assert_eq!(at("announced=1000000", now), second(1_000_001));
    assert_eq!(
        at("announced=1000000", Duration::from_millis(900)),
        second(1_000_001)
    );
    // Three changes within a second: the third follows the second.
    assert_eq!(at("announced=1000001", now), second(1_000_002));
}

#[test]
fn a3_the_date_of_the_last_event_stays_booked_when_nothing_is_told() {
    let world = CHANGED.replace("status=Won", "status=Open title=Rep");
    let made = plan(&facts(&format!("{world}; {LINK} announced=999000")));
    let booking = bookings(&made).next().unwrap();
    assert_eq!(booking.announce, []);
    assert_eq!(booking.announced, Some(Timestamp::from_seconds(999_000)));
}

#[test]
fn a3_names_are_what_admins_see_in_intercom() {
    assert_eq!(Event::ObjectType.name(), "SALESFORCE_CHANGE_OBJECT_TYPE");
    assert_eq!(Event::Status.name(), "SALESFORCE_CHANGE_STATUS");
}

#[test]
fn a3_m7_a_contact_whose_email_moves_it_to_another_person_is_linked_anew() {
    let moved = "intercom user ada@acme.io OBJECT_TYPE=Lead; lead 00Q1 byron@acme.io status=Open
        contact 0031 ada@acme.io; link c1 00Q1 key STATUS=Open/Open OBJECT_TYPE=Lead/Lead";
    let made = plan(&facts(moved));
    assert_eq!(bookings(&made).next().unwrap().announce, []);
    // Beside a Lead of the same person the contact wins, and that is told (M3).
    let beside = moved.replace("byron@", "ada@");
    let made = plan(&facts(&beside));
    let told = &bookings(&made).next().unwrap().announce;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].event, Event::ObjectType);
}
