//! Reads all Leads of an org by a bulk query and prints what it took, in one line of JSON: one of
//! the contenders of `cargo xtask throughput`, which says what the checksum is.
//!
//! `read_leads URL ACCESS_TOKEN FIELD…`, with `Id`, `Email` and `SystemModstamp` among the fields.
#![expect(clippy::print_stdout, reason = "what it prints is what it is for")]

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use salesforce::{ApiName, BlockRow, Client, Operation, RowQuery, SalesforceError, Session};
use tokio::time::Instant;
use transport::{NetworkOptions, Proxy, Reach};

type Failure = Box<dyn std::error::Error>;

/// Where the three typed columns are.
struct Typed {
    id: usize,
    email: usize,
    modified: usize,
}

#[derive(Default)]
struct Sums {
    rows: u64,
    characters: usize,
    checksum: u32,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [url, token, fields @ ..] = arguments.as_slice() else {
        return Err("usage: read_leads URL ACCESS_TOKEN FIELD…".into());
    };
    let http = transport::network(NetworkOptions {
        proxy: Proxy::Direct,
        reach: Reach::PublicAndLoopback,
        ..NetworkOptions::default()
    });
    let session = Session {
        instance_url: url.parse()?,
        access_token: token.as_str().into(),
    };
    let never = Arc::new(|_| async { Err(SalesforceError::SessionExpired) }.boxed());
    let client = Client::new(http, session, never);
    let column = |name: &str| {
        let found = fields.iter().position(|field| field == name);
        found.ok_or_else(|| format!("{name} has to be among the fields"))
    };
    let typed = Typed {
        id: column("Id")?,
        email: column("Email")?,
        modified: column("SystemModstamp")?,
    };
    let names: Result<Vec<ApiName>, _> = fields.iter().map(|field| field.parse()).collect();
    let query = RowQuery {
        object: "Lead".parse()?,
        fields: names?,
        operation: Operation::Query,
        modified_from: None,
    };

    let asked = Instant::now();
    let mut rows = client.bulk_rows(query);
    rows.prepare().await?;
    let ready = Instant::now();
    let mut sums = Sums::default();
    while let Some(block) = rows.next_block().await? {
        for row in block.rows() {
            sums.add(row, &typed)?;
        }
    }
    let read = Instant::now();
    print(
        &sums,
        ready.duration_since(asked),
        read.duration_since(ready),
    );
    Ok(())
}

impl Sums {
    fn add(&mut self, row: BlockRow<'_>, typed: &Typed) -> Result<(), Failure> {
        for column in 0..row.columns() {
            self.characters += row.text(column)?.map_or(0, |text| text.len());
        }
        let id = row.id(typed.id)?.ok_or("a row without Id")?;
        let email = row.text(typed.email)?.unwrap_or_default();
        let modified = row.instant(typed.modified)?.ok_or("a row without stamp")?;
        let mut hash = flate2::Crc::new();
        hash.update(id.as_str().as_bytes());
        hash.update(b",");
        hash.update(email.as_bytes());
        hash.update(format!(",{}", modified.as_millis()).as_bytes());
        self.rows += 1;
        self.checksum = self.checksum.wrapping_add(hash.sum());
        Ok(())
    }
}

fn print(sums: &Sums, waiting: Duration, reading: Duration) {
    println!(
        "{}",
        serde_json::json!({
            "rows": sums.rows,
            "checksum": sums.checksum,
            "characters": sums.characters,
            "seconds": (waiting + reading).as_secs_f64(),
            "reading_seconds": reading.as_secs_f64(),
            "peak_bytes": peak_bytes(),
        })
    );
}

/// The most memory that this process had, where the kernel tells.
fn peak_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}
