//! Failures as cards of four lines, one card a cause: what happened to whom; why; what to do, with
//! the link that does it; the vendor's own words, folded.

use std::collections::BTreeSet;

use engine::Overview;
use model::{Subject, Timestamp};
use store::{Connection, Failure, Unclear, WaitsFor};

use super::chips::{self, Chip, chip};
use super::unclear;
use crate::look::Tone;
use crate::oauth::DEFAULT_APP;
use crate::problem::capitalised;
use crate::routes::Route;
use crate::wording::{ago, counted, left, number, short};

/// The cause of records that cannot be seen any more.
const HIDDEN: &str = "m8.hidden";

/// Subjects named on one card; of the others only the number is said.
const NAMED_MAX: usize = 5;

/// Different words of the vendor on one card.
const WORDS_MAX: usize = 3;

/// A vendor's message may be a whole page of HTML.
const WORDS_LENGTH_MAX: usize = 600;

/// All failures of one cause.
pub(crate) struct FailureCard {
    pub(crate) tone: Tone,
    pub(crate) what: String,
    pub(crate) count: String,
    pub(crate) whom: Vec<Chip>,
    /// How many more than those named.
    pub(crate) more: Option<String>,
    pub(crate) why: &'static str,
    pub(crate) advice: String,
    pub(crate) action: Option<(String, String)>,
    /// What can be said of each that is named.
    pub(crate) verdicts: Vec<Deleted>,
    pub(crate) words: Vec<String>,
    /// How long ago the last one was, and when exactly.
    pub(crate) last: Option<(String, String)>,
    /// It goes on only after somebody did something.
    pub(crate) needs_you: bool,
}

/// The button by which an admin says that a record which cannot be seen is deleted.
pub(crate) struct Deleted {
    pub(crate) href: String,
    pub(crate) record: String,
    pub(crate) label: String,
}

/// One card per cause, those that wait for somebody first, then by number.
pub(crate) fn cards(overview: &Overview) -> Vec<FailureCard> {
    let by_cause = overview.failures_by_cause.iter();
    let mut cards: Vec<FailureCard> = by_cause
        .map(|(cause, count)| card(overview, cause, *count))
        .collect();
    // Stable: within each half the order of the ledger stays.
    cards.sort_by_key(|card| !card.needs_you);
    cards
}

fn card(overview: &Overview, cause: &str, count: u64) -> FailureCard {
    let of_cause: Vec<&Failure> = overview
        .failures
        .iter()
        .filter(|failure| failure.report.cause == cause)
        .collect();
    let Some(latest) = of_cause.first().copied() else {
        return unlisted(cause, count);
    };
    let instance = chips::instance(&overview.connection);
    let subjects: BTreeSet<&Subject> = of_cause
        .iter()
        .map(|failure| &failure.report.subject)
        .collect();
    let named = subjects.len().min(NAMED_MAX);
    let whom = subjects.iter().copied().take(NAMED_MAX);
    let words: BTreeSet<&str> = of_cause
        .iter()
        .filter_map(|failure| failure.report.vendor_words.as_deref())
        .collect();
    let more = count.saturating_sub(named as u64);
    let waits_for = latest.report.waits_for;
    FailureCard {
        tone: tone(waits_for),
        what: short(&capitalised(&latest.report.summary), WORDS_LENGTH_MAX),
        count: counted(count, "failure", "failures"),
        whom: whom
            .map(|subject| chip(subject, instance.as_ref()))
            .collect(),
        more: (more > 0).then(|| format!("and {} more", number(more))),
        why: why(cause),
        advice: advice(latest, cause, overview.now),
        action: action(overview, cause, waits_for),
        verdicts: deleted(overview, cause, subjects.iter().copied()),
        words: words
            .into_iter()
            .take(WORDS_MAX)
            .map(|it| short(it, WORDS_LENGTH_MAX))
            .collect(),
        last: Some((
            ago(overview.now.since(latest.last)),
            latest.last.to_rfc3339(),
        )),
        needs_you: needs_somebody(waits_for),
    }
}

/// A cause whose failures are all older than those that the overview lists: it is not forgotten.
fn unlisted(cause: &str, count: u64) -> FailureCard {
    let waits_for = WaitsFor::Change;
    FailureCard {
        tone: tone(waits_for),
        what: "Earlier failures of another cause.".to_owned(),
        count: counted(count, "failure", "failures"),
        whom: Vec::new(),
        more: None,
        why: why(cause),
        advice: "They are listed here once the later ones are settled.".to_owned(),
        action: None,
        verdicts: Vec::new(),
        words: Vec::new(),
        last: None,
        needs_you: needs_somebody(waits_for),
    }
}

fn needs_somebody(waits_for: WaitsFor) -> bool {
    match waits_for {
        WaitsFor::Time | WaitsFor::Plan => false,
        WaitsFor::Reconnect | WaitsFor::Change => true,
    }
}

fn tone(waits_for: WaitsFor) -> Tone {
    match waits_for {
        WaitsFor::Time | WaitsFor::Plan => Tone::Busy,
        WaitsFor::Change => Tone::Warn,
        WaitsFor::Reconnect => Tone::Bad,
    }
}

/// Why it happened, in plain words, by the machine name of the cause.
fn why(cause: &str) -> &'static str {
    match cause {
        "m0.crowded" => "More contacts or records share this key than the settings allow.",
        "a1.attribute" => "An attribute that Carrick writes cannot be used in this workspace.",
        "o4.fallback" => "The teammate who gets these contacts is not in the workspace any more.",
        "o5.put-back" => {
            "Somebody else, probably another automation, keeps changing what Carrick puts back."
        }
        HIDDEN => {
            "The integration user cannot see the record, and nobody said that it was deleted."
        }
        "a3.refused" => "Intercom did not take the event.",
        "l8.refused" => "Intercom did not take the note.",
        "l8.author" => "A note needs an author who is in the workspace.",
        "mail.refused" => "The mail server refused the message for good.",
        "intercom.unreachable" => "Intercom could not be reached, or did not answer in time.",
        "intercom.unauthorized" => "Intercom no longer accepts the stored token.",
        "intercom.plan" => "The workspace's plan does not include this.",
        "intercom.forbidden" => "The Intercom app lacks a permission.",
        "intercom.rate-limit" => "The workspace has used up its calls for the moment.",
        "intercom.busy" => "Another call to Intercom is in the way.",
        "intercom.full" => "Intercom takes no more of these until some are removed.",
        "intercom.attributes" => "The workspace lacks an attribute that was to be written.",
        "intercom.gone" => "The contact was deleted, archived or merged meanwhile.",
        "intercom.conflict" => "Another contact already has this value.",
        "intercom.invalid" => "Intercom refused a value.",
        "intercom.unavailable" => "Intercom answered that it is not available.",
        "intercom.unexpected" => "Intercom answered in a form that Carrick does not understand.",
        "salesforce.unreachable" => "Salesforce could not be reached, or did not answer in time.",
        "salesforce.unauthorized" => "Salesforce no longer accepts the stored sign-in.",
        "salesforce.address" => "The org's address is not one of Salesforce's.",
        "salesforce.api-disabled" => "This edition of Salesforce has no access by API.",
        "salesforce.limit" => "The org has used up its API calls for today.",
        "salesforce.unavailable" => "Salesforce answered that it is busy or not available.",
        "salesforce.locked" => "Someone else was writing to the record at the same moment.",
        "salesforce.storage" => "The org has no storage left.",
        "salesforce.query" => "Salesforce could not finish reading.",
        "salesforce.access" => "The integration user may not read or write this.",
        "salesforce.schema" => "A field that Carrick uses is missing, hidden or read-only.",
        "salesforce.required" => "The org requires a field that nobody filled in.",
        "salesforce.validation" => "A validation rule or trigger of the org refused the values.",
        "salesforce.owner" => "The record cannot belong to this User.",
        "salesforce.duplicate" => "A duplicate rule of the org found a similar record.",
        "salesforce.gone" => "The record was deleted, merged or converted meanwhile.",
        "salesforce.malformed" => "Salesforce refused the request as such.",
        "salesforce.unexpected" => {
            "Salesforce answered in a form that Carrick does not understand."
        }
        _ => "There are no plainer words for this cause than the message itself.",
    }
}

fn advice(latest: &Failure, cause: &str, now: Timestamp) -> String {
    match latest.report.waits_for {
        WaitsFor::Time => match latest.report.retry_at {
            Some(at) if at > now => {
                let wait = left(at.since(now).as_secs());
                format!("Nothing to do. It is tried again by itself in {wait}.")
            }
            Some(_) | None => "Nothing to do. It is tried again by itself.".to_owned(),
        },
        WaitsFor::Plan => "Nothing to do. It is looked at anew by itself.".to_owned(),
        WaitsFor::Reconnect => "Connect again; what waited then goes on by itself.".to_owned(),
        WaitsFor::Change => format!("{} After that it goes on by itself.", change(cause)),
    }
}

fn change(cause: &str) -> &'static str {
    match cause {
        "m0.crowded" => "Give these people addresses of their own, or allow this address.",
        "o4.fallback" => "Choose another teammate, or nobody.",
        "o5.put-back" => {
            "Find what else writes this field in Intercom, and stop one of the two. A change in \
             Salesforce is written again."
        }
        HIDDEN => {
            "Share the record with the integration user, or say that it is deleted: then what it \
             showed is taken back."
        }
        "a3.refused" | "l8.refused" => {
            "It is not sent again. Intercom's own message says why; the entry goes after a week."
        }
        "l8.author" => "Choose a service teammate in the settings.",
        "a1.attribute" => "Rename or archive the attribute of this name in Intercom.",
        "intercom.forbidden" => "Give the Intercom app the permission and connect it again.",
        "salesforce.access" | "salesforce.schema" => {
            "Give the integration user access to the object or field in Salesforce."
        }
        "mail.refused" => {
            "Correct the installer's address in Intercom, or [mail] of the configuration and start \
             Carrick again. The message can be read and dismissed on this page."
        }
        "salesforce.storage" => "Free storage in the org.",
        "salesforce.required" => "Fill in the field on the record, or make it optional.",
        _ => "Correct the value where it comes from.",
    }
}

fn action(overview: &Overview, cause: &str, waits_for: WaitsFor) -> Option<(String, String)> {
    let connection = &overview.connection;
    match waits_for {
        WaitsFor::Reconnect => Some(reconnect(connection, cause)),
        WaitsFor::Change => {
            let (route, label) = place(&connection.name, cause)?;
            Some((route.to_string(), label.to_owned()))
        }
        WaitsFor::Time | WaitsFor::Plan => None,
    }
}

/// The page on which the cause can be removed.
fn place<'a>(name: &'a str, cause: &str) -> Option<(Route<'a>, &'static str)> {
    match cause {
        "m0.crowded" => {
            let show = Some(unclear::slug(Unclear::Crowded));
            let after = None;
            Some((Route::People { name, show, after }, "Look at the addresses"))
        }
        "o4.fallback" => Some((Route::Ownership(name), "Choose a teammate")),
        "l8.author" => Some((Route::Settings(name), "Open the settings")),
        _ => None,
    }
}

/// A button for each record that cannot be seen.
fn deleted<'a>(
    overview: &Overview,
    cause: &str,
    subjects: impl Iterator<Item = &'a Subject>,
) -> Vec<Deleted> {
    if cause != HIDDEN {
        return Vec::new();
    }
    let button = |subject: &Subject| {
        let Subject::Record(record) = subject else {
            return None;
        };
        Some(Deleted {
            href: Route::ForgetHidden(&overview.connection.name).to_string(),
            record: record.to_string(),
            label: format!("{} {record} is deleted", record.object().as_str()),
        })
    };
    subjects.take(NAMED_MAX).filter_map(button).collect()
}

fn reconnect(connection: &Connection, cause: &str) -> (String, String) {
    if cause.starts_with("salesforce") {
        let route = Route::ConnectSalesforce(&connection.name);
        return (route.to_string(), "Reconnect Salesforce".to_owned());
    }
    let profile = connection.profile.intercom.as_ref();
    let app = profile.map_or(DEFAULT_APP, |profile| profile.app.as_str());
    let route = Route::ConnectIntercom {
        name: &connection.name,
        app,
    };
    (route.to_string(), "Reconnect Intercom".to_owned())
}

#[cfg(test)]
mod tests;
