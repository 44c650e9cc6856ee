//! The accept loop: bounded in connections, in the time of each step, and in the time of its own
//! end.

use std::io;
use std::sync::Arc;

use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::State;
use super::limits::Limits;
use super::permits::{Permit, Permits};
use super::router::Router;
use super::shutdown::{Notice, listening};
use super::wire::talk;
use crate::domain::state::chain;
use crate::net::Backoff;

/// [`serve`] by a thread with a runtime of its own: whatever sites make the daemon do, its readers
/// don't wait for it.
///
/// # Errors
/// When the runtime could not be started.
pub fn serve_apart(
    listener: TcpListener,
    state: State,
    limits: Limits,
    shutdown: CancellationToken,
) -> io::Result<JoinHandle<io::Result<()>>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    // A socket is waited for by the runtime that it was made in, until it is taken out.
    let listener = listener.into_std()?;
    Ok(tokio::task::spawn_blocking(move || {
        runtime.block_on(async {
            serve(TcpListener::from_std(listener)?, state, limits, shutdown).await;
            Ok(())
        })
    }))
}

/// Serves until the shutdown, then ends the connections and returns.
pub async fn serve(
    listener: TcpListener,
    state: State,
    limits: Limits,
    shutdown: CancellationToken,
) {
    let permits = Permits::new(limits.connections);
    let router = Arc::new(Router::new(state, permits.clone()));
    let (connections, mut backoff) = (TaskTracker::new(), Backoff::default());
    loop {
        let accepted = tokio::select! {
            () = shutdown.cancelled() => break,
            accepted = async { permits.room().await; listener.accept().await } => accepted,
        };
        match accepted {
            // One whose network has more than enough is dropped at once.
            Ok((stream, peer)) => {
                if let Some(permit) = permits.take(peer.ip()) {
                    connections.spawn(serve_one(stream, router.clone(), limits, permit));
                }
            }
            Err(error) => {
                if backoff.after("http", &error).await {
                    permits.displace_one(Instant::now());
                }
            }
        }
    }
    drop(listener);
    connections.close();
    permits.tell(Notice::Close);
    if tokio::time::timeout(limits.grace, connections.wait()).await.is_err() {
        permits.tell(Notice::Break);
        connections.wait().await;
    }
}

/// One connection from its start to its end; its faults are the client's and end it alone.
async fn serve_one(stream: TcpStream, router: Arc<Router>, limits: Limits, permit: Permit) {
    let _ = stream.set_nodelay(true);
    if let Some(Err(error)) =
        listening(talk(stream, &router, &permit.connection, limits), &permit.connection.shutdown)
            .await
    {
        tracing::debug!(error = %chain(&error), "a connection ended early");
    }
}
