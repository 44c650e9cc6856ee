//! Pages of engines that name no blocks: they are read as wholes, with what is known of the
//! engine's places.

use std::fmt::Write;

use super::super::reader::Reader;
use super::super::view::{Reading, View};
use crate::domain::{Draft, ProfileRules, Rules};

/// An engine whose articles have their date at a place of its own, and its places for the web.
fn reader() -> Reader {
    let engines = ["one", "two"].map(|name| {
        let marks = format!("marks = [{{ text = '/made-by/{name}/', weight = 1 }}]");
        crate::domain::Engine { name: name.to_owned(), ..toml::from_str(&marks).unwrap() }
    });
    let mut web: ProfileRules =
        crate::config::shipped().portals.into_iter().find(|portal| portal.name == "web").unwrap();
    let mut page = web.on_engine["wordpress"].clone();
    page.page.dates.insert(0, ".born".to_owned());
    web.on_engine = [("one".to_owned(), page)].into();
    let rules = Rules { engines: engines.into(), portals: vec![web], ..Rules::default() };
    Reader::compile(rules).unwrap()
}

fn read(reader: &Reader, asset: &str, language: &str) -> Draft {
    let text = "<p>The bridge over the river was opened after four years of works and two floods, \
        says the town, and everybody who lives on the other side is glad of it.</p>";
    let html = format!(
        "<html lang={language}><head><script src='{asset}'></script></head><body><article>\
         <h1>A bridge opens</h1><p class=born>Weir, the 4 May 2022, a Wednesday of some wind that \
         nobody there will forget for the rest of a long and otherwise rather quiet life</p>\
         <div class=entry-content>{}</div></article></body></html>",
        text.repeat(9)
    );
    match reader.article(&View { body: html.as_bytes(), explain: true, ..View::default() }) {
        Ok(Reading::Article(draft)) => *draft,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_page_is_read_with_the_places_of_its_engine() {
    let reader = reader();
    let told = |draft: &Draft| {
        draft.trace.iter().fold(String::new(), |mut said, note| {
            writeln!(said, "{}: {}", note.field, note.rule).unwrap();
            said
        })
    };
    // Each of the languages has the places.
    for language in ["en", "de", "xx"] {
        let own = read(&reader, "/made-by/one/x.js", language);
        assert_eq!(own.engine, "one");
        assert!(told(&own).contains("body: selector .entry-content ("), "{}", told(&own));
        for asset in ["/made-by/two/x.js", "/made-by/"] {
            let any = read(&reader, asset, language);
            assert!(!told(&any).contains("entry-content"), "{}", told(&any));
        }
    }
    assert!(read(&reader, "/made-by/one/x.js", "en").published.is_some());
    assert!(read(&reader, "/made-by/two/x.js", "en").published.is_none());
}
