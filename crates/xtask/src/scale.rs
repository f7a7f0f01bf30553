//! How fast and how large the connector is between two simulated clouds on this machine.
//!
//! Both clouds and the connector are processes of the release build, without rate limits, in a
//! folder of their own that is gone afterwards. A first sync writes all contacts that match, a
//! second one finds nothing to do. Seconds are the connector's own; calls are counted by the clouds,
//! and memory is the peak that the kernel noted. Three processes share the machine's cores, and so
//! the clouds' own work is part of every second.

pub(crate) mod cloud;
mod program;
pub(crate) mod report;

use std::path::PathBuf;

use anyhow::{Context, ensure};
use serde_json::Value;
use tempfile::TempDir;

use cloud::Cloud;
use program::Ended;
pub use program::Program;
pub use report::{Measured, Report, Sync, Target};

/// How many people there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct World {
    /// Leads in Salesforce, and as many leads in Intercom.
    pub leads: u32,
    /// Contacts in Salesforce, and as many users in Intercom.
    pub contacts: u32,
}

impl World {
    /// Twice as many of each.
    #[must_use]
    pub fn doubled(self) -> Self {
        Self {
            leads: self.leads * 2,
            contacts: self.contacts * 2,
        }
    }

    /// Accounts, and companies: one for so many people, as in an ordinary org.
    fn companies(self) -> u32 {
        1 + (self.leads + self.contacts) / 10
    }
}

/// Syncs a new connector twice with a world of this size.
pub fn measure(program: &Program, world: World) -> anyhow::Result<Measured> {
    let place = Place::new(program, world)?;
    let (first, second) = (place.sync(program)?, place.sync(program)?);
    Ok(Measured {
        world,
        first,
        second,
    })
}

/// Two clouds and a connector's folder. The clouds end with it.
struct Place {
    intercom: Cloud,
    salesforce: Cloud,
    folder: TempDir,
}

impl Place {
    fn new(program: &Program, world: World) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let path = PathBuf::from(folder.path());
        let [leads, contacts, companies] =
            [world.leads, world.contacts, world.companies()].map(|count| count.to_string());
        let salesforce = [
            &["--leads", &leads, "--contacts", &contacts][..],
            &["--accounts", &companies, "--refresh-token", "refresh"],
            &["--client-id", "key", "--client-secret", "secret"],
        ];
        let intercom = [
            &["--leads", &leads, "--users", &contacts][..],
            &["--companies", &companies, "--token", "token"],
            &["--rate-limit", "off"],
        ];
        let place = Self {
            salesforce: Cloud::start(program, &path, "salesforce", &salesforce.concat())?,
            intercom: Cloud::start(program, &path, "intercom", &intercom.concat())?,
            folder,
        };
        place.connect(program)?;
        Ok(place)
    }

    fn connect(&self, program: &Program) -> anyhow::Result<()> {
        let (intercom, salesforce) = (self.intercom.url(), self.salesforce.url());
        let arguments = [
            &["connect", "--name", "measured", "--intercom-token", "token"][..],
            &["--intercom-url", &intercom, "--salesforce-url", &salesforce],
            &["--salesforce-client-id", "key"],
            &["--salesforce-client-secret", "secret"],
            &["--salesforce-refresh-token", "refresh"],
        ];
        program.run(self.folder.path(), &arguments.concat())?;
        Ok(())
    }

    fn sync(&self, program: &Program) -> anyhow::Result<Sync> {
        self.intercom.forget_calls()?;
        self.salesforce.forget_calls()?;
        let ended = program.run(self.folder.path(), &["sync", "measured", "--json"])?;
        let sync = Sync::of(
            &ended,
            self.intercom.calls()?["calls"].as_u64(),
            self.salesforce.calls()?["calls"].as_u64(),
        )?;
        let written = self.intercom.calls()?["by_path"].clone();
        let updates = updates_of_contacts(&written).context("a cloud tells its calls by path")?;
        ensure!(
            updates == sync.writes,
            "the connector tells of {} writes, and Intercom saw {updates}",
            sync.writes
        );
        Ok(sync)
    }
}

/// How many `PUT /contacts/…` there were.
fn updates_of_contacts(by_path: &Value) -> Option<u64> {
    let rows = by_path.as_array()?.iter();
    let updates = rows.filter(|row| {
        row["method"] == "PUT"
            && row["path"]
                .as_str()
                .is_some_and(|it| it.starts_with("/contacts/"))
    });
    updates.map(|row| row["calls"].as_u64()).sum()
}

impl Sync {
    fn of(
        ended: &Ended,
        intercom_calls: Option<u64>,
        salesforce_calls: Option<u64>,
    ) -> anyhow::Result<Self> {
        let last = ended.lines.last().context("the sync printed nothing")?;
        let summary: Value = serde_json::from_str(last).context("the last line is no JSON")?;
        let count = |name: &str| {
            summary[name]
                .as_u64()
                .with_context(|| format!("the summary has no {name}: {last}"))
        };
        let seconds = |name: &str| {
            summary[name]
                .as_f64()
                .with_context(|| format!("the summary has no {name}: {last}"))
        };
        ensure!(count("failed")? == 0, "somebody failed: {last}");
        Ok(Self {
            persons: count("persons")?,
            contacts: count("contacts_read")?,
            writes: count("intercom_writes")?,
            read_seconds: seconds("read_seconds")?,
            reconcile_seconds: seconds("reconcile_seconds")?,
            intercom_calls: intercom_calls.context("Intercom counts no calls")?,
            salesforce_calls: salesforce_calls.context("Salesforce counts no calls")?,
            // The kernel's note was read until shortly before the end; its own was the last.
            peak_bytes: ended.peak_bytes.max(count("peak_rss_bytes")?),
        })
    }
}
