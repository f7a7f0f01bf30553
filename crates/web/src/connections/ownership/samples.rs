//! The page about owners, filled.

use engine::{OwnerChange, OwnerPreview, PreviewState, TeamTable};
use model::settings::TeammateChoice;
use store::{Connection, Sweep, SweepCounts, SweepKind, SweepState};

use super::{Note, OwnershipLive, OwnershipPage};
use crate::connections::Samples;
use crate::page::samples::{HOSTILE, NOW, ago, connected, connection, sweep};

/// A workspace with these teammates.
pub(super) fn table(connection: Connection, names: &[&str]) -> TeamTable {
    let teammate = |(place, name): (usize, &&str)| {
        let id = (8 + place).to_string().parse().unwrap();
        (id, (*name).to_owned(), Some("x@acme.io".to_owned()))
    };
    TeamTable {
        connection,
        users: Vec::new(),
        teammates: names.iter().enumerate().map(teammate).collect(),
    }
}

/// A count of switching ownership on, with nothing else changed.
pub(super) fn preview(connection: &Connection, state: PreviewState) -> OwnerPreview {
    let mut settings = connection.settings.clone();
    settings.ownership.maintain = true;
    settings.ownership.fallback = TeammateChoice::Teammate("8".parse().unwrap());
    OwnerPreview {
        settings,
        settings_rev: connection.settings_rev,
        walked: 12_000,
        total: 100_000,
        set: 4250,
        fallback: 250,
        cleared: 62,
        samples: Vec::new(),
        at: ago(180),
        state,
    }
}

fn change(text: &str, rule: &'static str, to: Option<&str>) -> OwnerChange {
    OwnerChange {
        contact: "5ba682d23d7cf92bef87bfd4".parse().unwrap(),
        name: text.to_owned(),
        from: to.is_none().then(|| text.to_owned()),
        to: to.map(str::to_owned),
        rule,
    }
}

/// A walk in its middle.
pub(crate) fn walk() -> Sweep {
    Sweep {
        kind: SweepKind::Rewalk,
        counts: SweepCounts {
            contacts_to_walk: 20_000,
            contacts_walked: 9100,
            ..SweepCounts::default()
        },
        ..sweep(SweepState::Reconciling)
    }
}

fn page(table: &TeamTable, preview: Option<&OwnerPreview>, walk: Option<&Sweep>) -> OwnershipPage {
    let live = OwnershipLive::new(table, preview, walk, NOW);
    OwnershipPage::new(table, live, Note::None)
}

fn longest() -> OwnershipPage {
    let text = "Wednesbury ".repeat(30);
    let mut connection = connected(&"n".repeat(64), &text);
    connection.settings.ownership.maintain = true;
    connection.settings.ownership.fallback = TeammateChoice::Teammate("999".parse().unwrap());
    let table = table(connection, &vec![text.as_str(); 300]);
    let samples = (0..20).map(|_| change(&text, "O4", Some(&text)));
    let preview = OwnerPreview {
        set: u64::MAX,
        cleared: u64::MAX,
        fallback: u64::MAX - 1,
        samples: samples.collect(),
        ..preview(&table.connection, PreviewState::Done)
    };
    page(&table, Some(&preview), Some(&walk()))
}

fn hostile() -> OwnershipPage {
    let table = table(connected("acme", HOSTILE), &[HOSTILE]);
    let preview = OwnerPreview {
        samples: vec![
            change(HOSTILE, "O2", Some(HOSTILE)),
            change(HOSTILE, "O3", None),
        ],
        ..preview(&table.connection, PreviewState::Done)
    };
    page(&table, Some(&preview), None)
}

impl Samples for OwnershipPage {
    fn samples() -> Vec<(&'static str, Self)> {
        let usual = table(connected("acme", "Acme Ltd"), &["Mira Sanz", "Sam Rep"]);
        let of = |state| preview(&usual.connection, state);
        let failed = of(PreviewState::Failed(HOSTILE.to_owned()));
        let saved = OwnershipLive::new(&usual, None, Some(&walk()), NOW);
        let refused = OwnershipLive::new(&usual, None, None, NOW);
        vec![
            ("empty", page(&table(connection("acme"), &[]), None, None)),
            ("usual", page(&usual, None, None)),
            (
                "counting",
                page(&usual, Some(&of(PreviewState::Counting)), None),
            ),
            ("counted", page(&usual, Some(&of(PreviewState::Done)), None)),
            ("failed", page(&usual, Some(&failed), None)),
            ("saved", Self::new(&usual, saved, Note::Saved)),
            ("refused", Self::new(&usual, refused, Note::Wrong("No."))),
            ("longest", longest()),
            ("hostile", hostile()),
        ]
    }
}
