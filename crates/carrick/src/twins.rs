//! Simulated clouds that listen, and the files that keep them between two runs.

use std::fs::File;
use std::future::Future;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use listener::Listener;
use tokio::sync::Mutex;
use tokio::time::Instant;
use transport::{NetworkOptions, Reach, network};
use xxhash_rust::xxh3::Xxh3;

use crate::failure::{Failure, OrFail};
use crate::files;

#[cfg(test)]
mod tests;

/// What happened longer ago than this survives a killed process.
const SAVED_EVERY: Duration = Duration::from_secs(2);

/// Saving may take one part in so many of the time: a million people take seconds to write.
const SAVING_SHARE: u32 = 10;

/// A simulated Salesforce that listens on all of `listeners`, until `stop`.
pub(crate) async fn run_salesforce(
    sim: &salesforce_sim::Sim,
    listeners: &[Listener],
    keeper: Option<&Keeper>,
    stop: impl Future<Output = ()> + Send,
) -> Result<(), Failure> {
    run(sim.serve_all(listeners, stop), keeper).await
}

/// A simulated Intercom that listens and sends webhooks, until `stop`.
pub(crate) async fn run_intercom(
    sim: &intercom_sim::Sim,
    listeners: &[Listener],
    keeper: Option<&Keeper>,
    stop: impl Future<Output = ()> + Send,
) -> Result<(), Failure> {
    // Whoever plays with a simulator chooses where its webhooks go.
    let outbound = network(NetworkOptions {
        reach: Reach::Anywhere,
        ..NetworkOptions::default()
    });
    run(sim.serve_all(listeners, outbound, stop), keeper).await
}

/// Runs `serving` to its end, keeps the world meanwhile, and as it is in the end.
async fn run(serving: impl Future<Output = ()>, keeper: Option<&Keeper>) -> Result<(), Failure> {
    let Some(keeper) = keeper else {
        serving.await;
        return Ok(());
    };
    // At once, so that a file that cannot be written is told before anything else happens.
    keeper.save().await?;
    tokio::select! {
        biased;
        () = serving => {}
        () = keeper.keep() => {}
    }
    keeper.save().await
}

/// Writes a world as it is now.
type World = Arc<dyn Fn(&mut dyn Write) -> io::Result<()> + Send + Sync>;

/// A file that holds a world.
pub(crate) struct Keeper {
    file: PathBuf,
    world: World,
    /// Of what is in the file. The thread that writes it holds this to its end, also when whoever
    /// asked for it is dropped meanwhile, so that there is one writer.
    digest: Arc<Mutex<Option<u64>>>,
}

impl Keeper {
    /// Keeps a Salesforce org in `file`.
    pub(crate) fn of_salesforce(sim: &salesforce_sim::Sim, file: PathBuf) -> Self {
        let sim = sim.clone();
        Self::of(file, move |mut to| sim.save(&mut to))
    }

    /// Keeps an Intercom workspace in `file`.
    pub(crate) fn of_intercom(sim: &intercom_sim::Sim, file: PathBuf) -> Self {
        let sim = sim.clone();
        Self::of(file, move |to| sim.save(to))
    }

    fn of(
        file: PathBuf,
        world: impl Fn(&mut dyn Write) -> io::Result<()> + Send + Sync + 'static,
    ) -> Self {
        Self {
            file,
            world: Arc::new(world),
            digest: Arc::default(),
        }
    }

    /// The world in the file is the present one when this returns.
    pub(crate) async fn save(&self) -> Result<(), Failure> {
        self.write()
            .await
            .or_fail(|| format!("the world cannot be kept in {}", self.file.display()))
    }

    /// Saves now and then, as long as it is polled.
    async fn keep(&self) {
        let mut pause = SAVED_EVERY;
        loop {
            tokio::time::sleep(pause).await;
            let began = Instant::now();
            if let Err(error) = self.write().await {
                tracing::error!(%error, file = %self.file.display(), "the world was not saved");
            }
            pause = SAVED_EVERY.max(began.elapsed() * SAVING_SHARE);
        }
    }

    /// Replaces the file if anything changed since it was written last. The content is never held
    /// as a whole: it is written twice, first to be compared alone.
    async fn write(&self) -> io::Result<()> {
        let mut digest = Arc::clone(&self.digest).lock_owned().await;
        let (file, world) = (self.file.clone(), Arc::clone(&self.world));
        let writing = tokio::task::spawn_blocking(move || {
            let mut present = Digesting::new(io::sink());
            world(&mut present)?;
            if *digest != Some(present.digest()) {
                let mut written = None;
                files::replace_by(&file, files::Readers::Owner, |to| {
                    let mut to = Digesting::new(io::BufWriter::new(to));
                    world(&mut to)?;
                    to.flush()?;
                    written = Some(to.digest());
                    Ok(())
                })?;
                *digest = written;
            }
            Ok(())
        });
        writing.await.map_err(io::Error::other)?
    }
}

/// Remembers what went through it, as a digest.
struct Digesting<W> {
    to: W,
    digest: Xxh3,
}

impl<W> Digesting<W> {
    fn new(to: W) -> Self {
        let digest = Xxh3::new();
        Self { to, digest }
    }

    fn digest(&self) -> u64 {
        self.digest.digest()
    }
}

impl<W: Write> Write for Digesting<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.to.write(bytes)?;
        self.digest.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

/// The saved world in `file`, to be read from its beginning.
pub(crate) fn read(file: &Path) -> Result<io::BufReader<File>, Failure> {
    File::open(file)
        .map(io::BufReader::new)
        .or_fail(|| format!("the saved world {} cannot be read", file.display()))
}

/// A file that does not hold a world.
pub(crate) fn unreadable(file: &Path, error: &dyn std::error::Error) -> Failure {
    Failure::new(format!("{} is not a saved world", file.display()))
        .because(error)
        .try_this("start without it to begin a new one")
}
