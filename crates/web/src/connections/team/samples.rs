//! The team and one User of it, filled.

use engine::{Pairing, TeamTable};
use model::settings::PairChoice;
use model::sf;
use planner::{Pair, PairedBy};
use store::Connection;

use super::pair::{PairPage, Review, Step};
use super::{Part, Show, TeamPage};
use crate::connections::Samples;
use crate::page::samples::{HOSTILE, connected, connection};

pub(super) fn user_id(place: usize) -> sf::UserId {
    format!("005{place:012}").parse().unwrap()
}

/// An active User who is nobody.
pub(super) fn user(place: usize, name: &str) -> Pairing {
    Pairing {
        user: user_id(place),
        name: name.to_owned(),
        email: Some(format!("{}@acme.io", name.to_lowercase())),
        active: true,
        counts: true,
        pair: None,
        is_the_teammates: false,
    }
}

/// The same as this teammate.
pub(super) fn paired(user: Pairing, teammate: &str, by: PairedBy) -> Pairing {
    let teammate = teammate.parse().unwrap();
    Pairing {
        pair: Some(Pair { teammate, by }),
        ..user
    }
}

/// Ada twice, Bert by choice, Cleo without, Dora inactive, a robot, Emil chosen to be nobody;
/// teammates Ada, Bert and Zoe.
pub(super) fn acme() -> TeamTable {
    let mut connection = connected("acme", "Acme Ltd");
    connection.settings.team.pairs = [
        (user_id(3), PairChoice::Teammate("12".parse().unwrap())),
        (user_id(7), PairChoice::Nobody),
    ]
    .into();
    let first = Pairing {
        is_the_teammates: true,
        ..user(1, "Ada")
    };
    let inactive = Pairing {
        active: false,
        counts: false,
        ..user(5, "Dora")
    };
    let robot = Pairing {
        counts: false,
        ..user(6, "Robot")
    };
    let users = vec![
        paired(first, "11", PairedBy::Email),
        paired(user(2, "Ada"), "11", PairedBy::Email),
        paired(user(3, "Bert"), "12", PairedBy::Choice),
        user(4, "Cleo"),
        user(7, "Emil"),
        inactive,
        robot,
    ];
    let teammate = |(id, name): (&str, &str)| {
        let email = format!("{}@acme.io", name.to_lowercase());
        (id.parse().unwrap(), name.to_owned(), Some(email))
    };
    TeamTable {
        connection,
        users,
        teammates: [("11", "Ada"), ("12", "Bert"), ("13", "Zoe")]
            .map(teammate)
            .into(),
    }
}

pub(super) fn part(show: Show, text: &str, page: usize) -> Part {
    Part {
        show,
        text: text.to_owned(),
        page,
    }
}

/// So many Users and teammates of one name.
pub(super) fn many(connection: Connection, count: usize, text: &str) -> TeamTable {
    TeamTable {
        connection,
        users: (0..count).map(|place| user(place, text)).collect(),
        teammates: (0..count)
            .map(|place| {
                let id = format!("9{place}").parse().unwrap();
                (id, text.to_owned(), None)
            })
            .collect(),
    }
}

fn nobody() -> TeamTable {
    many(connection("acme"), 0, "")
}

fn longest() -> TeamTable {
    let text = "Wednesbury ".repeat(30);
    many(connected(&"n".repeat(64), &text), 250, &text)
}

fn hostile() -> TeamTable {
    many(connected("acme", HOSTILE), 1, HOSTILE)
}

impl Samples for TeamPage {
    fn samples() -> Vec<(&'static str, Self)> {
        vec![
            ("empty", Self::new(&nobody(), &part(Show::All, "", 1))),
            ("usual", Self::new(&acme(), &part(Show::All, "", 1))),
            (
                "none found",
                Self::new(&acme(), &part(Show::Chosen, "nobody of this name", 9)),
            ),
            (
                "longest",
                Self::new(&longest(), &part(Show::Without, "wednesbury", 2)),
            ),
            (
                "hostile",
                Self::new(&hostile(), &part(Show::All, HOSTILE, 1)),
            ),
        ]
    }
}

impl Samples for PairPage {
    fn samples() -> Vec<(&'static str, Self)> {
        let of = |table: &TeamTable, step| Self::new(table, &table.users[0], step);
        let review = |text: &str| {
            Step::Review(Review {
                to: text.to_owned(),
                before: text.to_owned(),
                after: text.to_owned(),
                what_follows: "Nothing follows.",
            })
        };
        vec![
            ("empty", of(&acme(), Step::Choosing)),
            ("saved", of(&acme(), Step::Saved)),
            ("nothing", of(&acme(), Step::Nothing)),
            ("wrong", of(&acme(), Step::Wrong("No."))),
            ("usual", of(&acme(), review("nobody"))),
            ("longest", of(&longest(), review(&"long ".repeat(100)))),
            ("hostile", of(&hostile(), review(HOSTILE))),
        ]
    }
}
