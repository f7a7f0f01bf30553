//! Lead conversion: one transaction that makes an account, a contact and perhaps an opportunity
//! out of a lead, or adds the lead to those that exist.

use serde::{Deserialize, Serialize};

use crate::error::ApiError;
use crate::id::RecordId;
use crate::row::Row;
use crate::schema::{Meaning, Object};
use crate::soql::day_of;
use crate::value::Value;

use super::coerce::converted_lead;
use super::{Author, Records};

/// How to convert a lead. Nothing set: a new account, a new contact, no opportunity.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Conversion {
    /// Join this account instead of making one.
    pub account_id: Option<RecordId>,
    /// Join this contact instead of making one; its account is taken where none is named.
    pub contact_id: Option<RecordId>,
    /// Join this opportunity instead of making one.
    pub opportunity_id: Option<RecordId>,
    /// Make an opportunity of this name.
    pub opportunity_name: Option<String>,
    /// The status that the lead gets; by default the first one that means converted.
    pub converted_status: Option<String>,
    /// Who owns what is made; by default the owner of the lead, or whoever converts it if a queue
    /// owns it.
    pub owner_id: Option<RecordId>,
    /// Puts the lead's source in the place of the contact's.
    pub overwrite_lead_source: bool,
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

const TO_ACCOUNT: [(&str, &str); 11] = [
    ("Company", "Name"),
    ("Website", "Website"),
    ("Phone", "Phone"),
    ("Industry", "Industry"),
    ("AnnualRevenue", "AnnualRevenue"),
    ("NumberOfEmployees", "NumberOfEmployees"),
    ("Street", "BillingStreet"),
    ("City", "BillingCity"),
    ("State", "BillingState"),
    ("PostalCode", "BillingPostalCode"),
    ("Country", "BillingCountry"),
];

impl Records {
    /// Converts a lead. Everything is checked before anything is written.
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
        self.refuse_locked(&lead, Some(&lead), author.now)?;
        let status = self.converted_status(how.converted_status.as_deref())?;
        let mut named = |object: Object, id: Option<RecordId>| {
            id.map(|id| self.addressed(object, id)).transpose()
        };
        let named_contact = named(Object::Contact, how.contact_id)?;
        let named_opportunity = named(Object::Opportunity, how.opportunity_id)?;
        let contacts = self.schema_of(Object::Contact);
        let its_account = named_contact
            .as_ref()
            .and_then(|contact| contact.reference(contacts, "AccountId"));
        if its_account.is_some_and(|its| how.account_id.is_some_and(|given| given != its)) {
            // UNVERIFIED: code and words for a contact of another account.
            let message = "invalid cross reference id";
            let fields = ["contactId".to_owned()];
            return Err(ApiError::record(
                "INVALID_CROSS_REFERENCE_KEY",
                message,
                fields,
            ));
        }
        let account = match how.account_id.or(its_account) {
            Some(account) => self.addressed(Object::Account, account)?,
            None => self.begun(Object::Account, author),
        };
        let owner = self.owner_of_result(&lead, how, author);
        self.refuse_owner_of_result(owner)?;
        let account_id = self.filled(account, &lead, &TO_ACCOUNT, owner, author);
        let mut contact = named_contact.unwrap_or_else(|| self.begun(Object::Contact, author));
        let contacts = self.schema_of(Object::Contact);
        if contact.reference(contacts, "AccountId").is_none() {
            contact.store(contacts.known("AccountId"), Value::Id(account_id));
        }
        if how.overwrite_lead_source {
            contact.store(contacts.known("LeadSource"), Value::Null);
        }
        let contact_id = self.filled(contact, &lead, &TO_CONTACT, owner, author);
        let opportunity_id = match (named_opportunity, &how.opportunity_name) {
            (Some(opportunity), _) => {
                self.join_opportunity(opportunity.id, contact_id, author);
                Some(opportunity.id)
            }
            (None, Some(name)) => {
                Some(self.opportunity(name, account_id, contact_id, owner, author))
            }
            (None, None) => None,
        };
        let into = Converted {
            account_id,
            contact_id,
            opportunity_id,
        };
        self.mark_converted(&mut lead, into, status, author);
        self.move_tasks(id, contact_id, account_id, author);
        Ok(into)
    }

    /// The status of a converted lead: the given one, if it means that.
    fn converted_status(&self, given: Option<&str>) -> Result<Value, ApiError> {
        let schema = self.schema_of(Object::Lead);
        let statuses = &schema.fields[schema.known("Status")].picklist;
        let mut fitting = statuses
            .iter()
            .filter(|choice| choice.active && choice.meaning == Meaning::Converted);
        let found = fitting.find(|choice| given.is_none_or(|given| choice.value == given));
        found
            .map(|choice| Value::text(choice.value.as_ref()))
            .ok_or_else(|| {
                // UNVERIFIED: the words.
                let given = given.unwrap_or_default();
                let message = format!("invalid convertedStatus: {given}");
                let fields = ["convertedStatus".to_owned()];
                ApiError::record("INVALID_STATUS", message, fields)
            })
    }

    fn refuse_owner_of_result(&mut self, owner: RecordId) -> Result<(), ApiError> {
        let users = self.schema_of(Object::User);
        let found = self.living(owner);
        match found.filter(|row| row.object() == Object::User) {
            None => Err(ApiError::invalid_cross_reference()),
            Some(user) if !user.flag(users, "IsActive") => {
                let message = format!(
                    "operation performed with inactive user [{}] as owner of contact",
                    owner.short()
                );
                Err(ApiError::record("INACTIVE_OWNER_OR_USER", message, []))
            }
            Some(_) => Ok(()),
        }
    }

    /// Tasks of a lead become tasks of the contact.
    fn move_tasks(&mut self, lead: RecordId, contact: RecordId, account: RecordId, author: Author) {
        let schema = self.schema_of(Object::Task);
        let (who, its_account) = (schema.known("WhoId"), schema.known("AccountId"));
        for mut task in self.children(Object::Task, "WhoId", lead) {
            task.store(who, Value::Id(contact));
            task.store(its_account, Value::Id(account));
            task.touch(author.user, author.now);
            self.commit(task, author.now);
        }
    }

    /// A contact takes part in an opportunity, as the primary one if there is none.
    fn join_opportunity(&mut self, opportunity: RecordId, contact: RecordId, author: Author) {
        let schema = self.schema_of(Object::OpportunityContactRole);
        let roles = self.children(Object::OpportunityContactRole, "OpportunityId", opportunity);
        let takes_part = |role: &Row| role.reference(schema, "ContactId") == Some(contact);
        if roles.iter().any(takes_part) {
            return;
        }
        let is_primary = !roles.iter().any(|role| role.flag(schema, "IsPrimary"));
        self.add_role(opportunity, contact, is_primary, author);
    }

    fn begun(&mut self, object: Object, author: Author) -> Row {
        let id = self.tables.of_mut(object).reserve();
        Row::new(id, author.user, author.now)
    }

    /// A lead of a queue leaves its results to whoever converts it.
    fn owner_of_result(&self, lead: &Row, how: &Conversion, author: Author) -> RecordId {
        let owner = lead.reference(self.schema_of(Object::Lead), "OwnerId");
        how.owner_id.unwrap_or_else(|| {
            owner
                .filter(|owner| owner.prefix() == Object::User.prefix())
                .unwrap_or(author.user)
        })
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
        let stages = &schema.fields[schema.known("StageName")].picklist;
        let first = stages.iter().find(|stage| stage.active);
        let stage = first.map_or_else(String::new, |stage| stage.value.to_string());
        let facts = schema.stage(&stage);
        for (field, value) in [
            ("Name", Value::text(name)),
            ("AccountId", Value::Id(account)),
            ("ContactId", Value::Id(contact)),
            ("OwnerId", Value::Id(owner)),
            ("StageName", Value::text(stage.clone())),
            ("Probability", Value::Double(facts.probability)),
            ("ForecastCategoryName", Value::Static(facts.forecast)),
            ("CloseDate", Value::Date(day_of(author.now))),
        ] {
            row.store(schema.known(field), value);
        }
        self.commit(row.clone(), author.now);
        self.after_create(&row, author);
        row.id
    }

    fn mark_converted(&mut self, lead: &mut Row, into: Converted, status: Value, author: Author) {
        let schema = self.schema_of(Object::Lead);
        for (field, value) in [
            ("IsConverted", Value::Bool(true)),
            ("Status", status),
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
