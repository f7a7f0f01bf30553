//! Who exists in the pretend world that both vendor simulators show.
//!
//! The two simulators agree about people without knowing each other, because each asks here. A
//! person follows from (seed, kind, index) alone: no table is kept, every index can be asked in
//! constant time, and the answer is the same on every machine. The counts decide nothing but which
//! companies, owners and contacts there are to refer to.
//!
//! This crate must never know a vendor's wire format or ids, HTTP, or a clock: ages are in days
//! before whatever the simulator calls today. Every address is under the reserved `.example`.
//!
//! Start at [`Population`], then [`Circumstance`], which says how the two sides of a person relate.

mod circumstance;
mod company;
mod draw;
mod email;
mod names;
mod persona;
mod places;
mod population;
mod teammate;

pub use circumstance::Circumstance;
pub use company::Company;
pub use persona::{LeadStage, Persona};
pub use places::Country;
pub use population::{Counts, Population};
pub use teammate::Teammate;
