use engine::TeamTable;

use super::samples::{acme, many, part};
use super::{Part, Show, TeamPage};
use crate::page::samples::connected;

fn users(table: &TeamTable, part: &Part) -> Vec<String> {
    let page = TeamPage::new(table, part);
    let line = |user: &super::UserRow| {
        let teammate = user.teammate.as_deref().unwrap_or("-");
        let stands = if user.stands_for { ", stands" } else { "" };
        format!(
            "{} [{}] {teammate}: {}{stands}",
            user.name, user.state.word, user.how
        )
    };
    page.users.iter().map(line).collect()
}

#[test]
fn o1_each_user_says_whom_they_are_and_why() {
    assert_eq!(
        users(&acme(), &part(Show::All, "", 1)),
        [
            "Ada [Active] Ada: same email, stands",
            "Ada [Active] Ada: same email",
            "Bert [Active] Bert: chosen by an admin",
            "Cleo [Active] -: no teammate has this email",
            "Emil [Active] -: nobody, chosen by an admin",
            "Dora [Inactive] -: may not sign in",
            "Robot [No colleague] -: not of type Standard",
        ]
    );
}

#[test]
fn o1_filters_keep_what_they_say() {
    let names = |show| -> Vec<String> {
        let lines = users(&acme(), &part(show, "", 1));
        let name = |line: &String| line.split(' ').next().unwrap().to_owned();
        lines.iter().map(name).collect()
    };
    assert_eq!(names(Show::Paired), ["Ada", "Ada", "Bert"]);
    assert_eq!(names(Show::Without), ["Cleo", "Emil"]);
    assert_eq!(names(Show::Chosen), ["Bert", "Emil"]);
}

#[test]
fn o1_a_search_finds_names_and_emails_and_the_filters_count_what_it_found() {
    let page = TeamPage::new(&acme(), &part(Show::All, "ADA@", 1));
    let found: Vec<_> = page.users.iter().map(|user| user.name.as_str()).collect();
    assert_eq!(found, ["Ada", "Ada"]);
    let filters: Vec<_> = page
        .filters
        .iter()
        .map(|it| (it.label, it.count.as_str(), it.href.as_str()))
        .collect();
    assert_eq!(
        filters,
        [
            ("All", "2", "/connections/acme/team?q=ADA%40"),
            ("Paired", "2", "/connections/acme/team?show=paired&q=ADA%40"),
            (
                "Without a teammate",
                "0",
                "/connections/acme/team?show=without&q=ADA%40"
            ),
            (
                "Chosen by an admin",
                "0",
                "/connections/acme/team?show=chosen&q=ADA%40"
            ),
        ]
    );
}

#[test]
fn o1_the_page_says_first_how_many_are_paired() {
    let answer = |table: &TeamTable| TeamPage::new(table, &part(Show::All, "", 1)).answer;
    assert_eq!(
        answer(&acme()),
        "3 of 5 active Salesforce Users are paired with a teammate."
    );
    let nobody = many(connected("acme", "Acme Ltd"), 0, "");
    assert_eq!(answer(&nobody), "Nobody is known yet.");
}

#[test]
fn o1_teammates_whom_no_user_is_are_listed_where_they_matter() {
    let listed = |show| {
        let page = TeamPage::new(&acme(), &part(show, "", 1));
        page.teammates.len()
    };
    let page = TeamPage::new(&acme(), &part(Show::All, "", 1));
    assert_eq!(page.teammates[0].name, "Zoe");
    assert_eq!([listed(Show::All), listed(Show::Without)], [1, 1]);
    assert_eq!([listed(Show::Paired), listed(Show::Chosen)], [0, 0]);
}

#[test]
fn o1_thousands_of_users_are_shown_in_pages_of_a_hundred() {
    let table = many(connected("acme", "Acme Ltd"), 2350, "Ada");
    let at = |page| {
        let page = TeamPage::new(&table, &part(Show::All, "", page));
        let pages = page.pages;
        (page.users.len(), pages.words, pages.previous, pages.next)
    };
    let there = |page: usize| Some(format!("/connections/acme/team?page={page}"));
    assert_eq!(at(1), (100, "1 to 100 of 2,350".to_owned(), None, there(2)));
    assert_eq!(
        at(24),
        (50, "2,301 to 2,350 of 2,350".to_owned(), there(23), None)
    );
    // One who asks for more gets the last page.
    assert_eq!(at(99), at(24));
    let page = TeamPage::new(&table, &part(Show::All, "", 1));
    assert_eq!(page.more_teammates.as_deref(), Some("and 2,250 more"));
}
