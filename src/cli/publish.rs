//! `bantin publish`: the static tree.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::console::Console;
use super::{code, remote, setup};
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

/// Writes the static tree; where a daemon runs, its documents.
pub async fn run(config: Option<&Path>, args: Args, console: &mut Console) -> anyhow::Result<u8> {
    crate::app::log::start("warn");
    let documents = match remote::publish(config, &args.dir, console).await? {
        Some(Ok(documents)) => documents,
        Some(Err(code)) => return Ok(code),
        None => {
            let (loaded, reader) = setup::configuration(config, console)?;
            let rooms = setup::rooms(loaded, reader, Arc::new(|_, _| {}), None).await?;
            write_tree(&rooms.press, &args.dir).await?
        }
    };
    if args.json {
        console.json(&serde_json::json!({ "folder": std::path::absolute(&args.dir)?, "documents": documents }))?;
    } else {
        console.result(&format!("{documents} documents below {}", args.dir.display()))?;
    }
    Ok(code::DONE)
}
