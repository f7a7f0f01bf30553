//! All checks, in one list.

mod dependencies;
mod layout;
mod names;
mod wording;

use crate::{Problem, Tree, rules};

/// What is to be put right in a checkout, by file and line.
pub fn tidy(tree: &Tree) -> Vec<Problem> {
    let checks: [fn(&Tree) -> Vec<Problem>; 5] = [
        dependencies::problems,
        layout::problems,
        names::problems,
        wording::problems,
        rules::problems,
    ];
    let mut problems: Vec<Problem> = checks.iter().flat_map(|check| check(tree)).collect();
    problems.sort();
    problems
}

/// Whether a file speaks of forbidden things in order to forbid them.
fn speaks_of_it(path: &str) -> bool {
    matches!(
        path,
        "crates/xtask/src/tidy/wording.rs" | "crates/xtask/tests/it/tidy.rs"
    )
}
