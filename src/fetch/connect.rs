//! The clients that open connections: only to addresses that the guard has checked, never by a
//! proxy.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::{redirect, retry};
use rustls::ClientConfig;

use super::{Cause, Error, tls};
use crate::domain::Bound;
use crate::domain::settings::Fetching;
use crate::net::{self, Reach};

/// Fields beyond the bound that are parsed before they are refused.
const SPARE: usize = 100;

/// How long a connection stays open for its host's next request: visits of one site lie further
/// apart, and each holds some 100 kB.
const IDLE: Duration = Duration::from_secs(15);

/// One client for each reach and each trust in certificates, made when it is first wanted.
pub(super) struct Clients {
    header_count: usize,
    keep_open: bool,
    clients: [OnceLock<reqwest::Client>; 4],
    /// For strict and for any certificates.
    trust: [OnceLock<Arc<ClientConfig>>; 2],
}

/// Gives only checked addresses, so that a name cannot change its mind between check and
/// connection.
struct Checked(Reach);

impl Resolve for Checked {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = self.0;
        Box::pin(
            async move { Ok(Box::new(reach.lookup(name.as_str()).await?.into_iter()) as Addrs) },
        )
    }
}

impl Clients {
    pub(super) fn new(settings: &Fetching) -> Self {
        // A little more than the bound: a head just over it is counted, a flood is refused at once.
        Self {
            header_count: settings.header_count + SPARE,
            keep_open: settings.keep_open,
            clients: Default::default(),
            trust: Default::default(),
        }
    }

    /// The client for a hop.
    pub(super) fn get(
        &self,
        reach: Reach,
        accept_invalid_tls: bool,
    ) -> Result<&reqwest::Client, Error> {
        let slot =
            &self.clients[usize::from(reach == Reach::Named) + 2 * usize::from(accept_invalid_tls)];
        if let Some(client) = slot.get() {
            return Ok(client);
        }
        let client = self.build(reach, accept_invalid_tls)?;
        Ok(slot.get_or_init(|| client))
    }

    /// What TLS connections ask of the other end.
    pub(super) fn trust(&self, accept_invalid: bool) -> Result<&Arc<ClientConfig>, Error> {
        let slot = &self.trust[usize::from(accept_invalid)];
        if let Some(config) = slot.get() {
            return Ok(config);
        }
        let config = Arc::new(tls::config(accept_invalid)?);
        Ok(slot.get_or_init(|| config))
    }

    fn build(&self, reach: Reach, accept_invalid: bool) -> Result<reqwest::Client, Error> {
        let client = reqwest::Client::builder()
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
            .tls_backend_preconfigured(ClientConfig::clone(self.trust(accept_invalid)?))
            .build();
        client.map_err(|e| Error::Setup(Cause::of(e)))
    }
}

/// What a failed connection or head means.
pub(super) fn explain(error: reqwest::Error, head_limit: usize) -> Error {
    for cause in causes(&error) {
        if let Some(net) = cause.downcast_ref::<net::Error>() {
            let net = net.clone();
            return if net.is_refusal() {
                Error::Refused(net)
            } else {
                Error::Connect(Cause::whole(net))
            };
        }
        if let Some(fault) = cause.downcast_ref().and_then(tls::cause) {
            return tls::refusal(fault);
        }
        if cause.downcast_ref().is_some_and(hyper::Error::is_parse_too_large) {
            return Error::Bound { what: Bound::Head, limit: head_limit };
        }
    }
    let bad_head =
        causes(&error).any(|cause| cause.downcast_ref().is_some_and(hyper::Error::is_parse));
    let cause = Cause::of(error);
    if bad_head { Error::BadHead(cause) } else { Error::Connect(cause) }
}

/// An error and what is behind it, from the outside in.
pub(super) fn causes(
    error: &reqwest::Error,
) -> impl Iterator<Item = &(dyn std::error::Error + 'static)> {
    std::iter::successors(Some(error as &(dyn std::error::Error + 'static)), |e| e.source())
}
