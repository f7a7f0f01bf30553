//! Ending: first softly (finish what is begun, begin nothing), then hard.

use std::future::Future;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::failure::{Failure, OrFail};

#[cfg(test)]
mod tests;

/// How long a soft end may take before it becomes a hard one.
const GRACE: Duration = Duration::from_secs(10);

/// The two tokens, and all tasks of the process.
#[derive(Debug, Clone)]
pub(crate) struct Shutdown {
    /// Finish what is begun.
    pub(crate) soft: CancellationToken,
    hard: CancellationToken,
    tasks: TaskTracker,
}

/// How the tasks ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// All by themselves.
    Clean,
    /// Some were cut off.
    CutOff,
}

impl Shutdown {
    /// Begins to listen for Ctrl-C and for the system's request to end.
    pub(crate) fn on_signals() -> Result<Self, Failure> {
        let shutdown = Self::new();
        let signals = Signals::listen().or_fail(|| "signals cannot be received".to_owned())?;
        let watch = shutdown.clone();
        // Not in the tracker, which it ends: it waits for signals as long as the process lives.
        tokio::spawn(async move {
            let (tell, told) = mpsc::channel(1);
            tokio::join!(signals.pass_on(tell), watch.follow(told))
        });
        Ok(shutdown)
    }

    fn new() -> Self {
        Self {
            soft: CancellationToken::new(),
            hard: CancellationToken::new(),
            tasks: TaskTracker::new(),
        }
    }

    async fn follow(self, mut signals: mpsc::Receiver<()>) {
        tokio::select! {
            biased;
            Some(()) = signals.recv() => self.soft.cancel(),
            () = self.soft.cancelled() => {}
        }
        tokio::select! {
            biased;
            Some(()) = signals.recv() => {}
            () = tokio::time::sleep(GRACE) => {}
        }
        self.hard.cancel();
    }

    /// A group of tasks that is ended after this one. The hard end is that of all.
    pub(crate) fn later(&self) -> Self {
        Self {
            soft: CancellationToken::new(),
            hard: self.hard.clone(),
            tasks: TaskTracker::new(),
        }
    }

    /// Starts a task that ends by itself some time after `soft` is cancelled.
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let hard = self.hard.clone();
        self.tasks.spawn(async move {
            hard.run_until_cancelled(task).await;
        });
    }

    /// Does `work` unless the hard end comes first.
    pub(crate) async fn unless_cut_off<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        self.hard.run_until_cancelled(work).await
    }

    /// Asks everything to end and waits for it.
    pub(crate) async fn end(&self) -> Ending {
        self.soft.cancel();
        self.tasks.close();
        self.tasks.wait().await;
        if self.hard.is_cancelled() {
            Ending::CutOff
        } else {
            Ending::Clean
        }
    }
}

#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn listen() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    /// Tells each signal, until nobody listens any more.
    async fn pass_on(mut self, tell: mpsc::Sender<()>) {
        loop {
            tokio::select! {
                biased;
                _ = self.interrupt.recv() => {}
                _ = self.terminate.recv() => {}
            }
            if tell.send(()).await.is_err() {
                return;
            }
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    #[expect(clippy::unnecessary_wraps, reason = "listening can fail elsewhere")]
    fn listen() -> std::io::Result<Self> {
        Ok(Self)
    }

    /// Tells each Ctrl-C, until nobody listens any more or there is no console to press it on.
    async fn pass_on(self, tell: mpsc::Sender<()>) {
        while tokio::signal::ctrl_c().await.is_ok() && tell.send(()).await.is_ok() {}
    }
}
