//! What contacts and records are matched on (rules M0 and M9).

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::ic;

/// The value that a contact and a record share: an email, trimmed and lower-cased, nothing else
/// folded. Never empty.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MatchKey(Box<str>);

/// The text is empty or is not folded as a match key is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a folded match key")]
pub struct NotAKey {
    text: String,
}

/// A stable 64-bit hash of a match key: it clusters the store and stands for the key in logs, so
/// that no email is ever printed. The same on every machine and in every release.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct KeyHash(pub i64);

impl MatchKey {
    /// The key of an email as a vendor shows it; `None` if nothing is left after trimming (M0).
    pub fn from_email(email: &str) -> Option<Self> {
        let trimmed = email.trim();
        if trimmed.is_empty() {
            None
        } else {
            Some(Self(trimmed.to_lowercase().into()))
        }
    }

    /// The folded text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The stable hash of the folded text.
    pub fn hash(&self) -> KeyHash {
        KeyHash::of("key", &self.0)
    }
}

impl KeyHash {
    fn of(kind: &str, text: &str) -> Self {
        let seed = xxhash_rust::xxh3::xxh3_64(kind.as_bytes());
        let hash = xxhash_rust::xxh3::xxh3_64_with_seed(text.as_bytes(), seed);
        Self(i64::from_ne_bytes(hash.to_ne_bytes()))
    }
}

impl TryFrom<String> for MatchKey {
    type Error = NotAKey;

    fn try_from(text: String) -> Result<Self, NotAKey> {
        match Self::from_email(&text) {
            Some(key) if key.as_str() == text => Ok(key),
            _ => Err(NotAKey { text }),
        }
    }
}

impl From<MatchKey> for String {
    fn from(key: MatchKey) -> Self {
        key.0.into()
    }
}

impl fmt::Display for MatchKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for MatchKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

/// The unit of reconciliation: everything that shares a key, or one contact that has none.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum PersonKey {
    /// All contacts and records with this key.
    Matched(MatchKey),
    /// A contact without a key: a person of one, which matches nothing (M0).
    Alone(ic::ContactId),
}

impl PersonKey {
    /// The person of a contact with this key, or the contact alone.
    pub fn of_contact(key: Option<&MatchKey>, contact: &ic::ContactId) -> Self {
        match key {
            Some(key) => Self::Matched(key.clone()),
            None => Self::Alone(contact.clone()),
        }
    }

    /// The hash by which the store clusters this person.
    pub fn hash(&self) -> KeyHash {
        match self {
            Self::Matched(key) => key.hash(),
            Self::Alone(contact) => KeyHash::of("alone", contact.as_str()),
        }
    }

    /// The key, if there is one.
    pub fn key(&self) -> Option<&MatchKey> {
        match self {
            Self::Matched(key) => Some(key),
            Self::Alone(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn m0_only_case_and_outer_space_are_folded() {
        let key = |email| MatchKey::from_email(email).map(String::from);
        assert_eq!(
            key(" Ada.Byron+x@Acme.IO \n").as_deref(),
            Some("ada.byron+x@acme.io")
        );
        assert_eq!(key("ÅSA@ACME.IO").as_deref(), Some("åsa@acme.io"));
        assert_eq!(key("  \t"), None);
        assert_eq!(key(""), None);
    }

    #[test]
    fn hashes_are_part_of_the_stored_format() {
        let ada = MatchKey::from_email("ada@acme.io").unwrap();
        assert_eq!(
            ada.hash(),
            MatchKey::from_email(" ADA@acme.io").unwrap().hash()
        );
        insta::assert_snapshot!(ada.hash().0, @"8572205901505241685");
        let alone = PersonKey::Alone("5ba682d23d7cf92bef87bfd4".parse().unwrap());
        assert_ne!(alone.hash(), ada.hash());
    }

    #[test]
    fn a_key_that_is_not_folded_does_not_deserialise() {
        assert!(serde_json::from_str::<MatchKey>("\"ada@acme.io\"").is_ok());
        assert!(serde_json::from_str::<MatchKey>("\"Ada@acme.io\"").is_err());
        assert!(serde_json::from_str::<MatchKey>("\"\"").is_err());
    }
}
