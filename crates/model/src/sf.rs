//! Salesforce's ids. All are held and printed in the 18-character form, because the 15-character
//! one is case-sensitive and spreadsheets and URLs are not (reference 7.12).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Why a text is not the id that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidId {
    /// Neither 15 nor 18 characters of `[0-9A-Za-z]`.
    #[error("{text:?} is not a Salesforce id")]
    Shape {
        /// What was given.
        text: String,
    },
    /// The last three characters do not follow from the first fifteen.
    #[error("{text:?} has a wrong checksum, {expected} was expected")]
    Checksum {
        /// What was given.
        text: String,
        /// The right three characters.
        expected: String,
    },
    /// The id of another object.
    #[error("{text:?} is not the id of this object, which begins with {expected}")]
    KeyPrefix {
        /// What was given.
        text: String,
        /// The object's key prefix.
        expected: &'static str,
    },
}

const CHECKSUM_ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";

/// Checks shape and checksum and returns the 18-character form.
fn canonical(text: &str) -> Result<[u8; 18], InvalidId> {
    let bytes = text.as_bytes();
    let shaped = matches!(bytes.len(), 15 | 18) && bytes.iter().all(u8::is_ascii_alphanumeric);
    if !shaped {
        return Err(InvalidId::Shape {
            text: text.to_owned(),
        });
    }
    let mut id = [0; 18];
    id[..15].copy_from_slice(&bytes[..15]);
    for block in 0..3 {
        let bits = (0..5).fold(0, |bits, place| {
            bits | (usize::from(id[block * 5 + place].is_ascii_uppercase()) << place)
        });
        id[15 + block] = CHECKSUM_ALPHABET[bits];
    }
    // The checksum letters are upper-case by definition; tools that folded the case of an
    // 18-character id are recognised by it and refused rather than guessed at.
    if bytes.len() == 18 && bytes[15..] != id[15..] {
        return Err(InvalidId::Checksum {
            text: text.to_owned(),
            expected: String::from_utf8_lossy(&id[15..]).into_owned(),
        });
    }
    Ok(id)
}

macro_rules! salesforce_ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal,)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name([u8; 18]);

        impl $name {
            /// The first three characters of every id of this object.
            pub const KEY_PREFIX: &str = $prefix;

            /// The 18-character form.
            pub fn as_str(&self) -> &str {
                std::str::from_utf8(&self.0).expect("an id is ASCII by construction")
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                let id = canonical(text)?;
                if id.starts_with($prefix.as_bytes()) {
                    Ok(Self(id))
                } else {
                    Err(InvalidId::KeyPrefix { text: text.to_owned(), expected: $prefix })
                }
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;

            fn try_from(text: String) -> Result<Self, InvalidId> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.as_str().to_owned()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    )+};
}

salesforce_ids! {
    /// A Lead.
    LeadId = "00Q",
    /// A Salesforce contact.
    ContactId = "003",
    /// An Account.
    AccountId = "001",
    /// A Salesforce User.
    UserId = "005",
    /// A Group; only queues own records.
    GroupId = "00G",
    /// An org.
    OrgId = "00D",
}

/// The id of a record of whatever object.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AnyId([u8; 18]);

impl AnyId {
    /// The 18-character form.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("an id is ASCII by construction")
    }

    /// The first three characters, which tell the object.
    pub fn key_prefix(&self) -> &str {
        &self.as_str()[..3]
    }
}

impl FromStr for AnyId {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        canonical(text).map(Self)
    }
}

impl TryFrom<String> for AnyId {
    type Error = InvalidId;

    fn try_from(text: String) -> Result<Self, InvalidId> {
        text.parse()
    }
}

impl From<AnyId> for String {
    fn from(id: AnyId) -> Self {
        id.as_str().to_owned()
    }
}

impl fmt::Display for AnyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for AnyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A Lead or a Salesforce contact, by id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum RecordId {
    /// A Lead.
    Lead(LeadId),
    /// A Salesforce contact.
    Contact(ContactId),
}

/// Which of the two objects a record is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Object {
    /// Lead.
    Lead,
    /// Contact.
    Contact,
}

impl Object {
    /// The API name, as A1's `SALESFORCE_OBJECT_TYPE` shows it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Lead => "Lead",
            Self::Contact => "Contact",
        }
    }
}

impl RecordId {
    /// The 18-character form.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Lead(id) => id.as_str(),
            Self::Contact(id) => id.as_str(),
        }
    }

    /// Which object it is.
    pub const fn object(&self) -> Object {
        match self {
            Self::Lead(_) => Object::Lead,
            Self::Contact(_) => Object::Contact,
        }
    }
}

impl FromStr for RecordId {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        if text.starts_with(LeadId::KEY_PREFIX) {
            text.parse().map(Self::Lead)
        } else {
            text.parse().map(Self::Contact)
        }
    }
}

impl TryFrom<String> for RecordId {
    type Error = InvalidId;

    fn try_from(text: String) -> Result<Self, InvalidId> {
        text.parse()
    }
}

impl From<RecordId> for String {
    fn from(id: RecordId) -> Self {
        id.as_str().to_owned()
    }
}

impl fmt::Display for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Who owns a record: a User, or (Leads only) a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum OwnerId {
    /// A Salesforce User.
    User(UserId),
    /// A queue.
    Queue(GroupId),
}

impl OwnerId {
    /// The 18-character form.
    pub fn as_str(&self) -> &str {
        match self {
            Self::User(id) => id.as_str(),
            Self::Queue(id) => id.as_str(),
        }
    }
}

impl FromStr for OwnerId {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        if text.starts_with(GroupId::KEY_PREFIX) {
            text.parse().map(Self::Queue)
        } else {
            text.parse().map(Self::User)
        }
    }
}

impl TryFrom<String> for OwnerId {
    type Error = InvalidId;

    fn try_from(text: String) -> Result<Self, InvalidId> {
        text.parse()
    }
}

impl From<OwnerId> for String {
    fn from(id: OwnerId) -> Self {
        id.as_str().to_owned()
    }
}

impl fmt::Display for OwnerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_four_published_checksums_are_reproduced() {
        for (short, long) in [
            ("0015500001QdQWa", "0015500001QdQWaAAN"),
            ("012000000000000", "012000000000000AAA"),
            ("0057e00000RmwSW", "0057e00000RmwSWAAZ"),
            ("750Tn000004ZoR3", "750Tn000004ZoR3IAK"),
        ] {
            let id = canonical(short).unwrap();
            assert_eq!(std::str::from_utf8(&id).unwrap(), long);
            assert_eq!(canonical(long).unwrap(), id);
        }
    }

    #[test]
    fn ids_of_another_object_or_with_a_wrong_checksum_are_refused() {
        assert_eq!(
            "003D000000QYVhd".parse::<ContactId>().unwrap().as_str(),
            "003D000000QYVhdIAH"
        );
        assert!(matches!(
            "003D000000QYVhd".parse::<LeadId>(),
            Err(InvalidId::KeyPrefix {
                expected: "00Q",
                ..
            })
        ));
        assert!(matches!(
            "003D000000QYVhdIAX".parse::<ContactId>(),
            Err(InvalidId::Checksum { .. })
        ));
        assert!(matches!(
            "003".parse::<ContactId>(),
            Err(InvalidId::Shape { .. })
        ));
        assert!(matches!(
            "003D000000QYVh'".parse::<ContactId>(),
            Err(InvalidId::Shape { .. })
        ));
    }

    #[test]
    fn a_record_id_knows_its_object() {
        let lead: RecordId = "00QD000000QYVhd".parse().unwrap();
        let contact: RecordId = "003D000000QYVhd".parse().unwrap();
        assert_eq!(lead.object(), Object::Lead);
        assert_eq!(contact.object(), Object::Contact);
        assert!("001D000000QYVhd".parse::<RecordId>().is_err());
    }
}
