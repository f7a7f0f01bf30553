//! References by a key of the other record: `{"Account": {"Ext__c": "X1"}}` instead of
//! `{"AccountId": "001…"}`.

use std::borrow::Cow;

use serde_json::Value as Json;

use crate::error::ApiError;
use crate::schema::{Field, Object, ObjectSchema};

use super::{Author, Fields, Records};

impl Records {
    /// The fields with relationships replaced by the ids they lead to.
    pub(super) fn related<'fields>(
        &self,
        object: Object,
        fields: &'fields Fields,
        author: Author,
    ) -> Result<Cow<'fields, Fields>, ApiError> {
        let schema = self.known_to(author, object);
        if fields
            .keys()
            .all(|name| relationship(schema, name).is_none())
        {
            return Ok(Cow::Borrowed(fields));
        }
        let mut resolved = Fields::new();
        for (name, json) in fields {
            let Some(field) = relationship(schema, name) else {
                resolved.insert(name.clone(), json.clone());
                continue;
            };
            if fields
                .keys()
                .any(|other| other.eq_ignore_ascii_case(&field.name))
            {
                let message = format!(
                    "Cannot specify both an external ID reference {name} and a salesforce id, {}",
                    field.name
                );
                return Err(refused(message, name));
            }
            resolved.insert(field.name.clone(), self.related_id(field, name, json)?);
        }
        Ok(Cow::Owned(resolved))
    }

    fn related_id(&self, field: &Field, name: &str, json: &Json) -> Result<Json, ApiError> {
        if json.is_null() {
            return Ok(Json::Null);
        }
        let target = target_of(field, name, json)?;
        let keys: Vec<(&String, &Json)> = json
            .as_object()
            .into_iter()
            .flatten()
            .filter(|(key, _)| key.as_str() != "attributes")
            .collect();
        let [(key, value)] = keys.as_slice() else {
            // UNVERIFIED: the words.
            let message = format!("The relationship {name} needs exactly one key");
            return Err(refused(message, name));
        };
        let Some(place) = self.key_place(target, key) else {
            let message = format!(
                "Field name provided, {key} does not match an External ID, Salesforce Id, or \
                 indexed field for {}",
                target.name()
            );
            return Err(refused(message, name));
        };
        let wanted = self.read_key(target, place, value)?;
        match self.keyed(target, place, &wanted).as_slice() {
            [id] => Ok(Json::from(id.to_string())),
            [] => {
                let message = format!(
                    "Foreign key external ID: {} not found for field {key} in entity {}",
                    wanted.to_plain(),
                    target.name()
                );
                Err(refused(message, name))
            }
            [_, _, ..] => {
                let message = format!(
                    "Foreign key external ID: {} matches more than one {}",
                    wanted.to_plain(),
                    target.name()
                );
                let fields = [name.to_owned()];
                Err(ApiError::record("DUPLICATE_EXTERNAL_ID", message, fields))
            }
        }
    }
}

/// The reference behind a name that is a relationship and no field.
fn relationship<'schema>(schema: &'schema ObjectSchema, name: &str) -> Option<&'schema Field> {
    if schema.position(name).is_some() {
        return None;
    }
    schema.relationship(name).map(|place| &schema.fields[place])
}

/// The object at the other end; where it can be one of several, the value says which.
fn target_of(field: &Field, name: &str, json: &Json) -> Result<Object, ApiError> {
    let named = json
        .get("attributes")
        .and_then(|attributes| attributes.get("type"))
        .and_then(Json::as_str);
    let target = match (named, field.refers_to) {
        (Some(named), targets) => Object::named(named).filter(|object| targets.contains(object)),
        (None, [only]) => Some(*only),
        (None, _) => None,
    };
    // UNVERIFIED: the words.
    target.ok_or_else(|| {
        let message = format!("The relationship {name} needs the type that it leads to");
        refused(message, name)
    })
}

fn refused(message: String, name: &str) -> ApiError {
    ApiError::record("INVALID_FIELD", message, [name.to_owned()])
}
