//! Read once, published: every article of the portal, once, whole, in every form.

use std::collections::BTreeSet;

use bantin::demo::{AuthorForm, Told};
use bantin::domain::Precision;
use jiff::tz::Offset;
use serde_json::Value;

use crate::feeds::{
    all_items, atom, child, children, entries, item_at, items, string, text, walk, xml,
};
use crate::support::{PUBLIC, SAMPLE, SITE};

/// The date as RFC 3339 with the offset of the site.
fn date(told: &Told) -> Option<String> {
    let published = told.published?;
    let offset = Offset::from_seconds(published.offset_s).unwrap();
    Some(published.at.display_with_offset(offset).to_string())
}

fn strings(value: &Value) -> Vec<&str> {
    value.as_array().map(|all| all.iter().map(string).collect()).unwrap_or_default()
}

/// An item's own words are those of the page.
fn says_what_is_told(item: &Value, told: &Told) {
    let who = told.number;
    assert_eq!(string(&item["title"]), told.title, "{who}");
    assert_eq!(item["summary"].as_str(), told.lead.as_deref(), "{who}");
    let lines: Vec<&str> =
        string(&item["content_text"]).lines().filter(|line| !line.is_empty()).collect();
    assert_eq!(lines, told.paragraphs, "{who}");
    assert_eq!(item["date_published"].as_str(), date(told).as_deref(), "{who}");
    let precision =
        told.published.map(|p| if p.precision == Precision::Day { "day" } else { "minute" });
    assert_eq!(item["_bantin"]["date_precision"].as_str(), precision, "{who}");
    let authors: Vec<&str> = item["authors"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|author| string(&author["name"]))
        .collect();
    let author = told
        .author
        .iter()
        .filter(|author| author.form != AuthorForm::Source || !authors.is_empty());
    assert_eq!(authors, author.map(|author| author.name.as_str()).collect::<Vec<_>>(), "{who}");
}

/// An item's images, captions and attachments are those of the page.
fn shows_what_is_told(item: &Value, told: &Told) {
    let who = told.number;
    assert_eq!(strings(&item["_bantin"]["captions"]), told.captions, "{who}");
    let html = string(&item["content_html"]);
    for image in &told.images {
        assert!(html.contains(&format!("src=\"{image}\"")), "{who} shows {image}");
    }
    assert_eq!(html.matches("<img").count(), told.images.len(), "{who}");
    assert_eq!(html.matches("<figcaption>").count(), told.captions.len(), "{who}");
    let attachments: Vec<_> = item["attachments"].as_array().into_iter().flatten().collect();
    let attachments: Vec<_> =
        attachments.iter().map(|a| (string(&a["url"]), string(&a["title"]))).collect();
    assert_eq!(
        attachments,
        told.attachments
            .iter()
            .map(|(url, title)| (url.as_str(), title.as_str()))
            .collect::<Vec<_>>(),
        "{who}"
    );
}

#[test]
fn every_field_is_what_the_page_says() {
    let items = all_items(&SAMPLE.tree);
    let truth = SAMPLE.portal.truth();
    assert_eq!(items.len(), truth.articles.len());
    let titles = SAMPLE.portal.sections();
    for told in &truth.articles {
        let item = item_at(&items, told.urls[0].as_str());
        says_what_is_told(item, told);
        shows_what_is_told(item, told);
        let tags: BTreeSet<&str> = strings(&item["tags"]).into_iter().collect();
        let sections = titles
            .iter()
            .filter(|(id, ..)| told.sections.contains(id))
            .map(|(_, title, _)| title.as_str());
        assert_eq!(tags, sections.collect(), "{}", told.number);
        assert_eq!(item["language"], "vi");
        assert_eq!(item["_bantin"]["version"], 1);
        assert_eq!(item.get("date_modified"), None);
    }
}

#[test]
fn a_walk_finds_each_article_once() {
    let documents = walk(&SAMPLE.tree);
    let shown: usize = documents.iter().map(|document| document.entries.len()).sum();
    let entries = entries(&documents);
    let truth = SAMPLE.portal.truth();
    assert_eq!((shown, entries.len(), documents.len()), (120, 120, 3));
    assert_eq!(documents[0].entries.len(), 50);
    let items = all_items(&SAMPLE.tree);
    for told in &truth.articles {
        let entry = entries
            .iter()
            .find(|entry| entry.link == told.urls[0].as_str())
            .expect("it is in the walk");
        let item = item_at(&items, told.urls[0].as_str());
        assert_eq!(
            (entry.id.as_str(), entry.title.as_str()),
            (string(&item["id"]), told.title.as_str())
        );
        assert_eq!(entry.content, string(&item["content_html"]));
        assert_eq!(entry.summary.as_deref(), told.lead.as_deref());
        assert_eq!(entry.enclosures.len(), told.attachments.len());
    }
    let stamps: BTreeSet<&str> = entries.iter().map(|entry| entry.updated.as_str()).collect();
    assert_eq!(stamps.len(), 120, "no two articles of a site have the same `updated`");
}

/// Ids, titles, contents and instants of publication by a parser that is not ours.
fn parsed(bytes: &[u8]) -> Vec<(String, String, String, Option<i64>)> {
    let feed = feed_rs::parser::Builder::new()
        .sanitize_content(false)
        .build()
        .parse(bytes)
        .expect("a feed");
    let entry = |entry: feed_rs::model::Entry| {
        let body = entry.content.and_then(|content| content.body).unwrap_or_default();
        (
            entry.id,
            entry.title.map(|title| title.content).unwrap_or_default(),
            body,
            entry.published.map(|at| at.timestamp()),
        )
    };
    feed.entries.into_iter().map(entry).collect()
}

#[test]
fn the_three_forms_agree() {
    let stems: Vec<&str> =
        SAMPLE.tree.keys().filter_map(|path| path.strip_suffix(".json")).collect();
    assert_eq!(stems.len(), 2 + SAMPLE.portal.sections().len());
    for stem in stems {
        let form = |ending: &str| &SAMPLE.tree[&format!("{stem}.{ending}")];
        let (atom, mut rss, json) =
            (parsed(form("atom")), parsed(form("rss")), parsed(form("json")));
        assert!(!atom.is_empty(), "{stem}");
        // RSS dates what has no date by the time first seen.
        for (item, _) in rss.iter_mut().zip(&atom).filter(|(_, entry)| entry.3.is_none()) {
            assert!(item.3.take().is_some(), "{stem}");
        }
        assert_eq!(atom, rss, "{stem}");
        assert_eq!(atom, json, "{stem}");
        let items = items(&SAMPLE.tree, &format!("{stem}.json"));
        for (item, (id, title, body, _)) in items.iter().zip(&atom) {
            assert_eq!(
                (string(&item["id"]), string(&item["title"])),
                (id.as_str(), title.as_str())
            );
            assert_eq!(string(&item["content_html"]), body);
        }
    }
}

#[test]
fn feeds_hold_the_newest_and_sections_their_own() {
    let truth = SAMPLE.portal.truth();
    let mut newest: Vec<&Told> = truth.articles.iter().collect();
    // An article without a date counts from when it was first seen: now.
    newest.sort_by_key(|told| {
        std::cmp::Reverse(told.published.map_or(jiff::Timestamp::MAX, |published| published.at))
    });
    let expected: Vec<Option<String>> = newest.iter().take(50).map(|told| date(told)).collect();
    for path in ["feeds/all.json", &format!("feeds/{SITE}.json")] {
        let dates: Vec<Option<String>> = items(&SAMPLE.tree, path)
            .iter()
            .map(|item| item["date_published"].as_str().map(str::to_owned))
            .collect();
        assert_eq!(dates, expected, "{path}");
    }
    for section in &truth.sections {
        let ids = items(&SAMPLE.tree, &format!("feeds/{SITE}/{}.json", section.id));
        let found: BTreeSet<&str> = ids.iter().map(|item| string(&item["url"])).collect();
        let listed: BTreeSet<&str> =
            section.numbers.iter().map(|n| truth.article(*n).unwrap().urls[0].as_str()).collect();
        assert_eq!(found, listed, "{}", section.id);
    }
}

#[test]
fn the_outline_names_the_feed_of_every_site() {
    let document = xml(&SAMPLE.tree["feeds.opml"]);
    let outlines = document.descendants().filter(|node| node.tag_name().name() == "outline");
    let named: Vec<Option<&str>> = outlines.map(|outline| outline.attribute("xmlUrl")).collect();
    assert_eq!(named, [Some(&*format!("{PUBLIC}feeds/{SITE}.atom"))]);
}

#[test]
fn documents_are_well_formed_absolute_and_script_free() {
    for (path, bytes) in &SAMPLE.tree {
        let said = std::str::from_utf8(bytes).unwrap();
        assert!(
            !said.contains("<script")
                && !said.contains("&lt;script")
                && !said.contains("javascript:"),
            "{path}"
        );
        if path.ends_with(".css") {
            continue;
        }
        if path.ends_with(".json") {
            serde_json::from_slice::<Value>(bytes).unwrap();
            continue;
        }
        let document = xml(bytes);
        for node in document.descendants().filter(|node| node.is_element()) {
            let link =
                ["href", "xmlUrl", "htmlUrl"].into_iter().find_map(|name| node.attribute(name));
            assert!(link.is_none_or(|link| link.starts_with("http://")), "{path}: {link:?}");
        }
        if path.ends_with(".atom") {
            let document = atom(bytes);
            assert_eq!(document.link("self"), Some(format!("{PUBLIC}{path}").as_str()));
            let latest = document.entries.iter().map(|entry| entry.updated.as_str()).max();
            assert_eq!(Some(document.updated.as_str()), latest, "{path}");
        }
    }
}

#[test]
fn rss_has_what_readers_look_for() {
    let document = xml(&SAMPLE.tree[&format!("feeds/{SITE}.rss")]);
    let channel = children(document.root_element(), "channel").next().unwrap();
    let own = channel
        .children()
        .find(|node| node.attribute("rel") == Some("self"))
        .expect("atom:link rel=self");
    assert_eq!(own.attribute("href"), Some(format!("{PUBLIC}feeds/{SITE}.rss").as_str()));
    assert!(child(channel, "lastBuildDate").is_some());
    for item in children(channel, "item") {
        let guid = children(item, "guid").next().unwrap();
        assert_eq!(guid.attribute("isPermaLink"), Some("false"));
        assert!(text(guid).starts_with("urn:uuid:"));
        assert!(children(item, "enclosure").count() <= 1);
    }
}
