//! Pages a CPU second: bantin's reader against a page reader written by hand with `scraper` and against trafilatura.
//!
//! `cargo bench --profile quick --bench read`; the pages are the sample portal's, three chromes, view state included.

#![allow(clippy::expect_used)] // a bench that cannot measure ends

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;

use bantin::demo::{Chrome, Options, Portal, Skin};
use bantin::extract::{Reader, Reading, View};
use bantin::{config, normalize};
use scraper::{Html, Selector};
use url::Url;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Pages of each portal.
const PAGES: usize = 67;
/// Percent of the usual view state, styles and scripts: pages of 100 kB.
const WEIGHT: usize = 135;
/// Turns of every reader over all pages; the median counts.
const TURNS: usize = 9;

struct Page {
    url: Url,
    body: Vec<u8>,
    peer: usize,
}

/// What somebody writes who knows the portal: title, date, lead and body by selector.
struct Peer {
    title: Selector,
    date: Selector,
    lead: Selector,
    body: Selector,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let portals = [
        (Chrome::SharePoint2007, Skin::Tables, Peer::new([".bt-td", ".bt-ngay", ".bt-dan", ".bt-than"])),
        (Chrome::SharePoint2010, Skin::Divs, Peer::new([".tua", ".ngay-dang", ".trich", ".noi-dung"])),
        (Chrome::SharePoint2013, Skin::Dl, Peer::new(["dt.ten h2", "dt.ngay", "dd.dan", "#divNoiDung"])),
    ];
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let mut pages = Vec::new();
    for (peer, (chrome, skin, _)) in portals.iter().enumerate() {
        pages.extend(runtime.block_on(saved(*chrome, *skin, peer))?);
    }
    let bytes: usize = pages.iter().map(|p| p.body.len()).sum();
    println!("{} pages of {} kB on average", pages.len(), bytes / pages.len() / 1000);

    let (engines, profiles) = config::shipped();
    let reader = Reader::compile(engines, profiles).map_err(|bad| format!("{bad:?}"))?;
    let ours = |page: &Page| article(&reader, page);
    let theirs = |page: &Page| portals[page.peer].2.read(&page.body);
    let parse = |page: &Page| Html::parse_document(&String::from_utf8_lossy(&page.body)).tree.nodes().len();
    assert!(pages.iter().all(|p| ours(p) > 500 && theirs(p) > 500), "every reader must find every article");

    let mut figures = vec![Vec::new(); 3];
    for _ in 0..TURNS {
        for (n, read) in [&ours as &dyn Fn(&Page) -> usize, &theirs, &parse].into_iter().enumerate() {
            let begun = cpu();
            let sum: usize = pages.iter().map(read).sum();
            figures[n].push(pages.len() as f64 / (cpu() - begun));
            assert!(sum > 0);
        }
    }
    let [ours, theirs, parse] = [0, 1, 2].map(|n| median(&mut figures[n]));
    row("bantin: extract and normalise", ours, None);
    row("scraper: selectors on the page", theirs, Some((ours, 0.6)));
    row("the parse alone, as a bound", parse, Some((ours, 0.0)));
    match trafilatura(&pages) {
        Ok(figure) => row("trafilatura: with metadata", figure, Some((ours, 20.0))),
        Err(why) => println!("trafilatura: not run, {why}"),
    }
    Ok(())
}

fn row(name: &str, figure: f64, against: Option<(f64, f64)>) {
    let ratio = against.map_or(String::new(), |(ours, goal)| {
        let goal = if goal > 0.0 { format!("(goal {goal})") } else { String::new() };
        format!("  bantin is {:.2} times it {goal}", ours / figure)
    });
    println!("{name:32}{figure:9.1} pages a CPU second{ratio}");
}

/// Reads a page as the crawl does; gives the size of what it found, so that nothing is optimised away.
fn article(reader: &Reader, page: &Page) -> usize {
    let view = View { body: &page.body, content_type: Some("text/html; charset=utf-8"), url: Some(&page.url), portal: None };
    let Ok(Reading::Article(draft)) = reader.article(&view) else { return 0 };
    let url = Some(&page.url);
    let context = normalize::Context { site: "demo", url, canonical: None, timezone: None, language: None, now: Options::default().epoch };
    let article = normalize::article(&draft, &context);
    article.title.len() + article.content_html.len() + article.content_text.len()
}

impl Peer {
    fn new(css: [&str; 4]) -> Self {
        let [title, date, lead, body] = css.map(|css| Selector::parse(css).expect("a selector"));
        Self { title, date, lead, body }
    }

    fn read(&self, body: &[u8]) -> usize {
        let html = Html::parse_document(&String::from_utf8_lossy(body));
        let text = |selector: &Selector| html.select(selector).next().map(|e| e.text().collect::<String>().trim().to_owned());
        let main = html.select(&self.body).next().map_or(0, |e| e.inner_html().len());
        let fields = [&self.title, &self.date, &self.lead, &self.body].map(|s| text(s).map_or(0, |t| t.len()));
        main + fields.iter().sum::<usize>()
    }
}

/// The article pages of a sample portal.
async fn saved(chrome: Chrome, skin: Skin, peer: usize) -> Result<Vec<Page>, Box<dyn std::error::Error>> {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await?;
    let portal =
        Portal::start(listener, Options { chrome, skin, articles: PAGES, weight: WEIGHT, gzip: false, ..Options::default() }).await;
    let urls: Vec<Url> = portal.truth().articles.into_iter().filter_map(|a| a.urls.into_iter().next()).collect();
    let pages = tokio::task::spawn_blocking(move || {
        urls.into_iter().map(|url| get(&url).map(|body| Page { url, body, peer })).collect::<Result<Vec<_>, _>>()
    });
    let pages = pages.await??;
    portal.stop().await;
    Ok(pages)
}

fn get(url: &Url) -> std::io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(("127.0.0.1", url.port().unwrap_or(80)))?;
    write!(stream, "GET {} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n", &url[url::Position::BeforePath..])?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let head = answer.windows(4).position(|w| w == b"\r\n\r\n").map_or(0, |at| at + 4);
    Ok(answer.split_off(head))
}

/// CPU seconds of this thread.
fn cpu() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").expect("Linux");
    text.split(' ').next().and_then(|ns| ns.parse::<f64>().ok()).expect("nanoseconds") / 1e9
}

fn median(figures: &mut [f64]) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

/// Trafilatura over every fifth page, by the interpreter that BENCH_PYTHON names.
fn trafilatura(pages: &[Page]) -> Result<f64, String> {
    let python = std::env::var("BENCH_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let folder = tempfile::tempdir().map_err(|e| e.to_string())?;
    for (n, page) in pages.iter().step_by(5).enumerate() {
        std::fs::write(folder.path().join(format!("{n}.html")), &page.body).map_err(|e| e.to_string())?;
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/peer.py");
    let output = Command::new(&python).arg(script).arg(folder.path()).output().map_err(|e| format!("{python}: {e}"))?;
    let figure = String::from_utf8_lossy(&output.stdout).trim().parse::<f64>();
    figure.map_err(|_| format!("`{python} -c 'import trafilatura'` fails: name an interpreter that has it by BENCH_PYTHON"))
}
