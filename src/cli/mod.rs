//! The command line: one file a command. Results go to standard output, everything else to standard
//! error.
//!
//! Knows how things are said to people; does nothing that another room could do.

mod accept;
mod args;
mod check;
mod code;
mod console;
mod demo;
mod explain;
mod extract;
mod fetch;
mod inspect;
mod known;
mod live;
mod progress;
mod publish;
mod reload;
mod remote;
mod run;
mod served;
mod setup;
mod states;
mod status;
mod table;
mod when;

use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;

use args::{Args, Command};
use console::Console;

/// How long a thread for work that blocks waits for more of it.
const IDLE: Duration = Duration::from_millis(100);

/// Parses the command line and runs its command.
pub fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            error.print().ok();
            return ExitCode::from(if error.use_stderr() { code::USAGE } else { code::DONE });
        }
    };
    crate::app::descriptors::raise();
    let workers = args.command.workers();
    // A thread that waits for work keeps the memory of its last work: one that has none ends.
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .worker_threads(workers)
        .thread_keep_alive(IDLE)
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("error: the runtime could not be started: {error}");
            return ExitCode::from(code::FAILED);
        }
    };
    let mut console = Console::standard();
    let code = runtime.block_on(dispatch(args, &mut console));
    runtime.shutdown_timeout(Duration::from_secs(1));
    crate::app::log::end();
    ExitCode::from(code)
}

async fn dispatch(args: Args, console: &mut Console) -> u8 {
    let config = args.config.as_deref();
    let outcome = match args.command {
        Command::Run(args) => run::run(config, args, served::handler, console).await,
        Command::Demo(args) => demo::run(args, served::handler, console).await,
        Command::Fetch(args) => fetch::run(config, args, console).await,
        Command::Check(args) => check::run(config, args, console).await,
        Command::Inspect(args) => inspect::run(config, args, console).await,
        Command::Extract(args) => extract::run(config, args, console).await,
        Command::Explain(args) => explain::run(config, args, console).await,
        Command::Publish(args) => publish::run(config, args, console).await,
        Command::Status(args) => status::run(config, args, console).await,
        Command::Reload(args) => reload::run(config, args, console).await,
        Command::AcceptMissingArchive(args) => accept::run(config, args, console).await,
    };
    outcome.unwrap_or_else(|error| console.fail(&error))
}
