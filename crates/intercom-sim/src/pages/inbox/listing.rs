//! Which conversations the list shows: a state, whose they are, and words.

use super::super::Form;
use crate::conversation::{Conversation, State};
use crate::html;
use crate::ids::{AdminId, ConversationId, TeamId};
use crate::world::World;

/// Conversations that the list shows.
pub(super) const LISTED_MAX: usize = 200;
/// Conversations that are looked at for words, so that nobody else waits for a search.
const LOOKED_AT_MAX: usize = 5000;

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
    /// Only those that come after this one: when it changed last, and its id.
    after: Option<(i64, ConversationId)>,
}

/// The conversations of one page of the list.
pub(super) struct Found<'a> {
    pub(super) rows: Vec<&'a Conversation>,
    /// What asks for those after them, if there are more.
    pub(super) older: Option<Filter>,
}

/// A choice of what the list shows.
pub(super) struct Tab {
    pub(super) name: String,
    pub(super) href: String,
    pub(super) count: usize,
    pub(super) is_current: bool,
}

impl Tab {
    fn new(name: &str, is_current: bool) -> Self {
        Self {
            name: name.to_owned(),
            href: String::new(),
            count: 0,
            is_current,
        }
    }
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
            after: form.get("after").and_then(|after| {
                let (at, id) = after.split_once('-')?;
                Some((at.parse().ok()?, id.parse().ok()?))
            }),
        }
    }

    /// The list that the address of an opened conversation names, if it names one.
    pub(super) fn of_address(query: Option<&str>) -> Option<Self> {
        let query = query?;
        let names_a_list = Form::parse(query.as_bytes()).get("show").is_some();
        names_a_list.then(|| Self::parse(query))
    }

    /// What a conversation stands among.
    pub(super) fn of_state(state: State) -> Self {
        Self {
            state: Some(state),
            whose: Whose::Everybodys,
            sought: String::new(),
            after: None,
        }
    }

    /// The same from the start, if this is not the start.
    pub(super) fn newest(&self) -> Option<Self> {
        self.after.map(|_| self.starting_after(None))
    }

    fn starting_after(&self, after: Option<(i64, ConversationId)>) -> Self {
        Self {
            after,
            ..self.clone()
        }
    }

    /// Where the list is.
    pub(super) fn address(&self) -> String {
        format!("/inbox{}", self.suffix())
    }

    /// What the address of a conversation ends with, so that it keeps the list beside it.
    pub(super) fn suffix(&self) -> String {
        format!("?{}", self.query())
    }

    /// The query that asks for it.
    fn query(&self) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("show", self.word());
        if let Some(whose) = self.whose() {
            query.append_pair("whose", &whose);
        }
        if !self.sought.is_empty() {
            query.append_pair("q", &self.sought);
        }
        if let Some((at, id)) = self.after {
            query.append_pair("after", &format!("{at}-{id}"));
        }
        query.finish()
    }

    /// Whose conversations these are, as the query says it; `None` for everybody's.
    pub(super) fn whose(&self) -> Option<String> {
        match self.whose {
            Whose::Everybodys => None,
            Whose::Mine => Some("mine".to_owned()),
            Whose::Nobodys => Some("nobody".to_owned()),
            Whose::Team(id) => Some(id.to_string()),
        }
    }

    pub(super) fn word(&self) -> &'static str {
        let state = STATES.iter().find(|it| it.2 == self.state);
        state.map_or("open", |it| it.1)
    }

    /// The states with how many there are among whose are shown, and whose can be shown with how
    /// many of the state there are.
    pub(super) fn tabs(&self, world: &World, me: AdminId) -> (Vec<Tab>, Vec<Tab>) {
        let all = || self.starting_after(None);
        let state = |(name, _, state): (&str, &str, Option<State>)| {
            let is_current = state == self.state;
            (Self { state, ..all() }, Tab::new(name, is_current))
        };
        let mut states: Vec<(Self, Tab)> = STATES.into_iter().map(state).collect();
        let owner = |(name, whose): (&str, Whose)| {
            let is_current = whose == self.whose;
            (Self { whose, ..all() }, Tab::new(name, is_current))
        };
        let fixed = [
            ("Everybody's", Whose::Everybodys),
            ("Mine", Whose::Mine),
            ("Unassigned", Whose::Nobodys),
        ];
        let teams = world.teams.iter();
        let teams = teams.map(|team| (team.name.as_str(), Whose::Team(team.id)));
        let mut owners: Vec<(Self, Tab)> = fixed.into_iter().chain(teams).map(owner).collect();
        // All are walked once, whatever is counted.
        for row in world.conversations.all() {
            for (filter, tab) in states.iter_mut().chain(&mut owners) {
                tab.count += usize::from(filter.is_there(row, me));
            }
        }
        let [states, owners] = [states, owners].map(|tabs| {
            let named = tabs.into_iter().map(|(filter, tab)| Tab {
                href: filter.address(),
                ..tab
            });
            named.collect()
        });
        (states, owners)
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

    /// The latest that are asked for. Words are looked for in names, addresses and messages, of so
    /// many conversations at once; the next page goes on where this one ended.
    pub(super) fn found<'a>(&self, world: &'a World, me: AdminId) -> Found<'a> {
        let mut found = Found {
            rows: Vec::new(),
            older: None,
        };
        let mut last = None;
        let rows = world.conversations.changed_before(self.after);
        let rows = rows.filter(|row| self.is_there(row, me));
        for (looked_at, row) in rows.enumerate() {
            let is_enough = !self.sought.is_empty() && looked_at == LOOKED_AT_MAX;
            if is_enough || found.rows.len() == LISTED_MAX {
                found.older = Some(self.starting_after(last));
                break;
            }
            last = Some((row.updated_at, row.id));
            if self.sought.is_empty() || self.says(world, row) {
                found.rows.push(row);
            }
        }
        found
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
