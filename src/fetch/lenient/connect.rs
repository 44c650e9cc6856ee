//! Opening a connection: only to addresses that the guard has checked, never by a proxy.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{Either, select};
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio::time::sleep;
use tokio_rustls::TlsConnector;
use url::{Host, Url};

use super::stream::Connection;
use crate::fetch::{Cause, Error, tls};
use crate::net::{self, Reach};

/// How long the second family of addresses waits for the first (RFC 8305).
const HEAD_START: Duration = Duration::from_millis(300);

/// Opens a connection to the host of an address; `trust` is what TLS asks of it.
pub(super) async fn open(
    url: &Url,
    reach: Reach,
    trust: &Arc<ClientConfig>,
) -> Result<Connection, Error> {
    let no_host = || Error::Refused(net::Error::NoHost);
    let (host, port) = (
        url.host().ok_or_else(no_host)?.to_owned(),
        url.port_or_known_default().ok_or_else(no_host)?,
    );
    let addresses = match &host {
        Host::Domain(name) => reach.lookup(name).await.map_err(explain)?,
        Host::Ipv4(ip) => vec![SocketAddr::new(IpAddr::V4(*ip), 0)],
        Host::Ipv6(ip) => vec![SocketAddr::new(IpAddr::V6(*ip), 0)],
    };
    let addresses =
        addresses.into_iter().map(|address| SocketAddr::new(address.ip(), port)).collect();
    let stream = tcp(addresses).await.map_err(|e| Error::Connect(Cause::of(e)))?;
    let ip = stream.peer_addr().ok().map(|address| address.ip());
    // Requests go out in one piece; without it some systems wait for more.
    let _ = stream.set_nodelay(true);
    if url.scheme() != "https" {
        return Ok(Connection::new(Box::new(stream), ip));
    }
    let connector = TlsConnector::from(trust.clone());
    let stream =
        connector.connect(server_name(&host)?, stream).await.map_err(|e| tls::explain(&e))?;
    Ok(Connection::new(Box::new(stream), ip))
}

fn explain(error: net::Error) -> Error {
    if error.is_refusal() { Error::Refused(error) } else { Error::Connect(Cause::whole(error)) }
}

fn server_name(host: &Host) -> Result<ServerName<'static>, Error> {
    Ok(match host {
        Host::Domain(name) => ServerName::try_from(name.clone())
            .map_err(|e| Error::Connect(Cause::of(format!("no TLS: {e}"))))?,
        Host::Ipv4(ip) => ServerName::IpAddress(IpAddr::V4(*ip).into()),
        Host::Ipv6(ip) => ServerName::IpAddress(IpAddr::V6(*ip).into()),
    })
}

/// Connects to the first address that answers; those of the other family begin a little later.
async fn tcp(addresses: Vec<SocketAddr>) -> io::Result<TcpStream> {
    let first = addresses.first().map(SocketAddr::is_ipv6);
    let (early, late): (Vec<_>, Vec<_>) =
        addresses.into_iter().partition(|address| Some(address.is_ipv6()) == first);
    if late.is_empty() {
        return TcpStream::connect(&early[..]).await;
    }
    let later = async {
        sleep(HEAD_START).await;
        TcpStream::connect(&late[..]).await
    };
    match select(pin!(TcpStream::connect(&early[..])), pin!(later)).await {
        Either::Left((Err(_), later)) => later.await,
        Either::Right((Err(_), early)) => early.await,
        Either::Left((stream, _)) | Either::Right((stream, _)) => stream,
    }
}
