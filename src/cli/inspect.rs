//! `bantin inspect`: the page as blocks.

use std::path::Path;

use serde::Serialize;

use super::console::Console;
use super::{code, live, table};
use crate::domain::{Block, Page, PageRequest};

/// Show a page as blocks: engine, profile, each block's name, role and first words
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  bantin inspect https://portal.example.org/Pages/tin-tuc.aspx")]
pub struct Args {
    /// The page: an address or a file
    #[arg(value_name = "URL|FILE")]
    what: String,
    /// The address that a FILE had
    #[arg(long)]
    url: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Shows the blocks of a page.
pub async fn run(config: Option<&Path>, args: Args, console: &mut Console) -> anyhow::Result<u8> {
    crate::app::log::start("warn");
    let looked = live::look(config, &args.what, args.url.as_deref(), console).await?;
    let page = looked.reader.inspect(&looked.view(None))?;
    if args.json {
        console.json(&Shown::of(&page))?;
        return Ok(code::DONE);
    }
    console.result(&format!("engine  {}", page.engine.as_deref().unwrap_or("none known")))?;
    console.result(&format!("portal  {}", page.portal.as_deref().unwrap_or("none fits")))?;
    for why in &page.why {
        console.result(&format!("        {why}"))?;
    }
    let mut rows = table::table(&["#", "role", "block", "links", "first words"], table::width());
    for (n, block) in page.blocks.iter().enumerate() {
        rows.add_row([
            (n + 1).to_string(),
            block.role.as_str().to_owned(),
            table::first(&block.name, 60),
            counted(block),
            table::first(&block.text, 90),
        ]);
    }
    console.result(&rows.to_string())?;
    Ok(code::DONE)
}

fn counted(block: &Block) -> String {
    match &block.listing {
        Some(listing) => format!(
            "{} teasers{}",
            listing.teasers.len(),
            if listing.next.is_some() { ", pager" } else { "" }
        ),
        None => block.links.len().to_string(),
    }
}

#[derive(Serialize)]
struct Shown<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    engine: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    portal: Option<&'a str>,
    why: &'a [String],
    blocks: Vec<ShownBlock<'a>>,
}

#[derive(Serialize)]
struct ShownBlock<'a> {
    name: &'a str,
    role: &'static str,
    text: String,
    links: Vec<ShownLink<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    teasers: Option<Vec<ShownTeaser<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pager: Option<ShownTurn<'a>>,
}

#[derive(Serialize)]
struct ShownLink<'a> {
    title: &'a str,
    url: &'a str,
}

#[derive(Serialize)]
struct ShownTeaser<'a> {
    title: &'a str,
    url: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<&'a str>,
}

#[derive(Serialize)]
struct ShownTurn<'a> {
    method: &'static str,
    url: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    argument: Option<&'a str>,
}

impl<'a> Shown<'a> {
    fn of(page: &'a Page) -> Self {
        Self {
            url: page.url.as_ref().map(url::Url::as_str),
            engine: page.engine.as_deref(),
            portal: page.portal.as_deref(),
            why: &page.why,
            blocks: page.blocks.iter().map(ShownBlock::of).collect(),
        }
    }
}

impl<'a> ShownBlock<'a> {
    fn of(block: &'a Block) -> Self {
        let listing = block.listing.as_ref();
        Self {
            name: &block.name,
            role: block.role.as_str(),
            text: block.text.chars().take(200).collect(),
            links: block
                .links
                .iter()
                .map(|link| ShownLink { title: &link.title, url: &link.url })
                .collect(),
            teasers: listing.map(|l| l.teasers.iter().map(ShownTeaser::of).collect()),
            pager: listing.and_then(|l| l.next.as_ref()).map(ShownTurn::of),
        }
    }
}

impl<'a> ShownTeaser<'a> {
    fn of(teaser: &'a crate::domain::Teaser) -> Self {
        let date = teaser.date.map(|written| {
            let (year, month, day) = written.date;
            let time = written
                .time
                .map(|(hour, minute)| format!("T{hour:02}:{minute:02}"))
                .unwrap_or_default();
            format!("{year:04}-{month:02}-{day:02}{time}")
        });
        Self { title: &teaser.title, url: &teaser.url, date, image: teaser.image.as_deref() }
    }
}

impl<'a> ShownTurn<'a> {
    fn of(request: &'a PageRequest) -> Self {
        match request {
            PageRequest::Get(url) => Self { method: "GET", url, target: None, argument: None },
            PageRequest::Post { url, fields } => {
                let field = |name: &str| {
                    fields.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
                };
                Self {
                    method: "POST",
                    url,
                    target: field("__EVENTTARGET"),
                    argument: field("__EVENTARGUMENT"),
                }
            }
        }
    }
}
