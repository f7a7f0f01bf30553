//! `carrick settings`: a connection's settings as one text (S4).

mod difference;

use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use model::Settings;
use store::{Connection, Store, StoreError};

use crate::cli;
use crate::config::Config;
use crate::failure::{Failure, OrFail};
use crate::{installation, output};

pub(super) async fn run(config: Config, command: cli::Settings) -> Result<(), Failure> {
    match command {
        cli::Settings::Export { connection } => {
            let (_, connection) = opened(&config, &connection).await?;
            output::lines(&connection.settings.to_toml())
        }
        cli::Settings::Diff { connection, file } => {
            let wanted = read(&file)?;
            let (_, connection) = opened(&config, &connection).await?;
            show(&connection, &wanted)
        }
        cli::Settings::Apply { connection, file } => {
            let wanted = read(&file)?;
            let (store, connection) = opened(&config, &connection).await?;
            show(&connection, &wanted)?;
            if connection.settings == wanted {
                return Ok(());
            }
            apply(store.as_ref(), &connection, &wanted).await
        }
    }
}

async fn opened(config: &Config, name: &str) -> Result<(Arc<dyn Store>, Connection), Failure> {
    let store = installation::existing_store(config)?;
    let connection = installation::connection(store.as_ref(), name).await?;
    Ok((store, connection))
}

/// Reads and checks a settings text; `-` is standard input.
fn read(file: &Path) -> Result<Settings, Failure> {
    let (text, place) = if file == Path::new("-") {
        let mut text = String::new();
        let read = std::io::stdin().read_to_string(&mut text).map(|_| text);
        (read, "standard input".to_owned())
    } else {
        (std::fs::read_to_string(file), file.display().to_string())
    };
    let text =
        text.map_err(|error| Failure::usage(format!("{place} cannot be read")).because(&error))?;
    Settings::from_toml(&text).map_err(|error| {
        Failure::usage(format!(
            "the settings in {place} are refused; nothing was changed"
        ))
        .because(&error)
        .try_this("`carrick settings export` prints a complete text to start from")
    })
}

/// Prints the lines that would change.
fn show(connection: &Connection, wanted: &Settings) -> Result<(), Failure> {
    let lines = difference::between(&connection.settings.to_toml(), &wanted.to_toml());
    if lines.is_empty() {
        return output::line(format_args!("{}: nothing to change", connection.name));
    }
    output::line(lines.join("\n"))
}

/// Replaces the settings unless somebody else did since they were read.
async fn apply(
    store: &dyn Store,
    connection: &Connection,
    wanted: &Settings,
) -> Result<(), Failure> {
    match store
        .put_settings(connection.id, wanted, connection.settings_rev)
        .await
    {
        Ok(revision) => output::line(format_args!(
            "{}: applied, revision {revision}",
            connection.name
        )),
        Err(error @ StoreError::Conflict { .. }) => Err(Failure::new("nothing was changed")
            .because(&error)
            .try_this("look at the difference again with `carrick settings diff`, then apply")),
        Err(error) => Err(error).or_fail(|| "the settings cannot be stored".to_owned()),
    }
}
