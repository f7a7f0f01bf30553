//! What was counted for a wish about owners, and the button that saves it.

use engine::{OwnerChange, OwnerPreview, PreviewState, TeamTable};
use model::Timestamp;
use model::settings::TeammateChoice;

use super::called;
use super::wish::is_of;
use crate::routes::Route;
use crate::wording::{ago, counted, number, short};

/// Names of contacts and teammates are shown up to this length.
const NAME_LENGTH_MAX: usize = 80;

/// Why it could not be counted is shown up to this length.
const WORDS_LENGTH_MAX: usize = 300;

/// A count of a wish.
pub(crate) struct PreviewView {
    fallback: TeammateChoice,
    pub(super) wish: String,
    pub(super) outcome: Counted,
    /// What the forms send again.
    pub(super) sent: Sent,
    pub(super) discard: String,
}

/// How far the count is.
pub(crate) enum Counted {
    Counting {
        done: u64,
        total: u64,
        words: String,
    },
    Done(Done),
    /// It cannot be saved.
    Void(String),
}

/// A count that is through.
pub(crate) struct Done {
    pub(super) headline: String,
    pub(super) lines: Vec<String>,
    pub(super) changes: Vec<ChangeLine>,
    pub(super) more: Option<String>,
    pub(super) save: String,
    pub(super) ago: String,
    pub(super) exact: String,
}

/// One owner that would change.
pub(crate) struct ChangeLine {
    pub(super) who: String,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) rule: &'static str,
    pub(super) because: &'static str,
}

/// The wish as fields of a form.
pub(crate) struct Sent {
    pub(super) rev: i64,
    pub(super) fallback: String,
    pub(super) save: String,
    pub(super) count: String,
}

impl PreviewView {
    pub(super) fn new(table: &TeamTable, preview: &OwnerPreview, now: Timestamp) -> Self {
        let connection = &table.connection;
        let wished = &preview.settings.ownership;
        let fallback = called(table, &wished.fallback);
        let outcome = if is_of(preview, connection) {
            outcome(
                preview,
                connection.settings.ownership.maintain,
                &fallback,
                now,
            )
        } else {
            let words = "The settings were changed since this was counted. Count again.";
            Counted::Void(words.to_owned())
        };
        let name = &connection.name;
        Self {
            fallback: wished.fallback.clone(),
            wish: wish(&wished.fallback, &fallback),
            outcome,
            sent: Sent {
                rev: connection.settings_rev,
                fallback: wished.fallback.clone().into(),
                save: Route::Ownership(name).to_string(),
                count: Route::OwnerPreview(name).to_string(),
            },
            discard: Route::DiscardOwnerPreview(name).to_string(),
        }
    }

    /// Who is wished to stand in.
    pub(super) fn fallback(&self) -> &TeammateChoice {
        &self.fallback
    }

    pub(super) fn is_counting(&self) -> bool {
        match self.outcome {
            Counted::Counting { .. } => true,
            Counted::Done(_) | Counted::Void(_) => false,
        }
    }
}

fn wish(choice: &TeammateChoice, called: &str) -> String {
    match choice {
        TeammateChoice::Nobody => {
            "Owners follow Salesforce; where a Lead's or contact's owner is no teammate, nobody \
             owns it."
                .to_owned()
        }
        TeammateChoice::Installer | TeammateChoice::Teammate(_) => format!(
            "Owners follow Salesforce; where a Lead's or contact's owner is no teammate, it goes \
             to {}.",
            short(called, NAME_LENGTH_MAX)
        ),
    }
}

fn outcome(preview: &OwnerPreview, maintained: bool, fallback: &str, now: Timestamp) -> Counted {
    match &preview.state {
        PreviewState::Counting => Counted::Counting {
            done: preview.walked.min(preview.total),
            total: preview.total.max(1),
            words: format!(
                "Counting, {} of {}.",
                number(preview.walked),
                counted(preview.total, "contact", "contacts")
            ),
        },
        PreviewState::Failed(why) => Counted::Void(format!(
            "It could not be counted to the end: {}. Count again.",
            short(why, WORDS_LENGTH_MAX).trim_end_matches('.')
        )),
        PreviewState::Done => Counted::Done(done(preview, maintained, fallback, now)),
    }
}

fn done(preview: &OwnerPreview, maintained: bool, fallback: &str, now: Timestamp) -> Done {
    let all = preview.set.saturating_add(preview.cleared);
    let verb = if maintained { "Save" } else { "Switch on" };
    let owners = counted(all, "owner changes", "owners change");
    let shown = preview.samples.len() as u64;
    let more = all.saturating_sub(shown);
    Done {
        headline: headline(preview, all),
        lines: lines(preview, fallback),
        changes: preview.samples.iter().map(change).collect(),
        more: (more > 0).then(|| format!("and {} more", number(more))),
        save: match all {
            0 => format!("{verb}: no owner changes"),
            _ => format!("{verb}: {owners}"),
        },
        ago: ago(now.since(preview.at)),
        exact: preview.at.to_rfc3339(),
    }
}

fn headline(preview: &OwnerPreview, all: u64) -> String {
    match (preview.total, all) {
        (0, _) => "No contact was read yet, so there is nothing to count.".to_owned(),
        (_, 0) => "No owner would change.".to_owned(),
        (_, all) => format!("{} would change.", counted(all, "owner", "owners")),
    }
}

fn lines(preview: &OwnerPreview, fallback: &str) -> Vec<String> {
    let verb = |count, one: &str, many: &str| {
        let verb = if count == 1 { one } else { many };
        format!("{} {verb}", number(count))
    };
    let followed = preview.set.saturating_sub(preview.fallback);
    let get = |count| verb(count, "gets", "get");
    let fallback = short(fallback, NAME_LENGTH_MAX);
    [
        (
            followed,
            format!("{} the owner of the account or record.", get(followed)),
        ),
        (
            preview.fallback,
            format!(
                "{} {fallback}, since the record's owner is no teammate.",
                get(preview.fallback)
            ),
        ),
        (
            preview.cleared,
            format!(
                "{} cleared, since no teammate is to own them.",
                verb(preview.cleared, "is", "are")
            ),
        ),
    ]
    .into_iter()
    .filter(|(count, _)| *count > 0)
    .map(|(_, words)| words)
    .collect()
}

fn change(change: &OwnerChange) -> ChangeLine {
    let owner = |owner: &Option<String>| match owner {
        Some(name) => short(name, NAME_LENGTH_MAX),
        None => "nobody".to_owned(),
    };
    ChangeLine {
        who: short(&change.name, NAME_LENGTH_MAX),
        from: owner(&change.from),
        to: owner(&change.to),
        rule: change.rule,
        because: match change.rule {
            "O2" => "owner of the account or record",
            "O3" => "the account's owner is no teammate",
            "O4" => "the record's owner is no teammate",
            _ => "",
        },
    }
}
