//! Who owns a linked contact in Intercom (O2–O4).

use crate::matching::Matched;
use crate::plan::Maintained;
use crate::{Facts, Note, Owner, Rule};

/// What Salesforce says about a contact's owner.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Ownership {
    pub(crate) owner: Maintained,
    pub(crate) rule: Rule,
}

/// The owner that a contact linked to `record` is to have.
pub(crate) fn of(facts: &Facts, record: Matched<'_>) -> Ownership {
    if !facts.settings.ownership.maintain {
        return decided(Maintained::No, Rule::O2);
    }
    match record {
        Matched::Contact(contact) => match &contact.account {
            Some(account) => of_account(facts, account.owner.as_ref()),
            None if contact.account_hidden => decided(Maintained::No, Rule::O2),
            None => of_record(facts, contact.owner.as_ref()),
        },
        Matched::Lead(lead) => of_record(facts, lead.owner.as_ref()),
    }
}

/// Why `record` says nothing about the owner, where it should.
pub(crate) fn note(facts: &Facts, record: Matched<'_>) -> Option<Note> {
    let hidden = match record {
        Matched::Contact(contact) => contact.account_hidden,
        Matched::Lead(_) => false,
    };
    (hidden && facts.settings.ownership.maintain).then(|| Note {
        rule: Rule::O2,
        text: "the account cannot be seen, so its owner decides nothing".to_owned(),
    })
}

/// The owner of the Account decides, even where that means nobody (O3).
fn of_account(facts: &Facts, owner: Option<&Owner>) -> Ownership {
    match teammate(facts, owner) {
        Some(owner) => decided(owner, Rule::O2),
        None => decided(Maintained::Nobody, Rule::O3),
    }
}

/// The owner of a Lead, or of a Salesforce contact without an Account; else the fallback (O4).
fn of_record(facts: &Facts, owner: Option<&Owner>) -> Ownership {
    if let Some(owner) = teammate(facts, owner) {
        return decided(owner, Rule::O2);
    }
    let fallback = facts.team.chosen(&facts.settings.ownership.fallback);
    decided(
        fallback.map_or(Maintained::Nobody, Maintained::Teammate),
        Rule::O4,
    )
}

fn decided(owner: Maintained, rule: Rule) -> Ownership {
    Ownership { owner, rule }
}

fn teammate(facts: &Facts, owner: Option<&Owner>) -> Option<Maintained> {
    let teammate = facts.team.teammate_of(owner?.id)?;
    Some(Maintained::Teammate(teammate.clone()))
}

#[cfg(test)]
mod tests;
