//! Who is who, for every way in which a User and a teammate can share an email.

use super::*;
use crate::table::rows;
use crate::world::facts;

fn team(world: &str) -> Team {
    let facts = facts(&format!("intercom user ada@acme.io; {world}"));
    Team::clone(&facts.team)
}

fn user(short: &str) -> sf::UserId {
    crate::world::expanded(short).parse().unwrap()
}

fn id(teammate: &str) -> ic::TeammateId {
    teammate.parse().unwrap()
}

const TEAMMATES: &str = "teammate 7 Bob email=bob@org.io; teammate 6 Cy email=cy@org.io";

#[test]
fn o1_every_way_in_which_a_user_is_a_teammate() {
    let table = rows(
        include_str!("tables/pairs.txt"),
        &[
            ("org", &["production", "sandbox"]),
            ("User", &["Standard", "inactive", "portal"]),
            (
                "email",
                &[
                    "the same",
                    "other case",
                    "spaces around",
                    "with .invalid",
                    "another",
                    "none",
                ],
            ),
            ("chosen", &["-", "Cy", "nobody", "one who left"]),
        ],
    );
    for row in table {
        let org = match row.cell("org") {
            "production" => "",
            "sandbox" => "sandbox",
            other => panic!("{other:?}"),
        };
        let kind = match row.cell("User") {
            "Standard" => "",
            "inactive" => "inactive",
            "portal" => "portal",
            other => panic!("{other:?}"),
        };
        let email = match row.cell("email") {
            "the same" => "bob@org.io",
            "other case" => "Bob@ORG.io",
            "spaces around" => " bob@org.io ",
            "with .invalid" => "bob@org.io.invalid",
            "another" => "rob@org.io",
            "none" => "",
            other => panic!("{other:?}"),
        };
        let chosen = match row.cell("chosen") {
            "-" => "",
            "Cy" => "pair 0051 6",
            "nobody" => "pair 0051 nobody",
            "one who left" => "pair 0051 5",
            other => panic!("{other:?}"),
        };
        let user_told = format!("owner 0051 Robert {kind} 'email={email}'");
        let team = team(&[TEAMMATES, org, &user_told, chosen].join("; "));
        let pair = team.pair_of(user("0051"));
        let found = pair.map_or("nobody".to_owned(), |Pair { teammate, by }| {
            let by = match by {
                PairedBy::Email => "by email",
                PairedBy::Choice => "chosen",
            };
            format!("{}, {by}", team.name(teammate).unwrap())
        });
        assert_eq!(found, row.cell("teammate"), "{}", row.line());
        // The way back says the same.
        for teammate in ["7", "6"].map(id) {
            let is_it = pair.is_some_and(|pair| pair.teammate == teammate);
            assert_eq!(
                team.user_of(&teammate),
                is_it.then(|| user("0051")),
                "{}",
                row.line()
            );
        }
    }
}

#[test]
fn o1_several_users_are_one_teammate_who_is_the_one_of_them_who_signed_in_last() {
    let logins: &[&str] = &["never", "Monday", "Friday"];
    let table = rows(
        include_str!("tables/several_users.txt"),
        &[
            ("first", logins),
            ("second", logins),
            (
                "special",
                &[
                    "-",
                    "first chosen",
                    "both chosen",
                    "first nobody",
                    "first inactive",
                ],
            ),
        ],
    );
    for row in table {
        let login = |column| match row.cell(column) {
            "never" => "",
            "Monday" => "login=100",
            "Friday" => "login=500",
            other => panic!("{other:?}"),
        };
        let (first, special) = match row.cell("special") {
            "-" => ("", ""),
            "first chosen" => ("", "pair 0051 7"),
            "both chosen" => ("", "pair 0051 7; pair 0052 7"),
            "first nobody" => ("", "pair 0051 nobody"),
            "first inactive" => ("inactive", ""),
            other => panic!("{other:?}"),
        };
        let team = team(&format!(
            "{TEAMMATES}; {special}
             owner 0051 One {first} {} email=bob@org.io; owner 0052 Two {} email=bob@org.io",
            login("first"),
            login("second"),
        ));
        let teammate = |short| {
            let found = team.teammate_of(sf::OwnerId::User(user(short)));
            found.map_or("nobody", |id| team.name(id).unwrap())
        };
        assert_eq!(teammate("0051"), row.cell("first is"), "{}", row.line());
        assert_eq!(teammate("0052"), row.cell("second is"), "{}", row.line());
        let back = match row.cell("Bob is") {
            "first" => "0051",
            "second" => "0052",
            other => panic!("{other:?}"),
        };
        assert_eq!(team.user_of(&id("7")), Some(user(back)), "{}", row.line());
    }
}

#[test]
fn o1_an_inactive_user_is_nobody_even_by_choice_and_leaves_their_teammate_to_others() {
    let team = team(&format!(
        "{TEAMMATES}; owner 0051 Old inactive login=900 email=bob@org.io; pair 0051 7
         owner 0052 New login=100 email=bob@org.io"
    ));
    assert_eq!(team.pair_of(user("0051")), None);
    assert_eq!(team.user_of(&id("7")), Some(user("0052")));
}

#[test]
fn o1_of_two_teammates_with_one_email_the_first_listed_counts() {
    let team = team(
        "teammate 8 Rob email=bob@org.io; teammate 7 Bob email=BOB@org.io
        owner 0051 Bob email=bob@org.io",
    );
    assert_eq!(
        team.teammate_of(sf::OwnerId::User(user("0051"))),
        Some(&id("8"))
    );
    assert_eq!(team.user_of(&id("7")), None);
}

#[test]
fn o1_people_without_an_email_are_not_each_other() {
    let team =
        team("teammate 7 Bob; teammate 6 Cy 'email= '; owner 0051 Dan; owner 0052 Eve 'email= '");
    for short in ["0051", "0052"] {
        assert_eq!(team.pair_of(user(short)), None);
    }
}

#[test]
fn o1_only_one_invalid_is_ignored_and_only_at_the_end() {
    let paired = |email: &str| {
        let world = format!("sandbox; {TEAMMATES}; owner 0051 Bob email={email}");
        team(&world).pair_of(user("0051")).is_some()
    };
    assert!(paired("bob@org.io.INVALID"));
    assert!(!paired("bob@org.io.invalid.invalid"));
    assert!(!paired("bob@org.invalid.io"));
    // A teammate whose own email ends so is not the one without.
    let world = "sandbox; teammate 7 Bob email=bob@org.io.invalid; owner 0051 Bob email=bob@org.io";
    assert_eq!(team(world).pair_of(user("0051")), None);
}

#[test]
fn o1_all_pairs_are_listed_by_user() {
    let team = team(&format!(
        "{TEAMMATES}; owner 0053 Cy email=cy@org.io; owner 0052 Dan email=dan@org.io
         owner 0051 Bob email=bob@org.io"
    ));
    let listed: Vec<_> = team
        .pairs()
        .map(|(user, pair)| (user, &pair.teammate))
        .collect();
    assert_eq!(listed, [(user("0051"), &id("7")), (user("0053"), &id("6"))]);
}

#[test]
fn o1_a_queue_is_nobody() {
    let team = team(&format!("{TEAMMATES}; owner 00G1 Inbound email=bob@org.io"));
    let queue = crate::world::expanded("00G1").parse().unwrap();
    assert_eq!(team.teammate_of(queue), None);
}

#[test]
fn o4_whom_a_setting_means_if_they_are_there() {
    let team = team(&format!("{TEAMMATES}; installer 1 Ada"));
    let chosen = |choice: TeammateChoice| team.chosen(&choice);
    assert_eq!(chosen(TeammateChoice::Installer), Some(id("1")));
    assert_eq!(chosen(TeammateChoice::Nobody), None);
    assert_eq!(chosen(TeammateChoice::Teammate(id("6"))), Some(id("6")));
    assert_eq!(chosen(TeammateChoice::Teammate(id("5"))), None);
    assert_eq!(team.name(&id("6")), Some("Cy"));
    assert_eq!(team.name(&id("5")), None);
}
