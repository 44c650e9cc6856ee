//! Pages a CPU second: bantin's reader against a page reader written by hand with `scraper` and
//! against trafilatura.
//!
//! `cargo bench --bench read`; the pages are the sample portal's, three chromes, view state
//! included. For a profiler: `BENCH_ROUNDS=draft:5` (or `article:5`) reads every page five times in
//! `rounds` and ends.

#![allow(clippy::expect_used)] // a bench that cannot measure ends

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;

use bantin::demo::{Chrome, Options, Portal, Skin};
use bantin::domain::Draft;
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

/// What somebody writes who knows the portal: the fields of an article by selector.
struct Peer {
    /// Title, date, lead, author.
    texts: [Selector; 4],
    body: Selector,
    pictures: Selector,
    links: Selector,
    head: Selector,
}

/// A portal with what reads its pages by hand.
type Sample = (Chrome, Skin, Peer);

fn portals() -> [Sample; 3] {
    let peer = Peer::new;
    [
        (
            Chrome::SharePoint2007,
            Skin::Tables,
            peer([".bt-td", ".bt-ngay", ".bt-dan", ".bt-than p:last-of-type strong", ".bt-than"]),
        ),
        (
            Chrome::SharePoint2010,
            Skin::Divs,
            peer([".tua", ".ngay-dang", ".trich", ".ky-ten b", ".noi-dung"]),
        ),
        (
            Chrome::SharePoint2013,
            Skin::Dl,
            peer(["dt.ten h2", "dt.ngay", "dd.dan", "#divNoiDung p:last-of-type b", "#divNoiDung"]),
        ),
    ]
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let portals = portals();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let mut pages = Vec::new();
    for (peer, (chrome, skin, _)) in portals.iter().enumerate() {
        pages.extend(runtime.block_on(saved(*chrome, *skin, peer))?);
    }
    let bytes: usize = pages.iter().map(|p| p.body.len()).sum();
    println!("{} pages of {} kB on average", pages.len(), bytes / pages.len() / 1000);

    let reader = Reader::compile(config::shipped()).map_err(|bad| format!("{bad:?}"))?;
    let draft = |page: &Page| draft(&reader, page).map_or(0, |draft| draft.body.len());
    let ours = |page: &Page| article(&reader, page);
    let theirs = |page: &Page| portals[page.peer].2.read(&page.body);
    let parse =
        |page: &Page| Html::parse_document(&String::from_utf8_lossy(&page.body)).tree.nodes().len();
    assert!(
        pages.iter().all(|p| ours(p) > 500 && theirs(p) > 500),
        "every reader must find every article"
    );
    match std::env::var("BENCH_ROUNDS").ok().as_deref().and_then(|asked| asked.split_once(':')) {
        Some((what, times)) => {
            rounds(if what == "draft" { &draft } else { &ours }, &pages, times.parse()?);
        }
        None => compare([&draft, &ours, &theirs, &parse], &pages),
    }
    Ok(())
}

/// Reads all pages to a draft, to an article, as the peer does, and to a tree alone, in turns.
fn compare(readers: [&dyn Fn(&Page) -> usize; 4], pages: &[Page]) {
    let mut figures = vec![Vec::new(); 4];
    for _ in 0..TURNS {
        for (figures, read) in figures.iter_mut().zip(readers) {
            let begun = cpu();
            let sum: usize = pages.iter().map(read).sum();
            figures.push(pages.len() as f64 / (cpu() - begun));
            assert!(sum > 0);
        }
    }
    show(&mut figures, pages);
}

/// The pages a second of each reader, draft, article, peer and parser, and how they compare.
fn show(figures: &mut [Vec<f64>], pages: &[Page]) {
    // Of each turn, since a machine may be slower in one than in the next.
    let ratio = |ours: usize, theirs: usize| {
        median(
            &mut figures[ours].iter().zip(&figures[theirs]).map(|(a, b)| a / b).collect::<Vec<_>>(),
        )
    };
    let (to_draft, to_article, beside_parse) = (ratio(0, 2), ratio(1, 2), ratio(1, 3));
    let [draft, ours, theirs, parse] = [0, 1, 2, 3].map(|n| median(&mut figures[n]));
    row("bantin: to a draft", draft, None);
    row("bantin: to an article", ours, None);
    row("scraper, against the draft", theirs, Some((to_draft, 5.5)));
    row("scraper, against the article", theirs, Some((to_article, 5.0)));
    row("the parse alone, as a bound", parse, Some((beside_parse, 0.0)));
    match trafilatura(pages) {
        Ok(figure) => row("trafilatura: with metadata", figure, Some((ours / figure, 20.0))),
        Err(why) => println!("trafilatura: not run, {why}"),
    }
}

/// What a profiler looks at: reading alone, after everything was read once.
#[inline(never)]
fn rounds(read: &dyn Fn(&Page) -> usize, pages: &[Page], times: usize) {
    let sum: usize = (0..times).flat_map(|_| pages).map(read).sum();
    println!("{times} times {} pages: {sum}", pages.len());
}

fn row(name: &str, figure: f64, against: Option<(f64, f64)>) {
    let ratio = against.map_or(String::new(), |(ratio, goal)| {
        let goal = if goal > 0.0 { format!("(goal {goal})") } else { String::new() };
        format!("  bantin is {ratio:.2} times it {goal}")
    });
    println!("{name:32}{figure:9.1} pages a CPU second{ratio}");
}

/// Reads a page as the crawl does.
fn draft(reader: &Reader, page: &Page) -> Option<Box<Draft>> {
    let view = View {
        body: &page.body,
        content_type: Some("text/html; charset=utf-8"),
        url: Some(&page.url),
        ..View::default()
    };
    match reader.article(&view) {
        Ok(Reading::Article(draft)) => Some(draft),
        _ => None,
    }
}

static SANITIZER: LazyLock<normalize::Sanitizer> =
    LazyLock::new(|| normalize::Sanitizer::new(config::shipped().html));

/// The size of the article of a page, so that nothing is optimised away.
fn article(reader: &Reader, page: &Page) -> usize {
    let Some(draft) = draft(reader, page) else { return 0 };
    let url = Some(&page.url);
    let context = normalize::Context {
        site: "demo",
        url,
        canonical: None,
        timezone: None,
        language: None,
        sanitizer: &SANITIZER,
        now: Options::default().epoch,
    };
    let article = normalize::article(&draft, &context);
    article.title.len() + article.content_html.len() + article.content_text.len()
}

impl Peer {
    fn new(css: [&str; 5]) -> Self {
        let selector = |css: &str| Selector::parse(css).expect("a selector");
        let [title, date, lead, author, body] = css.map(selector);
        let (pictures, links, head) = (
            selector("img[src]"),
            selector("a[href]"),
            selector("meta[property], meta[name], link[rel=canonical]"),
        );
        Self { texts: [title, date, lead, author], body, pictures, links, head }
    }

    fn read(&self, body: &[u8]) -> usize {
        let html = Html::parse_document(&String::from_utf8_lossy(body));
        let text = |selector: &Selector| {
            html.select(selector).next().map(|e| e.text().collect::<String>().trim().to_owned())
        };
        let Some(body) = html.select(&self.body).next() else { return 0 };
        let main = body.inner_html().len() + body.text().map(str::len).sum::<usize>();
        let pictures =
            body.select(&self.pictures).filter_map(|e| e.attr("src")).map(str::len).sum::<usize>();
        let links =
            body.select(&self.links).filter_map(|e| e.attr("href")).map(str::len).sum::<usize>();
        let head = html
            .select(&self.head)
            .filter_map(|e| e.attr("content").or(e.attr("href")))
            .map(str::len)
            .sum::<usize>();
        main + pictures
            + links
            + head
            + self.texts.iter().map(|s| text(s).map_or(0, |t| t.len())).sum::<usize>()
    }
}

/// The article pages of a sample portal.
async fn saved(
    chrome: Chrome,
    skin: Skin,
    peer: usize,
) -> Result<Vec<Page>, Box<dyn std::error::Error>> {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await?;
    let portal = Portal::start(
        listener,
        Options {
            chrome,
            skin,
            articles: PAGES,
            weight: WEIGHT,
            gzip: false,
            ..Options::default()
        },
    )
    .await;
    let urls: Vec<Url> =
        portal.truth().articles.into_iter().filter_map(|a| a.urls.into_iter().next()).collect();
    let pages = tokio::task::spawn_blocking(move || {
        urls.into_iter()
            .map(|url| get(&url).map(|body| Page { url, body, peer }))
            .collect::<Result<Vec<_>, _>>()
    });
    let pages = pages.await??;
    portal.stop().await;
    Ok(pages)
}

fn get(url: &Url) -> std::io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(("127.0.0.1", url.port().unwrap_or(80)))?;
    write!(
        stream,
        "GET {} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n",
        &url[url::Position::BeforePath..]
    )?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let head = answer.windows(4).position(|w| w == b"\r\n\r\n").map_or(0, |at| at + 4);
    Ok(answer.split_off(head))
}

/// CPU seconds of this thread; schedstat knows them by ticks of some milliseconds only.
fn cpu() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
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
        std::fs::write(folder.path().join(format!("{n}.html")), &page.body)
            .map_err(|e| e.to_string())?;
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/peer.py");
    let output = Command::new(&python)
        .arg(script)
        .arg(folder.path())
        .output()
        .map_err(|e| format!("{python}: {e}"))?;
    let figure = String::from_utf8_lossy(&output.stdout).trim().parse::<f64>();
    figure.map_err(|_| {
        format!(
            "`{python} -c 'import trafilatura'` fails: name an interpreter \
             that has it by BENCH_PYTHON"
        )
    })
}
