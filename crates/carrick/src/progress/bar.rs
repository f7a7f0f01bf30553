//! On a terminal: one line that stays in its place.

use engine::{Phase, Progress};
use indicatif::{ProgressBar, ProgressStyle};

use super::{is_under_way, words};

/// With a total.
const MEASURED: &str = "{prefix:<22} [{bar:24}] {wide_msg}";
/// Without one.
const UNMEASURED: &str = "{prefix:<22} {wide_msg}";

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
        self.bar.set_message(words::position(progress));
        self.bar.update(|state| {
            state.set_len(progress.total.unwrap_or(0));
            state.set_pos(progress.done);
        });
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
        // Complete before it is drawn for the first time.
        self.bar = ProgressBar::new(progress.total.unwrap_or(0))
            .with_style(style.progress_chars("=> "))
            .with_position(progress.done)
            .with_prefix(words::activity(progress.phase))
            .with_message(words::position(progress));
    }

    pub(super) fn end(self) {
        self.bar.abandon();
    }
}
