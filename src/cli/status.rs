//! `bantin status`: how the sites are.

use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use serde::Serialize;

use super::console::Console;
use super::{code, remote, setup, table};
use crate::app::Rooms;
use crate::domain::{Site, Source};
use crate::store::Tally;

/// Show how each site is: its state and why, articles, when it was read and is due
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  bantin status --json | jq '.[] | select(.state != \"healthy\")'")]
pub struct Args {
    /// Only these sites
    #[arg(value_name = "SITE")]
    sites: Vec<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Row {
    site: String,
    title: String,
    enabled: bool,
    state: &'static str,
    reasons: Vec<String>,
    articles: u64,
    links_open: u64,
    links_no_article: u64,
    last_visit: Option<Timestamp>,
    last_success: Option<Timestamp>,
    next_due: Option<Timestamp>,
    sections: Vec<SectionRow>,
}

#[derive(Serialize)]
struct SectionRow {
    section: String,
    /// Pages of its history read so far, while the walk goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pages_walked: Option<u32>,
    walked: bool,
}

/// Shows the sites' state, through the daemon if one runs.
pub async fn run(config: Option<&Path>, args: Args, console: &mut Console) -> anyhow::Result<u8> {
    crate::app::log::start("warn");
    let (loaded, reader) = setup::configuration(config, console)?;
    if let Some(code) = remote::call(&loaded.settings.store, console).await? {
        return Ok(code);
    }
    let rooms = setup::rooms(loaded, reader, Arc::new(|_, _| {}), None).await?;
    with(&rooms, args, console).await
}

/// Shows the sites' state from open rooms.
pub async fn with(rooms: &Rooms, args: Args, console: &mut Console) -> anyhow::Result<u8> {
    let all = rooms.sites();
    let sites = if args.sites.is_empty() { all } else { setup::chosen(&all, &args.sites, console)? };
    let mut rows = Vec::new();
    for site in sites {
        let source = rooms.store.source(&site.id).await?.unwrap_or_default();
        rows.push(row(&site, source, rooms.store.tally(&site.id).await?));
    }
    if args.json {
        console.json(&rows)?;
        return Ok(code::DONE);
    }
    let mut shown = table::table(&["site", "state", "articles", "open links", "last read", "next", "why"], table::width());
    for row in rows {
        let when = |time: Option<Timestamp>| time.map_or_else(|| "-".to_owned(), |t| t.strftime("%Y-%m-%d %H:%M").to_string());
        let state = if row.enabled { row.state } else { "off" };
        let walking = row.sections.iter().filter_map(|s| s.pages_walked.map(|p| format!("{}: {p} pages of its history read", s.section)));
        let why = row.reasons.iter().cloned().chain(walking).collect::<Vec<_>>().join("; ");
        shown.add_row([
            row.site,
            state.to_owned(),
            row.articles.to_string(),
            row.links_open.to_string(),
            when(row.last_success),
            when(row.next_due),
            why,
        ]);
    }
    console.result(&shown.to_string())?;
    Ok(code::DONE)
}

fn row(site: &Site, source: Source, tally: Tally) -> Row {
    let sections = site.sections.iter().map(|section| {
        let state = source.sections.get(&section.id);
        SectionRow {
            section: section.id.to_string(),
            pages_walked: state.and_then(|s| s.walk.as_ref()).map(|walk| walk.pages),
            walked: state.is_some_and(|s| s.walked),
        }
    });
    Row {
        site: site.id.to_string(),
        title: site.title.clone(),
        enabled: site.enabled,
        state: source.health.as_str(),
        reasons: source.reasons.clone(),
        articles: tally.articles,
        links_open: tally.open,
        links_no_article: tally.no_articles,
        last_visit: source.last_visit,
        last_success: source.last_success,
        next_due: source.next_due,
        sections: sections.collect(),
    }
}
