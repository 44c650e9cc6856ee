//! The program: everything is in the library.

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // The allocator asks for huge pages, which nearly doubles resident memory and saves no time here; a kernel without them is fine too.
    rustix::thread::disable_transparent_huge_pages(true).ok();
    bantin::cli::main()
}
