//! `carrick demo`: both simulated clouds and Carrick between them, over HTTP on this machine.
//!
//! Nothing is faked inside: the connection is made through the same sign-ins, webhooks, card and
//! pages as with the real clouds. What is special here is only who plays the admin while it is set
//! up, and that everything lies in one folder.

mod browser;
mod clouds;
mod folder;
mod form;
mod places;
mod visitor;

use engine::{ConnectionState, Engine, EngineError};
use model::Settings;
use store::{Connection, SweepKind, SweepState};

use crate::cli::DemoArguments;
use crate::config::SettingsAccess;
use crate::failure::{Failure, OrFail};
use crate::progress::{self, Watcher};
use crate::shutdown::Shutdown;
use crate::{installation, lock, logs, output, serving};

use clouds::Clouds;
use folder::Folder;
use places::{Listeners, Places};

/// The connection that the demo makes.
const CONNECTION: &str = "demo";

/// Seconds between two polls of Salesforce: an edit there should show while one still looks.
const POLL_SECONDS: u32 = 2;

pub(super) async fn run(arguments: DemoArguments) -> Result<(), Failure> {
    let shutdown = Shutdown::on_signals()?;
    let listeners = Listeners::open(arguments.port).await?;
    let places = listeners.places();
    let folder = Folder::open(&arguments)?;
    let _lock = lock::require(&folder.store(), "demo")?;
    logs::to_file(&folder.log())?;
    output::line(format_args!(
        "Everything is kept in {}; remove it to start over.",
        folder.root().display()
    ))?;

    // The clouds end after Carrick, so that it can finish what it has begun.
    let clouds_shutdown = shutdown.later();
    let Listeners {
        carrick,
        salesforce,
        intercom,
    } = listeners;
    let clouds = Clouds::start(&folder, &places, salesforce, intercom, &clouds_shutdown)?;
    let engine = installation::engine(&folder.config(&places), &places.carrick)?;
    let access = SettingsAccess::Loopback;
    serving::start_answering(&engine, carrick, places.carrick.clone(), access, &shutdown);

    let demo = Demo {
        engine,
        places,
        folder,
        clouds,
    };
    let ready = shutdown
        .unless_cut_off(Box::pin(demo.set_up(&shutdown)))
        .await;
    if let Some(Ok(Setup::Ready)) = ready {
        output::progress(demo.places.block());
        if !arguments.no_browser {
            browser::open(&demo.places.inbox());
        }
        shutdown.soft.cancelled().await;
    }
    output::progress("Ending; the same command goes on from here.");
    shutdown.end().await;
    clouds_shutdown.end().await;
    ready.map_or(Ok(()), |outcome| outcome.map(|_| ()))
}

/// All that is running.
struct Demo {
    engine: Engine,
    places: Places,
    folder: Folder,
    clouds: Clouds,
}

/// How far the set-up came.
enum Setup {
    Ready,
    /// Somebody pressed Ctrl-C; it goes on at the next start.
    Stopped,
}

impl Demo {
    async fn set_up(&self, shutdown: &Shutdown) -> Result<Setup, Failure> {
        let Some(connection) = shutdown.soft.run_until_cancelled(self.connect()).await else {
            return Ok(Setup::Stopped);
        };
        let connection = connection?;
        serving::start_loops(&self.engine, shutdown);
        self.first_sync(&connection, shutdown).await
    }

    /// Makes the connection through the pages that an admin would use, unless it stands already.
    async fn connect(&self) -> Result<Connection, Failure> {
        let cannot = || "the demo's connection cannot be made".to_owned();
        let store = self.engine.store();
        let connection = match store.connection_named(CONNECTION).await.or_fail(cannot)? {
            Some(connection) => connection,
            None => self
                .engine
                .create_connection(CONNECTION, settings())
                .await
                .or_fail(cannot)?,
        };
        let is_ready = connection.state == ConnectionState::Ready;
        if is_ready && self.folder.was_connected_at(&self.places)? {
            output::progress("Connected already.");
            return Ok(connection);
        }
        output::progress("Connecting both clouds …");
        visitor::allow(&self.places.connect_intercom(CONNECTION)).await?;
        visitor::allow(&self.places.connect_salesforce(CONNECTION)).await?;
        // First the grants, then the note that there are some.
        self.clouds.save().await?;
        self.folder.remember(&self.places)?;
        let connection = store.connection_named(CONNECTION).await.or_fail(cannot)?;
        connection
            .filter(|connection| connection.state == ConnectionState::Ready)
            .ok_or_else(|| Failure::new(cannot()).cause("both clouds allowed it in vain"))
    }

    /// Runs the first sync, or the rest of it, unless it was done in an earlier run.
    async fn first_sync(
        &self,
        connection: &Connection,
        shutdown: &Shutdown,
    ) -> Result<Setup, Failure> {
        let cannot = || "the first sync failed".to_owned();
        let store = self.engine.store();
        let sweep = store
            .sweep(connection.id, SweepKind::FirstSync)
            .await
            .or_fail(cannot)?;
        if sweep.is_some_and(|sweep| sweep.state == SweepState::Done) {
            return Ok(Setup::Ready);
        }
        let (watcher, stop) = (Watcher::of_stderr(), &shutdown.soft);
        match progress::watched_sync(&self.engine, connection.id, watcher, stop).await {
            Ok(counts) => {
                output::progress(progress::finished(&counts));
                Ok(Setup::Ready)
            }
            Err(EngineError::Stopped) => Ok(Setup::Stopped),
            Err(error) => Err(Failure::new(cannot()).because_engine(&error)),
        }
    }
}

fn settings() -> Settings {
    let mut settings = Settings::default();
    settings.polling.salesforce_seconds = POLL_SECONDS;
    settings
}
