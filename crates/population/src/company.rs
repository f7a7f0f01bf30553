//! The companies that people work for.

use crate::draw::{Draws, mix};
use crate::names::{COMPANY_STEMS, COMPANY_TRADES};
use crate::places::{Country, PLACES, Place};
use crate::population::Population;

/// What stands behind a Salesforce Account and an Intercom company.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Company {
    /// Unique in the world.
    pub name: String,
    /// Unique in the world, lower case ASCII, under `.example`.
    pub domain: String,
    /// Where it is at home.
    pub country: Country,
    /// As Salesforce's standard picklist spells it.
    pub industry: &'static str,
    /// Number of employees, at least one.
    pub size: u32,
    /// Index of the teammate who owns the Account; always one with a Salesforce user.
    pub owner: u32,
    /// Of the switchboard.
    pub phone: String,
}

/// From the workshop to the corporation; a company is between one of these and half as big again.
const SIZES: [u32; 8] = [6, 18, 45, 110, 260, 700, 2_400, 11_000];

impl Population {
    /// The company behind Account `index` and Intercom company `index`.
    pub fn company(&self, index: u32) -> Company {
        let draws = Draws::new(self.seed, "company", index);
        let place = self.company_place(index);
        let (name, industry) = name_and_industry(self.seed, index);
        let least = draws.pick("size", &SIZES);
        Company {
            domain: format!("{}.example", name.to_lowercase().replace(' ', "-")),
            name,
            country: place.country,
            industry,
            size: least + draws.below("more", least / 2),
            owner: self.owner(draws),
            phone: place.phone(draws.below("phone", 70_000)),
        }
    }

    pub(crate) fn company_place(&self, index: u32) -> Place {
        Draws::new(self.seed, "company", index).pick("place", &PLACES)
    }
}

/// Every stem is used once before any is used again, then with its next trade, and only when all
/// trades are spent with a number.
fn name_and_industry(seed: u64, index: u32) -> (String, &'static str) {
    let (stems, trades) = (COMPANY_STEMS.len() as u64, COMPANY_TRADES.len() as u64);
    let position = u64::from(index);
    // An odd step visits each of 64 stems.
    let step = (mix(seed, "stem step", 0) % stems) | 1;
    let stem = (position % stems * step + mix(seed, "stem start", 0) % stems) % stems;
    let turn = position / stems;
    let trade = (mix(seed, "trade", stem) % trades + turn) % trades;
    let stem = COMPANY_STEMS[usize::try_from(stem).expect("an index of a short list")];
    let (trade, industry) =
        COMPANY_TRADES[usize::try_from(trade).expect("an index of a short list")];
    let name = match turn / trades {
        0 => format!("{stem} {trade}"),
        again => format!("{stem} {trade} {}", again + 1),
    };
    (name, industry)
}
