//! Connections: only to addresses that the guard has checked, never by a proxy, and kept open for a host's next request.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use futures_util::future::{Either, select};
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep};
use tokio_rustls::TlsConnector;
use url::{Host, Url};

use super::stream::Connection;
use super::{Error, tls};
use crate::net::Reach;

/// How long a connection stays open for its host's next request: visits of one site lie further apart.
const IDLE: Duration = Duration::from_secs(15);

/// How long the second family of addresses waits for the first (RFC 8305).
const HEAD_START: Duration = Duration::from_millis(300);

/// What a connection leads to, and by which trust; one of its kind may take another's next request.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Peer {
    tls: bool,
    host: Host,
    port: u16,
    reach: Reach,
    accept_invalid: bool,
}

impl Peer {
    /// The peer of a hop; `None`: the address names none.
    pub(super) fn of(url: &Url, reach: Reach, accept_invalid: bool) -> Option<Peer> {
        let (host, port) = (url.host()?.to_owned(), url.port_or_known_default()?);
        Some(Peer { tls: url.scheme() == "https", host, port, reach, accept_invalid })
    }
}

/// Opens connections and keeps those that were left open.
#[derive(Default)]
pub(super) struct Connections {
    /// Settings for strict and for any certificates, made when they are first wanted.
    tls: [OnceLock<Arc<ClientConfig>>; 2],
    idle: Idle,
}

/// Connections left open, with since when.
type Idle = Arc<Mutex<HashMap<Peer, (Connection, Instant)>>>;

fn lock(idle: &Idle) -> MutexGuard<'_, HashMap<Peer, (Connection, Instant)>> {
    idle.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Connections {
    /// The settings of TLS connections.
    pub(super) fn tls(&self, accept_invalid: bool) -> Result<&Arc<ClientConfig>, Error> {
        let slot = &self.tls[usize::from(accept_invalid)];
        if let Some(config) = slot.get() {
            return Ok(config);
        }
        let config = Arc::new(tls::config(accept_invalid)?);
        Ok(slot.get_or_init(|| config))
    }

    /// A connection that an earlier request left open, and on which nothing came since: an end, or an answer to nothing.
    pub(super) fn left_open(&self, peer: &Peer) -> Option<Connection> {
        let (mut connection, since) = lock(&self.idle).remove(peer)?;
        (since.elapsed() < IDLE && connection.is_quiet()).then_some(connection)
    }

    /// Leaves a connection open for the next request, for a while.
    pub(super) fn leave_open(&self, peer: Peer, connection: Connection) {
        lock(&self.idle).insert(peer, (connection, Instant::now()));
        let idle = Arc::downgrade(&self.idle);
        tokio::spawn(async move {
            sleep(IDLE).await;
            if let Some(idle) = idle.upgrade() {
                lock(&idle).retain(|_, (_, since)| since.elapsed() < IDLE);
            }
        });
    }

    /// Opens a connection.
    pub(super) async fn open(&self, peer: &Peer) -> Result<Connection, Error> {
        let addresses = match &peer.host {
            Host::Domain(name) => peer.reach.lookup(name).await.map_err(explain)?,
            Host::Ipv4(ip) => vec![SocketAddr::new(IpAddr::V4(*ip), 0)],
            Host::Ipv6(ip) => vec![SocketAddr::new(IpAddr::V6(*ip), 0)],
        };
        let addresses = addresses.into_iter().map(|address| SocketAddr::new(address.ip(), peer.port)).collect();
        let stream = tcp(addresses).await.map_err(|e| Error::Connect(e.to_string()))?;
        let ip = stream.peer_addr().ok().map(|address| address.ip());
        // Requests go out in one piece; without it some systems wait for more.
        let _ = stream.set_nodelay(true);
        if !peer.tls {
            return Ok(Connection::new(Box::new(stream), ip));
        }
        let connector = TlsConnector::from(self.tls(peer.accept_invalid)?.clone());
        let stream = connector.connect(server_name(&peer.host)?, stream).await.map_err(|e| tls::explain(&e))?;
        Ok(Connection::new(Box::new(stream), ip))
    }
}

fn explain(error: crate::net::Error) -> Error {
    if error.is_refusal() { Error::Refused(error.to_string()) } else { Error::Connect(error.to_string()) }
}

fn server_name(host: &Host) -> Result<ServerName<'static>, Error> {
    Ok(match host {
        Host::Domain(name) => ServerName::try_from(name.clone()).map_err(|e| Error::Connect(format!("no TLS: {e}")))?,
        Host::Ipv4(ip) => ServerName::IpAddress(IpAddr::V4(*ip).into()),
        Host::Ipv6(ip) => ServerName::IpAddress(IpAddr::V6(*ip).into()),
    })
}

/// Connects to the first address that answers; those of the other family begin a little later.
async fn tcp(addresses: Vec<SocketAddr>) -> io::Result<TcpStream> {
    let first = addresses.first().map(SocketAddr::is_ipv6);
    let (early, late): (Vec<_>, Vec<_>) = addresses.into_iter().partition(|address| Some(address.is_ipv6()) == first);
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
