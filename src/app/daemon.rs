//! The daemon: reads, publishes and serves until told to stop, then ends in good order.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use anyhow::Context;
use sd_notify::NotifyState;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::signals::{self, next_reload};
use super::status::Board;
use super::{Rooms, control, systemd};
use crate::config::{Loaded, Located};
use crate::crawl::Schedule;
use crate::extract::Reader;
use crate::publish::Publisher;
use crate::web;

/// Where the port is remembered that was picked for `listen = "…:0"`.
const PORT: &str = "port";
/// Visits at once.
const VISITS: usize = 256;
/// The longest wait for visits and readers at the end.
const PARTING: Duration = Duration::from_secs(8);

/// The listener that systemd passed, if it did.
pub fn passed_listener() -> anyhow::Result<Option<std::net::TcpListener>> {
    let mut fds = listenfd::ListenFd::from_env();
    if fds.len() == 0 {
        return Ok(None);
    }
    fds.take_tcp_listener(0).context("the socket that systemd passed is no TCP listener")
}

/// Binds the configured address; port 0 picks one and takes it again next time if it is free.
pub async fn bind(listen: SocketAddr, remembered: Option<u16>) -> anyhow::Result<TcpListener> {
    if let Some(port) = remembered.filter(|_| listen.port() == 0)
        && let Ok(listener) = TcpListener::bind(SocketAddr::new(listen.ip(), port)).await
    {
        return Ok(listener);
    }
    TcpListener::bind(listen).await.with_context(|| format!("{listen} could not be bound: is another server there?"))
}

/// What feeds call themselves when nothing is configured: the address as a reader on this machine writes it.
pub fn url_of(address: SocketAddr) -> String {
    match address {
        SocketAddr::V4(v4) if v4.ip().is_unspecified() => format!("http://127.0.0.1:{}/", v4.port()),
        SocketAddr::V6(v6) if v6.ip().is_unspecified() => format!("http://[::1]:{}/", v6.port()),
        address => format!("http://{address}/"),
    }
}

/// The port picked earlier.
pub async fn remembered_port(rooms: &Rooms) -> Option<u16> {
    rooms.store.value(PORT).await.ok().flatten()?.parse().ok()
}

/// Reads the configuration again; its faults as they are told.
pub type Reload = Box<dyn Fn() -> Result<(Loaded, Reader), Vec<Located>> + Send + Sync>;

/// Takes a changed configuration up; one with faults changes nothing.
async fn reload_now(rooms: &Rooms, publisher: &Publisher, reload: &Reload, reloaded: &Notify) {
    systemd::notify_reloading();
    match reload() {
        Ok((loaded, reader)) => {
            tracing::info!(
                sites = loaded.sites.len(),
                "the configuration was read again; settings of server, store, archive and fetch need a new start"
            );
            rooms.reload(loaded, reader);
            if let Err(error) = publisher.render_all().await {
                tracing::error!(error = &error as &dyn std::error::Error, "the feeds could not be made anew");
            }
            reloaded.notify_one();
        }
        Err(faults) => {
            for fault in &faults {
                tracing::error!(file = %fault.file.display(), line = fault.line, column = fault.column, what = fault.fault.what, "the configuration has a fault; the old one stays");
            }
        }
    }
    systemd::notify(&[NotifyState::Ready]);
}

/// Runs until `stop`; `ready` is called once the address answers.
pub async fn run(
    rooms: Arc<Rooms>,
    early: Option<TcpListener>,
    handler: control::Handler,
    stop: CancellationToken,
    reload: Reload,
    ready: impl FnOnce(SocketAddr),
) -> anyhow::Result<()> {
    let mut hangups = signals::hangups()?;
    let publisher = Arc::new(Publisher::start(rooms.press.clone()).await.context("the feeds could not be made ready")?);
    let listener = match early {
        Some(listener) => listener,
        None => bind(rooms.loaded.settings.server.listen, None).await?,
    };
    let address = listener.local_addr()?;
    rooms.store.set_value(PORT, &address.port().to_string()).await?;
    let serving = CancellationToken::new();
    let board = Board::default();
    board.refresh(&rooms).await;
    let state = state(&rooms, publisher.clone(), board.clone());
    let board = tokio::spawn(board.keep(Arc::downgrade(&rooms), serving.clone()));
    let server = web::serve_apart(listener, state, serving.clone())?;
    let follower = tokio::spawn(publisher.clone().follow(serving.clone()));
    let socket = control::listen(&control::path(&rooms.loaded.settings.store)).context("the control socket could not be made")?;
    let controller = tokio::spawn(control::serve(socket, handler, serving.clone()));
    let watchdog = tokio::spawn(systemd::watch(rooms.store.clone()));
    let reloaded = Arc::new(Notify::new());
    let schedule = Schedule { crawl: rooms.crawl.clone(), sites: rooms.press.sites.clone(), reloaded: reloaded.clone(), visits: VISITS };
    let schedule = tokio::spawn(schedule.run());
    systemd::notify(&[NotifyState::Ready]);
    tracing::info!(address = %address, public_url = rooms.press.public_url, "serving");
    ready(address);

    loop {
        tokio::select! {
            () = stop.cancelled() => break,
            () = next_reload(&mut hangups) => reload_now(&rooms, &publisher, &reload, &reloaded).await,
        }
    }
    tracing::info!("stopping");
    systemd::notify(&[NotifyState::Stopping]);
    rooms.crawl.stop.cancel();
    tokio::time::timeout(PARTING, schedule).await.ok();
    serving.cancel();
    tokio::time::timeout(PARTING / 2, async { tokio::join!(server, follower, controller, board) }).await.ok();
    watchdog.abort();
    publisher.catch_up().await.context("the last changes could not be published")?;
    rooms.archive.sync().await?;
    rooms.store.wake().await?;
    std::fs::remove_file(control::path(&rooms.loaded.settings.store)).ok();
    tracing::info!("stopped");
    Ok(())
}

fn state(rooms: &Rooms, publisher: Arc<Publisher>, board: Board) -> web::State {
    web::State {
        library: publisher,
        counters: rooms.counters.clone(),
        status: Arc::new(move || board.look()),
        public_url: rooms.press.public_url.clone(),
        ready: Arc::new(AtomicBool::new(true)),
        states: rooms.states.clone(),
    }
}
