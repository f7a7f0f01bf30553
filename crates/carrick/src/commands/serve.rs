//! `carrick serve`: configuration, lock, store, clients, engine, web; then run until told to stop.

use crate::cli::ServeArguments;
use crate::config::{Config, Configured};
use crate::failure::Failure;
use crate::shutdown::{Ending, Shutdown};
use crate::{installation, lock, logs, output, ports, serving};

const ELSEWHERE: &str =
    "end the other program, or choose another port with --listen or listen in [server]";

pub(super) async fn run(configured: Configured, arguments: ServeArguments) -> Result<(), Failure> {
    let Configured {
        mut config,
        file,
        names_salesforce: _,
    } = configured;
    require_an_app(&config, file.is_some())?;
    if let Some(listen) = arguments.listen {
        config.server.listen = listen;
    }
    logs::to_stderr(&config.log)?;
    let shutdown = Shutdown::on_signals()?;
    let listener = ports::listen(config.server.listen, "Carrick", ELSEWHERE).await?;
    let bound = ports::address_of(&listener);
    let public_url = config.server.public_url(bound);

    installation::make_directory(&config.store.directory)?;
    let _lock = lock::require(&config.store.directory, "serve")?;
    let engine = installation::engine(&config, &public_url)?;
    let access = config.security.settings_access;
    serving::start_answering(&engine, listener, public_url.clone(), access, &shutdown);
    serving::start_loops(&engine, &shutdown);
    output::progress(format_args!(
        "Carrick listens on http://{bound}, known to others as {public_url}"
    ));
    tracing::info!(address = %bound, %public_url, "serving");

    shutdown.soft.cancelled().await;
    tracing::info!("ending: what is begun is finished, for ten seconds at most");
    match shutdown.end().await {
        Ending::Clean => tracing::info!("ended"),
        Ending::CutOff => {
            tracing::warn!("ended before everything was finished; it is taken up again");
        }
    }
    Ok(())
}

/// Without any app nothing could ever be connected: most likely the configuration was not found.
fn require_an_app(config: &Config, has_file: bool) -> Result<(), Failure> {
    if config.salesforce.is_named() || !config.intercom.apps.is_empty() {
        return Ok(());
    }
    let what = if has_file {
        "the configuration names neither an Intercom app nor a Salesforce app"
    } else {
        "there is no configuration: carrick.toml is not in this folder, and no CARRICK_… variable \
         names an app"
    };
    Err(Failure::usage(what).try_this(
        "make one with `carrick serve --print-sample-config > carrick.toml` and fill it in, or see \
         everything at work without any: `carrick demo`",
    ))
}
