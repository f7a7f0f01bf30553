//! On a terminal: one line that stays in its place.

use engine::{Phase, Progress};
use indicatif::{ProgressBar, ProgressStyle};

use super::{is_under_way, words};

/// With a total.
const MEASURED: &str = "{prefix:<24} [{bar:30}] {msg}";
/// Without one.
const UNMEASURED: &str = "{prefix:<24} {msg}";

/// See the module's documentation.
pub(crate) struct Bar {
    bar: ProgressBar,
    shown: Option<(Phase, bool)>,
}

impl Bar {
    pub(super) fn new() -> Self {
        Self {
            bar: ProgressBar::hidden(),
            shown: None,
        }
    }

    pub(super) fn show(&mut self, progress: &Progress) {
        if !is_under_way(progress.phase) {
            return;
        }
        let looks = (progress.phase, progress.total.is_some());
        if self.shown != Some(looks) {
            self.begin(progress);
            self.shown = Some(looks);
        }
        self.bar.set_length(progress.total.unwrap_or(0));
        self.bar.set_position(progress.done);
        self.bar.set_message(words::position(progress));
    }

    /// One bar per phase; what is through stays on the screen.
    fn begin(&mut self, progress: &Progress) {
        if self.shown.is_some_and(|(phase, _)| phase != progress.phase) {
            self.bar.abandon();
        } else {
            self.bar.finish_and_clear();
        }
        let template = if progress.total.is_some() {
            MEASURED
        } else {
            UNMEASURED
        };
        let style = ProgressStyle::with_template(template).expect("a constant template");
        self.bar = ProgressBar::new(0).with_style(style.progress_chars("=> "));
        self.bar.set_prefix(words::activity(progress.phase));
    }

    pub(super) fn end(self) {
        self.bar.abandon();
    }
}
