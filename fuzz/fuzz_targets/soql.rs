//! Any text is a query or is refused; no text makes the org panic, hang or answer something that is
//! no JSON.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use salesforce_sim::fuzzing::Queried;

static ORG: LazyLock<Queried> = LazyLock::new(Queried::new);

fuzz_target!(|text: &str| {
    let answer = ORG.ask(text);
    assert!(answer.is_ok() || answer.is_err_and(|code| !code.is_empty()));
});
