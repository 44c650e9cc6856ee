//! `bantin demo`: a sample portal on loopback and the daemon reading it.

use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use tempfile::TempDir;
use tokio::net::TcpListener;

use super::console::Console;
use super::remote::Serve;
use super::{code, setup};
use crate::app::daemon::Told;
use crate::app::reload::Requests;
use crate::app::{self, daemon};
use crate::crawl::{Event, Listener};
use crate::demo::{Options, Portal};
use crate::domain::SiteId;

/// The sample portal's name as a site.
const SITE: &str = "demo";

/// Start a sample portal on loopback and the daemon reading it; no network needed
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  bantin demo --listen 127.0.0.1:8080")]
pub struct Args {
    /// Keep everything in this folder (default: a temporary one that is removed)
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// Where the feeds are served
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
    listen: SocketAddr,
}

/// Runs the demo until Ctrl-C.
pub async fn run(args: Args, serve: Serve, console: &mut Console) -> anyhow::Result<u8> {
    app::log::start("warn");
    let (stop, mut requests) = (app::stop_on_signals()?, Requests::default());
    app::reload_on_hangup(requests.ask.clone())?;
    let (folder, temporary) = folder(args.dir)?;
    let portal = Portal::start(
        portal_listener(&folder).await?,
        Options { epoch: jiff::Timestamp::now(), ..Options::default() },
    )
    .await;
    let config = write_configuration(&folder, &portal, args.listen)?;
    let (loaded, reader) =
        setup::load(&config).map_err(|faults| setup::tell_faults(&faults, console))?;
    let early = daemon::bind(args.listen, None).await?;
    let address = early.local_addr()?;
    console.result(&format!("folder   {}", folder.display()))?;
    console.result(&format!("portal   {}", portal.base()))?;
    console.result(&format!("feeds    {}", daemon::url_of(address)))?;
    for ending in ["atom", "rss", "json"] {
        console.result(&format!("         {}feeds/{SITE}.{ending}", daemon::url_of(address)))?;
    }
    let components = Arc::new(
        setup::components(loaded, reader, watcher(console.terminal), Some(daemon::url_of(address)))
            .await?,
    );
    let told = Told {
        stop: &stop,
        requests: &mut requests.asked,
        files: Box::new(move || setup::load(&config)),
    };
    let handler = serve(components.clone(), requests.ask);
    let outcome = daemon::run(components, Some(early), handler, told, |_| {
        writeln!(std::io::stdout(), "ready").ok();
    })
    .await;
    portal.stop().await;
    outcome?;
    console.note(if temporary.is_some() { "stopped; the folder is removed" } else { "stopped" });
    Ok(code::DONE)
}

/// The folder that is named, else a new one that goes with what stands beside it.
fn folder(named: Option<PathBuf>) -> anyhow::Result<(PathBuf, Option<TempDir>)> {
    if let Some(named) = named {
        return Ok((named, None));
    }
    let made = tempfile::Builder::new()
        .prefix("bantin-demo-")
        .tempdir()
        .context("no temporary folder could be made")?;
    Ok((made.path().to_owned(), Some(made)))
}

/// The portal takes the same port again in a kept folder, so that its articles keep their
/// addresses.
async fn portal_listener(folder: &Path) -> anyhow::Result<TcpListener> {
    std::fs::create_dir_all(folder)
        .with_context(|| format!("{} could not be made", folder.display()))?;
    let file = folder.join("portal-port");
    if let Some(port) =
        std::fs::read_to_string(&file).ok().and_then(|text| text.trim().parse::<u16>().ok())
        && let Ok(listener) = TcpListener::bind(("127.0.0.1", port)).await
    {
        return Ok(listener);
    }
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    std::fs::write(&file, listener.local_addr()?.port().to_string())?;
    Ok(listener)
}

/// A configuration that reads the portal at once and often.
fn write_configuration(
    folder: &Path,
    portal: &Portal,
    listen: SocketAddr,
) -> anyhow::Result<PathBuf> {
    let file = folder.join("bantin.toml");
    let text = format!(
        "# Written by `bantin demo`.\nfeeds = \"feeds\"\n\n[server]\nlisten = \"{listen}\"\n\n\
         [store]\npath = \"store\"\n\n[archive]\npath = \"archive\"\n\n\
         [fetch]\nper_host_interval = \"20ms\"\nallow_private = true\n"
    );
    std::fs::create_dir_all(folder.join("feeds"))?;
    std::fs::write(&file, text)?;
    std::fs::write(
        folder.join("feeds").join(format!("{SITE}.toml")),
        portal.site_toml("10s", "all"),
    )?;
    Ok(file)
}

/// Shows what is read as it is read.
fn watcher(terminal: bool) -> Listener {
    let bars = super::progress::listener(terminal);
    Arc::new(move |site: &SiteId, event: Event| {
        if !terminal {
            tell(&event);
        }
        bars(site, event);
    })
}

fn tell(event: &Event) {
    let line = match event {
        Event::Listed { section, page, links, new, .. } if *new > 0 => {
            format!("listed   {section} page {page}: {links} links, {new} new")
        }
        Event::Found { title, .. } => format!("read     {title}"),
        Event::Edited { title, version } => format!("version {version}  {title}"),
        _ => return,
    };
    writeln!(std::io::stderr(), "{line}").ok();
}
