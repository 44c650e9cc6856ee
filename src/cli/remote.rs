//! Commands through the daemon: on this side the call, on the daemon's side the same commands with its open rooms.

use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use clap::Parser;
use tokio::sync::{Semaphore, mpsc};

use super::console::Console;
use super::{Args, Command, accept, check, code, fetch, reload, setup, status};
use crate::app::Rooms;
use crate::app::control::{self, Handler, Piece, Said};
use crate::app::reload::Request;
use crate::publish::{self, Given, Held, Tree, Written};

/// Documents that wait for a slow caller.
const WAITING: usize = 8;

/// Runs this process's command in the daemon that has the configured store open; `None` if there is none. A configuration with faults
/// elsewhere is the daemon's matter.
pub async fn call(config: Option<&Path>, console: &mut Console) -> anyhow::Result<Option<u8>> {
    call_with(config, console, &[], |_| anyhow::bail!("the daemon sends a file that nobody asked for")).await
}

/// The same with what the command works on; `file` takes the documents that the daemon gives.
async fn call_with(
    config: Option<&Path>,
    console: &mut Console,
    body: &[u8],
    mut file: impl FnMut(Given) -> anyhow::Result<()>,
) -> anyhow::Result<Option<u8>> {
    let Some(store) = setup::store(config) else { return Ok(None) };
    let args = std::env::args_os().skip(1).map(|arg| arg.to_string_lossy().into_owned()).collect();
    let command = control::Command { args, folder: std::env::current_dir()?, follows: 0 };
    control::call(&store, command, body, |said, bytes| {
        match said {
            Said::Out(text) => console.result_as_is(&text)?,
            Said::Err(text) => console.note(text.trim_end_matches('\n')),
            Said::File { path, tag, .. } => file(Given::Document { path, tag, bytes: bytes.into() })?,
            Said::Same(path) => file(Given::Same(path))?,
            Said::Kept(path) => file(Given::Kept(path))?,
            Said::Exit(_) => {}
        }
        Ok(())
    })
    .await
}

/// The daemon's side: the commands that need its store, and the one that has it read its configuration again.
pub fn handler(rooms: Arc<Rooms>, requests: mpsc::Sender<Request>) -> Handler {
    Arc::new(move |command, body, say| {
        let (rooms, requests) = (rooms.clone(), requests.clone());
        Box::pin(async move {
            let mut console = Console::remote(say.clone());
            let outcome = match Args::try_parse_from(std::iter::once("bantin".to_owned()).chain(command.args)) {
                Ok(Args { command: Command::Fetch(args), .. }) => fetch::with(&rooms, args, &mut console).await,
                Ok(Args { command: Command::Publish(_), .. }) => send_documents(&rooms, &Held::read(&body), say).await,
                Ok(Args { command: Command::Status(args), .. }) => status::with(&rooms, args, &mut console).await,
                Ok(Args { command: Command::AcceptMissingArchive(args), .. }) => accept::with(&rooms, args, &mut console).await,
                Ok(Args { command: Command::Check(args), .. }) => check::with(&rooms, args, &mut console).await,
                Ok(Args { command: Command::Reload(args), .. }) => reload::with(&requests, args, &mut console).await,
                Ok(_) => Err(anyhow::anyhow!("the daemon does not take this command")),
                Err(error) => Err(error.into()),
            };
            outcome.unwrap_or_else(|error| console.fail(&error).max(code::FAILED))
        })
    })
}

/// Every document that the caller does not hold, to write where the service must not.
async fn send_documents(rooms: &Rooms, held: &Held, say: mpsc::UnboundedSender<Piece>) -> anyhow::Result<u8> {
    let (out, mut taken) = mpsc::channel::<Given>(1);
    let places = Arc::new(Semaphore::new(WAITING));
    let sending = async {
        while let Some(given) = taken.recv().await {
            let place = places.clone().acquire_owned().await?;
            let (said, body) = match given {
                Given::Document { path, tag, bytes } => (Said::File { path, tag, bytes: bytes.len() }, bytes),
                Given::Same(path) => (Said::Same(path), Bytes::new()),
                Given::Kept(path) => (Said::Kept(path), Bytes::new()),
            };
            say.send(Piece(said, body, Some(place)))?;
        }
        anyhow::Ok(())
    };
    let (given, sent) = tokio::join!(publish::documents(&rooms.press, held, out), sending);
    sent?;
    given?;
    Ok(code::DONE)
}

/// Runs `publish` in the daemon: its documents are written here. What became of them; `None` if no daemon runs.
pub async fn publish(
    config: Option<&Path>,
    dir: &Path,
    packed: bool,
    console: &mut Console,
) -> anyhow::Result<Option<Result<Written, u8>>> {
    let mut tree = Tree::below(dir, packed)?;
    let held = tree.held().to_bytes();
    let ended = call_with(config, console, &held, |given| Ok(tree.take(given)?));
    let code = match ended.await {
        Ok(None) => return Ok(None),
        Ok(Some(code::DONE)) => return Ok(Some(Ok(tree.finish(true)?))),
        Ok(Some(code)) => Ok(Some(Err(code))),
        Err(error) => Err(error),
    };
    // Why it is not whole was said.
    tree.finish(false).ok();
    code
}
