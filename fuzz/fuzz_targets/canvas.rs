//! Both ends of a card: any bytes are a request that our client reads or refuses, and any bytes are
//! an answer that the simulated Intercom shows or refuses with its reason. None make either panic.
#![no_main]

use intercom::canvas::request;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    if let Ok(asked) = request::parse(input) {
        assert!(asked.component_id.is_none_or(|id| !id.is_empty()));
    }
    intercom_sim::fuzzing::canvas_answer(input);
});
