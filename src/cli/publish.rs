//! `bantin publish`: the static tree.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::console::Console;
use super::{code, remote, setup};
use crate::app::Rooms;
use crate::publish::write_tree;

/// Write every feed in every form below DIR, byte for byte what the daemon serves
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  bantin publish /srv/www/bantin")]
pub struct Args {
    /// The folder; it is made if need be
    pub dir: PathBuf,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Writes the static tree, through the daemon if one runs.
pub async fn run(config: Option<&Path>, args: Args, console: &mut Console) -> anyhow::Result<u8> {
    crate::app::log::start("warn");
    let (loaded, reader) = setup::configuration(config, console)?;
    if let Some(code) = remote::call(&loaded.settings.store, console).await? {
        return Ok(code);
    }
    let rooms = setup::rooms(loaded, reader, Arc::new(|_, _| {}), None).await?;
    with(&rooms, &args.dir, args.json, console).await
}

/// Writes the static tree from open rooms.
pub async fn with(rooms: &Rooms, dir: &Path, json: bool, console: &mut Console) -> anyhow::Result<u8> {
    let documents = write_tree(&rooms.press, dir).await?;
    if json {
        console.json(&serde_json::json!({ "folder": dir, "documents": documents }))?;
    } else {
        console.result(&format!("{documents} documents below {}", dir.display()))?;
    }
    Ok(code::DONE)
}
