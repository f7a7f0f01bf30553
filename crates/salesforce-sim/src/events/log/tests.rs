use super::*;
use crate::events::tests::event;

fn at(second: i64) -> Timestamp {
    Timestamp::from_seconds(1_800_000_000 + second)
}

/// A log with an event in each of the first seconds.
fn log(events: i64) -> Log {
    let mut log = Log::behind(None);
    for second in 0..events {
        log.push(Arc::new(event()), at(second));
    }
    log
}

fn replays(log: &Log, after: ReplayId) -> Vec<ReplayId> {
    log.after(after).map(|entry| entry.replay).collect()
}

#[test]
fn ids_grow_and_have_holes() {
    let log = log(100);
    let ids = replays(&log, log.start());
    assert_eq!(ids.len(), 100);
    assert!(ids.is_sorted_by(|left, right| left < right));
    assert!(
        ids.windows(2)
            .any(|pair| pair[1].number() - pair[0].number() > 1)
    );
    assert_eq!(ids.last(), Some(&log.head()));
}

#[test]
fn an_id_reads_back_as_eight_bytes_with_the_highest_first() {
    let id = ReplayId::from_number(18_098_167);
    assert_eq!(id.to_bytes(), [0, 0, 0, 0, 1, 20, 39, 247]);
    assert_eq!(ReplayId::from_bytes(&id.to_bytes()), Some(id));
    assert_eq!(ReplayId::from_bytes(&[1, 20, 39, 247]), None);
}

#[test]
fn what_comes_behind_an_id_leaves_it_out() {
    let log = log(5);
    let ids = replays(&log, log.start());
    assert_eq!(replays(&log, ids[1]), ids[2..]);
    assert_eq!(replays(&log, log.head()), []);
}

#[test]
fn an_id_that_grew_too_old_cannot_be_resumed_from() {
    let mut log = log(5);
    let ids = replays(&log, log.start());
    log.trim(at(3 + 60), Duration::from_mins(1), 100);
    assert!(!log.knows(ids[2]));
    assert!(log.knows(ids[3]));
    assert_eq!(replays(&log, log.start()), ids[3..]);
}

#[test]
fn a_full_log_forgets_as_if_by_age() {
    let mut log = log(5);
    let ids = replays(&log, log.start());
    log.trim(at(5), Duration::from_hours(72), 2);
    assert!(!log.knows(ids[2]));
    assert_eq!(replays(&log, log.start()), ids[3..]);
}

#[test]
fn an_id_from_another_life_is_no_place_here() {
    let log = log(2);
    assert!(!log.knows(ReplayId::from_number(log.head().number() + 1)));
    assert!(!log.knows(ReplayId::from_number(3)));
}

#[test]
fn a_mark_outlives_the_events_before_it() {
    let mut log = log(2);
    let last = log.head();
    let mark = log.mark(at(100));
    log.trim(at(120), Duration::from_mins(1), 100);
    assert!(!log.knows(last));
    assert!(log.knows(mark));
    log.trim(at(161), Duration::from_mins(1), 100);
    assert!(!log.knows(mark));
    assert!(log.knows(log.head()));
}

#[test]
fn marks_replace_each_other() {
    let mut log = log(1);
    let first = log.mark(at(100));
    let second = log.mark(at(200));
    assert!(first < second);
    assert!(log.knows(first));
    assert_eq!(log.entries().count(), 2);
}

#[test]
fn who_reads_from_the_start_misses_nothing_that_is_left() {
    let mut log = log(3);
    let ids = replays(&log, log.start());
    log.expire(ids[0]);
    assert!(log.reaches(log.start()));
    assert!(!log.reaches(ReplayId::from_number(ids[0].number() - 1)));
    assert_eq!(replays(&log, log.start()), ids[1..]);
}

#[test]
fn expiring_an_id_takes_everything_up_to_it() {
    let mut log = log(5);
    let ids = replays(&log, log.start());
    log.expire(ids[2]);
    assert!(!log.knows(ids[2]));
    assert!(log.knows(ids[3]));
    log.expire(log.head());
    assert!(!log.knows(ids[4]));
    assert!(log.knows(log.head()));
    assert_eq!(log.entries().count(), 0);
}

#[test]
fn a_log_that_goes_on_knows_none_of_the_old_ids() {
    let old = log(3);
    let log = Log::behind(Some(old.head()));
    assert!(!log.knows(old.head()));
    assert!(log.head() > old.head());
}
