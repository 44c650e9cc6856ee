//! `bantin status`: how the sites are, and the daemon.

mod detail;
mod row;
#[cfg(test)]
mod tests;

use std::ops::ControlFlow;
use std::path::Path;

use row::{Row, SectionRow};
use serde::Serialize;

use super::console::Console;
use super::when::when;
use super::{code, remote, setup, states, table};
use crate::app::Components;
use crate::app::status::farings;
use crate::domain::State;
use crate::store::Extent;

/// Show how each site is: its state and why, articles, when it was read and is due; exit 1 if
/// something is broken
///
/// One site named alone is shown in full, with each link that did not become an article. What keeps
/// the daemon from its work (a full disk, files missing from the archive) is told on standard
/// error.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Exit codes: 0 well; 1 an enabled site is broken, or the daemon is in a state \
                  that keeps it from its work.\n\n\
                  Example:\n  bantin status || mail -s 'bantin needs a look' ops@example.org\n  \
                  bantin status --json | jq '.[] | select(.state != \"healthy\")'\n  bantin \
                  status --daemon | jq '.states[].advice'"
)]
pub struct Args {
    /// Only these sites; one alone is shown in full
    #[arg(value_name = "SITE")]
    sites: Vec<String>,
    /// Print JSON: the list of sites
    #[arg(long)]
    json: bool,
    /// Print JSON: an object with the daemon's states and the sites
    #[arg(long)]
    daemon: bool,
}

/// The daemon with its sites.
#[derive(Serialize)]
struct House<'a> {
    states: &'a [State],
    sites: &'a [Row],
}

/// Shows the sites' state, through the daemon if one runs.
pub async fn run(config: Option<&Path>, args: Args, console: &mut Console) -> anyhow::Result<u8> {
    crate::app::log::start("warn");
    match remote::call_or_open(config, console).await? {
        ControlFlow::Break(code) => Ok(code),
        ControlFlow::Continue(components) => with(&components, args, console).await,
    }
}

/// Shows the sites' state from open components.
pub async fn with(
    components: &Components,
    args: Args,
    console: &mut Console,
) -> anyhow::Result<u8> {
    let all = components.sites();
    let sites =
        if args.sites.is_empty() { all } else { setup::chosen(&all, &args.sites, console)? };
    let rows =
        farings(components, &sites, Extent::Whole, |site, faring| Row::new(site, faring)).await?;
    let states = components.states.all();
    states::tell(&states, console);
    match (args.daemon, args.json, sites.as_slice(), rows.as_slice()) {
        (true, ..) => console.json(&House { states: &states, sites: &rows })?,
        (false, true, ..) => console.json(&rows)?,
        (false, false, [site], [row]) if !args.sites.is_empty() => {
            console.result(&detail::of(components, site, row).await?)?
        }
        (false, false, ..) => {
            for piece in shown(&rows) {
                console.result(&piece)?;
                // Who shares the thread goes on meanwhile.
                tokio::task::yield_now().await;
            }
        }
    }
    let well = states.is_empty() && !rows.iter().any(Row::is_broken);
    Ok(if well { code::DONE } else { code::FAILED })
}

/// The table in pieces.
fn shown(rows: &[Row]) -> impl Iterator<Item = String> {
    table::pieces(
        &["site", "state", "articles", "open links", "last read", "next", "why"],
        table::width(),
        rows,
        cells,
    )
}

fn cells(row: &Row) -> Vec<String> {
    let told = |s: &SectionRow| {
        s.unfinished().into_iter().map(|said| format!("{}: {said}", s.section)).collect::<Vec<_>>()
    };
    let unfinished = row.sections.iter().flat_map(told);
    let why = row.reasons.iter().cloned().chain(unfinished).collect::<Vec<_>>().join("; ");
    vec![
        row.site.clone(),
        row.standing().to_owned(),
        row.articles.to_string(),
        row.links_open.to_string(),
        when(row.last_success),
        when(row.next_due),
        why,
    ]
}
