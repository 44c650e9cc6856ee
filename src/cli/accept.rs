//! `bantin accept-missing-archive`: files of the archive that are gone for good.

use std::ops::ControlFlow;
use std::path::Path;

use super::console::{Console, Exit};
use super::{code, remote, states, table};
use crate::app::Components;
use crate::domain::state::Missing;

/// Accept that files of the archive are gone, so that sites are read again
///
/// While files of the archive are missing, no site is asked. Bring them back if you can: mount the
/// disk, restore a copy; the daemon goes on by itself. What is accepted is final: that the files
/// were lost, which articles they held and when you accepted it is written down in the archive, and
/// readers of the feeds and of the archive do not get back what lay in them.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  bantin status --daemon\n  \
                        bantin accept-missing-archive bantin-20261129120000000-00003.warc.gz")]
pub struct Args {
    /// Names of the files, as `bantin status` tells them (default: all that are missing)
    #[arg(value_name = "FILE")]
    files: Vec<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Accepts the loss of files, through the daemon if one runs.
pub async fn run(config: Option<&Path>, args: Args, console: &mut Console) -> anyhow::Result<u8> {
    crate::app::log::start("warn");
    match remote::call_or_open(config, console).await? {
        ControlFlow::Break(code) => Ok(code),
        ControlFlow::Continue(components) => with(&components, args, console).await,
    }
}

/// Accepts the loss of files with open components.
pub async fn with(
    components: &Components,
    args: Args,
    console: &mut Console,
) -> anyhow::Result<u8> {
    let files = meant(args.files, &states::missing_files(components), console)?;
    let accepted =
        if files.is_empty() { Vec::new() } else { components.accept_missing(&files).await? };
    if args.json {
        console.json(&accepted)?;
    } else if accepted.is_empty() {
        console.result("nothing is missing")?;
    } else {
        console.result(&shown(&accepted))?;
    }
    Ok(code::DONE)
}

/// The files that are named, or all; one that is not missing ends the command with 2.
fn meant(
    named: Vec<String>,
    missing: &[Missing],
    console: &mut Console,
) -> anyhow::Result<Vec<String>> {
    let unknown: Vec<_> =
        named.iter().filter(|name| !missing.iter().any(|file| file.file == **name)).collect();
    for name in &unknown {
        console.note(&format!("error: `{name}` is not missing"));
    }
    if unknown.is_empty() {
        return Ok(if named.is_empty() {
            missing.iter().map(|file| file.file.clone()).collect()
        } else {
            named
        });
    }
    console.note(if missing.is_empty() { "nothing is missing" } else { "missing are:" });
    for file in missing {
        console.note(&format!("  {}", states::missing(file)));
    }
    Err(Exit(code::USAGE).into())
}

fn shown(accepted: &[Missing]) -> String {
    let mut shown = table::table(&["accepted", "what was wrong", "articles"], table::width());
    for file in accepted {
        shown.add_row([
            file.file.clone(),
            file.what.clone(),
            file.articles.map_or_else(|| "unknown".to_owned(), |n| n.to_string()),
        ]);
    }
    shown.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::console::Heard;

    fn missing() -> Vec<Missing> {
        [("a.warc.gz", Some(3)), ("b.warc.gz", None)]
            .map(|(file, articles)| Missing {
                file: file.to_owned(),
                what: "gone".to_owned(),
                articles,
            })
            .to_vec()
    }

    #[test]
    fn only_what_is_missing_can_be_accepted() {
        let ask = |named: &[&str], missing: &[Missing]| {
            let (mut console, mut heard) = Heard::new();
            let files =
                meant(named.iter().map(|name| (*name).to_owned()).collect(), missing, &mut console);
            (files.map_err(|error| console.fail(&error)), heard.err())
        };
        assert_eq!(ask(&[], &missing()).0.unwrap(), ["a.warc.gz", "b.warc.gz"]);
        assert_eq!(ask(&["b.warc.gz"], &missing()).0.unwrap(), ["b.warc.gz"]);
        assert!(ask(&[], &[]).0.unwrap().is_empty());
        let (files, said) = ask(&["b.warc.gz", "c.warc.gz"], &missing());
        assert_eq!(files, Err(2));
        for told in [
            "`c.warc.gz` is not missing",
            "  a.warc.gz: gone, with 3 articles",
            "  b.warc.gz: gone, with an unknown number of",
        ] {
            assert!(said.contains(told), "{told}: {said}");
        }
        assert_eq!(
            ask(&["c.warc.gz"], &[]),
            (Err(2), "error: `c.warc.gz` is not missing\nnothing is missing\n".to_owned())
        );
    }

    #[test]
    fn what_was_accepted_is_shown() {
        let shown = shown(&missing());
        for told in ["accepted", "what was wrong", "a.warc.gz", "gone", "3", "unknown"] {
            assert!(shown.contains(told), "{told}: {shown}");
        }
    }
}
