//! The daemon: reads, publishes and serves until told to stop, then ends in good order.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context;
use sd_notify::NotifyState;
use tokio::net::{TcpListener, TcpSocket, UnixListener};
use tokio::sync::{Notify, mpsc};
use tokio::task::{JoinHandle, JoinSet};
use tokio_util::sync::CancellationToken;

use super::keeper::Keeper;
use super::reload::{Files, Reload, Request};
use super::status::StatusSnapshot;
use super::{Components, control, descriptors, socket, systemd};
use crate::crawl::{Schedule, VISITS};
use crate::domain::state::chain;
use crate::publish::Publisher;
use crate::web;

/// Where the port is remembered that was picked for `listen = "…:0"`.
const PORT: &str = "port";
/// Clients that may wait to be accepted: one that comes while these do waits a second and longer.
const BACKLOG: u32 = 4096;
/// An end in good order takes no longer (CONTRACT section 8) …
const PARTING: Duration = Duration::from_secs(8);
/// … and of that this is left for readers, and for what is written last.
const LAST: Duration = Duration::from_secs(2);
/// Between two tries to make a control socket.
const AGAIN: Duration = Duration::from_secs(8);

/// The listener that systemd passed, if it did.
///
/// # Errors
///
/// When what systemd passed is no TCP listener.
pub fn passed_listener() -> anyhow::Result<Option<std::net::TcpListener>> {
    let mut fds = listenfd::ListenFd::from_env();
    if fds.len() == 0 {
        return Ok(None);
    }
    fds.take_tcp_listener(0).context("the socket that systemd passed is no TCP listener")
}

/// Binds the configured address; port 0 picks one and takes it again next time if it is free.
///
/// # Errors
///
/// When the address cannot be bound.
pub async fn bind(listen: SocketAddr, remembered: Option<u16>) -> anyhow::Result<TcpListener> {
    if let Some(port) = remembered.filter(|_| listen.port() == 0)
        && let Ok(listener) = listener(SocketAddr::new(listen.ip(), port))
    {
        return Ok(listener);
    }
    listener(listen)
        .with_context(|| format!("{listen} could not be bound: is another server there?"))
}

fn listener(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// What feeds call themselves when nothing is configured: the address as a reader on this machine
/// writes it.
pub fn url_of(address: SocketAddr) -> String {
    match address {
        SocketAddr::V4(v4) if v4.ip().is_unspecified() => {
            format!("http://127.0.0.1:{}/", v4.port())
        }
        SocketAddr::V6(v6) if v6.ip().is_unspecified() => format!("http://[::1]:{}/", v6.port()),
        address => format!("http://{address}/"),
    }
}

/// The port picked earlier.
pub async fn remembered_port(components: &Components) -> Option<u16> {
    components.store.value(PORT).await.ok().flatten()?.parse().ok()
}

/// Why a daemon ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// It was told to.
    Stopped,
    /// Its store is to be set aside and rebuilt: it is to be started again.
    Rebuild,
    /// Its store can be opened now: it is to be started again.
    Reopen,
}

/// What a daemon is told from outside.
pub struct Told<'a> {
    /// To end.
    pub stop: &'a CancellationToken,
    /// To read the configuration again.
    pub requests: &'a mut mpsc::Receiver<Request>,
    /// What is read then.
    pub files: Files,
}

/// Runs until it is told to stop, or until the store is to be rebuilt; `ready` is called once the
/// address answers.
///
/// # Errors
///
/// When the address cannot be bound, or the server's thread not be started.
pub async fn run(
    components: Arc<Components>,
    early: Option<TcpListener>,
    handler: control::Handler,
    mut told: Told<'_>,
    ready: impl FnOnce(SocketAddr),
) -> anyhow::Result<Ended> {
    if told.stop.is_cancelled() {
        return Ok(Ended::Stopped);
    }
    let memory = usize::try_from(components.settings.server.cache).unwrap_or(usize::MAX);
    let publisher = Arc::new(Publisher::new(components.renderer.clone(), memory));
    let listener = match early {
        Some(listener) => listener,
        None => bind(components.settings.server.listen, None).await?,
    };
    let address = listener.local_addr()?;
    remember_port(&components, address.port()).await;
    let signals = Signals::default();
    let tasks = Tasks::begin(&components, &publisher, listener, handler, &signals).await?;
    systemd::notify(&[
        NotifyState::Ready,
        NotifyState::Status(&format!("serving {}", components.renderer.public_url)),
    ]);
    tracing::info!(address = %address, public_url = components.renderer.public_url, "serving");
    ready(address);

    let ended = signals.end_of(&components, &publisher, &mut told).await;
    let end = Instant::now() + PARTING;
    if ended == Ended::Stopped {
        tracing::info!("stopping");
        systemd::notify(&[NotifyState::Stopping]);
    }
    tasks.end(&components, end).await;
    if ended == Ended::Stopped
        && tokio::time::timeout_at(end.into(), part(&components, &publisher)).await.is_err()
    {
        tracing::warn!("not all could be written before the end; the next start goes on with it");
    }
    socket::forget(&components.settings.store);
    tracing::info!(begins_again = ended != Ended::Stopped, "stopped");
    Ok(ended)
}

/// What the daemon's parts tell one another.
#[derive(Default)]
struct Signals {
    /// The configuration is another.
    reloaded: Arc<Notify>,
    /// A state is over.
    relieved: Arc<Notify>,
    /// The store is to be set aside and rebuilt.
    rebuild: CancellationToken,
    /// The store that one stands in for can be opened.
    reopen: CancellationToken,
}

impl Signals {
    fn keeper(&self, components: &Arc<Components>) -> Keeper {
        Keeper {
            components: Arc::downgrade(components),
            relieved: self.relieved.clone(),
            rebuild: self.rebuild.clone(),
            reopen: self.reopen.clone(),
        }
    }

    fn schedule(&self, components: &Components) -> Schedule {
        Schedule {
            crawl: components.crawl.clone(),
            sites: components.renderer.sites.clone(),
            reloaded: self.reloaded.clone(),
            relieved: self.relieved.clone(),
            visits: VISITS,
        }
    }

    /// Waits for an end, and answers requests to reload meanwhile.
    async fn end_of(
        &self,
        components: &Components,
        publisher: &Publisher,
        told: &mut Told<'_>,
    ) -> Ended {
        let reload = Reload { components, publisher, reloaded: &self.reloaded, files: &told.files };
        loop {
            tokio::select! {
                () = told.stop.cancelled() => break Ended::Stopped,
                () = self.rebuild.cancelled() => break Ended::Rebuild,
                () = self.reopen.cancelled() => break Ended::Reopen,
                Some(request) = told.requests.recv() => {
                    reload.answer(request, told.requests).await;
                }
            }
        }
    }
}

/// What runs beside one another while the daemon lives.
struct Tasks {
    schedule: JoinHandle<()>,
    others: JoinSet<()>,
    watchdog: JoinHandle<()>,
    serving: CancellationToken,
    /// What `/readyz` says.
    answering: Arc<AtomicBool>,
}

impl Tasks {
    async fn begin(
        components: &Arc<Components>,
        publisher: &Arc<Publisher>,
        listener: TcpListener,
        handler: control::Handler,
        signals: &Signals,
    ) -> anyhow::Result<Self> {
        let (serving, answering, mut others) =
            (CancellationToken::new(), Arc::new(AtomicBool::new(true)), JoinSet::new());
        let snapshot = StatusSnapshot::default();
        snapshot.refresh(components).await;
        let state = state(components, publisher.clone(), snapshot.clone(), answering.clone());
        let places = descriptors::share(components.settings.fetch.concurrency).places;
        let limits = web::Limits { connections: places, ..web::Limits::default() };
        let server = web::serve_apart(listener, state, limits, serving.clone())?;
        others.spawn(async move {
            if let Ok(Err(error)) = server.await {
                tracing::error!(error = %chain(&error), "the server ended");
            }
        });
        others.spawn(snapshot.keep(Arc::downgrade(components), serving.clone()));
        others.spawn(publisher.clone().follow(serving.clone()));
        let store = components.settings.store.clone();
        others.spawn(controlled(socket::listen(&store), store, handler, serving.clone()));
        others.spawn(signals.keeper(components).keep(serving.clone()));
        let watchdog = tokio::spawn(systemd::watch(components.store.clone()));
        let schedule = tokio::spawn(signals.schedule(components).run());
        Ok(Self { schedule, others, watchdog, serving, answering })
    }

    /// Ends visits, then readers; what does not end in time is left where it is.
    async fn end(mut self, components: &Components, end: Instant) {
        self.answering.store(false, Ordering::Release);
        components.crawl.stop.cancel();
        let visits = self.schedule.abort_handle();
        if tokio::time::timeout_at((end - LAST * 2).into(), self.schedule).await.is_err() {
            tracing::warn!(
                "visits under way did not end in time; the next start goes on with them"
            );
            visits.abort();
        }
        self.serving.cancel();
        tokio::time::timeout_at((end - LAST).into(), async {
            while self.others.join_next().await.is_some() {}
        })
        .await
        .ok();
        self.watchdog.abort();
    }
}

/// What is left is written; what cannot be is found again at the next start.
async fn part(components: &Components, publisher: &Publisher) {
    publisher.catch_up().await.ok();
    if !components.archive.is_stopped()
        && let Err(error) = components.archive.sync().await
    {
        tracing::error!(error = %chain(&error), "the last sync of the archive failed");
    }
    if let Err(error) = components.store.flush().await {
        tracing::error!(error = %chain(&error), "how the sites fare could not be stored");
    }
}

/// Remembers the port that was picked; one that is not remembered is picked anew.
async fn remember_port(components: &Components, port: u16) {
    let port = port.to_string();
    if components.store.value(PORT).await.is_ok_and(|known| known.as_deref() == Some(port.as_str()))
    {
        return;
    }
    if let Err(error) = components.store.set_value(PORT, &port).await {
        tracing::warn!(error = %chain(&error), "the port is not remembered");
    }
}

/// Serves commands; where the socket could not be made it is tried again.
async fn controlled(
    first: std::io::Result<UnixListener>,
    store: PathBuf,
    handler: control::Handler,
    stop: CancellationToken,
) {
    let mut socket = first;
    if let Err(error) = &socket {
        tracing::error!(
            file.path = %store.display(),
            error = %chain(error),
            "the control socket could not be made: commands do not reach the daemon"
        );
    }
    while socket.is_err() {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(AGAIN) => socket = socket::listen(&store),
        }
    }
    if let Ok(socket) = socket {
        control::serve(socket, handler, stop).await;
    }
}

fn state(
    components: &Components,
    publisher: Arc<Publisher>,
    snapshot: StatusSnapshot,
    answering: Arc<AtomicBool>,
) -> web::State {
    web::State {
        documents: publisher,
        counters: components.counters.clone(),
        status: Arc::new(move || snapshot.look()),
        public_url: components.renderer.public_url.clone(),
        ready: answering,
        states: components.states.clone(),
    }
}
