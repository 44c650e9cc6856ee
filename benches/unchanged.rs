//! What it costs to look at a source that has nothing new: a thousand sites, each with a host of
//! its own, that send whole section pages of 100 kB without validators, byte-equal or with new
//! tokens only, polled by the daemon again and again.
//!
//! `cargo bench --profile quick --bench unchanged`; BENCH_SOURCES: another number, BENCH_SECONDS: of
//! one measurement (default 20), BENCH_DIR: keep everything there, BANTIN: another binary. The
//! pages come from a process of their own, this one called with `serve`.

mod support;

use std::fs;
use std::io::Read;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bantin::demo::{Options, Portal};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use support::{Outcome, cpu, get, number};

/// Goals: milliseconds of CPU a source, user time, when pages are equal and when only their tokens
/// are new.
const GOALS: [(&str, f64); 2] = [("equal", 0.3), ("tokens", 0.5)];
/// A token in a page: 20 letters that the server writes anew.
const TOKEN: &str = "@@@@@@@@@@@@@@@@@@@@";
/// The same as digits.
const DIGITS: &str = "77777777777777777777";

fn main() -> Outcome<()> {
    let args: Vec<String> = std::env::args().collect();
    if let [_, serve, folder] = args.as_slice()
        && serve == "serve"
    {
        return tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?
            .block_on(serve_pages(folder.into()));
    }
    let sources = number("BENCH_SOURCES", 1000);
    let seconds = number("BENCH_SECONDS", 20);
    let temporary = tempfile::tempdir()?;
    let folder =
        std::env::var("BENCH_DIR").map_or_else(|_| temporary.path().to_owned(), PathBuf::from);
    let section = save_pages(&folder)?;
    let mut server =
        Killed(Command::new(&args[0]).arg("serve").arg(&folder).stdout(Stdio::piped()).spawn()?);
    let mut line = [0; 6];
    server.0.stdout.take().ok_or("no output")?.read_exact(&mut line)?;
    let port: u16 = std::str::from_utf8(&line)?.trim().parse()?;
    let own = free_port()?;
    configure(&folder, &section, sources, port, own)?;
    let log = fs::File::create(folder.join("run.log"))?;
    let mut command = Command::new(
        std::env::var("BANTIN").unwrap_or_else(|_| env!("CARGO_BIN_EXE_bantin").to_owned()),
    );
    let daemon = Killed(
        command
            .arg("--config")
            .arg(folder.join("bantin.toml"))
            .arg("run")
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()?,
    );

    println!(
        "{sources} sources, section page of {} bytes",
        fs::metadata(folder.join("www/section"))?.len()
    );
    let daemon = Daemon { id: daemon.0.id(), own, folder: folder.clone(), _process: daemon };
    let begun = Instant::now();
    // Three visits of each: what is new is read, and what changes by itself is known.
    daemon.wait_for(3 * sources as u64)?;
    daemon.settle()?;
    println!("ready after {:.0} s", begun.elapsed().as_secs_f64());
    for (kind, goal) in GOALS {
        get(port, &format!("/kind/{kind}"))?;
        daemon.wait_for(daemon.visits()? + 3 * sources as u64)?;
        daemon.measure(kind, goal, Duration::from_secs(seconds as u64))?;
    }
    Ok(())
}

/// A process that ends with its handle.
struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

struct Daemon {
    id: u32,
    own: u16,
    folder: PathBuf,
    _process: Killed,
}

/// Figures of the daemon at one moment.
struct Figures {
    visits: u64,
    records: u64,
    user: f64,
    system: f64,
    resident: f64,
    archive: u64,
    store: u64,
}

impl Daemon {
    fn metric(&self, name: &str) -> Outcome<u64> {
        let text = get(self.own, "/metrics")?;
        let line = text.lines().find_map(|line| line.strip_prefix(name)).ok_or("no such figure")?;
        Ok(line.trim().parse()?)
    }

    fn visits(&self) -> Outcome<u64> {
        Ok(self.metric("bantin_visits_total ")? + self.metric("bantin_visits_failed_total ")?)
    }

    fn wait_for(&self, visits: u64) -> Outcome<()> {
        while self.visits().unwrap_or(0) < visits {
            std::thread::sleep(Duration::from_millis(200));
        }
        Ok(())
    }

    /// Waits until the daemon does nothing but look: it publishes nothing and costs the same as
    /// just before, or two minutes have passed.
    fn settle(&self) -> Outcome<()> {
        let mut before = f64::MAX;
        for _ in 0..60 {
            let begun = cpu(&format!("/proc/{}/stat", self.id), false).0;
            let rendered = self.metric("bantin_feed_renders_total ")?;
            std::thread::sleep(Duration::from_secs(2));
            let now = cpu(&format!("/proc/{}/stat", self.id), false).0 - begun;
            let quiet = self.metric("bantin_feed_renders_total ")? == rendered;
            if quiet && now <= before && now > 0.9 * before {
                break;
            }
            before = now;
        }
        Ok(())
    }

    fn figures(&self) -> Outcome<Figures> {
        let (user, system) = cpu(&format!("/proc/{}/stat", self.id), false);
        let status = fs::read_to_string(format!("/proc/{}/status", self.id))?;
        let resident =
            status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
        Ok(Figures {
            visits: self.visits()?,
            records: self.metric("bantin_archive_records_total ")?,
            user,
            system,
            resident: resident.trim().trim_end_matches(" kB").parse::<f64>()? / 1024.0,
            archive: size(&self.folder.join("archive"))?,
            store: size(&self.folder.join("store"))?,
        })
    }

    fn measure(&self, kind: &str, goal: f64, span: Duration) -> Outcome<()> {
        let before = self.figures()?;
        std::thread::sleep(span);
        let after = self.figures()?;
        let visits = (after.visits - before.visits) as f64;
        println!(
            "{kind:6} {:5} visits  user {:.3} ms a source (goal {goal}), system {:.3} ms  records \
             {}  archive {:+} bytes  store {:+} KiB  resident {:.1} to {:.1} MiB",
            visits,
            (after.user - before.user) * 1e3 / visits,
            (after.system - before.system) * 1e3 / visits,
            after.records - before.records,
            after.archive as i64 - before.archive as i64,
            (after.store as i64 - before.store as i64) / 1024,
            before.resident,
            after.resident,
        );
        Ok(())
    }
}

/// What the files of a folder hold, in bytes.
fn size(folder: &Path) -> std::io::Result<u64> {
    fs::read_dir(folder)?.try_fold(0, |sum, entry| {
        let entry = entry?;
        let meta = entry.metadata()?;
        Ok(sum + if meta.is_dir() { size(&entry.path())? } else { meta.len() })
    })
}

fn free_port() -> std::io::Result<u16> {
    Ok(std::net::TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

/// Saves a section page of the sample portal, with places for tokens, and the pages that it links;
/// gives the section's path.
fn save_pages(folder: &Path) -> Outcome<String> {
    let www = folder.join("www");
    fs::create_dir_all(&www)?;
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let old = jiff::Timestamp::from_second(1_700_000_000)?;
    let options =
        Options { articles: 12, validators: false, gzip: false, epoch: old, ..Options::default() };
    let portal = runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await?;
        Ok::<_, std::io::Error>(Portal::start(listener, options).await)
    })?;
    let (base, sections) = (portal.base(), portal.sections());
    let port = base.port().ok_or("no port")?;
    let path =
        |url: &str| url.split_once(&format!("127.0.0.1:{port}")).map(|(_, path)| path.to_owned());
    let section = path(sections.first().ok_or("no section")?.2.as_str()).ok_or("no path")?;
    let page = get(port, &section)?;
    for article in portal.truth().articles {
        for url in article.urls.iter().filter_map(|url| path(url.as_str())) {
            fs::write(www.join(name(&url)), get(port, &url)?)?;
        }
    }
    fs::write(www.join("section"), with_tokens(&page))?;
    runtime.block_on(portal.stop());
    Ok(section)
}

/// A file's name for a path.
fn name(path: &str) -> String {
    path.bytes()
        .map(|b| {
            if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("_{b:02x}") }
        })
        .collect()
}

/// The page at 100 kB with tokens in all the places that portals have them in.
fn with_tokens(page: &str) -> String {
    let page = page.replacen(
        "<head>",
        &format!("<head>\n<meta name=\"csrf-token\" content=\"{TOKEN}\">"),
        1,
    );
    let inputs = format!(
        "<input type=\"hidden\" name=\"__REQUESTDIGEST\" value=\"0x{TOKEN},24 Nov 2026 10:11:07 \
         -0000\">\
         <input type='hidden' name='token' value='{TOKEN}'>\
         <div class=\"clock\">10:11:{DIGITS}</div><div class=\"counter\">Visits: \
         <b>{DIGITS}</b></div><!-- {TOKEN} {DIGITS} -->\n\
         <script nonce=\"{TOKEN}\">var now = {DIGITS}; var page = '"
    );
    let end = page.rfind("</body>").unwrap_or(page.len());
    let filler = 100_000usize.saturating_sub(page.len() + inputs.len() + 16);
    let script: String = (0..)
        .map(|n: u32| format!("window.item{n} = {{ id: {n}, on: true }};\n"))
        .scan(0, |sum, line| {
            *sum += line.len();
            (*sum <= filler).then_some(line)
        })
        .collect();
    format!("{}{inputs}{TOKEN}';{script}</script>{}", &page[..end], &page[end..])
}

fn configure(folder: &Path, section: &str, sources: usize, port: u16, own: u16) -> Outcome<()> {
    fs::create_dir_all(folder.join("feeds"))?;
    for n in 0..sources {
        let host = format!("127.0.{}.{}:{port}", 1 + n / 250, 1 + n % 250);
        let text = format!(
            "title = \"Site {n}\"\nhome = \"http://{host}/\"\nportal = \"auto\"\n\
             language = \"vi\"\ntimezone = \"Asia/Ho_Chi_Minh\"\nevery = \"2s\"\n\
             [[sections]]\nid = \"news\"\ntitle = \"News\"\nurl = \"http://{host}{section}\"\n"
        );
        fs::write(folder.join(format!("feeds/s{n}.toml")), text)?;
    }
    let settings = format!(
        "feeds = \"feeds\"\n[store]\npath = \"store\"\n[archive]\npath = \"archive\"\n[server]\n\
         listen = \"127.0.0.1:{own}\"\n\
         [fetch]\nper_host_interval = \"0s\"\nallow_private = true\n"
    );
    Ok(fs::write(folder.join("bantin.toml"), settings)?)
}

/// The portals: every address of loopback, one page for all; prints its port.
async fn serve_pages(folder: PathBuf) -> Outcome<()> {
    let listener = tokio::net::TcpListener::bind(SocketAddr::from(([0, 0, 0, 0], 0))).await?;
    println!("{:5}", listener.local_addr()?.port());
    let page = Arc::new(fs::read(folder.join("www/section"))?);
    let fresh = Arc::new(AtomicU64::new(0));
    loop {
        let (stream, _) = listener.accept().await?;
        tokio::spawn(answer(stream, folder.clone(), page.clone(), fresh.clone()));
    }
}

async fn answer(
    mut stream: tokio::net::TcpStream,
    folder: PathBuf,
    page: Arc<Vec<u8>>,
    fresh: Arc<AtomicU64>,
) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut request = Vec::new();
    loop {
        while !request.ends_with(b"\r\n\r\n") {
            if stream.read_buf(&mut request).await? == 0 {
                return Ok(());
            }
        }
        let text = String::from_utf8_lossy(&request);
        let path = text.split(' ').nth(1).unwrap_or_default();
        let (status, body) = if let Some(kind) = path.strip_prefix("/kind/") {
            fresh.store(u64::from(kind == "tokens"), Ordering::SeqCst);
            (200, Vec::new())
        } else if let Ok(article) = fs::read(folder.join("www").join(name(path))) {
            (200, article)
        } else if path == "/robots.txt" {
            (404, Vec::new())
        } else {
            (200, tokens(&page, &fresh))
        };
        let kind = if status == 200 { "text/html; charset=utf-8" } else { "text/plain" };
        let head = format!(
            "HTTP/1.1 {status} OK\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all(&[head.as_bytes(), &body].concat()).await?;
        if text.contains("Connection: close") {
            return Ok(());
        }
        request.clear();
    }
}

/// The page with new tokens, if they are to be new.
fn tokens(page: &[u8], fresh: &AtomicU64) -> Vec<u8> {
    let mut page = page.to_vec();
    let n = fresh.load(Ordering::SeqCst);
    if n > 0 {
        let n = fresh.fetch_add(1, Ordering::SeqCst);
        let letters = format!("{:020x}", u128::from(n) * 0x9e37_79b9_7f4a_7c15 % (1 << 79));
        let digits = format!("{:020}", n);
        for (place, text) in [(TOKEN, letters), (DIGITS, digits)] {
            let mut at = 0;
            while let Some(found) = memchr::memmem::find(&page[at..], place.as_bytes()) {
                page[at + found..at + found + 20].copy_from_slice(text.as_bytes());
                at += found + 20;
            }
        }
    }
    page
}
