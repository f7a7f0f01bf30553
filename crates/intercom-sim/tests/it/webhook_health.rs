//! What a receiver's answers do to its subscription, by a clock that is moved by hand.

use http::StatusCode;
use intercom_sim::{AppKind, DeliveryFilter, DropReason, Effect, Fate, Options, Outcome, Standing};
use serde_json::json;

use crate::town::{NOON, Town, options};

const FAILED: Outcome = Outcome::Answered(StatusCode::INTERNAL_SERVER_ERROR);
const TAKEN: Outcome = Outcome::Answered(StatusCode::OK);
const PATIENCE: Outcome = Outcome::Answered(StatusCode::TOO_MANY_REQUESTS);
const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;

impl Town {
    fn tell(&self, times: usize) {
        for _ in 0..times {
            self.sim.send_webhook("company.updated", json!({}));
        }
    }

    /// Gives each delivery that is due this outcome, and says how many there were.
    fn answer(&self, outcome: Outcome) -> usize {
        let sequences = self.taken();
        for sequence in &sequences {
            self.sim.delivered(*sequence, outcome);
        }
        sequences.len()
    }

    /// The deliveries that are due, on their way from now on.
    fn taken(&self) -> Vec<u64> {
        let effects = self.sim.take_effects();
        let sequence = |effect: &Effect| match effect {
            Effect::Webhook(delivery) => Some(delivery.sequence),
            Effect::IndexRefreshed(_) => None,
        };
        effects.iter().filter_map(sequence).collect()
    }

    fn dropped(&self, reason: DropReason) -> u64 {
        let counts = self.sim.subscription().counts;
        counts.dropped.get(&reason).copied().unwrap_or_default()
    }

    fn standing(&self) -> Standing {
        self.sim.subscription().standing
    }

    /// The seconds until something is due.
    fn seconds_to_next(&self, since: i64) -> Option<i64> {
        self.sim.next_due().map(|due| due.as_seconds() - since)
    }
}

#[test]
fn more_than_a_thousand_errors_in_a_row_pause_deliveries_for_fifteen_minutes() {
    let town = Town::new();
    town.tell(1_000);
    assert_eq!(town.answer(FAILED), 1_000);
    assert_eq!(town.sim.subscription().paused_until, None);
    town.tell(1);
    assert_eq!(town.answer(FAILED), 1);
    let until = town.sim.subscription().paused_until.unwrap();
    assert_eq!(until.as_seconds(), NOON + 15 * 60);

    town.wait(15 * MINUTE - 1);
    town.tell(3);
    assert_eq!(town.answer(TAKEN), 0);
    assert_eq!(
        town.dropped(DropReason::Paused),
        1_004,
        "the repetitions, and what happened meanwhile"
    );
    town.wait(1);
    town.tell(2);
    assert_eq!(town.answer(TAKEN), 2, "it resumes by itself");
    assert_eq!(town.standing(), Standing::Live);
}

#[test]
fn errors_that_are_far_apart_or_not_in_a_row_pause_nothing() {
    let town = Town::new();
    town.tell(600);
    town.answer(FAILED);
    town.wait(15 * MINUTE + 1);
    town.tell(300);
    assert_eq!(town.answer(FAILED), 900, "with the repetitions");
    assert_eq!(town.sim.subscription().paused_until, None);

    let town = Town::new();
    town.tell(1_000);
    town.answer(FAILED);
    town.tell(1);
    town.answer(TAKEN);
    town.wait(MINUTE);
    assert_eq!(town.answer(FAILED), 1_000);
    assert_eq!(town.sim.subscription().paused_until, None);
    assert_eq!(town.dropped(DropReason::Failed), 1_000);
}

#[test]
fn a_week_of_errors_suspends_a_private_app_until_it_is_set_live() {
    let town = Town::new();
    town.tell(1);
    town.answer(FAILED);
    town.wait(7 * 24 * HOUR);
    assert_eq!(town.answer(FAILED), 1, "a week is not more than a week");
    assert_eq!(town.standing(), Standing::Live);
    town.wait(1);
    town.tell(2);
    let on_their_way = town.taken();
    town.tell(1);
    town.sim.delivered(on_their_way[0], FAILED);
    assert_eq!(town.standing(), Standing::Suspended);
    town.sim.delivered(on_their_way[1], TAKEN);
    town.tell(1);
    assert_eq!(town.answer(TAKEN), 0);
    assert_eq!(
        town.dropped(DropReason::Suspended),
        3,
        "the repetition, what waited, and what happens later"
    );
    town.sim.set_webhooks_live();
    town.tell(1);
    assert_eq!(town.answer(TAKEN), 1);
}

#[test]
fn a_public_app_is_never_suspended() {
    let town = Town::with(Options {
        app_kind: AppKind::Public,
        ..options()
    });
    for _ in 0..30 {
        town.tell(1);
        town.answer(FAILED);
        town.wait(24 * HOUR);
    }
    assert_eq!(town.standing(), Standing::Live);
}

#[test]
fn each_429_doubles_the_wait_up_to_two_hours_and_a_success_ends_it() {
    let town = Town::new();
    let mut now = NOON;
    for minutes in [1, 2, 4, 8, 16, 32, 64, 120, 120] {
        town.tell(1);
        assert!(town.answer(PATIENCE) > 0);
        let until = town.sim.subscription().held_until.unwrap();
        assert_eq!(until.as_seconds() - now, minutes * 60);
        town.wait(minutes.unsigned_abs() * MINUTE - 1);
        assert_eq!(town.answer(TAKEN), 0, "nothing leaves in {minutes} min");
        town.wait(1);
        now += minutes * 60;
    }
    town.tell(1);
    assert!(town.answer(TAKEN) > 0);
    assert_eq!(town.sim.subscription().held_until, None);
    town.tell(1);
    town.answer(PATIENCE);
    assert_eq!(town.seconds_to_next(now), Some(60), "from the beginning");
}

#[test]
fn what_was_held_back_for_more_than_two_hours_is_dropped() {
    let town = Town::new();
    town.tell(1);
    for minutes in [1, 2, 4, 8, 16, 32] {
        assert_eq!(town.answer(PATIENCE), 1, "the same again");
        town.wait(minutes * MINUTE);
    }
    town.tell(1);
    assert_eq!(town.answer(PATIENCE), 2);
    town.wait(64 * MINUTE);
    assert_eq!(town.answer(TAKEN), 1, "the younger one");
    assert_eq!(town.dropped(DropReason::HeldBackTooLong), 1);
    let told = town.sim.deliveries(&DeliveryFilter {
        fate: Some(Fate::Delivered),
        ..DeliveryFilter::default()
    });
    assert_eq!(told[0].sequence, 2);
    assert_eq!(told[0].attempt, 1, "waiting is no attempt");
}

#[test]
fn deliveries_that_met_429_together_wait_once() {
    let town = Town::new();
    town.tell(50);
    assert_eq!(town.answer(PATIENCE), 50);
    assert_eq!(town.seconds_to_next(NOON), Some(60));
    town.wait(MINUTE);
    assert_eq!(town.answer(TAKEN), 50);
}

#[test]
fn a_success_that_was_on_its_way_does_not_end_the_wait() {
    let town = Town::new();
    town.tell(2);
    let on_their_way = town.taken();
    town.sim.delivered(on_their_way[0], PATIENCE);
    town.sim.delivered(on_their_way[1], TAKEN);
    town.tell(1);
    assert_eq!(town.answer(TAKEN), 0);
    assert_eq!(town.seconds_to_next(NOON), Some(60));
}

#[test]
fn gone_drops_what_waits_at_once() {
    let town = Town::new();
    town.tell(3);
    let on_their_way = town.taken();
    town.tell(4);
    town.sim
        .delivered(on_their_way[0], Outcome::Answered(StatusCode::GONE));
    assert_eq!(town.standing(), Standing::Disabled);
    assert_eq!(town.sim.subscription().waiting, 0);
    town.sim.delivered(on_their_way[1], Outcome::Unanswered);
    town.sim.delivered(on_their_way[2], TAKEN);
    town.wait(MINUTE);
    assert_eq!(town.answer(TAKEN), 0);
    assert_eq!(town.dropped(DropReason::Disabled), 6);
    town.sim.set_webhooks_live();
    town.tell(1);
    assert_eq!(town.answer(TAKEN), 1);
}
