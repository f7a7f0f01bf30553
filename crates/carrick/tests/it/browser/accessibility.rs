//! The automatic accessibility check of a page, by axe-core.
//!
//! `CARRICK_AXE` is where its script is; `.ci/run` gets it from npm. Where it is unset the check
//! says loudly that it was skipped; with `CI=true` or `CARRICK_BROWSER=required` that is a failure.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::env;

use serde::Deserialize;
use serde_json::{Value, json};

use super::chromium;
use super::window::Window;

const SCRIPT: &str = "CARRICK_AXE";

const IS_ABSENT: &str = "return typeof window.axe === 'undefined';";

/// Beyond what runs by default, targets have to be large enough.
const RUN: &str = "
    const [options, done] = arguments;
    axe.run(document, options).then(
        ({ violations }) => done({ violations }),
        (problem) => done({ problem: String(problem) }),
    );";

/// What was found on all pages that were looked at.
pub(super) struct Accessibility {
    /// What is injected into each page, unless the check is skipped.
    script: Option<String>,
    /// The pages on which each violation was seen.
    violations: RefCell<BTreeMap<String, Vec<String>>>,
}

impl Accessibility {
    /// Fails where the check is required and the script is not there.
    pub(super) fn new() -> Self {
        let script = env::var_os(SCRIPT).map(|path| {
            std::fs::read_to_string(&path)
                .unwrap_or_else(|error| panic!("{SCRIPT} is {}: {error}", path.display()))
        });
        if script.is_none() {
            assert!(
                !chromium::is_required(),
                "{SCRIPT} is required here: the path of axe-core's axe.min.js"
            );
            chromium::skipped(&format!(
                "the accessibility check, because {SCRIPT} is not set"
            ));
        }
        Self {
            script,
            violations: RefCell::default(),
        }
    }

    /// Looks at the page as it is now, and keeps what it finds under this name.
    pub(super) async fn check(&self, window: &Window, name: &str) {
        let Some(script) = &self.script else {
            return;
        };
        if window.execute(IS_ABSENT).await == Value::Bool(true) {
            window.execute(script).await;
        }
        let options = json!({
            "resultTypes": ["violations"],
            "rules": { "target-size": { "enabled": true } },
        });
        let answer = window.execute_async(RUN, vec![options]).await;
        let outcome: Outcome = serde_json::from_value(answer).expect("axe answers in its format");
        let rules = match outcome {
            Outcome::Violations(rules) => rules,
            Outcome::Problem(problem) => panic!("axe could not look at {name}: {problem}"),
        };
        let mut violations = self.violations.borrow_mut();
        for rule in rules {
            for node in rule.nodes {
                let what = format!(
                    "{}: {}\n  {}\n  {}",
                    rule.id, rule.help, node.html, node.failure_summary
                );
                violations.entry(what).or_default().push(name.to_owned());
            }
        }
    }

    /// Fails with everything that was found.
    pub(super) fn assert_none_violated(self) {
        let found = self.violations.into_inner();
        let lines = found
            .iter()
            .map(|(what, pages)| format!("{what}\n  on {}\n", pages.join(", ")));
        let report: String = lines.collect();
        assert!(
            found.is_empty(),
            "{} accessibility violations\n{report}",
            found.len()
        );
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
enum Outcome {
    Violations(Vec<Rule>),
    Problem(String),
}

/// A rule that does not hold, and where.
#[derive(Deserialize)]
struct Rule {
    id: String,
    help: String,
    nodes: Vec<Node>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Node {
    html: String,
    failure_summary: String,
}
