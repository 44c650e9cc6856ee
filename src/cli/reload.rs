//! `bantin reload`: the daemon reads its configuration again.

use std::path::Path;

use tokio::sync::mpsc;

use super::console::Console;
use super::{code, remote, setup};
use crate::app;
use crate::app::reload::Request;
use crate::config::Changes;
use crate::domain::SiteId;

/// Have the daemon read its configuration again: sites, profiles, [fetch] and [page]
///
/// Says what changed; a site whose file changed is asked at once, settings that need a new start
/// are named. With a fault in any file every fault is told with its place, the exit code is 78, and
/// nothing changes.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  bantin reload")]
pub struct Args {
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Asks the daemon.
pub async fn run(config: Option<&Path>, _args: Args, console: &mut Console) -> anyhow::Result<u8> {
    crate::app::log::start("warn");
    if let Some(code) = remote::call(config, console).await? {
        return Ok(code);
    }
    setup::configuration(config, console)?;
    anyhow::bail!(
        "no daemon answers: none runs with this store, or it is still starting and reads its \
         files then"
    );
}

/// In the daemon.
pub async fn with(
    requests: &mpsc::Sender<Request>,
    args: Args,
    console: &mut Console,
) -> anyhow::Result<u8> {
    match app::reload::ask(requests).await {
        None => anyhow::bail!("the daemon is ending"),
        Some(Err(faults)) => Err(setup::tell_faults(&faults, console)),
        Some(Ok(changes)) if args.json => console.json(&changes).map(|()| code::DONE),
        Some(Ok(changes)) => {
            lines(&changes).iter().try_for_each(|line| console.result(line)).map(|()| code::DONE)
        }
    }
}

/// What changed, for people.
fn lines(changes: &Changes) -> Vec<String> {
    let sites = |ids: &[SiteId]| ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let told = [
        ("new sites", sites(&changes.new)),
        ("changed sites, asked at once", sites(&changes.changed)),
        ("sites no longer read", sites(&changes.gone)),
        ("engines and profiles", changes.profiles.join(", ")),
        ("settings", changes.settings.join(", ")),
        ("need a new start", changes.restart.join(", ")),
    ];
    if changes.is_empty() {
        return vec!["read again; nothing changed".to_owned()];
    }
    let lines = told
        .into_iter()
        .filter(|(_, what)| !what.is_empty())
        .map(|(kind, what)| format!("{kind}: {what}"));
    lines.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changed_is_said_by_kinds() {
        assert_eq!(lines(&Changes::default()), ["read again; nothing changed"]);
        let id = |id| SiteId::new(id).unwrap();
        let changes = Changes {
            changed: vec![id("a"), id("b")],
            restart: vec!["server.listen"],
            ..Changes::default()
        };
        assert_eq!(
            lines(&changes),
            ["changed sites, asked at once: a, b", "need a new start: server.listen"]
        );
    }
}
