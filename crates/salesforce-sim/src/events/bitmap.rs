//! Sets of fields as the header of a change event writes them ("Change Data Capture Developer
//! Guide", "Parse and Deserialize"): one bitmap over the top-level fields of the schema, then one
//! for each compound of which single parts are meant, led by the compound's number.
//!
//! Bit 0 is the lowest bit of the last byte. The digits are upper-case and come in pairs.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// A field of an event: its number in the schema, and of a compound the number of the part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) field: usize,
    pub(crate) part: Option<usize>,
}

/// The bitmaps of a set of fields; none for the empty set.
pub(crate) fn bitmaps(places: &BTreeSet<Place>) -> Vec<String> {
    if places.is_empty() {
        return Vec::new();
    }
    let whole = places.iter().filter(|place| place.part.is_none());
    // The first element is the one over the top-level fields, also if it names none of them.
    let mut written = vec![hex(whole.map(|place| place.field))];
    let mut parts: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for place in places {
        if let Some(part) = place.part {
            parts.entry(place.field).or_default().push(part);
        }
    }
    written.extend(
        parts
            .into_iter()
            .map(|(field, parts)| format!("{field}-{}", hex(parts.into_iter()))),
    );
    written
}

fn hex(bits: impl Iterator<Item = usize>) -> String {
    let mut bytes = vec![0_u8];
    for bit in bits {
        if bytes.len() <= bit / 8 {
            bytes.resize(bit / 8 + 1, 0);
        }
        bytes[bit / 8] |= 1 << (bit % 8);
    }
    let mut text = "0x".to_owned();
    for byte in bytes.iter().rev() {
        write!(text, "{byte:02X}").expect("a string takes everything");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(field: usize) -> Place {
        Place { field, part: None }
    }

    fn part(field: usize, part: usize) -> Place {
        Place {
            field,
            part: Some(part),
        }
    }

    fn written(places: &[Place]) -> Vec<String> {
        bitmaps(&places.iter().copied().collect())
    }

    #[test]
    fn the_first_bit_is_the_lowest_of_the_last_byte() {
        assert_eq!(written(&[whole(0)]), ["0x01"]);
        assert_eq!(written(&[whole(2), whole(8)]), ["0x0104"]);
        assert_eq!(written(&[whole(16), whole(22)]), ["0x410000"]);
    }

    #[test]
    fn parts_of_a_compound_follow_under_its_number() {
        assert_eq!(
            written(&[whole(2), whole(8), part(1, 1), part(1, 2)]),
            ["0x0104", "1-0x06"]
        );
        assert_eq!(
            written(&[part(4, 9), part(1, 0), whole(3)]),
            ["0x08", "1-0x01", "4-0x0200"]
        );
    }

    #[test]
    fn parts_alone_still_come_second() {
        assert_eq!(written(&[part(1, 0)]), ["0x00", "1-0x01"]);
    }

    #[test]
    fn nothing_is_an_empty_list() {
        assert!(written(&[]).is_empty());
    }
}
