//! SIGTERM and SIGINT ask for an end in good order, SIGHUP for a new reading of the configuration;
//! heard from the first moment on.

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::reload::Request;

/// Asks for a new reading whenever SIGHUP comes; those that come before anybody listens are
/// remembered as one.
///
/// # Errors
///
/// When the signal cannot be listened for.
pub fn reload_on_hangup(requests: mpsc::Sender<Request>) -> std::io::Result<()> {
    let mut hangups = signal(SignalKind::hangup())?;
    tokio::spawn(async move {
        while hangups.recv().await.is_some() {
            // Requests that wait are answered by the same files.
            requests.try_send(Request(None)).ok();
        }
    });
    Ok(())
}

/// A token that SIGTERM or SIGINT cancels; a second one ends the process at once.
///
/// # Errors
///
/// When a signal cannot be listened for.
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
