use std::collections::BTreeSet;

use population::{Counts, Population};

#[test]
fn no_two_companies_share_a_name_or_a_domain() {
    let world = Population::new(5, Counts::default());
    let companies: Vec<_> = (0..5_000).map(|index| world.company(index)).collect();
    let names: BTreeSet<_> = companies.iter().map(|company| &company.name).collect();
    let domains: BTreeSet<_> = companies.iter().map(|company| &company.domain).collect();
    assert_eq!((names.len(), domains.len()), (5_000, 5_000));
    for company in &companies {
        assert!(company.domain.ends_with(".example"), "{}", company.domain);
        assert!(company.size > 0);
    }
}

#[test]
fn the_default_companies_need_no_number() {
    let world = Population::new(5, Counts::default());
    for index in 0..60 {
        let company = world.company(index);
        assert!(
            !company
                .domain
                .contains(|letter: char| letter.is_ascii_digit()),
            "{company:?}"
        );
    }
}

#[test]
fn the_team_has_every_kind_of_seat() {
    let world = Population::new(5, Counts::default());
    let seats: Vec<_> = (0..8)
        .map(|index| world.teammate(index))
        .map(|teammate| {
            (
                teammate.in_intercom,
                teammate.in_salesforce,
                teammate.active,
            )
        })
        .collect();
    let both = (true, true, true);
    let only_salesforce = (false, true, true);
    let taken_away = (true, true, false);
    let only_intercom = (true, false, false);
    assert_eq!(
        seats,
        [
            both,
            both,
            both,
            both,
            both,
            only_salesforce,
            taken_away,
            only_intercom
        ]
    );
}

#[test]
fn every_owner_is_a_teammate_with_a_salesforce_user() {
    for teammates in [0, 1, 8, 30] {
        let world = Population::new(
            5,
            Counts {
                teammates,
                ..Counts::default()
            },
        );
        let rows = (0..500).flat_map(|index| {
            [
                world.lead(index).owner,
                world.contact(index).owner,
                world.company(index).owner,
            ]
        });
        let owners: BTreeSet<u32> = rows.collect();
        for owner in &owners {
            assert!(*owner < teammates.max(1));
            assert!(world.teammate(*owner).in_salesforce);
        }
        if teammates == 8 {
            assert_eq!(owners, BTreeSet::from([0, 1, 2, 3, 4, 5, 6]));
        }
    }
}
