//! The people of the company that runs Carrick.

use crate::draw::Draws;
use crate::email::Card;
use crate::population::Population;

/// What stands behind a Salesforce User and an Intercom admin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Teammate {
    /// Given name.
    pub first_name: &'static str,
    /// Family name.
    pub last_name: &'static str,
    /// The same on both sides; unique in the world.
    pub email: String,
    /// Job title.
    pub title: &'static str,
    /// Name of the Salesforce role, if the user has one.
    pub role: Option<&'static str>,
    /// Whether there is an Intercom admin.
    pub in_intercom: bool,
    /// Whether there is a Salesforce User.
    pub in_salesforce: bool,
    /// Whether that user is active; an inactive one still owns what it owned.
    pub active: bool,
}

/// Their company, which is none of the customers.
const DOMAIN: &str = "harbourline.example";

/// Where a teammate has a seat.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Seat {
    Both,
    SalesforceOnly,
    IntercomOnly,
    SalesforceTakenAway,
}

struct Post {
    title: &'static str,
    role: Option<&'static str>,
    seat: Seat,
}

const fn post(title: &'static str, role: Option<&'static str>, seat: Seat) -> Post {
    Post { title, role, seat }
}

/// Who does what, by index; a bigger team repeats it.
const ROSTER: [Post; 8] = [
    post(
        "Head of Revenue Operations",
        Some("Revenue Operations"),
        Seat::Both,
    ),
    post("Account Executive", Some("Sales EMEA"), Seat::Both),
    post("Account Executive", Some("Sales Americas"), Seat::Both),
    post(
        "Sales Development Representative",
        Some("Sales Development"),
        Seat::Both,
    ),
    post("Support Engineer", Some("Support"), Seat::Both),
    post(
        "Field Sales Manager",
        Some("Sales EMEA"),
        Seat::SalesforceOnly,
    ),
    post(
        "Customer Success Manager",
        Some("Sales Americas"),
        Seat::SalesforceTakenAway,
    ),
    post("Support Specialist", None, Seat::IntercomOnly),
];

const fn post_of(index: u32) -> &'static Post {
    &ROSTER[index as usize % ROSTER.len()]
}

impl Population {
    /// The teammate behind Salesforce User `index` and Intercom admin `index`. Index 0 installs
    /// Carrick and is active on both sides; 5 has no Intercom seat, 6 an inactive Salesforce user,
    /// 7 none.
    pub fn teammate(&self, index: u32) -> Teammate {
        let card = Card::dealt(self.seed, "teammates", u64::from(index));
        let Post { title, role, seat } = *post_of(index);
        let (in_intercom, in_salesforce, active) = match seat {
            Seat::Both => (true, true, true),
            Seat::SalesforceOnly => (false, true, true),
            Seat::IntercomOnly => (true, false, false),
            Seat::SalesforceTakenAway => (true, true, false),
        };
        Teammate {
            first_name: card.first_name,
            last_name: card.last_name,
            email: card.address(DOMAIN),
            title,
            role,
            in_intercom,
            in_salesforce,
            active,
        }
    }

    /// The owner of a Salesforce row: whoever has a user, or the one who installs Carrick.
    pub(crate) fn owner(&self, draws: Draws) -> u32 {
        let drawn = draws.below("owner", self.counts().teammates);
        match post_of(drawn).seat {
            Seat::Both | Seat::SalesforceOnly | Seat::SalesforceTakenAway => drawn,
            Seat::IntercomOnly => 0,
        }
    }
}
