//! What somebody changes in Intercom is put back (O5), but not for ever: if another automation
//! keeps changing it, Carrick stops and says so (invariant 8).

use std::collections::BTreeMap;
use std::time::Duration;

use model::{Change, Link, PutBacks, Timestamp, ic};

use crate::plan::{Booking, Maintained};
use crate::{Attribute, Facts, OWNER};

/// Put-backs of one field that count together.
const WINDOW: Duration = Duration::from_hours(1);

/// After so many within the window a field is given up, until Salesforce changes it.
pub(crate) const PUT_BACKS_MAX: usize = 5;

/// Which fields a plan puts back, and which it leaves alone.
#[derive(Default)]
pub(crate) struct PutBack {
    pub(crate) now: Vec<&'static str>,
    pub(crate) given_up: Vec<&'static str>,
}

/// O5: a field that differs although Salesforce shows what it showed when both sides agreed was
/// changed in Intercom. It is put back, unless that happened too often: then it is left alone, and
/// booked as it was.
pub(crate) fn put_backs(
    facts: &Facts,
    link: Option<&Link>,
    booking: &mut Booking,
    changes: &mut BTreeMap<Attribute, Option<String>>,
    owner: &mut Change<ic::TeammateId>,
) -> PutBack {
    let mut outcome = PutBack::default();
    let Some(link) = link.filter(|link| !link.base.0.is_empty()) else {
        return outcome;
    };
    let mut lists = link.put_backs.clone();
    lists.0.retain(|field, _| agrees(link, booking, field));
    let attributes = changes.keys().map(|attribute| attribute.name());
    let differing: Vec<&'static str> = attributes
        .chain((!owner.is_keep()).then_some(OWNER))
        .filter(|field| agrees(link, booking, field))
        .collect();
    for field in differing {
        if given_up(&lists, field) {
            outcome.given_up.push(field);
        } else {
            add(&mut lists, field, facts.observed_at);
            outcome.now.push(field);
        }
    }
    for field in &outcome.given_up {
        if let Some(attribute) = Attribute::named(field) {
            changes.remove(&attribute);
            booking.scope.remove(&attribute);
            booking.desired.remove(&attribute);
        } else {
            *owner = Change::Keep;
            booking.owner = Maintained::No;
        }
    }
    booking.put_backs = lists;
    outcome
}

/// Whether Salesforce asks for what it asked for when both sides agreed last. An owner that was
/// not maintained then was never agreed on.
fn agrees(link: &Link, booking: &Booking, field: &str) -> bool {
    let pair = link.base.0.get(field);
    let known = pair.is_some() || field != OWNER;
    known && pair.and_then(|pair| pair.salesforce.as_deref()) == booking.asks(field)
}

/// Whether a field was put back so often that it is given up. It stays so for as long as the list
/// is not begun anew.
pub(crate) fn given_up(put_backs: &PutBacks, field: &str) -> bool {
    put_backs
        .0
        .get(field)
        .is_some_and(|times| times.len() >= PUT_BACKS_MAX)
}

/// How many put-backs of a field were made within the last hour.
pub(crate) fn recent(put_backs: &PutBacks, field: &str, now: Timestamp) -> usize {
    let times = put_backs.0.get(field);
    times.map_or(0, |times| {
        times.iter().filter(|time| counts(**time, now)).count()
    })
}

/// One more put-back, without those that are too old to count.
fn add(put_backs: &mut PutBacks, field: &str, now: Timestamp) {
    let times = put_backs.0.entry(field.to_owned()).or_default();
    times.retain(|time| counts(*time, now));
    times.push(now);
}

fn counts(time: Timestamp, now: Timestamp) -> bool {
    now.since(time) < WINDOW
}

#[cfg(test)]
mod tests;
