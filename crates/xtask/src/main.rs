//! `cargo xtask tidy`, `cargo xtask rules`, `cargo xtask scale` and `cargo xtask throughput`.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;
use xtask::scale::{Program, Report, Target, World};
use xtask::{Tree, rules, scale, throughput, tidy};

const USAGE: &str = "usage: cargo xtask tidy            check the house rules
       cargo xtask rules           print each rule with its tests
       cargo xtask rules --write   bring docs/rules.md up to date
       cargo xtask scale LEADS CONTACTS [--twice] [--program FILE]
                                   time and memory of a first and a second sync with so many people
                                   on each side, and with --twice also with twice as many; of the
                                   release build, or of a program that is there already
       cargo xtask throughput [ROWS]
                                   seconds and memory of reading so many Leads (a million, if
                                   nothing is said) by our client, by two others and by curl";

/// Leads that are read if nothing else is said.
const ROWS: u32 = 1_000_000;

fn main() -> anyhow::Result<ExitCode> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    if let ["scale", asked @ ..] = arguments.as_slice() {
        return match Scale::parse(asked) {
            Some(scale) => scale.run(&root),
            None => Ok(usage()),
        };
    }
    if let ["throughput", asked @ ..] = arguments.as_slice() {
        let rows = match asked {
            [] => Some(ROWS),
            [rows] => rows.parse().ok(),
            _ => None,
        };
        return match rows {
            Some(rows) => compared(&root, rows),
            None => Ok(usage()),
        };
    }
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
        _ => return Ok(usage()),
    }
    Ok(ExitCode::SUCCESS)
}

fn usage() -> ExitCode {
    eprintln!("{USAGE}");
    ExitCode::from(2)
}

/// What is to be measured.
struct Scale<'a> {
    world: World,
    twice: bool,
    program: Option<&'a Path>,
}

impl<'a> Scale<'a> {
    fn parse(arguments: &[&'a str]) -> Option<Self> {
        let [leads, contacts, options @ ..] = arguments else {
            return None;
        };
        let (twice, program) = match options {
            [] => (false, None),
            ["--twice"] => (true, None),
            ["--program", file] => (false, Some(Path::new(*file))),
            ["--twice", "--program", file] | ["--program", file, "--twice"] => {
                (true, Some(Path::new(*file)))
            }
            _ => return None,
        };
        let (leads, contacts) = (leads.parse().ok()?, contacts.parse().ok()?);
        Some(Self {
            world: World { leads, contacts },
            twice,
            program,
        })
    }

    fn run(&self, root: &Path) -> anyhow::Result<ExitCode> {
        let program = match self.program {
            Some(file) => Program::at(file)?,
            None => Program::build(root)?,
        };
        let mut measured = vec![scale::measure(&program, self.world)?];
        if self.twice {
            measured.push(scale::measure(&program, self.world.doubled())?);
        }
        let report = Report { measured };
        print!("{report}");
        Ok(met(&report.targets()))
    }
}

fn compared(root: &Path, rows: u32) -> anyhow::Result<ExitCode> {
    let throughput = throughput::measure(root, rows)?;
    print!("{throughput}");
    Ok(met(&throughput.targets()))
}

fn met(targets: &[Target]) -> ExitCode {
    if targets.iter().all(|target| target.is_met) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
