use std::collections::BTreeSet;

/// Every area with its source.
const AREAS: &[(&str, &str)] = &[
    ("aliases", include_str!("aliases.rs")),
    ("chains", include_str!("chains.rs")),
    ("connections", include_str!("connections.rs")),
    ("crowds", include_str!("crowds.rs")),
    ("dependants", include_str!("dependants.rs")),
    ("failures", include_str!("failures.rs")),
    ("hidden", include_str!("hidden.rs")),
    ("inbox", include_str!("inbox.rs")),
    ("intents", include_str!("intents.rs")),
    ("mirror", include_str!("mirror.rs")),
    ("persons", include_str!("persons.rs")),
    ("pins", include_str!("pins.rs")),
    ("queue", include_str!("queue.rs")),
    ("scans", include_str!("scans.rs")),
    ("settle", include_str!("settle.rs")),
    ("sweeps", include_str!("sweeps.rs")),
    ("timeline", include_str!("timeline.rs")),
];

#[test]
fn every_promise_that_is_written_is_in_a_list() {
    let listed: BTreeSet<String> = include_str!("../conformance.rs")
        .lines()
        .filter_map(|line| line.trim().strip_suffix(','))
        .filter(|line| {
            AREAS
                .iter()
                .any(|(area, _)| line.starts_with(&format!("{area}::")))
        })
        .map(str::to_owned)
        .collect();
    let mut written = BTreeSet::new();
    for (area, source) in AREAS {
        for line in source.lines() {
            if let Some(signature) = line.strip_prefix("pub async fn ") {
                let name = signature.split('(').next().unwrap();
                written.insert(format!("{area}::{name}"));
            }
        }
    }
    assert_eq!(written, listed);
}
