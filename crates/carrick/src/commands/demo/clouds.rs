//! The two simulated clouds, as an operator would have set them up for Carrick.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use std::sync::Arc;

use model::SystemClock;
use tokio::net::TcpListener;

use super::folder::Folder;
use super::places::Places;
use crate::config::MAIN_APP;
use crate::failure::Failure;
use crate::output;
use crate::shutdown::Shutdown;
use crate::twins::{self, Keeper};

/// An app as it is registered in a cloud. Its secret guards nothing but invented people on this
/// machine.
pub(super) struct RegisteredApp {
    pub(super) client_id: &'static str,
    pub(super) client_secret: &'static str,
}

pub(super) const INTERCOM_APP: RegisteredApp = RegisteredApp {
    client_id: "carrick-demo",
    client_secret: "carrick-demo-intercom",
};

pub(super) const SALESFORCE_APP: RegisteredApp = RegisteredApp {
    client_id: "carrick-demo-key",
    client_secret: "carrick-demo-salesforce",
};

/// Both clouds, running.
pub(super) struct Clouds {
    keepers: [Arc<Keeper>; 2],
}

impl Clouds {
    /// Starts both where the earlier run left them. They end with `shutdown`.
    pub(super) fn start(
        folder: &Folder,
        places: &Places,
        salesforce_listener: TcpListener,
        intercom_listener: TcpListener,
        shutdown: &Shutdown,
    ) -> Result<Self, Failure> {
        let salesforce = salesforce(folder)?;
        let intercom = intercom(folder, places)?;
        let keepers = [
            Arc::new(Keeper::of_salesforce(&salesforce, folder.salesforce())),
            Arc::new(Keeper::of_intercom(&intercom, folder.intercom())),
        ];
        let [of_salesforce, of_intercom] = keepers.clone();
        let stop = shutdown.soft.clone().cancelled_owned();
        shutdown.spawn(async move {
            let listeners = [salesforce_listener.into()];
            tell(twins::run_salesforce(&salesforce, &listeners, Some(&of_salesforce), stop).await);
        });
        let stop = shutdown.soft.clone().cancelled_owned();
        shutdown.spawn(async move {
            let listeners = [intercom_listener.into()];
            tell(twins::run_intercom(&intercom, &listeners, Some(&of_intercom), stop).await);
        });
        Ok(Self { keepers })
    }

    /// What both clouds did until now survives a killed process when this returns.
    pub(super) async fn save(&self) -> Result<(), Failure> {
        for keeper in &self.keepers {
            keeper.save().await?;
        }
        Ok(())
    }
}

/// A cloud that fails does not end the demo: Carrick shows how it looks when one is gone.
fn tell(outcome: Result<(), Failure>) {
    if let Err(failure) = outcome {
        output::aside(failure);
    }
}

fn salesforce(folder: &Folder) -> Result<salesforce_sim::Sim, Failure> {
    let options = salesforce_sim::Options {
        seed: folder.people.seed,
        leads: folder.people.leads,
        contacts: folder.people.contacts,
        client_id: SALESFORCE_APP.client_id.to_owned(),
        client_secret: SALESFORCE_APP.client_secret.to_owned(),
        // Any callback: the org keeps what it was founded with, and another --port may come.
        redirect_uris: Vec::new(),
        ..salesforce_sim::Options::default()
    };
    let clock = Arc::new(SystemClock);
    let seed = options.seed;
    match saved(&folder.salesforce())? {
        Some(mut world) => salesforce_sim::Sim::load(&mut world, clock, seed)
            .map_err(|error| twins::unreadable(&folder.salesforce(), &error)),
        None => Ok(salesforce_sim::Sim::new(options, clock, seed)),
    }
}

fn intercom(folder: &Folder, places: &Places) -> Result<intercom_sim::Sim, Failure> {
    let of_app = |path: &[&str]| Some(places.of_app(MAIN_APP, path).to_string());
    let options = intercom_sim::Options {
        leads: folder.people.leads,
        users: folder.people.contacts,
        conversations: folder.people.conversations,
        client_id: INTERCOM_APP.client_id.to_owned(),
        client_secret: INTERCOM_APP.client_secret.to_owned(),
        redirect_uris: vec![places.intercom_callback().to_string()],
        webhook_url: of_app(&["webhook"]),
        uninstall_url: of_app(&["uninstall"]),
        canvas_initialize_url: of_app(&["card", "initialize"]),
        canvas_submit_url: of_app(&["card", "submit"]),
        files_url: places.intercom.as_str().trim_end_matches('/').to_owned(),
        ..intercom_sim::Options::default()
    };
    let clock = Arc::new(SystemClock);
    match saved(&folder.intercom())? {
        Some(world) => intercom_sim::Sim::load(options, clock, world)
            .map_err(|error| twins::unreadable(&folder.intercom(), &error)),
        None => Ok(intercom_sim::Sim::new(options, clock, folder.people.seed)),
    }
}

fn saved(file: &Path) -> Result<Option<BufReader<File>>, Failure> {
    if file.exists() {
        twins::read(file).map(Some)
    } else {
        Ok(None)
    }
}
