//! Listening: what an org is to a socket, and the hosts that it answers at.

use axum::body::Body as HttpBody;
use http::Request as HttpRequest;
use hyper::body::Incoming;
use listener::{Identity, IdentityError, Listener};
use tower::service_fn;

use super::Sim;
use crate::world::World;

/// The hosts that an org answers at. A `*` stands for one label.
const HOSTS: [&str; 9] = [
    "login.salesforce.com",
    "test.salesforce.com",
    "api.pubsub.salesforce.com",
    "*.salesforce.com",
    "*.my.salesforce.com",
    "*.sandbox.my.salesforce.com",
    "*.develop.my.salesforce.com",
    "*.scratch.my.salesforce.com",
    "*.trailblaze.my.salesforce.com",
];

/// A new certificate for the vendor's hosts, for this machine and for `more`.
pub fn identity(more: impl IntoIterator<Item = String>) -> Result<Identity, IdentityError> {
    let hosts = HOSTS.map(str::to_owned).into_iter().chain(more);
    Identity::new("Simulated Salesforce", hosts)
}

impl Sim {
    /// Serves connections until `shutdown` ends, then lets open ones finish.
    pub async fn serve(&self, listener: impl Into<Listener>, shutdown: impl Future<Output = ()>) {
        self.serve_all(&[listener.into()], shutdown).await;
    }

    /// [`Sim::serve`] on several sockets at once.
    pub async fn serve_all(&self, listeners: &[Listener], shutdown: impl Future<Output = ()>) {
        let sim = self.clone();
        let org = service_fn(move |request: HttpRequest<Incoming>| {
            let sim = sim.clone();
            async move { sim.call(request.map(HttpBody::new)).await }
        });
        // A subscription has no end of its own.
        let ending = || {
            self.with_world(World::cut_event_streams);
        };
        listener::serve(listeners, org, shutdown, ending).await;
    }
}
