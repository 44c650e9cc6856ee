//! The control socket: commands that need the store go through the daemon that has it open (CONTRACT section 1).
//!
//! One connection a command: a JSON line with its arguments goes in; JSON lines with output come back, the last one the exit code.

use std::io;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::net::Backoff;

/// A command for the daemon: its arguments as typed, without the program's name.
#[derive(Debug, Serialize, Deserialize)]
pub struct Command {
    /// Arguments.
    pub args: Vec<String>,
    /// The caller's folder, for relative paths.
    pub folder: PathBuf,
}

/// A piece of what a command says.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Said {
    /// For standard output.
    Out(String),
    /// For standard error.
    Err(String),
    /// The exit code: the last word.
    Exit(u8),
}

/// Runs a command in the daemon; what it says goes into the channel; its exit code.
pub type Handler = Arc<dyn Fn(Command, mpsc::UnboundedSender<Said>) -> Pin<Box<dyn Future<Output = u8> + Send>> + Send + Sync>;

/// The longest line of a command, in bytes.
const LONGEST: u64 = 64 << 10;

/// The socket's path: in the store's folder, or in `$RUNTIME_DIRECTORY` where the store has none.
pub fn path(store: &Path) -> PathBuf {
    store.join("control.sock")
}

/// Listens at `path`, for the owner alone (mode 0600); a socket left by a dead daemon is replaced.
pub fn listen(path: &Path) -> io::Result<UnixListener> {
    use std::os::unix::fs::PermissionsExt;
    if path.exists() {
        std::fs::remove_file(path)?;
    }
    let listener = UnixListener::bind(path)?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))?;
    Ok(listener)
}

/// Serves commands until told to stop.
pub async fn serve(listener: UnixListener, handler: Handler, stop: CancellationToken) {
    let mut backoff = Backoff::default();
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    tokio::spawn(answer(stream, handler.clone()));
                }
                Err(error) => {
                    backoff.after("control socket", &error).await;
                }
            }
        }
    }
}

async fn answer(stream: UnixStream, handler: Handler) {
    let (read, mut write) = stream.into_split();
    let mut line = String::new();
    let mut read = tokio::io::AsyncReadExt::take(BufReader::new(read), LONGEST);
    if read.read_line(&mut line).await.is_err() {
        return;
    }
    let Ok(command) = serde_json::from_str::<Command>(&line) else { return };
    let (say, mut said) = mpsc::unbounded_channel();
    let work = tokio::spawn(handler(command, say));
    while let Some(piece) = said.recv().await {
        if send(&mut write, &piece).await.is_err() {
            work.abort();
            return;
        }
    }
    let exit = work.await.unwrap_or(1);
    send(&mut write, &Said::Exit(exit)).await.ok();
}

async fn send(write: &mut tokio::net::unix::OwnedWriteHalf, piece: &Said) -> io::Result<()> {
    let mut line = serde_json::to_vec(piece)?;
    line.push(b'\n');
    write.write_all(&line).await
}

/// Runs a command in the daemon behind `path`; `None` if no daemon listens there.
pub async fn call(path: &Path, command: &Command, mut heard: impl FnMut(Said)) -> io::Result<Option<u8>> {
    let mut stream = match UnixStream::connect(path).await {
        Ok(stream) => stream,
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused) => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut line = serde_json::to_vec(command)?;
    line.push(b'\n');
    stream.write_all(&line).await?;
    let mut lines = BufReader::new(stream).lines();
    while let Some(line) = lines.next_line().await? {
        match serde_json::from_str(&line)? {
            Said::Exit(code) => return Ok(Some(code)),
            piece => heard(piece),
        }
    }
    Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the daemon ended before the command did"))
}
