//! Where the program's own account of itself goes. Fields and spans carry ids and hashes; tokens,
//! bodies, emails and names are never logged, whatever the level.

use std::fs::File;
use std::path::Path;
use std::sync::Mutex;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::ParseError;

use crate::config::{Log, LogFormat};
use crate::failure::{Failure, OrFail};

/// To standard error, as configured.
pub(crate) fn to_stderr(log: &Log) -> Result<(), Failure> {
    let filter = filter(&log.level).map_err(|error| {
        Failure::usage(format!("log.level cannot be used: {:?}", log.level)).because(&error)
    })?;
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        // It would tell them on standard error, and panic when that is what cannot be written.
        .log_internal_errors(false)
        .with_writer(std::io::stderr);
    match log.format {
        LogFormat::Text => lines.init(),
        LogFormat::Json => lines.json().init(),
    }
    Ok(())
}

/// To a new file, where the terminal is for other things.
pub(crate) fn to_file(path: &Path) -> Result<(), Failure> {
    let file = File::create(path).or_fail(|| format!("{} cannot be written", path.display()))?;
    let filter = filter("info").or_fail(|| "the log cannot be set up".to_owned())?;
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(false)
        .log_internal_errors(false)
        .with_writer(Mutex::new(file))
        .init();
    Ok(())
}

fn filter(level: &str) -> Result<EnvFilter, ParseError> {
    EnvFilter::builder().parse(level)
}
