//! Why persons have no clear match, in words, in addresses, and as chips that filter by it.

use std::collections::BTreeMap;

use store::Unclear;

use super::filter::Filter;
use crate::routes::Route;
use crate::wording::number;

/// In the order in which they are shown.
const ALL: [Unclear; 3] = [Unclear::ManyLeads, Unclear::ManyContacts, Unclear::Crowded];

/// The verdict in an address.
pub(super) fn slug(verdict: Unclear) -> &'static str {
    match verdict {
        Unclear::ManyLeads => "many-leads",
        Unclear::ManyContacts => "many-contacts",
        Unclear::Crowded => "crowded",
    }
}

/// The verdict that an address names.
pub(super) fn of_slug(text: &str) -> Option<Unclear> {
    ALL.into_iter().find(|verdict| slug(*verdict) == text)
}

/// The verdict in few words.
pub(super) fn label(verdict: Unclear) -> &'static str {
    match verdict {
        Unclear::ManyLeads => "Several Leads",
        Unclear::ManyContacts => "Several Salesforce contacts",
        Unclear::Crowded => "Crowded address",
    }
}

/// How many there are in all.
pub(super) fn total(counts: &BTreeMap<Unclear, u64>) -> u64 {
    counts
        .values()
        .fold(0, |sum: u64, count| sum.saturating_add(*count))
}

/// A chip for each verdict that somebody has, and for the one that is shown.
pub(super) fn filters(
    name: &str,
    counts: &BTreeMap<Unclear, u64>,
    shown: Option<Unclear>,
) -> Vec<Filter> {
    let count = |verdict| counts.get(&verdict).copied().unwrap_or_default();
    let wanted = |verdict: &Unclear| count(*verdict) > 0 || shown == Some(*verdict);
    let filter = |verdict| Filter {
        label: label(verdict),
        count: number(count(verdict)),
        href: address(name, Some(verdict)),
        current: shown == Some(verdict),
    };
    ALL.into_iter().filter(wanted).map(filter).collect()
}

/// The first page of those with this verdict, or of all.
pub(super) fn address(name: &str, verdict: Option<Unclear>) -> String {
    let route = Route::People {
        name,
        show: verdict.map(slug),
        after: None,
    };
    route.to_string()
}
