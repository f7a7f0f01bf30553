//! Ids in the shapes that Intercom uses: 24 hex digits for people and companies, decimal text for
//! everything else.
//!
//! An id follows from (seed, kind, index) alone, so that a world of a million contacts has the same
//! ids at each start and on each machine.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::{xxh3_64_with_seed, xxh3_128_with_seed};

/// The id of a contact or a company: 24 lower-case hex digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct ObjectId([u8; 12]);

impl ObjectId {
    pub(crate) const LOWEST: Self = Self([0; 12]);

    pub(crate) fn derived(seed: u64, kind: &str, index: u64) -> Self {
        let wide = xxh3_128_with_seed(format!("{kind}/{index}").as_bytes(), seed).to_be_bytes();
        let mut id = [0; 12];
        id.copy_from_slice(&wide[..12]);
        Self(id)
    }
}

/// The text is not 24 lower-case hex digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAnId;

impl fmt::Display for NotAnId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an id of a contact or company has 24 hex digits")
    }
}

impl FromStr for ObjectId {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let mut id = [0; 12];
        hex::decode_to_slice(text, &mut id).map_err(|_| NotAnId)?;
        Ok(Self(id))
    }
}

impl TryFrom<String> for ObjectId {
    type Error = NotAnId;

    fn try_from(text: String) -> Result<Self, NotAnId> {
        text.parse()
    }
}

impl From<ObjectId> for String {
    fn from(id: ObjectId) -> Self {
        id.to_string()
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

macro_rules! decimal_ids {
    ($($(#[$doc:meta])* $visible:vis $name:ident),+ $(,)?) => { $(
        $(#[$doc])*
        #[derive(
            Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize
        )]
        #[serde(transparent)]
        $visible struct $name(pub(crate) u64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}", self.0)
            }
        }

        impl FromStr for $name {
            type Err = std::num::ParseIntError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    )+ };
}

decimal_ids! {
    /// A teammate, whom the API calls an admin.
    pub(crate) AdminId,
    /// A team of teammates.
    pub(crate) TeamId,
    /// A conversation.
    pub ConversationId,
    /// A part of a conversation, or its first message.
    pub(crate) PartId,
    /// A tag.
    pub(crate) TagId,
    /// A note on a contact.
    pub(crate) NoteId,
    /// A custom data attribute.
    pub(crate) AttributeId,
}

/// The workspace's `id_code`: eight lower-case letters and digits.
pub(crate) fn workspace_code(seed: u64) -> String {
    const ALPHABET: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";
    let mut rest = xxh3_64_with_seed(b"workspace", seed);
    (0..8)
        .map(|_| {
            let letter = usize::try_from(rest % 36).unwrap_or(0);
            rest /= 36;
            char::from(ALPHABET[letter])
        })
        .collect()
}

/// A version-4-shaped uuid that follows from its arguments.
pub(crate) fn derived_uuid(seed: u64, kind: &str, index: u64) -> String {
    uuid_text(xxh3_128_with_seed(format!("{kind}/{index}").as_bytes(), seed).to_be_bytes())
}

/// Sixteen bytes as the text of a version-4 uuid.
pub(crate) fn uuid_text(mut bytes: [u8; 16]) -> String {
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    let digits = hex::encode(bytes);
    format!(
        "{}-{}-{}-{}-{}",
        &digits[..8],
        &digits[8..12],
        &digits[12..16],
        &digits[16..20],
        &digits[20..]
    )
}
