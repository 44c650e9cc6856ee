//! `bantin extract`: one article as a JSON Feed item.

mod together;

use std::path::Path;

use anyhow::bail;

use super::console::Console;
use super::live;
use super::{code, explain, known};
use crate::extract::{Reading, View};
use crate::form;

/// Print one article as a JSON Feed item; FILE may be HTML or a text capture, - is standard input
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:
  bantin extract page.html --url https://portal.example.org/Pages/tin.aspx
  bantin extract --together pages/*.html > articles.jsonl")]
pub struct Args {
    /// The page: an address or a file; several files with --together
    #[arg(value_name = "URL|FILE", required = true)]
    what: Vec<String>,
    /// Read it by this portal profile instead of finding one
    #[arg(long, value_name = "NAME")]
    portal: Option<String>,
    /// The address that a FILE had
    #[arg(long, conflicts_with = "together")]
    url: Option<String>,
    /// Show which block and which rule gave each field instead of the article
    #[arg(long, conflicts_with = "together")]
    explain: bool,
    /// Read the files as pages of one site, learned first: a line of JSON for each file in turn,
    /// `null` for one that is no article
    #[arg(long)]
    together: bool,
}

/// Extracts one article.
pub async fn run(config: Option<&Path>, args: Args, console: &mut Console) -> anyhow::Result<u8> {
    crate::app::log::start("warn");
    if args.together {
        return together::run(config, &args.what, args.portal.as_deref(), console).await;
    }
    let [what] = args.what.as_slice() else {
        bail!("more than one page: name one, or read files as pages of one site by --together");
    };
    let looked = live::look(config, what, args.url.as_deref(), console).await?;
    let known = known::of(config, &looked, console).await;
    let view = known.view(looked.view(args.portal.as_deref()));
    let view = View { explain: args.explain, ..view };
    let draft = match looked.reader.article(&view)? {
        Reading::Article(draft) => draft,
        Reading::NoArticle(why) => {
            console.note(&format!("no article: {why}; `bantin inspect` shows the page's blocks"));
            return Ok(code::FAILED);
        }
    };
    if args.explain {
        return explain::show(&draft, false, console);
    }
    console.json(&form::item::of_article(&looked.article(&draft), &[]))?;
    Ok(code::DONE)
}
