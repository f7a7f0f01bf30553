//! The house's own checks: what a reviewer should not have to say twice is said by a machine.
//!
//! Every check is a function from the checkout's files to a list of problems, each with its place
//! and what to do about it. Nothing here builds or runs the product, and the only file that is ever
//! written is `docs/rules.md`.
//!
//! Start at [`tidy::tidy`] for the checks and at [`rules::Index`] for the rules and their tests.

pub mod rules;
pub mod tidy;
mod tree;

pub use tree::{Problem, Tree};
