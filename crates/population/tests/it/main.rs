//! The population as a simulator meets it.

mod companies;
mod people;
