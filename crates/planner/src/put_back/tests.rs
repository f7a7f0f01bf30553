//! What is put back, how often, and when Carrick stops.

use insta::assert_snapshot;

use super::*;
use crate::planned::{bookings, executed, planned};
use crate::world::{NOW, facts};
use crate::{GivenUp, plan};

/// Contact c1 is in step with Lead 00Q1 but for what `shown` says, and `put_backs` is booked.
fn world(shown: &str, put_backs: &str) -> String {
    format!(
        "maintain; installer 1 Ada; teammate 7 Bob email=bob@org.io; teammate 9 Eve
         owner 0051 'Bob' email=bob@org.io; unusable OWNER_ID; unusable OWNER_NAME
         unusable OWNER_EMAIL; lead 00Q1 ada@acme.io status=Open title=Rep owner=0051
         intercom user ada@acme.io ID=00Q1 OBJECT_TYPE=Lead {shown}
         link c1 00Q1 key STATUS=Open/Open TITLE=Rep/Rep ID=00Q1/00Q1 OBJECT_TYPE=Lead/Lead \
         owner=7/7 {put_backs}"
    )
}

const STATUS_EDITED: &str = "STATUS=Lost TITLE=Rep owner=7";
const OWNER_EDITED: &str = "STATUS=Open TITLE=Rep owner=9";

/// Put-backs of a field, one for each of these seconds before now.
fn ago(field: &str, seconds: &[i64]) -> String {
    let at = |ago: &i64| (NOW.as_seconds() - ago).to_string();
    let at: Vec<String> = seconds.iter().map(at).collect();
    format!("put-back={field}:{}", at.join(","))
}

#[test]
fn o5_what_is_edited_by_hand_is_put_back_and_counted() {
    assert_snapshot!(planned(&world("STATUS=Open TITLE=Rep owner=7", "")), @"Lead");
    assert_snapshot!(planned(&world(STATUS_EDITED, "")), @"
    Lead
    A1 c1: write STATUS=Lost>Open putting back STATUS; book 00Q1 by Key STATUS=Open TITLE=Rep ID=00Q1 OBJECT_TYPE=Lead owner=7, STATUS put back 1x
    ");
    assert_snapshot!(planned(&world(OWNER_EDITED, "")), @"
    Lead
    O2 c1: write owner=9>7 (O2) putting back owner; book 00Q1 by Key STATUS=Open TITLE=Rep ID=00Q1 OBJECT_TYPE=Lead owner=7, owner put back 1x
    ");
    assert_snapshot!(planned(&world("STATUS=Open TITLE=Rep", "")), @"
    Lead
    O2 c1: write owner=->7 (O2) putting back owner; book 00Q1 by Key STATUS=Open TITLE=Rep ID=00Q1 OBJECT_TYPE=Lead owner=7, owner put back 1x
    ");
}

#[test]
fn o5_attributes_and_owner_are_put_back_in_one_write_and_counted_apart() {
    let both = "STATUS=Lost TITLE=King owner=9";
    assert_snapshot!(planned(&world(both, &ago("STATUS", &[60]))), @"
    Lead
    A1 c1: write STATUS=Lost>Open TITLE=King>Rep owner=9>7 (O2) putting back STATUS TITLE owner; book 00Q1 by Key STATUS=Open TITLE=Rep ID=00Q1 OBJECT_TYPE=Lead owner=7, STATUS put back 2x, TITLE put back 1x, owner put back 1x
    ");
}

#[test]
fn o5_after_five_put_backs_in_an_hour_a_field_is_given_up_and_said() {
    // The same hand edits again and again; whatever is put back is edited a minute later.
    let mut facts = facts(&world(STATUS_EDITED, ""));
    let edited = facts.contacts.clone();
    let mut counted = Vec::new();
    for _ in 0..5 {
        let made = plan(&facts);
        assert_eq!(made.given_up, []);
        let booking = bookings(&made).next().unwrap();
        counted.push(booking.put_backs.0["SALESFORCE_STATUS"].len());
        facts = executed(facts, &made, str::to_owned);
        facts.contacts.clone_from(&edited);
        facts.observed_at = facts.observed_at.plus(Duration::from_mins(1));
    }
    assert_eq!(counted, [1, 2, 3, 4, 5]);
    let made = plan(&facts);
    assert_eq!(made.operations, []);
    let given_up = GivenUp {
        contact: "c1".parse().unwrap(),
        field: "SALESFORCE_STATUS",
    };
    assert_eq!(made.given_up, [given_up]);
    // It stays so, a day later too, and the person is not worked on for ever.
    facts.observed_at = facts.observed_at.plus(Duration::from_hours(24));
    assert_eq!(plan(&facts), made);
}

#[test]
fn o5_a_field_that_is_given_up_is_said_and_its_base_stays() {
    let five = [3000, 2000, 1000, 500, 10];
    assert_snapshot!(planned(&world(STATUS_EDITED, &ago("STATUS", &five))), @"
    Lead
    note O5: SALESFORCE_STATUS of contact c1 was put back 5 times within an hour; something else keeps changing it, so it stays
    ");
    assert_snapshot!(planned(&world(OWNER_EDITED, &ago("owner", &five))), @"
    Lead
    note O5: owner of contact c1 was put back 5 times within an hour; something else keeps changing it, so it stays
    ");
}

#[test]
fn o5_a_field_that_is_given_up_never_reads_as_agreed() {
    let five = [3000, 2000, 1000, 500, 10];
    let given_up = world("STATUS=Lost TITLE=King owner=9", &ago("STATUS", &five));
    let facts = facts(&given_up);
    let made = plan(&facts);
    let left = executed(facts, &made, str::to_owned);
    let pair = &left.links[0].base.0["SALESFORCE_STATUS"];
    assert_eq!(pair.salesforce.as_deref(), Some("Open"));
    assert_eq!(
        pair.intercom.as_deref(),
        Some("Open"),
        "not what somebody else wrote"
    );
}

#[test]
fn o5_other_fields_of_the_contact_are_still_written() {
    let five = [3000, 2000, 1000, 500, 10];
    let edited = "STATUS=Lost TITLE=King owner=9";
    assert_snapshot!(planned(&world(edited, &ago("STATUS", &five))), @"
    Lead
    A1 c1: write TITLE=King>Rep owner=9>7 (O2) putting back TITLE owner; book 00Q1 by Key TITLE=Rep ID=00Q1 OBJECT_TYPE=Lead owner=7, keeping STATUS, STATUS put back 5x, TITLE put back 1x, owner put back 1x
    note O5: SALESFORCE_STATUS of contact c1 was put back 5 times within an hour; something else keeps changing it, so it stays
    ");
    assert_snapshot!(planned(&world(edited, &ago("owner", &five))), @"
    Lead
    A1 c1: write STATUS=Lost>Open TITLE=King>Rep putting back STATUS TITLE; book 00Q1 by Key STATUS=Open TITLE=Rep ID=00Q1 OBJECT_TYPE=Lead, keeping owner, STATUS put back 1x, TITLE put back 1x, owner put back 5x
    note O5: owner of contact c1 was put back 5 times within an hour; something else keeps changing it, so it stays
    ");
}

#[test]
fn o5_a_change_in_salesforce_is_written_and_counts_anew() {
    let five = [3000, 2000, 1000, 500, 10];
    let status = world(STATUS_EDITED, &ago("STATUS", &five)).replace("status=Open", "status=Won");
    assert_snapshot!(planned(&status), @"
    Lead
    A1 c1: write STATUS=Lost>Won; book 00Q1 by Key STATUS=Won TITLE=Rep ID=00Q1 OBJECT_TYPE=Lead owner=7, tell c1 Status Open>Won of 00Q1 at 1000000
    ");
    let owner =
        world(OWNER_EDITED, &ago("owner", &five)).replace("title=Rep owner=0051", "title=Rep");
    assert_snapshot!(planned(&owner), @"
    Lead
    O4 c1: write owner=9>1 (O4); book 00Q1 by Key STATUS=Open TITLE=Rep ID=00Q1 OBJECT_TYPE=Lead owner=1
    ");
    // A change of one field does not begin the other's list anew.
    let other = world(STATUS_EDITED, &ago("STATUS", &five)).replace("title=Rep", "title=King");
    assert_snapshot!(planned(&other), @"
    Lead
    A1 c1: write TITLE=Rep>King; book 00Q1 by Key TITLE=King ID=00Q1 OBJECT_TYPE=Lead owner=7, keeping STATUS, STATUS put back 5x
    note O5: SALESFORCE_STATUS of contact c1 was put back 5 times within an hour; something else keeps changing it, so it stays
    ");
}

#[test]
fn o5_put_backs_of_more_than_an_hour_ago_do_not_count() {
    let counted = |seconds: &[i64]| {
        let made = plan(&facts(&world(STATUS_EDITED, &ago("STATUS", seconds))));
        let booking = bookings(&made).next().unwrap();
        booking.put_backs.0["SALESFORCE_STATUS"].len()
    };
    assert_eq!(counted(&[3601, 3600, 3599, 10]), 3);
    assert_eq!(counted(&[9000, 8000, 7000, 6000]), 1);
}

#[test]
fn o5_the_last_hour_is_told_for_the_card() {
    let put_backs = PutBacks([("owner".to_owned(), [3600, 3599, 5].map(before).to_vec())].into());
    assert_eq!(recent(&put_backs, OWNER, NOW), 2);
    assert_eq!(recent(&put_backs, "SALESFORCE_STATUS", NOW), 0);
}

fn before(seconds: u64) -> Timestamp {
    NOW.minus(Duration::from_secs(seconds))
}

#[test]
fn o5_an_owner_that_was_not_maintained_before_is_set_and_not_put_back() {
    let world = world(OWNER_EDITED, "").replace(" owner=7/7", "");
    assert_snapshot!(planned(&world), @"
    Lead
    O2 c1: write owner=9>7 (O2); book 00Q1 by Key STATUS=Open TITLE=Rep ID=00Q1 OBJECT_TYPE=Lead owner=7
    ");
}

#[test]
fn o5_what_a_new_link_writes_is_no_put_back() {
    // Created from this contact: there is a link and no base yet.
    assert_snapshot!(
        planned(
            "intercom user ada@acme.io TITLE=King; link c1 00Q1 created
             lead 00Q1 ada@acme.io"
        ),
        @"
    Lead
    A1 c1: write TITLE=King>- ID=->00Q1 OBJECT_TYPE=->Lead; book 00Q1 by Created ID=00Q1 OBJECT_TYPE=Lead
    "
    );
}

#[test]
fn o5_what_intercom_does_not_let_go_is_given_up_too() {
    // An attribute that shows the same however often it is cleared.
    let mut facts = facts(&world("STATUS=Open TITLE=Rep OWNER_ROLE=Chief owner=7", ""));
    for _ in 0..5 {
        let made = plan(&facts);
        let before = facts.contacts.clone();
        facts = executed(facts, &made, str::to_owned);
        facts.contacts = before;
    }
    let made = plan(&facts);
    assert_eq!(made.operations, []);
    assert_eq!(made.given_up[0].field, "SALESFORCE_OWNER_ROLE");
}
