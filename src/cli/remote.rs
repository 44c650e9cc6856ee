//! Commands through the daemon: the call.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use tokio::sync::mpsc;

use super::console::Console;
use super::{code, setup};
use crate::app::Components;
use crate::app::control::{self, Handler, Said};
use crate::app::reload::Request;
use crate::publish::{Given, Tree, Written};

/// Makes what runs commands in a daemon.
pub type Serve = fn(Arc<Components>, mpsc::Sender<Request>) -> Handler;

/// Runs this process's command in the daemon that has the configured store open; `None` if there is
/// none. A configuration with faults elsewhere is the daemon's matter.
pub async fn call(config: Option<&Path>, console: &mut Console) -> anyhow::Result<Option<u8>> {
    call_with(config, console, &[], |_| {
        anyhow::bail!("the daemon sends a file that nobody asked for")
    })
    .await
}

/// What a command works on that no daemon has taken over, else how it ended there.
pub async fn call_or_open(
    config: Option<&Path>,
    console: &mut Console,
) -> anyhow::Result<ControlFlow<u8, Components>> {
    if let Some(code) = call(config, console).await? {
        return Ok(ControlFlow::Break(code));
    }
    let (loaded, reader) = setup::configuration(config, console)?;
    let components = setup::components(loaded, reader, Arc::new(|_, _| {}), None).await?;
    Ok(ControlFlow::Continue(components))
}

/// [`call`] with what the command works on; `file` takes the documents that the daemon gives.
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
            Said::File { path, tag, .. } => {
                file(Given::Document { path, tag, bytes: bytes.into() })?
            }
            Said::Same(path) => file(Given::Same(path))?,
            Said::Kept(path) => file(Given::Kept(path))?,
            Said::Exit(_) => {}
        }
        Ok(())
    })
    .await
}

/// Runs `publish` in the daemon: its documents are written here. What became of them; `None` if no
/// daemon runs.
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
