//! The clients that open connections: only to addresses that the guard has checked, never by a proxy.

use std::sync::OnceLock;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::{Certificate, ClientBuilder, redirect, retry};

use super::Error;
use crate::domain::Bound;
use crate::domain::settings::Fetching;
use crate::net::{self, Reach};

/// Fields beyond the bound that are parsed before they are refused.
const SPARE: usize = 100;

/// How long a connection stays open for its host's next request: visits of one site lie further apart, and each holds some 100 kB.
const IDLE: Duration = Duration::from_secs(15);

/// One client for each reach and each trust in certificates, made when it is first wanted.
pub(super) struct Clients {
    header_count: usize,
    keep_open: bool,
    clients: [OnceLock<reqwest::Client>; 4],
}

/// Gives only checked addresses, so that a name cannot change its mind between check and connection.
struct Checked(Reach);

impl Resolve for Checked {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = self.0;
        Box::pin(async move { Ok(Box::new(reach.lookup(name.as_str()).await?.into_iter()) as Addrs) })
    }
}

impl Clients {
    pub(super) fn new(settings: &Fetching) -> Self {
        // An error means that a provider is installed already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        // A little more than the bound, so that a head over it is told from a flood.
        Self { header_count: settings.header_count + SPARE, keep_open: settings.keep_open, clients: Default::default() }
    }

    /// The client for a hop.
    pub(super) fn get(&self, reach: Reach, accept_invalid_tls: bool) -> Result<&reqwest::Client, Error> {
        let slot = &self.clients[usize::from(reach == Reach::Named) + 2 * usize::from(accept_invalid_tls)];
        if let Some(client) = slot.get() {
            return Ok(client);
        }
        let client = self.build(reach, accept_invalid_tls)?;
        Ok(slot.get_or_init(|| client))
    }

    /// With the system's roots, or with compiled ones where the system has none.
    fn build(&self, reach: Reach, accept_invalid_tls: bool) -> Result<reqwest::Client, Error> {
        let system = self.builder(reach, accept_invalid_tls).build();
        system
            .or_else(|_| self.builder(reach, accept_invalid_tls).tls_certs_only(compiled_roots()).build())
            .map_err(|e| Error::Setup(innermost(&e)))
    }

    fn builder(&self, reach: Reach, accept_invalid_tls: bool) -> ClientBuilder {
        reqwest::Client::builder()
            .no_proxy()
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .referer(false)
            .http1_only()
            .http1_title_case_headers()
            .http1_max_headers(self.header_count)
            .pool_max_idle_per_host(usize::from(self.keep_open))
            .pool_idle_timeout(IDLE)
            .dns_resolver(Checked(reach))
            .tls_danger_accept_invalid_certs(accept_invalid_tls)
    }
}

fn compiled_roots() -> impl Iterator<Item = Certificate> {
    webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter().filter_map(|root| Certificate::from_der(root).ok())
}

/// What a failed connection or head means.
pub(super) fn explain(error: &reqwest::Error, head_limit: usize) -> Error {
    for cause in causes(error) {
        if let Some(net) = cause.downcast_ref::<net::Error>() {
            return if net.is_refusal() { Error::Refused(net.to_string()) } else { Error::Connect(net.to_string()) };
        }
        if cause.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_parse_too_large) {
            return Error::Bound { what: Bound::Head, limit: head_limit };
        }
    }
    Error::Connect(innermost(error))
}

/// An error and what is behind it, from the outside in.
pub(super) fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn std::error::Error + 'static)> {
    std::iter::successors(Some(error as &(dyn std::error::Error + 'static)), |e| e.source())
}

/// The innermost cause, which says most.
pub(super) fn innermost(error: &reqwest::Error) -> String {
    causes(error).last().map(ToString::to_string).unwrap_or_default()
}
