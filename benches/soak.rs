//! Whether the daemon holds still: a visit a second to twenty sites of the sample portal, faults
//! on; resident memory, handles and disk.
//!
//! `cargo bench --profile quick --bench soak`; SOAK_MINUTES: another length than 15. Prints the
//! first figures after the warm-up, the last ones and the slope, and exits with 1 where there is
//! one.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use bantin::demo::{Fault, Options, Portal};

/// Sites; each is visited once in so many seconds.
const SITES: u64 = 20;
/// Between two samples.
const PAUSE: Duration = Duration::from_secs(5);
/// The part of the time in which caches fill.
const WARM_UP: f64 = 0.25;

/// One look at the process.
struct Sample {
    seconds: f64,
    memory_kib: f64,
    handles: f64,
    archive_kib: f64,
    store_kib: f64,
}

/// A figure, how it is taken from a sample, and the growth in the whole time that is none.
struct Figure {
    name: &'static str,
    of: fn(&Sample) -> f64,
    allowed: f64,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let minutes: f64 =
        std::env::var("SOAK_MINUTES").ok().and_then(|n| n.parse().ok()).unwrap_or(15.0);
    let folder = tempfile::tempdir()?;
    let program = folder.path().join("bantin");
    fs::copy(env!("CARGO_BIN_EXE_bantin"), &program)?;
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let portals = runtime.block_on(portals())?;
    configure(folder.path(), &portals)?;
    let log = fs::File::create(folder.path().join("log"))?;
    let child = Command::new(&program)
        .arg("--config")
        .arg(folder.path().join("bantin.toml"))
        .arg("run")
        .stderr(log)
        .spawn()?;
    let mut daemon = Daemon(child);
    let samples =
        watch(&mut daemon, &portals, folder.path(), Duration::from_secs_f64(60.0 * minutes))?;
    println!("{minutes} minutes, {SITES} sites");
    if judge(&samples) { Ok(()) } else { Err("there is a slope".into()) }
}

/// The daemon; ended with the bench.
struct Daemon(Child);

impl Drop for Daemon {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

async fn portals() -> std::io::Result<Vec<Portal>> {
    let mut portals = Vec::new();
    for seed in 1..=SITES {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await?;
        portals.push(
            Portal::start(listener, Options { articles: 30, seed, ..Options::default() }).await,
        );
    }
    Ok(portals)
}

fn configure(folder: &Path, portals: &[Portal]) -> std::io::Result<()> {
    fs::create_dir_all(folder.join("feeds"))?;
    for (n, portal) in portals.iter().enumerate() {
        fs::write(
            folder.join(format!("feeds/site-{n}.toml")),
            portal.site_toml(&format!("{SITES}s"), "all"),
        )?;
    }
    fs::write(
        folder.join("bantin.toml"),
        "feeds = \"feeds\"\n[store]\npath = \"store\"\n[archive]\npath = \"archive\"\n[server]\n\
         listen = \"127.0.0.1:0\"\n\
         [fetch]\nper_host_interval = \"0s\"\nallow_private = true\ntimeout = \"2s\"\n",
    )
}

/// Faults in turn at each site's lists and articles, while the process is looked at.
fn watch(
    daemon: &mut Daemon,
    portals: &[Portal],
    folder: &Path,
    time: Duration,
) -> Result<Vec<Sample>, Box<dyn std::error::Error>> {
    let begun = Instant::now();
    let mut samples = Vec::new();
    while begun.elapsed() < time {
        let round = samples.len();
        for (n, portal) in portals.iter().enumerate().filter(|(n, _)| (n + round) % 4 == 0) {
            portal.mend();
            let sections = portal.sections();
            let section = sections[round % sections.len()].2.path().to_owned();
            let path = if round % 3 == 0 { section } else { "/*".to_owned() };
            portal.fault(&path, fault(round / 2 + n), Some(2));
        }
        std::thread::sleep(PAUSE);
        if let Some(exit) = daemon.0.try_wait()? {
            return Err(format!("the daemon ended: {exit}").into());
        }
        let process = PathBuf::from(format!("/proc/{}", daemon.0.id()));
        let sample = Sample {
            seconds: begun.elapsed().as_secs_f64(),
            memory_kib: resident(&process)?,
            handles: fs::read_dir(process.join("fd"))?.count() as f64,
            archive_kib: size(&folder.join("archive"))? / 1024.0,
            store_kib: size(&folder.join("store"))? / 1024.0,
        };
        if samples.len() % 12 == 0 {
            let asked: usize = portals.iter().map(|portal| portal.log().len()).sum();
            portals.iter().for_each(Portal::clear_log);
            println!(
                "{:5.0} s  {:8.0} KiB  {:4} handles  archive {:8.0} KiB  store {:8.0} KiB  \
                 {asked} requests",
                sample.seconds,
                sample.memory_kib,
                sample.handles,
                sample.archive_kib,
                sample.store_kib
            );
        }
        samples.push(sample);
    }
    Ok(samples)
}

fn fault(n: usize) -> Fault {
    match n % 12 {
        0 => Fault::Status(503),
        1 => Fault::RetryAfter(503, "3".to_owned()),
        2 => Fault::Stall,
        3 => Fault::Delay(Duration::from_secs(5)),
        4 => Fault::TruncatedGzip,
        5 => Fault::Bomb(16),
        6 => Fault::Endless,
        7 => Fault::BadCoding,
        8 => Fault::Short,
        9 => Fault::Reset,
        10 => Fault::Login,
        _ => Fault::Redirect("/Pages/default.aspx".to_owned()),
    }
}

/// Prints each figure; whether none has a slope.
fn judge(samples: &[Sample]) -> bool {
    let warm: Vec<&Sample> =
        samples.iter().skip((samples.len() as f64 * WARM_UP) as usize).collect();
    let (Some(first), Some(last)) = (warm.first(), warm.last()) else { return false };
    let time = last.seconds - first.seconds;
    let figures = [
        // The allocator keeps and gives back pages: a tenth of the memory comes and goes.
        Figure {
            name: "resident memory, KiB",
            of: |s| s.memory_kib,
            allowed: 0.1 * first.memory_kib,
        },
        Figure { name: "handles", of: |s| s.handles, allowed: 4.0 },
        // Half a KiB a visit: the count that it leaves.
        Figure { name: "disk, KiB", of: |s| s.archive_kib + s.store_kib, allowed: 0.5 * time },
    ];
    let mut still = true;
    for Figure { name, of, allowed } in figures {
        let slope = slope(&warm, of);
        let growth = slope * time;
        let verdict = if growth > allowed { "a slope" } else { "holds" };
        still &= growth <= allowed;
        println!(
            "{name:22} first {:10.1}  last {:10.1}  slope {:9.2} an hour  {verdict}",
            of(first),
            of(last),
            slope * 3600.0
        );
    }
    still
}

/// By least squares, a second.
fn slope(samples: &[&Sample], of: fn(&Sample) -> f64) -> f64 {
    let n = samples.len() as f64;
    let (x, y) = (
        samples.iter().map(|s| s.seconds).sum::<f64>() / n,
        samples.iter().map(|s| of(s)).sum::<f64>() / n,
    );
    let over: f64 = samples.iter().map(|s| (s.seconds - x) * (of(s) - y)).sum();
    over / samples.iter().map(|s| (s.seconds - x).powi(2)).sum::<f64>().max(f64::EPSILON)
}

fn resident(process: &Path) -> std::io::Result<f64> {
    let text = fs::read_to_string(process.join("status"))?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    Ok(line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0.0))
}

/// What a folder takes on the disk, in bytes; files that go meanwhile take none.
fn size(folder: &Path) -> std::io::Result<f64> {
    use std::os::unix::fs::MetadataExt;
    let mut sum = 0.0;
    for entry in fs::read_dir(folder)?.filter_map(Result::ok) {
        let Ok(meta) = entry.metadata() else { continue };
        sum += if meta.is_dir() { size(&entry.path())? } else { meta.blocks() as f64 * 512.0 };
    }
    Ok(sum)
}
