//! The client: each hop guarded, allowed by robots.txt, in its host's turn, recorded as an exchange
//! of its own.

mod obey;

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use async_trait::async_trait;
use bytes::Bytes;
use jiff::Timestamp;
use url::Url;

use super::coding::Excess;
use super::head::Head;
use super::host::{Hosts, Jitter, Outcome, Pause, Said};
use super::jar::Jars;
use super::manners::{Aim, Manners};
use super::prepared::{PreparedRequest, Received};
use super::redirect::{Hop, LONGEST_REFRESH, Refresh};
use super::robots::Origins;
use super::wire::{self, Sent};
use super::{Cause, Error, Failure, Fetch, Request, Response, retry_after};
use crate::domain::count::Counters;
use crate::domain::settings::Fetching;
use crate::domain::{Bound, Exchange, Site, Validators};

/// Where wall time comes from.
type Now = Box<dyn Fn() -> Timestamp + Send + Sync>;

/// Fetches over the network.
pub struct Client {
    manners: ArcSwap<Manners>,
    counters: Arc<Counters>,
    hosts: Hosts,
    origins: Origins,
    jars: Jars,
    now: Now,
    refresh: Refresh,
}

/// A request on its way: for whom it is made, and how.
struct Trip<'a> {
    manners: Arc<Manners>,
    site: &'a Site,
    request: &'a Request,
    aim: Aim,
}

impl Client {
    /// A client with these manners; `sites` tells which kinds of connection will be wanted, so that
    /// faults show at once.
    ///
    /// # Errors
    ///
    /// When the settings make no header fields, or no TLS client.
    pub fn new(
        settings: Fetching,
        counters: Arc<Counters>,
        sites: &[Arc<Site>],
    ) -> Result<Client, Error> {
        Self::with(
            settings,
            counters,
            sites,
            Box::new(Timestamp::now),
            Box::new(rand::random::<f64>),
        )
    }

    /// The same with a given clock and chance (numbers in `[0, 1)`).
    ///
    /// # Errors
    ///
    /// As [`Client::new`].
    pub fn with(
        settings: Fetching,
        counters: Arc<Counters>,
        sites: &[Arc<Site>],
        now: Now,
        jitter: Jitter,
    ) -> Result<Client, Error> {
        let hosts = Hosts::new(settings.per_host_interval, settings.concurrency, jitter);
        let manners = ArcSwap::from_pointee(Manners::new(settings, sites)?);
        let (origins, jars) = (Origins::default(), Jars::default());
        Ok(Client { manners, counters, hosts, origins, jars, now, refresh: |_, _, _, _| None })
    }

    /// Other manners from the next request on; what is known of hosts stays.
    ///
    /// # Errors
    ///
    /// As [`Client::new`]; then the manners of before stay.
    pub fn reload(&self, settings: Fetching, sites: &[Arc<Site>]) -> Result<(), Error> {
        let (interval, concurrency) = (settings.per_host_interval, settings.concurrency);
        self.manners.store(Arc::new(Manners::new(settings, sites)?));
        self.hosts.pace(interval, concurrency);
        Ok(())
    }

    /// The same, following pages that only send on as they say, told by this.
    pub fn following(self, refresh: Refresh) -> Client {
        Client { refresh, ..self }
    }

    /// The counters that it counts with.
    pub fn counters(&self) -> &Counters {
        &self.counters
    }

    /// Makes a request and follows its redirects; its exchanges are returned even if it fails.
    async fn follow(
        &self,
        site: &Site,
        request: &Request,
        aim: Aim,
        exchanges: &mut Vec<Exchange>,
    ) -> Result<Response, Error> {
        let trip = Trip { manners: self.manners.load_full(), site, request, aim };
        let redirects = trip.manners.settings.redirects;
        let mut hop = Hop::first(request);
        let mut sent_on = false;
        for left in (0..=redirects).rev() {
            let received = self.hop(&trip, &hop, exchanges).await?;
            let cookie_set = self.jars.take(&site.id, &hop.url, &received.exchange);
            match hop.next(&received.exchange, cookie_set) {
                Ok(None) => {
                    let field = received.exchange.field("refresh").map(str::to_owned);
                    let mut response = finish(&trip, &hop.url, received, exchanges)?;
                    let to = self.sends_on(aim, &response, field.as_deref(), &hop.url);
                    match to.and_then(|url| hop.sent_on(url, cookie_set)) {
                        Some(next) if !is_own(site, &hop.url, &next.url) => {
                            response.elsewhere = Some(next.url)
                        }
                        Some(next) if left == 0 => {
                            return Err(self.too_far(&next.url, redirects));
                        }
                        Some(next) => {
                            (hop, sent_on) = (next, true);
                            continue;
                        }
                        None => {}
                    }
                    if sent_on {
                        // They would be sent to the page that sends on, which has its own.
                        response.validators = Validators::default();
                    }
                    return Ok(response);
                }
                Ok(Some(next)) => {
                    record(received, exchanges);
                    hop = next;
                }
                Err(error) => {
                    record(received, exchanges);
                    return Err(error);
                }
            }
        }
        Err(Error::Bound { what: Bound::Redirects, limit: redirects })
    }

    /// Where a page that says nothing itself sends its reader.
    fn sends_on(
        &self,
        aim: Aim,
        response: &Response,
        field: Option<&str>,
        url: &Url,
    ) -> Option<Url> {
        let may = aim == Aim::Page
            && (200..=299).contains(&response.status)
            && response.body.len() <= LONGEST_REFRESH;
        if may {
            (self.refresh)(&response.body, response.content_type.as_deref(), field, url)
        } else {
            None
        }
    }

    /// A page that sends on once more than redirects are followed.
    fn too_far(&self, to: &Url, limit: usize) -> Error {
        self.counters.bounds.hit(Bound::Redirects);
        let why = format!("over {limit} redirects, and the page sends on to {to}");
        Error::Redirect(Cause::of(why))
    }

    /// One hop: guard, robots, turn, request.
    async fn hop(
        &self,
        trip: &Trip<'_>,
        hop: &Hop,
        exchanges: &mut Vec<Exchange>,
    ) -> Result<Received, Error> {
        let Trip { manners, site, request, aim } = trip;
        let reach = manners.guard.admit(&hop.url, site.names(&hop.url)).map_err(Error::Refused)?;
        if *aim == Aim::Page && site.ignore_robots.is_none() {
            self.obey_robots(trip, &hop.url, exchanges).await?;
        }
        let accept_invalid = site.accept_invalid_tls && site.owns(&hop.url);
        let turn = self
            .hosts
            .turn(&host_key(&hop.url), request.max_wait)
            .await
            .map_err(|pause| self.paused(&hop.url, pause))?;
        let head = Head::new(
            &manners.who,
            site,
            hop,
            &request.validators,
            self.jars.field(&site.id, &hop.url),
        )?;
        self.counters.requests.inc();
        let (clients, reuse, odd, time) = (&manners.clients, turn.reuse, turn.odd, (self.now)());
        let prepared =
            PreparedRequest { clients, reach, accept_invalid, hop, head, reuse, odd, time };
        let Sent { result, odd } = wire::send(prepared, manners.bounds(*aim)).await;
        let said = Said { answered: result.is_ok(), odd };
        self.hosts.note(&turn, self.outcome(&result), said);
        self.count(&result);
        result
    }

    fn paused(&self, url: &Url, pause: Pause) -> Error {
        let now = (self.now)();
        let until = now.checked_add(pause.time).unwrap_or(now);
        Error::Paused { host: host_key(url), until, failures: pause.failures }
    }

    /// What a result says about its host.
    fn outcome(&self, result: &Result<Received, Error>) -> Outcome {
        match result {
            Ok(received) => {
                match (received.exchange.status, self.asked_pause(&received.exchange)) {
                    (429 | 503, Some(pause)) => Outcome::Pause(pause),
                    (429 | 500.., _) => Outcome::Failed,
                    _ => Outcome::Well,
                }
            }
            Err(Error::Timeout(_) | Error::Connect(_)) => Outcome::Failed,
            Err(_) => Outcome::Neither,
        }
    }

    fn asked_pause(&self, exchange: &Exchange) -> Option<Duration> {
        retry_after::pause(exchange.field("retry-after")?, (self.now)())
    }

    fn count(&self, result: &Result<Received, Error>) {
        match result {
            Ok(Received { exchange, .. }) => {
                self.counters.body_bytes.add(exchange.body.len() as u64);
                match exchange.status {
                    304 => self.counters.not_modified.inc(),
                    500.. => self.counters.failed_requests.inc(),
                    _ => {}
                }
            }
            Err(Error::Refused(_)) => {}
            Err(_) => self.counters.failed_requests.inc(),
        }
    }
}

/// Hosts are told apart by name and port.
fn host_key(url: &Url) -> String {
    format!(
        "{}:{}",
        url.host_str().unwrap_or_default(),
        url.port_or_known_default().unwrap_or_default()
    )
}

/// Whether a page at `from` may send on to an address: the site's own hosts, and its own.
fn is_own(site: &Site, from: &Url, to: &Url) -> bool {
    site.owns(to) || to.host() == from.host()
}

/// Keeps the exchange of a redirect, unless its body was cut.
fn record(received: Received, exchanges: &mut Vec<Exchange>) {
    if received.is_whole(&received.exchange.body) {
        exchanges.push(received.exchange);
    }
}

/// The last answer of a request; its exchange is kept if its body is what it claims to be.
fn finish(
    trip: &Trip<'_>,
    url: &Url,
    received: Received,
    exchanges: &mut Vec<Exchange>,
) -> Result<Response, Error> {
    let (request, bounds) = (trip.request, trip.manners.bounds(trip.aim));
    let digest = received.digest();
    let unchanged = request.known == Some(digest);
    let body = if unchanged { Bytes::new() } else { received.expand(bounds)? };
    let whole = unchanged || received.is_whole(&body);
    // Of robots.txt the start counts; a body of another status says nothing.
    if !whole && received.is_success() && bounds.excess == Excess::Refuse {
        return Err(Error::BadBody(Cause::of(
            "it ends with the connection, without close_notify and without the end tag of its root",
        )));
    }
    let exchange = received.exchange;
    let text = |name: &str| exchange.field(name).map(str::to_owned);
    let mut validators = Validators { etag: text("etag"), last_modified: text("last-modified") };
    if exchange.status == 304 && validators.is_empty() {
        validators = request.validators.clone();
    }
    let (status, content_type) = (exchange.status, text("content-type"));
    if whole {
        exchanges.push(exchange);
    }
    Ok(Response {
        url: url.clone(),
        status,
        content_type,
        body,
        validators,
        digest,
        unchanged,
        elsewhere: None,
        exchanges: Vec::new(),
    })
}

#[async_trait]
impl Fetch for Client {
    async fn fetch(&self, site: &Site, request: Request) -> Result<Response, Failure> {
        let mut exchanges = Vec::new();
        match self.follow(site, &request, Aim::Page, &mut exchanges).await {
            Ok(response) => Ok(Response { exchanges, ..response }),
            Err(error) => {
                if let Some(bound) = error.bound() {
                    self.counters.bounds.hit(bound);
                }
                match error {
                    Error::Barred => self.counters.barred.inc(),
                    Error::Refused(_) => self.counters.refused_addresses.inc(),
                    _ => {}
                }
                Err(Failure { error, exchanges })
            }
        }
    }

    fn cookies(&self, site: &Site) -> Option<String> {
        self.jars.save(&site.id)
    }

    fn restore_cookies(&self, site: &Site, jar: &str) {
        self.jars.restore(&site.id, jar);
    }
}
