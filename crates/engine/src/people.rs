//! Persons without a clear match, as the settings page lists them (M0, M4, M5).

use std::collections::BTreeMap;

use model::{ConnectionId, MatchKey, PersonKey, ic};
use planner::card::{MatchLine, match_line};
use planner::{Match, Record};
use store::{Connection, PersonRows, Unclear, Verdicted};

use crate::engine::Engine;
use crate::error::EngineError;
use crate::execute::called;
use crate::observe::facts;
use crate::team::Terms;

/// Persons on one page.
const PER_PAGE: usize = 25;

/// Contacts and records that are shown of one person.
const SHOWN_MAX: usize = 10;

/// A page of the list.
#[derive(Debug, Clone)]
pub struct UnclearPage {
    /// The connection with its settings.
    pub connection: Connection,
    /// How many persons there are by verdict.
    pub counts: BTreeMap<Unclear, u64>,
    /// This page's.
    pub persons: Vec<UnclearPerson>,
    /// After which key the next page begins, if there is one.
    pub next: Option<MatchKey>,
}

/// A person without a clear match.
#[derive(Debug, Clone)]
pub struct UnclearPerson {
    /// The email that they share.
    pub key: MatchKey,
    /// Why, how many, since when.
    pub listed: Verdicted,
    /// The first of its contacts: id and what people call it.
    pub contacts: Vec<(ic::ContactId, String)>,
    /// The first of its records, in the order in which the card lists them.
    pub records: Vec<MatchLine>,
    /// Whether an admin may allow the key (M0): a crowd has too many.
    pub can_be_allowed: bool,
}

impl Engine {
    /// Persons without a clear match, all or those of one verdict, after `after`.
    pub async fn unclear_page(
        &self,
        id: ConnectionId,
        verdict: Option<Unclear>,
        after: Option<&MatchKey>,
    ) -> Result<UnclearPage, EngineError> {
        let store = &self.inner.store;
        let most = u32::try_from(PER_PAGE + 1).expect("a page is small");
        let mut listed = store.unclear_persons(id, verdict, after, most).await?;
        let more = listed.len() > PER_PAGE;
        listed.truncate(PER_PAGE);
        let next = listed.last().map(|(key, _)| key.clone()).filter(|_| more);
        let terms = self.terms(id).await?;
        let mut persons = Vec::new();
        for (key, listed) in listed {
            // One at a time: a crowd is large.
            let person = PersonKey::Matched(key.clone());
            let rows = store.persons(id, std::slice::from_ref(&person)).await?;
            let rows = rows.into_iter().next();
            persons.extend(rows.map(|rows| self.unclear_person(key, listed, &rows, &terms)));
        }
        Ok(UnclearPage {
            connection: self.connection(id).await?,
            counts: store.unclear_counts(id).await?,
            persons,
            next,
        })
    }

    fn unclear_person(
        &self,
        key: MatchKey,
        listed: Verdicted,
        rows: &PersonRows,
        terms: &Terms,
    ) -> UnclearPerson {
        let facts = facts(rows, terms, self.now());
        let contacts = rows.contacts.iter().take(SHOWN_MAX);
        UnclearPerson {
            key,
            listed,
            contacts: contacts
                .map(|row| (row.id.clone(), called(rows, &row.id)))
                .collect(),
            records: lines(&planner::verdict(&facts)),
            can_be_allowed: rows.crowd.is_none() && listed.verdict == Unclear::Crowded,
        }
    }

    /// Allows a crowded key (M0): its persons are worked on from now on.
    pub async fn allow_crowded(&self, id: ConnectionId, key: &MatchKey) -> Result<(), EngineError> {
        let connection = self.connection(id).await?;
        let mut settings = connection.settings;
        settings.matching.crowded_allowed.insert(key.clone());
        self.put_settings(id, &settings, connection.settings_rev)
            .await?;
        Ok(())
    }
}

fn lines(matched: &Match<'_>) -> Vec<MatchLine> {
    let lead = |lead: &&planner::Lead| match_line(&Record::Lead((*lead).clone()));
    let contact = |it: &&planner::SfContact| match_line(&Record::Contact((*it).clone()));
    match matched {
        Match::None => Vec::new(),
        Match::Lead(one) => vec![lead(one)],
        Match::Contact {
            contact: one,
            leads,
        } => std::iter::once(contact(one))
            .chain(leads.iter().map(lead))
            .take(SHOWN_MAX)
            .collect(),
        Match::ManyLeads(leads) => leads.iter().take(SHOWN_MAX).map(lead).collect(),
        Match::ManyContacts { contacts, leads } => contacts
            .iter()
            .map(contact)
            .chain(leads.iter().map(lead))
            .take(SHOWN_MAX)
            .collect(),
    }
}
