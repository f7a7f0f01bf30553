//! The values of one person's or company's custom attributes, packed into one piece of memory.
//!
//! A million people with a dozen values each fit because of it. The order is that of the
//! attributes' ids, each attribute comes once, and texts are at most 255 characters long.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::AttributeValue;
use crate::ids::AttributeId;

const FLAG: u8 = 0;
const INTEGER: u8 = 1;
const FLOAT: u8 = 2;
const TEXT: u8 = 3;

/// The values, sorted by attribute.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Values(Box<[u8]>);

/// A value that somebody else holds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(untagged)]
pub(crate) enum ValueRef<'a> {
    Flag(bool),
    Integer(i64),
    Float(f64),
    Text(&'a str),
}

impl Values {
    pub(crate) fn iter(&self) -> Entries<'_> {
        Entries(&self.0)
    }

    pub(crate) fn get(&self, id: AttributeId) -> Option<ValueRef<'_>> {
        let mut entries = self.iter();
        entries.find_map(|(at, value)| (at == id).then_some(value))
    }

    /// Sets values, or clears them.
    pub(crate) fn apply(&mut self, changes: &[(AttributeId, Option<AttributeValue>)]) {
        if changes.is_empty() {
            return;
        }
        let mut values: BTreeMap<AttributeId, ValueRef<'_>> = self.iter().collect();
        for (id, change) in changes {
            match change {
                Some(value) => values.insert(*id, value.as_ref()),
                None => values.remove(id),
            };
        }
        let packed = pack(&values);
        self.0 = packed;
    }
}

fn pack(values: &BTreeMap<AttributeId, ValueRef<'_>>) -> Box<[u8]> {
    let mut packed = Vec::with_capacity(values.len() * 24);
    for (id, value) in values {
        let id = u32::try_from(id.0).expect("attributes are numbered from one");
        packed.extend(id.to_le_bytes());
        match value {
            ValueRef::Flag(flag) => packed.extend([FLAG, u8::from(*flag)]),
            ValueRef::Integer(number) => {
                packed.push(INTEGER);
                packed.extend(number.to_le_bytes());
            }
            ValueRef::Float(number) => {
                packed.push(FLOAT);
                packed.extend(number.to_le_bytes());
            }
            ValueRef::Text(text) => {
                let length = u16::try_from(text.len()).expect("a longer text was refused");
                packed.push(TEXT);
                packed.extend(length.to_le_bytes());
                packed.extend(text.as_bytes());
            }
        }
    }
    packed.into()
}

/// The values one by one.
pub(crate) struct Entries<'a>(&'a [u8]);

impl<'a> Entries<'a> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*taken)
    }

    fn text(&mut self) -> Option<&'a str> {
        let length = usize::from(u16::from_le_bytes(self.take()?));
        let (text, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        std::str::from_utf8(text).ok()
    }
}

impl<'a> Iterator for Entries<'a> {
    type Item = (AttributeId, ValueRef<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        let id = u32::from_le_bytes(self.take()?);
        let [kind] = self.take()?;
        let value = match kind {
            FLAG => ValueRef::Flag(self.take::<1>()? == [1]),
            INTEGER => ValueRef::Integer(i64::from_le_bytes(self.take()?)),
            FLOAT => ValueRef::Float(f64::from_le_bytes(self.take()?)),
            TEXT => ValueRef::Text(self.text()?),
            _ => return None,
        };
        Some((AttributeId(u64::from(id)), value))
    }
}

impl AttributeValue {
    fn as_ref(&self) -> ValueRef<'_> {
        match self {
            Self::Flag(flag) => ValueRef::Flag(*flag),
            Self::Integer(number) => ValueRef::Integer(*number),
            Self::Float(number) => ValueRef::Float(*number),
            Self::Text(text) => ValueRef::Text(text),
        }
    }
}

impl Serialize for Values {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for Values {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let saved = Vec::<(AttributeId, AttributeValue)>::deserialize(deserializer)?;
        let saved = saved.into_iter().map(|(id, value)| (id, Some(value)));
        let mut values = Self::default();
        values.apply(&saved.collect::<Vec<_>>());
        Ok(values)
    }
}
