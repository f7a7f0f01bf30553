//! Entry points for fuzzers: readers of what strangers write, without the requests around it. Each
//! takes anything and must return. Nothing else uses them.

use std::sync::Arc;

use model::Timestamp;

use crate::options::Options;
use crate::soql::{self, Deleted, Pages};
use crate::world::World;

/// Reads `input` as a CSV file of a Bulk job. The first byte chooses delimiter and line ending.
pub fn csv(input: &[u8]) {
    crate::api::reads_any_bytes(input);
}

/// An org of a few records that queries are asked of.
#[derive(Debug)]
pub struct Queried {
    world: World,
    now: Timestamp,
}

impl Queried {
    /// The same org each time.
    pub fn new() -> Self {
        let now = Timestamp::from_seconds(1_781_092_800);
        let options = Options {
            leads: 12,
            contacts: 12,
            accounts: 4,
            teammates: 3,
            opportunities: 6,
            cases: 6,
            ..Options::default()
        };
        Self {
            world: World::new(options, now),
            now,
        }
    }

    /// Reads `text` as a query and, if it is one, answers it in every form. Returns what REST says,
    /// or the code of the refusal.
    pub fn ask(&self, text: &str) -> Result<String, String> {
        let records = &self.world.records;
        let user = self.world.integration_user();
        let plan = soql::compile(text, records, user, self.now)
            .map_err(|refused| refused.code.into_owned())?;
        let plan = Arc::new(plan);
        soql::explain(&plan, records);
        let rows = soql::run(&plan, records, Deleted::Included);
        let mut written = String::new();
        let mut keep = |_: &Arc<soql::ResultSet>| user;
        let mut pages = Pages {
            version: "67.0",
            rows: 2,
            keep: &mut keep,
        };
        if !plan.counts() {
            for at in 0..rows.len() {
                rows.write_json(at, &mut pages, &mut written);
            }
        }
        Ok(written)
    }
}

impl Default for Queried {
    fn default() -> Self {
        Self::new()
    }
}
