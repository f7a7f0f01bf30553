//! The sockets of a simulated cloud, as the command line asks for them.

use std::net::SocketAddr;

use listener::{Identity, IdentityError, Listener};
use tokio::net::TcpListener;

use crate::cli::Tls;
use crate::failure::{Failure, OrFail};
use crate::{files, output, ports};

/// The address of `--listen`.
pub(super) async fn listen(address: SocketAddr, vendor: &str) -> Result<TcpListener, Failure> {
    let purpose = format!("the simulated {vendor}");
    let elsewhere = "end the other program, or choose another with --listen";
    ports::listen(address, &purpose, elsewhere).await
}

/// The plain socket, and where it is asked for one with TLS; then the plain one is a proxy too, and
/// the authority is put into its file.
pub(super) async fn secured(
    vendor: &str,
    plain: TcpListener,
    tls: &Tls,
    identity: impl FnOnce() -> Result<Identity, IdentityError>,
) -> Result<Vec<Listener>, Failure> {
    let (Some(address), Some(file)) = (tls.tls_listen, &tls.tls_ca_out) else {
        return Ok(vec![Listener::plain(plain)]);
    };
    let identity = identity()
        .or_fail(|| format!("no certificate could be made for the simulated {vendor}"))?;
    let authority = identity.authority_pem().as_bytes();
    files::replace(file, authority, files::Readers::Everybody)
        .or_fail(|| format!("the authority cannot be written to {}", file.display()))?;
    let purpose = format!("the simulated {vendor} over TLS");
    let elsewhere = "end the other program, or choose another with --tls-listen";
    let socket = ports::listen(address, &purpose, elsewhere).await?;
    let address = ports::address_of(&socket);
    output::line(format_args!(
        "simulated {vendor} over TLS: https://{address} (trust {})",
        file.display()
    ))?;
    Ok(vec![
        Listener::proxy(plain, &identity),
        Listener::tls(socket, &identity),
    ])
}

/// The address of `--grpc-listen`.
pub(super) async fn grpc(address: SocketAddr) -> Result<Listener, Failure> {
    let purpose = "the simulated Salesforce for gRPC";
    let elsewhere = "end the other program, or choose another with --grpc-listen";
    let socket = ports::listen(address, purpose, elsewhere).await?;
    let address = ports::address_of(&socket);
    output::line(format_args!(
        "simulated Salesforce for gRPC: http://{address}"
    ))?;
    Ok(Listener::plain(socket))
}
