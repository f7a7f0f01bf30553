//! How fast Leads are read out of an org, by our client and by others, side by side in one run.
//!
//! The org is a simulated one, a process of the release build, with so many Leads. Everybody reads
//! the same 16 fields of all of them by Bulk 2.0, in a process of their own: our client, the Python
//! package `simple-salesforce` with Python's `csv`, the Node package `jsforce` with its own parser,
//! and `curl`, which reads nothing and so says what the transfer alone takes. All but `curl` make
//! each field readable and turn `Id`, `Email` and `SystemModstamp` into their types, and prove it by
//! one checksum: the sum, modulo 2^32, of the CRC-32 of `id,email,milliseconds` of each row, the id as
//! text of 18 characters, an empty email as the empty text, the stamp as milliseconds since 1970. The
//! sum does not depend on the order of rows, and a lost or doubled row changes it. CRC-32 comes with
//! Python and Node as native code and costs them less than half a microsecond of a row's five or more.
//!
//! The processes share the machine's cores with the org, which serves while they read.

mod contender;
mod report;

use std::path::Path;

use anyhow::{Context, ensure};
use serde_json::Value;

use crate::scale::Program;
use crate::scale::cloud::Cloud;
use contender::Contenders;
pub use report::{Reading, Throughput, Transfer};

/// What is read of each Lead.
const FIELDS: [&str; 16] = [
    "Id",
    "FirstName",
    "LastName",
    "Email",
    "Company",
    "Title",
    "Phone",
    "Status",
    "LeadSource",
    "OwnerId",
    "IsConverted",
    "IsDeleted",
    "CreatedById",
    "CreatedDate",
    "LastModifiedDate",
    "SystemModstamp",
];

/// Rows of one result page, the same for all who can choose.
const PAGE_ROWS: u32 = 50_000;

const TOKEN: &str = "00D000000000001!throughput";

/// How often the quick ones run; the fastest of each counts.
const ROUNDS: usize = 3;

/// Reads an org of so many Leads with all contenders. Installs the others' packages below the
/// checkout's `target` first, if they are not there yet.
pub fn measure(root: &Path, rows: u32) -> anyhow::Result<Throughput> {
    let contenders = Contenders::installed(root)?;
    let program = Program::build(root)?;
    let folder = tempfile::tempdir()?;
    let leads = rows.to_string();
    let few = [
        "--contacts",
        "1",
        "--accounts",
        "1",
        "--access-token",
        TOKEN,
    ];
    let arguments = [&["--leads", &leads][..], &few].concat();
    let org = Cloud::start(&program, folder.path(), "salesforce", &arguments)?;
    let at = Place {
        folder: folder.path(),
        url: &org.url(),
    };

    let pages = contenders.pages(&at)?;
    let mut transfers = Vec::new();
    let mut ours = Vec::new();
    for _ in 0..ROUNDS {
        transfers.push(contenders.transfer(&at, &pages)?);
        ours.push(contenders.ours(&at)?);
    }
    let throughput = Throughput {
        transfer: fastest(transfers, |it| it.seconds)?,
        ours: fastest(ours, |it| it.seconds)?,
        simple_salesforce: contenders.simple_salesforce(&at)?,
        jsforce: contenders.jsforce(&at)?,
    };
    throughput.check(rows.into())?;
    Ok(throughput)
}

/// Where processes run and whom they ask.
struct Place<'a> {
    folder: &'a Path,
    url: &'a str,
}

fn fastest<T>(of: Vec<T>, seconds: impl Fn(&T) -> f64) -> anyhow::Result<T> {
    of.into_iter()
        .min_by(|a, b| seconds(a).total_cmp(&seconds(b)))
        .context("somebody has run")
}

impl Reading {
    /// Reads the line that a contender printed.
    fn of(line: &str) -> anyhow::Result<Self> {
        let printed: Value =
            serde_json::from_str(line).with_context(|| format!("{line:?} is no JSON"))?;
        let count = |name: &str| {
            printed[name]
                .as_u64()
                .with_context(|| format!("no {name} in {line}"))
        };
        let seconds = printed["seconds"].as_f64().context("no seconds")?;
        ensure!(seconds > 0.0, "read in no time: {line}");
        Ok(Self {
            rows: count("rows")?,
            checksum: count("checksum")?,
            seconds,
            reading_seconds: printed["reading_seconds"].as_f64().unwrap_or(seconds),
            peak_bytes: count("peak_bytes")?,
        })
    }
}
