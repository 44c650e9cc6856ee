//! `bantin run`: the daemon.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use tokio_util::sync::CancellationToken;

use super::console::Console;
use super::{code, remote, setup};
use crate::app::daemon::Ended;
use crate::app::{self, Rooms, daemon};
use crate::config::Loaded;
use crate::extract::Reader;

/// Run the daemon: read the sites when they are due, archive, store, publish and serve, until SIGTERM
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  bantin --config /etc/bantin/bantin.toml run")]
pub struct Args {}

/// After this long a damage is not of the same row.
const STEADY: Duration = Duration::from_secs(60);
/// How often in a row a store that is damaged is set aside.
const TRIES: u32 = 3;

/// Runs the daemon; when its store turns out to be damaged it is started again with a new one.
pub async fn run(config: Option<&Path>, _args: Args, console: &mut Console) -> anyhow::Result<u8> {
    app::log::start("info");
    let (loaded, _) = setup::configuration(config, console)?;
    let stop = app::stop_on_signals()?;
    let passed = daemon::passed_listener()?;
    advise(&loaded, passed.as_ref().and_then(|listener| listener.local_addr().ok()));
    let (mut set_aside, mut tries) = (false, 0);
    loop {
        let began = Instant::now();
        match live(&loaded, passed.as_ref(), &stop, set_aside).await {
            Ok(Ended::Stopped) => return Ok(code::DONE),
            Ok(Ended::Reopen) => {
                set_aside = false;
                continue;
            }
            Ok(Ended::Rebuild) => {}
            Err(error) if setup::is_damage(&error) => tracing::error!(error = format!("{error:#}"), "the store does not read"),
            Err(error) => return Err(error),
        }
        tries = if began.elapsed() > STEADY { 1 } else { tries + 1 };
        if tries > TRIES {
            anyhow::bail!("the store was damaged {tries} times in a row, newly built: look at the disk");
        }
        set_aside = true;
    }
}

/// Warns of settings that others than we would miss, with what to do.
fn advise(loaded: &Loaded, passed: Option<SocketAddr>) {
    let settings = &loaded.settings;
    let address = passed.unwrap_or(settings.server.listen);
    if settings.server.public_url.is_none() && !address.ip().to_canonical().is_loopback() {
        tracing::warn!(
            %address, advice = "set `[server] public_url` to the address by which others reach this server",
            error = "feeds name an address that others cannot open", "public_url is not set"
        );
    }
    if settings.fetch.contact.is_none() {
        tracing::warn!(
            advice = "set `[fetch] contact` to an address, mailto: or https URL",
            error = "the sites that are read cannot tell whom to ask",
            "contact is not set"
        );
    }
}

/// One life of the daemon.
async fn live(loaded: &Loaded, passed: Option<&std::net::TcpListener>, stop: &CancellationToken, set_aside: bool) -> anyhow::Result<Ended> {
    let reader = compiled(loaded)?;
    let (file, listen) = (loaded.file.clone(), loaded.settings.server.listen);
    let public_url = passed.map(|listener| listener.local_addr().map(daemon::url_of)).transpose()?;
    let configured = loaded.settings.server.public_url.as_ref().map(ToString::to_string);
    let opening = setup::Opening { patience: app::PATIENCE, set_aside, stop: stop.clone() };
    let named = configured.clone().or(public_url);
    let opened = setup::rooms_by(loaded.clone(), reader, Arc::new(|_, _| {}), named.clone(), opening).await;
    let mut rooms = match opened {
        Err(error) if app::is_passing(&error) => Rooms::without_store(
            loaded.clone(),
            compiled(loaded)?,
            Arc::new(|_, _| {}),
            named.unwrap_or_else(|| daemon::url_of(listen)),
            &error,
        )?,
        opened => opened.with_context(|| format!("the store at {} could not be opened", loaded.settings.store.display()))?,
    };
    let early = match passed {
        Some(listener) => {
            let listener = listener.try_clone()?;
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
    daemon::run(rooms.clone(), early, remote::handler(rooms), stop.clone(), reload, |_| {}).await
}

fn compiled(loaded: &Loaded) -> anyhow::Result<Reader> {
    app::compile(loaded).map_err(|_| anyhow::anyhow!("the configuration does not compile"))
}
