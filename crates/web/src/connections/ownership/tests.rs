use engine::{OwnerPreview, PreviewState, TeamTable};
use model::settings::TeammateChoice;

use super::counted::{Counted, Done, PreviewView};
use super::samples::{preview, table, walk};
use super::{Note, OwnershipLive, OwnershipPage};
use crate::page::samples::{NOW, connected};

fn acme() -> TeamTable {
    table(connected("acme", "Acme Ltd"), &["Mira Sanz", "Sam Rep"])
}

fn outcome(table: &TeamTable, preview: &OwnerPreview) -> Counted {
    PreviewView::new(table, preview, NOW).outcome
}

fn done(table: &TeamTable, preview: &OwnerPreview) -> Done {
    match outcome(table, preview) {
        Counted::Done(done) => done,
        Counted::Counting { words, .. } | Counted::Void(words) => panic!("{words}"),
    }
}

#[test]
fn o2_a_count_says_how_many_change_and_what_they_become() {
    let table = acme();
    let counted = done(&table, &preview(&table.connection, PreviewState::Done));
    assert_eq!(counted.headline, "4,312 owners would change.");
    assert_eq!(
        counted.lines,
        [
            "4,000 get the owner of the account or record.",
            "250 get Mira Sanz, since the record's owner is no teammate.",
            "62 are cleared, since no teammate is to own them.",
        ]
    );
    assert_eq!(counted.save, "Switch on: 4,312 owners change");
    assert_eq!(counted.ago, "3 min ago");
}

#[test]
fn o2_one_owner_is_one_owner() {
    let table = acme();
    let one = OwnerPreview {
        set: 1,
        fallback: 1,
        cleared: 0,
        ..preview(&table.connection, PreviewState::Done)
    };
    let counted = done(&table, &one);
    assert_eq!(counted.headline, "1 owner would change.");
    assert_eq!(
        counted.lines,
        ["1 gets Mira Sanz, since the record's owner is no teammate."]
    );
    assert_eq!(counted.save, "Switch on: 1 owner changes");
}

#[test]
fn o4_another_fallback_is_saved_and_not_switched_on() {
    let mut table = acme();
    table.connection.settings.ownership.maintain = true;
    let none = OwnerPreview {
        set: 0,
        fallback: 0,
        cleared: 0,
        ..preview(&table.connection, PreviewState::Done)
    };
    let counted = done(&table, &none);
    assert_eq!(counted.headline, "No owner would change.");
    assert_eq!(counted.save, "Save: no owner changes");
}

#[test]
fn o2_before_anybody_was_read_nothing_is_counted() {
    let table = acme();
    let none = OwnerPreview {
        total: 0,
        ..preview(&table.connection, PreviewState::Done)
    };
    assert_eq!(
        done(&table, &none).headline,
        "No contact was read yet, so there is nothing to count."
    );
}

#[test]
fn o2_a_count_under_other_settings_cannot_be_saved() {
    let mut table = acme();
    let counted = preview(&table.connection, PreviewState::Done);
    // Also if they are what they were again: another admin may have had the same wish.
    table.connection.settings_rev += 1;
    let Counted::Void(words) = outcome(&table, &counted) else {
        panic!("it can be saved")
    };
    assert_eq!(
        words,
        "The settings were changed since this was counted. Count again."
    );
}

#[test]
fn o2_a_count_under_way_says_how_far_it_is_and_moves() {
    let table = acme();
    let counting = preview(&table.connection, PreviewState::Counting);
    let Counted::Counting { words, .. } = outcome(&table, &counting) else {
        panic!("it does not count")
    };
    assert_eq!(words, "Counting, 12,000 of 100,000 contacts.");
    let moves = |preview: Option<&OwnerPreview>, walk| {
        OwnershipLive::new(&table, preview, walk, NOW).moves()
    };
    assert!(moves(Some(&counting), None));
    let done = preview(&table.connection, PreviewState::Done);
    assert!(!moves(Some(&done), None));
    let walk = walk();
    assert!(moves(None, Some(&walk)));
    assert!(!moves(None, None));
}

#[test]
fn o4_everybody_can_be_the_fallback_and_one_who_left_stays_visible() {
    let mut table = acme();
    table.connection.settings.ownership.fallback = TeammateChoice::Teammate("77".parse().unwrap());
    let live = OwnershipLive::new(&table, None, None, NOW);
    let page = OwnershipPage::new(&table, live, Note::None);
    let offered: Vec<_> = page
        .choices
        .iter()
        .map(|it| (it.value.as_str(), it.label.as_str(), it.selected))
        .collect();
    assert_eq!(
        offered,
        [
            ("installer", "Acme Ltd (who connected Intercom)", false),
            ("nobody", "Nobody", false),
            ("8", "Mira Sanz", false),
            ("9", "Sam Rep", false),
            ("77", "Teammate 77, who has left", true),
        ]
    );
}

#[test]
fn o2_the_page_opens_with_whether_owners_follow() {
    let mut table = acme();
    let answer = |table: &TeamTable| {
        let live = OwnershipLive::new(table, None, None, NOW);
        OwnershipPage::new(table, live, Note::None).answer
    };
    assert_eq!(answer(&table), "Owners in Intercom are left alone.");
    table.connection.settings.ownership.maintain = true;
    assert_eq!(answer(&table), "Owners follow Salesforce.");
}

#[test]
fn o2_the_form_holds_the_wish_that_was_counted() {
    let table = acme();
    let counted = preview(&table.connection, PreviewState::Done);
    let live = OwnershipLive::new(&table, Some(&counted), None, NOW);
    let page = OwnershipPage::new(&table, live, Note::None);
    assert!(page.wishes());
    let selected = page.choices.iter().filter(|it| it.selected);
    let selected: Vec<_> = selected.map(|it| it.label.as_str()).collect();
    assert_eq!(selected, ["Mira Sanz"]);
    let live = OwnershipLive::new(&table, None, None, NOW);
    assert!(!OwnershipPage::new(&table, live, Note::None).wishes());
}
