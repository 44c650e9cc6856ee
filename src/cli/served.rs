//! Commands through the daemon: on its side the same commands with its open components.

use std::sync::Arc;

use bytes::Bytes;
use clap::Parser;
use tokio::sync::{Semaphore, mpsc};

use super::args::{Args, Command};
use super::console::Console;
use super::{accept, check, code, fetch, known, reload, status};
use crate::app::Components;
use crate::app::control::{Handler, Piece, Said};
use crate::app::reload::Request;
use crate::publish::{self, Given, Held};

/// Documents that wait for a slow caller.
const WAITING: usize = 8;

/// The daemon's side: the commands that need its store, and the one that has it read its
/// configuration again.
pub fn handler(components: Arc<Components>, requests: mpsc::Sender<Request>) -> Handler {
    Arc::new(move |command, body, say| {
        let (components, requests) = (components.clone(), requests.clone());
        Box::pin(async move {
            let mut console = Console::remote(say.clone());
            if let [kind, site, url] = command.args.as_slice()
                && kind == known::ASK
            {
                let answer = known::answer(&*components.store, site, url).await;
                let told = answer.and_then(|text| console.result_as_is(&text));
                return told.map_or(code::FAILED, |()| code::DONE);
            }
            let outcome = match Args::try_parse_from(
                std::iter::once("bantin".to_owned()).chain(command.args),
            ) {
                Ok(Args { command: Command::Fetch(args), .. }) => {
                    fetch::with(&components, args, &mut console).await
                }
                Ok(Args { command: Command::Publish(_), .. }) => {
                    send_documents(&components, &Held::read(&body), say).await
                }
                Ok(Args { command: Command::Status(args), .. }) => {
                    status::with(&components, args, &mut console).await
                }
                Ok(Args { command: Command::AcceptMissingArchive(args), .. }) => {
                    accept::with(&components, args, &mut console).await
                }
                Ok(Args { command: Command::Check(args), .. }) => {
                    check::with(&components, args, &mut console).await
                }
                Ok(Args { command: Command::Reload(args), .. }) => {
                    reload::with(&requests, args, &mut console).await
                }
                Ok(_) => Err(anyhow::anyhow!("the daemon does not take this command")),
                Err(error) => Err(error.into()),
            };
            outcome.unwrap_or_else(|error| console.fail(&error).max(code::FAILED))
        })
    })
}

/// Every document that the caller does not hold, to write where the service must not.
async fn send_documents(
    components: &Components,
    held: &Held,
    say: mpsc::UnboundedSender<Piece>,
) -> anyhow::Result<u8> {
    let (out, mut taken) = mpsc::channel::<Given>(1);
    let places = Arc::new(Semaphore::new(WAITING));
    let sending = async {
        while let Some(given) = taken.recv().await {
            let place = places.clone().acquire_owned().await?;
            let (said, body) = match given {
                Given::Document { path, tag, bytes } => {
                    (Said::File { path, tag, bytes: bytes.len() }, bytes)
                }
                Given::Same(path) => (Said::Same(path), Bytes::new()),
                Given::Kept(path) => (Said::Kept(path), Bytes::new()),
            };
            say.send(Piece(said, body, Some(place)))?;
        }
        anyhow::Ok(())
    };
    let (given, sent) = tokio::join!(publish::documents(&components.renderer, held, out), sending);
    sent?;
    given?;
    Ok(code::DONE)
}
