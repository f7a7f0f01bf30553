//! The sentence that a visitor came for.

use engine::{Overview, Phase, Progress};
use store::{ConnectionState, Side, SweepState};

use super::super::failures::FailureCard;
use super::super::sides::vendor;
use super::sync_view::{is_running, sentence_of};
use crate::look::Tone;
use crate::wording::{ago, counted};

/// What stands in the way first, then what moves, then what is left to do, then that all is well.
pub(super) fn answer(
    overview: &Overview,
    progress: &Progress,
    failures: &[FailureCard],
) -> (Tone, String) {
    match &overview.connection.state {
        ConnectionState::Incomplete => return (Tone::Quiet, incomplete(overview)),
        ConnectionState::Reconnect { side, .. } => {
            let (name, _) = vendor(*side);
            return (Tone::Bad, format!("{name} has to be connected again."));
        }
        ConnectionState::Uninstalled => {
            let words = "The app was removed from the Intercom workspace. Nothing is written.";
            return (Tone::Bad, words.to_owned());
        }
        ConnectionState::Paused => return (Tone::Warn, "Paused. Nothing is written.".to_owned()),
        ConnectionState::Ready => {}
    }
    if is_running(progress.phase) {
        return (Tone::Busy, sentence_of(progress));
    }
    if let Some(words) = stopped_by(overview, progress) {
        return (Tone::Bad, words);
    }
    let need_you = failures.iter().filter(|card| card.needs_you).count() as u64;
    if need_you > 0 {
        let verb = if need_you == 1 { "needs" } else { "need" };
        return (
            Tone::Warn,
            format!("{} {verb} you.", counted(need_you, "thing", "things")),
        );
    }
    match overview.sweep.as_ref().map(|sweep| sweep.state) {
        None => return (Tone::Quiet, "Ready for the first sync.".to_owned()),
        Some(SweepState::Done) => {}
        Some(
            SweepState::Stopped
            | SweepState::Failed
            | SweepState::Reading
            | SweepState::Reconciling,
        ) => {
            let words = "The sync is not through. It goes on where it was when it is started.";
            return (Tone::Warn, words.to_owned());
        }
    }
    if overview.last_poll_problem.is_some() {
        return (
            Tone::Warn,
            "Salesforce could not be read just now.".to_owned(),
        );
    }
    if overview.queued > 0 {
        let waiting = counted(overview.queued, "change", "changes");
        return (Tone::Busy, format!("Catching up with {waiting}."));
    }
    (Tone::Good, up_to_date(overview))
}

fn incomplete(overview: &Overview) -> String {
    let profile = &overview.connection.profile;
    match (&profile.intercom, &profile.salesforce) {
        (None, None) => "Connect Intercom and Salesforce to begin.".to_owned(),
        (None, Some(_)) => format!("Connect {} to begin.", vendor(Side::Intercom).0),
        (Some(_), None) => format!("Connect {} to begin.", vendor(Side::Salesforce).0),
        (Some(_), Some(_)) => "The connection is being completed.".to_owned(),
    }
}

fn stopped_by(overview: &Overview, progress: &Progress) -> Option<String> {
    let sweep = overview.sweep.as_ref();
    let problem = sweep.filter(|sweep| sweep.state == SweepState::Failed);
    let problem = problem.and_then(|sweep| sweep.counts.problem.as_deref());
    match progress.phase {
        Phase::Failed => {
            let words = progress
                .counts
                .problem
                .as_deref()
                .or(problem)
                .unwrap_or("see the log");
            Some(format!("The sync stopped: {words}"))
        }
        Phase::Idle | Phase::Reading | Phase::Reconciling | Phase::Done | Phase::Stopped => {
            problem.map(|words| format!("The sync stopped: {words}"))
        }
    }
}

fn up_to_date(overview: &Overview) -> String {
    let latest = overview.latest.first().map(|line| line.entry.at);
    match latest.max(overview.last_webhook_at) {
        Some(at) => {
            format!(
                "Up to date. Last change seen {}.",
                ago(overview.now.since(at))
            )
        }
        None => "Up to date. No change seen yet.".to_owned(),
    }
}
