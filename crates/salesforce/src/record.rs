//! A record of whatever object, as JSON shows it.

use std::borrow::Cow;
use std::fmt::Display;
use std::str::FromStr;

use model::Timestamp;
use model::sf::AnyId;

use crate::row::{JsonRow, json_cell};

/// The fields of a record that were asked for, by their names in any case; a parent's field by its
/// dotted name.
#[derive(Debug, Clone, PartialEq)]
pub struct Record(JsonRow);

/// A field that does not hold what was asked of it. Names the field; never the value, which may be
/// personal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct UnreadableField(String);

impl Record {
    pub(crate) fn new(row: JsonRow) -> Self {
        Self(row)
    }

    /// The API name of the record's object, if it is told.
    pub fn object(&self) -> Option<&str> {
        self.0.get("attributes")?.get("type")?.as_str()
    }

    /// A field's text; `None` for null, for the empty text and for a field that was not asked for.
    pub fn text(&self, field: &str) -> Result<Option<Cow<'_, str>>, UnreadableField> {
        json_cell(&self.0, field)
            .map(|cell| cell.filter(|cell| !cell.is_empty()))
            .map_err(UnreadableField)
    }

    /// A value with a form of its own; `None` as with [`Self::text`].
    pub fn value<T>(&self, field: &str) -> Result<Option<T>, UnreadableField>
    where
        T: FromStr<Err: Display>,
    {
        match self.text(field)? {
            None => Ok(None),
            Some(text) => match text.parse() {
                Ok(value) => Ok(Some(value)),
                Err(_) => Err(UnreadableField(format!("{field} has an unknown form"))),
            },
        }
    }

    /// The record's own id.
    pub fn id(&self) -> Result<Option<AnyId>, UnreadableField> {
        self.value("Id")
    }

    /// An instant.
    pub fn instant(&self, field: &str) -> Result<Option<Timestamp>, UnreadableField> {
        self.value(field)
    }

    /// A checkbox.
    pub fn flag(&self, field: &str) -> Result<Option<bool>, UnreadableField> {
        self.value(field)
    }

    /// A number.
    pub fn number(&self, field: &str) -> Result<Option<f64>, UnreadableField> {
        self.value(field)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_by_name_and_parents_through_all_levels() {
        let json = serde_json::json!({
            "attributes": {"type": "Contact", "url": "/x"}, "Id": "003D000000QYVhd",
            "Name": "Ada", "Title": "", "Amount": 1.5, "Opt__c": true, "LastModifiedDate": null,
            "Account": {"Name": "Acme", "Owner": {"Name": "Bo"}}, "ReportsTo": null,
            "CreatedDate": "2026-01-02T03:04:05.000+0000", "Cases": {"records": []}
        });
        let record = Record::new(json.as_object().unwrap().clone());
        assert_eq!(record.object(), Some("Contact"));
        assert_eq!(record.id().unwrap().unwrap().as_str(), "003D000000QYVhdIAH");
        assert_eq!(record.text("Account.Owner.Name").unwrap().unwrap(), "Bo");
        assert_eq!(record.text("account.OWNER.name").unwrap().unwrap(), "Bo");
        assert_eq!(record.text("ReportsTo.Name"), Ok(None));
        assert_eq!(record.text("Title"), Ok(None));
        assert_eq!(record.text("Hidden__c"), Ok(None));
        assert_eq!(record.number("Amount"), Ok(Some(1.5)));
        assert_eq!(record.flag("Opt__c"), Ok(Some(true)));
        assert_eq!(
            record.instant("CreatedDate").unwrap(),
            Some(Timestamp::from_seconds(1_767_323_045))
        );
        let error = record.flag("Name").unwrap_err();
        assert_eq!(error.to_string(), "Name has an unknown form");
        let error = record.text("Cases").unwrap_err();
        assert_eq!(error.to_string(), "Cases is not a single value");
    }
}
