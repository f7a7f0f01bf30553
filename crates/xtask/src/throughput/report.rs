//! What the contenders took as a table, and which targets it meets. Pure.

use std::fmt;

use anyhow::ensure;

use crate::scale::Target;
use crate::scale::report::{grouped, megabytes};

/// What a contender that parsed took.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// Rows it read.
    pub rows: u64,
    /// What proves that it read them.
    pub checksum: u64,
    /// From asking for the job to the last row.
    pub seconds: f64,
    /// Of these, the ones after the job was complete; the same if it does not tell them apart.
    pub reading_seconds: f64,
    /// The most memory that its process had.
    pub peak_bytes: u64,
}

/// What reading the same pages without looking at them took.
#[derive(Debug, Clone, PartialEq)]
pub struct Transfer {
    /// From the first request to the last byte.
    pub seconds: f64,
    /// Of all pages together.
    pub bytes: u64,
    /// The most memory that its process had.
    pub peak_bytes: u64,
}

/// All contenders of one run. Printed, it is a table and the targets.
#[derive(Debug, Clone, PartialEq)]
pub struct Throughput {
    /// `curl`.
    pub transfer: Transfer,
    /// Our client.
    pub ours: Reading,
    /// `simple-salesforce` with Python's `csv`.
    pub simple_salesforce: Reading,
    /// `jsforce` with its own parser.
    pub jsforce: Reading,
}

/// Our speed as a share of what the transfer alone allows.
const SHARE_OF_TRANSFER_MIN: f64 = 0.7;

/// So many times as fast as either of the others.
const TIMES_FASTER_MIN: f64 = 5.0;

/// Our memory, at any size.
const PEAK_BYTES_MAX: u64 = 64_000_000;

impl Throughput {
    /// Everybody has to have read the same, and all of it.
    pub(super) fn check(&self, rows: u64) -> anyhow::Result<()> {
        for (name, reading) in self.readings() {
            ensure!(
                reading.rows == rows,
                "{name} read {} rows of {rows}",
                reading.rows
            );
            ensure!(
                reading.checksum == self.ours.checksum,
                "{name} has the checksum {:08x}, and we have {:08x}",
                reading.checksum,
                self.ours.checksum
            );
        }
        Ok(())
    }

    fn readings(&self) -> [(&'static str, &Reading); 3] {
        [
            ("ours", &self.ours),
            ("simple-salesforce", &self.simple_salesforce),
            ("jsforce", &self.jsforce),
        ]
    }

    /// Which targets are met.
    pub fn targets(&self) -> Vec<Target> {
        let share = self.transfer.seconds / self.ours.reading_seconds;
        let others = [
            ("simple-salesforce", &self.simple_salesforce),
            ("jsforce", &self.jsforce),
        ];
        let mut targets = vec![Target {
            text: format!("{share:.2} of curl's speed, wanted {SHARE_OF_TRANSFER_MIN}"),
            is_met: share >= SHARE_OF_TRANSFER_MIN,
        }];
        targets.extend(others.map(|(name, other)| {
            let times = other.seconds / self.ours.seconds;
            Target {
                text: format!("{times:.1} times the speed of {name}, wanted {TIMES_FASTER_MIN}"),
                is_met: times >= TIMES_FASTER_MIN,
            }
        }));
        let peak = self.ours.peak_bytes;
        targets.push(Target {
            text: format!(
                "peak of {} MB, wanted below {}",
                megabytes(peak),
                megabytes(PEAK_BYTES_MAX)
            ),
            is_met: peak < PEAK_BYTES_MAX,
        });
        targets
    }
}

impl fmt::Display for Throughput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = as_f64(self.transfer.bytes);
        writeln!(
            f,
            "{} Leads, {} MB of CSV, checksum {:08x}",
            grouped(self.ours.rows),
            megabytes(self.transfer.bytes),
            self.ours.checksum
        )?;
        writeln!(
            f,
            "\n{:<20}{:>10}{:>10}{:>10}{:>14}{:>10}",
            "", "with job", "reading", "MB/s", "rows/s", "memory"
        )?;
        let mut line = |name: &str, whole: Option<f64>, reading: f64, peak: u64| {
            let whole = whole.map_or_else(String::new, |seconds| format!("{seconds:.2} s"));
            let rows = format!("{:.0}", as_f64(self.ours.rows) / reading);
            writeln!(
                f,
                "{name:<20}{whole:>10}{:>10}{:>10.0}{rows:>14}{:>10}",
                format!("{reading:.2} s"),
                bytes / reading / 1e6,
                format!("{} MB", megabytes(peak))
            )
        };
        let transfer = &self.transfer;
        line("curl", None, transfer.seconds, transfer.peak_bytes)?;
        for (name, reading) in self.readings() {
            let whole = Some(reading.seconds);
            line(name, whole, reading.reading_seconds, reading.peak_bytes)?;
        }
        writeln!(f)?;
        for target in self.targets() {
            writeln!(f, "{target}")?;
        }
        Ok(())
    }
}

#[expect(clippy::cast_precision_loss, reason = "for rates and shares")]
fn as_f64(count: u64) -> f64 {
    count as f64
}
