//! `bantin extract`: one article as a JSON Feed item.

use std::path::Path;

use jiff::Timestamp;

use super::console::Console;
use super::{code, live};
use crate::extract::Reading;
use crate::form;
use crate::normalize;

/// Print one article as a JSON Feed item; FILE may be HTML or a text capture, - is standard input
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  \
                        bantin extract page.html --url https://portal.example.org/Pages/tin.aspx")]
pub struct Args {
    /// The page: an address or a file
    #[arg(value_name = "URL|FILE")]
    what: String,
    /// Read it by this portal profile instead of finding one
    #[arg(long, value_name = "NAME")]
    portal: Option<String>,
    /// The address that a FILE had
    #[arg(long)]
    url: Option<String>,
}

/// Extracts one article.
pub async fn run(config: Option<&Path>, args: Args, console: &mut Console) -> anyhow::Result<u8> {
    crate::app::log::start("warn");
    let looked = live::look(config, &args.what, args.url.as_deref(), console).await?;
    let reading = looked.reader.article(&looked.view(args.portal.as_deref()))?;
    let draft = match reading {
        Reading::Article(draft) => draft,
        Reading::NoArticle(why) => {
            console.note(&format!("no article: {why}; `bantin inspect` shows the page's blocks"));
            return Ok(code::FAILED);
        }
    };
    let context = normalize::Context {
        site: looked.site.as_ref().map_or("", |site| site.id.as_str()),
        url: looked.url.as_ref(),
        canonical: None,
        timezone: looked.site.as_ref().and_then(|site| site.timezone.as_deref()),
        language: looked.site.as_ref().and_then(|site| site.language.as_deref()),
        now: Timestamp::now(),
    };
    let article = normalize::article(&draft, &context);
    console.json(&form::item::of_article(&article, &[]))?;
    Ok(code::DONE)
}
