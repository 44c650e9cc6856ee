//! Other wordings: labels, tools and furniture that no word list knows, drawn at random in letters
//! of three scripts. What the site's pages have in common tells them from the article.

use std::sync::LazyLock;

use bantin::demo::{AuthorForm, Chrome, Dice, Options, Portal, Skin, Told};
use bantin::domain::{Article, Draft, Habits, MemorySettings, PageMemory, Precision, Teaser};
use bantin::extract::{Reading, View};
use bantin::normalize;
use url::Url;
use xxhash_rust::xxh3::xxh3_64;

use crate::fast_path::{READER, get};

const SEEDS: u64 = 50;
/// Pages of a site that are learned before one is read.
const PAGES: usize = 20;
/// The words of the sample portal that tools and counters are made of.
const TOOLS: [&str; 5] = ["Tăng cỡ chữ", "Giảm cỡ chữ", "In trang", "Gửi email", "Chia sẻ"];
const VIEWS: &str = "Lượt xem:";
/// Its labels of a date and of an author.
const LABELS: [&str; 2] = ["Ngày đăng:", "Tác giả:"];
/// Where each skin closes the text of an article.
const CLOSINGS: [&str; 4] =
    ["<p class=\"bt-xem\">", "<div class=\"luot\">", "<span class=\"dem\">", "<dl class=\"so\">"];
/// Where each skin puts the title.
const TITLES: [(&str, &str); 4] = [
    ("class=\"bt-td\">", "</td>"),
    ("class=\"tua\">", "</h1>"),
    ("class=\"tieu-de\">", "</span>"),
    ("<h2>", "</h2>"),
];
const SCRIPTS: [&str; 3] = ["abdeghiklmnoprstuvxy", "абвгдежзиклмнопрсту", "αβγδεζηθικλμνοπρστ"];

/// The pages of a sample portal and what they say.
type Site = Vec<(Told, Url, String)>;

static SITES: LazyLock<Vec<Site>> = LazyLock::new(|| {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let mut sites = Vec::new();
    for chrome in [Chrome::SharePoint2007, Chrome::SharePoint2010, Chrome::SharePoint2013] {
        for skin in [Skin::Tables, Skin::Divs, Skin::Spans, Skin::Dl] {
            sites.push(runtime.block_on(saved(chrome, skin)));
        }
    }
    sites
});

async fn saved(chrome: Chrome, skin: Skin) -> Site {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let options =
        Options { chrome, skin, articles: PAGES, gzip: false, weight: 5, ..Options::default() };
    let portal = Portal::start(listener, options).await;
    let articles = portal.truth().articles;
    let pages = tokio::task::spawn_blocking(move || {
        let page = |told: Told| {
            let url = told.urls[0].clone();
            let html = get(&url);
            (told, url, html)
        };
        articles.into_iter().map(page).collect()
    });
    let pages = pages.await.unwrap();
    portal.stop().await;
    pages
}

/// What a site of this seed says in other words.
struct Wording {
    dice: Dice,
    tools: Vec<String>,
    views: String,
    /// Lines that stand on each page: over the title, under it, behind the text.
    furniture: [Option<String>; 3],
    /// A label that no word list knows.
    label: Option<String>,
    /// Labels that no word list knows, in the place of those of the date and of the author.
    labels: [Option<String>; 2],
    /// Whether each page has a document and other articles under known headings: they are on most
    /// pages and have rules of their own.
    boxed: bool,
    /// Whether titles are broken by a line break.
    broken: bool,
}

impl Wording {
    fn of(seed: u64) -> Self {
        let mut dice = Dice::of(seed, "wording");
        let script = SCRIPTS[dice.below(3)];
        let tools = TOOLS.map(|_| phrase(&mut dice, script, 3)).to_vec();
        let views =
            format!("{}{}", phrase(&mut dice, script, 4), if dice.chance(50) { ":" } else { "" });
        let furniture = [0; 3].map(|_| {
            let counts = if dice.chance(40) { ": {n}" } else { "" };
            dice.chance(70).then(|| format!("{}{counts}", phrase(&mut dice, script, 6)))
        });
        let label = dice.chance(50).then(|| phrase(&mut dice, script, 3));
        let labels =
            [0; 2].map(|_| dice.chance(50).then(|| format!("{}:", phrase(&mut dice, script, 3))));
        let boxed = dice.chance(50);
        let broken = dice.chance(50);
        Self { dice, tools, views, furniture, label, labels, boxed, broken }
    }

    /// A page in these words.
    fn apply(&mut self, told: &Told, html: &str) -> String {
        let mut html = html.replace(VIEWS, &self.views);
        for (word, other) in TOOLS.iter().zip(&self.tools) {
            html = html.replace(word, other);
        }
        for (word, other) in LABELS.iter().zip(&self.labels) {
            html = other.iter().fold(html, |html, other| html.replace(word, other));
        }
        let furniture = self.furniture.clone().map(|line| {
            let line = line.map(|line| line.replace("{n}", &self.dice.below(5_000).to_string()));
            line.map(|line| format!("<div>{line}</div>")).unwrap_or_default()
        });
        let [over, under, behind] = furniture;
        let labelled = self.label.clone().map_or(String::new(), |label| {
            let value = ["Trần Văn An", "Lê Thị Bình", "Phạm Minh Châu", "Đỗ Quang Duy"];
            let value = self.dice.pick(&value).copied().unwrap_or_default();
            format!("<div>{label}: {value}</div>")
        });
        let (open, close) = *TITLES.iter().find(|(open, _)| html.contains(open)).unwrap();
        let at = html.find(open).unwrap() + open.len();
        let end = at + html[at..].find(close).unwrap();
        let mut title = html[at..end].to_owned();
        if self.broken && title.split(' ').count() > 4 {
            let half = title.match_indices(' ').nth(2).unwrap().0;
            title.replace_range(half..=half, "<br />");
        }
        // Lines around the title stand within its element's neighbours as in a page made by hand.
        html.replace_range(at..end, &format!("{over}<h2>{title}</h2>{under}"));
        let closing = *CLOSINGS.iter().find(|closing| html.contains(*closing)).unwrap();
        let boxes = match self.boxed {
            true => format!(
                "<div><b>Tài liệu đính kèm</b><ul><li><a href='{}'>Văn bản số {}</a></li></ul>\
                 </div><h4>Tin liên quan</h4><ul><li><a href='/x/{}'>Tin khác, số {}</a></li></ul>",
                document(told),
                told.number,
                told.number,
                told.number
            ),
            false => String::new(),
        };
        html.replacen(closing, &format!("{labelled}{boxes}{behind}{closing}"), 1)
    }
}

/// The document that a page with boxes has beside its own.
fn document(told: &Told) -> String {
    format!("/tai-lieu/van-ban-{}.pdf", told.number)
}

/// Words that mean nothing, with a capital.
fn phrase(dice: &mut Dice, script: &str, words: usize) -> String {
    let letters: Vec<char> = script.chars().collect();
    let count = 2 + dice.below(words);
    let mut word = |capital: bool| {
        let length = 3 + dice.below(6);
        let word: String = (0..length).filter_map(|_| dice.pick(&letters)).collect();
        match capital {
            true => word.to_uppercase().chars().take(1).chain(word.chars().skip(1)).collect(),
            false => word,
        }
    };
    (0..count).map(|n| word(n == 0)).collect::<Vec<String>>().join(" ")
}

fn draft(url: &Url, html: &str, teaser: &Teaser, habits: Option<&Habits>) -> Option<Box<Draft>> {
    let view = View {
        body: html.as_bytes(),
        content_type: Some("text/html; charset=utf-8"),
        url: Some(url),
        teaser: Some(teaser),
        habits,
        ..View::default()
    };
    match READER.article(&view) {
        Ok(Reading::Article(draft)) => Some(draft),
        _ => None,
    }
}

fn article(draft: &Draft, url: &Url) -> Article {
    static SANITIZER: LazyLock<normalize::Sanitizer> =
        LazyLock::new(|| normalize::Sanitizer::new(bantin::config::shipped().html));
    let context = normalize::Context {
        site: "mau",
        url: Some(url),
        canonical: None,
        timezone: None,
        language: None,
        sanitizer: &SANITIZER,
        now: Options::default().epoch,
    };
    normalize::article(draft, &context)
}

/// The fields that are not what the page says; of these labels it says nothing.
fn wrong(article: &Article, told: &Told, labels: &[&str], boxed: bool) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut compare = |field: &str, read: String, told: String| {
        if read != told {
            let only = |a: &str, b: &str| -> Vec<String> {
                a.lines().filter(|line| !b.contains(line)).map(str::to_owned).collect()
            };
            let (more, less) = (only(&read, &told), only(&told, &read));
            wrong.push(format!("{field} of {}: has {more:?}, lacks {less:?}", article.title));
        }
    };
    compare("title", article.title.clone(), told.title.clone());
    compare("lead", format!("{:?}", article.lead), format!("{:?}", told.lead));
    let lines = article.content_text.lines().filter(|line| !line.is_empty());
    compare("text", lines.collect::<Vec<_>>().join("\n"), told.paragraphs.join("\n"));
    let date = |precision| if precision == Precision::Day { "day" } else { "minute" };
    let read = article.published.map(|p| (p.at, date(p.precision)));
    let said = told.published.map(|p| (p.at, date(p.precision)));
    // A date whose label nobody knows is absent, never wrong.
    if read.is_some() || !labels.contains(&LABELS[0]) {
        compare("date", format!("{read:?}"), format!("{said:?}"));
    }
    let author = told.author.iter().filter(|a| a.form != AuthorForm::Source);
    let source = told.author.iter().any(|a| a.form == AuthorForm::Source);
    let names = author.map(|author| author.name.clone()).collect::<Vec<_>>();
    let labelled = told.author.iter().any(|a| a.form == AuthorForm::Labelled);
    let unknown = labelled && labels.contains(&LABELS[1]) && article.authors.is_empty();
    if !source && !unknown {
        compare("authors", format!("{:?}", article.authors), format!("{names:?}"));
    }
    let own = told.attachments.iter().map(|(url, _)| url.clone());
    let documents: Vec<String> = own
        .chain(boxed.then(|| told.urls[0].join(&document(told)).unwrap()))
        .map(String::from)
        .collect();
    compare(
        "attachments",
        format!("{:?}", article.attachments.iter().map(|a| &a.url).collect::<Vec<_>>()),
        format!("{documents:?}"),
    );
    compare("captions", format!("{:?}", article.captions), format!("{:?}", told.captions));
    wrong
}

/// What is read wrong of a site of this seed, with or without its memory.
fn faults(seed: u64, with_memory: bool) -> Vec<String> {
    let site = &SITES[usize::try_from(seed).unwrap() % SITES.len()];
    let mut wording = Wording::of(seed);
    let pages: Vec<(&Told, &Url, String)> =
        site.iter().map(|(told, url, html)| (told, url, wording.apply(told, html))).collect();
    let teaser = |told: &Told| Teaser {
        url: String::new(),
        title: told.title.clone(),
        lead: None,
        date: None,
        image: None,
    };
    let mut memory = PageMemory::default();
    for (told, url, html) in &pages {
        let Some(draft) = draft(url, html, &teaser(told), None) else { continue };
        let address = xxh3_64(url.as_str().as_bytes());
        memory.learn(address, &draft.lesson, MemorySettings::default());
    }
    let habits = with_memory.then(|| memory.habits(MemorySettings::default()));
    let unknown: Vec<&str> = LABELS
        .into_iter()
        .zip(&wording.labels)
        .filter_map(|(label, other)| other.as_ref().map(|_| label))
        .collect();
    let read = |(told, url, html): &(&Told, &Url, String)| match draft(
        url,
        html,
        &teaser(told),
        habits.as_ref(),
    ) {
        Some(draft) => wrong(&article(&draft, url), told, &unknown, wording.boxed),
        None => vec![format!("{url} is no article")],
    };
    pages.iter().flat_map(read).map(|fault| format!("seed {seed}: {fault}")).collect()
}

#[test]
fn the_memory_of_a_site_tells_its_furniture_in_any_words() {
    let faults: Vec<String> = (0..SEEDS).flat_map(|seed| faults(seed, true)).collect();
    assert!(
        faults.is_empty(),
        "{} faults:\n{}",
        faults.len(),
        faults[..faults.len().min(20)].join("\n")
    );
}

#[test]
fn without_it_such_pages_are_read_wrong() {
    assert!((0..SEEDS).any(|seed| !faults(seed, false).is_empty()));
}
