//! The rules of the behaviour book and the tests that prove them: `docs/rules.md`.
//!
//! Written by hand there: which rules exist, what each says in a line, and how far it is. Written by
//! `cargo xtask rules --write`: how many tests each has, and the list at the end.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::Context;

use crate::Tree;
use crate::tree::{Problem, numbered};

/// Where the rules are listed.
pub const DOCUMENT: &str = "docs/rules.md";

const BEGIN: &str = "<!-- written by `cargo xtask rules --write`, not by hand -->";
const END: &str = "<!-- end -->";

/// Where the planner lists the rules that it names in plans.
const PLANNED: &str = "crates/planner/src/plan.rs";

/// A test that names a rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Test {
    path: String,
    line: usize,
    name: String,
}

/// A rule's id, in the order of the book: `M2` comes before `M10`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct RuleId {
    family: char,
    number: u32,
}

/// The rules with the tests named after them.
#[derive(Debug, Clone, Default)]
pub struct Index {
    tests: BTreeMap<RuleId, Vec<Test>>,
}

/// A row of a table in the document.
struct Row<'a> {
    id: RuleId,
    what: &'a str,
    state: &'a str,
}

impl RuleId {
    /// The id that `word` is, in either case: `m10`, `M10`.
    fn parse(word: &str) -> Option<Self> {
        let mut chars = word.chars();
        let family = chars.next().filter(char::is_ascii_alphabetic)?;
        let number = chars.as_str();
        let digits = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        Some(Self {
            family: family.to_ascii_uppercase(),
            number: digits.then(|| number.parse().ok()).flatten()?,
        })
    }
}

impl std::fmt::Display for RuleId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{}", self.family, self.number)
    }
}

impl Index {
    /// Reads the names of all tests.
    pub fn of(tree: &Tree) -> Self {
        let mut index = Self::default();
        for (path, text) in tree.sources() {
            for (line, name) in tests(text) {
                // `m4_m5_the_oldest_stands_first` proves both.
                for id in name.split('_').map_while(RuleId::parse) {
                    index.tests.entry(id).or_default().push(Test {
                        path: path.to_owned(),
                        line,
                        name: name.to_owned(),
                    });
                }
            }
        }
        index
    }

    /// The list of rules with their tests, by file.
    pub fn to_markdown(&self) -> String {
        let mut out = String::new();
        for (id, tests) in &self.tests {
            writeln!(out, "- **{id}**").expect("a string takes all text");
            let mut by_path: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
            for Test {
                path,
                line: _,
                name,
            } in tests
            {
                by_path.entry(path).or_default().push(name);
            }
            for (path, names) in by_path {
                let names = names.join("`, `");
                writeln!(out, "  - `{path}`: `{names}`").expect("a string takes all text");
            }
        }
        out
    }

    /// The document with the written parts brought up to date.
    pub fn updated(&self, document: &str) -> anyhow::Result<String> {
        let (by_hand, rest) = document
            .split_once(BEGIN)
            .context("the begin mark is missing")?;
        let (_, after) = rest.split_once(END).context("the end mark is missing")?;
        let mut out = String::new();
        for line in by_hand.lines() {
            match row(line) {
                Some(Row { id, what, state }) => {
                    let count = self.count(&id);
                    writeln!(out, "| {id} | {what} | {state} | {count} |")
                }
                None => writeln!(out, "{line}"),
            }
            .expect("a string takes all text");
        }
        Ok(format!(
            "{out}{BEGIN}\n\n{}\n{END}{after}",
            self.to_markdown()
        ))
    }

    /// How many tests a rule has, by crate: `planner 5, web 2`.
    fn count(&self, id: &RuleId) -> String {
        let mut by_crate: BTreeMap<&str, usize> = BTreeMap::new();
        for test in self.tests.get(id).into_iter().flatten() {
            let of = test.path.split('/').nth(1).unwrap_or(&test.path);
            *by_crate.entry(of).or_default() += 1;
        }
        let counts: Vec<String> = by_crate
            .iter()
            .map(|(of, count)| format!("{of} {count}"))
            .collect();
        if counts.is_empty() {
            "-".to_owned()
        } else {
            counts.join(", ")
        }
    }
}

/// What is wrong with the document, or with the tests that it should list.
pub fn problems(tree: &Tree) -> Vec<Problem> {
    let Some(document) = tree.text(DOCUMENT) else {
        return vec![Problem::at(
            DOCUMENT,
            1,
            "the list of rules is missing; write it",
        )];
    };
    let index = Index::of(tree);
    let mut problems = Vec::new();
    let mut listed = Vec::new();
    for (line, text) in numbered(document) {
        let Some(Row { id, what: _, state }) = row(text) else {
            continue;
        };
        if listed.contains(&id) {
            problems.push(Problem::at(DOCUMENT, line, format!("{id} is listed twice")));
        }
        let claimed = state == "done" || state.starts_with("partly: ");
        if !claimed && state != "later" {
            let text = format!("the state of {id} is done, `partly: what` or later, not {state:?}");
            problems.push(Problem::at(DOCUMENT, line, text));
        }
        if claimed && !index.tests.contains_key(&id) {
            let text = format!("{id} is said to be done, but no test is named after it");
            problems.push(Problem::at(DOCUMENT, line, text));
        }
        listed.push(id);
    }
    for (id, tests) in &index.tests {
        if !listed.contains(id) {
            let Test { path, line, name } = &tests[0];
            let text = format!("{name} names a rule that {DOCUMENT} does not list");
            problems.push(Problem::at(path, *line, text));
        }
    }
    for (line, id) in planned(tree) {
        if !listed.contains(&id) {
            let text = format!("{id} is not listed in {DOCUMENT}; add its line there");
            problems.push(Problem::at(PLANNED, line, text));
        }
    }
    if index.updated(document).ok().as_deref() != Some(document) {
        let text = "out of date; run `cargo xtask rules --write`";
        problems.push(Problem::at(DOCUMENT, 1, text));
    }
    problems
}

/// A row reads `| M3 | what it says | state | tests |`.
fn row(line: &str) -> Option<Row<'_>> {
    let mut cells = line.strip_prefix("| ")?.splitn(4, " | ");
    let id = RuleId::parse(cells.next()?)?;
    let (what, state) = (cells.next()?.trim(), cells.next()?.trim());
    Some(Row { id, what, state })
}

/// The names of a file's tests, with their lines.
fn tests(text: &str) -> Vec<(usize, &str)> {
    let mut tests = Vec::new();
    let mut marked = false;
    for (number, line) in numbered(text) {
        let line = line.trim();
        marked |= line.starts_with("#[test]") || line.starts_with("#[tokio::test");
        let Some(name) = function(line) else { continue };
        if marked {
            tests.push((number, name));
        }
        marked = false;
    }
    tests
}

/// The name of the function that a line begins to define.
fn function(line: &str) -> Option<&str> {
    let mut words = line.split_whitespace();
    let name = words.by_ref().skip_while(|word| *word != "fn").nth(1)?;
    name.split(['(', '<']).next()
}

/// The rules that the planner names, with their lines.
fn planned(tree: &Tree) -> Vec<(usize, RuleId)> {
    let text = tree.text(PLANNED).unwrap_or_default();
    numbered(text)
        .skip_while(|(_, line)| !line.starts_with("rules! {"))
        .take_while(|(_, line)| *line != "}")
        .filter_map(|(number, line)| {
            let id = RuleId::parse(line.trim().strip_suffix(',')?)?;
            Some((number, id))
        })
        .collect()
}
