//! Between three forms of the same thing: what a client read, what the store keeps (positional
//! bodies), and the facts that the planner sees.

use std::collections::BTreeMap;

use model::{MatchKey, Timestamp, sf};
use planner::Attribute;
use store::{AccountRow, Body, ContactRow, DirectoryKind, DirectoryRow, RecordRow, UNSTAMPED};

/// The fields that are read, and their places. A change of either raises the number: rows of an
/// older projection are then read again.
pub(crate) const PROJECTION: i64 = 1;

/// Places in a contact's body; the attributes of A1 follow from `ATTRIBUTES` on, in their order.
mod contact {
    pub(super) const NAME: usize = 0;
    pub(super) const EMAIL: usize = 1;
    pub(super) const PHONE: usize = 2;
    pub(super) const ATTRIBUTES: usize = 3;
}

/// Places in a record's body.
mod record {
    pub(super) const NAME: usize = 0;
    pub(super) const LAST_NAME: usize = 1;
    pub(super) const EMAIL: usize = 2;
    pub(super) const TITLE: usize = 3;
    pub(super) const COMPANY: usize = 4;
    pub(super) const STATUS: usize = 5;
    pub(super) const CREATED_MS: usize = 6;
    pub(super) const CONVERTED: usize = 7;
}

/// Places in an Account's body.
mod account {
    pub(super) const NAME: usize = 0;
    pub(super) const WEBSITE: usize = 1;
    pub(super) const BILLING_COUNTRY: usize = 2;
    pub(super) const SHIPPING_COUNTRY: usize = 3;
}

fn boxed(text: &str) -> Box<str> {
    text.into()
}

fn optional(text: Option<&str>) -> Option<Box<str>> {
    text.filter(|text| !text.is_empty()).map(Into::into)
}

fn key_of(email: Option<&str>) -> Option<MatchKey> {
    email.and_then(MatchKey::from_email)
}

/// A contact as read from Intercom.
pub(crate) fn contact_row(contact: &intercom::Contact, seen_at: Timestamp) -> ContactRow {
    let attribute = |attribute: Attribute| match contact.custom_attributes.get(attribute.name())? {
        intercom::AttributeValue::Text(text) => optional(Some(text)),
        // Somebody else's attribute of our name and another type: shown as it reads, so that it
        // counts as different from what we would write.
        intercom::AttributeValue::Number(number) => Some(boxed(&number.to_string())),
        intercom::AttributeValue::Bool(flag) => Some(boxed(&flag.to_string())),
        intercom::AttributeValue::Other(value) => Some(boxed(&value.to_string())),
    };
    let mut body = vec![
        optional(contact.name.as_deref()),
        optional(contact.email.as_deref()),
        optional(contact.phone.as_deref()),
    ];
    body.extend(Attribute::ALL.into_iter().map(attribute));
    ContactRow {
        id: contact.id.clone(),
        key: key_of(contact.email.as_deref()),
        role: contact.role,
        stamp: contact.updated_at,
        seen_at,
        stale: false,
        projection: PROJECTION,
        owner_id: contact.owner_id.clone(),
        body: Body(body),
    }
}

/// A Lead as read from Salesforce.
pub(crate) fn lead_row(lead: &salesforce::Lead, seen_at: Timestamp) -> RecordRow {
    let successor = match (lead.converted_contact_id, lead.master_record_id) {
        (Some(contact), _) => Some(sf::RecordId::Contact(contact)),
        (None, Some(lead)) => Some(sf::RecordId::Lead(lead)),
        (None, None) => None,
    };
    RecordRow {
        id: sf::RecordId::Lead(lead.id),
        key: key_of(lead.email.as_deref()),
        stamp: lead.modified_at,
        seen_at,
        stale: false,
        projection: PROJECTION,
        owner_id: Some(lead.owner_id),
        account_id: None,
        successor,
        gone: lead.is_deleted,
        hidden: false,
        body: Body(vec![
            Some(boxed(&lead.name)),
            Some(boxed(&lead.last_name)),
            optional(lead.email.as_deref()),
            optional(lead.title.as_deref()),
            optional(lead.company.as_deref()),
            optional(Some(&lead.status)),
            Some(boxed(&lead.created_at.as_millis().to_string())),
            lead.is_converted.then(|| "1".into()),
        ]),
    }
}

/// A Salesforce contact as read from Salesforce.
pub(crate) fn sf_contact_row(contact: &salesforce::Contact, seen_at: Timestamp) -> RecordRow {
    RecordRow {
        id: sf::RecordId::Contact(contact.id),
        key: key_of(contact.email.as_deref()),
        stamp: contact.modified_at,
        seen_at,
        stale: false,
        projection: PROJECTION,
        owner_id: Some(contact.owner_id),
        account_id: contact.account_id,
        successor: contact.master_record_id.map(sf::RecordId::Contact),
        gone: contact.is_deleted,
        hidden: false,
        body: Body(vec![
            Some(boxed(&contact.name)),
            Some(boxed(&contact.last_name)),
            optional(contact.email.as_deref()),
            optional(contact.title.as_deref()),
            None,
            None,
            Some(boxed(&contact.created_at.as_millis().to_string())),
            None,
        ]),
    }
}

/// A record that Salesforce does not show any more: deleted for good, or invisible.
pub(crate) fn gone_row(id: sf::RecordId, now: Timestamp) -> RecordRow {
    RecordRow {
        id,
        key: None,
        stamp: UNSTAMPED,
        seen_at: now,
        stale: false,
        projection: PROJECTION,
        owner_id: None,
        account_id: None,
        successor: None,
        gone: true,
        hidden: false,
        body: Body::default(),
    }
}

/// An Account as read from Salesforce.
pub(crate) fn account_row(account: &salesforce::Account, seen_at: Timestamp) -> AccountRow {
    AccountRow {
        id: account.id,
        owner_id: Some(account.owner_id),
        stamp: account.modified_at,
        seen_at,
        body: Body(vec![
            Some(boxed(&account.name)),
            optional(account.website.as_deref()),
            optional(account.billing_country.as_deref()),
            optional(account.shipping_country.as_deref()),
        ]),
    }
}

/// The `UserType` of colleagues: other types are customers' portals and integrations (O1).
const STANDARD: &str = "Standard";

/// A Salesforce User as directory row.
pub(crate) fn user_row(user: &salesforce::User) -> DirectoryRow {
    DirectoryRow {
        kind: DirectoryKind::User,
        id: user.id.to_string(),
        name: user.name.clone(),
        email: user.email.clone(),
        role: user.role.clone(),
        title: user.title.clone(),
        active: user.is_active,
        standard: user.user_type.as_deref() == Some(STANDARD),
        last_login: user.last_login,
    }
}

/// A queue as directory row.
pub(crate) fn queue_row(queue: &salesforce::Queue) -> DirectoryRow {
    DirectoryRow {
        kind: DirectoryKind::Queue,
        id: queue.id.to_string(),
        name: queue.name.clone(),
        email: None,
        role: None,
        title: None,
        active: true,
        standard: true,
        last_login: None,
    }
}

/// A teammate as directory row.
pub(crate) fn teammate_row(teammate: &intercom::Teammate) -> DirectoryRow {
    DirectoryRow {
        kind: DirectoryKind::Teammate,
        id: teammate.id.to_string(),
        name: teammate.name.clone(),
        email: teammate.email.clone(),
        role: None,
        title: teammate.job_title.clone(),
        active: true,
        standard: true,
        last_login: None,
    }
}

/// What the pairing sees of a teammate; `None` for one who left.
pub(crate) fn teammate_fact(row: &DirectoryRow) -> Option<planner::Teammate> {
    let teammate = planner::Teammate {
        id: row.id.parse().ok()?,
        name: row.name.clone(),
        email: row.email.clone(),
    };
    row.active.then_some(teammate)
}

/// What the pairing sees of a Salesforce User.
pub(crate) fn user_fact(row: &DirectoryRow) -> Option<planner::User> {
    Some(planner::User {
        id: row.id.parse().ok()?,
        email: row.email.clone(),
        active: row.active,
        standard: row.standard,
        last_login: row.last_login,
    })
}

/// What the planner sees of a contact.
pub(crate) fn contact_fact(row: &ContactRow) -> planner::Contact {
    let text = |place| row.body.get(place).map(str::to_owned);
    planner::Contact {
        id: row.id.clone(),
        role: row.role,
        name: text(contact::NAME),
        email: text(contact::EMAIL),
        phone: text(contact::PHONE),
        company: None,
        owner: row.owner_id.clone(),
        attributes: shown_attributes(row),
    }
}

/// What a contact's attributes of A1 show.
pub(crate) fn shown_attributes(row: &ContactRow) -> BTreeMap<Attribute, String> {
    Attribute::ALL
        .into_iter()
        .enumerate()
        .filter_map(|(place, attribute)| {
            let value = row.body.get(contact::ATTRIBUTES + place)?;
            Some((attribute, value.to_owned()))
        })
        .collect()
}

/// Whose owners and Accounts a record's facts are filled from.
pub(crate) struct Surroundings<'a> {
    pub(crate) accounts: &'a [AccountRow],
    pub(crate) owners: &'a [DirectoryRow],
}

impl Surroundings<'_> {
    /// An owner. Of one that the directory does not know even after it was read again (the
    /// integration user may not see everybody) only the id is shown.
    fn owner(&self, id: Option<sf::OwnerId>) -> Option<planner::Owner> {
        let id = id?;
        let row = self.owners.iter().find(|row| row.id == id.as_str());
        Some(planner::Owner {
            id,
            name: row.map(|row| row.name.clone()).unwrap_or_default(),
            email: row.and_then(|row| row.email.clone()),
            role: row.and_then(|row| row.role.clone()),
            title: row.and_then(|row| row.title.clone()),
        })
    }

    fn account(&self, id: Option<sf::AccountId>) -> Option<planner::Account> {
        let id = id?;
        let row = self.accounts.iter().find(|row| row.id == id)?;
        let text = |place| row.body.get(place).map(str::to_owned);
        Some(planner::Account {
            id,
            name: text(account::NAME).unwrap_or_default(),
            website: text(account::WEBSITE),
            owner: self.owner(row.owner_id),
            billing_country: text(account::BILLING_COUNTRY),
            shipping_country: text(account::SHIPPING_COUNTRY),
        })
    }

    /// What the planner sees of a record.
    pub(crate) fn record_fact(&self, row: &RecordRow) -> planner::Record {
        match row.id {
            sf::RecordId::Lead(id) => planner::Record::Lead(self.lead_fact(id, row)),
            sf::RecordId::Contact(id) => planner::Record::Contact(self.sf_contact_fact(id, row)),
        }
    }

    fn lead_fact(&self, id: sf::LeadId, row: &RecordRow) -> planner::Lead {
        let text = |place| row.body.get(place).map(str::to_owned);
        planner::Lead {
            id,
            name: text(record::NAME).unwrap_or_default(),
            last_name: text(record::LAST_NAME),
            title: text(record::TITLE),
            company: text(record::COMPANY),
            status: text(record::STATUS),
            owner: self.owner(row.owner_id),
            converted: row.body.get(record::CONVERTED).is_some(),
            created_at: created_at(row),
        }
    }

    /// What the planner sees of a Salesforce contact.
    fn sf_contact_fact(&self, id: sf::ContactId, row: &RecordRow) -> planner::SfContact {
        let text = |place| row.body.get(place).map(str::to_owned);
        let account = self.account(row.account_id);
        planner::SfContact {
            id,
            name: text(record::NAME).unwrap_or_default(),
            email: text(record::EMAIL),
            title: text(record::TITLE),
            owner: self.owner(row.owner_id),
            account_hidden: account.is_none() && row.account_id.is_some(),
            account,
            created_at: created_at(row),
        }
    }
}

fn created_at(row: &RecordRow) -> Timestamp {
    let millis = row
        .body
        .get(record::CREATED_MS)
        .and_then(|text| text.parse().ok());
    Timestamp::from_millis(millis.unwrap_or_default())
}

/// A record's name, if it shows one.
pub(crate) fn name_of(row: &RecordRow) -> Option<String> {
    let name = row.body.get(record::NAME)?.trim();
    (!name.is_empty()).then(|| name.to_owned())
}

/// A record as the look for a lost request sees it.
pub(crate) fn found(
    row: &RecordRow,
    created_by: Option<sf::UserId>,
    us: sf::UserId,
) -> planner::intent::Found {
    planner::intent::Found {
        id: row.id,
        key: row.key.clone(),
        created_by_us: created_by == Some(us),
        created_at: created_at(row),
        last_name: row.body.get(record::LAST_NAME).map(str::to_owned),
        company: row.body.get(record::COMPANY).map(str::to_owned),
        deleted: row.gone,
        converted: row.body.get(record::CONVERTED).is_some(),
    }
}
