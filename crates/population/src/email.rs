//! Addresses that look typed by people and are unique without a table.
//!
//! Names are dealt like cards: each deck holds every pair of a first and a last name once, in an
//! order that follows from the seed. Leads and contacts take turns, so whoever is dealt the same
//! name again has it from a later deck, and only then does the address carry a number.

use crate::draw::mix;
use crate::names::{FIRST_NAMES, LAST_NAMES};

/// Bits of an index into either list of names, which have 128 entries each.
const NAME_BITS: u32 = 7;
const NAME_MASK: u64 = (1 << NAME_BITS) - 1;
/// Rounds of the Feistel network that shuffles a deck; four look random to a reader.
const ROUNDS: u64 = 4;

/// A name as dealt. No two cards of one dealer are equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Card {
    pub(crate) first_name: &'static str,
    pub(crate) last_name: &'static str,
    deck: u64,
}

impl Card {
    /// The card at `position` of what the `dealer` deals in the world of `seed`.
    pub(crate) fn dealt(seed: u64, dealer: &str, position: u64) -> Self {
        let deck = position >> (2 * NAME_BITS);
        let key = mix(seed, dealer, deck);
        let mut left = (position >> NAME_BITS) & NAME_MASK;
        let mut right = position & NAME_MASK;
        for round in 0..ROUNDS {
            let turned = mix(key, "name", (round << NAME_BITS) | right) & NAME_MASK;
            (left, right) = (right, left ^ turned);
        }
        Self {
            first_name: name_at(&FIRST_NAMES, left),
            last_name: name_at(&LAST_NAMES, right),
            deck,
        }
    }

    /// `first.last@domain`, lower case ASCII, with a number from the second deck on.
    pub(crate) fn address(self, domain: &str) -> String {
        let (first, last) = (folded(self.first_name), folded(self.last_name));
        match self.deck {
            0 => format!("{first}.{last}@{domain}"),
            later => format!("{first}.{last}.{}@{domain}", later + 1),
        }
    }
}

fn name_at(names: &[&'static str; 128], place: u64) -> &'static str {
    names[usize::try_from(place & NAME_MASK).expect("seven bits fit")]
}

/// The letters of `name` as an address spells them: ASCII, lower case, nothing between.
pub(crate) fn folded(name: &str) -> String {
    name.chars()
        .flat_map(char::to_lowercase)
        .filter_map(plain_letter)
        .collect()
}

fn plain_letter(letter: char) -> Option<char> {
    match letter {
        'a'..='z' => Some(letter),
        'á' | 'à' | 'â' | 'ã' | 'ä' | 'å' | 'ą' | 'ạ' | 'ầ' | 'ặ' => Some('a'),
        'ç' | 'č' | 'ć' => Some('c'),
        'đ' => Some('d'),
        'é' | 'è' | 'ê' | 'ë' | 'ę' | 'ễ' => Some('e'),
        'í' | 'ï' | 'ı' => Some('i'),
        'ł' => Some('l'),
        'ñ' | 'ń' => Some('n'),
        'ó' | 'ô' | 'ö' | 'ø' => Some('o'),
        'ř' => Some('r'),
        'š' | 'ş' => Some('s'),
        'ú' | 'ü' => Some('u'),
        'ý' => Some('y'),
        'ž' => Some('z'),
        _ => None,
    }
}

/// The same address as somebody types it who capitalises names.
pub(crate) fn capitalised(address: &str) -> String {
    let mut starts_word = true;
    address
        .chars()
        .map(|letter| {
            let shown = if starts_word {
                letter.to_ascii_uppercase()
            } else {
                letter
            };
            starts_word = matches!(letter, '.' | '@' | '-');
            shown
        })
        .collect()
}

#[cfg(test)]
mod tests;
