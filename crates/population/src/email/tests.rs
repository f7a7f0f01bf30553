use std::collections::BTreeSet;

use super::*;

#[test]
fn names_fold_to_distinct_ascii_words() {
    for names in [&FIRST_NAMES, &LAST_NAMES] {
        let words: BTreeSet<String> = names.iter().map(|name| folded(name)).collect();
        assert_eq!(words.len(), names.len());
        for name in names {
            let letters = name.chars().filter(|letter| letter.is_alphabetic()).count();
            assert_eq!(
                folded(name).len(),
                letters,
                "a letter of {name} has no plain form"
            );
        }
    }
}

#[test]
fn a_deck_holds_every_pair_of_names_once() {
    let pairs: BTreeSet<_> = (0..128 * 128)
        .map(|position| Card::dealt(3, "someone", position))
        .map(|card| (card.first_name, card.last_name))
        .collect();
    assert_eq!(pairs.len(), 128 * 128);
}

#[test]
fn only_later_decks_need_a_number() {
    let card = |deck| Card {
        first_name: "Åsa",
        last_name: "O'Neill",
        deck,
    };
    assert_eq!(card(0).address("fern.example"), "asa.oneill@fern.example");
    assert_eq!(card(1).address("fern.example"), "asa.oneill.2@fern.example");
}

#[test]
fn capitals_start_every_word() {
    assert_eq!(
        capitalised("zoe.nguyen.2@fern-labs.example"),
        "Zoe.Nguyen.2@Fern-Labs.Example"
    );
}
