//! `bantin fetch`: read each named site once, now.

use std::path::Path;
use std::sync::Arc;

use serde::Serialize;
use tokio::task::JoinSet;

use super::console::Console;
use super::{code, progress, remote, setup, table};
use crate::app::{self, Components};
use crate::crawl::{Kind, Mode, Pages, Report, VISITS};
use crate::domain::{Health, Site};

/// Read each named site (default: all that are enabled) once, now; exit 1 if one failed
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  bantin fetch my-portal")]
pub struct Args {
    /// The sites' names
    #[arg(value_name = "SITE")]
    sites: Vec<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Reads sites, through the daemon if one runs.
pub async fn run(config: Option<&Path>, args: Args, console: &mut Console) -> anyhow::Result<u8> {
    app::log::start(if console.terminal { "warn" } else { "info" });
    if let Some(code) = remote::call(config, console).await? {
        return Ok(code);
    }
    let (loaded, reader) = setup::configuration(config, console)?;
    let stop = app::stop_on_signals()?;
    let components =
        setup::components(loaded, reader, progress::listener(console.terminal), None).await?;
    let ending = components.crawl.stop.clone();
    let stopper = tokio::spawn(async move {
        stop.cancelled().await;
        ending.cancel();
    });
    let exit = with(&components, args, console).await;
    stopper.abort();
    let kept = keep(&components).await;
    exit.and_then(|code| kept.map(|()| code))
}

/// What publishing would do next; while the daemon's states forbid it, it waits.
async fn keep(components: &Components) -> anyhow::Result<()> {
    if components.states.is_empty() {
        components.renderer.follow_public_url().await?;
        components.renderer.fold_changes().await?;
        components.renderer.changed.notify_waiters();
        components.store.flush().await?;
    }
    Ok(())
}

/// Reads sites with open components.
pub async fn with(
    components: &Components,
    args: Args,
    console: &mut Console,
) -> anyhow::Result<u8> {
    let sites = setup::chosen(&components.sites(), &args.sites, console)?;
    if sites.is_empty() {
        console.note(
            "no site is enabled: set `enabled = true` in a file of the feeds folder, or name one",
        );
        return Ok(code::DONE);
    }
    let mut visits = JoinSet::new();
    let mut waiting = sites.iter().cloned().enumerate();
    let mut reports: Vec<Option<Report>> = vec![None; sites.len()];
    let mut failed = false;
    loop {
        for (n, site) in waiting.by_ref().take(VISITS - visits.len()) {
            let crawl = components.crawl.clone();
            visits.spawn(async move { (n, crawl.visit(&site, Mode::Asked).await) });
        }
        let Some(ended) = visits.join_next().await else { break };
        match ended? {
            (n, Ok(report)) => reports[n] = Some(report),
            (n, Err(error)) => {
                failed = true;
                console.fail(
                    &anyhow::Error::from(error).context(format!("{} was not read", sites[n].id)),
                );
            }
        }
    }
    let rows: Vec<Row> = sites
        .iter()
        .zip(&reports)
        .filter_map(|(site, report)| Some(Row::of(site, report.as_ref()?)))
        .collect();
    show(&rows, args.json, console)?;
    failed |=
        rows.iter().any(|row| row.health == Health::Broken) || components.crawl.stop.is_cancelled();
    Ok(if failed { code::FAILED } else { code::DONE })
}

#[derive(Serialize)]
struct Row {
    site: String,
    #[serde(rename = "state")]
    health: Health,
    reasons: Vec<String>,
    pages: u32,
    links: usize,
    /// Links of its lists to hosts of others, which are not followed.
    abroad: u32,
    new: u32,
    edited: u32,
    unchanged: u32,
    no_article: u32,
    dead: u32,
    barred: u32,
    failed: u32,
    held_back: u32,
    sections: Vec<SectionRow>,
    /// Pages that are no articles, by reason.
    left_out: Vec<LeftRow>,
}

#[derive(Serialize)]
struct LeftRow {
    kind: Kind,
    why: String,
    count: usize,
    pages: Vec<String>,
}

#[derive(Serialize)]
struct SectionRow {
    section: String,
    pages: u32,
    links: usize,
    abroad: u32,
    new: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<String>,
}

impl Row {
    fn of(site: &Arc<Site>, report: &Report) -> Self {
        let sections = report.sections.iter().map(|s| SectionRow {
            section: s.id.to_string(),
            pages: s.pages,
            links: s.links,
            abroad: s.abroad,
            new: s.new,
            failure: s.failure.clone(),
        });
        Self {
            site: site.id.to_string(),
            health: report.health,
            reasons: report.reasons.clone(),
            pages: report.sections.iter().map(|s| s.pages).sum(),
            links: report.sections.iter().map(|s| s.links).sum(),
            abroad: report.sections.iter().map(|s| s.abroad).sum(),
            new: report.new,
            edited: report.edited,
            unchanged: report.unchanged,
            no_article: report.no_article,
            dead: report.dead,
            barred: report.barred,
            failed: report.failed,
            held_back: report.held_back,
            sections: sections.collect(),
            left_out: report.left_out.reasons().map(LeftRow::of).collect(),
        }
    }
}

impl LeftRow {
    fn of((kind, why, pages): (Kind, &str, &Pages)) -> Self {
        Self { kind, why: why.to_owned(), count: pages.count, pages: pages.urls.clone() }
    }
}

/// A site's pages that are no articles, by reason.
fn left_out(row: &Row) -> Vec<String> {
    let mut lines = Vec::new();
    for reason in &row.left_out {
        lines.push(format!(
            "{}: {} {}: {}",
            row.site,
            reason.count,
            reason.kind.as_str(),
            reason.why
        ));
        lines.extend(reason.pages.iter().map(|page| format!("    {page}")));
        let more = reason.count - reason.pages.len();
        lines.extend((more > 0).then(|| format!("    and {more} more")));
    }
    lines
}

fn show(rows: &[Row], json: bool, console: &mut Console) -> anyhow::Result<()> {
    for row in rows.iter().filter(|row| row.health != Health::Healthy) {
        console.note(&format!(
            "{} is {}: {}",
            row.site,
            row.health.as_str(),
            row.reasons.join("; ")
        ));
    }
    if json {
        return console.json(&rows);
    }
    let head = [
        "site",
        "state",
        "pages",
        "links",
        "abroad",
        "new",
        "edited",
        "unchanged",
        "no article",
        "dead",
        "barred",
        "failed",
    ];
    let mut shown = table::table(&head, table::width());
    for row in rows {
        let counts =
            [row.new, row.edited, row.unchanged, row.no_article, row.dead, row.barred, row.failed]
                .map(|n| n.to_string());
        let seen = [row.pages.to_string(), row.links.to_string(), row.abroad.to_string()];
        let start = [row.site.clone(), row.health.as_str().to_owned()].into_iter().chain(seen);
        shown.add_row(start.chain(counts));
    }
    let lines = std::iter::once(shown.to_string()).chain(rows.iter().flat_map(left_out));
    console.result(&lines.collect::<Vec<_>>().join("\n"))
}
