//! One connector between two clouds: started, killed, started again, with people editing meanwhile.

use std::collections::VecDeque;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;
use tokio::time::Instant;

use super::edit::Edit;
use super::world::{Dump, Saved};
use crate::process::{Heard, Running, carrick};
use crate::sync::Clouds;
use crate::web_client::Caller;

/// How long the connector's output is listened to before the clouds are asked how far it is.
const LOOK_EVERY: Duration = Duration::from_millis(1);

/// Names how many commits of the store a start lives.
const ABORT_AFTER_COMMITS: &str = "CARRICK_ABORT_AFTER_COMMITS";

/// When a start of the connector dies.
#[derive(Debug, Clone, Copy)]
pub(super) enum Moment {
    /// By SIGKILL, when the clouds have seen so many calls since it began.
    Calls(u64),
    /// By SIGKILL, so long after it began.
    Millis(u64),
    /// By SIGKILL, as soon as it told that it is in this phase.
    Told(&'static str),
    /// By its own hand, right after so many commits to the store.
    Commits(u64),
    /// Not at all.
    Never,
}

/// When people edit.
#[derive(Debug, Clone, Copy)]
pub(super) enum Pace {
    /// One edit whenever the clouds have seen so many calls more, and one after each death.
    EveryCalls(u64),
    /// All of them when told to.
    WhenTold,
}

/// How a start ended.
pub(super) enum Outcome {
    /// By itself, with this summary.
    Ended(Value),
    /// In this phase, as far as it had told.
    Died(String),
}

/// See the module's documentation.
pub(super) struct Run {
    clouds: Clouds,
    caller: Caller,
    folder: TempDir,
    edits: VecDeque<Edit>,
    pace: Pace,
    next_edit_at: u64,
}

impl Run {
    /// A new connector, connected to clouds as they were saved.
    pub(super) fn new(saved: &Saved, edits: &[Edit], pace: Pace) -> Self {
        let clouds = saved.clouds();
        let folder = tempfile::tempdir().unwrap();
        let connected = clouds.connect(folder.path(), super::world::TOKEN);
        assert_eq!(connected.code, Some(0), "{}", connected.stderr);
        Self {
            clouds,
            caller: Caller::new(),
            folder,
            edits: edits.iter().cloned().collect(),
            pace,
            next_edit_at: 0,
        }
    }

    /// Starts `carrick sync`, which goes on with what an earlier start left.
    pub(super) fn start(&mut self, moment: Moment) -> Outcome {
        let mut command = carrick(self.folder.path(), &["sync", "acme", "--json"]);
        if let Moment::Commits(commits) = moment {
            command.env(ABORT_AFTER_COMMITS, commits.to_string());
        }
        let before = self.calls();
        let began = Instant::now();
        let mut sync = Running::start(&mut command);
        let mut last = Value::Null;
        loop {
            match sync.line_within(LOOK_EVERY) {
                Heard::Line(line) => last = serde_json::from_str(&line).unwrap(),
                Heard::Nothing => {}
                Heard::End => break,
            }
            let calls = self.calls();
            self.edit_if_due(calls);
            let is_over = match moment {
                Moment::Calls(most) => calls - before >= most,
                Moment::Millis(most) => began.elapsed() >= Duration::from_millis(most),
                Moment::Told(wanted) => phase(&last) == wanted,
                Moment::Commits(_) | Moment::Never => false,
            };
            if is_over {
                sync.kill();
                return Outcome::Died(phase(&last));
            }
        }
        match (sync.ended().code(), moment) {
            (Some(0), _) => Outcome::Ended(last),
            // A signal: it ended itself.
            (None, Moment::Commits(_)) => Outcome::Died(phase(&last)),
            (code, _) => panic!("{moment:?}: {code:?} {}", sync.rest_of_stderr()),
        }
    }

    /// Starts it once more, and it has to end by itself.
    pub(super) fn finish(&mut self) -> Value {
        match self.start(Moment::Never) {
            Outcome::Ended(summary) => summary,
            Outcome::Died(phase) => panic!("nobody killed it, and it died: {phase}"),
        }
    }

    /// People make all edits that are left.
    pub(super) fn edit_all(&mut self) {
        for edit in self.edits.drain(..) {
            edit.make(&self.caller, &self.clouds);
        }
    }

    /// Somebody makes the next edit.
    pub(super) fn edit_next(&mut self) {
        if let Some(edit) = self.edits.pop_front() {
            edit.make(&self.caller, &self.clouds);
        }
    }

    fn edit_if_due(&mut self, calls: u64) {
        match self.pace {
            Pace::EveryCalls(step) if calls >= self.next_edit_at => {
                self.next_edit_at = calls + step;
                self.edit_next();
            }
            Pace::EveryCalls(_) | Pace::WhenTold => {}
        }
    }

    /// Calls of both clouds so far.
    fn calls(&self) -> u64 {
        let calls = |url: &str| self.summary(url)["calls"].as_u64().unwrap();
        calls(&self.clouds.intercom.url) + calls(&self.clouds.salesforce.url)
    }

    /// What both clouds hold, once the connector has shown that it finds nothing to do. Nothing was
    /// ever written to Salesforce.
    pub(super) fn settled(&mut self) -> Dump {
        assert!(self.edits.is_empty(), "an edit that no sync saw");
        let summary = self.finish();
        assert_eq!(summary["intercom_writes"], 0, "{summary}");
        assert_eq!(summary["failed"], 0, "{summary}");
        let salesforce = self.summary(&self.clouds.salesforce.url);
        assert_eq!(salesforce["writes"], 0, "{salesforce}");
        Dump::of(&self.caller, &self.clouds)
    }

    fn summary(&self, url: &str) -> Value {
        self.caller.json(&format!("{url}/_sim/calls?summary=1"))
    }
}

fn phase(step: &Value) -> String {
    step["phase"].as_str().unwrap_or("starting").to_owned()
}
