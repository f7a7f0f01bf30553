//! Listening, with errors that name the port and the way to another one.

use std::net::{Ipv4Addr, SocketAddr};

use tokio::net::TcpListener;

use crate::failure::Failure;

/// Listens on `address`. `purpose` and `elsewhere` are for the error: what for, and how to choose
/// another port.
pub(crate) async fn listen(
    address: SocketAddr,
    purpose: &str,
    elsewhere: &str,
) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|error| {
        let what = if error.kind() == std::io::ErrorKind::AddrInUse {
            format!(
                "port {} is in use ({address}, for {purpose})",
                address.port()
            )
        } else {
            format!("cannot listen on {address}, for {purpose}")
        };
        Failure::new(what).because(&error).try_this(elsewhere)
    })
}

/// What `listener` is bound to.
pub(crate) fn address_of(listener: &TcpListener) -> SocketAddr {
    listener
        .local_addr()
        .expect("a bound socket has an address")
}

/// A loopback address.
pub(crate) fn loopback(port: u16) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, port))
}
