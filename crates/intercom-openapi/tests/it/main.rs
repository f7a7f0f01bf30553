//! The judge, held against examples that were written by hand, and against the vendor's file.

mod judging;
mod listing;
