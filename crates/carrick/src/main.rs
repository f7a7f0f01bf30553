//! The program: commands, configuration, wiring, shutdown. It decides nothing about people, and is
//! the only crate that knows all others.
//!
//! Start at [`cli::Cli`], then `commands/`, one file per command; `installation` is where the parts
//! are put together.

mod cli;
mod commands;
mod config;
mod failure;
mod files;
mod installation;
mod key;
mod lock;
mod logs;
mod output;
mod ports;
mod progress;
mod serving;
mod shutdown;
mod smtp;
mod twins;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    match commands::run(cli::Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            output::aside(&failure);
            failure.exit_code()
        }
    }
}
