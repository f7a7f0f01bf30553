//! The connector dies, and nothing is lost, doubled or left behind (I3): the real binary between two
//! clouds in processes of their own, killed at seeded moments and right after commits of its store,
//! while people edit contacts and records. In the end both clouds hold the same, byte for byte, as
//! after a run that nobody killed.
//!
//! A few moments are tried with every test run, all of them with `CARRICK_CRASHES=full`. The seed is
//! printed, and `CARRICK_SEED` chooses another:
//!
//! ```sh
//! CARRICK_CRASHES=full CARRICK_SEED=7 cargo test -p carrick --test it crash:: -- --nocapture
//! ```

mod edit;
mod run;
mod world;

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use model::{Entropy, SeededEntropy};

use edit::Edit;
use run::{Moment, Outcome, Pace, Run};
use world::{Dump, Saved};

/// Worlds that are worked on at once. Most of a run is waiting for Salesforce's bulk jobs.
const AT_ONCE: u64 = 3;

/// Leads, and as many contacts, of the world in which moments are tried.
const PEOPLE: u32 = 200;

/// About what a sync of that world needs: calls to read both sides, calls to write, and time.
const READING_CALLS: u32 = 26;
const WALKING_CALLS: u32 = 290;
const MILLIS: u32 = 2_200;

/// An edit at every so many calls: the last ones are made while persons are written.
const MEANWHILE: Pace = Pace::EveryCalls(5);

/// Deaths in one world, so that what one left behind is met by the next.
const DEATHS_PER_WORLD: u64 = 5;

/// Leads, and as many contacts, of the world in which every commit is tried.
const FEW_PEOPLE: u32 = 30;

/// A sync of that world with more commits than these is not what this test was written for.
const COMMITS_MAX: u64 = 400;

/// A sync is still reading after these.
const READING_COMMITS: u64 = 18;

/// How much is tried.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Extent {
    Quick,
    Full,
}

impl Extent {
    fn asked() -> Self {
        match std::env::var("CARRICK_CRASHES").as_deref() {
            Ok("full") => Self::Full,
            Ok(other) => panic!("CARRICK_CRASHES is full or unset, not {other}"),
            Err(_) => Self::Quick,
        }
    }
}

fn seed() -> u64 {
    let seed = std::env::var("CARRICK_SEED").map_or(1, |seed| seed.parse().unwrap());
    println!("CARRICK_SEED={seed}");
    seed
}

/// A world, the edits that people make in it, and what both clouds hold after all of them and a sync
/// that nobody killed.
struct Story {
    seed: u64,
    saved: Saved,
    edits: Vec<Edit>,
    expected: Dump,
}

impl Story {
    fn new(seed: u64, people: u32, edits_of_each_kind: usize, pace: Pace) -> Self {
        let saved = Saved::new(seed, people);
        let edits = edit::chosen(seed, edits_of_each_kind, &saved);
        let mut run = Run::new(&saved, &edits, pace);
        let summary = run.finish();
        let written = summary["intercom_writes"].as_u64().unwrap();
        assert!(written > u64::from(people), "too little to lose: {summary}");
        run.edit_all();
        run.finish();
        let expected = run.settled();
        Self {
            seed,
            saved,
            edits,
            expected,
        }
    }

    /// Both clouds hold what they should, and the connector knows it.
    fn check(&self, run: &mut Run, what: &str) {
        let seed = self.seed;
        let found = run.settled();
        found.assert_is(&self.expected, &format!("CARRICK_SEED={seed}, {what}"));
    }
}

/// Runs `work` on as many threads as there are worlds at once; a panic in one of them is the test's.
fn at_once(work: impl Fn() + Sync) {
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(&work);
        }
    });
}

#[test]
fn i3_a_sync_killed_at_any_moment_ends_like_one_that_was_not() {
    let seed = seed();
    let wanted = match Extent::asked() {
        Extent::Quick => 6,
        Extent::Full => 50,
    };
    let story = Story::new(seed, PEOPLE, 4, MEANWHILE);
    let deaths = Deaths::wanted(wanted);
    let worlds = AtomicU64::new(0);
    at_once(|| {
        while deaths.are_wanted() {
            let world = worlds.fetch_add(1, Ordering::Relaxed);
            killed_again_and_again(&story, world, &deaths);
        }
    });
    let by_phase = deaths.by_phase.into_inner().unwrap();
    println!("killed: {by_phase:?}");
    let killed: u64 = by_phase.values().sum();
    assert!(killed >= wanted);
    for phase in ["reading", "reconciling"] {
        let share = by_phase.get(phase).copied().unwrap_or_default();
        assert!(share * 8 >= killed, "too few in {phase}: {by_phase:?}");
    }
}

/// How often the connector was killed, in all worlds together.
struct Deaths {
    wanted: u64,
    by_phase: Mutex<BTreeMap<String, u64>>,
}

impl Deaths {
    fn wanted(wanted: u64) -> Self {
        let by_phase = Mutex::default();
        Self { wanted, by_phase }
    }

    fn are_wanted(&self) -> bool {
        self.by_phase.lock().unwrap().values().sum::<u64>() < self.wanted
    }

    fn count(&self, phase: &str) {
        let mut by_phase = self.by_phase.lock().unwrap();
        *by_phase.entry(phase.to_owned()).or_default() += 1;
    }
}

/// Two syncs in one world: the second one is the one that sees the last edits, and is killed as well.
fn killed_again_and_again(story: &Story, world: u64, deaths: &Deaths) {
    let mut entropy = SeededEntropy::new(story.seed, &format!("deaths in world {world}"));
    let mut run = Run::new(&story.saved, &story.edits, MEANWHILE);
    let mut starts = vec![format!("world {world}")];
    let (mut died, mut ended) = (0_u64, 0);
    while ended < 2 {
        let moment = if died < DEATHS_PER_WORLD && deaths.are_wanted() {
            drawn(&mut entropy)
        } else {
            Moment::Never
        };
        match run.start(moment) {
            Outcome::Died(phase) => {
                starts.push(format!("{moment:?} in {phase}"));
                deaths.count(&phase);
                died += 1;
                run.edit_next();
            }
            Outcome::Ended(_) => {
                starts.push(format!("ended before {moment:?}"));
                ended += 1;
                run.edit_all();
            }
        }
    }
    let starts = starts.join(", ");
    println!("{starts}");
    story.check(&mut run, &starts);
}

/// A moment anywhere: while both sides are read, while rows are put in their places (no call tells
/// of that), while persons are written.
fn drawn(entropy: &mut SeededEntropy) -> Moment {
    let within = |entropy: &mut SeededEntropy, most: u32| u64::from(1 + entropy.below(most));
    match entropy.below(5) {
        0 => Moment::Calls(within(entropy, READING_CALLS)),
        1 => Moment::Millis(within(entropy, MILLIS)),
        _ => Moment::Calls(u64::from(READING_CALLS) + within(entropy, WALKING_CALLS)),
    }
}

#[test]
fn i3_a_sync_that_dies_right_after_a_commit_goes_on_from_it() {
    let seed = seed();
    let (step, most) = match Extent::asked() {
        Extent::Quick => (4, 10),
        Extent::Full => (1, COMMITS_MAX),
    };
    let story = Story::new(seed, FEW_PEOPLE, 1, Pace::WhenTold);
    let (next, commits) = (AtomicU64::new(0), AtomicU64::new(u64::MAX));
    at_once(|| {
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let after = 1 + number * step;
            if number >= most || after >= commits.load(Ordering::Relaxed) {
                return;
            }
            let mut run = Run::new(&story.saved, &story.edits, Pace::WhenTold);
            match run.start(Moment::Commits(after)) {
                Outcome::Ended(_) => {
                    commits.fetch_min(after, Ordering::Relaxed);
                }
                Outcome::Died(phase) => {
                    // The worst moment for all edits: nobody looks, and the store knows one side.
                    run.edit_all();
                    run.finish();
                    run.finish();
                    story.check(&mut run, &format!("dead after {after} commits, in {phase}"));
                }
            }
        }
    });
    let (tried, commits) = (next.into_inner(), commits.into_inner());
    println!("a sync of {FEW_PEOPLE} leads and contacts ends within {commits} commits");
    match Extent::asked() {
        Extent::Quick => assert!(tried >= most.min(commits / step)),
        Extent::Full => assert!(commits < COMMITS_MAX, "not every commit was tried"),
    }
}

/// Deaths heaped on one store, so that what many starts left unfinished is in the way of the next.
/// Reading begins anew with each start; the walk goes on, however short their lives are.
#[test]
fn i3_starts_that_die_one_after_another_come_to_the_same_end() {
    let seed = seed();
    let step = match Extent::asked() {
        Extent::Quick => 4,
        Extent::Full => 1,
    };
    let story = Story::new(seed, FEW_PEOPLE, 1, MEANWHILE);
    let mut run = Run::new(&story.saved, &story.edits, MEANWHILE);
    let reading = (1..=READING_COMMITS).step_by(step).map(Moment::Commits);
    let walking = [1, 2, 3, 5, 8, 13].map(Moment::Commits);
    let moments: Vec<_> = reading
        .chain([Moment::Told("reconciling")])
        .chain(walking)
        .collect();
    let mut died = Vec::new();
    for moment in moments {
        match run.start(moment) {
            Outcome::Died(phase) => died.push(format!("{moment:?} in {phase}")),
            Outcome::Ended(_) => break,
        }
        run.edit_next();
    }
    println!("one start after another: {}", died.join(", "));
    assert!(died.len() > 5, "too few to be in the way: {died:?}");
    run.finish();
    run.edit_all();
    run.finish();
    story.check(&mut run, "starts that died one after another");
}
