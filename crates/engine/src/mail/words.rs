//! A notice in words, the same in a mail and on a page. Nothing that a vendor said is quoted here:
//! it could name a person.

use std::time::Duration;

use salesforce::SalesforceError;
use store::{Side, SweepCounts};
use transport::RetryWhen;

use super::notice::{GoesOn, News, Notice};
use crate::error::EngineError;

/// What is said.
pub(super) struct Words {
    pub(super) headline: &'static str,
    /// One paragraph each.
    pub(super) said: Vec<String>,
    pub(super) figures: Vec<(&'static str, String)>,
}

impl Notice {
    pub(super) fn words(&self) -> Words {
        match &self.news {
            News::SyncDone { counts, .. } => Words {
                headline: "The sync is through",
                said: done(counts),
                figures: figures(counts),
            },
            News::SyncFailed {
                counts,
                why,
                goes_on,
                ..
            } => Words {
                headline: "The sync was stopped by a failure",
                said: vec![why.clone(), how(*goes_on).to_owned()],
                figures: figures(counts),
            },
            News::Reconnect { side } => reconnect(*side),
        }
    }
}

fn done(counts: &SweepCounts) -> Vec<String> {
    let mut said = vec![format!(
        "{} and {} were read.",
        counted(counts.contacts_read, "contact", "contacts"),
        counted(counts.records_read, "record", "records")
    )];
    if counts.linked == 0 {
        said.push(
            "No contact was linked: none has the email of a lead or contact in Salesforce that \
             the integration user can see."
                .to_owned(),
        );
    }
    if counts.failed > 0 {
        let many = counted(counts.failed, "person", "persons");
        said.push(format!(
            "{many} could not be brought up to date; the connection's page says why."
        ));
    }
    said
}

fn how(goes_on: GoesOn) -> &'static str {
    match goes_on {
        GoesOn::ByItself => {
            "While Carrick runs it tries again by itself, and this is not mailed again before a \
             sync is through. What was done stays done."
        }
        GoesOn::WhenStarted => {
            "When the cause is gone, start the sync again on the connection's page. What was done \
             stays done."
        }
    }
}

fn reconnect(side: Side) -> Words {
    let (headline, vendor) = match side {
        Side::Intercom => ("Intercom has to be connected again", "Intercom"),
        Side::Salesforce => ("Salesforce has to be connected again", "Salesforce"),
    };
    Words {
        headline,
        said: vec![
            format!(
                "{vendor} no longer accepts the stored sign-in, so nothing is read or written for \
                 now."
            ),
            "Connect it again on the connection's page. What changed meanwhile is then caught up \
             with."
                .to_owned(),
        ],
        figures: Vec::new(),
    }
}

fn figures(counts: &SweepCounts) -> Vec<(&'static str, String)> {
    let written = counts
        .intercom_writes
        .saturating_add(counts.salesforce_writes);
    let spent = counts.read_ms.saturating_add(counts.reconcile_ms);
    vec![
        ("Linked", number(counts.linked)),
        ("Several matches", number(counts.ambiguous)),
        ("Without a match", number(counts.unmatched)),
        ("Written", number(written)),
        ("Failed", number(counts.failed)),
        ("Time", span(Duration::from_millis(spent))),
    ]
}

/// Why a sync stopped, as a sentence of our own.
pub(super) fn why(error: &EngineError) -> String {
    match error {
        EngineError::Intercom(error) => of_vendor("Intercom", error.retry_when()),
        EngineError::Salesforce(SalesforceError::LimitExceeded { .. }) => {
            "The Salesforce org has used up its API calls for today.".to_owned()
        }
        EngineError::Salesforce(error) => of_vendor("Salesforce", error.retry_when()),
        EngineError::NotConnected { side } | EngineError::Reconnect { side, .. } => {
            of_vendor(name_of(*side), RetryWhen::Reconnected)
        }
        EngineError::Store(_) => "Carrick's own store failed.".to_owned(),
        EngineError::Brake(words) => sentence(words),
        EngineError::Seal(_)
        | EngineError::NoSuchConnection
        | EngineError::Busy
        | EngineError::Stopped
        | EngineError::NameTaken
        | EngineError::BadName
        | EngineError::WorkspaceTaken
        | EngineError::UnknownState
        | EngineError::OtherPlace { .. }
        | EngineError::NoSuchApp(_) => sentence(&error.to_string()),
    }
}

fn of_vendor(vendor: &str, when: RetryWhen) -> String {
    match when {
        RetryWhen::Later { .. } => {
            format!("{vendor} could not be reached, or had no capacity left.")
        }
        RetryWhen::Replanned => format!("{vendor} changed while it was read."),
        RetryWhen::Reconnected => format!("{vendor} no longer accepts the stored sign-in."),
        RetryWhen::Changed => {
            format!("{vendor} refused a request; the connection's page has its words.")
        }
    }
}

fn name_of(side: Side) -> &'static str {
    match side {
        Side::Intercom => "Intercom",
        Side::Salesforce => "Salesforce",
    }
}

/// With a capital letter in front and a full stop behind.
fn sentence(words: &str) -> String {
    let mut characters = words.chars();
    let first: String = characters
        .next()
        .into_iter()
        .flat_map(char::to_uppercase)
        .collect();
    let stop = if words.ends_with('.') { "" } else { "." };
    format!("{first}{}{stop}", characters.as_str())
}

fn counted(count: u64, one: &str, many: &str) -> String {
    let noun = if count == 1 { one } else { many };
    format!("{} {noun}", number(count))
}

/// `1,234,567`.
fn number(value: u64) -> String {
    let digits = value.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// `40 seconds`, `4 minutes`; rounded up.
fn span(time: Duration) -> String {
    let seconds = u64::try_from(time.as_millis().div_ceil(1000)).unwrap_or(u64::MAX);
    if seconds < 120 {
        counted(seconds, "second", "seconds")
    } else {
        counted(seconds.div_ceil(60), "minute", "minutes")
    }
}
