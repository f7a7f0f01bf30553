//! Lead conversion: one transaction that makes an account, a contact and perhaps an opportunity
//! out of a lead, or adds the lead to those that exist.

use serde::{Deserialize, Serialize};

use crate::error::ApiError;
use crate::id::RecordId;
use crate::row::Row;
use crate::schema::Object;
use crate::soql::day_of;
use crate::value::Value;

use super::coerce::converted_lead;
use super::save_hooks::CONVERTED_STATUS;
use super::{Author, Records};

/// How to convert a lead. Nothing set: a new account, a new contact, no opportunity.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Conversion {
    /// Join this account instead of making one.
    pub account_id: Option<RecordId>,
    /// Join this contact instead of making one; its account is taken where none is named.
    pub contact_id: Option<RecordId>,
    /// Make an opportunity of this name.
    pub opportunity_name: Option<String>,
}

/// What a lead became.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Converted {
    /// The account.
    pub account_id: RecordId,
    /// The contact.
    pub contact_id: RecordId,
    /// The opportunity, if one was asked for.
    pub opportunity_id: Option<RecordId>,
}

/// What a contact takes from its lead, under the names on either side.
const TO_CONTACT: [(&str, &str); 14] = [
    ("LastName", "LastName"),
    ("FirstName", "FirstName"),
    ("Salutation", "Salutation"),
    ("Title", "Title"),
    ("Email", "Email"),
    ("Phone", "Phone"),
    ("MobilePhone", "MobilePhone"),
    ("Fax", "Fax"),
    ("LeadSource", "LeadSource"),
    ("Street", "MailingStreet"),
    ("City", "MailingCity"),
    ("State", "MailingState"),
    ("PostalCode", "MailingPostalCode"),
    ("Country", "MailingCountry"),
];

const TO_ACCOUNT: [(&str, &str); 10] = [
    ("Company", "Name"),
    ("Website", "Website"),
    ("Phone", "Phone"),
    ("Industry", "Industry"),
    ("AnnualRevenue", "AnnualRevenue"),
    ("NumberOfEmployees", "NumberOfEmployees"),
    ("Street", "BillingStreet"),
    ("City", "BillingCity"),
    ("State", "BillingState"),
    ("Country", "BillingCountry"),
];

impl Records {
    /// Converts a lead.
    pub(crate) fn convert(
        &mut self,
        id: RecordId,
        how: &Conversion,
        author: Author,
    ) -> Result<Converted, ApiError> {
        let mut lead = self.addressed(Object::Lead, id)?;
        if lead.flag(self.schema_of(Object::Lead), "IsConverted") {
            return Err(converted_lead());
        }
        let named_contact = how
            .contact_id
            .map(|id| self.addressed(Object::Contact, id))
            .transpose()?;
        let contact_schema = self.schema_of(Object::Contact);
        let account_of_contact = named_contact
            .as_ref()
            .and_then(|contact| contact.reference(contact_schema, "AccountId"));
        let account = match how.account_id.or(account_of_contact) {
            Some(account) => self.addressed(Object::Account, account)?,
            None => self.begun(Object::Account, author),
        };
        let owner = self.owner_of_result(&lead, author);
        let account_id = self.filled(account, &lead, &TO_ACCOUNT, owner, author);
        let mut contact = named_contact.unwrap_or_else(|| self.begun(Object::Contact, author));
        let account_place = self.schema_of(Object::Contact).known("AccountId");
        if contact.stored(account_place).is_null() {
            contact.store(account_place, Value::Id(account_id));
        }
        let contact_id = self.filled(contact, &lead, &TO_CONTACT, owner, author);
        let opportunity_id = how
            .opportunity_name
            .as_ref()
            .map(|name| self.opportunity(name, account_id, contact_id, owner, author));
        self.mark_converted(
            &mut lead,
            Converted {
                account_id,
                contact_id,
                opportunity_id,
            },
            author,
        );
        self.reparent(Object::Lead, id, contact_id, author);
        Ok(Converted {
            account_id,
            contact_id,
            opportunity_id,
        })
    }

    fn begun(&mut self, object: Object, author: Author) -> Row {
        let id = self.tables.of_mut(object).reserve();
        Row::new(id, author.user, author.now)
    }

    /// A lead of a queue leaves its results to whoever converts it.
    fn owner_of_result(&self, lead: &Row, author: Author) -> RecordId {
        lead.reference(self.schema_of(Object::Lead), "OwnerId")
            .filter(|owner| owner.prefix() == Object::User.prefix())
            .unwrap_or(author.user)
    }

    /// Fills the empty fields of `row` from the lead and stores it.
    fn filled(
        &mut self,
        mut row: Row,
        lead: &Row,
        pairs: &[(&str, &str)],
        owner: RecordId,
        author: Author,
    ) -> RecordId {
        let from = self.schema_of(Object::Lead);
        let to = self.schema_of(row.object());
        for (source, target) in pairs {
            let place = to.known(target);
            if row.stored(place).is_null() {
                row.store(place, lead.stored(from.known(source)).clone());
            }
        }
        let owner_place = to.known("OwnerId");
        if row.stored(owner_place).is_null() {
            row.store(owner_place, Value::Id(owner));
        }
        row.touch(author.user, author.now);
        row.shrink();
        let id = row.id;
        self.commit(row, author.now);
        id
    }

    fn opportunity(
        &mut self,
        name: &str,
        account: RecordId,
        contact: RecordId,
        owner: RecordId,
        author: Author,
    ) -> RecordId {
        let mut row = self.begun(Object::Opportunity, author);
        let schema = self.schema_of(Object::Opportunity);
        for (field, value) in [
            ("Name", Value::text(name)),
            ("AccountId", Value::Id(account)),
            ("ContactId", Value::Id(contact)),
            ("OwnerId", Value::Id(owner)),
            ("StageName", Value::Static("Prospecting")),
            ("Probability", Value::Double(10.0)),
            ("ForecastCategoryName", Value::Static("Pipeline")),
            ("CloseDate", Value::Date(day_of(author.now))),
        ] {
            row.store(schema.known(field), value);
        }
        self.commit(row.clone(), author.now);
        self.after_create(&row, author);
        row.id
    }

    fn mark_converted(&mut self, lead: &mut Row, into: Converted, author: Author) {
        let schema = self.schema_of(Object::Lead);
        for (field, value) in [
            ("IsConverted", Value::Bool(true)),
            ("Status", Value::Static(CONVERTED_STATUS)),
            ("ConvertedDate", Value::Date(day_of(author.now))),
            ("ConvertedAccountId", Value::Id(into.account_id)),
            ("ConvertedContactId", Value::Id(into.contact_id)),
            (
                "ConvertedOpportunityId",
                into.opportunity_id.map_or(Value::Null, Value::Id),
            ),
        ] {
            lead.store(schema.known(field), value);
        }
        lead.touch(author.user, author.now);
        self.commit(lead.clone(), author.now);
    }
}
