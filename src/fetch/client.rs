//! The client: each hop guarded, allowed by robots.txt, in its host's turn, recorded as an exchange
//! of its own.

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use async_trait::async_trait;
use bytes::Bytes;
use jiff::Timestamp;
use tokio::time::Instant;
use url::Url;

use super::coding::Excess;
use super::connect::Clients;
use super::head::{Head, Identity};
use super::host::{self, Hosts, Jitter, Outcome, Pause, Said};
use super::jar::Jars;
use super::redirect::{Hop, LONGEST_REFRESH, Refresh};
use super::request::{Bounds, Received, Request};
use super::robots::{self, Memory, Origins};
use super::wire::{self, Sent};
use super::{Answer, Ask, Error, Failure, Fetch};
use crate::domain::count::Counters;
use crate::domain::settings::Fetching;
use crate::domain::state::chain;
use crate::domain::{Bound, Exchange, Site, Validators};
use crate::net::{Guard, Reach};

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

/// What the settings make of it; others take their place while requests are under way.
struct Manners {
    settings: Fetching,
    token: String,
    who: Identity,
    guard: Guard,
    clients: Clients,
}

impl Manners {
    fn new(settings: Fetching, sites: &[Arc<Site>]) -> Result<Self, Error> {
        let clients = Clients::new(&settings);
        let reach = if settings.allow_private { Reach::Named } else { Reach::Public };
        for site in sites {
            clients.get(reach, site.accept_invalid_tls)?;
        }
        let (token, who, guard) = (
            robots::token(&settings.user_agent),
            Identity::new(&settings)?,
            Guard::new(settings.allow_private),
        );
        Ok(Self { settings, token, who, guard, clients })
    }

    fn bounds(&self, aim: Aim) -> Bounds {
        let settings = &self.settings;
        let (body, excess) = match aim {
            Aim::Page => (settings.body_limit, Excess::Refuse),
            Aim::Robots => (settings.body_limit.min(robots::FILE_BYTES), Excess::Cut),
        };
        let expanded = if aim == Aim::Page { settings.expanded_limit } else { body };
        let (timeout, codings) = (settings.timeout, settings.codings);
        Bounds {
            timeout,
            head: settings.head_limit,
            fields: settings.header_count,
            body,
            expanded,
            codings,
            excess,
        }
    }
}

/// What a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Aim {
    Page,
    Robots,
}

/// A final answer; its exchanges stand apart.
struct Reply {
    url: Url,
    status: u16,
    content_type: Option<String>,
    body: Bytes,
    validators: Validators,
    digest: u128,
    unchanged: bool,
    elsewhere: Option<Url>,
}

impl Client {
    /// A client with these manners; `sites` tells which kinds of connection will be wanted, so that
    /// faults show at once.
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

    /// Makes a request and follows its redirects.
    async fn follow(
        &self,
        site: &Site,
        ask: &Ask,
        aim: Aim,
        exchanges: &mut Vec<Exchange>,
    ) -> Result<Reply, Error> {
        let manners = self.manners.load_full();
        let mut hop = Hop::first(ask);
        let mut sent_on = false;
        for left in (0..=manners.settings.redirects).rev() {
            let received = self.hop(&manners, site, ask, aim, &hop, exchanges).await?;
            let cookie_set = self.jars.take(&site.id, &hop.url, &received.exchange);
            match hop.next(&received.exchange, cookie_set) {
                Ok(None) => {
                    let field = received.exchange.field("refresh").map(str::to_owned);
                    let mut reply =
                        finish(&hop.url, received, ask, manners.bounds(aim), exchanges)?;
                    match self
                        .sends_on(aim, &reply, field.as_deref(), &hop.url)
                        .and_then(|url| hop.sent_on(url, cookie_set))
                    {
                        Some(next) if !is_own(site, &hop.url, &next.url) => {
                            reply.elsewhere = Some(next.url)
                        }
                        Some(next) if left == 0 => {
                            return Err(self.too_far(&next.url, manners.settings.redirects));
                        }
                        Some(next) => {
                            (hop, sent_on) = (next, true);
                            continue;
                        }
                        None => {}
                    }
                    if sent_on {
                        // They would be sent to the page that sends on, which has its own.
                        reply.validators = Validators::default();
                    }
                    return Ok(reply);
                }
                Ok(Some(next)) if left > 0 => {
                    record(received, exchanges);
                    hop = next;
                }
                Ok(Some(_)) => record(received, exchanges),
                Err(error) => {
                    record(received, exchanges);
                    return Err(error);
                }
            }
        }
        Err(Error::Bound { what: Bound::Redirects, limit: manners.settings.redirects })
    }

    /// Where a page that says nothing itself sends its reader.
    fn sends_on(&self, aim: Aim, reply: &Reply, field: Option<&str>, url: &Url) -> Option<Url> {
        let may = aim == Aim::Page
            && (200..=299).contains(&reply.status)
            && reply.body.len() <= LONGEST_REFRESH;
        if may {
            (self.refresh)(&reply.body, reply.content_type.as_deref(), field, url)
        } else {
            None
        }
    }

    /// A page that sends on once more than redirects are followed.
    fn too_far(&self, to: &Url, limit: usize) -> Error {
        self.counters.bounds.hit(Bound::Redirects);
        Error::Redirect(format!("over {limit} redirects, and the page sends on to {to}"))
    }

    /// One hop: guard, robots, turn, request.
    async fn hop(
        &self,
        manners: &Manners,
        site: &Site,
        ask: &Ask,
        aim: Aim,
        hop: &Hop,
        exchanges: &mut Vec<Exchange>,
    ) -> Result<Received, Error> {
        let reach = manners.guard.admit(&hop.url, site.names(&hop.url)).map_err(Error::Refused)?;
        if aim == Aim::Page && site.ignore_robots.is_none() {
            self.obey_robots(site, &hop.url, ask.patience, exchanges).await?;
        }
        let accept_invalid = site.accept_invalid_tls && site.owns(&hop.url);
        let turn = self
            .hosts
            .turn(&host_key(&hop.url), ask.patience)
            .await
            .map_err(|pause| self.paused(&hop.url, pause))?;
        let head = Head::new(
            &manners.who,
            site,
            hop,
            &ask.validators,
            self.jars.field(&site.id, &hop.url),
        )?;
        self.counters.requests.inc();
        let (clients, reuse, odd, time) = (&manners.clients, turn.reuse, turn.odd, (self.now)());
        let request = Request { clients, reach, accept_invalid, hop, head, reuse, odd, time };
        let Sent { result, odd } = wire::send(request, manners.bounds(aim)).await;
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
        host::retry_after(exchange.field("retry-after")?, (self.now)())
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

    /// Reads the origin's robots.txt if it is due, and asks it.
    async fn obey_robots(
        &self,
        site: &Site,
        url: &Url,
        patience: Duration,
        exchanges: &mut Vec<Exchange>,
    ) -> Result<(), Error> {
        let memory = self.origins.of(url);
        let mut memory = memory.lock().await;
        if memory.is_due(Instant::now()) {
            self.read_robots(site, url, patience, &mut memory, exchanges).await?;
        }
        self.hosts.delay(&host_key(url), memory.delay());
        memory.allows(url)
    }

    /// Reads robots.txt; what may pass by itself is tried twice.
    async fn read_robots(
        &self,
        site: &Site,
        url: &Url,
        patience: Duration,
        memory: &mut Memory,
        exchanges: &mut Vec<Exchange>,
    ) -> Result<(), Error> {
        let address =
            url.join("/robots.txt").map_err(|e| Error::RobotsUnreachable(e.to_string()))?;
        let ask = Ask {
            url: address,
            form: None,
            validators: memory.validators.clone(),
            patience,
            known: None,
        };
        for last in [false, true] {
            let before = exchanges.len();
            match Box::pin(self.follow(site, &ask, Aim::Robots, exchanges)).await {
                Ok(reply) if !last && matches!(reply.status, 429 | 500..) => {}
                Ok(reply) => {
                    memory.take(
                        reply.status,
                        &reply.body,
                        reply.validators,
                        &self.manners.load().token,
                    );
                    self.origins.weigh(url, memory.bytes());
                    break;
                }
                Err(error @ (Error::Paused { .. } | Error::Setup(_))) => return Err(error),
                Err(error @ Error::Refused(_)) if exchanges.len() == before => return Err(error),
                // Not reached within the redirects: as if there were none (RFC 9309 §2.3.1.2).
                Err(Error::Redirect(_) | Error::Bound { what: Bound::Redirects, .. }) => {
                    memory.take(404, &[], Validators::default(), &self.manners.load().token);
                    break;
                }
                Err(Error::Timeout(_) | Error::Connect(_)) if !last => {}
                Err(error) => {
                    memory.unreachable(chain(&error));
                    break;
                }
            }
        }
        Ok(())
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
    url: &Url,
    received: Received,
    ask: &Ask,
    bounds: Bounds,
    exchanges: &mut Vec<Exchange>,
) -> Result<Reply, Error> {
    let digest = received.digest();
    let unchanged = ask.known == Some(digest);
    let body = if unchanged { Bytes::new() } else { received.expand(bounds)? };
    let whole = unchanged || received.is_whole(&body);
    // Of robots.txt the start counts; a body of another status says nothing.
    if !whole && received.is_success() && bounds.excess == Excess::Refuse {
        return Err(Error::BadBody(
            "it ends with the connection, without close_notify and without the end tag of its root"
                .to_owned(),
        ));
    }
    let exchange = received.exchange;
    let text = |name: &str| exchange.field(name).map(str::to_owned);
    let mut validators = Validators { etag: text("etag"), last_modified: text("last-modified") };
    if exchange.status == 304 && validators.is_empty() {
        validators = ask.validators.clone();
    }
    let (status, content_type) = (exchange.status, text("content-type"));
    if whole {
        exchanges.push(exchange);
    }
    Ok(Reply {
        url: url.clone(),
        status,
        content_type,
        body,
        validators,
        digest,
        unchanged,
        elsewhere: None,
    })
}

#[async_trait]
impl Fetch for Client {
    async fn fetch(&self, site: &Site, ask: Ask) -> Result<Answer, Failure> {
        let mut exchanges = Vec::new();
        match self.follow(site, &ask, Aim::Page, &mut exchanges).await {
            Ok(Reply {
                url,
                status,
                content_type,
                body,
                validators,
                digest,
                unchanged,
                elsewhere,
            }) => Ok(Answer {
                url,
                status,
                content_type,
                body,
                validators,
                digest,
                unchanged,
                elsewhere,
                exchanges,
            }),
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
