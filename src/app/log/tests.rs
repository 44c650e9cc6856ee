use std::sync::{Arc, Mutex};
use std::time::Duration;

use proptest::prelude::*;
use serde_json::{Value, json};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};

use super::floods::Floods;
use super::line::{Line, clean};
use super::{is_kept, journal};

#[derive(Clone, Default)]
struct Heard(Arc<Mutex<Vec<Line>>>);

impl<S: Subscriber> Layer<S> for Heard {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        self.0.lock().unwrap().push(Line::of(event));
    }
}

/// The line of what `tell` tells.
fn line(tell: impl FnOnce()) -> Line {
    let heard = Heard::default();
    tracing::subscriber::with_default(tracing_subscriber::registry().with(heard.clone()), tell);
    heard.0.lock().unwrap().pop().unwrap()
}

fn kind(message: &str) -> Line {
    Line {
        level: Level::INFO,
        target: "bantin::crawl",
        message: message.to_owned(),
        facts: Vec::new(),
    }
}

#[test]
fn a_text_says_what_happened_to_whom_and_why() {
    let table: [(Line, &str); 4] = [
        (line(|| tracing::info!("stopping")), "stopping"),
        (
            line(|| {
                tracing::info!(
                    error = "the portal answers 404",
                    page.url = "https://a.example/1",
                    site.id = %"bac-kan",
                    "page not read"
                )
            }),
            "page not read: site bac-kan, https://a.example/1: the portal answers 404",
        ),
        (
            line(|| {
                tracing::info!(
                    site.id = "one",
                    state = "healthy",
                    new = 3,
                    no_article = 0_u64,
                    error = None::<&str>,
                    "visit ended"
                )
            }),
            "visit ended: site one, state healthy, new 3, no article 0",
        ),
        (
            line(|| {
                tracing::error!(
                    state = "disk-full",
                    file.path = "/var/x",
                    error = "no room",
                    advice = "make some",
                    "it cannot be kept"
                )
            }),
            "it cannot be kept: state disk-full, /var/x: no room; make some",
        ),
    ];
    for (line, text) in table {
        assert_eq!(line.text(), text);
    }
}

#[test]
fn a_text_has_the_causes_of_errors_and_names_of_its_own() {
    let fault = std::io::Error::other("no room");
    let table: [(Line, &str); 3] = [
        (
            line(|| {
                tracing::warn!(error = &fault as &dyn std::error::Error, section.id = "tin", "left")
            }),
            "left: section tin: no room",
        ),
        (
            line(|| tracing::warn!(feed.document = 4, public_url = "", ok = true, "written")),
            "written: document 4, ok true",
        ),
        (
            line(|| tracing::warn!(suppressed = 12, error = "why", "told")),
            "told: why (left out: 12)",
        ),
    ];
    for (line, text) in table {
        assert_eq!(line.text(), text);
    }
}

#[test]
fn json_keeps_the_kind_and_the_facts() {
    let line = line(|| {
        tracing::warn!(
            site.id = "one",
            links = 3,
            whole = false,
            error = "a: \"b\"",
            "page not read"
        )
    });
    let json: Value = serde_json::from_str(&line.json("2026-01-02T03:04:05.000006Z")).unwrap();
    let target = "bantin::app::log::tests";
    assert_eq!(
        json,
        json!({
            "timestamp": "2026-01-02T03:04:05.000006Z",
            "level": "WARN",
            "message": "page not read",
            "site.id": "one",
            "links": 3,
            "whole": false,
            "error": "a: \"b\"",
            "target": target,
        })
    );
}

#[test]
fn an_entry_of_the_journal_has_text_priority_and_facts() {
    let line = line(|| {
        tracing::error!(
            site.id = "one",
            page.url = "https://a.example/",
            articles = 2,
            error = "x\ny",
            "page not read"
        )
    });
    let entry = journal::entry(&line);
    assert_eq!(
        entry.lines().collect::<Vec<_>>(),
        [
            "MESSAGE=page not read: site one, https://a.example/, articles 2: x y",
            "PRIORITY=3",
            "SYSLOG_IDENTIFIER=bantin",
            "TARGET=bantin::app::log::tests",
            "F_MESSAGE=page not read",
            "F_SITE_ID=one",
            "F_PAGE_URL=https://a.example/",
            "F_ARTICLES=2",
            "F_ERROR=x y",
        ]
    );
    assert_eq!([Level::WARN, Level::INFO, Level::DEBUG].map(journal::priority), [4, 6, 7]);
}

#[test]
fn what_a_terminal_would_obey_is_shown_instead() {
    for (text, shown) in [
        ("Tin tức\tvà\r\nsự kiện", "Tin tức và  sự kiện"),
        ("\x1b[2J\x07", "\\u{1b}[2J\\u{7}"),
        ("a\u{9b}b\u{7f}", "a\\u{9b}b\\u{7f}"),
        ("abc\u{202e}cba\u{2028}", "abc\\u{202e}cba\\u{2028}"),
    ] {
        assert_eq!(clean(text, 100), shown);
    }
    let hurting = "\x1b]0;x\x07\n".to_owned() + &"ă".repeat(5000);
    let line = line(|| tracing::info!(page.url = %hurting, error = hurting, "page {hurting}"));
    let text = line.text();
    assert!(
        text.chars().count() < 3100 && text.contains('…') && !text.contains(char::is_control),
        "{text}"
    );
    assert!(line.facts.iter().all(|(name, fact)| fact.as_str().unwrap().chars().count()
        <= if *name == "error" { 2001 } else { 501 }));
}

#[test]
fn what_is_left_out_is_counted_in_the_next_line_of_its_kind() {
    let (mut floods, at) = (Floods::default(), Duration::from_millis);
    let mut told = |message, now| {
        let mut line = kind(message);
        floods.admit(&mut line, at(now)).then(|| line.text())
    };
    for _ in 0..5 {
        assert_eq!(told("a", 900).as_deref(), Some("a"));
    }
    assert_eq!([told("a", 1000), told("a", 1899)], [None, None]);
    assert_eq!(told("b", 1000).as_deref(), Some("b"), "another kind is told");
    assert_eq!(told("a", 1900).as_deref(), Some("a (left out: 2)"));
    assert_eq!(told("a", 1900).as_deref(), Some("a"));
}

#[test]
fn what_no_later_line_counts_is_told_late_or_in_the_end() {
    let mut floods = Floods::default();
    for _ in 0..8 {
        floods.admit(&mut kind("a"), Duration::ZERO);
    }
    let told = |lines: Vec<Line>| lines.iter().map(Line::text).collect::<Vec<_>>();
    let (lines, again) = floods.late(Duration::from_millis(500));
    assert_eq!((told(lines), again), (vec![], true), "not while the kind is full");
    let (lines, again) = floods.late(Duration::from_secs(2));
    assert_eq!((told(lines), again), (vec!["a (left out: 3)".to_owned()], false));
    for _ in 0..5 {
        floods.admit(&mut kind("a"), Duration::from_secs(2));
    }
    assert_eq!(
        (told(floods.owed()), told(floods.owed())),
        (vec!["a (left out: 1)".to_owned()], vec![])
    );
}

#[test]
fn start_stop_and_states_are_always_told() {
    for target in
        ["bantin::app::daemon", "bantin::app::trouble", "bantin::cli::run", "bantin::cli::setup"]
    {
        assert!(is_kept(target), "{target}");
    }
    for target in [
        "bantin::app::control",
        "bantin::crawl::article",
        "bantin::web::serve",
        "bantin::cli::progress",
        "hyper::proto",
    ] {
        assert!(!is_kept(target), "{target}");
    }
}

proptest! {
    #[test]
    fn a_fact_is_one_bounded_line(text in any::<String>(), most in 0_usize..60) {
        let shown = clean(&text, most);
        prop_assert!(shown.chars().count() <= most + 1);
        prop_assert!(!shown.contains(char::is_control));
        let harmless: String = text.chars().filter(|c| c.is_alphanumeric()).take(most).collect();
        prop_assert_eq!(clean(&harmless, most), harmless);
    }

    #[test]
    fn five_are_told_within_any_second_and_the_others_counted(
        pauses in prop::collection::vec(0_u64..600, 1..80),
    ) {
        let (mut floods, mut now, mut told, mut counted) =
            (Floods::default(), Duration::ZERO, Vec::new(), 0);
        for pause in &pauses {
            now += Duration::from_millis(*pause);
            let mut line = kind("a");
            if floods.admit(&mut line, now) {
                told.push(now);
                counted += line.facts.iter().filter_map(|(_, count)| count.as_u64()).sum::<u64>();
            }
        }
        prop_assert!(told.windows(6).all(|six| six[5] - six[0] >= Duration::from_secs(1)));
        counted += floods.owed().iter().filter_map(|line| line.facts[0].1.as_u64()).sum::<u64>();
        prop_assert_eq!(told.len() as u64 + counted, pauses.len() as u64);
    }
}
