//! Lists of fields as bitmaps: `["0x104", "1-0x6"]` (Pub/Sub API, Event Deserialization
//! Considerations).
//!
//! The first kind of entry is over the fields of the event, the second over those of one of its
//! nested records. Bit 0 is the lowest bit of the last byte and stands for the first field.

use super::schema::FieldNames;

/// The names of the fields that `entries` point at, in the order of the schema. `Err` names what
/// does not fit the schema.
pub(super) fn names(entries: &[String], fields: &[FieldNames]) -> Result<Vec<String>, String> {
    let mut names = Vec::new();
    for entry in entries {
        let misfit = || format!("{entry:?} points at no field of the schema");
        match entry.split_once('-') {
            None => {
                for at in bits(entry)? {
                    let field = fields.get(at).ok_or_else(misfit)?;
                    names.push(field.name.clone());
                }
            }
            Some((parent, bitmap)) => {
                let parent = parent.parse::<usize>().ok();
                let parent = parent.and_then(|at| fields.get(at)).ok_or_else(misfit)?;
                for at in bits(bitmap)? {
                    let child = parent.children.get(at).ok_or_else(misfit)?;
                    names.push(format!("{}.{child}", parent.name));
                }
            }
        }
    }
    Ok(names)
}

/// The places of the set bits of `0x104`: 2 and 8.
fn bits(bitmap: &str) -> Result<Vec<usize>, String> {
    let misread = || format!("{bitmap:?} is no bitmap");
    let digits = bitmap
        .strip_prefix("0x")
        .or_else(|| bitmap.strip_prefix("0X"))
        .filter(|digits| !digits.is_empty())
        .ok_or_else(misread)?;
    let mut places = Vec::new();
    // The last digit holds the lowest four bits, so an odd number of digits needs no padding.
    for (nth, digit) in digits.chars().rev().enumerate() {
        let value = digit.to_digit(16).ok_or_else(misread)?;
        places.extend(
            (0..4)
                .filter(|bit| value >> bit & 1 == 1)
                .map(|bit| nth * 4 + bit),
        );
    }
    Ok(places)
}

#[cfg(test)]
mod tests;
