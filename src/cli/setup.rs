//! What commands begin with: the configuration found, loaded and compiled, or its faults told.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::code;
use super::console::{Console, Exit};
use crate::app::{self, Components, Open, daemon};
use crate::config::{self, Loaded, Located};
use crate::crawl::Listener;
use crate::domain::settings::{Paging, Settings};
use crate::domain::{Rules, Site};
use crate::extract::Reader;

/// The configuration and the page reader; faults are told and end the command with 78.
pub fn configuration(
    explicit: Option<&Path>,
    console: &mut Console,
) -> anyhow::Result<(Loaded, Reader)> {
    configured(explicit, console, app::compile)
}

/// The same for few pages: what they are read by is compiled when they use it.
pub fn configuration_for_few(
    explicit: Option<&Path>,
    console: &mut Console,
) -> anyhow::Result<(Loaded, Reader)> {
    configured(explicit, console, app::compile_lazily)
}

fn configured(
    explicit: Option<&Path>,
    console: &mut Console,
    compile: Compile,
) -> anyhow::Result<(Loaded, Reader)> {
    let file = match config::find(explicit) {
        Ok(file) => file,
        Err(looked) => {
            let looked: Vec<_> = looked.iter().map(|path| path.display().to_string()).collect();
            console.note(&format!(
                "error: no configuration found; looked at {}: name one by --config, or try \
                 `bantin demo`",
                looked.join(", ")
            ));
            return Err(Exit(code::CONFIGURATION).into());
        }
    };
    loaded(&file, compile).map_err(|faults| tell_faults(&faults, console))
}

/// The folder of the configured store, whatever faults stand in other files; `None` if the daemon's
/// own file has one or is missing.
pub fn store(explicit: Option<&Path>) -> Option<PathBuf> {
    Some(settings(explicit)?.store)
}

/// The daemon's settings, if they can be read.
pub fn settings(explicit: Option<&Path>) -> Option<Settings> {
    let file = config::find(explicit).ok()?;
    config::load_settings(&file, &environment()).ok()
}

fn environment() -> Vec<(String, String)> {
    std::env::vars_os()
        .filter_map(|(k, v)| Some((k.into_string().ok()?, v.into_string().ok()?)))
        .collect()
}

/// Loads and compiles a configuration; all faults at once.
pub fn load(file: &Path) -> Result<(Loaded, Reader), Vec<Located>> {
    loaded(file, app::compile)
}

/// How the rules of a configuration are compiled.
type Compile = fn(&Loaded) -> Result<Reader, Vec<Located>>;

fn loaded(file: &Path, compile: Compile) -> Result<(Loaded, Reader), Vec<Located>> {
    let loaded = config::load(file, &environment())?;
    let reader = compile(&loaded)?;
    Ok((loaded, reader))
}

/// Tells faults on standard error.
pub fn tell_faults(faults: &[Located], console: &mut Console) -> anyhow::Error {
    for fault in faults {
        console.note(&fault.render(console.terminal));
    }
    console.note(&count(faults.len()));
    Exit(code::CONFIGURATION).into()
}

/// `1 fault`, `3 faults`.
pub fn count(faults: usize) -> String {
    format!("{faults} fault{}", if faults == 1 { "" } else { "s" })
}

/// A reader of the shipped engines and portals, for commands that work without a configuration.
pub fn shipped_reader(rules: Rules) -> anyhow::Result<Reader> {
    let compiled =
        Reader::trusting(rules).map(|reader| reader.within(app::limits(&Paging::default())));
    compiled.map_err(|bad| {
        anyhow::anyhow!("a shipped {} does not compile: {:?}", bad[0].subject.kind, bad[0].fault)
    })
}

/// Opens the components for a command that needs the store; a store that turns out to be damaged is
/// set aside and rebuilt.
pub async fn components(
    loaded: Loaded,
    reader: Reader,
    listener: Listener,
    public_url: Option<String>,
) -> anyhow::Result<Components> {
    let opening = Opening {
        patience: Duration::ZERO,
        set_aside: false,
        stop: CancellationToken::new(),
        recovering: Arc::new(|_| {}),
    };
    match components_by(
        loaded.clone(),
        reader,
        listener.clone(),
        public_url.clone(),
        opening.clone(),
    )
    .await
    {
        Err(error) if is_damage(&error) => {
            let reader = app::compile(&loaded).map_err(|_| error)?;
            components_by(
                loaded,
                reader,
                listener,
                public_url,
                Opening { set_aside: true, ..opening },
            )
            .await
        }
        outcome => outcome,
    }
}

/// How a store and an archive that cannot be read are taken.
#[derive(Clone)]
pub struct Opening {
    /// How long a rebuilding waits for an archive that cannot be read.
    pub patience: Duration,
    /// Whether the store is damaged: it is set aside first.
    pub set_aside: bool,
    /// Ends the opening.
    pub stop: CancellationToken,
    /// Told how many records of the archive are applied to the store.
    pub recovering: Arc<dyn Fn(u64) + Send + Sync>,
}

/// Whether a fault is the store's damage.
pub fn is_damage(error: &anyhow::Error) -> bool {
    error
        .chain()
        .any(|cause| matches!(cause.downcast_ref(), Some(crate::store::Error::Damaged { .. })))
}

/// Opens the components.
pub async fn components_by(
    loaded: Loaded,
    reader: Reader,
    listener: Listener,
    public_url: Option<String>,
    opening: Opening,
) -> anyhow::Result<Components> {
    let Opening { patience, set_aside, stop, recovering } = opening;
    let configured = loaded.settings.server.public_url.as_ref().map(ToString::to_string);
    let named = public_url.or(configured);
    let listen = loaded.settings.server.listen;
    let recovering = Box::new(move |records| {
        recovering(records);
        tracing::info!(records, "applying the archive's records to the store");
    });
    let public_url = named.clone().unwrap_or_else(|| daemon::url_of(listen));
    let mut components = Components::open(
        loaded,
        reader,
        Open { listener, recovering, public_url, patience, set_aside, stop },
    )
    .await?;
    // Port 0 is nobody's address: feeds are called as the daemon last called them.
    if named.is_none()
        && listen.port() == 0
        && let Some(port) = daemon::remembered_port(&components).await
    {
        components.renderer.public_url = daemon::url_of(SocketAddr::new(listen.ip(), port));
    }
    Ok(components)
}

/// The sites that a command names, or all that are enabled; an unknown name ends it with 2.
pub fn chosen(
    sites: &[Arc<Site>],
    names: &[String],
    console: &mut Console,
) -> anyhow::Result<Vec<Arc<Site>>> {
    if names.is_empty() {
        return Ok(sites.iter().filter(|site| site.enabled).cloned().collect());
    }
    names.iter().map(|name| named(sites, name, console)).collect()
}

/// The site of that name.
pub fn named(sites: &[Arc<Site>], name: &str, console: &mut Console) -> anyhow::Result<Arc<Site>> {
    if let Some(site) = sites.iter().find(|site| site.id.as_str() == name) {
        return Ok(site.clone());
    }
    let near = config::nearest(name, sites.iter().map(|site| site.id.as_str()));
    let hint = near
        .map_or_else(|| "see `bantin status`".to_owned(), |near| format!("did you mean `{near}`?"));
    console.note(&format!("error: no site is called `{name}`: {hint}"));
    Err(Exit(code::USAGE).into())
}
