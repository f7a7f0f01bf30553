//! Names that say nothing: a file called after nothing in the book becomes the place for anything.

use super::speaks_of_it;
use crate::tree::{Problem, Tree, numbered};

const FORBIDDEN: [&str; 8] = [
    "util",
    "utils",
    "helper",
    "helpers",
    "common",
    "misc",
    "manager",
    "processor",
];

/// Words after which a name of ours begins.
const DEFINING: [&str; 9] = [
    "fn",
    "struct",
    "enum",
    "trait",
    "mod",
    "type",
    "const",
    "static",
    "macro_rules!",
];

/// Files and definitions with a forbidden word in their name.
pub(super) fn problems(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    let paths = tree.sizes().map(|(path, _)| path);
    for path in paths.filter(|path| path.starts_with("crates/")) {
        if let Some(word) = path.split(['/', '.', '-']).find_map(forbidden) {
            problems.push(problem(path, 1, word));
        }
    }
    for (path, text) in tree.sources().filter(|(path, _)| !speaks_of_it(path)) {
        for (number, line) in numbered(text) {
            if let Some(word) = defined(line).find_map(forbidden) {
                problems.push(problem(path, number, word));
            }
        }
    }
    problems
}

fn problem(path: &str, line: usize, word: &str) -> Problem {
    let text = format!("{word:?} names nothing; say what it is about");
    Problem::at(path, line, text)
}

/// The names that a line defines.
fn defined(line: &str) -> impl Iterator<Item = &str> {
    let code = line.split("//").next().unwrap_or_default();
    let words: Vec<&str> = code.split_whitespace().collect();
    let pairs: Vec<(&str, &str)> = words
        .iter()
        .copied()
        .zip(words.iter().copied().skip(1))
        .collect();
    pairs
        .into_iter()
        .filter(|(before, _)| DEFINING.contains(before))
        .filter_map(|(_, name)| {
            name.split(|c: char| !c.is_alphanumeric() && c != '_')
                .next()
        })
}

/// The forbidden word among the words of a name, whatever its case: `ThingManager`, `misc_things`.
fn forbidden(name: &str) -> Option<&'static str> {
    let mut words = vec![String::new()];
    let mut was_lower = false;
    for c in name.chars() {
        if c == '_' || (c.is_uppercase() && was_lower) {
            words.push(String::new());
        }
        was_lower = c.is_lowercase();
        if let Some(word) = words.last_mut().filter(|_| c != '_') {
            word.extend(c.to_lowercase());
        }
    }
    FORBIDDEN
        .into_iter()
        .find(|forbidden| words.iter().any(|word| word == forbidden))
}
