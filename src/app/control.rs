//! The control socket: commands that need the store go through the daemon that has it open
//! (CONTRACT section 1).
//!
//! One connection a command: a JSON line with its arguments goes in, and what it works on; JSON
//! lines with output come back, the last one the exit code.

use std::io;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{OwnedSemaphorePermit, mpsc};
use tokio_util::sync::CancellationToken;

use super::socket;
use crate::net::Backoff;

/// A command for the daemon: its arguments as typed, without the program's name.
#[derive(Debug, Serialize, Deserialize)]
pub struct Command {
    /// Arguments.
    pub args: Vec<String>,
    /// The caller's folder, for relative paths.
    pub folder: PathBuf,
    /// So many bytes of what it works on follow the line.
    #[serde(default)]
    pub follows: u64,
}

/// A piece of what a command says.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Said {
    /// For standard output.
    Out(String),
    /// For standard error.
    Err(String),
    /// A file for the caller to write: so many bytes follow the line.
    File {
        /// Its path below the folder that the caller named.
        path: String,
        /// The tag of the document; empty if none is known.
        #[serde(default)]
        tag: String,
        /// How long it is.
        bytes: usize,
    },
    /// The file at this path is the one that the caller told of.
    Same(String),
    /// What stands at this path below that folder, or below it there, stays.
    Kept(String),
    /// The exit code: the last word.
    Exit(u8),
}

/// What is said, with the file's bytes where it is one; who waits for their place in the queue
/// holds the permit.
pub struct Piece(pub Said, pub Bytes, pub Option<OwnedSemaphorePermit>);

impl From<Said> for Piece {
    fn from(said: Said) -> Self {
        Self(said, Bytes::new(), None)
    }
}

/// Runs a command on the bytes that came with it in the daemon; what it says goes into the channel;
/// its exit code.
pub type Handler = Arc<
    dyn Fn(
            Command,
            Vec<u8>,
            mpsc::UnboundedSender<Piece>,
        ) -> Pin<Box<dyn Future<Output = u8> + Send>>
        + Send
        + Sync,
>;

/// The longest line of a command, in bytes.
const LONGEST: u64 = 64 << 10;
/// The most that may follow it, in bytes; more is not sent.
const MOST: u64 = 64 << 20;
/// The longest file that is taken from a daemon, in bytes.
const LARGEST: usize = 1 << 30;

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
    let mut read = BufReader::new(read).take(LONGEST);
    if read.read_line(&mut line).await.is_err() {
        return;
    }
    let Some(command) =
        serde_json::from_str::<Command>(&line).ok().filter(|command| command.follows <= MOST)
    else {
        return;
    };
    let mut body = Vec::new();
    read.set_limit(command.follows);
    if !read.read_to_end(&mut body).await.is_ok_and(|length| length as u64 == command.follows) {
        return;
    }
    let (say, mut said) = mpsc::unbounded_channel();
    let work = tokio::spawn(handler(command, body, say));
    while let Some(piece) = said.recv().await {
        if send(&mut write, &piece).await.is_err() {
            work.abort();
            return;
        }
    }
    let exit = work.await.unwrap_or(1);
    send(&mut write, &Said::Exit(exit).into()).await.ok();
}

async fn send(
    write: &mut tokio::net::unix::OwnedWriteHalf,
    Piece(said, bytes, _): &Piece,
) -> io::Result<()> {
    let mut line = serde_json::to_vec(said)?;
    line.push(b'\n');
    write.write_all(&line).await?;
    write.write_all(bytes).await
}

/// Runs a command in the daemon with the store in that folder, on `body` unless that is too much;
/// `None` if no daemon listens there.
///
/// # Errors
///
/// When the socket does not answer, or what comes back is no answer of this program.
pub async fn call(
    store: &Path,
    mut command: Command,
    body: &[u8],
    heard: impl FnMut(Said, Vec<u8>) -> anyhow::Result<()>,
) -> anyhow::Result<Option<u8>> {
    let stream = match UnixStream::connect(socket::found(store)).await {
        Ok(stream) => stream,
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused
            ) =>
        {
            return Ok(None);
        }
        Err(error) => {
            let who = "only root and the user of the daemon may ask it";
            return Err(anyhow::Error::new(error)
                .context(format!("the daemon at {} cannot be asked: {who}", store.display())));
        }
    };
    let body = if body.len() as u64 <= MOST { body } else { &[] };
    command.follows = body.len() as u64;
    let mut line = serde_json::to_vec(&command)?;
    line.push(b'\n');
    let (read, mut write) = stream.into_split();
    let told = async {
        write.write_all(&line).await?;
        write.write_all(body).await
    };
    let mut hearing = std::pin::pin!(listen(read, heard));
    // A daemon of an earlier release answers before it has read all.
    tokio::select! {
        ended = &mut hearing => ended.map(Some),
        // If it failed, the answer's end says so.
        _ = told => hearing.await.map(Some),
    }
}

/// Hears what a command says to its end; its exit code.
async fn listen(
    read: impl AsyncRead + Unpin,
    mut heard: impl FnMut(Said, Vec<u8>) -> anyhow::Result<()>,
) -> anyhow::Result<u8> {
    let mut input = BufReader::new(read);
    loop {
        let mut line = String::new();
        if input.read_line(&mut line).await? == 0 {
            anyhow::bail!("the daemon ended before the command did");
        }
        match serde_json::from_str(&line)? {
            Said::Exit(code) => return Ok(code),
            Said::File { bytes, .. } if bytes > LARGEST => {
                anyhow::bail!("the daemon sends a file of {bytes} bytes")
            }
            said => {
                let mut body = vec![0; if let Said::File { bytes, .. } = said { bytes } else { 0 }];
                input.read_exact(&mut body).await?;
                heard(said, body)?;
            }
        }
    }
}
