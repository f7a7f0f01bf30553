//! The driver for people: sockets and a timer.

use axum::body::Body;
use http::Request;
use hyper::body::Incoming;
use listener::{Identity, IdentityError, Listener};
use tokio::task::JoinSet;
use tower::{ServiceExt as _, service_fn};

use super::{HttpService, Sim};

/// The hosts that a workspace answers at, in every region. A `*` stands for one label.
const HOSTS: [&str; 8] = [
    "api.intercom.io",
    "api.eu.intercom.io",
    "api.au.intercom.io",
    "app.intercom.com",
    "app.eu.intercom.com",
    "app.au.intercom.com",
    "*.intercom.io",
    "*.intercom.com",
];

/// A new certificate for the vendor's hosts, for this machine and for `more`.
pub fn identity(more: impl IntoIterator<Item = String>) -> Result<Identity, IdentityError> {
    let hosts = HOSTS.map(str::to_owned).into_iter().chain(more);
    Identity::new("Simulated Intercom", hosts)
}

impl Sim {
    /// Serves API, pages and controls on `listener` and sends what is due through `outbound`, until
    /// `shutdown` ends and the connections had their last answer.
    pub async fn serve(
        &self,
        listener: impl Into<Listener>,
        outbound: HttpService,
        shutdown: impl Future<Output = ()>,
    ) {
        let listeners = [listener.into()];
        self.serve_all(&listeners, outbound, shutdown).await;
    }

    /// [`Sim::serve`] on several sockets at once.
    pub async fn serve_all(
        &self,
        listeners: &[Listener],
        outbound: HttpService,
        shutdown: impl Future<Output = ()>,
    ) {
        self.connect(outbound);
        let mut timer = JoinSet::new();
        timer.spawn(self.clone().keep_time());
        let service = self.service();
        let workspace = service_fn(move |request: Request<Incoming>| {
            service.clone().oneshot(request.map(Body::new))
        });
        listener::serve(listeners, workspace, shutdown, || {}).await;
    }
}
