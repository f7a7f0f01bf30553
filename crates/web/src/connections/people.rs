//! `GET /connections/{name}/people`: persons without a clear match (M0, M4, M5), why, and what to do.

pub(crate) mod allow;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use engine::{UnclearPage, UnclearPerson};
use model::settings::{AmbiguousContacts, Matching};
use model::{MatchKey, Timestamp};
use planner::card::MatchLine;
use serde::Deserialize;
use store::{Side, Unclear, Verdicted};
use url::Url;

use super::chips::{self, Chip};
use super::filter::Filter;
use super::unclear;
use crate::look::{State as Look, Tone};
use crate::page::{Section, Shell, page};
use crate::problem::Problem;
use crate::routes::Route;
use crate::site::Site;
use crate::wording::{ago, counted, number};

#[derive(Template)]
#[template(path = "pages/connections/people.html")]
pub(crate) struct PeoplePage {
    shell: Shell,
    name: String,
    tone: Tone,
    answer: String,
    filters: Vec<Filter>,
    persons: Vec<PersonView>,
    /// Where the form that allows an address is sent.
    allow: String,
    nobody: &'static str,
    first: Option<String>,
    next: Option<String>,
}

/// A person without a clear match.
struct PersonView {
    key: String,
    verdict: Look,
    why: String,
    contacts: Vec<Chip>,
    more_contacts: Option<String>,
    records: Vec<RecordView>,
    more_records: Option<String>,
    ago: String,
    exact: String,
    advice: &'static str,
    /// What allowing the address does, if it may be allowed.
    allowing: Option<String>,
}

/// One of several records.
struct RecordView {
    chip: Chip,
    detail: String,
}

/// Which part of the list is shown.
#[derive(Debug, Clone, Default)]
pub(crate) struct Part {
    pub(crate) verdict: Option<Unclear>,
    pub(crate) after: Option<MatchKey>,
}

/// The part of the list, as an address names it.
#[derive(Deserialize)]
pub(crate) struct Asked {
    show: Option<String>,
    after: Option<String>,
}

impl Asked {
    fn part(self) -> Result<Part, Problem> {
        let verdict = match self.show {
            Some(show) => Some(unclear::of_slug(&show).ok_or_else(Problem::no_such_page)?),
            None => None,
        };
        let after = self.after.map(MatchKey::try_from).transpose();
        let after = after.map_err(|_| Problem::no_such_page())?;
        Ok(Part { verdict, after })
    }
}

/// Whether everybody has been matched once: before that an empty list says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Matched {
    Once,
    Never,
}

impl PeoplePage {
    pub(crate) fn new(list: &UnclearPage, part: &Part, matched: Matched, now: Timestamp) -> Self {
        let connection = &list.connection;
        let name = &connection.name;
        let instance = chips::instance(connection);
        let matching = &connection.settings.matching;
        let persons = list.persons.iter();
        let (tone, answer) = answer(unclear::total(&list.counts), matched);
        Self {
            shell: Shell::of_connection(name, Section::People),
            name: name.clone(),
            tone,
            answer,
            filters: filters(list, part),
            persons: persons
                .map(|it| person(it, matching, instance.as_ref(), now))
                .collect(),
            allow: Route::AllowCrowded(name).to_string(),
            nobody: nobody(part, matched),
            first: part
                .after
                .as_ref()
                .map(|_| unclear::address(name, part.verdict)),
            next: list.next.as_ref().map(|key| {
                let route = Route::People {
                    name,
                    show: part.verdict.map(unclear::slug),
                    after: Some(key.as_str()),
                };
                route.to_string()
            }),
        }
    }
}

fn answer(total: u64, matched: Matched) -> (Tone, String) {
    match (total, matched) {
        (0, Matched::Never) => (Tone::Quiet, "Not everybody was compared yet.".to_owned()),
        (0, Matched::Once) => (Tone::Good, "Everybody has a clear match.".to_owned()),
        (1, _) => (Tone::Warn, "1 person has no clear match.".to_owned()),
        (more, _) => (
            Tone::Warn,
            format!("{} people have no clear match.", number(more)),
        ),
    }
}

/// What stands in place of an empty list.
fn nobody(part: &Part, matched: Matched) -> &'static str {
    match (part.verdict, matched) {
        (_, Matched::Never) => {
            "The first sync compares everybody by email. Who cannot be matched clearly is listed \
             here."
        }
        (None, Matched::Once) => {
            "Every email belongs to one Lead or Salesforce contact, or to none. There is nothing \
             to do here."
        }
        (Some(_), Matched::Once) => "Nobody is listed for this reason.",
    }
}

fn filters(list: &UnclearPage, part: &Part) -> Vec<Filter> {
    let name = &list.connection.name;
    let verdicts = unclear::filters(name, &list.counts, part.verdict);
    if verdicts.is_empty() {
        return verdicts;
    }
    let all = Filter {
        label: "All",
        count: number(unclear::total(&list.counts)),
        href: unclear::address(name, None),
        current: part.verdict.is_none(),
    };
    std::iter::once(all).chain(verdicts).collect()
}

fn person(
    person: &UnclearPerson,
    matching: &Matching,
    instance: Option<&Url>,
    now: Timestamp,
) -> PersonView {
    let listed = &person.listed;
    let contacts = person.contacts.iter();
    let records = person.records.iter();
    let in_all = listed.leads.saturating_add(listed.sf_contacts);
    PersonView {
        key: person.key.as_str().to_owned(),
        verdict: Look::new(Tone::Warn, unclear::label(listed.verdict)),
        why: why(listed, matching),
        contacts: contacts
            .map(|(_, called)| chips::called(Side::Intercom, called.clone()))
            .collect(),
        more_contacts: more(listed.contacts, person.contacts.len()),
        records: records.map(|line| record(line, instance)).collect(),
        more_records: more(in_all, person.records.len()),
        ago: ago(now.since(listed.since)),
        exact: listed.since.to_rfc3339(),
        advice: advice(person, matching),
        allowing: may_be_allowed(person, matching).then(|| allowing(listed)),
    }
}

fn record(line: &MatchLine, instance: Option<&Url>) -> RecordView {
    let owner = line.owner.as_deref();
    let owner = owner.map(|owner| format!("owned by {owner}"));
    let detail = Some(line.detail.clone()).filter(|detail| !detail.is_empty());
    let known: Vec<String> = detail.into_iter().chain(owner).collect();
    RecordView {
        chip: chips::record(line.record, line.name.clone(), instance),
        detail: known.join(" · "),
    }
}

fn more(in_all: u64, shown: usize) -> Option<String> {
    let more = in_all.saturating_sub(shown as u64);
    (more > 0).then(|| format!("and {} more", number(more)))
}

fn contacts(count: u64) -> String {
    counted(count, "contact", "contacts")
}

fn records(listed: &Verdicted) -> String {
    let count = listed.leads.saturating_add(listed.sf_contacts);
    counted(count, "record", "records")
}

fn why(listed: &Verdicted, matching: &Matching) -> String {
    let leads = || counted(listed.leads, "Lead", "Leads");
    match listed.verdict {
        Unclear::ManyLeads => format!("{} have this email, and no Salesforce contact.", leads()),
        Unclear::ManyContacts => {
            let beside = match listed.leads {
                0 => String::new(),
                _ => format!(", beside {}", leads()),
            };
            format!(
                "{} have this email{beside}.",
                counted(
                    listed.sf_contacts,
                    "Salesforce contact",
                    "Salesforce contacts"
                )
            )
        }
        Unclear::Crowded => format!(
            "{} and {} share this email. More than {} or {} say little about who somebody is.",
            contacts(listed.contacts),
            records(listed),
            contacts(matching.crowded_contacts.into()),
            counted(matching.crowded_records.into(), "record", "records"),
        ),
    }
}

/// It stays listed until the walk that follows reaches it.
fn is_allowed(person: &UnclearPerson, matching: &Matching) -> bool {
    matching.crowded_allowed.contains(&person.key)
}

fn may_be_allowed(person: &UnclearPerson, matching: &Matching) -> bool {
    person.can_be_allowed && !is_allowed(person, matching)
}

fn advice(person: &UnclearPerson, matching: &Matching) -> &'static str {
    match person.listed.verdict {
        Unclear::ManyLeads => {
            "Merge the Leads in Salesforce, or open the card of the contact in Intercom and pin \
             the right one. Until then the last values stay."
        }
        Unclear::ManyContacts => match matching.ambiguous_contacts {
            AmbiguousContacts::Nothing => {
                "Merge them in Salesforce, or open the card of the contact in Intercom and pin \
                 the right one. Until then the last values stay."
            }
            AmbiguousContacts::WhatAgrees => {
                "Merge them in Salesforce, or open the card of the contact in Intercom and pin \
                 the right one. Until then only what all of them agree on is written."
            }
        },
        Unclear::Crowded if !person.can_be_allowed => {
            "Give these people addresses of their own. This one is on too many contacts or records \
             to be allowed, and nothing is written to them."
        }
        Unclear::Crowded if is_allowed(person, matching) => {
            "Nothing. This address was allowed; it goes from this list when its turn comes in the \
             walk over everybody."
        }
        Unclear::Crowded => {
            "Give these people addresses of their own, or allow this one. Until then nothing is \
             written to them."
        }
    }
}

/// What the form says before its button is pressed.
fn allowing(listed: &Verdicted) -> String {
    let (who, each) = match listed.contacts {
        1 => ("1 contact".to_owned(), "It shows"),
        many => (format!("All {}", contacts(many)), "Each of them shows"),
    };
    format!(
        "{who} and {} with this email are then treated as one person. {each} the same record in \
         Intercom, and where owners follow Salesforce gets the same owner.",
        records(listed),
    )
}

pub(crate) async fn show(
    State(site): State<Site>,
    Path(name): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let part = asked.part()?;
    let connection = site.connection(&name).await?;
    let overview = site.engine.overview(connection.id).await?;
    let list = site
        .engine
        .unclear_page(connection.id, part.verdict, part.after.as_ref())
        .await?;
    let matched = if overview.matched_once {
        Matched::Once
    } else {
        Matched::Never
    };
    Ok(page(
        StatusCode::OK,
        &PeoplePage::new(&list, &part, matched, overview.now),
    ))
}

#[cfg(test)]
pub(crate) mod samples;
#[cfg(test)]
mod tests;
