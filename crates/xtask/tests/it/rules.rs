//! The list of rules: what is claimed, what is proved, and what is written by machine.

use insta::assert_snapshot;
use xtask::{Tree, rules};

const TESTS: (&str, &str) = (
    "crates/planner/src/person/tests.rs",
    "#[test]
fn m3_one_contact_wins() {}

#[tokio::test(start_paused = true)]
async fn m10_m3_companies_too() {}

fn m4_is_no_test() {}

#[test]
fn mere_words() {}
",
);

/// A document with these rows, brought up to date for `TESTS`.
fn document(rows: &str) -> String {
    let document = format!(
        "# Rules\n\n{rows}\n\n<!-- written by `cargo xtask rules --write`, not by hand -->\n<!-- end -->\n"
    );
    rules::Index::of(&Tree::of([TESTS]))
        .updated(&document)
        .expect("the marks are there")
}

fn found(document: &str) -> String {
    crate::found(&[TESTS, (rules::DOCUMENT, document)])
}

#[test]
fn counts_and_list_are_written_and_the_rest_is_kept() {
    let written = document(
        "| Rule | What |\n|---|---|\n| M3 | One | done | ? |\n| M4 | Many | later | |\n| M10 | X | done | - |",
    );
    assert_snapshot!(written, @r"
    # Rules

    | Rule | What |
    |---|---|
    | M3 | One | done | planner 2 |
    | M4 | Many | later | - |
    | M10 | X | done | planner 1 |

    <!-- written by `cargo xtask rules --write`, not by hand -->

    - **M3**
      - `crates/planner/src/person/tests.rs`: `m3_one_contact_wins`, `m10_m3_companies_too`
    - **M10**
      - `crates/planner/src/person/tests.rs`: `m10_m3_companies_too`

    <!-- end -->
    ");
    assert_eq!(found(&written), "");
    assert_eq!(
        rules::Index::of(&Tree::of([TESTS]))
            .updated(&written)
            .unwrap(),
        written
    );
}

#[test]
fn an_old_list_is_out_of_date() {
    let written = document("| M3 | One | done | - |\n| M10 | X | done | - |");
    assert_snapshot!(
        found(&written.replace("planner 2", "planner 1")),
        @"docs/rules.md:1: out of date; run `cargo xtask rules --write`"
    );
}

#[test]
fn what_is_claimed_has_a_test_and_what_is_tested_is_listed() {
    let rows = "| M3 | One | done | - |\n| M4 | Many | done | - |\n| M5 | Many | partly: x | - |\n| M6 | All | soon | - |\n| M3 | One | later | - |";
    assert_snapshot!(found(&document(rows)), @r#"
    crates/planner/src/person/tests.rs:5: m10_m3_companies_too names a rule that docs/rules.md does not list
    docs/rules.md:4: M4 is said to be done, but no test is named after it
    docs/rules.md:5: M5 is said to be done, but no test is named after it
    docs/rules.md:6: the state of M6 is done, `partly: what` or later, not "soon"
    docs/rules.md:7: M3 is listed twice
    "#);
}

#[test]
fn what_the_planner_names_is_listed() {
    let plan = (
        "crates/planner/src/plan.rs",
        "S9,\n\nrules! {\n    /// One.\n    M3,\n    /// Mapped.\n    Q1,\n}\n\nQ2,\n",
    );
    let document = document("| M3 | One | done | - |\n| M10 | X | done | - |");
    assert_snapshot!(
        crate::found(&[TESTS, plan, (rules::DOCUMENT, &document)]),
        @"crates/planner/src/plan.rs:7: Q1 is not listed in docs/rules.md; add its line there"
    );
}

#[test]
fn a_document_without_marks_cannot_be_written_and_a_missing_one_is_missed() {
    let index = rules::Index::of(&Tree::of([TESTS]));
    assert!(index.updated("# Rules\n").is_err());
    assert_snapshot!(
        crate::print(&Tree::of([TESTS])),
        @"docs/rules.md:1: the list of rules is missing; write it"
    );
}
