//! What a whole page declares of its article: by `meta` elements, JSON-LD and its `title`.

use std::borrow::Cow;

use super::laid::Whole;
use crate::extract::article::reading::Reading;
use crate::extract::page::linked_data::{self, Work};
use crate::text::compare::same;

/// Works of JSON-LD that are heard.
const MOST_WORKS: usize = 4;

/// A value with the place that declares it.
#[derive(Clone, Debug)]
pub(super) struct Said<T> {
    pub value: T,
    pub place: Cow<'static, str>,
}

/// Who names authors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Speaker {
    /// A work of JSON-LD, of persons.
    Work,
    /// A work of JSON-LD, of organisations.
    Office,
    /// A `meta` element.
    Meta,
}

/// Authors that one place names.
#[derive(Clone, Debug)]
pub(super) struct Authors {
    pub value: Vec<String>,
    pub by: Speaker,
    pub place: Cow<'static, str>,
}

/// What a page declares, in order of preference.
#[derive(Debug, Default)]
pub(super) struct Declared {
    /// Titles; that of `title` is apart.
    pub titles: Vec<Said<String>>,
    /// Dates of publication as written.
    pub published: Vec<Said<String>>,
    /// Authors, one list a place.
    pub authors: Vec<Authors>,
    /// Descriptions.
    pub leads: Vec<Said<String>>,
    /// Names of the site.
    pub sites: Vec<String>,
    /// What the page says that it is.
    pub kind: Kind,
}

/// What a page says that it is, in JSON-LD or to those who share it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Kind {
    /// It has a work's data.
    pub work: bool,
    /// It has the data of a list of pages.
    pub collection: bool,
    /// Open Graph calls it an article.
    pub article: bool,
}

impl Declared {
    /// Reads it.
    pub fn of(whole: &Whole<'_, '_>, reading: &Reading<'_>) -> Self {
        let source = whole.source;
        let Some(rules) = source.profile.data.page.as_ref() else { return Self::default() };
        let metas = |names: &[String], path: &str| {
            let known = |name: &String| {
                let place = reading.rule(|p| p.meta(names, path, name));
                let values = whole.head.metas(name);
                values
                    .map(|v| Said { value: v.to_owned(), place: place.clone() })
                    .collect::<Vec<_>>()
            };
            names.iter().flat_map(known).collect::<Vec<_>>()
        };
        let list = |name: &String| {
            let place = reading.rule(|p| p.meta(&rules.author_meta, "page.author_meta", name));
            let value: Vec<String> = whole.head.metas(name).map(str::to_owned).collect();
            (!value.is_empty()).then_some(Authors { value, by: Speaker::Meta, place })
        };
        let mut declared = Self {
            titles: metas(&rules.title_meta, "page.title_meta"),
            published: metas(&rules.date_meta, "page.date_meta"),
            authors: rules.author_meta.iter().filter_map(list).collect(),
            leads: metas(&rules.lead_meta, "page.lead_meta"),
            sites: metas(&rules.site_meta, "page.site_meta").into_iter().map(|s| s.value).collect(),
            kind: Kind::default(),
        };
        declared.authors.extend(of_cards(whole));
        let linked = linked_data::read(source.tree, source.silent, rules);
        declared.sites.extend(linked.sites);
        declared.kind = Kind {
            work: linked.works.iter().any(|work| work.is_article),
            collection: linked.is_collection,
            article: whole.head.meta("og:type").is_some_and(|t| t.eq_ignore_ascii_case("article")),
        };
        for work in linked.works.into_iter().take(MOST_WORKS) {
            declared.hear(work);
        }
        declared
    }

    fn hear(&mut self, work: Work) {
        let said = |value: String, key: &'static str| Said { value, place: key.into() };
        self.titles.extend(work.title.map(|t| said(t, "JSON-LD headline")));
        self.published.extend(work.published.map(|t| said(t, "JSON-LD datePublished")));
        self.leads.extend(work.lead.map(|t| said(t, "JSON-LD description")));
        for (value, by) in [(work.authors, Speaker::Work), (work.offices, Speaker::Office)] {
            if !value.is_empty() {
                self.authors.push(Authors { value, by, place: "JSON-LD author".into() });
            }
        }
    }

    /// Whether a text is the site's name, or the one that its host says.
    pub fn is_site(&self, text: &str, host: Option<&str>) -> bool {
        self.sites.iter().any(|site| same(site, text)) || host.is_some_and(|h| says(h, text))
    }
}

/// Authors by the labels of a card for other sites: `twitter:label1` with `twitter:data1`.
fn of_cards(whole: &Whole<'_, '_>) -> Option<Authors> {
    let profile = whole.source.profile;
    let mut cards = [("twitter:label1", "twitter:data1"), ("twitter:label2", "twitter:data2")]
        .into_iter()
        .filter_map(|(label, data)| Some((whole.head.meta(label)?, whole.head.meta(data)?)));
    let (_, name) =
        cards.find(|(label, _)| profile.bylines.is(label) || profile.author_labels.is(label))?;
    Some(Authors {
        value: vec![name.to_owned()],
        by: Speaker::Meta,
        place: "meta twitter:data".into(),
    })
}

/// Whether a host is called like a text: `www.moz.de` like "moz".
fn says(host: &str, text: &str) -> bool {
    let bare: String =
        text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    let host: String = host.strip_prefix("www.").unwrap_or(host).replace(['.', '-'], "");
    let labels = host.len() > 2 && bare.len() > 2;
    labels && (host == bare || host.starts_with(&bare) && bare.len() * 2 > host.len())
}
