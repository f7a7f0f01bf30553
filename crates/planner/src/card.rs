//! What the inbox shows beside a conversation (C1, C2, C4, C6, M9): views, lines and actions, not
//! pixels.

mod remark;

use model::{Timestamp, sf};

use crate::matching::{is_crowded, pinned};
use crate::{Account, Facts, Lead, Match, Owner, Record, SfContact, verdict};

/// Matches listed on one card.
pub const MATCHES_PER_PAGE: usize = 9;

/// All that is known when a card is drawn.
#[derive(Debug, Clone)]
pub struct CardFacts<'a> {
    /// The person; `None` if the contact is not known at all.
    pub person: Option<&'a Facts>,
    /// Whether the contact has an email.
    pub has_email: bool,
    /// The view that the teammate chose, if any.
    pub view: Option<View>,
    /// The page of the list of matches.
    pub page: usize,
    /// A creation for this person that is not settled.
    pub creating: Option<Creating>,
    /// How old the oldest value shown is.
    pub as_of: Option<Timestamp>,
    /// Salesforce could not be asked just now.
    pub salesforce_silent: bool,
}

/// How far a creation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Creating {
    /// It was sent, or will be in a moment.
    UnderWay,
    /// It was sent and no answer came.
    NotConfirmed,
}

/// A view of the card (C1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum View {
    /// The Lead or contact.
    Person,
    /// Its Account.
    Account,
}

/// A card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// First line.
    pub title: String,
    /// What kind of record it is, and its status.
    pub subtitle: Option<String>,
    /// The views that can be chosen; a single one needs no control.
    pub views: Vec<(View, String)>,
    /// The view shown.
    pub view: View,
    /// Labels and values, at most six.
    pub lines: Vec<(String, String)>,
    /// Matches to open in Salesforce; with [`Action::TakeMatch`], to choose from as well.
    pub matches: Vec<MatchLine>,
    /// A further page of matches, if any.
    pub next_page: Option<usize>,
    /// Something to say in a sentence.
    pub message: Option<String>,
    /// What can be done.
    pub actions: Vec<Action>,
    /// How old the oldest value shown is.
    pub as_of: Option<Timestamp>,
}

/// One of several matches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatchLine {
    /// The record.
    pub record: sf::RecordId,
    /// Name.
    pub name: String,
    /// Company and status, as far as known.
    pub detail: String,
    /// Owner.
    pub owner: Option<String>,
}

/// Something the teammate can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Open a record in Salesforce.
    OpenRecord(sf::RecordId),
    /// Open an Account in Salesforce.
    OpenAccount(sf::AccountId),
    /// Create a Lead.
    CreateLead,
    /// Pin one of `matches` (M9).
    TakeMatch,
    /// Remove the pin that makes this record the match (M9).
    Unpin,
    /// Draw the card anew.
    Refresh,
}

/// Draws the card.
pub fn card(facts: &CardFacts<'_>) -> Card {
    let mut card = match facts.person {
        None => nothing(facts),
        Some(person) if is_crowded(person) => crowded(person),
        Some(person) => of_match(facts, person),
    };
    if facts.salesforce_silent {
        let silent = "Salesforce does not answer right now; this is what it showed last.";
        say(&mut card, silent);
    }
    if let Some(person) = facts.person {
        // Last, since the list follows it.
        leads_beside(person, &mut card);
    }
    card.as_of = facts.as_of;
    card.actions.push(Action::Refresh);
    card
}

/// M3: how many Leads there are beside the contact.
fn leads_beside(person: &Facts, card: &mut Card) {
    let leads = match verdict(person) {
        Match::Contact { leads, .. } => leads.len(),
        Match::None | Match::Lead(_) | Match::ManyLeads(_) | Match::ManyContacts { .. } => 0,
    };
    let is_listed = card.view == View::Person && !is_crowded(person);
    if is_listed && leads > 0 {
        say(
            card,
            &format!("Also {} with this email:", counted(leads as u64, "lead")),
        );
    }
}

/// The card of somebody whose match counts.
fn of_match(facts: &CardFacts<'_>, person: &Facts) -> Card {
    let matched = verdict(person);
    let mut card = match &matched {
        Match::None => nothing(facts),
        Match::Lead(lead) => of_lead(lead),
        Match::Contact { contact, leads } => of_contact(facts, person, contact, leads),
        Match::ManyLeads(leads) => many(facts, &lead_lines(leads), "leads"),
        Match::ManyContacts { contacts, .. } => many(facts, &contact_lines(contacts), "contacts"),
    };
    if pinned(person).is_some() {
        pinned_by_a_teammate(&mut card);
    }
    match card.view {
        View::Person => {
            for remark in remark::remarks(person, &matched) {
                say(&mut card, &remark);
            }
        }
        View::Account => {}
    }
    card
}

/// One more sentence.
fn say(card: &mut Card, sentence: &str) {
    card.message = Some(match card.message.take() {
        Some(said) => format!("{said} {sentence}"),
        None => sentence.to_owned(),
    });
}

/// M0: nothing is listed, and nothing can be created.
fn crowded(person: &Facts) -> Card {
    let mut card = blank("Too many matches");
    say(&mut card, &remark::crowded(person));
    card
}

fn blank(title: impl Into<String>) -> Card {
    Card {
        title: title.into(),
        subtitle: None,
        views: Vec::new(),
        view: View::Person,
        lines: Vec::new(),
        matches: Vec::new(),
        next_page: None,
        message: None,
        actions: Vec::new(),
        as_of: None,
    }
}

/// C6: nobody matches. A lead can be created unless one is under way.
fn nothing(facts: &CardFacts<'_>) -> Card {
    let mut card = blank("Not in Salesforce");
    match facts.creating {
        Some(Creating::UnderWay) => {
            card.message = Some("The lead is being created.".to_owned());
        }
        Some(Creating::NotConfirmed) => {
            card.message = Some(
                "Salesforce has not confirmed yet whether the lead was created. Carrick keeps \
                 looking and will not create it twice."
                    .to_owned(),
            );
        }
        None => {
            card.message = Some(if facts.has_email {
                "No lead or contact has this email address.".to_owned()
            } else {
                "Without an email address this contact matches nothing in Salesforce.".to_owned()
            });
            card.actions.push(Action::CreateLead);
        }
    }
    card
}

/// C2: name, status, owner, company, title.
fn of_lead(lead: &Lead) -> Card {
    let mut card = blank(&lead.name);
    card.subtitle = Some(match &lead.status {
        Some(status) => format!("Lead · {status}"),
        None => "Lead".to_owned(),
    });
    card.views = vec![(View::Person, "Lead".to_owned())];
    line(&mut card, "Status", lead.status.as_deref());
    line(&mut card, "Owner", owner_name(lead.owner.as_ref()));
    line(&mut card, "Company", lead.company.as_deref());
    line(&mut card, "Title", lead.title.as_deref());
    card.actions
        .push(Action::OpenRecord(sf::RecordId::Lead(lead.id)));
    card
}

/// C2: name, email, account owner; with its Account as a second view (C1) and the Leads beside it
/// as links (M3).
fn of_contact(facts: &CardFacts<'_>, person: &Facts, contact: &SfContact, leads: &[&Lead]) -> Card {
    let mut views = vec![(View::Person, "Contact".to_owned())];
    if contact.account.is_some() {
        views.push((View::Account, "Account".to_owned()));
    }
    let mut card = match (&contact.account, facts.view) {
        (Some(account), Some(View::Account)) => of_account(account),
        (Some(_), Some(View::Person) | None) | (None, _) => {
            let mut card = blank(&contact.name);
            card.subtitle = Some("Contact".to_owned());
            line(&mut card, "Email", contact.email.as_deref());
            line(&mut card, "Title", contact.title.as_deref());
            let account = contact.account.as_ref();
            line(
                &mut card,
                "Account",
                account.map(|account| account.name.as_str()),
            );
            let account_owner = account.and_then(|account| account.owner.as_ref());
            line(&mut card, "Account owner", owner_name(account_owner));
            let lead = remark::converted_from(person, contact.id);
            line(&mut card, "Converted from", lead.as_deref());
            card.actions
                .push(Action::OpenRecord(sf::RecordId::Contact(contact.id)));
            card
        }
    };
    card.views = views;
    if card.view == View::Person {
        page_of(&mut card, facts.page, &lead_lines(leads));
    }
    card
}

/// M9: said of the record that is pinned, not of its Account.
fn pinned_by_a_teammate(card: &mut Card) {
    match card.view {
        View::Person => {
            let kind = card.subtitle.take().unwrap_or_default();
            card.subtitle = Some(format!("{kind} · Pinned by a teammate"));
            card.actions.push(Action::Unpin);
        }
        View::Account => {}
    }
}

/// C2: name, domain, account owner, country.
fn of_account(account: &Account) -> Card {
    let mut card = blank(&account.name);
    card.subtitle = Some("Account".to_owned());
    card.view = View::Account;
    line(
        &mut card,
        "Domain",
        account.website.as_deref().and_then(domain),
    );
    line(
        &mut card,
        "Account owner",
        owner_name(account.owner.as_ref()),
    );
    let billing = account.billing_country.as_deref();
    let country = billing.filter(|country| !country.trim().is_empty());
    line(
        &mut card,
        "Country",
        country.or(account.shipping_country.as_deref()),
    );
    card.actions.push(Action::OpenAccount(account.id));
    card
}

/// M4, M5: how many, and the list to choose from (M9).
fn many(facts: &CardFacts<'_>, lines: &[MatchLine], what: &str) -> Card {
    let mut card = blank("Multiple matches found");
    card.message = Some(format!(
        "{} {what} in Salesforce have this email address, so none is chosen.",
        lines.len()
    ));
    page_of(&mut card, facts.page, lines);
    if !card.matches.is_empty() {
        card.actions.push(Action::TakeMatch);
    }
    card
}

fn page_of(card: &mut Card, page: usize, lines: &[MatchLine]) {
    let from = page.saturating_mul(MATCHES_PER_PAGE);
    card.matches = lines
        .iter()
        .skip(from)
        .take(MATCHES_PER_PAGE)
        .cloned()
        .collect();
    let shown = from.saturating_add(card.matches.len());
    card.next_page = (shown < lines.len()).then(|| page.saturating_add(1));
}

/// A record as one of several.
pub fn match_line(record: &Record) -> MatchLine {
    match record {
        Record::Lead(lead) => lead_line(lead),
        Record::Contact(contact) => contact_line(contact),
    }
}

fn lead_lines(leads: &[&Lead]) -> Vec<MatchLine> {
    leads.iter().map(|lead| lead_line(lead)).collect()
}

fn contact_lines(contacts: &[&SfContact]) -> Vec<MatchLine> {
    contacts.iter().map(|it| contact_line(it)).collect()
}

fn lead_line(lead: &Lead) -> MatchLine {
    MatchLine {
        record: sf::RecordId::Lead(lead.id),
        name: lead.name.clone(),
        detail: joined(&[lead.company.as_deref(), lead.status.as_deref()]),
        owner: owner_name(lead.owner.as_ref()).map(str::to_owned),
    }
}

fn contact_line(contact: &SfContact) -> MatchLine {
    let account = contact.account.as_ref();
    MatchLine {
        record: sf::RecordId::Contact(contact.id),
        name: contact.name.clone(),
        detail: joined(&[
            account.map(|account| account.name.as_str()),
            contact.title.as_deref(),
        ]),
        owner: owner_name(contact.owner.as_ref()).map(str::to_owned),
    }
}

fn joined(parts: &[Option<&str>]) -> String {
    let parts: Vec<&str> = parts.iter().filter_map(|part| *part).collect();
    parts.join(" · ")
}

fn counted(count: u64, noun: &str) -> String {
    if count == 1 {
        format!("1 {noun}")
    } else {
        format!("{count} {noun}s")
    }
}

fn owner_name(owner: Option<&Owner>) -> Option<&str> {
    let name = owner.map(|owner| owner.name.as_str());
    // Of an owner whom the integration user may not see, only the id is known.
    name.filter(|name| !name.is_empty())
}

fn line(card: &mut Card, label: &str, value: Option<&str>) {
    if let Some(value) = value.map(str::trim).filter(|value| !value.is_empty()) {
        card.lines.push((label.to_owned(), value.to_owned()));
    }
}

/// The host of a website without `www.`: `https://www.acme.io/about` gives `acme.io`.
fn domain(website: &str) -> Option<&str> {
    let after_scheme = website.split_once("://").map_or(website, |(_, rest)| rest);
    let host = after_scheme
        .split(['/', '?', '#'])
        .next()
        .unwrap_or_default();
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    let host = host.split(':').next().unwrap_or_default().trim();
    let bare = match host.get(..4) {
        Some(prefix) if prefix.eq_ignore_ascii_case("www.") => &host[4..],
        Some(_) | None => host,
    };
    (!bare.is_empty()).then_some(bare)
}

#[cfg(test)]
mod tests;
