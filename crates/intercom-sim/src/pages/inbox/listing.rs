//! Which conversations the list shows: a state, whose they are, and words.

use super::super::Form;
use crate::conversation::{Conversation, State};
use crate::html;
use crate::ids::{AdminId, TeamId};
use crate::world::World;

/// Conversations that the list shows.
pub(super) const LISTED_MAX: usize = 200;
/// Conversations that are looked at for words, so that nobody else waits for a search.
const LOOKED_AT_MAX: usize = 20_000;

/// Whose conversations are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Whose {
    Everybodys,
    Mine,
    Nobodys,
    Team(TeamId),
}

/// What the list is asked for; it stands in the address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Filter {
    state: Option<State>,
    whose: Whose,
    /// In lower case.
    pub(super) sought: String,
}

/// A choice of what the list shows.
pub(super) struct Tab {
    pub(super) name: String,
    pub(super) href: String,
    pub(super) count: usize,
    pub(super) is_current: bool,
}

const STATES: [(&str, &str, Option<State>); 4] = [
    ("Open", "open", Some(State::Open)),
    ("Snoozed", "snoozed", Some(State::Snoozed)),
    ("Closed", "closed", Some(State::Closed)),
    ("All", "all", None),
];

impl Filter {
    pub(super) fn parse(query: &str) -> Self {
        let form = Form::parse(query.as_bytes());
        let state = STATES.iter().find(|it| Some(it.1) == form.get("show"));
        Self {
            state: state.map_or(Some(State::Open), |it| it.2),
            whose: match form.get("whose") {
                Some("mine") => Whose::Mine,
                Some("nobody") => Whose::Nobodys,
                Some(team) => team.parse().map_or(Whose::Everybodys, Whose::Team),
                None => Whose::Everybodys,
            },
            sought: form.get("q").unwrap_or_default().trim().to_lowercase(),
        }
    }

    /// What a conversation stands among.
    pub(super) fn of_state(state: State) -> Self {
        Self {
            state: Some(state),
            whose: Whose::Everybodys,
            sought: String::new(),
        }
    }

    /// The query that asks for it.
    pub(super) fn query(&self) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("show", self.word());
        match self.whose {
            Whose::Everybodys => {}
            Whose::Mine => {
                query.append_pair("whose", "mine");
            }
            Whose::Nobodys => {
                query.append_pair("whose", "nobody");
            }
            Whose::Team(id) => {
                query.append_pair("whose", &id.to_string());
            }
        }
        if !self.sought.is_empty() {
            query.append_pair("q", &self.sought);
        }
        query.finish()
    }

    pub(super) fn word(&self) -> &'static str {
        let state = STATES.iter().find(|it| it.2 == self.state);
        state.map_or("open", |it| it.1)
    }

    /// How many of each state there are among whose are shown.
    pub(super) fn states(&self, world: &World, me: AdminId) -> Vec<Tab> {
        let tab = |(name, _, state): (&str, &str, Option<State>)| {
            let there = Self {
                state,
                ..self.clone()
            };
            let rows = world.conversations.rows.values();
            Tab {
                name: name.to_owned(),
                count: rows.filter(|row| there.is_there(row, me)).count(),
                href: format!("/inbox?{}", there.query()),
                is_current: state == self.state,
            }
        };
        STATES.into_iter().map(tab).collect()
    }

    /// Whose conversations can be shown, with how many of the state there are.
    pub(super) fn owners(&self, world: &World, me: AdminId) -> Vec<Tab> {
        let fixed = [
            ("Everybody's".to_owned(), Whose::Everybodys),
            ("Mine".to_owned(), Whose::Mine),
            ("Unassigned".to_owned(), Whose::Nobodys),
        ];
        let teams = world.teams.iter();
        let teams = teams.map(|team| (team.name.clone(), Whose::Team(team.id)));
        fixed
            .into_iter()
            .chain(teams)
            .map(|(name, whose)| {
                let there = Self {
                    whose,
                    ..self.clone()
                };
                let rows = world.conversations.rows.values();
                Tab {
                    name,
                    count: rows.filter(|row| there.is_there(row, me)).count(),
                    href: format!("/inbox?{}", there.query()),
                    is_current: whose == self.whose,
                }
            })
            .collect()
    }

    fn is_there(&self, row: &Conversation, me: AdminId) -> bool {
        let is_theirs = match self.whose {
            Whose::Everybodys => true,
            Whose::Mine => row.admin == Some(me),
            Whose::Nobodys => row.admin.is_none() && row.team.is_none(),
            Whose::Team(id) => row.team == Some(id),
        };
        is_theirs && self.state.is_none_or(|state| row.state == state)
    }

    /// The latest that are asked for. Words are looked for in names, addresses and messages.
    pub(super) fn found<'a>(&self, world: &'a World, me: AdminId) -> Vec<&'a Conversation> {
        let rows = world.conversations.latest_first().into_iter();
        rows.filter(|row| self.is_there(row, me))
            .take(if self.sought.is_empty() {
                LISTED_MAX
            } else {
                LOOKED_AT_MAX
            })
            .filter(|row| self.sought.is_empty() || self.says(world, row))
            .take(LISTED_MAX)
            .collect()
    }

    fn says(&self, world: &World, row: &Conversation) -> bool {
        let holds = |text: &str| text.to_lowercase().contains(&self.sought);
        let people = row.contacts.iter().filter_map(|id| world.contacts.get(*id));
        let mut known = people.flat_map(|row| [row.name.as_deref(), row.email.as_deref()]);
        let bodies = row.parts.iter().filter_map(|part| part.body.as_deref());
        known.any(|text| text.is_some_and(holds))
            || row.title.as_deref().is_some_and(holds)
            || bodies
                .chain([row.source.body.as_str()])
                .any(|body| holds(&html::to_text(body)))
    }
}
