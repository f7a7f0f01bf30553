//! The pages of connections, filled.

use askama::Template;
use engine::{Overview, Progress};

use super::index::{IndexPage, NameForm};
use super::live::{Live, LiveRegion};
use super::settings::{Outcome, SettingsPage};
use super::show::ShowPage;
use crate::page::samples::{HOSTILE, connected, connection, overviews};

/// A page with what it may have to show.
pub(crate) trait Samples: Sized {
    /// By name: empty, usual, longest, hostile.
    fn samples() -> Vec<(&'static str, Self)>;
}

impl Samples for IndexPage {
    fn samples() -> Vec<(&'static str, Self)> {
        let typed = |name: &str| NameForm {
            name: name.to_owned(),
            error: Some(name.to_owned()),
        };
        let longest = connected(&"n".repeat(64), &"Wednesbury ".repeat(60));
        let usual = [connected("acme", "Acme Ltd"), connection("acme-sandbox")];
        vec![
            ("empty", Self::new(&[], NameForm::default())),
            ("usual", Self::new(&usual, NameForm::default())),
            (
                "longest",
                Self::new(&vec![longest; 20], typed(&"x".repeat(100))),
            ),
            (
                "hostile",
                Self::new(&[connected("acme", HOSTILE)], typed(HOSTILE)),
            ),
        ]
    }
}

impl ShowPage {
    pub(crate) fn of(overview: &Overview, progress: &Progress) -> Self {
        Self::new(Live::new(overview, progress))
    }
}

impl Samples for ShowPage {
    fn samples() -> Vec<(&'static str, Self)> {
        let overviews = overviews().into_iter();
        overviews
            .map(|(name, overview, progress)| (name, Self::of(&overview, &progress)))
            .collect()
    }
}

impl Samples for SettingsPage {
    fn samples() -> Vec<(&'static str, Self)> {
        let page = |text: &str, outcome| Self::new("acme", text.to_owned(), 1, outcome);
        let wrong = |text: &str| Outcome::Wrong(text.to_owned());
        vec![
            ("empty", page("", Outcome::NotTried)),
            ("usual", page("[leads]\none_click = true\n", Outcome::Saved)),
            (
                "longest",
                page(&"# words\n".repeat(2000), wrong(&"long ".repeat(400))),
            ),
            ("hostile", page(HOSTILE, wrong(HOSTILE))),
        ]
    }
}

/// What the live stream would send.
pub(crate) fn live_region(overview: &Overview, progress: &Progress) -> String {
    LiveRegion {
        live: &Live::new(overview, progress),
    }
    .render()
    .unwrap()
}
