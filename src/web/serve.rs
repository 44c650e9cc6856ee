//! The accept loop: bounded in connections, in the time of each step, and in the time of its own end.

use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::State;
use super::bell::{Bell, Tower, listening};
use super::routes::House;
use super::stall::Stall;
use crate::domain::state::chain;

/// Most fields of a request's head.
const FIELDS: usize = 100;
/// Longest head of a request, in bytes.
const HEAD: usize = 64 << 10;

/// What a client may cost.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections at one time; further ones wait in the kernel's queue.
    pub connections: usize,
    /// From the connection's start, or the last answer, to the whole head of the next request.
    pub head: Duration,
    /// How long writing may wait for a client that does not read.
    pub stall: Duration,
    /// How long answers under way may take after the shutdown began.
    pub grace: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { connections: 1024, head: Duration::from_secs(10), stall: Duration::from_secs(60), grace: Duration::from_secs(5) }
    }
}

/// Serves until the shutdown, then ends the connections and returns.
pub async fn serve(listener: TcpListener, state: State, shutdown: CancellationToken) {
    serve_within(listener, state, Limits::default(), shutdown).await;
}

/// [`serve`] by a thread with a runtime of its own: whatever sites make the daemon do, its readers don't wait for it.
///
/// # Errors
/// When the runtime could not be started.
pub fn serve_apart(listener: TcpListener, state: State, shutdown: CancellationToken) -> io::Result<JoinHandle<io::Result<()>>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    // A socket is waited for by the runtime that it was made in, until it is taken out.
    let listener = listener.into_std()?;
    Ok(tokio::task::spawn_blocking(move || {
        runtime.block_on(async {
            serve(TcpListener::from_std(listener)?, state, shutdown).await;
            Ok(())
        })
    }))
}

/// [`serve`] with limits of one's own.
pub async fn serve_within(listener: TcpListener, state: State, limits: Limits, shutdown: CancellationToken) {
    let house = Arc::new(House::new(state));
    let seats = Arc::new(Semaphore::new(limits.connections));
    let (connections, tower) = (TaskTracker::new(), Tower::default());
    loop {
        let seat = tokio::select! {
            () = shutdown.cancelled() => break,
            seat = Arc::clone(&seats).acquire_owned() => seat,
        };
        let accepted = tokio::select! {
            () = shutdown.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, _)) => {
                let (house, bell) = (Arc::clone(&house), tower.hang());
                connections.spawn(async move {
                    connection(stream, house, limits, bell).await;
                    drop(seat);
                });
            }
            Err(error) => {
                // Out of descriptors, or a client that left at once: neither ends the server.
                tracing::warn!(error = %chain(&error), "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
    drop(listener);
    connections.close();
    tower.close();
    if tokio::time::timeout(limits.grace, connections.wait()).await.is_err() {
        tower.break_off();
        connections.wait().await;
    }
}

/// One connection from its start to its end; its faults are the client's and end it alone.
async fn connection(stream: TcpStream, house: Arc<House>, limits: Limits, bell: Arc<Bell>) {
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| {
        let house = Arc::clone(&house);
        async move { Ok::<_, Infallible>(house.answer(request).await) }
    });
    let connection = http1::Builder::new()
        .max_headers(FIELDS)
        .max_header_size(HEAD)
        .max_buf_size(HEAD)
        .serve_connection(TokioIo::new(Stall::new(stream, limits.stall, limits.head)), service);
    if let Some(Err(error)) = listening(connection, bell, |connection| connection.graceful_shutdown()).await {
        tracing::debug!(error = %chain(&error), "a connection ended early");
    }
}
