//! A Salesforce User or a teammate as a line of a list.

use engine::{Pairing, TeamTable};
use model::ic;
use model::settings::PairChoice;
use planner::PairedBy;

use crate::look::{State, Tone};
use crate::routes::Route;
use crate::wording::short;

/// Names and emails are shown up to this length.
const NAME_LENGTH_MAX: usize = 60;

/// A Salesforce User.
pub(super) struct UserRow {
    pub(super) name: String,
    pub(super) email: Option<String>,
    pub(super) state: State,
    pub(super) teammate: Option<String>,
    /// Who says so, or why there is none.
    pub(super) how: &'static str,
    /// Of several Users of one teammate the one that counts.
    pub(super) stands_for: bool,
    pub(super) change: String,
}

/// A teammate whom no User is.
pub(super) struct TeammateRow {
    pub(super) name: String,
    pub(super) email: Option<String>,
}

impl UserRow {
    pub(super) fn new(table: &TeamTable, user: &Pairing) -> Self {
        let teammate = user.pair.as_ref().map(|pair| &pair.teammate);
        let route = Route::Pair {
            name: &table.connection.name,
            user: user.user.as_str(),
            to: None,
        };
        Self {
            name: short(&user.name, NAME_LENGTH_MAX),
            email: email(user.email.as_deref()),
            state: state(user),
            teammate: teammate.map(|id| name_of(table, id)),
            how: how(table, user),
            stands_for: user.is_the_teammates && has_others(table, user),
            change: route.to_string(),
        }
    }
}

impl TeammateRow {
    pub(super) fn new(name: &str, address: Option<&str>) -> Self {
        Self {
            name: short(name, NAME_LENGTH_MAX),
            email: email(address),
        }
    }
}

fn email(email: Option<&str>) -> Option<String> {
    email.map(|email| short(email, NAME_LENGTH_MAX))
}

/// Whether the User counts, and if not why.
fn state(user: &Pairing) -> State {
    match (user.counts, user.active) {
        (true, _) => State::new(Tone::Good, "Active"),
        (false, true) => State::new(Tone::Quiet, "No colleague"),
        (false, false) => State::new(Tone::Quiet, "Inactive"),
    }
}

/// A teammate's name, shortened.
pub(super) fn name_of(table: &TeamTable, id: &ic::TeammateId) -> String {
    let known = table.teammates.iter().find(|(other, ..)| other == id);
    known.map_or_else(
        || format!("Teammate {id}, who has left"),
        |(_, name, _)| short(name, NAME_LENGTH_MAX),
    )
}

fn how(table: &TeamTable, user: &Pairing) -> &'static str {
    let choice = table.connection.settings.team.pairs.get(&user.user);
    match (user.pair.as_ref().map(|pair| pair.by), choice) {
        (Some(PairedBy::Email), _) => "same email",
        (Some(PairedBy::Choice), _) => "chosen by an admin",
        (None, Some(PairChoice::Nobody)) => "nobody, chosen by an admin",
        (None, Some(PairChoice::Teammate(_))) if user.active => "the chosen teammate has left",
        (None, Some(PairChoice::Teammate(_))) => "a choice counts while the User is active",
        (None, None) if user.counts => "no teammate has this email",
        (None, None) if user.active => "not of type Standard",
        (None, None) => "may not sign in",
    }
}

fn has_others(table: &TeamTable, user: &Pairing) -> bool {
    let Some(pair) = &user.pair else {
        return false;
    };
    let same = |other: &&Pairing| {
        let others = other.pair.as_ref();
        others.is_some_and(|it| it.teammate == pair.teammate)
    };
    table.users.iter().filter(same).count() > 1
}
