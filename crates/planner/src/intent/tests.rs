//! What it means to find, or not to find, what a lost request may have created.

use super::*;

/// The request of these tests was sent at second 10,000 and its sending ended at 10,030.
const SENT: i64 = 10_000;
const QUIET_UNTIL: i64 = 10_030 + 12 * 60;

/// A look at second `now`. A row reads `00Q1 ours|other KEY LAST_NAME COMPANY at=SECOND`, with
/// `deleted` or `converted` behind it.
fn looked(now: i64, rows: &[&str]) -> String {
    let request = Request {
        key: MatchKey::from_email("ada@acme.io").unwrap(),
        sent_at: Timestamp::from_seconds(SENT),
        quiet_until: Timestamp::from_seconds(QUIET_UNTIL),
        last_name: "Byron".to_owned(),
        company: Some("Acme".to_owned()),
    };
    let rows: Vec<Found> = rows.iter().map(|row| found(row)).collect();
    match look(&request, &rows, Timestamp::from_seconds(now)) {
        Look::Exists(ids) => {
            let ids: Vec<String> = ids
                .iter()
                .map(|id| crate::world::short(id.as_str()))
                .collect();
            format!("exists {}", ids.join(" "))
        }
        Look::NotYet { look_at } => format!("look at {}", look_at.as_seconds()),
        Look::Nothing => "nothing".to_owned(),
    }
}

fn found(row: &str) -> Found {
    let mut statement = crate::world::statements(row).remove(0);
    let text = |word: String| (word != "-").then_some(word);
    let found = Found {
        id: crate::world::expanded(&statement.must()).parse().unwrap(),
        created_by_us: statement.must() == "ours",
        key: text(statement.must()).and_then(|email| MatchKey::from_email(&email)),
        last_name: text(statement.must()),
        company: text(statement.must()),
        created_at: Timestamp::from_seconds(statement.value("at").unwrap().parse().unwrap()),
        deleted: statement.flag("deleted"),
        converted: statement.flag("converted"),
    };
    statement.end();
    found
}

#[test]
fn l6_not_found_is_final_only_when_the_quiet_time_is_over() {
    assert_eq!(QUIET, Duration::from_mins(12));
    assert_eq!(
        looked(QUIET_UNTIL - 1, &[]),
        format!("look at {QUIET_UNTIL}")
    );
    assert_eq!(looked(QUIET_UNTIL, &[]), "nothing");
    assert_eq!(looked(QUIET_UNTIL + 1, &[]), "nothing");
}

#[test]
fn l6_looks_come_at_longer_and_longer_pauses() {
    let next = |after: i64| {
        let at = next_look(
            Timestamp::from_seconds(SENT),
            Timestamp::from_seconds(SENT + after),
        );
        at.as_seconds() - SENT
    };
    #[rustfmt::skip]
    let table = [
        (-5, 2), (0, 2), (1, 2), (2, 10), (9, 10), (10, 30), (29, 30), (30, 90), (89, 90),
        (90, 210), (209, 210), (210, 330), (1000, 1120),
    ];
    for (after, expected) in table {
        assert_eq!(next(after), expected, "after {after} s");
    }
    // The last look is no later than the moment at which nothing is final.
    assert_eq!(looked(SENT + 209, &[]), format!("look at {}", SENT + 210));
    assert_eq!(
        looked(QUIET_UNTIL - 60, &[]),
        format!("look at {QUIET_UNTIL}")
    );
}

#[test]
fn l6_what_counts_at_once_what_later_and_what_never() {
    const NEVER: (&str, &str) = ("look at 10002", "nothing");
    const AT_ONCE: (&str, &str) = ("exists 00Q1", "exists 00Q1");
    const LATER: (&str, &str) = ("look at 10002", "exists 00Q1");
    #[rustfmt::skip]
    let table = [
        // A row that is a match counts, whoever created it and whenever.
        ("00Q1 other ada@acme.io King Else at=1", AT_ONCE),
        ("00Q1 ours ada@acme.io King Else at=1", AT_ONCE),
        ("00Q1 other ada@acme.io King Else at=1 deleted", NEVER),
        ("00Q1 other ada@acme.io King Else at=1 converted", NEVER),
        ("00Q1 other other@acme.io Byron Acme at=10005", NEVER),
        // What we created in the window counts even when it was deleted or converted since.
        ("00Q1 ours ada@acme.io Byron Acme at=10005", AT_ONCE),
        ("00Q1 ours ada@acme.io King Else at=10005 deleted", AT_ONCE),
        ("00Q1 ours ada@acme.io King Else at=10005 converted", AT_ONCE),
        // The window begins 2 minutes before sending and ends 15 minutes after.
        ("00Q1 ours ada@acme.io Byron Acme at=9880 deleted", AT_ONCE),
        ("00Q1 ours ada@acme.io Byron Acme at=9879 deleted", NEVER),
        ("00Q1 ours ada@acme.io Byron Acme at=10900 deleted", AT_ONCE),
        ("00Q1 ours ada@acme.io Byron Acme at=10901 deleted", NEVER),
        // With another email it counts by last name and company, when nobody else can claim it.
        ("00Q1 ours countess@acme.io Byron Acme at=10005", LATER),
        ("00Q1 ours - Byron Acme at=10005 deleted", LATER),
        ("00Q1 ours countess@acme.io Byron Acme at=9879", NEVER),
        ("00Q1 ours countess@acme.io King Acme at=10005", NEVER),
        ("00Q1 ours countess@acme.io - Acme at=10005", NEVER),
        ("00Q1 ours countess@acme.io Byron Else at=10005", NEVER),
        ("00Q1 ours countess@acme.io Byron - at=10005", NEVER),
    ];
    for (row, (early, late)) in table {
        assert_eq!(looked(SENT, &[row]), early, "{row}");
        assert_eq!(looked(QUIET_UNTIL, &[row]), late, "{row}");
    }
}

#[test]
fn l6_the_best_fit_stands_first() {
    let rows = [
        "00Q5 ours countess@acme.io Byron Acme at=10005",
        "00Q4 ours ada@acme.io Byron Acme at=10005 deleted",
        "00Q2 other ada@acme.io Byron Acme at=20",
        "0033 other ada@acme.io Byron Acme at=10",
        "00Q6 ours ada@acme.io Byron Acme at=10006",
        "00Q1 ours ada@acme.io Byron Acme at=10006",
    ];
    let expected = "exists 00Q1 00Q6 0033 00Q2 00Q4 00Q5";
    assert_eq!(looked(SENT, &rows), expected);
    let mut backwards = rows;
    backwards.reverse();
    assert_eq!(looked(SENT, &backwards), expected);
}
