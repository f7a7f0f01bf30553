//! Names of objects and fields, as they stand in paths and in SOQL.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

/// The API name of an object or of a field; a dotted one is a parent's field (`Account.Name`).
/// Nothing else fits in: a name can stand in SOQL and in a path without being escaped.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ApiName(Cow<'static, str>);

/// The text is not an API name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not the API name of an object or field")]
pub struct InvalidApiName {
    text: String,
}

/// Five levels of 43 characters (the longest custom name with its namespace) stay below it.
const LENGTH_MAX: usize = 255;

impl ApiName {
    /// A name that stands in the program.
    pub(crate) const fn fixed(name: &'static str) -> Self {
        Self(Cow::Borrowed(name))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ApiName {
    type Err = InvalidApiName;

    fn from_str(text: &str) -> Result<Self, InvalidApiName> {
        let is_step = |step: &str| {
            step.starts_with(|first: char| first.is_ascii_alphabetic())
                && step.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        };
        if text.len() <= LENGTH_MAX && text.split('.').all(is_step) {
            Ok(Self(Cow::Owned(text.to_owned())))
        } else {
            Err(InvalidApiName {
                text: text.to_owned(),
            })
        }
    }
}

impl AsRef<str> for ApiName {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ApiName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_objects_fields_and_parents_fields_are_accepted() {
        for name in [
            "Lead",
            "Seats__c",
            "ns__Plan__c",
            "Account.Owner.Name",
            "X1",
        ] {
            assert_eq!(name.parse::<ApiName>().unwrap().as_str(), name);
        }
    }

    #[test]
    fn whatever_could_end_a_name_is_refused() {
        for text in [
            "",
            "Lead WHERE",
            "Lead;",
            "Id,Name",
            "Account.",
            ".Name",
            "1Lead",
            "_x",
            "COUNT()",
            "Lead/../x",
            "Straße",
            "Id'",
        ] {
            assert!(text.parse::<ApiName>().is_err(), "{text:?}");
        }
        assert!("x".repeat(256).parse::<ApiName>().is_err());
    }
}
