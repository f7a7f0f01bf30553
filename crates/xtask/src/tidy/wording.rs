//! What must not stand in a file, and what to write instead.

use super::speaks_of_it;
use crate::tree::{Problem, Tree, numbered};

/// Code that must not be written in Rust, and why.
const IN_SOURCES: [(&str, &str); 6] = [
    (
        "#[ignore",
        "a test that does not run proves nothing; make it run or delete it",
    ),
    ("#[should_panic", "assert the outcome instead"),
    (
        "#[allow(",
        "use `#[expect(…, reason = \"…\")]`, or put it right",
    ),
    (
        "#![allow(",
        "use `#![expect(…, reason = \"…\")]`, or put it right",
    ),
    ("todo!", "leave it out until it is written"),
    ("unimplemented!", "leave it out until it is written"),
];

/// Words that must not stand in any text.
const IN_TEXTS: [(&str, &str); 2] = [
    (
        "TODO",
        "do it, leave it out, or open an issue and write `FIXME(#12)`",
    ),
    (
        "XXX",
        "say what is wrong, or open an issue and write `FIXME(#12)`",
    ),
];

/// Folders of somebody's machine.
const PRIVATE: [&str; 2] = ["/work/", "/root/"];

/// Lines that must not be there.
pub(super) fn problems(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (path, text) in tree.texts().filter(|(path, _)| !speaks_of_it(path)) {
        for (number, line) in numbered(text) {
            let mut found = |text: String| problems.push(Problem::at(path, number, text));
            for (word, advice) in IN_TEXTS {
                if stands_alone(line, word) {
                    found(format!("{word}: {advice}"));
                }
            }
            if let Some(rest) = line.split_once("FIXME").map(|(_, rest)| rest)
                && !has_issue(rest)
            {
                found("FIXME without an issue: write `FIXME(#12)`".to_owned());
            }
            if PRIVATE.iter().any(|folder| names_folder(line, folder)) {
                found("a path of somebody's machine; name the thing instead".to_owned());
            }
        }
    }
    for (path, text) in tree.sources().filter(|(path, _)| !speaks_of_it(path)) {
        let mut above = "";
        for (number, line) in numbered(text) {
            let forbidden = IN_SOURCES.iter().filter(|(code, _)| stands_in(line, code));
            let forbidden = forbidden.map(|(code, advice)| format!("`{code}`: {advice}"));
            problems.extend(forbidden.map(|text| Problem::at(path, number, text)));
            if is_test(path) && sleeps(line) && !explains_itself(above) {
                let text = "a test waits for a level or turns the queue; where it cannot, put \
                            `// sleeps because: ` above";
                problems.push(Problem::at(path, number, text));
            }
            above = line;
        }
    }
    problems
}

fn sleeps(line: &str) -> bool {
    !line.trim_start().starts_with("//") && line.contains("sleep(")
}

/// Latency on the paused clock is exact and costs nothing; between two looks at a browser there is
/// nothing to turn. Such reasons are given where they hold.
fn explains_itself(above: &str) -> bool {
    above.trim_start().starts_with("// sleeps because: ")
}

fn is_test(path: &str) -> bool {
    path.contains("/tests/") || path.ends_with("/tests.rs")
}

/// Whether `code` stands in the line and is not the end of a longer name.
fn stands_in(line: &str, code: &str) -> bool {
    line.match_indices(code)
        .any(|(at, _)| !line[..at].ends_with(is_of_a_name))
}

/// Whether `word` stands in the line as a word of its own.
fn stands_alone(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let (before, after) = (&line[..at], &line[at + word.len()..]);
        !before.ends_with(is_of_a_name) && !after.starts_with(is_of_a_name)
    })
}

fn is_of_a_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Whether an absolute path below `folder` stands in the line: a URL's path or a relative one that
/// happens to have such a part does not count.
fn names_folder(line: &str, folder: &str) -> bool {
    let inner = |c: char| is_of_a_name(c) || matches!(c, '.' | '-' | '}' | '~' | '*');
    line.match_indices(folder)
        .any(|(at, _)| !line[..at].ends_with(inner))
}

fn has_issue(after: &str) -> bool {
    let number = after
        .strip_prefix("(#")
        .and_then(|rest| rest.split_once(')'));
    number
        .is_some_and(|(number, _)| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()))
}
