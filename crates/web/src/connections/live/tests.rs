use engine::{Overview, Phase, Progress};
use store::{ConnectionState, Side, Sweep, SweepState, Unclear, WaitsFor};

use super::Live;
use crate::connections::ownership::samples::walk;
use crate::page::Reload;
use crate::page::samples::{connected, connection, failure, line, overview, progress, sweep};

fn ready() -> Overview {
    Overview {
        sweep: Some(sweep(SweepState::Done)),
        ..overview(connected("acme", "Acme Ltd"))
    }
}

fn said(overview: &Overview, progress: &Progress) -> String {
    Live::new(overview, progress).answer
}

fn idle(overview: &Overview) -> String {
    said(overview, &progress(Phase::Idle))
}

#[test]
fn s1_a_page_says_first_what_its_visitor_came_for() {
    let seen = Overview {
        latest: vec![line(3, "A1", "written")],
        ..ready()
    };
    assert_eq!(idle(&seen), "Up to date. Last change seen 3 s ago.");
    assert_eq!(idle(&ready()), "Up to date. No change seen yet.");
    assert_eq!(
        idle(&Overview {
            queued: 1,
            ..ready()
        }),
        "Catching up with 1 change."
    );
    assert_eq!(
        idle(&Overview {
            sweep: None,
            ..ready()
        }),
        "Ready for the first sync."
    );
    let unread = Overview {
        last_poll_problem: Some("503".to_owned()),
        ..ready()
    };
    assert_eq!(idle(&unread), "Salesforce could not be read just now.");
}

#[test]
fn i1_a_side_that_is_missing_is_named() {
    let none = overview(connection("acme"));
    assert_eq!(idle(&none), "Connect Intercom and Salesforce to begin.");
    let mut half = overview(connected("acme", "Acme Ltd"));
    half.connection.state = ConnectionState::Incomplete;
    half.connection.profile.salesforce = None;
    assert_eq!(idle(&half), "Connect Salesforce to begin.");
}

#[test]
fn e4_a_refused_credential_comes_before_everything_else() {
    let mut refused = Overview {
        queued: 5,
        ..ready()
    };
    refused.connection.state = ConnectionState::Reconnect {
        side: Side::Salesforce,
        why: "expired".to_owned(),
    };
    assert_eq!(idle(&refused), "Salesforce has to be connected again.");
    let live = Live::new(&refused, &progress(Phase::Idle));
    assert!(live.sync.button.is_none());
    assert_eq!(live.sides[1].refused.as_deref(), Some("expired"));
    assert_eq!(live.sides[0].refused, None);
}

#[test]
fn i3_a_running_sync_says_how_far_it_is_and_how_long_it_takes() {
    let running = |phase, total, seconds_left| {
        let progress = Progress {
            done: 61,
            total,
            seconds_left,
            ..progress(phase)
        };
        said(&ready(), &progress)
    };
    assert_eq!(
        running(Phase::Reconciling, Some(100), Some(200)),
        "Sync: 61 %, about 4 min left."
    );
    assert_eq!(
        running(Phase::Reading, Some(100), None),
        "Sync: reading both sides, 61 %."
    );
    assert_eq!(
        running(Phase::Reading, None, None),
        "Sync: reading both sides."
    );
    assert_eq!(
        running(Phase::Reconciling, None, None),
        "Sync is under way."
    );
}

#[test]
fn i3_the_button_starts_stops_or_goes_on() {
    let label = |state: Option<SweepState>, phase| {
        let overview = Overview {
            sweep: state.map(sweep),
            ..ready()
        };
        let live = Live::new(&overview, &progress(phase));
        live.sync.button.map(|button| (button.label, button.href))
    };
    let start = |label| Some((label, "/connections/acme/sync".to_owned()));
    assert_eq!(label(None, Phase::Idle), start("Start the first sync"));
    assert_eq!(
        label(Some(SweepState::Done), Phase::Done),
        start("Sync everything again")
    );
    assert_eq!(
        label(Some(SweepState::Stopped), Phase::Stopped),
        start("Go on with the sync")
    );
    // The process was ended while a sync ran.
    assert_eq!(
        label(Some(SweepState::Reconciling), Phase::Idle),
        start("Go on with the sync")
    );
    assert_eq!(
        label(Some(SweepState::Reading), Phase::Reading),
        Some(("Stop the sync", "/connections/acme/sync/stop".to_owned()))
    );
}

#[test]
fn e1_only_what_waits_for_somebody_needs_you() {
    let contact = || model::Subject::Contact("5ba682d23d7cf92bef87bfd4".parse().unwrap());
    let failing = |waits_for, cause: &str| Overview {
        failures: vec![failure(cause, waits_for, contact(), "words")],
        failures_by_cause: vec![(cause.to_owned(), 1)],
        ..ready()
    };
    assert_eq!(
        idle(&failing(WaitsFor::Change, "intercom.invalid")),
        "1 thing needs you."
    );
    let waiting = failing(WaitsFor::Time, "intercom.rate-limit");
    assert_eq!(idle(&waiting), "Up to date. No change seen yet.");
    assert_eq!(
        Live::new(&waiting, &progress(Phase::Idle)).failures.len(),
        1
    );
}

#[test]
fn i3_a_sync_that_failed_says_why() {
    let mut failed = Overview {
        sweep: Some(sweep(SweepState::Failed)),
        ..ready()
    };
    if let Some(sweep) = &mut failed.sweep {
        sweep.counts.problem = Some("Half of the contacts are gone.".to_owned());
    }
    assert_eq!(
        idle(&failed),
        "The sync stopped: Half of the contacts are gone."
    );
}

#[test]
fn s1_budgets_say_what_is_used_and_what_is_left() {
    let full = Overview {
        salesforce_usage: Some((7500, 15_000)),
        intercom_headroom: Some((1500, 1666)),
        ..ready()
    };
    let live = Live::new(&full, &progress(Phase::Idle));
    let words: Vec<&str> = live
        .budgets
        .iter()
        .map(|budget| budget.words.as_str())
        .collect();
    assert_eq!(words, ["7,500 of 15,000 used, 50 %", "1,500 of 1,666 left"]);
}

#[test]
fn a_line_of_the_timeline_says_its_rule_once() {
    let seen = Overview {
        latest: vec![line(
            3,
            "A1",
            "A1 set SALESFORCE_TITLE; A12 is another word",
        )],
        ..ready()
    };
    let live = Live::new(&seen, &progress(Phase::Idle));
    let said: Vec<_> = live
        .happened
        .iter()
        .map(|it| (it.rule.as_str(), it.what.as_str()))
        .collect();
    assert_eq!(said, [("A1", "set SALESFORCE_TITLE; A12 is another word")]);
}

#[test]
fn m0_m4_m5_persons_without_a_clear_match_are_counted_by_why() {
    let unclear = Overview {
        unclear: [(Unclear::ManyLeads, 1200), (Unclear::Crowded, 2)].into(),
        ..ready()
    };
    let live = Live::new(&unclear, &progress(Phase::Idle));
    let chips: Vec<_> = live
        .unclear
        .iter()
        .map(|it| (it.label, it.count.as_str(), it.href.as_str()))
        .collect();
    assert_eq!(
        chips,
        [
            (
                "Several Leads",
                "1,200",
                "/connections/acme/people?show=many-leads"
            ),
            (
                "Crowded address",
                "2",
                "/connections/acme/people?show=crowded"
            ),
        ]
    );
    let clear = Live::new(&ready(), &progress(Phase::Idle));
    assert!(clear.unclear.is_empty());
}

#[test]
fn i3_a_walk_over_everybody_says_how_far_it_is_while_it_runs() {
    let words = |state| {
        let walking = Overview {
            rewalk: Some(Sweep { state, ..walk() }),
            ..ready()
        };
        let live = Live::new(&walking, &progress(Phase::Idle));
        assert_eq!(live.walks(), live.reload() == Reload::WhileItMoves);
        live.rewalk.map(|rewalk| rewalk.words)
    };
    assert_eq!(
        words(SweepState::Reconciling).as_deref(),
        Some(
            "Looking at everybody again, since settings or teammates changed: 45 %, 9,100 of \
             20,000 contacts."
        )
    );
    assert_eq!(words(SweepState::Done), None);
}
