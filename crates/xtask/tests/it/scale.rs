//! The table of a measurement, and the targets.

use insta::assert_snapshot;
use xtask::scale::{Measured, Report, Sync, World};

/// A second sync that takes a tenth of the first one's time and writes nothing.
fn measured(leads: u32, reading: f64, together: f64, peak_bytes: u64) -> Measured {
    let world = World {
        leads,
        contacts: leads,
    };
    let sync = |seconds: f64, writes: u64| Sync {
        persons: u64::from(leads) * 2,
        contacts: u64::from(leads) * 2,
        writes,
        read_seconds: reading,
        reconcile_seconds: seconds,
        intercom_calls: writes + 700,
        salesforce_calls: 13,
        peak_bytes,
    };
    Measured {
        world,
        first: sync(together, u64::from(leads)),
        second: sync(together / 10.0, 0),
    }
}

#[test]
fn a_report_is_a_table_and_its_targets() {
    let report = Report {
        measured: vec![
            measured(50_000, 8.0, 25.0, 90_000_000),
            measured(100_000, 16.0, 61.0, 104_000_001),
        ],
    };
    assert_snapshot!(report, @"
                              50,000+50,000, first     50,000+50,000, second    100,000+100,000, first   100,000+100,000, second
    persons                                100,000                   100,000                   200,000                   200,000
    contacts read                          100,000                   100,000                   200,000                   200,000
    contacts written                        50,000                         0                   100,000                         0
    reading                                  8.0 s                     8.0 s                    16.0 s                    16.0 s
    bringing together                       25.0 s                     2.5 s                    61.0 s                     6.1 s
    persons a second                          4000                     40000                      3279                     32787
    calls to Intercom                       50,700                       700                   100,700                       700
    calls to Salesforce                         13                        13                        13                        13
    peak memory                              90 MB                     90 MB                    105 MB                    105 MB

    met    peak of 50,000+50,000: 90 MB, wanted below 200
    met    of 50,000+50,000: 50000 contacts written, then 0; wanted some, then none
    met    first sync of 50,000+50,000: 4000 persons a second, wanted 4000
    met    second sync of 50,000+50,000: 40000 persons a second, wanted 10000
    met    peak of 100,000+100,000: 105 MB, wanted below 200
    met    of 100,000+100,000: 100000 contacts written, then 0; wanted some, then none
    MISSED first sync of 100,000+100,000: 3279 persons a second, wanted 4000
    met    second sync of 100,000+100,000: 32787 persons a second, wanted 10000
    MISSED peak with twice the people: +16 %, wanted within 15
    MISSED first sync of twice the people: 2.33 times as long, wanted at most 2.3
    met    second sync of twice the people: 2.10 times as long, wanted at most 2.3
    ");
}

/// The words of the targets that are missed.
fn missed(measured: &[Measured]) -> Vec<String> {
    let report = Report {
        measured: measured.to_vec(),
    };
    let targets = report.targets().into_iter();
    targets
        .filter(|target| !target.is_met)
        .map(|target| target.text)
        .collect()
}

#[test]
fn a_target_is_met_up_to_its_bound_and_no_further() {
    let small = measured(50_000, 10.0, 25.0, 100_000_000);
    assert_eq!(missed(std::slice::from_ref(&small)), Vec::<String>::new());
    assert_eq!(
        missed(&[measured(50_000, 10.0, 25.1, 200_000_000)]),
        [
            "peak of 50,000+50,000: 200 MB, wanted below 200",
            "first sync of 50,000+50,000: 3984 persons a second, wanted 4000",
        ]
    );
    let large = measured(100_000, 31.0, 49.5, 115_000_000);
    assert_eq!(
        missed(&[small.clone(), large]),
        ["second sync of twice the people: 2.88 times as long, wanted at most 2.3"]
    );
    let larger = measured(100_000, 20.0, 50.0, 116_000_000);
    assert_eq!(
        missed(&[small, larger]),
        ["peak with twice the people: +16 %, wanted within 15"]
    );
}
