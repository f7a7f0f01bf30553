use engine::{Phase, Progress, SweepCounts};
use model::Timestamp;
use serde_json::{Value, json};

use super::lines::Lines;
use super::records::{Records, Summary};
use super::words;

fn progress(phase: Phase, second: i64) -> Progress {
    Progress {
        phase,
        counts: SweepCounts::default(),
        done: 12_400,
        total: Some(1_024_000),
        rate_per_second: 3100.4321,
        seconds_left: Some(326),
        at: Timestamp::from_seconds(second),
    }
}

fn parsed(line: &str) -> Value {
    serde_json::from_str(line).unwrap()
}

#[test]
fn a_pipe_gets_a_line_per_phase_and_then_one_every_five_seconds() {
    let mut lines = Lines::default();
    let mut next = |phase, second| lines.next(&progress(phase, second));
    assert_eq!(next(Phase::Idle, 0), None);
    assert_eq!(
        next(Phase::Reading, 0).as_deref(),
        Some("Reading both sides: 12,400 of 1,024,000, 3100/s, about 5 min left")
    );
    assert_eq!(next(Phase::Reading, 4), None);
    assert!(next(Phase::Reading, 5).is_some());
    assert!(next(Phase::Reconciling, 6).is_some());
    assert_eq!(next(Phase::Done, 20), None);
}

#[test]
fn a_program_gets_one_object_a_second_and_each_change_of_phase() {
    let mut records = Records::default();
    let mut next = |phase, second| records.next(&progress(phase, second));
    let first = next(Phase::Reading, 0).unwrap();
    assert!(!first.contains('\n'));
    assert_eq!(
        parsed(&first),
        json!({
            "phase": "reading",
            "done": 12_400,
            "total": 1_024_000,
            "rate_per_second": 3100.4,
            "seconds_left": 326,
        })
    );
    assert_eq!(next(Phase::Reading, 0), None);
    assert!(next(Phase::Reading, 1).is_some());
    assert!(next(Phase::Reconciling, 1).is_some());
    assert!(next(Phase::Done, 1).is_some());
}

#[test]
fn the_summary_has_the_fields_that_scripts_read() {
    let counts = SweepCounts {
        contacts_read: 1,
        records_read: 2,
        persons: 12,
        linked: 3,
        ambiguous: 4,
        unmatched: 5,
        intercom_writes: 6,
        salesforce_writes: 7,
        intercom_calls: 8,
        salesforce_calls: 9,
        read_ms: 1500,
        reconcile_ms: 250,
        ..SweepCounts::default()
    };
    let summary = Summary::new(&counts, Some(10)).to_json();
    assert!(!summary.contains('\n'));
    assert_eq!(
        parsed(&summary),
        json!({
            "contacts_read": 1,
            "records_read": 2,
            "persons": 12,
            "linked": 3,
            "ambiguous": 4,
            "unmatched": 5,
            "intercom_writes": 6,
            "salesforce_writes": 7,
            "intercom_calls": 8,
            "salesforce_calls": 9,
            "read_seconds": 1.5,
            "reconcile_seconds": 0.25,
            "peak_rss_bytes": 10,
            "failed": 0,
            "unreadable": 0,
        })
    );
}

#[test]
fn numbers_and_times_read_as_people_say_them() {
    assert_eq!(words::grouped(0), "0");
    assert_eq!(words::grouped(999), "999");
    assert_eq!(words::grouped(1000), "1,000");
    assert_eq!(words::grouped(1_234_567), "1,234,567");
    assert_eq!(words::duration(0), "0 s");
    assert_eq!(words::duration(89), "89 s");
    assert_eq!(words::duration(100), "2 min");
    assert_eq!(words::duration(7_500), "2 h 5 min");
}

#[test]
fn the_result_mentions_trouble_only_where_there_was_some() {
    let counts = SweepCounts {
        contacts_read: 24,
        records_read: 1024,
        linked: 11,
        ambiguous: 3,
        unmatched: 10,
        intercom_writes: 11,
        read_ms: 300,
        reconcile_ms: 1800,
        ..SweepCounts::default()
    };
    insta::assert_snapshot!(words::finished(&counts), @"
    Read 24 contacts in Intercom and 1,024 records in Salesforce in 1 s.
    Linked 11, ambiguous 3, without a match 10.
    Changed 11 in Intercom and 0 in Salesforce in 2 s.
    ");
    let troubled = SweepCounts {
        failed: 2,
        unreadable: 1,
        ..counts
    };
    let words = words::finished(&troubled);
    let trouble: Vec<_> = words.lines().skip(3).collect();
    assert_eq!(
        trouble,
        [
            "Not brought together: 2; the settings page says why.",
            "Rows that could not be read: 1."
        ]
    );
}
