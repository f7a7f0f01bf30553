use super::{Merge, Merges, Role, phone};
use crate::ids::ObjectId;

fn id(index: u64) -> ObjectId {
    ObjectId::derived(1, "contact", index)
}

#[test]
fn a_successor_is_found_three_merges_away_and_no_further() {
    let mut merges = Merges::default();
    for index in 1..=4 {
        merges.add(Merge {
            from: id(index),
            role: Role::User,
            external_id: None,
            into: id(index + 1),
            at: 0,
        });
    }
    assert_eq!(merges.successor(id(4)), Some(id(5)));
    assert_eq!(merges.successor(id(3)), Some(id(5)));
    assert_eq!(merges.successor(id(2)), Some(id(5)));
    assert_eq!(merges.successor(id(1)), None);
    assert!(merges.has(id(1)));
    assert_eq!(merges.successor(id(5)), None);
    assert!(!merges.has(id(5)));
}

#[test]
fn phones_are_shown_in_groups() {
    for (phone, shown) in [
        ("+353871234567", "+353 87 123 4567"),
        ("+14155550100", "+1 415 555 0100"),
        ("+442079460123", "+44 207 946 0123"),
        ("+4930123456", "+49 3 012 3456"),
        ("+35387", "+353 87"),
        ("+353", "+353"),
        ("+1", "+1"),
        ("+", "+"),
        ("087 123", "087 123"),
        ("+353 87x", "+353 87x"),
    ] {
        assert_eq!(phone::formatted(phone), shown, "{phone}");
    }
}
