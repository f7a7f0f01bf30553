//! `cargo xtask tidy` and `cargo xtask rules`.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;
use xtask::{Tree, rules, tidy};

const USAGE: &str = "usage: cargo xtask tidy            check the house rules
       cargo xtask rules           print each rule with its tests
       cargo xtask rules --write   bring docs/rules.md up to date";

fn main() -> anyhow::Result<ExitCode> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let tree = Tree::read(&root)?;
    match arguments.as_slice() {
        ["tidy"] => {
            let problems = tidy::tidy(&tree);
            for problem in &problems {
                println!("{problem}");
            }
            if !problems.is_empty() {
                eprintln!("{} to put right", problems.len());
                return Ok(ExitCode::FAILURE);
            }
        }
        ["rules"] => print!("{}", rules::Index::of(&tree).to_markdown()),
        ["rules", "--write"] => {
            let document = tree
                .text(rules::DOCUMENT)
                .context("docs/rules.md is missing")?;
            let updated = rules::Index::of(&tree).updated(document)?;
            std::fs::write(root.join(rules::DOCUMENT), updated)?;
        }
        _ => {
            eprintln!("{USAGE}");
            return Ok(ExitCode::from(2));
        }
    }
    Ok(ExitCode::SUCCESS)
}
