//! Simulated clouds that listen, and the files that keep them between two runs.

use std::future::Future;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::time::Instant;
use transport::{NetworkOptions, network};
use xxhash_rust::xxh3::xxh3_64;

use crate::failure::{Failure, OrFail};
use crate::files;

/// What happened longer ago than this survives a killed process.
const SAVED_EVERY: Duration = Duration::from_secs(2);

/// Saving may take one part in so many of the time: a million people take seconds to write.
const SAVING_SHARE: u32 = 10;

/// A simulated Salesforce that listens.
pub(crate) async fn run_salesforce(
    sim: salesforce_sim::Sim,
    listener: TcpListener,
    file: Option<&Path>,
    stop: impl Future<Output = ()> + Send,
) -> Result<(), Failure> {
    let saved = sim.clone();
    let serving = sim.serve(listener, stop);
    let world = move || {
        let mut content = Vec::new();
        saved.save(&mut content).map(|()| content)
    };
    run(serving, file, Arc::new(world)).await
}

/// A simulated Intercom that listens and sends webhooks.
pub(crate) async fn run_intercom(
    sim: intercom_sim::Sim,
    listener: TcpListener,
    file: Option<&Path>,
    stop: impl Future<Output = ()> + Send,
) -> Result<(), Failure> {
    let saved = sim.clone();
    let serving = sim.serve(listener, network(NetworkOptions::default()), stop);
    run(serving, file, Arc::new(move || Ok(saved.save()))).await
}

/// The saved world in `file`.
pub(crate) fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(file).or_fail(|| format!("the saved world {} cannot be read", file.display()))
}

/// A file that does not hold a world.
pub(crate) fn unreadable(file: &Path, error: &dyn std::error::Error) -> Failure {
    Failure::new(format!("{} is not a saved world", file.display()))
        .because(error)
        .try_this("start without it to begin a new one")
}

/// Runs `serving` to its end, keeps the world in `file` meanwhile, and as it is in the end.
async fn run(
    serving: impl Future<Output = io::Result<()>>,
    file: Option<&Path>,
    world: World,
) -> Result<(), Failure> {
    let Some(file) = file else {
        return serving.await.or_fail(cannot_listen);
    };
    let mut kept = Kept {
        file: file.to_owned(),
        world,
        digest: None,
    };
    // At once, so that a file that cannot be written is told before anything else happens.
    kept.save().await.or_fail(|| cannot_save(file))?;
    let served = tokio::select! {
        biased;
        served = serving => served,
        () = kept.keep() => Ok(()),
    };
    kept.save().await.or_fail(|| cannot_save(file))?;
    served.or_fail(cannot_listen)
}

fn cannot_listen() -> String {
    "the simulator cannot listen any more".to_owned()
}

fn cannot_save(file: &Path) -> String {
    format!("the world cannot be kept in {}", file.display())
}

/// Writes a world as it is now.
type World = Arc<dyn Fn() -> io::Result<Vec<u8>> + Send + Sync>;

struct Kept {
    file: PathBuf,
    world: World,
    /// Of what is in the file.
    digest: Option<u64>,
}

impl Kept {
    /// Saves now and then, as long as it is polled.
    async fn keep(&mut self) {
        let mut pause = SAVED_EVERY;
        loop {
            tokio::time::sleep(pause).await;
            let began = Instant::now();
            if let Err(error) = self.save().await {
                tracing::error!(%error, file = %self.file.display(), "the world was not saved");
            }
            pause = SAVED_EVERY.max(began.elapsed() * SAVING_SHARE);
        }
    }

    /// Saves if anything changed since it was saved last.
    async fn save(&mut self) -> io::Result<()> {
        let (file, world, digest) = (self.file.clone(), Arc::clone(&self.world), self.digest);
        let saving = tokio::task::spawn_blocking(move || {
            let content = world()?;
            let now = xxh3_64(&content);
            if digest != Some(now) {
                files::replace(&file, &content, files::Readers::Owner)?;
            }
            io::Result::Ok(now)
        });
        self.digest = Some(saving.await.map_err(io::Error::other)??);
        Ok(())
    }
}
