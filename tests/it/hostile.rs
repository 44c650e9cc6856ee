//! Pages made to hurt, bare and inside a portal's own blocks: each ends
//! within its CPU time, with a reading or with the bound that it hit, and harms nothing else.

mod attacks;

use std::cell::Cell;
use std::sync::LazyLock;
use std::time::Duration;

use bantin::app::cpu;
use bantin::domain::{Bound, Draft, Part};
use bantin::extract::{Error, Limits, Reader, Reading, View};
use bantin::normalize;
use url::Url;

use crate::fast_path::PAGES;

/// What a page may cost.
const CPU: Duration = Duration::from_secs(2);
/// What may come on top: code that is not optimised takes its time.
const SLACK: Duration = Duration::from_millis(if cfg!(debug_assertions) { 4_000 } else { 0 });

thread_local! {
    /// When the account of a page began, when it was last looked at, and the longest time from one
    /// look to the next.
    static LOOKED: Cell<[Duration; 3]> = const { Cell::new([Duration::ZERO; 3]) };
}

/// The thread's CPU time; it notes how long nobody looked. What comes first, while nothing is
/// spent, may take its time.
fn clock() -> Duration {
    let now = cpu::of_thread();
    let [began, last, longest] = LOOKED.get();
    let unseen = if last - began > CPU / 100 { now - last } else { Duration::ZERO };
    LOOKED.set([began, now, longest.max(unseen)]);
    now
}

static READER: LazyLock<Reader> = LazyLock::new(|| {
    Reader::compile(bantin::config::shipped()).unwrap().within(Limits {
        cpu: CPU,
        clock,
        ..Limits::default()
    })
});

static SANITIZER: LazyLock<normalize::Sanitizer> =
    LazyLock::new(|| normalize::Sanitizer::new(bantin::config::shipped().html));

fn text(part: &Part) -> Option<&str> {
    match part {
        Part::Paragraph { runs } => {
            runs.first()?.text.split(['<', '&']).next().filter(|text| text.len() > 20)
        }
        _ => None,
    }
}

/// The attack inside the body of a portal's article, and inside a list of its.
fn planted(attack: &str) -> Vec<(Url, String)> {
    let read = |url: &Url, html: &str| match READER.article(&View {
        body: html.as_bytes(),
        url: Some(url),
        ..View::default()
    }) {
        Ok(Reading::Article(draft)) => {
            draft.body.iter().find_map(text).and_then(|text| html.rfind(text))
        }
        _ => html.find("ItemID=").and_then(|at| html.get(..at)?.rfind("<a")),
    };
    let pages = PAGES.first().into_iter().chain(PAGES.last());
    let planted = pages.filter_map(|(url, html)| {
        let at = read(url, html)?;
        Some((url.clone(), [html.get(..at)?, attack, html.get(at..)?].concat()))
    });
    planted.collect()
}

/// What a page costs on its way to an article, or to its blocks, and what comes of it.
fn cost(blocks: bool, url: &Url, html: &str) -> (Duration, Duration, String) {
    let view = View {
        body: html.as_bytes(),
        content_type: Some("text/html; charset=utf-8"),
        url: Some(url),
        ..View::default()
    };
    let began = cpu::of_thread();
    LOOKED.set([began, began, Duration::ZERO]);
    let outcome = match blocks {
        false => read(&view),
        true => {
            READER.segment(&view).map_or_else(told, |page| format!("{} blocks", page.blocks.len()))
        }
    };
    let ended = clock();
    (ended - began, LOOKED.get()[2], outcome)
}

/// As a visit reads it: the article made within the same account.
fn read(view: &View<'_>) -> String {
    let budget = READER.begin();
    let draft = match READER.article_within(view, &budget) {
        Ok(Reading::Article(draft)) => draft,
        Ok(Reading::NoArticle(why)) => return why,
        Err(error) => return told(error),
    };
    let article = normal(&draft, view.url);
    budget
        .check()
        .map_or_else(told, |()| format!("an article of {} bytes", article.content_html.len()))
}

fn normal(draft: &Draft, url: Option<&Url>) -> bantin::domain::Article {
    let now = "2026-11-24T00:00:00Z".parse().unwrap();
    normalize::article(
        draft,
        &normalize::Context {
            site: "s",
            url,
            canonical: None,
            timezone: None,
            language: None,
            sanitizer: &SANITIZER,
            now,
        },
    )
}

fn told(error: Error) -> String {
    match error {
        Error::Bound { what, .. } if Bound::ALL.contains(&what) => what.as_str().to_owned(),
        error => panic!("{error}"),
    }
}

#[test]
fn every_hostile_page_ends_in_time() {
    let mut late = Vec::new();
    let only = std::env::var("ATTACK").ok();
    for (name, attack) in attacks::all()
        .into_iter()
        .filter(|(name, _)| only.as_deref().is_none_or(|only| name.contains(only)))
    {
        let bare = (
            Url::parse("https://portal.example/Pages/a.aspx").unwrap(),
            format!("<!DOCTYPE html><html><body>{attack}"),
        );
        let mut pages = planted(&attack);
        assert_eq!(pages.len(), 2, "an article and a list of the sample portal");
        pages.push(bare);
        for (n, (url, html)) in pages.iter().enumerate() {
            let (cost, unseen, outcome) = cost(n > 0, url, html);
            println!(
                "{:>6} ms, {:>6} ms between two looks  {name} {n}: {outcome}",
                cost.as_millis(),
                unseen.as_millis()
            );
            // A quarter is kept for what lies between two looks.
            if cost > CPU + SLACK || unseen > CPU / 4 + SLACK {
                late.push(format!("{name} {n}: {cost:?}, {unseen:?} between two looks"));
            }
        }
    }
    assert!(late.is_empty(), "{late:#?}");
}
