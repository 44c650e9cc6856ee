//! The program: everything is in the library.

use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How many milliseconds freed memory stays with the process. The allocator reads it from its environment alone, when it starts.
const PURGE: (&str, &str) = ("MIMALLOC_PURGE_DELAY", "20");

fn main() -> ExitCode {
    // By default freed memory stays a second and longer: under attack more is resident. Given back at once, a poll costs five times the system time, after 20 ms twice.
    if std::env::var_os(PURGE.0).is_none()
        && let Ok(program) = std::env::current_exe()
    {
        // Replaces this process; where that fails it goes on as it is.
        let _ = Command::new(program).args(std::env::args_os().skip(1)).env(PURGE.0, PURGE.1).exec();
    }
    // The allocator asks for huge pages, which nearly doubles resident memory and saves no time here; a kernel without them is fine too.
    rustix::thread::disable_transparent_huge_pages(true).ok();
    bantin::cli::main()
}
