//! `GET /connections/{name}/team`: Salesforce Users and the teammates whom they are (O1).

pub(crate) mod pair;
mod row;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use engine::{Pairing, TeamTable};
use serde::Deserialize;

use super::filter::Filter;
use crate::look::Tone;
use crate::page::{Section, Shell, page};
use crate::problem::Problem;
use crate::routes::Route;
use crate::site::Site;
use crate::wording::{counted, number};
use row::{TeammateRow, UserRow};

/// Users on one page, and teammates without a User that are listed.
const PER_PAGE: usize = 100;

#[derive(Template)]
#[template(path = "pages/connections/team.html")]
pub(crate) struct TeamPage {
    shell: Shell,
    name: String,
    tone: Tone,
    answer: String,
    /// Before Users were read there is nothing to filter.
    is_empty: bool,
    filters: Vec<Filter>,
    search: Search,
    users: Vec<UserRow>,
    pages: Pages,
    teammates: Vec<TeammateRow>,
    more_teammates: Option<String>,
}

/// The form that looks for a name or email.
struct Search {
    action: String,
    show: Option<&'static str>,
    text: String,
}

/// Where in a list of pages this one is.
struct Pages {
    words: String,
    previous: Option<String>,
    next: Option<String>,
}

/// Which Users are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Show {
    All,
    Paired,
    /// Who could be a teammate and is none.
    Without,
    /// About whom an admin decided.
    Chosen,
}

/// The part of the list, as an address names it.
#[derive(Deserialize)]
pub(crate) struct Asked {
    show: Option<String>,
    q: Option<String>,
    page: Option<usize>,
}

/// The part of the list.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    pub(crate) show: Show,
    pub(crate) text: String,
    /// From 1.
    pub(crate) page: usize,
}

impl Asked {
    fn part(self) -> Result<Part, Problem> {
        let show = match self.show.as_deref() {
            None | Some("") => Show::All,
            Some(slug) => {
                let known = Show::EACH.into_iter();
                let mut known = known.filter(|show| show.slug() == Some(slug));
                known.next().ok_or_else(Problem::no_such_page)?
            }
        };
        Ok(Part {
            show,
            text: self.q.unwrap_or_default().trim().to_owned(),
            page: self.page.unwrap_or(1).max(1),
        })
    }
}

impl Show {
    const EACH: [Self; 4] = [Self::All, Self::Paired, Self::Without, Self::Chosen];

    fn slug(self) -> Option<&'static str> {
        match self {
            Self::All => None,
            Self::Paired => Some("paired"),
            Self::Without => Some("without"),
            Self::Chosen => Some("chosen"),
        }
    }

    fn label(self) -> &'static str {
        match self {
            Self::All => "All",
            Self::Paired => "Paired",
            Self::Without => "Without a teammate",
            Self::Chosen => "Chosen by an admin",
        }
    }

    fn takes(self, table: &TeamTable, user: &Pairing) -> bool {
        match self {
            Self::All => true,
            Self::Paired => user.pair.is_some(),
            Self::Without => user.counts && user.pair.is_none(),
            Self::Chosen => {
                let chosen = &table.connection.settings.team.pairs;
                chosen.contains_key(&user.user)
            }
        }
    }
}

impl TeamPage {
    pub(crate) fn new(table: &TeamTable, part: &Part) -> Self {
        let name = &table.connection.name;
        let found: Vec<&Pairing> = table
            .users
            .iter()
            .filter(|it| part.finds_user(it))
            .collect();
        let shown: Vec<&Pairing> = found
            .iter()
            .copied()
            .filter(|user| part.show.takes(table, user))
            .collect();
        let page = part.page.min(shown.len().div_ceil(PER_PAGE)).max(1);
        let users = shown.iter().skip((page - 1) * PER_PAGE).take(PER_PAGE);
        let (teammates, more_teammates) = without_user(table, part);
        let (tone, answer) = answer(table);
        Self {
            shell: Shell::of_connection(name, Section::Team),
            name: name.clone(),
            tone,
            answer,
            is_empty: table.users.is_empty() && table.teammates.is_empty(),
            filters: Show::EACH
                .into_iter()
                .map(|show| filter(table, part, &found, show))
                .collect(),
            search: Search {
                action: Part::first(Show::All, "").address(name),
                show: part.show.slug(),
                text: part.text.clone(),
            },
            users: users.map(|user| UserRow::new(table, user)).collect(),
            pages: pages(name, part, page, shown.len()),
            teammates,
            more_teammates,
        }
    }
}

impl Part {
    fn first(show: Show, text: &str) -> Self {
        Self {
            show,
            text: text.to_owned(),
            page: 1,
        }
    }

    fn address(&self, name: &str) -> String {
        let route = Route::Team {
            name,
            show: self.show.slug(),
            text: &self.text,
            page: self.page,
        };
        route.to_string()
    }

    fn finds(&self, name: &str, email: Option<&str>) -> bool {
        let wanted = self.text.to_lowercase();
        let fits = |text: &str| text.to_lowercase().contains(&wanted);
        fits(name) || email.is_some_and(fits)
    }

    fn finds_user(&self, user: &Pairing) -> bool {
        self.finds(&user.name, user.email.as_deref())
    }
}

fn answer(table: &TeamTable) -> (Tone, String) {
    if table.users.is_empty() {
        return (Tone::Quiet, "Nobody is known yet.".to_owned());
    }
    let counting = table.users.iter().filter(|user| user.counts);
    let (paired, without): (Vec<_>, Vec<_>) = counting.partition(|user| user.pair.is_some());
    let all = (paired.len() + without.len()) as u64;
    let tone = if without.is_empty() {
        Tone::Good
    } else {
        Tone::Quiet
    };
    let words = format!(
        "{} of {} paired with a teammate.",
        number(paired.len() as u64),
        counted(
            all,
            "active Salesforce User is",
            "active Salesforce Users are"
        ),
    );
    (tone, words)
}

fn filter(table: &TeamTable, part: &Part, found: &[&Pairing], show: Show) -> Filter {
    let count = found.iter().filter(|user| show.takes(table, user)).count();
    Filter {
        label: show.label(),
        count: number(count as u64),
        href: Part::first(show, &part.text).address(&table.connection.name),
        current: part.show == show,
    }
}

fn pages(name: &str, part: &Part, page: usize, shown: usize) -> Pages {
    let last = shown.div_ceil(PER_PAGE).max(1);
    let there = |page| {
        let part = Part {
            page,
            ..part.clone()
        };
        part.address(name)
    };
    let from = (page - 1) * PER_PAGE;
    let to = (from + PER_PAGE).min(shown);
    Pages {
        words: match shown {
            0 => "Nobody".to_owned(),
            _ => format!(
                "{} to {} of {}",
                number(from as u64 + 1),
                number(to as u64),
                number(shown as u64)
            ),
        },
        previous: (page > 1).then(|| there(page - 1)),
        next: (page < last).then(|| there(page + 1)),
    }
}

/// Teammates whom no User is: they own nothing in Salesforce. Beside all Users, and beside those
/// without a teammate.
fn without_user(table: &TeamTable, part: &Part) -> (Vec<TeammateRow>, Option<String>) {
    match part.show {
        Show::All | Show::Without => {}
        Show::Paired | Show::Chosen => return (Vec::new(), None),
    }
    let pairs = table.users.iter().filter_map(|user| user.pair.as_ref());
    let paired: std::collections::BTreeSet<_> = pairs.map(|pair| &pair.teammate).collect();
    let mut rows: Vec<TeammateRow> = table
        .teammates
        .iter()
        .filter(|(id, name, email)| !paired.contains(id) && part.finds(name, email.as_deref()))
        .map(|(_, name, email)| TeammateRow::new(name, email.as_deref()))
        .collect();
    let more = rows.len().saturating_sub(PER_PAGE);
    rows.truncate(PER_PAGE);
    let words = format!("and {} more", number(more as u64));
    (rows, (more > 0).then_some(words))
}

pub(crate) async fn show(
    State(site): State<Site>,
    Path(name): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let part = asked.part()?;
    let connection = site.connection(&name).await?;
    let table = site.engine.team_table(connection.id).await?;
    Ok(page(StatusCode::OK, &TeamPage::new(&table, &part)))
}

#[cfg(test)]
pub(crate) mod samples;
#[cfg(test)]
mod tests;
