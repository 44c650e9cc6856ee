//! `bantin run`: the daemon.

use std::path::Path;
use std::sync::Arc;

use super::console::Console;
use super::{code, remote, setup};
use crate::app::{self, daemon};

/// Run the daemon: read the sites when they are due, archive, store, publish and serve, until SIGTERM
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  bantin --config /etc/bantin/bantin.toml run")]
pub struct Args {}

/// Runs the daemon.
pub async fn run(config: Option<&Path>, _args: Args, console: &mut Console) -> anyhow::Result<u8> {
    app::log::start("info");
    let (loaded, reader) = setup::configuration(config, console)?;
    let file = loaded.file.clone();
    let stop = app::stop_on_signals()?;
    let listen = loaded.settings.server.listen;
    let passed = daemon::passed_listener()?;
    let store = loaded.settings.store.clone();
    let public_url = passed.as_ref().map(|l| l.local_addr().map(daemon::url_of)).transpose()?;
    let configured = loaded.settings.server.public_url.as_ref().map(ToString::to_string);
    let mut rooms = match setup::rooms(loaded, reader, Arc::new(|_, _| {}), configured.clone().or(public_url)).await {
        Ok(rooms) => rooms,
        Err(error) => return Err(error.context(format!("the store at {} could not be opened", store.display()))),
    };
    let early = match passed {
        Some(listener) => {
            listener.set_nonblocking(true)?;
            Some(tokio::net::TcpListener::from_std(listener)?)
        }
        None if listen.port() == 0 => Some(daemon::bind(listen, daemon::remembered_port(&rooms).await).await?),
        None => None,
    };
    if let (None, Some(listener)) = (configured, &early) {
        rooms.press.public_url = daemon::url_of(listener.local_addr()?);
    }
    let rooms = Arc::new(rooms);
    let reload = Box::new(move || setup::load(&file));
    daemon::run(rooms.clone(), early, remote::handler(rooms), stop, reload, |_| {}).await?;
    Ok(code::DONE)
}
