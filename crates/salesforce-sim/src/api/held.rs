//! How many rows of answers are held for those who read on. The vendor bounds that by time alone;
//! this world has one memory, so the oldest answers go when there are too many rows.

use std::collections::BTreeMap;

use crate::id::RecordId;

/// Places for rows that the answers of one kind may take together.
pub(super) const PLACES_MAX: usize = 20_000_000;

/// Forgets the oldest of `held` while all together take more than `most` places. The newest stays,
/// however large it is.
pub(super) fn forget_oldest<T>(
    held: &mut BTreeMap<RecordId, T>,
    most: usize,
    places: impl Fn(&T) -> usize,
) {
    let mut taken: usize = held.values().map(&places).sum();
    while taken > most && held.len() > 1 {
        if let Some((_, gone)) = held.pop_first() {
            taken -= places(&gone);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::options::Options;
    use crate::soql::{self, Deleted};
    use crate::world::World;

    fn left_of(places: &[usize], most: usize) -> Vec<usize> {
        let ids = (1..).map(|n| RecordId::new("01g", n));
        let mut held: BTreeMap<RecordId, usize> = ids.zip(places.iter().copied()).collect();
        forget_oldest(&mut held, most, |places| *places);
        held.into_values().collect()
    }

    #[test]
    fn the_oldest_go_and_the_newest_stays() {
        assert_eq!(left_of(&[4, 3, 3], 10), [4, 3, 3]);
        assert_eq!(left_of(&[4, 3, 4], 10), [3, 4]);
        assert_eq!(left_of(&[1, 1, 50], 10), [50]);
        assert_eq!(left_of(&[], 10), Vec::<usize>::new());
    }

    #[test]
    fn a_result_takes_places_for_parents_and_lists_too() {
        let now = "2026-06-10T12:00:00.000Z".parse().expect("an instant");
        let options = Options {
            accounts: 3,
            contacts: 0,
            leads: 0,
            opportunities: 0,
            cases: 0,
            ..Options::default()
        };
        let world = World::new(options, now);
        let places = |text: &str| {
            let user = world.integration_user();
            let plan = soql::compile(text, &world.records, user, now).expect("it is a query");
            soql::run(&Arc::new(plan), &world.records, Deleted::Hidden).places()
        };
        assert_eq!(places("SELECT Id FROM Account"), 3);
        assert_eq!(places("SELECT Id, Owner.Name FROM Account"), 6);
        assert_eq!(
            places("SELECT Id, (SELECT Id FROM Contacts) FROM Account"),
            6
        );
        assert_eq!(
            places("SELECT Name, COUNT(Id) FROM Account WHERE Name = 'x' GROUP BY Name"),
            0
        );
    }
}
