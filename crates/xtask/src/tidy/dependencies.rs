//! What a crate must never know, so that it cannot. A crate exists where the compiler has to refuse
//! a dependency; this is the list of what it refuses.

use std::collections::BTreeSet;

use toml::{Table, Value};

use crate::tree::{Problem, Tree, numbered};

/// Whether a refusal also holds for a crate's tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum InTests {
    Refused,
    Welcome,
}

/// A crate and what it must not depend on, directly or by way of another crate of ours.
struct Refusal {
    of: &'static [&'static str],
    what: &'static [&'static str],
    in_tests: InTests,
    why: &'static str,
}

const REFUSALS: [Refusal; 10] = [
    Refusal {
        of: &["planner"],
        what: &[
            "tokio",
            "async-trait",
            "futures-util",
            "store",
            "store-sqlite",
            "store-postgres",
            "transport",
            "intercom",
            "salesforce",
            "engine",
            "web",
            "rusqlite",
            "http",
            "axum",
            "hyper",
        ],
        in_tests: InTests::Refused,
        why: "the planner decides in pure code: no IO, no clients",
    },
    Refusal {
        of: &["model"],
        what: &[
            "tokio",
            "planner",
            "store",
            "transport",
            "intercom",
            "salesforce",
            "rusqlite",
            "http",
            "axum",
        ],
        in_tests: InTests::Refused,
        why: "the model is words: no IO",
    },
    Refusal {
        of: &["store"],
        what: &[
            "rusqlite",
            "tokio-postgres",
            "intercom",
            "salesforce",
            "engine",
            "web",
            "transport",
        ],
        in_tests: InTests::Refused,
        why: "the ports do not know which database there is, nor the vendors",
    },
    Refusal {
        of: &["transport"],
        what: &[
            "intercom",
            "salesforce",
            "engine",
            "store",
            "planner",
            "web",
        ],
        in_tests: InTests::Refused,
        why: "the seam knows no vendor",
    },
    Refusal {
        of: &["intercom-sim", "salesforce-sim"],
        what: &[
            "intercom",
            "salesforce",
            "engine",
            "transport",
            "store",
            "store-sqlite",
            "planner",
            "web",
        ],
        in_tests: InTests::Refused,
        why: "a simulator that shares a type with the client agrees with its mistakes",
    },
    Refusal {
        of: &["intercom-openapi"],
        what: &["intercom", "intercom-sim", "engine", "transport", "web"],
        in_tests: InTests::Refused,
        why: "a judge that shares a type with a party is none",
    },
    Refusal {
        of: &["intercom"],
        what: &[
            "salesforce",
            "engine",
            "store",
            "store-sqlite",
            "planner",
            "web",
        ],
        in_tests: InTests::Refused,
        why: "a client knows its own vendor only",
    },
    Refusal {
        of: &["salesforce"],
        what: &[
            "intercom",
            "engine",
            "store",
            "store-sqlite",
            "planner",
            "web",
        ],
        in_tests: InTests::Refused,
        why: "a client knows its own vendor only",
    },
    Refusal {
        of: &["engine"],
        what: &[
            "axum",
            "web",
            "rusqlite",
            "store-sqlite",
            "intercom-sim",
            "salesforce-sim",
        ],
        in_tests: InTests::Welcome,
        why: "the engine serves no pages and does not know which database there is",
    },
    Refusal {
        of: &["web"],
        what: &["rusqlite", "store-sqlite", "intercom-sim", "salesforce-sim"],
        in_tests: InTests::Welcome,
        why: "pages do not know which database there is",
    },
];

/// Crates that may depend on these only.
const NOTHING_BUT: [(&str, &[&str]); 1] = [("population", &["xxhash-rust"])];

/// Packages that must not come in by any way: one TLS stack, and no C library of the system's.
const BANNED: [&str; 3] = ["openssl-sys", "native-tls", "ring"];

/// What is wrong with the manifests and the lock file.
pub(super) fn problems(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    for refusal in &REFUSALS {
        for of in refusal.of {
            refused(tree, of, refusal, &mut problems);
        }
    }
    for (of, only) in NOTHING_BUT {
        for dependency in dependencies(tree, of, InTests::Refused) {
            if !only.contains(&dependency.as_str()) {
                let text = format!("{of} may depend on {} only; remove this", only.join(", "));
                problems.push(found(tree, of, &dependency, text));
            }
        }
    }
    for package in BANNED.into_iter().filter(|package| tree.builds(package)) {
        let lock = tree.text("Cargo.lock").unwrap_or_default();
        let named = format!("name = \"{package}\"");
        let line = numbered(lock).find(|(_, line)| *line == named);
        let text = format!(
            "{package} came in; `cargo tree --target all -e all -i {package}` says how. Turn it off"
        );
        problems.push(Problem::at(
            "Cargo.lock",
            line.map_or(1, |(number, _)| number),
            text,
        ));
    }
    problems
}

fn refused(tree: &Tree, of: &str, refusal: &Refusal, problems: &mut Vec<Problem>) {
    let ours: BTreeSet<&str> = tree.crates().collect();
    let mut seen = BTreeSet::new();
    // Each with the direct dependency through which it is reached.
    let mut open: Vec<(String, String)> = dependencies(tree, of, refusal.in_tests)
        .into_iter()
        .map(|it| (it.clone(), it))
        .collect();
    while let Some((dependency, by)) = open.pop() {
        if !seen.insert(dependency.clone()) {
            continue;
        }
        if refusal.what.contains(&dependency.as_str()) {
            let way = if dependency == by {
                String::new()
            } else {
                format!(" (by way of {by})")
            };
            let text = format!("{of} must not know {dependency}{way}: {}", refusal.why);
            problems.push(found(tree, of, &by, text));
        } else if ours.contains(dependency.as_str()) {
            let next = dependencies(tree, &dependency, InTests::Welcome);
            open.extend(next.into_iter().map(|it| (it, by.clone())));
        }
    }
}

/// What a crate's manifest names; with those of its tests if they are refused there too.
fn dependencies(tree: &Tree, of: &str, in_tests: InTests) -> BTreeSet<String> {
    let text = tree.text(&manifest(of)).unwrap_or_default();
    let Ok(table) = text.parse::<Table>() else {
        return BTreeSet::new();
    };
    let mut kinds = vec!["dependencies", "build-dependencies"];
    match in_tests {
        InTests::Refused => kinds.push("dev-dependencies"),
        InTests::Welcome => {}
    }
    let targets = table.get("target").and_then(Value::as_table);
    let tables = targets
        .into_iter()
        .flatten()
        .filter_map(|(_, it)| it.as_table());
    let tables: Vec<&Table> = tables.chain([&table]).collect();
    let named = |kind: &&str| -> Vec<String> {
        let found = tables
            .iter()
            .filter_map(|table| table.get(*kind)?.as_table());
        found.flat_map(Table::keys).cloned().collect()
    };
    kinds.iter().flat_map(named).collect()
}

/// A problem at the line of the manifest that names `dependency`.
fn found(tree: &Tree, of: &str, dependency: &str, text: String) -> Problem {
    let path = manifest(of);
    let manifest = tree.text(&path).unwrap_or_default();
    let names = |line: &str| {
        line.strip_prefix(dependency)
            .is_some_and(|rest| rest.starts_with([' ', '=', '.']))
    };
    let line = numbered(manifest).find(|(_, line)| names(line));
    Problem::at(&path, line.map_or(1, |(number, _)| number), text)
}

fn manifest(of: &str) -> String {
    format!("crates/{of}/Cargo.toml")
}
