//! What markup means stays: struck-out words, readings, numbers, directions, frames.

use super::*;
use crate::domain::draft::{Embedded, Numbers};
use crate::domain::run::{BRACKET, DELETED, INSERTED, READING, RUBY, STRUCK, Voice};

fn body(parts: Vec<Part>) -> Article {
    read(&Draft { body: parts, language: Some("vi".into()), ..Draft::default() })
}

fn said(runs: Vec<Run>) -> Article {
    body(vec![Part::Paragraph { runs }])
}

#[test]
fn what_no_longer_holds_is_marked_and_no_text() {
    let article = said(vec![
        Run::plain("Phí là "),
        styled("40", STRUCK | BOLD),
        Run::plain(" "),
        styled("55", INSERTED),
        styled("!", DELETED),
    ]);
    let html = "<p>Phí là <s><strong>40</strong></s> <ins>55</ins><del>!</del></p>";
    assert_eq!((article.content_html.as_str(), article.content_text.as_str()), (html, "Phí là 55"));
    let other = said(vec![
        Run::plain("Phí là "),
        styled("41", STRUCK | BOLD),
        Run::plain(" "),
        styled("55", INSERTED),
        styled("!", DELETED),
    ]);
    assert_ne!(article.digest, other.digest);
    assert_eq!(article.body_digest, other.body_digest);
}

#[test]
fn readings_stand_in_one_element() {
    let runs = vec![
        styled("東", RUBY),
        styled("(", RUBY | BRACKET),
        styled("ひがし", RUBY | READING),
        styled(")", RUBY | BRACKET),
        Run::plain("へ"),
    ];
    let article = said(runs);
    let html = "<p><ruby>東<rp>(</rp><rt>ひがし</rt><rp>)</rp></ruby>へ</p>";
    assert_eq!(
        (article.content_html.as_str(), article.content_text.as_str()),
        (html, "東(ひがし)へ")
    );
}

#[test]
fn lists_keep_their_numbers() {
    let item = |text: &str, numbers: Numbers| Part::Item {
        ordered: true,
        depth: 0,
        numbers,
        runs: vec![Run::plain(text)],
    };
    let from_three = Numbers { start: Some(3), kind: Some('a'), ..<_>::default() };
    let article = body(vec![
        item("x", from_three),
        item("y", Numbers { value: Some(9), ..from_three }),
        item("z", Numbers { reversed: true, ..<_>::default() }),
    ]);
    assert_eq!(
        article.content_html,
        concat!(
            r#"<ol start="3" type="a"><li>x</li><li value="9">y</li></ol>"#,
            r#"<ol reversed=""><li>z</li></ol>"#,
        )
    );
    let other = body(vec![item("x", Numbers::default()), item("y", Numbers::default())]);
    let same = body(vec![item("x", from_three), item("y", from_three)]);
    assert_ne!(other.digest, same.digest);
}

#[test]
fn direction_and_language_are_said_where_they_differ() {
    let run = |text: &str, direction: Option<&'static str>, language: Option<&str>| Run {
        voice: Some(Voice { direction, language: language.map(str::to_owned) }.into()),
        ..Run::plain(text)
    };
    let parts = vec![
        Part::Paragraph { runs: vec![run("a", Some("rtl"), Some("ar"))] },
        Part::Paragraph { runs: vec![run("b", Some("ltr"), Some("vi-VN"))] },
        Part::Paragraph { runs: vec![run("c", None, Some("x y")), Run::plain("d")] },
    ];
    let draft = Draft { body: parts, language: Some("vi".into()), ..Draft::default() };
    assert_eq!(read(&draft).content_html, r#"<p dir="rtl" lang="ar">a</p><p>b</p><p>cd</p>"#);
    assert_eq!(
        read(&Draft { leftward: true, ..draft }).content_html,
        r#"<p dir="rtl" lang="ar">a</p><p dir="ltr">b</p><p dir="rtl">cd</p>"#
    );
}

#[test]
fn frames_are_links_and_files_attachments() {
    let embedded = |to: &str, file: Option<&str>| {
        let (to, title, file) = (to.to_owned(), "Múa".to_owned(), file.map(str::to_owned));
        Part::Embedded(Embedded { to, title, file, ..<_>::default() })
    };
    let article = body(vec![
        embedded("../a.opus", Some("audio/opus")),
        embedded("//b.example/x", None),
        embedded("javascript:x", Some("")),
    ]);
    assert_eq!(
        article.content_html,
        concat!(
            r#"<p><a href="https://tinh.example/a.opus">Múa</a></p>"#,
            r#"<p><a href="https://b.example/x">Múa</a></p>"#,
        )
    );
    assert_eq!(article.content_text, "Múa\n\nMúa");
    let files: Vec<_> = article.attachments.iter().map(|a| (&*a.url, &*a.mime_type)).collect();
    assert_eq!(files, [("https://tinh.example/a.opus", "audio/opus")]);
    let other =
        body(vec![embedded("../a.opus", Some("audio/opus")), embedded("//b.example/y", None)]);
    assert_ne!(article.digest, other.digest);
}
