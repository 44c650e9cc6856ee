//! `bantin explain`: which block and which rule gave each field.

use std::path::Path;

use super::console::Console;
use super::{code, known, live, setup, table};
use crate::domain::Draft;
use crate::extract::{self, Reading, View};

/// Show which block and which rule gave each field of an article, and what was left out and why
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  bantin explain bach-thong https://portal.example.org/Pages/tin.aspx"
)]
pub struct Args {
    /// The site whose profile reads the page
    site: String,
    /// The page's address, or a file
    #[arg(value_name = "URL|FILE")]
    what: String,
    /// The address that a FILE had
    #[arg(long)]
    url: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Explains how an article was read.
pub async fn run(config: Option<&Path>, args: Args, console: &mut Console) -> anyhow::Result<u8> {
    crate::app::log::start("warn");
    let surroundings = live::Surroundings::of(config, console)?;
    let site = setup::named(&surroundings.sites, &args.site, console)?;
    let mut looked = live::look_within(surroundings, &args.what, args.url.as_deref()).await?;
    // Whatever the page's address is, it is read by the rules of the site that is named.
    looked.site = Some(site);
    let known = known::of(config, &looked, console).await;
    let view = View { explain: true, ..known.view(looked.view(None)) };
    let draft = match looked.reader.article(&view)? {
        Reading::Article(draft) => draft,
        Reading::NoArticle(why) => {
            console.note(&format!("no article: {why}"));
            return Ok(code::FAILED);
        }
    };
    show(&draft, args.json, console)
}

/// Prints which block and which rule gave each field of a draft.
pub fn show(draft: &Draft, json: bool, console: &mut Console) -> anyhow::Result<u8> {
    if json {
        let rows: Vec<_> = draft
            .trace
            .iter()
            .map(|t| {
                serde_json::json!({
                    "field": t.field,
                    "block": &*t.block,
                    "rule": t.rule,
                    "text": t.text,
                })
            })
            .collect();
        console.json(&rows)?;
        return Ok(code::DONE);
    }
    console.result(&format!(
        "portal {}, engine {}",
        draft.portal,
        if draft.engine.is_empty() { "none" } else { &draft.engine }
    ))?;
    console.result(&format!(
        "rules of the body in order: {}",
        extract::body_rules().collect::<Vec<_>>().join(", ")
    ))?;
    let mut rows = table::table(&["field", "block", "rule", "text"], table::width());
    for trace in &draft.trace {
        rows.add_row([
            trace.field.to_owned(),
            table::first(&trace.block, 44),
            trace.rule.to_string(),
            table::first(&trace.text, 80),
        ]);
    }
    console.result(&rows.to_string())?;
    Ok(code::DONE)
}
