//! Who is who on both sides (O1).

use std::collections::BTreeMap;

use model::settings::{PairChoice, TeammateChoice};
use model::{Timestamp, ic, settings, sf};

/// What a sandbox puts behind the emails of its Users, so that no mail reaches them.
const INVALID: &str = ".invalid";

/// A teammate as Intercom lists them; one who left is not listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Teammate {
    /// Their id.
    pub id: ic::TeammateId,
    /// Full name.
    pub name: String,
    /// Email.
    pub email: Option<String>,
}

/// A Salesforce User.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Their id.
    pub id: sf::UserId,
    /// Email as shown.
    pub email: Option<String>,
    /// May sign in.
    pub active: bool,
    /// Of `UserType` Standard: a colleague, not a customer's portal or an integration.
    pub standard: bool,
    /// When they signed in last.
    pub last_login: Option<Timestamp>,
}

/// The teammates of a workspace and which Salesforce User each of them is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Team {
    installer: Option<ic::TeammateId>,
    names: BTreeMap<ic::TeammateId, String>,
    pairs: BTreeMap<sf::UserId, Pair>,
    users: BTreeMap<ic::TeammateId, sf::UserId>,
}

/// The teammate of a Salesforce User.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// Whom the User is.
    pub teammate: ic::TeammateId,
    /// Who says so.
    pub by: PairedBy,
}

/// How a pair came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PairedBy {
    /// Both have the same email.
    Email,
    /// An admin chose it.
    Choice,
}

impl Team {
    /// Pairs active Users with teammates: as an admin chose, else by email for Users of type
    /// Standard. Several Users may be one teammate; the teammate is then the one whom an admin
    /// chose, else the one who signed in last.
    pub fn new(
        users: &[User],
        teammates: &[Teammate],
        installer: Option<ic::TeammateId>,
        chosen: &settings::Team,
        sandbox: bool,
    ) -> Self {
        let names: BTreeMap<_, _> = teammates
            .iter()
            .map(|teammate| (teammate.id.clone(), teammate.name.clone()))
            .collect();
        let mut by_email: BTreeMap<String, &ic::TeammateId> = BTreeMap::new();
        for teammate in teammates {
            if let Some(email) = teammate.email.as_deref().and_then(folded) {
                by_email.entry(email).or_insert(&teammate.id);
            }
        }
        let mut team = Self {
            installer,
            names,
            ..Self::default()
        };
        let mut best: BTreeMap<ic::TeammateId, (PairedBy, Option<Timestamp>)> = BTreeMap::new();
        for user in users.iter().filter(|user| user.active) {
            let pair = match chosen.pairs.get(&user.id) {
                Some(PairChoice::Nobody) => None,
                Some(PairChoice::Teammate(id)) => team.present(id).map(|id| (id, PairedBy::Choice)),
                None if !user.standard => None,
                None => user_email(user, sandbox)
                    .and_then(|email| by_email.get(&email))
                    .map(|id| ((*id).clone(), PairedBy::Email)),
            };
            let Some((teammate, by)) = pair else { continue };
            let rank = (by, user.last_login);
            // Of two equal ones the first in order of id stays.
            if best.get(&teammate).is_none_or(|standing| rank > *standing) {
                best.insert(teammate.clone(), rank);
                team.users.insert(teammate.clone(), user.id);
            }
            team.pairs.insert(user.id, Pair { teammate, by });
        }
        team
    }

    /// The teammate of whoever owns something. A queue, an inactive User and a stranger have none.
    pub fn teammate_of(&self, owner: sf::OwnerId) -> Option<&ic::TeammateId> {
        match owner {
            sf::OwnerId::User(user) => self.pair_of(user).map(|pair| &pair.teammate),
            sf::OwnerId::Queue(_) => None,
        }
    }

    /// The pair of a User.
    pub fn pair_of(&self, user: sf::UserId) -> Option<&Pair> {
        self.pairs.get(&user)
    }

    /// All pairs, by User.
    pub fn pairs(&self) -> impl Iterator<Item = (sf::UserId, &Pair)> {
        self.pairs.iter().map(|(user, pair)| (*user, pair))
    }

    /// The Salesforce User whom a teammate is.
    pub fn user_of(&self, teammate: &ic::TeammateId) -> Option<sf::UserId> {
        self.users.get(teammate).copied()
    }

    /// The teammate whom a setting means, if they are still there.
    pub fn chosen(&self, choice: &TeammateChoice) -> Option<ic::TeammateId> {
        match choice {
            TeammateChoice::Installer => self.present(self.installer.as_ref()?),
            TeammateChoice::Nobody => None,
            TeammateChoice::Teammate(id) => self.present(id),
        }
    }

    /// Whether a setting means somebody who is not there any more (O4).
    pub fn lacks(&self, choice: &TeammateChoice) -> bool {
        match choice {
            TeammateChoice::Nobody => false,
            TeammateChoice::Installer | TeammateChoice::Teammate(_) => {
                self.chosen(choice).is_none()
            }
        }
    }

    /// A teammate's name.
    pub fn name(&self, teammate: &ic::TeammateId) -> Option<&str> {
        self.names.get(teammate).map(String::as_str)
    }

    fn present(&self, id: &ic::TeammateId) -> Option<ic::TeammateId> {
        self.names.contains_key(id).then(|| id.clone())
    }
}

fn user_email(user: &User, sandbox: bool) -> Option<String> {
    let email = user.email.as_deref().and_then(folded)?;
    match email.strip_suffix(INVALID) {
        Some(bare) if sandbox => Some(bare.to_owned()),
        Some(_) | None => Some(email),
    }
}

fn folded(email: &str) -> Option<String> {
    let trimmed = email.trim();
    (!trimmed.is_empty()).then(|| trimmed.to_lowercase())
}

#[cfg(test)]
mod tests;
