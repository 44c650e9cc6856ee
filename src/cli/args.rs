//! The command line as it is parsed.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use super::{accept, check, demo, explain, extract, fetch, inspect, publish, reload, run, status};

/// Threads for tasks of a daemon at least: a site that floods its connection holds one of them for
/// as long as its deadline.
const WORKERS: usize = 8;

/// Reads portal pages by their blocks, archives every version and republishes them as RSS, Atom and
/// JSON Feed.
#[derive(Debug, Parser)]
#[command(
    name = "bantin",
    version,
    max_term_width = 100,
    after_help = "Example:\n  bantin demo\n  bantin check && bantin run"
)]
pub struct Args {
    /// The configuration; else ./config/bantin.toml, /etc/bantin/bantin.toml
    #[arg(long, global = true, value_name = "FILE", env = "BANTIN_CONFIG", hide_env_values = true)]
    pub config: Option<PathBuf>,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    Run(run::Args),
    Demo(demo::Args),
    Fetch(fetch::Args),
    Check(check::Args),
    Inspect(inspect::Args),
    Extract(extract::Args),
    Explain(explain::Args),
    Publish(publish::Args),
    Status(status::Args),
    Reload(reload::Args),
    AcceptMissingArchive(accept::Args),
}

impl Command {
    /// Threads for tasks: what ends by itself needs no more than there are cores, and less memory.
    pub fn workers(&self) -> usize {
        let least = if matches!(self, Self::Run(_) | Self::Demo(_)) { WORKERS } else { 2 };
        std::thread::available_parallelism().map_or(least, |cores| cores.get().max(least))
    }
}
