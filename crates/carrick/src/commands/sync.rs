//! `carrick sync`: reads both sides of a connection and brings them together, in the foreground.

use engine::{EngineError, Step};

use crate::cli::SyncArguments;
use crate::config::{Config, Log};
use crate::failure::Failure;
use crate::progress::{self, Summary, Watcher};
use crate::shutdown::Shutdown;
use crate::{installation, lock, logs, output};

pub(super) async fn run(config: Config, arguments: SyncArguments) -> Result<(), Failure> {
    let directory = &config.store.directory;
    installation::require_store(directory)?;
    logs::to_stderr(&Log {
        level: "error".to_owned(),
        ..config.log.clone()
    })?;
    let _lock = lock::take(directory, "sync")?.map_err(|holder| {
        let what = format!(
            "the store in {} is in use by {}",
            directory.display(),
            holder.description
        );
        Failure::new(what).try_this(format!(
            "start the sync on the connection's page, usually at {}, or end that process first",
            config.server.public_url(config.server.listen)
        ))
    })?;
    let shutdown = Shutdown::on_signals()?;
    let public_url = config.server.public_url(config.server.listen);
    let engine = installation::engine(&config, &public_url)?;
    let connection =
        installation::connection(engine.store().as_ref(), &arguments.connection).await?;

    let watcher = if arguments.json {
        Watcher::program()
    } else {
        Watcher::of_stderr()
    };
    let sync = progress::watched_sync(&engine, connection.id, watcher, &shutdown.soft);
    let Some(outcome) = shutdown.unless_cut_off(sync).await else {
        return Err(Failure::new("the sync was cut off").try_this(again(&connection.name)));
    };
    // Whatever came of it: no loop runs here that would mail it later.
    let mailing = Box::pin(engine.step(connection.id, Step::Mail));
    if let Some(Err(error)) = shutdown.unless_cut_off(mailing).await {
        tracing::error!(connection.id = %connection.id, %error, "mail waits");
    }
    let counts = outcome.map_err(|error| not_done(&connection.name, &error))?;
    if arguments.json {
        output::line(Summary::new(&counts, peak_rss_bytes()).to_json())
    } else {
        output::line(progress::finished(&counts))
    }
}

fn not_done(name: &str, error: &EngineError) -> Failure {
    match error {
        EngineError::Stopped => Failure::new("the sync was stopped").try_this(again(name)),
        EngineError::NotConnected { .. } | EngineError::Reconnect { .. } => {
            Failure::new(format!("{name} cannot be synced"))
                .because_engine(error)
                .try_this(
                    "`carrick connect` with fresh tokens, or Connect on the connection's page",
                )
        }
        other => Failure::new(format!("the sync of {name} failed"))
            .because_engine(other)
            .try_this(format!("when the cause is gone, {}", again(name))),
    }
}

fn again(name: &str) -> String {
    format!("`carrick sync {name}` goes on from where it was")
}

/// The most memory that this process ever had, as the kernel counts it.
fn peak_rss_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}
