//! The deviations that are known, each with the reason why it stays.
//!
//! An entry names what it excuses as narrowly as it can: operations, side, place, and for a whole
//! body the words of the breach. It excuses one party and never the other: that the twin takes
//! something is no reason for the client to send it. A party's tests can ask which of its entries
//! excused nothing. The client's tour asks; no single test of the twin meets all of its entries.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{LazyLock, Mutex, PoisonError};

use serde::Deserialize;

use crate::exchange::{Deviation, Place};

const KNOWN: &str = include_str!("../deviations.toml");

/// The list, and which of its entries have been met.
#[derive(Debug)]
pub struct Ledger {
    entries: Vec<Entry>,
    met: Mutex<BTreeSet<usize>>,
}

/// A deviation that is known.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// As the description has them; `*` alone is all of them.
    pub operations: Vec<String>,
    /// `request`, `answer` for all statuses, `answer 409` for one.
    pub place: String,
    /// Where; a segment `*` is any one segment, such as the position in a list.
    pub pointer: String,
    /// Words that the breach has. A whole body is excused for nothing else.
    pub breach: Option<String>,
    /// Who is known to deviate so.
    pub party: Party,
    /// What the description has wrong, or who observed what it does not say.
    pub reason: String,
}

/// Whose exchange it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Party {
    /// Our client's requests.
    Client,
    /// The twin's answers, and what its tests ask.
    Twin,
}

/// The text is not a list of deviations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotALedger(String);

impl fmt::Display for NotALedger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no list of deviations: {}", self.0)
    }
}

impl std::error::Error for NotALedger {}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    deviation: Vec<Entry>,
}

impl Ledger {
    /// The list of `deviations.toml`, of which all tests of a process share the entries met.
    pub fn known() -> &'static Self {
        static READ: LazyLock<Ledger> = LazyLock::new(Ledger::of_project);
        &READ
    }

    /// The list of `deviations.toml`, of which nothing is met yet.
    pub fn of_project() -> Self {
        Self::read(KNOWN).expect("deviations.toml is a list; a test reads it")
    }

    /// Reads a list. An entry that would excuse everything at once, that has no reason, or whose
    /// work another one does already is refused.
    pub fn read(text: &str) -> Result<Self, NotALedger> {
        let File { deviation: entries } =
            toml::from_str(text).map_err(|problem| NotALedger(problem.to_string()))?;
        for (at, entry) in entries.iter().enumerate() {
            entry.refuse_if_too_wide()?;
            if let Some(twin) = entries[..at].iter().find(|other| entry.repeats(other)) {
                let what = format!("`{}`: the reason is given twice", entry.pointer);
                return Err(NotALedger(format!("{what}, before as: {}", twin.reason)));
            }
        }
        Ok(Self {
            entries,
            met: Mutex::default(),
        })
    }

    /// Those of `found` that no entry excuses for `party`. What an entry excuses counts as met.
    pub fn unknown(&self, party: Party, found: Vec<Deviation>) -> Vec<Deviation> {
        let mut met = self.met.lock().unwrap_or_else(PoisonError::into_inner);
        let mut unknown = Vec::new();
        for deviation in found {
            let known = self.entries.iter().enumerate();
            let excusing: Vec<usize> = known
                .filter(|(_, entry)| entry.party == party && entry.excuses(&deviation))
                .map(|(at, _)| at)
                .collect();
            met.extend(excusing.iter().copied());
            if excusing.is_empty() {
                unknown.push(deviation);
            }
        }
        unknown
    }

    /// The entries of `party` that excused nothing so far.
    pub fn void_for(&self, party: Party) -> Vec<&Entry> {
        let met = self.met.lock().unwrap_or_else(PoisonError::into_inner);
        let entries = self.entries.iter().enumerate();
        entries
            .filter(|(at, entry)| entry.party == party && !met.contains(at))
            .map(|(_, entry)| entry)
            .collect()
    }
}

impl Entry {
    fn excuses(&self, deviation: &Deviation) -> bool {
        let all = self.operations == ["*"];
        (all || self.operations.contains(&deviation.operation))
            && self.has_place(deviation.place)
            && fits(&self.pointer, &deviation.pointer)
            && (self.breach.as_ref()).is_none_or(|words| deviation.what.contains(words))
    }

    /// True if both excuse the same of one operation at least.
    fn repeats(&self, other: &Self) -> bool {
        (&self.place, &self.pointer, &self.breach) == (&other.place, &other.pointer, &other.breach)
            && self.party == other.party
            && self
                .operations
                .iter()
                .any(|it| other.operations.contains(it))
    }

    fn has_place(&self, place: Place) -> bool {
        match place {
            Place::Request => self.place == "request",
            Place::Answer(_) => self.place == "answer" || self.place == place.to_string(),
        }
    }

    fn refuse_if_too_wide(&self) -> Result<(), NotALedger> {
        let all = self.operations.iter().any(|it| it == "*");
        let refuse = |why: &str| Err(NotALedger(format!("`{}`: {why}", self.pointer)));
        let status = self.place.strip_prefix("answer ");
        let is_place = matches!(self.place.as_str(), "request" | "answer")
            || status.is_some_and(|status| status.parse::<u16>().is_ok());
        if !is_place {
            return refuse("the place is `request`, `answer` or `answer` with a status");
        }
        if self.reason.trim().is_empty() {
            return refuse("there is no reason");
        }
        if all && (status.is_none() || self.pointer != "/status") {
            return refuse("for all operations only a status can be excused, and only by number");
        }
        if self.pointer.is_empty() || self.pointer.split('/').all(|it| it.is_empty() || it == "*") {
            return refuse("it would excuse whatever there is");
        }
        if self
            .breach
            .as_ref()
            .map_or(self.pointer == "/body", |words| words.trim().is_empty())
        {
            return refuse("of a whole body, only a breach in these words can be excused");
        }
        Ok(())
    }
}

fn fits(pattern: &str, pointer: &str) -> bool {
    let (pattern, pointer) = (pattern.split('/'), pointer.split('/'));
    pattern.clone().count() == pointer.clone().count()
        && pattern
            .zip(pointer)
            .all(|(pattern, text)| pattern == "*" || pattern == text)
}
