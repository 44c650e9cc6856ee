//! Commands through the daemon: on this side the call, on the daemon's side the same commands with its open rooms.

use std::path::Path;
use std::sync::Arc;

use clap::Parser;

use super::console::Console;
use super::{Args, Command, accept, code, fetch, publish, status};
use crate::app::Rooms;
use crate::app::control::{self, Handler, Said};

/// Runs this process's command in the daemon that has `store` open; `None` if there is none.
pub async fn call(store: &Path, console: &mut Console) -> anyhow::Result<Option<u8>> {
    let args = std::env::args_os().skip(1).map(|arg| arg.to_string_lossy().into_owned()).collect();
    let command = control::Command { args, folder: std::env::current_dir()? };
    let mut fault = Ok(());
    let exit = control::call(&control::path(store), &command, |said| match said {
        Said::Out(text) if fault.is_ok() => fault = console.result(text.trim_end_matches('\n')),
        Said::Err(text) => console.note(text.trim_end_matches('\n')),
        _ => {}
    })
    .await?;
    fault?;
    Ok(exit)
}

/// The daemon's side: the commands that need its store.
pub fn handler(rooms: Arc<Rooms>) -> Handler {
    Arc::new(move |command, say| {
        let rooms = rooms.clone();
        Box::pin(async move {
            let mut console = Console::remote(say);
            let outcome = match Args::try_parse_from(std::iter::once("bantin".to_owned()).chain(command.args)) {
                Ok(Args { command: Command::Fetch(args), .. }) => fetch::with(&rooms, args, &mut console).await,
                Ok(Args { command: Command::Publish(args), .. }) => {
                    publish::with(&rooms, &command.folder.join(args.dir), args.json, &mut console).await
                }
                Ok(Args { command: Command::Status(args), .. }) => status::with(&rooms, args, &mut console).await,
                Ok(Args { command: Command::AcceptMissingArchive(args), .. }) => accept::with(&rooms, args, &mut console).await,
                Ok(_) => Err(anyhow::anyhow!("the daemon does not take this command")),
                Err(error) => Err(error.into()),
            };
            outcome.unwrap_or_else(|error| console.fail(&error).max(code::FAILED))
        })
    })
}
