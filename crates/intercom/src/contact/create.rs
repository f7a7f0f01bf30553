//! How a contact comes to be. Intercom has no upsert: whoever creates a user that is there already
//! is refused, and the refusal names the one in the way only in its words.

use std::collections::BTreeMap;

use model::ic::{ContactId, Role, TeammateId};
use serde_json::{Map, Value};

use super::{AttributeValue, Contact};
use crate::client::{Call, Client, json_body};
use crate::error::IntercomError;

/// A contact to be made.
#[derive(Debug, Clone, PartialEq)]
pub struct NewContact {
    /// Lead or user.
    pub identity: NewIdentity,
    /// The full name.
    pub name: Option<String>,
    /// Unique among users. Two leads may have the same.
    pub email: Option<String>,
    /// Intercom may store it reformatted.
    pub phone: Option<String>,
    /// The teammate who owns the contact.
    pub owner: Option<TeammateId>,
    /// By name. Names that do not exist as data attributes are refused.
    pub custom_attributes: BTreeMap<String, AttributeValue>,
}

/// What a new contact is known by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NewIdentity {
    /// Nothing; an email is welcome. An external id would be ignored.
    Lead,
    /// The customer's own id, the email, or both. With neither, Intercom refuses.
    User {
        /// Unique in the workspace.
        external_id: Option<String>,
    },
}

/// A contact that was to be created.
#[derive(Debug, Clone, PartialEq)]
pub enum Created {
    /// It did not exist.
    New(Contact),
    /// It existed and was updated with what the new one was to have.
    Found(Contact),
    /// The same, after it was brought back from the archive.
    Unarchived(Contact),
}

impl Client {
    /// Creates a contact. [`IntercomError::Conflict`] if it is a user that exists; leads never
    /// conflict, so after an unknown outcome a lead must be looked for before it is sent again.
    pub async fn create_contact(&self, new: &NewContact) -> Result<Contact, IntercomError> {
        self.write(&Call::post("/contacts", &new.body()), json_body)
            .await
    }

    /// Creates a contact, or updates the one that is in its way. An archived one is brought back
    /// first, one that was merged away stands for the contact that it became. Nobody is touched
    /// unless they share the external id or the email: then the refusal is returned.
    pub async fn create_or_find_contact(&self, new: &NewContact) -> Result<Created, IntercomError> {
        let refusal = match self.create_contact(new).await {
            Ok(contact) => return Ok(Created::New(contact)),
            Err(refusal) => refusal,
        };
        let IntercomError::Conflict {
            existing: Some(existing),
            archived,
        } = &refusal
        else {
            return Err(refusal);
        };
        let found = self.current_contact(existing).await?.into_contact();
        if !new.is_of(&found) {
            return Err(refusal);
        }
        let archived = *archived || found.archived;
        if archived {
            self.unarchive_contact(&found.id).await?;
        }
        let call = Call::put(format!("/contacts/{}", found.id), &new.values());
        let updated = self.write(&call, json_body).await?;
        Ok(if archived {
            Created::Unarchived(updated)
        } else {
            Created::Found(updated)
        })
    }
}

impl Created {
    /// The contact, however it came to be.
    pub fn contact(&self) -> &Contact {
        match self {
            Self::New(contact) | Self::Found(contact) | Self::Unarchived(contact) => contact,
        }
    }
}

impl NewContact {
    fn body(&self) -> Map<String, Value> {
        let mut body = self.values();
        let role = match &self.identity {
            NewIdentity::Lead => Role::Lead,
            NewIdentity::User { external_id } => {
                if let Some(external_id) = external_id {
                    body.insert("external_id".to_owned(), external_id.as_str().into());
                }
                Role::User
            }
        };
        let role = serde_json::to_value(role).expect("a role is a word");
        body.insert("role".to_owned(), role);
        body
    }

    /// What is set, beside who it is. What is not set is left as it is.
    fn values(&self) -> Map<String, Value> {
        let Self {
            identity: _,
            name,
            email,
            phone,
            owner,
            custom_attributes,
        } = self;
        let owner = owner.as_ref().map(TeammateId::to_string);
        let mut values = Map::new();
        for (field, value) in [
            ("name", name),
            ("email", email),
            ("phone", phone),
            ("owner_id", &owner),
        ] {
            if let Some(value) = value {
                values.insert(field.to_owned(), value.as_str().into());
            }
        }
        if !custom_attributes.is_empty() {
            let custom = custom_attributes
                .iter()
                .map(|(name, value)| (name.clone(), Value::from(value.clone())));
            values.insert("custom_attributes".to_owned(), custom.collect());
        }
        values
    }

    fn is_of(&self, found: &Contact) -> bool {
        let same_external_id = match &self.identity {
            NewIdentity::User {
                external_id: Some(external_id),
            } => found.external_id.as_ref() == Some(external_id),
            NewIdentity::User { external_id: None } | NewIdentity::Lead => false,
        };
        let same_email = match (&self.email, &found.email) {
            (Some(ours), Some(theirs)) => ours.trim().eq_ignore_ascii_case(theirs.trim()),
            (None, _) | (_, None) => false,
        };
        same_external_id || same_email
    }
}

/// A contact as it is now, whoever was asked for.
#[derive(Debug, Clone, PartialEq)]
pub enum CurrentContact {
    /// The one that was asked for.
    Itself(Contact),
    /// It was merged away; this is who remains.
    MergedInto(Contact),
}

impl CurrentContact {
    /// The contact that remains.
    pub fn into_contact(self) -> Contact {
        match self {
            Self::Itself(contact) | Self::MergedInto(contact) => contact,
        }
    }
}

/// A chain of merges is resolved over three steps by Intercom itself; the rest are a margin.
const MERGES_FOLLOWED_MAX: u32 = 5;

impl Client {
    /// One contact, read by id, following what it was merged into. [`IntercomError::Merged`] only
    /// if the answer does not name who remains, or the chain has no end.
    pub async fn current_contact(&self, id: &ContactId) -> Result<CurrentContact, IntercomError> {
        let mut merged = match self.contact(id).await {
            Ok(contact) => return Ok(CurrentContact::Itself(contact)),
            Err(error) => error,
        };
        for _ in 0..MERGES_FOLLOWED_MAX {
            let IntercomError::Merged { into: Some(into) } = &merged else {
                return Err(merged);
            };
            merged = match self.contact(into).await {
                Ok(contact) => return Ok(CurrentContact::MergedInto(contact)),
                Err(error) => error,
            };
        }
        Err(merged)
    }
}
