//! What is made of the contenders' numbers.

use xtask::throughput::{Reading, Throughput, Transfer};

fn reading(seconds: f64, reading_seconds: f64, peak_bytes: u64) -> Reading {
    Reading {
        rows: 1_000_000,
        checksum: 0x00c0_ffee,
        seconds,
        reading_seconds,
        peak_bytes,
    }
}

fn measured() -> Throughput {
    Throughput {
        transfer: Transfer {
            seconds: 1.0,
            bytes: 350_000_000,
            peak_bytes: 9_000_000,
        },
        ours: reading(1.5, 1.25, 12_000_000),
        simple_salesforce: reading(15.0, 15.0, 120_000_000),
        jsforce: reading(7.0, 7.0, 150_000_000),
    }
}

#[test]
fn the_table_shows_everybody_and_the_targets_say_what_is_missed() {
    insta::assert_snapshot!(measured(), @"");
}

#[test]
fn a_process_that_is_too_large_or_too_slow_misses_its_target() {
    let met = |throughput: &Throughput| -> Vec<bool> {
        let targets = throughput.targets();
        targets.iter().map(|target| target.is_met).collect()
    };
    assert_eq!(met(&measured()), [true, true, false, true]);
    let mut worse = measured();
    worse.ours = reading(1.5, 1.5, 64_000_000);
    assert_eq!(met(&worse), [false, true, false, false]);
}
