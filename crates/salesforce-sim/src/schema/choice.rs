//! One value of a picklist, and what choosing it means.

use std::borrow::Cow;

/// One value of a picklist.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Choice {
    /// What a record holds.
    pub(crate) value: Cow<'static, str>,
    /// What people see.
    pub(crate) label: Cow<'static, str>,
    pub(crate) active: bool,
    pub(crate) meaning: Meaning,
    /// In a dependent picklist: the places, in the controlling picklist, of the values under which
    /// this one can be chosen.
    pub(crate) valid_for: Vec<usize>,
}

/// What a value says about its record.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) enum Meaning {
    /// Nothing that the org acts on.
    #[default]
    Plain,
    /// A Case or Task with it is closed.
    Closed,
    /// A Lead with it was converted.
    Converted,
    /// A Task with it is urgent.
    High,
    /// An Opportunity's stage.
    Stage(Stage),
}

/// What a stage says about a deal.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Stage {
    pub(crate) closed: bool,
    pub(crate) won: bool,
    /// In percent.
    pub(crate) probability: f64,
    /// The name of the forecast category.
    pub(crate) forecast: &'static str,
}

impl Choice {
    pub(crate) fn new(value: impl Into<Cow<'static, str>>) -> Self {
        let value = value.into();
        Self {
            label: value.clone(),
            value,
            active: true,
            meaning: Meaning::Plain,
            valid_for: Vec::new(),
        }
    }

    /// The bits of describe's `validFor`: the first controlling value is the highest bit of the
    /// first byte.
    pub(crate) fn valid_for_bits(&self) -> Vec<u8> {
        let Some(last) = self.valid_for.iter().max() else {
            return Vec::new();
        };
        let mut bits = vec![0_u8; last / 8 + 1];
        for place in &self.valid_for {
            bits[place / 8] |= 0x80 >> (place % 8);
        }
        bits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_controlling_value_is_the_highest_bit() {
        let mut choice = Choice::new("Cork");
        assert_eq!(choice.valid_for_bits(), [] as [u8; 0]);
        choice.valid_for = vec![0, 2, 9];
        assert_eq!(choice.valid_for_bits(), [0b1010_0000, 0b0100_0000]);
    }
}
