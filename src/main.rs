//! The program: everything is in the library.

#![cfg_attr(test, allow(clippy::unwrap_used))]

use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What allocators read from their environment alone, when they start.
const ALLOCATORS: [(&str, &str); 2] = [
    // Milliseconds that freed memory stays: by default a second and longer, and under attack more
    // is resident. Given back at once, a poll costs five times the system time, after 20 ms twice.
    ("MIMALLOC_PURGE_DELAY", "20"),
    // Heaps of the C library: each keeps what the largest of the feeds' packers needed.
    ("MALLOC_ARENA_MAX", "1"),
];

fn main() -> ExitCode {
    let unset: Vec<_> =
        ALLOCATORS.into_iter().filter(|(name, _)| std::env::var_os(name).is_none()).collect();
    if !unset.is_empty()
        && let Ok(program) = std::env::current_exe()
    {
        // Replaces this process; where that fails it goes on as it is.
        let _ = Command::new(program).args(std::env::args_os().skip(1)).envs(unset).exec();
    }
    // The allocator asks for huge pages, which nearly doubles resident memory and saves no time
    // here; a kernel without them is fine too.
    rustix::thread::disable_transparent_huge_pages(true).ok();
    bantin::cli::main()
}

#[cfg(test)]
mod tests {
    use std::thread;

    /// Resident memory of this process, in KiB.
    fn resident() -> u64 {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        status
            .lines()
            .find_map(|line| {
                line.strip_prefix("VmRSS:")?.trim().trim_end_matches(" kB").parse().ok()
            })
            .unwrap()
    }

    #[test]
    fn threads_that_ended_leave_nothing_in_the_allocator() {
        let begin_and_end = |threads: usize| {
            for _ in 0..threads {
                thread::spawn(|| assert_eq!(std::hint::black_box(vec![1_u8; 1000]).len(), 1000))
                    .join()
                    .unwrap();
            }
        };
        begin_and_end(100);
        let before = resident();
        begin_and_end(1000);
        let more = resident().saturating_sub(before);
        assert!(more < 2000, "{more} KiB more");
    }
}
