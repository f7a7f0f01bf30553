//! Reading the configuration: file, environment, and what `carrick connect` remembered.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::Table;

use super::{Config, Environment, RememberedApp};
use crate::failure::Failure;

/// The file that is read when none is named.
const DEFAULT_FILE: &str = "carrick.toml";

/// A configuration and where it came from.
#[derive(Debug, Clone)]
pub(crate) struct Configured {
    pub(crate) config: Config,
    /// The file that was read, if there was one.
    pub(crate) file: Option<PathBuf>,
    /// The Salesforce app is named by file or environment, not by an earlier `carrick connect`.
    pub(crate) names_salesforce: bool,
}

/// Reads `named`, or `carrick.toml` in the working directory if it is there, lays the environment
/// over it, and adds the apps that `carrick connect` left in the store's folder.
pub(crate) fn load(named: Option<&Path>, environment: &Environment) -> Result<Configured, Failure> {
    let path = named.unwrap_or(Path::new(DEFAULT_FILE));
    let (mut table, file) = match std::fs::read_to_string(path) {
        Ok(text) => (parsed(path, &text)?, Some(path.to_owned())),
        Err(error) if error.kind() == ErrorKind::NotFound && named.is_none() => {
            (Table::new(), None)
        }
        Err(error) => return Err(unreadable(path, &error)),
    };
    environment.lay_over(&mut table)?;
    let mut config = Config::deserialize(table)
        .map_err(|error| Failure::usage("the configuration cannot be used").because(&error))?;
    let names_salesforce = config.salesforce.is_named();
    if let Some(app) = RememberedApp::read(&config.store.directory)? {
        app.complete(&mut config);
    }
    checked(&config, file.as_deref())?;
    Ok(Configured {
        config,
        file,
        names_salesforce,
    })
}

/// The file as a table. It is read as a configuration first, for errors that name line and field.
fn parsed(path: &Path, text: &str) -> Result<Table, Failure> {
    let refused = |error: toml::de::Error| {
        Failure::usage(format!(
            "the configuration file {} is not right",
            path.display()
        ))
        .cause(located(text, &error))
        .try_this("correct that line; `carrick serve --print-sample-config` shows every field")
    };
    toml::from_str::<Config>(text).map_err(refused)?;
    toml::from_str(text).map_err(refused)
}

/// What is wrong in which line. The line itself is not shown: a secret may stand in it, whatever
/// its key was misspelt as.
fn located(text: &str, error: &toml::de::Error) -> String {
    let before = error.span().and_then(|span| text.get(..span.start));
    match before {
        Some(before) => {
            let line = before.matches('\n').count() + 1;
            format!("line {line}: {}", error.message())
        }
        None => error.message().to_owned(),
    }
}

fn unreadable(path: &Path, error: &std::io::Error) -> Failure {
    let what = format!("the configuration file {} cannot be read", path.display());
    Failure::usage(what).because(error).try_this(
        "name another file with --config, or make one: \
         carrick serve --print-sample-config > carrick.toml",
    )
}

fn checked(config: &Config, file: Option<&Path>) -> Result<(), Failure> {
    let sections = [
        config.server.check(),
        config.intercom.check(),
        config.salesforce.check(),
        config.mail.check(),
    ];
    sections
        .into_iter()
        .collect::<Result<(), String>>()
        .map_err(|what| {
            let next = match file {
                Some(file) => format!("correct {} or the CARRICK_… variable", file.display()),
                None => "correct the CARRICK_… variable".to_owned(),
            };
            Failure::usage(what).try_this(next)
        })
}
