//! What it means to find, or not to find, what a lost request may have created (invariant 5, L6).
//!
//! A request whose answer never came may have created its Lead at once, may create it minutes
//! later (a call can run ten minutes and rows appear at commit), or may never have arrived. Until
//! that is known nothing is sent again.

use std::time::Duration;

use model::{MatchKey, Timestamp, sf};

/// After sending ended, *not found* is final only when this has passed: a call may run ten
/// minutes, and clocks differ.
pub const QUIET: Duration = Duration::from_mins(12);

/// A row that the integration user created this long before sending may still be ours: clocks
/// differ.
pub const WINDOW_BEFORE: Duration = Duration::from_mins(2);

/// And this long after.
pub const WINDOW_AFTER: Duration = Duration::from_mins(15);

/// Pauses between two looks; the last one repeats until the quiet time is over.
const LOOKS: [Duration; 5] = [
    Duration::from_secs(2),
    Duration::from_secs(8),
    Duration::from_secs(20),
    Duration::from_mins(1),
    Duration::from_mins(2),
];

/// What is known of an unsettled request.
#[derive(Debug, Clone)]
pub struct Request {
    /// The person's key.
    pub key: MatchKey,
    /// When it was sent.
    pub sent_at: Timestamp,
    /// From then on *not found* is final.
    pub quiet_until: Timestamp,
    /// The last name that was sent.
    pub last_name: String,
    /// The company that was sent.
    pub company: Option<String>,
}

/// A row that may be what the request created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Its id.
    pub id: sf::RecordId,
    /// Its match key.
    pub key: Option<MatchKey>,
    /// Whether the integration user created it.
    pub created_by_us: bool,
    /// When it was created.
    pub created_at: Timestamp,
    /// Last name and company, for a row whose email somebody has corrected since.
    pub last_name: Option<String>,
    /// Company.
    pub company: Option<String>,
    /// In the recycle bin.
    pub deleted: bool,
    /// Converted.
    pub converted: bool,
}

/// What to make of a look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Look {
    /// These rows count, best first: the first one that no other intent claimed settles it.
    Exists(Vec<sf::RecordId>),
    /// It may still appear: look again then.
    NotYet {
        /// When.
        look_at: Timestamp,
    },
    /// It surely was not created, and may be sent again.
    Nothing,
}

/// How well a row fits, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    /// We created it in the window, and it has the key.
    Ours,
    /// It has the key, whoever created it: it would have been a match.
    SameKey,
    /// We created it in the window, it has the key, and somebody deleted it since.
    OursDeleted,
    /// We created it in the window, with the same last name and company.
    SameName,
}

/// Judges what a look found at `now`.
///
/// Counted are rows with the key, whoever created them, unless deleted or (being a match no more)
/// converted; and rows that the integration user created in the window, deleted and converted ones
/// included, if they have the key or, where the email was changed since, the same last name and
/// company. Names are weak evidence: another person's Lead may look like that until its own
/// intent has claimed it, so they count only when the quiet time is over.
pub fn look(request: &Request, found: &[Found], now: Timestamp) -> Look {
    let mut counted: Vec<(Fit, &Found)> = found
        .iter()
        .filter_map(|row| fit(request, row).map(|fit| (fit, row)))
        .collect();
    let settled = counted.iter().any(|(fit, _)| match fit {
        Fit::Ours | Fit::SameKey | Fit::OursDeleted => true,
        Fit::SameName => false,
    });
    if !settled && now < request.quiet_until {
        return Look::NotYet {
            look_at: next_look(request.sent_at, now).min(request.quiet_until),
        };
    }
    if counted.is_empty() {
        return Look::Nothing;
    }
    counted.sort_by_key(|(fit, row)| (*fit, row.created_at, row.id));
    Look::Exists(counted.into_iter().map(|(_, row)| row.id).collect())
}

/// How well a row fits; `None` does not count.
fn fit(request: &Request, row: &Found) -> Option<Fit> {
    let from = request.sent_at.minus(WINDOW_BEFORE);
    let to = request.sent_at.plus(WINDOW_AFTER);
    let ours = row.created_by_us && row.created_at >= from && row.created_at <= to;
    let has_key = row.key.as_ref() == Some(&request.key);
    match (ours, has_key) {
        (true, true) if row.deleted => Some(Fit::OursDeleted),
        (true, true) => Some(Fit::Ours),
        (true, false) => has_same_name(request, row).then_some(Fit::SameName),
        (false, true) => (!row.deleted && !row.converted).then_some(Fit::SameKey),
        (false, false) => None,
    }
}

fn has_same_name(request: &Request, row: &Found) -> bool {
    row.last_name.as_deref() == Some(request.last_name.as_str()) && row.company == request.company
}

/// When to look again after a look at `now` that found nothing.
pub fn next_look(sent_at: Timestamp, now: Timestamp) -> Timestamp {
    let mut at = sent_at;
    for pause in LOOKS {
        at = at.plus(pause);
        if at > now {
            return at;
        }
    }
    now.plus(LOOKS[LOOKS.len() - 1])
}

#[cfg(test)]
mod tests;
