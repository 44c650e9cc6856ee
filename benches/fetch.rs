//! What one `bantin fetch` of a thousand articles costs: peak resident memory, CPU seconds, time
//! and disk.
//!
//! `cargo bench --profile quick --bench fetch`; BENCH_ARTICLES: another number, BENCH_DIR: keep
//! configuration, store and archive there.

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use bantin::demo::{Options, Portal};

use support::{cpu, high_water, number};

/// Goal: peak resident memory in MiB.
const GOAL: f64 = 128.0;

/// Percent of the usual view state, styles and scripts: pages of 100 kB.
const WEIGHT: usize = 135;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let articles = number("BENCH_ARTICLES", 1000);
    let temporary = tempfile::tempdir()?;
    let folder =
        std::env::var("BENCH_DIR").map_or_else(|_| temporary.path().to_owned(), PathBuf::from);
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let portal = runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await?;
        Ok::<_, std::io::Error>(
            Portal::start(listener, Options { articles, weight: WEIGHT, ..Options::default() })
                .await,
        )
    })?;
    fs::create_dir_all(folder.join("feeds"))?;
    fs::write(folder.join("feeds/demo.toml"), portal.site_toml("24h", "all"))?;
    fs::write(
        folder.join("bantin.toml"),
        "feeds = \"feeds\"\n[store]\npath = \"store\"\n[archive]\npath = \"archive\"\n[server]\n\
         listen = \"127.0.0.1:0\"\n\
         [fetch]\nper_host_interval = \"0s\"\nallow_private = true\n",
    )?;

    let begun = Instant::now();
    let log = fs::File::create(folder.join("fetch.log"))?;
    let mut command = Command::new(env!("CARGO_BIN_EXE_bantin"));
    let mut child = command
        .arg("--config")
        .arg(folder.join("bantin.toml"))
        .args(["fetch", "--json"])
        .stdout(log.try_clone()?)
        .stderr(log)
        .spawn()?;
    let status = PathBuf::from(format!("/proc/{}/status", child.id()));
    let mut peak = 0;
    let exit = loop {
        if let Some(exit) = child.try_wait()? {
            break exit;
        }
        peak = peak.max(high_water(&status));
        std::thread::sleep(Duration::from_millis(20));
    };
    let wall = begun.elapsed().as_secs_f64();
    let (user, system) = cpu("/proc/self/stat", true);
    let peak = peak as f64 / 1024.0;
    runtime.block_on(portal.stop());

    println!("bantin fetch of {articles} articles, {exit}");
    println!("peak resident memory  {peak:8.1} MiB (goal: at most {GOAL})");
    println!(
        "CPU                   {:8.2} s, {user:.2} user and {system:.2} system; {:.2} ms an \
         article",
        user + system,
        (user + system) * 1e3 / articles as f64
    );
    println!("time                  {wall:8.2} s");
    println!("store                 {:8.1} MiB", size(&folder.join("store"))?);
    println!("archive               {:8.1} MiB", size(&folder.join("archive"))?);
    Ok(())
}

/// What a folder takes on the disk, in MiB.
fn size(folder: &Path) -> std::io::Result<f64> {
    use std::os::unix::fs::MetadataExt;
    let mut sum = 0.0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let meta = entry.metadata()?;
        sum += if meta.is_dir() {
            size(&entry.path())?
        } else {
            meta.blocks() as f64 * 512.0 / f64::from(1 << 20)
        };
    }
    Ok(sum)
}
