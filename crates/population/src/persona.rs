//! One person, as far as both sides know them.

use crate::circumstance::{Circumstance, Kind};
use crate::draw::Draws;
use crate::email::{Card, capitalised};
use crate::names::{LEAD_SOURCES, TITLES};
use crate::places::{Country, PLACES};
use crate::population::Population;

/// What stands behind a row in Salesforce and a contact in Intercom of the same index. Both sides
/// show the same name, also where [`Circumstance`] makes them strangers to a match by email.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Persona {
    /// Given name, with its accents.
    pub first_name: &'static str,
    /// Family name, with its accents.
    pub last_name: &'static str,
    /// Job title.
    pub title: &'static str,
    /// In international form; some have none.
    pub phone: Option<String>,
    /// Index of the company.
    pub company: u32,
    /// Index of the teammate who owns the Salesforce row; always one with a Salesforce user.
    pub owner: u32,
    /// A city of `country`.
    pub city: &'static str,
    /// Mostly, not always, that of the company.
    pub country: Country,
    /// How the two sides relate.
    pub circumstance: Circumstance,
    /// Where an open Lead stands; without meaning for contacts and for converted Leads.
    pub lead_status: LeadStage,
    /// As Salesforce's standard picklist spells it.
    pub lead_source: &'static str,
    /// 1 to 700 days before today; a Lead that became a contact is never younger than it.
    pub created_days_ago: u16,
    /// Of the Salesforce row. A few are written with capitals.
    pub salesforce_email: Option<String>,
    /// Of the Intercom contact, lower case.
    pub intercom_email: Option<String>,
}

/// Where a Lead stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeadStage {
    /// Nobody has called yet.
    New,
    /// Somebody is on it.
    Working,
    /// Nothing will come of it.
    Unqualified,
}

/// Where people have their second address. Two twins of one row share a name, and so each needs a
/// domain of its own.
const PRIVATE_DOMAIN: &str = "postbox.example";
const SECOND_PRIVATE_DOMAIN: &str = "mailhaus.example";

/// The oldest row, in days.
const AGE_MAX: u16 = 700;

impl Population {
    /// The person behind Salesforce Lead `index` and Intercom lead `index`.
    pub fn lead(&self, index: u32) -> Persona {
        self.persona(Kind::Lead, index)
    }

    /// The person behind Salesforce contact `index` and Intercom user `index`.
    pub fn contact(&self, index: u32) -> Persona {
        self.persona(Kind::Contact, index)
    }

    fn persona(&self, kind: Kind, index: u32) -> Persona {
        let circumstance = self.circumstance(kind, index);
        match circumstance {
            Circumstance::Ordinary
            | Circumstance::IntercomOnly
            | Circumstance::SalesforceOnly
            | Circumstance::NoEmail => self.single(kind, index, circumstance),
            Circumstance::Twin => self.twin(kind, index),
            Circumstance::Converted { contact } | Circumstance::AlsoContact { contact } => {
                self.shared(index, contact, circumstance)
            }
        }
    }

    /// Somebody whose name no other row has.
    fn single(&self, kind: Kind, index: u32, circumstance: Circumstance) -> Persona {
        let draws = Draws::new(self.seed, kind.name(), index);
        let card = self.card(kind, index);
        let company = draws.below("company", self.counts().companies);
        let at_home = draws.percent("at home", 85);
        let place = if at_home {
            self.company_place(company)
        } else {
            draws.pick("place", &PLACES)
        };
        let work = card.address(&self.company(company).domain);
        let private = card.address(PRIVATE_DOMAIN);
        let typed = if draws.percent("capitals", 8) {
            capitalised(&work)
        } else {
            work.clone()
        };
        let (salesforce_email, intercom_email) = match circumstance {
            Circumstance::IntercomOnly => (private, Some(work)),
            Circumstance::SalesforceOnly => (typed, Some(private)),
            Circumstance::NoEmail => (typed, None),
            Circumstance::Ordinary
            | Circumstance::Twin
            | Circumstance::Converted { .. }
            | Circumstance::AlsoContact { .. } => (typed, Some(work)),
        };
        Persona {
            first_name: card.first_name,
            last_name: card.last_name,
            title: draws.pick("title", &TITLES),
            phone: draws
                .percent("has phone", 80)
                .then(|| place.phone(draws.below("phone", 70_000))),
            company,
            owner: self.owner(draws),
            city: draws.pick("city", &place.cities),
            country: place.country,
            circumstance,
            lead_status: stage(draws),
            lead_source: draws.pick("source", &LEAD_SOURCES),
            created_days_ago: age(draws),
            salesforce_email: Some(salesforce_email),
            intercom_email,
        }
    }

    /// The same person entered once more, by somebody else on another day.
    fn twin(&self, kind: Kind, index: u32) -> Persona {
        let first = self.doubled(kind, index).expect("a twin doubles a row");
        let private_domain = if index - first == 1 {
            PRIVATE_DOMAIN
        } else {
            SECOND_PRIVATE_DOMAIN
        };
        let draws = Draws::new(self.seed, kind.name(), index);
        Persona {
            owner: self.owner(draws),
            circumstance: Circumstance::Twin,
            lead_status: stage(draws),
            lead_source: draws.pick("source", &LEAD_SOURCES),
            created_days_ago: age(draws),
            intercom_email: Some(self.card(kind, first).address(private_domain)),
            ..self.single(kind, first, Circumstance::Ordinary)
        }
    }

    /// The lead that a contact was, or is as well.
    fn shared(&self, index: u32, contact: u32, circumstance: Circumstance) -> Persona {
        let draws = Draws::new(self.seed, Kind::Lead.name(), index);
        let known = self.single(Kind::Contact, contact, Circumstance::Ordinary);
        let earlier = u16::try_from(draws.below("earlier", 30)).expect("below 30");
        Persona {
            owner: self.owner(draws),
            circumstance,
            lead_status: stage(draws),
            lead_source: draws.pick("source", &LEAD_SOURCES),
            created_days_ago: (known.created_days_ago + earlier).min(AGE_MAX),
            ..known
        }
    }

    /// Leads and contacts take turns at one dealer, so that no name is dealt to both.
    fn card(&self, kind: Kind, index: u32) -> Card {
        let turn = match kind {
            Kind::Lead => 0,
            Kind::Contact => 1,
        };
        Card::dealt(self.seed, "people", 2 * u64::from(index) + turn)
    }
}

/// Half of the leads are new, a third are being worked on.
fn stage(draws: Draws) -> LeadStage {
    let roll = draws.below("stage", 100);
    if roll < 50 {
        LeadStage::New
    } else if roll < 84 {
        LeadStage::Working
    } else {
        LeadStage::Unqualified
    }
}

fn age(draws: Draws) -> u16 {
    1 + u16::try_from(draws.below("age", u32::from(AGE_MAX))).expect("below the oldest age")
}
