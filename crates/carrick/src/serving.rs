//! Answering browsers and vendors until the soft end.

mod connections;

use engine::Engine;
use tokio::net::TcpListener;
use url::Url;
use web::WebConfig;

use crate::config::SettingsAccess;
use crate::shutdown::Shutdown;

/// Starts to answer on `listener`.
pub(crate) fn start_answering(
    engine: &Engine,
    listener: TcpListener,
    public_url: Url,
    access: SettingsAccess,
    shutdown: &Shutdown,
) {
    let config = WebConfig {
        public_url,
        settings_access: match access {
            SettingsAccess::Loopback => web::SettingsAccess::Loopback,
            SettingsAccess::Anyone => web::SettingsAccess::Anyone,
        },
        stop: shutdown.soft.clone(),
    };
    let router = web::router(engine.clone(), config);
    let soft = shutdown.soft.clone();
    shutdown.spawn(connections::accept(listener, router, soft));
}

/// Starts the loops that keep all connections up to date.
pub(crate) fn start_loops(engine: &Engine, shutdown: &Shutdown) {
    let engine = engine.clone();
    let soft = shutdown.soft.clone();
    shutdown.spawn(async move { engine.run_until(soft).await });
}
