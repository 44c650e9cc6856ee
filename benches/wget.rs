//! What it costs to read, archive and publish 50 sites of 20 articles with pages of 100 kB, beside
//! `wget --warc-file` (gzip) saving the same pages, both from nginx on loopback: CPU seconds of the
//! whole processes, and bantin's peak resident memory.
//!
//! `cargo bench --profile quick --bench wget`; BENCH_SITES, BENCH_ARTICLES (of one site),
//! BENCH_TURNS (medians of so many), BENCH_DIR: keep everything there, BANTIN: another binary.
//! Needs nginx and wget.

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use bantin::demo::{Options, Portal};
use url::Url;

use support::{Outcome, cpu, get, high_water, number};

/// Goals: CPU of bantin to that of wget, and MiB of peak resident memory.
const GOALS: (f64, f64) = (1.0, 64.0);
/// Pages of about 100 kB.
const WEIGHT: usize = 135;

fn main() -> Outcome<()> {
    for tool in ["nginx", "wget"] {
        if Command::new(tool)
            .arg("--version")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_err()
        {
            println!("wget: not run, {tool} is not installed (apt-get install {tool})");
            return Ok(());
        }
    }
    let (sites, articles, turns) =
        (number("BENCH_SITES", 50), number("BENCH_ARTICLES", 20), number("BENCH_TURNS", 3));
    let temporary = tempfile::tempdir()?;
    let folder =
        std::env::var("BENCH_DIR").map_or_else(|_| temporary.path().to_owned(), PathBuf::from);
    let port = std::net::TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    fs::create_dir_all(folder.join("feeds"))?;
    let mut urls = Vec::new();
    for n in 0..sites {
        urls.extend(runtime.block_on(save_site(&folder, n, articles, port))?);
    }
    fs::write(folder.join("urls"), urls.join("\n"))?;
    fs::write(
        folder.join("bantin.toml"),
        "feeds = \"feeds\"\n[store]\npath = \"run/store\"\n[archive]\npath = \"run/archive\"\n\
         [server]\nlisten = \"127.0.0.1:0\"\n\
         public_url = \"http://127.0.0.1:8080/\"\n[fetch]\nper_host_interval = \"0s\"\n\
         allow_private = true\n",
    )?;
    let _nginx = start_nginx(&folder, port)?;

    let bantin =
        std::env::var("BANTIN").unwrap_or_else(|_| env!("CARGO_BIN_EXE_bantin").to_owned());
    let (mut ours, mut theirs, mut peaks) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..turns {
        fs::remove_dir_all(folder.join("run")).ok();
        fs::create_dir_all(folder.join("run/wget"))?;
        let fetch = run(
            &folder,
            Command::new(&bantin)
                .arg("--config")
                .arg(folder.join("bantin.toml"))
                .args(["fetch", "--json"]),
        )?;
        let publish = run(
            &folder,
            Command::new(&bantin)
                .arg("--config")
                .arg(folder.join("bantin.toml"))
                .arg("publish")
                .arg(folder.join("run/www")),
        )?;
        let wget = run(
            &folder,
            Command::new("wget")
                .args(["-q", "-i"])
                .arg(folder.join("urls"))
                .arg("-P")
                .arg(folder.join("run/wget"))
                .arg("--warc-file")
                .arg(folder.join("run/wget")),
        )?;
        println!(
            "fetch {:.2} s user {:.2} s system {:.1} MiB   publish {:.2} s user {:.2} s system \
             {:.1} MiB   wget {:.2} s user {:.2} s system {:.1} MiB",
            fetch.0, fetch.1, fetch.2, publish.0, publish.1, publish.2, wget.0, wget.1, wget.2
        );
        ours.push(fetch.0 + fetch.1 + publish.0 + publish.1);
        theirs.push(wget.0 + wget.1);
        peaks.push(fetch.2.max(publish.2));
    }
    let archived = fs::read_dir(folder.join("run/archive"))?
        .filter_map(|entry| Some(entry.ok()?.metadata().ok()?.len()))
        .sum::<u64>();
    let warc = fs::metadata(folder.join("run/wget.warc.gz"))?.len();
    let (ours, theirs, peak) = (median(ours), median(theirs), median(peaks));
    println!(
        "{} pages of {} sites; archive {:.1} MB, that of wget {:.1} MB",
        urls.len(),
        sites,
        archived as f64 / 1e6,
        warc as f64 / 1e6
    );
    println!(
        "CPU {ours:.2} s, wget {theirs:.2} s: {:.2} of it (goal: at most {})",
        ours / theirs,
        GOALS.0
    );
    println!("peak resident memory {peak:.1} MiB (goal: at most {})", GOALS.1);
    Ok(())
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(0.0)
}

/// Saves the pages of a sample portal of its own under its host's name; their addresses.
async fn save_site(folder: &Path, n: usize, articles: usize, port: u16) -> Outcome<Vec<String>> {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await?;
    let options = Options {
        articles,
        weight: WEIGHT,
        validators: false,
        gzip: false,
        shared: 0,
        seed: 1 + n as u64,
        ..Options::default()
    };
    let portal = Portal::start(listener, options).await;
    let there = portal.base().authority().to_owned();
    let here = format!("127.0.1.{}:{port}", 1 + n);
    let toml = portal.site_toml("24h", "new").replace(&there, &here);
    fs::write(folder.join(format!("feeds/s{n}.toml")), toml)?;
    let truth = portal.truth();
    let sections = portal.sections().into_iter().map(|(_, _, url)| url);
    let addresses = sections
        .chain(truth.articles.into_iter().filter_map(|article| article.urls.into_iter().next()));
    let own = portal.base().port().ok_or("no port")?;
    let mut urls = Vec::new();
    for url in addresses {
        let page = get(own, &url[url::Position::BeforePath..url::Position::AfterQuery])?;
        let file = file(folder, &here, &url);
        fs::create_dir_all(file.parent().ok_or("no folder")?)?;
        fs::write(file, page.replace(&there, &here))?;
        urls.push(url.as_str().replace(&there, &here));
    }
    portal.stop().await;
    Ok(urls)
}

/// Where nginx looks for a page: path and query in one name.
fn file(folder: &Path, host: &str, url: &Url) -> PathBuf {
    let host = host.split(':').next().unwrap_or_default();
    folder.join(format!("www/{host}{}@{}", url.path(), url.query().unwrap_or_default()))
}

struct Nginx(Child);

impl Drop for Nginx {
    fn drop(&mut self) {
        // The master ends its workers when it is told to quit, not when it is killed.
        Command::new("kill").arg("-QUIT").arg(self.0.id().to_string()).status().ok();
        self.0.wait().ok();
    }
}

fn start_nginx(folder: &Path, port: u16) -> Outcome<Nginx> {
    let dir = folder.display();
    let user = if fs::metadata("/proc/self")
        .is_ok_and(|meta| std::os::unix::fs::MetadataExt::uid(&meta) == 0)
    {
        "user root;"
    } else {
        ""
    };
    let conf = format!(
        "daemon off; worker_processes 1; pid {dir}/nginx.pid; error_log {dir}/error.log; {user}\n\
         events {{ worker_connections 512; }}\n\
         http {{ default_type \"text/html; charset=utf-8\"; access_log off; sendfile on; \
         keepalive_requests 1000000;\n\
         server {{ listen 0.0.0.0:{port}; root {dir}/www; location / {{ try_files \
         \"/$host$uri@$args\" =404; }} }} }}\n"
    );
    fs::write(folder.join("nginx.conf"), conf)?;
    let child = Command::new("nginx")
        .arg("-c")
        .arg(folder.join("nginx.conf"))
        .arg("-p")
        .arg(folder)
        .stderr(Stdio::null())
        .spawn()?;
    let nginx = Nginx(child);
    for _ in 0..200 {
        if std::net::TcpStream::connect(("127.0.0.1", port)).is_ok() {
            return Ok(nginx);
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Err("nginx does not answer".into())
}

/// Runs a command to its end: CPU seconds, user and system, and peak resident memory in MiB.
fn run(folder: &Path, command: &mut Command) -> Outcome<(f64, f64, f64)> {
    let log = fs::File::create(folder.join("run/log"))?;
    let before = cpu("/proc/self/stat", true);
    let mut child = command.stdout(log.try_clone()?).stderr(log).spawn()?;
    let status = PathBuf::from(format!("/proc/{}/status", child.id()));
    let mut peak: u64 = 0;
    let exit = loop {
        if let Some(exit) = child.try_wait()? {
            break exit;
        }
        peak = peak.max(high_water(&status));
        std::thread::sleep(Duration::from_millis(5));
    };
    if !exit.success() {
        return Err(format!(
            "{command:?} ended with {exit}: {}",
            fs::read_to_string(folder.join("run/log"))?
        )
        .into());
    }
    let after = cpu("/proc/self/stat", true);
    Ok((after.0 - before.0, after.1 - before.1, peak as f64 / 1024.0))
}
