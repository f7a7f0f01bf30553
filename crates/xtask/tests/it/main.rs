//! The checks, each on a tree written down; and this checkout, on which none may find anything.

mod rules;
mod scale;
mod throughput;
mod tidy;

use std::path::Path;

use xtask::Tree;

/// What is found in a tree of these files, beside an empty list of rules.
fn found(files: &[(&str, &str)]) -> String {
    let rules = "<!-- written by `cargo xtask rules --write`, not by hand -->\n\n\n<!-- end -->\n";
    let listed = files
        .iter()
        .any(|(path, _)| *path == xtask::rules::DOCUMENT);
    let document = (!listed).then_some((xtask::rules::DOCUMENT, rules));
    print(&Tree::of(files.iter().copied().chain(document)))
}

fn print(tree: &Tree) -> String {
    let problems = xtask::tidy::tidy(tree);
    problems
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn this_checkout_is_tidy() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let problems = print(&Tree::read(&root).unwrap());
    assert!(problems.is_empty(), "{problems}");
}

#[test]
fn this_checkout_is_read_whole() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let tree = Tree::read(&root).unwrap();
    assert!(tree.text("crates/xtask/tests/it/main.rs").is_some());
    assert!(tree.crates().any(|name| name == "planner"));
    assert!(tree.builds("anyhow"));
}
