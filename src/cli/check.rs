//! `bantin check`: every fault of every configuration file at once.

mod feed;

use std::ops::ControlFlow;
use std::path::Path;

use anyhow::Context;
use url::Url;

use super::console::{Console, Exit};
use super::{code, live, remote, setup};
use crate::app::Components;
use crate::config::{self, Loaded, Located};
use crate::domain::{Role, Site, Subject};
use crate::extract::{Reader, View};

/// Find every fault of every configuration file at once
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  bantin check --live\n  bantin check --schema site > site.schema.json"
)]
pub struct Args {
    /// Also read one page of each enabled site
    #[arg(long)]
    live: bool,
    /// Print the JSON Schema of a kind of file
    #[arg(long, value_name = "KIND", value_parser = config::KINDS)]
    schema: Option<String>,
    /// Print the rules of a portal or an engine, or those that a site's pages are read by, whole:
    /// each value with the file and line that say it
    #[arg(
        long,
        num_args = 2,
        value_names = ["KIND", "NAME"],
        conflicts_with_all = ["live", "schema", "feed"],
    )]
    resolved: Option<Vec<String>>,
    /// Instead say what strict readers would refuse, double or misdate in the site's current feeds;
    /// exit 1 if there is anything
    #[arg(long, value_name = "SITE", conflicts_with_all = ["live", "schema"])]
    feed: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Checks the configuration.
pub async fn run(explicit: Option<&Path>, args: Args, console: &mut Console) -> anyhow::Result<u8> {
    crate::app::log::start("warn");
    if let Some(schema) = args.schema.as_deref().and_then(config::schema) {
        console.json(&schema)?;
        return Ok(code::DONE);
    }
    if args.feed.is_some() {
        return feeds(explicit, args, console).await;
    }
    let Ok(file) = config::find(explicit) else {
        return Err(setup::configuration(explicit, console)
            .err()
            .unwrap_or_else(|| Exit(code::CONFIGURATION).into()));
    };
    let (loaded, reader) = match setup::load(&file) {
        Ok(loaded) => loaded,
        Err(faults) => return tell(&faults, args.json, console),
    };
    if let Ok(Some(name)) = crate::store::sled::foreign(&loaded.settings.store) {
        let path = loaded.settings.store.display().to_string();
        return Err(crate::store::Error::Foreign { path, name }.into());
    }
    if let Some([kind, name]) = args.resolved.as_deref() {
        return resolved(&loaded, kind, name, console);
    }
    let enabled = loaded.sites.iter().filter(|site| site.enabled).count();
    if args.json && !args.live {
        console.json(&serde_json::json!([]))?;
    } else {
        console.result(&format!(
            "{}: no fault; {} sites ({enabled} enabled), {} portals, {} engines",
            file.display(),
            loaded.sites.len(),
            loaded.rules.portals.len(),
            loaded.rules.engines.len()
        ))?;
    }
    if args.live { live(&loaded, &reader, console).await } else { Ok(code::DONE) }
}

/// Prints every fault.
fn tell(faults: &[Located], json: bool, console: &mut Console) -> anyhow::Result<u8> {
    if json {
        let row = |f: &Located| {
            serde_json::json!({
                "file": f.file,
                "line": f.line,
                "column": f.column,
                "what": f.fault.what,
                "advice": f.fault.advice,
            })
        };
        console.json(&faults.iter().map(row).collect::<Vec<_>>())?;
    } else {
        for fault in faults {
            console.result(&fault.render(false))?;
        }
        console.result(&setup::count(faults.len()))?;
    }
    Ok(code::CONFIGURATION)
}

/// Prints rules whole; a name that nothing has is wrong usage.
fn resolved(loaded: &Loaded, kind: &str, name: &str, console: &mut Console) -> anyhow::Result<u8> {
    let subject = match kind {
        "site" => {
            let site = setup::named(&loaded.sites, name, console)?;
            let auto = || {
                format!(
                    "{name} is read by the profile that fits its pages best (`portal = \
                     \"auto\"`): `bantin inspect` names it"
                )
            };
            let portal = site.portal.clone().with_context(auto)?;
            let site = Some(name.to_owned());
            Subject { kind: "portal", name: portal, site, ..Subject::default() }
        }
        "engine" => Subject { kind: "engine", name: name.to_owned(), ..Subject::default() },
        _ => Subject { kind: "portal", name: name.to_owned(), ..Subject::default() },
    };
    let known = loaded.sources.names(kind).is_some() || kind == "site";
    let Some(rules) = loaded.sources.resolved(&subject).filter(|_| known) else {
        let (what, known) = match loaded.sources.names(kind) {
            Some(names) => {
                (format!("{kind} `{name}`"), config::advise(name, &names, &format!("{kind}s")))
            }
            None => (
                format!("kind `{kind}`"),
                config::advise(kind, &["site", "portal", "engine"], "kinds"),
            ),
        };
        console.note(&format!("error: there is no {what}: {known}"));
        return Ok(code::USAGE);
    };
    console.result(rules.trim_end())?;
    Ok(code::DONE)
}

/// Checks a site's feeds, through the daemon if one runs.
async fn feeds(explicit: Option<&Path>, args: Args, console: &mut Console) -> anyhow::Result<u8> {
    match remote::call_or_open(explicit, console).await? {
        ControlFlow::Break(code) => Ok(code),
        ControlFlow::Continue(components) => with(&components, args, console).await,
    }
}

/// Checks a site's feeds in open components.
pub async fn with(
    components: &Components,
    args: Args,
    console: &mut Console,
) -> anyhow::Result<u8> {
    let Some(site) = args.feed else { anyhow::bail!("files are checked where they are") };
    feed::with(components, &site, args.json, console).await
}

/// Reads the first page of each enabled site's first section.
async fn live(loaded: &Loaded, reader: &Reader, console: &mut Console) -> anyhow::Result<u8> {
    let mut exit = code::DONE;
    for site in loaded.sites.iter().filter(|site| site.enabled) {
        match look(site, loaded, reader).await {
            Ok(found) => console.result(&format!("{}: {found}", site.id))?,
            Err(error) => exit = console.fail(&error.context(site.id.to_string())),
        }
    }
    Ok(exit)
}

async fn look(site: &Site, loaded: &Loaded, reader: &Reader) -> anyhow::Result<String> {
    let Some(section) = site.sections.first() else { anyhow::bail!("it has no section") };
    let answer =
        live::fetch(site, section.url.clone(), loaded.settings.fetch.clone(), &loaded.sites)
            .await?;
    let view = View {
        body: &answer.body,
        content_type: answer.content_type.as_deref(),
        url: Some(&answer.url),
        portal: site.portal.as_deref(),
        site: Some(site.id.as_str()),
        ..View::default()
    };
    let page = reader.segment(&view)?;
    let listings: Vec<_> = page
        .blocks
        .iter()
        .filter(|b| b.role == Role::Listing)
        .filter_map(|b| b.listing.as_ref())
        .collect();
    if listings.is_empty() {
        anyhow::bail!("no listing on {}: look at it with `bantin inspect`", answer.url);
    }
    let teasers: Vec<_> = listings.iter().flat_map(|l| &l.teasers).collect();
    let abroad = teasers
        .iter()
        .filter(|teaser| !Url::parse(&teaser.url).is_ok_and(|url| site.owns(&url)))
        .count();
    let told = match abroad {
        0 => String::new(),
        all if all == teasers.len() => {
            ", all of them to other hosts than the site's own (`hosts` in its file names further \
             ones)"
                .to_owned()
        }
        some => format!(", {some} of them to hosts of others"),
    };
    let pager = if listings.iter().any(|l| l.next.is_some()) { "a pager" } else { "no pager" };
    Ok(format!(
        "{} reads as {}: {} teasers{told}, {pager}",
        section.url,
        page.portal.as_deref().unwrap_or("no known portal"),
        teasers.len()
    ))
}
