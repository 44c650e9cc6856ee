//! SIGTERM and SIGINT ask for an end in good order.

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// Asks for a new reading of the configuration whenever SIGHUP comes.
pub async fn next_reload(hangups: &mut Signal) {
    if hangups.recv().await.is_none() {
        std::future::pending::<()>().await;
    }
}

/// The stream of SIGHUPs; from now on one no longer ends the process.
pub fn hangups() -> std::io::Result<Signal> {
    signal(SignalKind::hangup())
}

/// A token that SIGTERM or SIGINT cancels; a second one ends the process at once.
pub fn stop_on_signals() -> std::io::Result<CancellationToken> {
    let token = CancellationToken::new();
    let stop = token.clone();
    let (mut term, mut int) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    tokio::spawn(async move {
        for first in [true, false] {
            tokio::select! {
                _ = term.recv() => {}
                _ = int.recv() => {}
            }
            if !first {
                std::process::exit(130);
            }
            stop.cancel();
        }
    });
    Ok(token)
}
