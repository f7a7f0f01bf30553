//! How the Salesforce row and the Intercom contact of one index relate.
//!
//! Of a thousand leads about 700 are ordinary; the rest is what makes matching hard. The first
//! twelve do not depend on the seed, so that the smallest world shows every case:
//!
//! | index | lead                            | contact                          |
//! |-------|---------------------------------|----------------------------------|
//! | 0     | ordinary                        | ordinary                         |
//! | 1     | ordinary                        | ordinary                         |
//! | 2     | twin of 1                       | only in Intercom                 |
//! | 3     | only in Intercom                | only in Salesforce               |
//! | 4     | no email in Intercom            | no email in Intercom             |
//! | 5     | only in Salesforce              | ordinary                         |
//! | 6     | also contact 6                  | ordinary                         |
//! | 7     | converted into contact 7        | ordinary                         |
//! | 8     | ordinary                        | ordinary                         |
//! | 9     | twin of 8                       | twin of 8                        |
//! | 10    | twin of 8 as well               | ordinary                         |
//! | 11    | ordinary                        | ordinary                         |
//!
//! A lead's contact has the lead's own index, so no two leads share one; where there are fewer
//! contacts than that, the lead is ordinary. At most two twins follow the row they double, which is
//! always ordinary itself. Both are decided from the *cast*, what an index would like to be, of
//! the index and its nearest neighbours; that keeps the look-up constant.

use crate::draw::Draws;
use crate::population::Population;

/// What the matching of this person will meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Circumstance {
    /// The same email on both sides.
    Ordinary,
    /// Nobody in Salesforce has the Intercom contact's email; the row of this index has another.
    IntercomOnly,
    /// Nobody in Intercom has the row's email, nor anybody in Salesforce the Intercom contact's.
    SalesforceOnly,
    /// The Intercom contact has no email; the Salesforce row has one.
    NoEmail,
    /// The Salesforce row repeats the person and the email of the row before it. The Intercom
    /// contact of this index is a namesake without a match.
    Twin,
    /// Leads only: the Lead was converted into this Salesforce contact and has its email.
    Converted {
        /// Index of the contact.
        contact: u32,
    },
    /// Leads only: the Lead is open, and has the email of this Salesforce contact.
    AlsoContact {
        /// Index of the contact.
        contact: u32,
    },
}

/// The two lists of people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Lead,
    Contact,
}

impl Kind {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Lead => "lead",
            Self::Contact => "contact",
        }
    }
}

/// What an index would like to be, before its neighbours are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cast {
    Ordinary,
    IntercomOnly,
    SalesforceOnly,
    NoEmail,
    Twin,
    Converted,
    AlsoContact,
}

/// The leads of the table in the module's documentation.
const FIRST_LEADS: [Cast; 12] = [
    Cast::Ordinary,
    Cast::Ordinary,
    Cast::Twin,
    Cast::IntercomOnly,
    Cast::NoEmail,
    Cast::SalesforceOnly,
    Cast::AlsoContact,
    Cast::Converted,
    Cast::Ordinary,
    Cast::Twin,
    Cast::Twin,
    Cast::Ordinary,
];

/// The contacts of the table in the module's documentation.
const FIRST_CONTACTS: [Cast; 12] = [
    Cast::Ordinary,
    Cast::Ordinary,
    Cast::IntercomOnly,
    Cast::SalesforceOnly,
    Cast::NoEmail,
    Cast::Ordinary,
    Cast::Ordinary,
    Cast::Ordinary,
    Cast::Ordinary,
    Cast::Twin,
    Cast::Ordinary,
    Cast::Ordinary,
];

/// Where the shares end on a scale of a thousand; above the last is ordinary. Twins and the two
/// kinds that need a contact are cast more often than wanted (50, 40, 40), as some have to give up.
const INTERCOM_ONLY_UNTIL: u32 = 80;
const SALESFORCE_ONLY_UNTIL: u32 = 130;
const NO_EMAIL_UNTIL: u32 = 170;
const TWIN_UNTIL: u32 = 236;
const CONVERTED_UNTIL: u32 = 292;
const ALSO_CONTACT_UNTIL: u32 = 348;

impl Population {
    /// What becomes of `index`.
    pub(crate) fn circumstance(&self, kind: Kind, index: u32) -> Circumstance {
        match self.cast(kind, index) {
            Cast::IntercomOnly => Circumstance::IntercomOnly,
            Cast::SalesforceOnly => Circumstance::SalesforceOnly,
            Cast::NoEmail => Circumstance::NoEmail,
            Cast::Twin if self.doubled(kind, index).is_some() => Circumstance::Twin,
            Cast::Converted if self.can_be_shared(index) => {
                Circumstance::Converted { contact: index }
            }
            Cast::AlsoContact if self.can_be_shared(index) => {
                Circumstance::AlsoContact { contact: index }
            }
            Cast::Ordinary | Cast::Twin | Cast::Converted | Cast::AlsoContact => {
                Circumstance::Ordinary
            }
        }
    }

    /// The row that `index` doubles, if `index` is a twin: one or two before it.
    pub(crate) fn doubled(&self, kind: Kind, index: u32) -> Option<u32> {
        if self.cast(kind, index) != Cast::Twin {
            return None;
        }
        let before = index.checked_sub(1)?;
        let first = match self.cast(kind, before) {
            Cast::Twin => before.checked_sub(1)?,
            Cast::Ordinary
            | Cast::IntercomOnly
            | Cast::SalesforceOnly
            | Cast::NoEmail
            | Cast::Converted
            | Cast::AlsoContact => before,
        };
        (self.cast(kind, first) == Cast::Ordinary).then_some(first)
    }

    /// Whether the contact of this index exists and is the only contact with its email.
    fn can_be_shared(&self, contact: u32) -> bool {
        contact < self.counts().contacts
            && self.cast(Kind::Contact, contact) == Cast::Ordinary
            && self.cast(Kind::Contact, contact.saturating_add(1)) != Cast::Twin
    }

    fn cast(&self, kind: Kind, index: u32) -> Cast {
        let first = match kind {
            Kind::Lead => &FIRST_LEADS,
            Kind::Contact => &FIRST_CONTACTS,
        };
        if let Some(fixed) = first.get(index as usize) {
            return *fixed;
        }
        let roll = Draws::new(self.seed, kind.name(), index).below("circumstance", 1000);
        if roll < INTERCOM_ONLY_UNTIL {
            Cast::IntercomOnly
        } else if roll < SALESFORCE_ONLY_UNTIL {
            Cast::SalesforceOnly
        } else if roll < NO_EMAIL_UNTIL {
            Cast::NoEmail
        } else if roll < TWIN_UNTIL {
            Cast::Twin
        } else if kind == Kind::Contact {
            Cast::Ordinary
        } else if roll < CONVERTED_UNTIL {
            Cast::Converted
        } else if roll < ALSO_CONTACT_UNTIL {
            Cast::AlsoContact
        } else {
            Cast::Ordinary
        }
    }
}
