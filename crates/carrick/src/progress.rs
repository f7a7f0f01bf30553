//! A first sync as it is watched in a terminal, in a pipe, or by a program.

mod bar;
mod lines;
mod records;
#[cfg(test)]
mod tests;
mod words;

use std::io::IsTerminal;

use engine::{Phase, Progress};
use model::ConnectionId;
use tokio_util::sync::CancellationToken;

use crate::output;

use bar::Bar;
use lines::Lines;
use records::Records;
pub(crate) use records::Summary;
pub(crate) use words::finished;

/// Who watches.
pub(crate) enum Watcher {
    /// Somebody at a terminal.
    Person(Bar),
    /// A file or a pipe: now and then a line.
    Pipe(Lines),
    /// A program: one JSON object a line.
    Program(Records),
}

impl Watcher {
    /// A person if standard error is a terminal, else a pipe.
    pub(crate) fn of_stderr() -> Self {
        if std::io::stderr().is_terminal() {
            Self::Person(Bar::new())
        } else {
            Self::Pipe(Lines::default())
        }
    }

    /// A program that reads standard output.
    pub(crate) fn program() -> Self {
        Self::Program(Records::default())
    }

    fn show(&mut self, progress: &Progress) {
        match self {
            Self::Person(bar) => bar.show(progress),
            Self::Pipe(lines) => {
                if let Some(line) = lines.next(progress) {
                    output::aside(line);
                }
            }
            Self::Program(records) => {
                if let Some(line) = records.next(progress) {
                    output::progress(line);
                }
            }
        }
    }

    fn end(self) {
        match self {
            Self::Person(bar) => bar.end(),
            Self::Pipe(_) | Self::Program(_) => {}
        }
    }
}

/// Syncs the connection in the foreground and shows how far it is. When `stop` is cancelled the
/// sync ends at a settled position, from which the next one goes on.
pub(crate) async fn watched_sync(
    engine: &engine::Engine,
    connection: ConnectionId,
    mut watcher: Watcher,
    stop: &CancellationToken,
) -> Result<engine::SweepCounts, engine::EngineError> {
    let mut progress = engine.progress(connection);
    let sync = engine.sync_to_end(connection);
    tokio::pin!(sync);
    let mut stopping = false;
    let outcome = loop {
        tokio::select! {
            biased;
            outcome = &mut sync => break outcome,
            () = stop.cancelled(), if !stopping => {
                stopping = true;
                engine.stop_sync(connection);
            }
            Ok(()) = progress.changed() => {
                let seen = progress.borrow_and_update().clone();
                watcher.show(&seen);
            }
        }
    };
    watcher.end();
    outcome
}

/// Whether there is anything to show.
fn is_under_way(phase: Phase) -> bool {
    match phase {
        Phase::Reading | Phase::Reconciling => true,
        Phase::Idle | Phase::Done | Phase::Stopped | Phase::Failed => false,
    }
}
