//! `bantin publish`: the static tree.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::console::Console;
use super::{code, remote, setup};
use crate::publish::{Written, write_tree};

/// Write every feed in every form below DIR, byte for byte what the daemon serves
///
/// Only what changed since the last run is made and written, by the list of its files in
/// DIR/.bantin-manifest.json; a file of another length or time of change than was written is
/// compared and, if it is another, written again. Files that an earlier run wrote there and that
/// are no longer served are removed; what else others put or changed there is left alone.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  bantin publish /srv/www/bantin\n  \
                        bantin publish --packed /srv/www/bantin")]
pub struct Args {
    /// The folder; it is made if need be
    pub dir: PathBuf,
    /// Write each document as .gz, .br and .zst too, where that is smaller; a run without this
    /// removes them
    #[arg(long)]
    pub packed: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Writes the static tree; where a daemon runs, its documents.
pub async fn run(config: Option<&Path>, args: Args, console: &mut Console) -> anyhow::Result<u8> {
    crate::app::log::start("warn");
    let Written { documents, written, removed, unlisted } =
        match remote::publish(config, &args.dir, args.packed, console).await? {
            Some(Ok(written)) => written,
            Some(Err(code)) => return Ok(code),
            None => {
                let (loaded, reader) = setup::configuration(config, console)?;
                let components =
                    setup::components(loaded, reader, Arc::new(|_, _| {}), None).await?;
                write_tree(&components.renderer, &args.dir, args.packed).await?
            }
        };
    if unlisted {
        console.note(&format!(
            "{} had no .bantin-manifest.json: feeds that were gone before are left there",
            args.dir.display()
        ));
    }
    if args.json {
        let folder = std::path::absolute(&args.dir)?;
        console.json(&serde_json::json!({
            "folder": folder,
            "documents": documents,
            "written": written,
            "removed": removed,
        }))?;
    } else {
        let gone = if removed > 0 {
            format!("; {removed} files that were dead are removed")
        } else {
            String::new()
        };
        let kept = documents - written;
        console.result(&format!(
            "{documents} documents below {}: {written} written, {kept} kept as they were{gone}",
            args.dir.display()
        ))?;
    }
    Ok(code::DONE)
}
