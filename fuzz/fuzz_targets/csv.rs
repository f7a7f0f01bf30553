//! Any bytes are a CSV file of a Bulk job or are refused; none make the org panic or hang.
#![no_main]

use libfuzzer_sys::fuzz_target;
use salesforce_sim::fuzzing::csv;

fuzz_target!(|input: &[u8]| csv(input));
