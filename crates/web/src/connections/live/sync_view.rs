//! How far a sync is, and the button that starts or stops it.

use engine::{Overview, Phase, Progress};
use store::{ConnectionState, SweepState};

use crate::routes::Route;
use crate::wording::{counted, left, number, percent};

/// The sync of a connection.
pub(crate) struct SyncView {
    pub(crate) bar: Option<Bar>,
    pub(crate) words: String,
    pub(crate) button: Option<SyncButton>,
    running: bool,
}

/// A bar; without a total it only says that something moves.
pub(crate) struct Bar {
    pub(crate) done: u64,
    pub(crate) total: Option<u64>,
}

/// A form of one button.
pub(crate) struct SyncButton {
    pub(crate) label: &'static str,
    pub(crate) href: String,
    /// Whether pressing it is what the visitor should do next.
    pub(crate) is_next: bool,
}

/// Whether a sync is under way.
pub(crate) fn is_running(phase: Phase) -> bool {
    match phase {
        Phase::Reading | Phase::Reconciling => true,
        Phase::Idle | Phase::Done | Phase::Stopped | Phase::Failed => false,
    }
}

impl SyncView {
    pub(crate) fn new(overview: &Overview, progress: &Progress) -> Self {
        let running = is_running(progress.phase);
        Self {
            bar: running.then_some(Bar {
                done: progress.done,
                total: progress.total,
            }),
            words: if running {
                moving(progress)
            } else {
                standing(overview)
            },
            button: button(overview, running),
            running,
        }
    }

    pub(crate) fn is_running(&self) -> bool {
        self.running
    }
}

fn button(overview: &Overview, running: bool) -> Option<SyncButton> {
    let name = &overview.connection.name;
    if running {
        let href = Route::SyncStop(name).to_string();
        return Some(SyncButton {
            label: "Stop the sync",
            href,
            is_next: false,
        });
    }
    match overview.connection.state {
        ConnectionState::Ready => {}
        ConnectionState::Incomplete
        | ConnectionState::Paused
        | ConnectionState::Reconnect { .. }
        | ConnectionState::Uninstalled => return None,
    }
    let (label, is_next) = match overview.sweep.as_ref().map(|sweep| sweep.state) {
        None => ("Start the first sync", true),
        Some(SweepState::Done) => ("Sync everything again", false),
        Some(
            SweepState::Stopped
            | SweepState::Failed
            | SweepState::Reading
            | SweepState::Reconciling,
        ) => ("Go on with the sync", true),
    };
    Some(SyncButton {
        label,
        href: Route::Sync(name).to_string(),
        is_next,
    })
}

/// `Sync: 61 %, about 4 min left.`
pub(super) fn sentence_of(progress: &Progress) -> String {
    let doing = match progress.phase {
        Phase::Reading => "Sync: reading both sides",
        Phase::Reconciling | Phase::Idle | Phase::Done | Phase::Stopped | Phase::Failed => "Sync",
    };
    let share = progress
        .total
        .map(|total| format!("{} %", percent(progress.done, total)));
    let left = progress
        .seconds_left
        .map(|seconds| format!("{} left", left(seconds)));
    let known: Vec<String> = share.into_iter().chain(left).collect();
    match (known.is_empty(), progress.phase) {
        (true, Phase::Reading) => format!("{doing}."),
        (true, _) => format!("{doing} is under way."),
        (false, Phase::Reading) => format!("{doing}, {}.", known.join(", ")),
        (false, _) => format!("{doing}: {}.", known.join(", ")),
    }
}

/// `12,345 of 20,000, 1,234 a second`.
fn moving(progress: &Progress) -> String {
    let noun = match progress.phase {
        Phase::Reading => "rows read",
        Phase::Reconciling | Phase::Idle | Phase::Done | Phase::Stopped | Phase::Failed => {
            "contacts reconciled"
        }
    };
    let of = progress
        .total
        .map(|total| format!(" of {}", number(total)))
        .unwrap_or_default();
    let rate = whole(progress.rate_per_second);
    let rate = if rate == 0 {
        String::new()
    } else {
        format!(", {} a second", number(rate))
    };
    format!("{}{of} {noun}{rate}.", number(progress.done))
}

fn standing(overview: &Overview) -> String {
    let Some(sweep) = &overview.sweep else {
        return "The first sync reads both sides, links every contact to its record by email, and \
                writes the Salesforce attributes. It changes nothing in Salesforce."
            .to_owned();
    };
    let counts = &sweep.counts;
    let seconds = (counts.read_ms.saturating_add(counts.reconcile_ms)).div_ceil(1000);
    let took = if seconds < 120 {
        counted(seconds, "second", "seconds")
    } else {
        counted(seconds.div_ceil(60), "minute", "minutes")
    };
    let read = format!(
        "{} and {} read, {} changed in Intercom, in {took}.",
        counted(counts.contacts_read, "contact", "contacts"),
        counted(counts.records_read, "record", "records"),
        number(counts.intercom_writes),
    );
    match sweep.state {
        SweepState::Done => format!("The last sync is through: {read}"),
        SweepState::Stopped
        | SweepState::Failed
        | SweepState::Reading
        | SweepState::Reconciling => format!("So far: {read}"),
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a rate for people: what is not a plain number becomes zero or saturates"
)]
fn whole(rate: f64) -> u64 {
    rate.round() as u64
}
