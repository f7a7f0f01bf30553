//! The service itself, and the plug for whatever stands in for the network.

use http::{Request, Response};
use tower::util::BoxCloneSyncService;
use tower::{Service, ServiceExt};

use crate::{Body, BoxError};

/// Answers requests; a clone shares connections with the original. Boxed once, so that no type
/// parameter escapes into clients. Bodies are streams in both directions.
pub type HttpService = BoxCloneSyncService<Request<Body>, Response<Body>, BoxError>;

/// Plugs `service`, usually an axum router, in where the network would be.
///
/// A service that plays a broken network may fail with a [`crate::TransportError`]: it reaches the
/// caller unchanged, so a test can choose between *never sent* and *outcome unknown*. Any other
/// error counts as a connection that broke after sending.
pub fn in_process<S>(service: S) -> HttpService
where
    S: Service<Request<Body>, Response = Response<Body>> + Clone + Send + Sync + 'static,
    S::Error: Into<BoxError>,
    S::Future: Send + 'static,
{
    HttpService::new(service.map_err(Into::into))
}
