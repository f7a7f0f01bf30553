//! What is told as an event in Intercom (A3): a linked record's status or kind changed.

use std::time::Duration;

use model::{How, Link, Timestamp, ic, sf};

use crate::attribute::Desired;
use crate::matching::Matched;
use crate::{Attribute, Facts};

/// An event that is to be told once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announcement {
    /// Of whom.
    pub contact: ic::ContactId,
    /// What changed.
    pub event: Event,
    /// What it was.
    pub from: String,
    /// What it is.
    pub to: String,
    /// The record that it is now about.
    pub record: sf::RecordId,
    /// When the event is dated: to the second, and no second of a contact has two.
    pub at: Timestamp,
}

/// What changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Event {
    /// From Lead to Contact, or back.
    ObjectType,
    /// A Lead's status.
    Status,
}

impl Event {
    /// The event's name in Intercom.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ObjectType => "SALESFORCE_CHANGE_OBJECT_TYPE",
            Self::Status => "SALESFORCE_CHANGE_STATUS",
        }
    }
}

/// What there is to tell when a contact linked by `link` shows `record`. Nothing when it is linked
/// for the first time, and nothing when a pin moved it.
pub(crate) fn announce(
    facts: &Facts,
    link: Option<&Link>,
    record: Matched<'_>,
    how: How,
    desired: &Desired,
) -> Option<Announcement> {
    let settings = &facts.settings.attributes;
    if !settings.enabled || !settings.events {
        return None;
    }
    // What was linked and never shown is shown for the first time now.
    let link = link.filter(|link| !link.base.0.is_empty())?;
    let id = record.id();
    let same = link.record_id == id;
    let succeeded = facts.became.get(&link.record_id) == Some(&id);
    // It is another person's: what comes now is a new link (M7).
    if facts.elsewhere.contains(&link.record_id) && !succeeded {
        return None;
    }
    let (was, is) = (link.record_id.object(), id.object());
    let pinned = link.how == How::Pin || how == How::Pin;
    let (event, from, to) = if was != is {
        if pinned && !succeeded {
            return None;
        }
        let (from, to) = (was.as_str().to_owned(), is.as_str().to_owned());
        (Event::ObjectType, from, to)
    } else if same || succeeded {
        let before = link.base.0.get(Attribute::Status.name())?;
        let from = before.salesforce.clone()?;
        let to = desired.get(&Attribute::Status)?.clone();
        if from == to {
            return None;
        }
        (Event::Status, from, to)
    } else {
        return None;
    };
    Some(Announcement {
        contact: link.contact_id.clone(),
        event,
        from,
        to,
        record: id,
        at: dated(facts.observed_at, link.announced),
    })
}

/// Now, to the second, or the second after the last event.
fn dated(now: Timestamp, last: Option<Timestamp>) -> Timestamp {
    let now = now.truncated_to_second();
    let next = last.map(|last| last.truncated_to_second().plus(Duration::from_secs(1)));
    next.map_or(now, |next| next.max(now))
}

#[cfg(test)]
mod tests;
