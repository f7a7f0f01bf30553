//! Where things stand and how large they may be.

use std::collections::BTreeMap;

use toml::Table;

use crate::tree::{Problem, Tree, has_extension};

/// Lines above which a source file has to say why it is one file.
const LINES_WITHOUT_REASON: usize = 500;

/// Lines above which no reason is good enough.
const LINES_MOST: usize = 800;

/// How near the top the reason stands, in lines.
const REASON_WITHIN: usize = 10;

/// Bytes above which a file does not belong into the repository.
const BYTES_MOST: usize = 200 * 1024;

/// A vendor's file that tests are held against, kept as it is published.
const VENDORS_OWN: &str = "crates/intercom-openapi/data/intercom-2.16.yaml";

/// What is wrong with sizes and places.
pub(super) fn problems(tree: &Tree) -> Vec<Problem> {
    let mut problems = lengths(tree);
    problems.extend(sizes(tree));
    problems.extend(crates(tree));
    problems.extend(migrations(tree));
    problems
}

fn lengths(tree: &Tree) -> Vec<Problem> {
    let problem = |(path, text): (&str, &str)| {
        let lines = text.lines().count();
        let mut top = text.lines().take(REASON_WITHIN);
        if lines > LINES_MOST {
            let text = format!("{lines} lines, and no file has more than {LINES_MOST}; split it");
            Some(Problem::at(path, LINES_MOST, text))
        } else if lines > LINES_WITHOUT_REASON && !top.any(|it| it.starts_with("// long because: "))
        {
            let text = format!(
                "{lines} lines; split it where a part has a name, or begin with `// long because: `"
            );
            Some(Problem::at(path, 1, text))
        } else {
            None
        }
    };
    tree.sources().filter_map(problem).collect()
}

fn sizes(tree: &Tree) -> Vec<Problem> {
    let excepted =
        |path: &str| matches!(path, "Cargo.lock" | VENDORS_OWN) || has_extension(path, "png");
    tree.sizes()
        .filter(|(path, bytes)| *bytes > BYTES_MOST && !excepted(path))
        .map(|(path, bytes)| {
            let text = format!("{bytes} bytes; generate it, or keep it elsewhere");
            Problem::at(path, 1, text)
        })
        .collect()
}

/// Each crate opens with its documentation, has one test binary, and no doctests.
fn crates(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    for name in tree.crates() {
        let library = format!("crates/{name}/src/lib.rs");
        let binary = format!("crates/{name}/src/main.rs");
        for path in [&library, &binary] {
            if tree.text(path).is_some_and(|text| !text.starts_with("//!")) {
                let text = "begin with `//!`: what it is for, and what it must never know";
                problems.push(Problem::at(path, 1, text));
            }
        }
        let manifest = format!("crates/{name}/Cargo.toml");
        let doctested = tree.text(&manifest).and_then(|text| {
            text.parse::<Table>()
                .ok()?
                .get("lib")?
                .get("doctest")?
                .as_bool()
        });
        if tree.text(&library).is_some() && doctested != Some(false) {
            let text = "a library of ours has no doctests; set `doctest = false` under `[lib]`";
            problems.push(Problem::at(&manifest, 1, text));
        }
    }
    for (path, _) in tree.sources() {
        let parts: Vec<&str> = path.split('/').collect();
        match parts.as_slice() {
            ["crates", _, "tests", _] => {
                let text = "a test binary of its own; move it below `tests/it/`";
                problems.push(Problem::at(path, 1, text));
            }
            ["crates", _, "tests", folder, "main.rs"] if *folder != "it" => {
                let text = "a second test binary; move it below `tests/it/`";
                problems.push(Problem::at(path, 1, text));
            }
            _ => {}
        }
    }
    problems
}

/// Migrations are numbered from 1 without gaps, and both databases have the same.
fn migrations(tree: &Tree) -> Vec<Problem> {
    // Folder below `migrations` → file names, for each store.
    let mut stores: BTreeMap<&str, BTreeMap<&str, Vec<&str>>> = BTreeMap::new();
    for (path, _) in tree.texts() {
        let Some((store, rest)) = path.split_once("/migrations/") else {
            continue;
        };
        let (folder, file) = rest.rsplit_once('/').unwrap_or(("", rest));
        if has_extension(file, "sql") && folder != "fixtures" {
            stores
                .entry(store)
                .or_default()
                .entry(folder)
                .or_default()
                .push(file);
        }
    }
    let mut problems = Vec::new();
    for (store, folders) in &stores {
        for (folder, files) in folders {
            for (at, file) in files.iter().enumerate() {
                let number = format!("{:04}_", at + 1);
                if !file.starts_with(&number) {
                    let path = [*store, "migrations", *folder, *file];
                    let path: Vec<&str> = path.into_iter().filter(|it| !it.is_empty()).collect();
                    let text = format!("the next migration here begins with {number}");
                    problems.push(Problem::at(&path.join("/"), 1, text));
                    break;
                }
            }
        }
    }
    let (sqlite, postgres) = ("crates/store-sqlite", "crates/store-postgres");
    if let (Some(one), Some(other)) = (stores.get(sqlite), stores.get(postgres))
        && one != other
    {
        let path = format!("{postgres}/Cargo.toml");
        let text = "the migrations of both stores have the same numbers and names";
        problems.push(Problem::at(&path, 1, text));
    }
    problems
}
