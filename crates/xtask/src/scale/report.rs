//! What was measured as a table, and which targets it meets. Pure.

use std::fmt::{self, Write as _};

use super::World;

/// One sync.
#[derive(Debug, Clone, PartialEq)]
pub struct Sync {
    /// Persons that were planned.
    pub persons: u64,
    /// Contacts that were read.
    pub contacts: u64,
    /// Contacts that were written.
    pub writes: u64,
    /// Reading both sides.
    pub read_seconds: f64,
    /// Bringing them together.
    pub reconcile_seconds: f64,
    /// Calls that Intercom saw.
    pub intercom_calls: u64,
    /// Calls that Salesforce saw.
    pub salesforce_calls: u64,
    /// The most memory that the connector had.
    pub peak_bytes: u64,
}

/// A world's first and second sync.
#[derive(Debug, Clone, PartialEq)]
pub struct Measured {
    /// Its size.
    pub world: World,
    /// Of a new connector.
    pub first: Sync,
    /// Of one that finds nothing to do.
    pub second: Sync,
}

/// Something that is to hold, and whether it does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// What, and how it was found.
    pub text: String,
    /// Whether it holds.
    pub is_met: bool,
}

/// One world, or two of which the second is twice the first. Printed, it is a table and the targets.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// In the order of their sizes.
    pub measured: Vec<Measured>,
}

/// Peak memory stays below this, whatever the size of the org.
const PEAK_BYTES_MAX: u64 = 200_000_000;

/// Peaks of two sizes are the same if they differ by no more than this share.
const PEAK_SHARE_MAX: f64 = 0.15;

/// Persons a second in the second phase, when nearly all are written and when none is.
const FIRST_RATE_MIN: f64 = 4_000.0;
const SECOND_RATE_MIN: f64 = 10_000.0;

/// Twice the people may take so many times as long.
const DOUBLED_TIME_MAX: f64 = 2.3;

impl Sync {
    /// Persons brought together in a second.
    pub fn rate(&self) -> f64 {
        as_f64(self.persons) / self.reconcile_seconds
    }

    fn seconds(&self) -> f64 {
        self.read_seconds + self.reconcile_seconds
    }
}

impl Measured {
    fn peak_bytes(&self) -> u64 {
        self.first.peak_bytes.max(self.second.peak_bytes)
    }
}

impl Report {
    /// All targets that what was measured can tell of.
    pub fn targets(&self) -> Vec<Target> {
        let mut targets: Vec<Target> = self.measured.iter().flat_map(of_one).collect();
        if let [small, large] = self.measured.as_slice() {
            targets.extend(of_two(small, large));
        }
        targets
    }
}

fn of_one(measured: &Measured) -> Vec<Target> {
    let of = format!("of {}", size(measured.world));
    let rate = |run: &str, sync: &Sync, least: f64| Target {
        text: format!(
            "{run} sync {of}: {:.0} persons a second, wanted {least:.0}",
            sync.rate()
        ),
        is_met: sync.rate() >= least,
    };
    let peak = measured.peak_bytes();
    vec![
        Target {
            text: format!(
                "peak {of}: {} MB, wanted below {}",
                megabytes(peak),
                megabytes(PEAK_BYTES_MAX)
            ),
            is_met: peak < PEAK_BYTES_MAX,
        },
        // A sync that matches nobody, or writes everybody again, is fast for nothing.
        Target {
            text: format!(
                "{of}: {} contacts written, then {}; wanted some, then none",
                measured.first.writes, measured.second.writes
            ),
            is_met: measured.first.writes > 0 && measured.second.writes == 0,
        },
        rate("first", &measured.first, FIRST_RATE_MIN),
        rate("second", &measured.second, SECOND_RATE_MIN),
    ]
}

fn of_two(small: &Measured, large: &Measured) -> Vec<Target> {
    let peaks = as_f64(large.peak_bytes()) / as_f64(small.peak_bytes());
    let time = |run: &str, small: &Sync, large: &Sync| {
        let times = large.seconds() / small.seconds();
        Target {
            text: format!(
                "{run} sync of twice the people: {times:.2} times as long, wanted at most \
                 {DOUBLED_TIME_MAX}"
            ),
            is_met: times <= DOUBLED_TIME_MAX,
        }
    };
    vec![
        Target {
            text: format!(
                "peak with twice the people: {:+.0} %, wanted within {:.0}",
                (peaks - 1.0) * 100.0,
                PEAK_SHARE_MAX * 100.0
            ),
            is_met: (peaks - 1.0).abs() <= PEAK_SHARE_MAX,
        },
        time("first", &small.first, &large.first),
        time("second", &small.second, &large.second),
    ]
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = if self.is_met { "met   " } else { "MISSED" };
        write!(f, "{word} {}", self.text)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = |of: fn(&Sync) -> u64| move |sync: &Sync| grouped(of(sync));
        let seconds = |of: fn(&Sync) -> f64| move |sync: &Sync| format!("{:.1} s", of(sync));
        self.row(f, "", |run, _, world| format!("{}, {run}", size(world)))?;
        let mut line =
            |name: &str, cell: &dyn Fn(&Sync) -> String| self.row(f, name, |_, sync, _| cell(sync));
        line("persons", &count(|sync| sync.persons))?;
        line("contacts read", &count(|sync| sync.contacts))?;
        line("contacts written", &count(|sync| sync.writes))?;
        line("reading", &seconds(|sync| sync.read_seconds))?;
        line("bringing together", &seconds(|sync| sync.reconcile_seconds))?;
        line("persons a second", &|sync| format!("{:.0}", sync.rate()))?;
        line("calls to Intercom", &count(|sync| sync.intercom_calls))?;
        line("calls to Salesforce", &count(|sync| sync.salesforce_calls))?;
        line("peak memory", &|sync| {
            format!("{} MB", megabytes(sync.peak_bytes))
        })?;
        writeln!(f)?;
        for target in self.targets() {
            writeln!(f, "{target}")?;
        }
        Ok(())
    }
}

impl Report {
    fn row(
        &self,
        f: &mut fmt::Formatter<'_>,
        name: &str,
        cell: impl Fn(&str, &Sync, World) -> String,
    ) -> fmt::Result {
        let mut line = format!("{name:<20}");
        for Measured {
            world,
            first,
            second,
        } in &self.measured
        {
            for (run, sync) in [("first", first), ("second", second)] {
                write!(line, "{:>26}", cell(run, sync, *world))?;
            }
        }
        writeln!(f, "{}", line.trim_end())
    }
}

fn size(world: World) -> String {
    let (leads, contacts) = (world.leads.into(), world.contacts.into());
    format!("{}+{}", grouped(leads), grouped(contacts))
}

/// 1234567 → `1,234,567`.
pub(crate) fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

pub(crate) fn megabytes(bytes: u64) -> u64 {
    bytes.div_ceil(1_000_000)
}

#[expect(clippy::cast_precision_loss, reason = "for rates and shares")]
fn as_f64(count: u64) -> f64 {
    count as f64
}
