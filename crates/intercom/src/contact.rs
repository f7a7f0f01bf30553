//! Contacts: what one looks like, and how one is read and changed.

use std::collections::BTreeMap;

use model::Change;
use model::Timestamp;
use model::ic::{CompanyId, ContactId, Role, TeammateId, WorkspaceId};
use serde::{Deserialize, Serialize};
use serde_json::{Number, Value};

use crate::client::{Call, Client, json_body};
use crate::error::IntercomError;
use crate::wire;

pub use create::{Created, CurrentContact, NewContact, NewIdentity};
pub use lifecycle::MergeCheck;

mod create;
mod lifecycle;

/// A contact as Intercom shows it: nothing is trimmed, folded or reformatted.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(try_from = "WireContact")]
pub struct Contact {
    /// Unique within its workspace.
    pub id: ContactId,
    /// The workspace; webhooks of some topics leave it out.
    pub workspace_id: Option<WorkspaceId>,
    /// Lead or user.
    pub role: Role,
    /// The customer's own id; users only.
    pub external_id: Option<String>,
    /// Not unique among leads.
    pub email: Option<String>,
    /// The full name.
    pub name: Option<String>,
    /// As the workspace wrote it.
    pub phone: Option<String>,
    /// The teammate who owns the contact.
    pub owner_id: Option<TeammateId>,
    /// By name, without those that have no value.
    pub custom_attributes: BTreeMap<String, AttributeValue>,
    /// At most the first ten; see `has_more_companies`.
    pub company_ids: Vec<CompanyId>,
    /// Whether [`Client::contact_companies`] would show more than `company_ids`.
    pub has_more_companies: bool,
    /// When the contact came to be, to the second.
    pub created_at: Timestamp,
    /// When it last changed, to the second. Not every change at the source moves it.
    pub updated_at: Timestamp,
    /// Archived contacts stay readable by id.
    pub archived: bool,
    /// Where the contact last was, as Intercom guessed.
    pub location: Location,
    /// The most recent campaign parameters.
    pub utm: Utm,
    /// The page that led the contact here.
    pub referrer: Option<String>,
}

/// The value of a custom attribute.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(from = "Value", into = "Value")]
pub enum AttributeValue {
    /// Strings and options.
    Text(String),
    /// Integers, floats, and dates in Unix seconds.
    Number(Number),
    /// Booleans.
    Bool(bool),
    /// Anything else, such as links to custom objects.
    Other(Value),
}

/// Where a contact is. Any part may be missing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Location {
    /// The country's English name.
    pub country: Option<String>,
    /// A code of two or three letters.
    pub country_code: Option<String>,
    /// A code of two letters.
    pub continent_code: Option<String>,
    /// State or province.
    pub region: Option<String>,
    /// Town.
    pub city: Option<String>,
}

/// Campaign parameters. Intercom shows them and lets nobody write them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Utm {
    /// `utm_campaign`.
    pub campaign: Option<String>,
    /// `utm_content`.
    pub content: Option<String>,
    /// `utm_medium`.
    pub medium: Option<String>,
    /// `utm_source`.
    pub source: Option<String>,
    /// `utm_term`.
    pub term: Option<String>,
}

/// A partial update. Sent twice, it changes nothing the second time.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ContactPatch {
    /// The full name.
    #[serde(
        skip_serializing_if = "Change::is_keep",
        serialize_with = "wire::change"
    )]
    pub name: Change<String>,
    /// A user's email must be unique in the workspace.
    #[serde(
        skip_serializing_if = "Change::is_keep",
        serialize_with = "wire::change"
    )]
    pub email: Change<String>,
    /// Intercom may store it reformatted.
    #[serde(
        skip_serializing_if = "Change::is_keep",
        serialize_with = "wire::change"
    )]
    pub phone: Change<String>,
    /// The teammate who owns the contact. One who is not of the workspace is refused.
    #[serde(
        rename = "owner_id",
        skip_serializing_if = "Change::is_keep",
        serialize_with = "wire::change"
    )]
    pub owner: Change<TeammateId>,
    /// By name; `None` clears. Names that are not mentioned stay, names that do not exist as data
    /// attributes are refused.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub custom_attributes: BTreeMap<String, Option<String>>,
}

impl Client {
    /// One contact, read by id. [`IntercomError::Merged`] if it became part of another.
    pub async fn contact(&self, id: &ContactId) -> Result<Contact, IntercomError> {
        self.read(&Call::get(format!("/contacts/{id}")), json_body)
            .await
    }

    /// Writes what `patch` says and returns the contact as Intercom then shows it.
    pub async fn update_contact(
        &self,
        id: &ContactId,
        patch: &ContactPatch,
    ) -> Result<Contact, IntercomError> {
        self.write(&Call::put(format!("/contacts/{id}"), patch), json_body)
            .await
    }
}

impl ContactPatch {
    /// Whether sending it could change nothing.
    pub fn is_empty(&self) -> bool {
        let Self {
            name,
            email,
            phone,
            owner,
            custom_attributes,
        } = self;
        [name, email, phone].iter().all(|change| change.is_keep())
            && owner.is_keep()
            && custom_attributes.is_empty()
    }
}

impl AttributeValue {
    /// Leaves out the attributes that have no value: null and absence mean the same.
    pub(crate) fn present(shown: BTreeMap<String, Value>) -> BTreeMap<String, Self> {
        let valued = shown.into_iter().filter(|(_, value)| !value.is_null());
        valued.map(|(name, value)| (name, value.into())).collect()
    }
}

impl From<Value> for AttributeValue {
    fn from(value: Value) -> Self {
        match value {
            Value::String(text) => Self::Text(text),
            Value::Number(number) => Self::Number(number),
            Value::Bool(flag) => Self::Bool(flag),
            other @ (Value::Null | Value::Array(_) | Value::Object(_)) => Self::Other(other),
        }
    }
}

impl From<AttributeValue> for Value {
    fn from(value: AttributeValue) -> Self {
        match value {
            AttributeValue::Text(text) => Self::String(text),
            AttributeValue::Number(number) => Self::Number(number),
            AttributeValue::Bool(flag) => Self::Bool(flag),
            AttributeValue::Other(other) => other,
        }
    }
}

/// The vendor's spelling. Webhooks send fewer keys than REST, so most may be missing.
#[derive(Deserialize)]
struct WireContact {
    #[serde(deserialize_with = "wire::id")]
    id: ContactId,
    #[serde(default, deserialize_with = "wire::optional_id")]
    workspace_id: Option<WorkspaceId>,
    role: Role,
    #[serde(default, deserialize_with = "wire::optional_text")]
    external_id: Option<String>,
    email: Option<String>,
    name: Option<String>,
    phone: Option<String>,
    #[serde(default, deserialize_with = "wire::optional_id")]
    owner_id: Option<TeammateId>,
    #[serde(default, deserialize_with = "wire::or_default")]
    custom_attributes: BTreeMap<String, Value>,
    #[serde(default, deserialize_with = "wire::or_default")]
    companies: CompanyStubs,
    #[serde(default, deserialize_with = "wire::instant")]
    created_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "wire::instant")]
    updated_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "wire::or_default")]
    archived: bool,
    #[serde(default, deserialize_with = "wire::or_default")]
    location: Location,
    utm_campaign: Option<String>,
    utm_content: Option<String>,
    utm_medium: Option<String>,
    utm_source: Option<String>,
    utm_term: Option<String>,
    referrer: Option<String>,
}

#[derive(Default, Deserialize)]
struct CompanyStubs {
    #[serde(default, alias = "companies", deserialize_with = "wire::or_default")]
    data: Vec<CompanyStub>,
    #[serde(default, deserialize_with = "wire::or_default")]
    has_more: bool,
}

#[derive(Deserialize)]
struct CompanyStub {
    #[serde(deserialize_with = "wire::id")]
    id: CompanyId,
}

impl TryFrom<WireContact> for Contact {
    type Error = &'static str;

    fn try_from(wire: WireContact) -> Result<Self, Self::Error> {
        Ok(Self {
            id: wire.id,
            workspace_id: wire.workspace_id,
            role: wire.role,
            external_id: wire.external_id,
            email: wire.email,
            name: wire.name,
            phone: wire.phone,
            owner_id: wire.owner_id,
            custom_attributes: AttributeValue::present(wire.custom_attributes),
            company_ids: wire
                .companies
                .data
                .into_iter()
                .map(|stub| stub.id)
                .collect(),
            has_more_companies: wire.companies.has_more,
            created_at: wire.created_at.ok_or("the contact has no created_at")?,
            updated_at: wire.updated_at.ok_or("the contact has no updated_at")?,
            archived: wire.archived,
            location: wire.location,
            utm: Utm {
                campaign: wire.utm_campaign,
                content: wire.utm_content,
                medium: wire.utm_medium,
                source: wire.utm_source,
                term: wire.utm_term,
            },
            referrer: wire.referrer,
        })
    }
}

#[cfg(test)]
mod tests;
