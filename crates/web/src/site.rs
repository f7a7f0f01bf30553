//! What every handler holds.

use std::sync::Arc;

use engine::Engine;
use store::Connection;
use tokio::sync::Semaphore;

use crate::config::WebConfig;
use crate::problem::Problem;

/// Live streams open at once, over all pages. Each renders its region every few seconds.
const LIVE_STREAMS_MAX: usize = 64;

/// Cheap to clone: the engine shares its insides, the rest is behind an `Arc`.
#[derive(Clone)]
pub(crate) struct Site {
    pub(crate) engine: Engine,
    pub(crate) config: Arc<WebConfig>,
    pub(crate) live_streams: Arc<Semaphore>,
}

impl Site {
    pub(crate) fn new(engine: Engine, config: WebConfig) -> Self {
        let live_streams = Arc::new(Semaphore::new(LIVE_STREAMS_MAX));
        Self {
            engine,
            config: Arc::new(config),
            live_streams,
        }
    }

    /// The connection that an address names.
    pub(crate) async fn connection(&self, name: &str) -> Result<Connection, Problem> {
        let found = self.engine.store().connection_named(name).await?;
        found.ok_or_else(|| Problem::no_such_connection(name))
    }
}
