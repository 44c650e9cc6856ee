//! `bantin publish`: the static tree.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::console::Console;
use super::{code, remote, setup};
use crate::publish::{Written, write_tree};

/// Write every feed in every form below DIR, byte for byte what the daemon serves
///
/// Files that an earlier run wrote there and that are no longer served are removed, by the list of them in DIR/.bantin-manifest.json; what
/// others put or changed there is left alone.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  bantin publish /srv/www/bantin")]
pub struct Args {
    /// The folder; it is made if need be
    pub dir: PathBuf,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Writes the static tree; where a daemon runs, its documents.
pub async fn run(config: Option<&Path>, args: Args, console: &mut Console) -> anyhow::Result<u8> {
    crate::app::log::start("warn");
    let Written { documents, removed, unlisted } = match remote::publish(config, &args.dir, console).await? {
        Some(Ok(written)) => written,
        Some(Err(code)) => return Ok(code),
        None => {
            let (loaded, reader) = setup::configuration(config, console)?;
            let rooms = setup::rooms(loaded, reader, Arc::new(|_, _| {}), None).await?;
            write_tree(&rooms.press, &args.dir).await?
        }
    };
    if unlisted {
        console.note(&format!("{} had no .bantin-manifest.json: feeds that were gone before are left there", args.dir.display()));
    }
    if args.json {
        let folder = std::path::absolute(&args.dir)?;
        console.json(&serde_json::json!({ "folder": folder, "documents": documents, "removed": removed }))?;
    } else {
        let gone = if removed > 0 { format!("; {removed} that are gone were removed") } else { String::new() };
        console.result(&format!("{documents} documents below {}{gone}", args.dir.display()))?;
    }
    Ok(code::DONE)
}
