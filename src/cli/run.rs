//! `bantin run`: the daemon.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::console::Console;
use super::remote::Serve;
use super::{code, setup};
use crate::app::daemon::{Ended, Told};
use crate::app::reload::Requests;
use crate::app::systemd::Starting;
use crate::app::{self, Components, daemon};
use crate::config::Loaded;
use crate::crawl;
use crate::extract::Reader;

/// Run the daemon: read the sites when they are due, archive, store, publish and serve, until
/// SIGTERM
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  bantin --config /etc/bantin/bantin.toml run")]
pub struct Args {}

/// After this long a damage is not of the same row.
const STEADY: Duration = Duration::from_secs(60);
/// How long a start goes on after a stop, to come to a good place.
const GRACE: Duration = Duration::from_secs(3);
/// How often in a row a store that is damaged is set aside.
const TRIES: u32 = 3;

/// Runs the daemon; when its store turns out to be damaged it is started again with a new one.
pub async fn run(
    config: Option<&Path>,
    _args: Args,
    serve: Serve,
    console: &mut Console,
) -> anyhow::Result<u8> {
    let (stop, mut requests) = (app::stop_on_signals()?, Requests::default());
    app::reload_on_hangup(requests.ask.clone())?;
    app::log::start("info");
    let (mut loaded, _) = setup::configuration(config, console)?;
    let passed = daemon::passed_listener()?;
    advise(&loaded, passed.as_ref().and_then(|listener| listener.local_addr().ok()));
    let (mut set_aside, mut tries) = (false, 0);
    loop {
        let began = Instant::now();
        match live(&mut loaded, passed.as_ref(), (&stop, &mut requests, serve), set_aside).await {
            Ok(Ended::Stopped) => return Ok(code::DONE),
            Ok(Ended::Reopen) => {
                set_aside = false;
                continue;
            }
            Ok(Ended::Rebuild) => {}
            Err(error) if setup::is_damage(&error) => {
                tracing::error!(error = format!("{error:#}"), "the store cannot be read")
            }
            Err(error) => return Err(error),
        }
        tries = if began.elapsed() > STEADY { 1 } else { tries + 1 };
        if tries > TRIES {
            anyhow::bail!(
                "the store was damaged {tries} times in a row, newly built: look at the disk"
            );
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
            %address, advice = "set `[server] public_url` to the address by which others reach \
                                this server",
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
async fn live(
    loaded: &mut Loaded,
    passed: Option<&std::net::TcpListener>,
    (stop, requests, serve): (&CancellationToken, &mut Requests, Serve),
    set_aside: bool,
) -> anyhow::Result<Ended> {
    let starting = Starting::begin();
    let opened = tokio::select! {
        opened = open(loaded, passed, stop, set_aside, &starting) => opened,
        () = overdue(stop) => Err(crawl::Error::Stopped.into()),
    };
    let (components, early) = match opened {
        Err(error) if is_stop(&error) => {
            tracing::info!("stopped while starting; the next start goes on with it");
            return Ok(Ended::Stopped);
        }
        opened => opened?,
    };
    let file = loaded.file.clone();
    let files = Box::new(move || setup::load(&file));
    let told = Told { stop, requests: &mut requests.asked, files };
    let handler = serve(components.clone(), requests.ask.clone());
    starting.progress().send_replace("making the feeds".to_owned());
    let ended = daemon::run(components.clone(), early, handler, told, |_| drop(starting)).await;
    *loaded = Loaded::clone(&components.current.load());
    ended
}

/// The components, a stand-in where the store cannot be opened for now, and the listener where one
/// is needed to know the own address.
async fn open(
    loaded: &Loaded,
    passed: Option<&std::net::TcpListener>,
    stop: &CancellationToken,
    set_aside: bool,
    starting: &Starting,
) -> anyhow::Result<(Arc<Components>, Option<TcpListener>)> {
    let reader = compiled(loaded)?;
    let listen = loaded.settings.server.listen;
    let public_url =
        passed.map(|listener| listener.local_addr().map(daemon::url_of)).transpose()?;
    let configured = loaded.settings.server.public_url.as_ref().map(ToString::to_string);
    let progress = starting.progress();
    let recovering = Arc::new(move |records| {
        progress.send_replace(format!("{records} records of the archive are applied to the store"));
    });
    let opening =
        setup::Opening { patience: app::PATIENCE, set_aside, stop: stop.clone(), recovering };
    let named = configured.clone().or(public_url);
    let opened =
        setup::components_by(loaded.clone(), reader, Arc::new(|_, _| {}), named.clone(), opening)
            .await;
    let mut components = match opened {
        Err(error) if app::is_passing(&error) => Components::without_store(
            loaded.clone(),
            compiled(loaded)?,
            Arc::new(|_, _| {}),
            named.unwrap_or_else(|| daemon::url_of(listen)),
            &error,
        )?,
        opened => opened.with_context(|| {
            format!("the store at {} could not be opened", loaded.settings.store.display())
        })?,
    };
    let early = match passed {
        Some(listener) => {
            let listener = listener.try_clone()?;
            listener.set_nonblocking(true)?;
            Some(TcpListener::from_std(listener)?)
        }
        None if listen.port() == 0 => {
            Some(daemon::bind(listen, daemon::remembered_port(&components).await).await?)
        }
        None => None,
    };
    if let (None, Some(listener)) = (configured, &early) {
        components.renderer.public_url = daemon::url_of(listener.local_addr()?);
    }
    Ok((Arc::new(components), early))
}

/// After a stop: what does not look for one while it opens is left where it is.
async fn overdue(stop: &CancellationToken) {
    stop.cancelled().await;
    tokio::time::sleep(GRACE).await;
}

fn is_stop(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| matches!(cause.downcast_ref(), Some(crawl::Error::Stopped)))
}

fn compiled(loaded: &Loaded) -> anyhow::Result<Reader> {
    app::compile(loaded).map_err(|_| anyhow::anyhow!("the configuration does not compile"))
}
