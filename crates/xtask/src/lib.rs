//! The house's own checks: what a reviewer should not have to say twice is said by a machine.
//!
//! Every check is a function from the checkout's files to a list of problems, each with its place
//! and what to do about it. The only file that is ever written is `docs/rules.md`. Nothing here knows
//! the product from inside: [`scale`] and [`throughput`] alone build and run it, from outside, as anybody
//! could.
//!
//! Start at [`tidy::tidy`] for the checks, at [`rules::Index`] for the rules and their tests, and at
//! [`scale::measure`] and [`throughput::measure`] for speed and memory.

pub mod rules;
pub mod scale;
pub mod throughput;
pub mod tidy;
mod tree;

pub use tree::{Problem, Tree};
