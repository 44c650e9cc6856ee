//! Charsets end to end: a page says the same whatever its bytes are called and by whatever letters
//! it was written.

use std::collections::HashMap;

use bantin::domain::{Draft, Lesson};
use bantin::extract::{Reading, View};
use unicode_normalization::UnicodeNormalization;
use url::Url;

use crate::fast_path::{PAGES, READER};

/// Articles of the sample portal.
fn articles() -> impl Iterator<Item = (&'static Url, &'static str, Draft)> {
    let pages = PAGES.iter().step_by(7);
    pages.filter_map(|(url, html)| {
        Some((url, html.as_str(), draft(url, html.as_bytes(), "text/html; charset=utf-8")?))
    })
}

fn draft(url: &Url, body: &[u8], content_type: &str) -> Option<Draft> {
    let view = View { body, content_type: Some(content_type), url: Some(url), ..View::default() };
    match READER.article(&view) {
        Ok(Reading::Article(draft)) => Some(*draft),
        _ => None,
    }
}

/// What an article says, without where it was found and how it was written.
fn said(draft: Option<Draft>) -> String {
    let Some(draft) = draft else { return "no article".to_owned() };
    let draft = Draft { letters: None, trace: Vec::new(), lesson: Lesson::default(), ..draft };
    // Old letters with marks have no capitals in some tables.
    format!("{draft:#?}").to_lowercase().nfc().collect()
}

/// Both say the same.
fn same(read: Option<Draft>, plain: &Draft, place: &str) {
    let (read, plain) = (said(read), said(Some(plain.clone())));
    let differ = read.lines().zip(plain.lines()).find(|(a, b)| a != b);
    assert!(read == plain, "{place}: {differ:#?}");
}

/// What stands between tags, changed.
fn texts(html: &str, change: impl Fn(&str) -> String) -> String {
    let mut pieces = html.split_inclusive('>');
    let piece = |piece: &str| {
        let (text, tag) = piece.split_at(piece.find('<').unwrap_or(piece.len()));
        change(text) + tag
    };
    pieces.by_ref().map(piece).collect()
}

fn old(table: &str) -> HashMap<char, String> {
    let file = format!("{}/config/letters/{table}.toml", env!("CARGO_MANIFEST_DIR"));
    let data: toml::Table = std::fs::read_to_string(file).unwrap().parse().unwrap();
    let letters = data["letters"].as_table().unwrap();
    letters
        .iter()
        .map(|(old, new)| (new.as_str().unwrap().chars().next().unwrap(), old.clone()))
        .collect()
}

/// A page in the old letters of a table.
fn written(html: &str, table: &str) -> String {
    let letters = old(table);
    let small = |c: char| c.to_lowercase().next().and_then(|c| letters.get(&c));
    texts(html, |text| {
        let letter = |c: char| {
            letters.get(&c).or_else(|| small(c)).cloned().unwrap_or_else(|| c.to_string())
        };
        text.nfc().map(letter).collect()
    })
}

#[test]
fn legacy_fonts_are_converted_under_any_charset_label() {
    for table in ["tcvn3", "vni"] {
        for (url, html, plain) in articles() {
            let page = written(html, table);
            let named: String = page
                .chars()
                .map(|c| if c.is_ascii() { c.to_string() } else { format!("&#{};", u32::from(c)) })
                .collect();
            let bytes = encoding_rs::WINDOWS_1252.encode(&page).0.into_owned();
            for (body, label) in [
                (page.as_bytes(), "text/html; charset=utf-8"),
                (named.as_bytes(), "text/html; charset=utf-8"),
                (&bytes, "text/html; charset=iso-8859-1"),
                (&bytes, "text/html; charset=utf-8"),
                (&bytes, "text/html; charset=windows-1258"),
                (&bytes, "text/html"),
            ] {
                let read = draft(url, body, label);
                assert_eq!(
                    read.as_ref().and_then(|d| d.letters.as_deref()),
                    Some(table),
                    "{url} {label}"
                );
                same(read, &plain, &format!("{table} {url} {label}"));
            }
        }
    }
}

#[test]
fn unicode_is_read_as_it_is_under_any_charset_label() {
    for (url, html, plain) in articles() {
        assert_eq!(plain.letters, None);
        let decomposed: String = html.nfd().collect();
        let mut marked = vec![0xFF, 0xFE];
        marked.extend(html.encode_utf16().flat_map(u16::to_le_bytes));
        let mut faulty = html.as_bytes().to_vec();
        let end = html.rfind("</body>").unwrap_or(html.len());
        faulty.splice(end..end, *b"\xC0\xAF \xFF \xED\xA0\x80");
        for (body, label) in [
            (html.as_bytes(), "text/html; charset=iso-8859-1"),
            (html.as_bytes(), "text/html; charset=utf-7"),
            (decomposed.as_bytes(), "text/html; charset=utf-8"),
            (&marked, "text/html; charset=utf-8"),
            (&faulty, "text/html; charset=utf-8"),
        ] {
            same(draft(url, body, label), &plain, &format!("{url} {label}"));
        }
    }
}

#[test]
fn pages_in_other_encodings_are_decoded() {
    use encoding_rs::{WINDOWS_1251, WINDOWS_1258};
    // windows-1258 has whole vowels and combining tones.
    let split = |c: char| {
        let mut all: Vec<char> = c.to_string().nfd().collect();
        let tone = all
            .iter()
            .position(|c| "\u{300}\u{301}\u{303}\u{309}\u{323}".contains(*c))
            .map(|at| all.remove(at));
        all.into_iter().nfc().chain(tone).collect::<Vec<_>>()
    };
    for (url, html, plain) in articles() {
        let apart: String = html.chars().flat_map(split).collect();
        let bytes = WINDOWS_1258.encode(&apart).0.into_owned();
        for label in ["text/html; charset=windows-1258", "text/html"] {
            same(draft(url, &bytes, label), &plain, &format!("{url} {label}"));
        }
        // A page in Cyrillic between the marks of the portal.
        let cyrillic = texts(html, |text| {
            text.chars().map(|c| if c.is_alphabetic() && !c.is_ascii() { 'ж' } else { c }).collect()
        });
        let bytes = WINDOWS_1251.encode(&cyrillic).0.into_owned();
        let expected = said(draft(url, cyrillic.as_bytes(), "text/html; charset=utf-8"));
        assert_eq!(said(draft(url, &bytes, "text/html; charset=windows-1251")), expected, "{url}");
    }
}
