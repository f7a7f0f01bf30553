//! Record ids: fifteen case-sensitive characters, written with a three-letter checksum.
//!
//! Three characters name the kind of record, two the instance, one is reserved, nine count.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const CHECK: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";

/// The instance and reserved characters of every id that this world gives out.
const INSTANCE: [u8; 3] = *b"5e0";

/// The id of a record. Reads 15 or 18 characters, prints 18.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordId([u8; 15]);

/// The text is neither 15 letters and digits nor those with their checksum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("malformed id")]
pub struct ParseRecordIdError;

impl RecordId {
    /// The id number `number` of the kind that `prefix` names.
    pub(crate) fn new(prefix: &str, number: u64) -> Self {
        let mut id = [b'0'; 15];
        id[..3].copy_from_slice(prefix.as_bytes());
        id[3..6].copy_from_slice(&INSTANCE);
        let mut rest = number;
        for place in id[6..].iter_mut().rev() {
            *place = DIGITS[usize::try_from(rest % 62).unwrap_or(0)];
            rest /= 62;
        }
        assert!(rest == 0, "nine base-62 digits hold every record number");
        Self(id)
    }

    /// The three characters that name the kind of record.
    pub fn prefix(&self) -> &str {
        std::str::from_utf8(&self.0[..3]).expect("an id is ASCII")
    }

    /// The first fifteen characters.
    pub fn short(&self) -> &str {
        std::str::from_utf8(&self.0).expect("an id is ASCII")
    }

    /// All eighteen characters.
    pub(crate) fn long(&self) -> [u8; 18] {
        let mut long = [0; 18];
        long[..15].copy_from_slice(&self.0);
        long[15..].copy_from_slice(&self.checksum());
        long
    }

    /// The running number, if this world gave the id out.
    pub(crate) fn number(&self) -> Option<u64> {
        if self.0[3..6] != INSTANCE {
            return None;
        }
        self.0[6..].iter().try_fold(0_u64, |number, digit| {
            let value = DIGITS.iter().position(|known| known == digit)?;
            Some(number * 62 + u64::try_from(value).ok()?)
        })
    }

    fn checksum(&self) -> [u8; 3] {
        let mut letters = [b'A'; 3];
        for (letter, block) in letters.iter_mut().zip(self.0.chunks(5)) {
            let bits = block
                .iter()
                .enumerate()
                .fold(0_usize, |bits, (place, character)| {
                    bits | (usize::from(character.is_ascii_uppercase()) << place)
                });
            *letter = CHECK[bits];
        }
        letters
    }
}

impl FromStr for RecordId {
    type Err = ParseRecordIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bytes = text.as_bytes();
        let (body, check) = match bytes.len() {
            15 => (bytes, None),
            18 => (&bytes[..15], Some(&bytes[15..])),
            _ => return Err(ParseRecordIdError),
        };
        if !body.iter().all(u8::is_ascii_alphanumeric) {
            return Err(ParseRecordIdError);
        }
        let id = Self(body.try_into().map_err(|_| ParseRecordIdError)?);
        match check {
            Some(check) if check != id.checksum() => Err(ParseRecordIdError),
            Some(_) | None => Ok(id),
        }
    }
}

impl fmt::Display for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let check = self.checksum();
        f.write_str(self.short())?;
        f.write_str(std::str::from_utf8(&check).expect("the checksum is ASCII"))
    }
}

impl fmt::Debug for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for RecordId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for RecordId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_that_of_real_ids() {
        for (short, check) in [
            ("0015500001QdQWa", "AAN"),
            ("012000000000000", "AAA"),
            ("0057e00000RmwSW", "AAZ"),
            ("750Tn000004ZoR3", "IAK"),
        ] {
            let id: RecordId = short.parse().unwrap();
            assert_eq!(id.to_string(), format!("{short}{check}"));
        }
    }

    #[test]
    fn a_wrong_checksum_is_no_id() {
        assert!("0015500001QdQWaAAA".parse::<RecordId>().is_err());
        assert!("0015500001QdQW".parse::<RecordId>().is_err());
        assert!("0015500001QdQ-a".parse::<RecordId>().is_err());
    }

    #[test]
    fn numbers_go_both_ways_and_keep_their_order() {
        let ids: Vec<_> = [1, 61, 62, 3843, 3844]
            .map(|n| RecordId::new("00Q", n))
            .into();
        assert!(ids.is_sorted());
        assert_eq!(ids[2].short(), "00Q5e0000000010");
        assert_eq!(ids[4].number(), Some(3844));
        assert_eq!(
            "0057e00000RmwSW".parse::<RecordId>().unwrap().number(),
            None
        );
    }
}
