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
    insta::assert_snapshot!(measured(), @"
    1,000,000 Leads, 350 MB of CSV, checksum 00c0ffee

                          with job   reading      MB/s        rows/s    memory
    curl                              1.00 s       350       1000000      9 MB
    ours                    1.50 s    1.25 s       280        800000     12 MB
    simple-salesforce      15.00 s   15.00 s        23         66667    120 MB
    jsforce                 7.00 s    7.00 s        50        142857    150 MB

    met    0.80 of curl's speed, wanted 0.7
    met    10.0 times the speed of simple-salesforce, wanted 5
    MISSED 4.7 times the speed of jsforce, wanted 5
    met    peak of 12 MB, wanted below 64
    ");
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
