//! `carrick sim`: one simulated cloud by itself.

mod intercom;
mod salesforce;
mod sockets;

use std::net::SocketAddr;

use crate::cli::Sim;
use crate::config::Log;
use crate::failure::Failure;
use crate::shutdown::Shutdown;
use crate::{logs, output};

pub(super) async fn run(sim: Sim) -> Result<(), Failure> {
    logs::to_stderr(&Log {
        level: "warn".to_owned(),
        ..Log::default()
    })?;
    match sim {
        Sim::Salesforce(arguments) => salesforce::run(arguments).await,
        Sim::Intercom(arguments) => intercom::run(arguments).await,
    }
}

/// Tells the address, runs the twin until the soft end, and gives it up at the hard one.
async fn run_twin(
    vendor: &str,
    address: SocketAddr,
    shutdown: &Shutdown,
    twin: impl Future<Output = Result<(), Failure>>,
) -> Result<(), Failure> {
    output::line(format_args!("simulated {vendor}: http://{address}"))?;
    shutdown.unless_cut_off(twin).await.unwrap_or_else(|| {
        Err(Failure::new(format!(
            "the simulated {vendor} was cut off before it had ended"
        )))
    })
}
