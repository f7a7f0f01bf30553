//! The part of a connection's page that moves: what is true now, drawn from one overview.
//!
//! The page renders it when it is loaded and the live stream renders it again; both give the same
//! HTML, so a browser can put one in the place of the other.

mod answer;
mod sync_view;

use askama::Template;
use engine::{Overview, Progress};
use store::{Connection, ConnectionState, StoredEntry};

use super::failures::{self, FailureCard};
use super::filter::Filter;
use super::notices::{self, NoticeView};
use super::rewalk::{RewalkView, rewalk};
use super::sides::{self, SideView};
use super::unclear;
use crate::look::{State, Tone};
use crate::page::Reload;
use crate::wording::{ago, number, percent, short};
use sync_view::SyncView;

/// Latest lines of the timeline on the page.
const HAPPENED_MAX: usize = 12;

/// A longer line of the timeline is folded.
const LINE_LENGTH_MAX: usize = 120;

/// The region.
pub(crate) struct Live {
    pub(crate) name: String,
    pub(crate) state: State,
    pub(crate) is_sandbox: bool,
    pub(crate) tone: Tone,
    pub(crate) answer: String,
    pub(crate) sync: SyncView,
    pub(crate) rewalk: Option<RewalkView>,
    /// Persons without a clear match, by why.
    pub(crate) unclear: Vec<Filter>,
    pub(crate) failures: Vec<FailureCard>,
    pub(crate) notices: Vec<NoticeView>,
    pub(crate) sides: [SideView; 2],
    pub(crate) figures: Vec<(&'static str, String)>,
    pub(crate) budgets: Vec<Budget>,
    pub(crate) poll_problem: Option<String>,
    pub(crate) details: Vec<(&'static str, String)>,
    pub(crate) happened: Vec<Happened>,
}

/// How much of an allowance is used.
pub(crate) struct Budget {
    pub(crate) label: &'static str,
    pub(crate) used: u64,
    pub(crate) limit: u64,
    pub(crate) words: String,
}

/// A line of the timeline.
pub(crate) struct Happened {
    pub(crate) ago: String,
    pub(crate) exact: String,
    pub(crate) rule: String,
    /// One line, cut if it is long.
    pub(crate) what: String,
    /// All of it, if that is more.
    pub(crate) whole: Option<String>,
}

/// The region alone, as the live stream sends it.
#[derive(Template)]
#[template(path = "components/live.html")]
pub(crate) struct LiveRegion<'a> {
    pub(crate) live: &'a Live,
}

impl Live {
    pub(crate) fn new(overview: &Overview, progress: &Progress) -> Self {
        let failures = failures::cards(overview);
        let (tone, answer) = answer::answer(overview, progress, &failures);
        let connection = &overview.connection;
        let profile = connection.profile.salesforce.as_ref();
        let latest = overview.latest.iter().take(HAPPENED_MAX);
        Self {
            name: connection.name.clone(),
            state: state(connection),
            is_sandbox: profile.is_some_and(|profile| profile.is_sandbox),
            tone,
            answer,
            sync: SyncView::new(overview, progress),
            rewalk: rewalk(overview.rewalk.as_ref()),
            unclear: unclear::filters(&connection.name, &overview.unclear, None),
            failures,
            notices: notices::notices(overview),
            sides: sides::sides(connection),
            figures: figures(overview, progress),
            budgets: budgets(overview),
            poll_problem: overview.last_poll_problem.clone(),
            details: details(overview),
            happened: latest.map(|line| happened(line, overview)).collect(),
        }
    }

    /// Whether the visitor should connect a side before anything else.
    pub(crate) fn needs_connecting(&self) -> bool {
        self.sides.iter().any(|side| side.is_next)
    }

    /// Whether everybody is being looked at again.
    pub(crate) fn walks(&self) -> bool {
        self.rewalk.is_some()
    }

    /// Whether the page should be loaded anew where there is no script.
    pub(crate) fn reload(&self) -> Reload {
        if self.sync.is_running() || self.walks() {
            Reload::WhileItMoves
        } else {
            Reload::Never
        }
    }
}

/// The state of a connection with its word.
pub(crate) fn state(connection: &Connection) -> State {
    match &connection.state {
        ConnectionState::Incomplete => State::new(Tone::Quiet, "Not complete"),
        ConnectionState::Ready => State::new(Tone::Good, "Connected"),
        ConnectionState::Paused => State::new(Tone::Warn, "Paused"),
        ConnectionState::Reconnect { .. } => State::new(Tone::Bad, "Connect again"),
        ConnectionState::Uninstalled => State::new(Tone::Bad, "Removed"),
    }
}

fn figures(overview: &Overview, progress: &Progress) -> Vec<(&'static str, String)> {
    let mirror = &overview.counts;
    let mut figures = vec![
        ("Contacts in Intercom", mirror.contacts),
        ("Leads", mirror.leads),
        ("Salesforce contacts", mirror.sf_contacts),
        ("Accounts", mirror.accounts),
        ("Linked", mirror.links),
    ];
    let running = sync_view::is_running(progress.phase);
    let counts = match &overview.sweep {
        Some(_) if running => Some(&progress.counts),
        Some(sweep) => Some(&sweep.counts),
        None => running.then_some(&progress.counts),
    };
    if let Some(counts) = counts {
        figures.push(("Several matches", counts.ambiguous));
        figures.push(("Without a match", counts.unmatched));
    }
    figures
        .into_iter()
        .map(|(label, value)| (label, number(value)))
        .collect()
}

fn budgets(overview: &Overview) -> Vec<Budget> {
    let salesforce = overview.salesforce_usage.map(|(used, limit)| Budget {
        label: "Salesforce API calls in 24 hours",
        used: used.min(limit),
        limit,
        words: format!(
            "{} of {} used, {} %",
            number(used),
            number(limit),
            percent(used.min(limit), limit)
        ),
    });
    let intercom = overview.intercom_headroom.map(|(remaining, limit)| Budget {
        label: "Intercom API calls in this window",
        used: limit.saturating_sub(remaining),
        limit,
        words: format!("{} of {} left", number(remaining), number(limit)),
    });
    salesforce
        .into_iter()
        .chain(intercom)
        .filter(|budget| budget.limit > 0)
        .collect()
}

fn details(overview: &Overview) -> Vec<(&'static str, String)> {
    let seen = |at: Option<model::Timestamp>| match at {
        Some(at) => ago(overview.now.since(at)),
        None => "never".to_owned(),
    };
    vec![
        ("Last webhook from Intercom", seen(overview.last_webhook_at)),
        ("Salesforce last read", seen(overview.last_poll_at)),
        ("Waiting for a look", number(overview.queued)),
        (
            "Creations not confirmed",
            number(overview.unsettled_intents),
        ),
        ("Webhooks waiting", number(overview.deliveries_kept)),
        ("Webhooks not needed", number(overview.deliveries_dropped)),
        (
            "Webhooks of unknown workspaces",
            number(overview.deliveries_of_strangers),
        ),
    ]
}

fn happened(line: &StoredEntry, overview: &Overview) -> Happened {
    let entry = &line.entry;
    // Lines of a body begin with their rule, which has its own column when it is the entry's.
    let without_rule = |said: &String| {
        let said = said
            .strip_prefix(&entry.rule)
            .and_then(|said| said.strip_prefix(' '));
        said.map(str::to_owned)
    };
    let said = entry
        .body
        .iter()
        .map(|said| without_rule(said).unwrap_or_else(|| said.clone()));
    let said: Vec<String> = said.collect();
    let all = if said.is_empty() {
        entry.kind.clone()
    } else {
        said.join("; ")
    };
    let what = short(&all, LINE_LENGTH_MAX);
    Happened {
        ago: ago(overview.now.since(entry.at)),
        exact: entry.at.to_rfc3339(),
        rule: entry.rule.clone(),
        whole: (what != all).then_some(all),
        what,
    }
}

#[cfg(test)]
mod tests;
