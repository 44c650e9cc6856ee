//! The title of a whole page: what its headings and its head agree on.

use std::collections::BTreeSet;

use url::Url;

use super::declared::Declared;
use super::laid::Whole;
use crate::extract::article::evidence::{Evidence, Kind as By, Witness};
use crate::extract::article::reading::Reading;
use crate::extract::html::dom::Node;
use crate::extract::html::visible;
use crate::extract::lines::density::{RUNNING, weight};
use crate::extract::lines::inline;
use crate::text::blank;

/// Lines before the body in which a heading stands beside it.
const NEAR: usize = 10;
/// Letters that a title has at most.
const LONGEST: usize = 500;

/// Elements that are headings by name, with their weights.
const HEADINGS: [(&str, u32); 6] =
    [("h1", 24), ("h2", 12), ("h3", 8), ("h4", 6), ("h5", 4), ("h6", 4)];
/// The weight of an element of another name that is selected.
const NAMED: u32 = 26;
/// What a place beside the body adds, and one before it; that it is the only one of the highest.
const BESIDE: u32 = 12;
const BEFORE: u32 = 4;
const ALONE: u32 = 6;
/// A line that is no heading and says what the head says.
const LINE: u32 = 14;
/// What the page's head says of itself, and what its `title` says.
const DECLARED: u32 = 26;
const WHOLE: u32 = 18;
/// What the head adds to a heading: it says the same; it says it among other parts, cut short, or
/// in part; it shares words with it.
const SAME: u32 = 40;
const PART: u32 = 36;
const HELD: u32 = 28;
const SHARED: u32 = 14;

/// What speaks for a title.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum TitleEvidence {
    /// The page's head says it.
    Head,
    /// A heading that the head says nothing of.
    Heading,
    /// A part of the page's own title, in a heading or alone.
    Part,
}

/// A title, what speaks for it, and its last line.
pub(crate) struct Title {
    pub text: String,
    pub by: TitleEvidence,
    pub line: Option<usize>,
}

/// A heading: its text, its line, and what speaks for it by its place.
struct Heading<'a> {
    node: Node<'a>,
    text: String,
    line: Option<usize>,
    weight: u32,
}

impl<'a> Whole<'_, 'a> {
    /// The title with the most agreement.
    pub fn title(
        &self,
        (from, to): (usize, usize),
        declared: &Declared,
        reading: &mut Reading<'_>,
    ) -> Option<Title> {
        let host = self.source.url.and_then(Url::host_str);
        let is_site = |text: &str| declared.is_site(text, host);
        let headings = self.headings(from, to);
        let said = self.said(declared, &headings, &is_site);
        let mut evidence: Evidence<String> = Evidence::of("title");
        for heading in &headings {
            let known = said.iter().any(|d| fit(&heading.text, d, self.divides()).is_some());
            let strange = !said.is_empty() && !known;
            let weight = match (is_site(&heading.text), strange) {
                (true, _) => 1,
                (_, true) => heading.weight / 2,
                _ => heading.weight,
            };
            let rule =
                reading.rule(|p| p.selector(&self.rules.titles, "page.titles", heading.node));
            evidence.hear(bare(&heading.text), &heading.text, Witness::seen(weight, rule));
        }
        self.support(&mut evidence, declared, reading);
        self.hear_declared(&mut evidence, declared, &said, &headings);
        let won = evidence.decide(1, reading)?;
        let own = headings.iter().find(|h| bare(&h.text) == won.value);
        let known = said.iter().filter_map(|d| fit(&won.text, d, self.divides())).max();
        let by = match (known, own) {
            (Some(PART | SAME | HELD), Some(_)) => TitleEvidence::Head,
            _ if won.has(By::Declared) && own.is_none() && !declared.titles.is_empty() => {
                TitleEvidence::Head
            }
            (Some(_), _) => TitleEvidence::Part,
            (None, _) => TitleEvidence::Heading,
        };
        Some(Title { text: won.text, by, line: own.and_then(|h| h.line) })
    }

    fn divides(&self) -> &[String] {
        self.source.profile.data.page.as_ref().map_or(&[], |page| &page.title_divides)
    }

    /// What the page says that its title is, without the names of site and section.
    fn said(
        &self,
        declared: &Declared,
        headings: &[Heading<'_>],
        is_site: &dyn Fn(&str) -> bool,
    ) -> Vec<String> {
        let mut said: Vec<String> = Vec::new();
        let titles = declared.titles.iter().map(|t| t.value.as_str()).chain(self.head.title());
        for title in titles.filter(|t| t.chars().count() <= LONGEST) {
            let own = own_part(title, self.divides(), is_site);
            if !own.is_empty() && !said.iter().any(|s| bare(s) == bare(own)) {
                said.push(own.to_owned());
            }
        }
        // Without a heading and without other words of the head the longest part is the title's.
        if declared.titles.is_empty() && headings.is_empty() {
            said = said.iter().map(|t| longest(t, self.divides()).to_owned()).collect();
        }
        said
    }

    /// Lets the head speak for the headings.
    fn support(&self, evidence: &mut Evidence<String>, declared: &Declared, reading: &Reading<'_>) {
        let heads = declared.titles.iter().map(|t| (t.value.as_str(), t.place.clone()));
        let own = self.head.title().map(|t| (t, "title of the page".into()));
        for (title, place) in heads.chain(own) {
            let place = reading.rule(|_| place.to_string());
            evidence.support(|c| {
                Some(Witness::declared(fit(&c.text, title, self.divides())?, place.clone()))
            });
        }
    }

    /// Hears what the head says as candidates of their own, and lines that say the same.
    fn hear_declared(
        &self,
        evidence: &mut Evidence<String>,
        declared: &Declared,
        said: &[String],
        headings: &[Heading<'_>],
    ) {
        for (n, text) in said.iter().enumerate() {
            let key = bare(text);
            if headings.iter().any(|h| bare(&h.text) == key) {
                continue;
            }
            let head = n < declared.titles.len();
            let place =
                declared.titles.get(n).map_or("title of the page".into(), |t| t.place.clone());
            let weight = if head { DECLARED } else { WHOLE };
            evidence.hear(key.clone(), text, Witness::declared(weight, place));
            // A heading may hold more than the title: a kicker, a date.
            let inside = headings.iter().find(|h| self.has_element(h.node, &key));
            if let Some(heading) = inside {
                let witness = Witness::seen(heading.weight + 2, "element of a heading");
                evidence.hear(key.clone(), text, witness);
                evidence.hear(key, text, Witness::declared(SAME, "as the head says"));
            } else if self.page.lines.iter().any(|l| l.is_text() && bare(&l.text) == key) {
                evidence.hear(key, text, Witness::seen(LINE, "line of the page"));
            }
        }
    }

    /// Whether an element or a text in a heading is this title.
    fn has_element(&self, heading: Node<'_>, key: &str) -> bool {
        heading.descendants().any(|n| match n.text() {
            Some(text) => bare(text) == key,
            None => bare(&visible::line(n, self.source.hidden)) == key,
        })
    }

    /// What may be a title: elements of the profile's selectors, but no links elsewhere, no chrome
    /// of blocks, no heading over a list of other articles.
    fn headings(&self, from: usize, to: usize) -> Vec<Heading<'a>> {
        let profile = self.source.profile;
        let chrome = |t: &str| {
            profile.related.is(t) || self.source.areas.iter().any(|a| a.chrome && a.name == t)
        };
        let elements = self.seen(&self.rules.titles).into_iter();
        let texts = elements.filter(|n| !self.leads_elsewhere(*n)).map(|n| (n, self.text(n)));
        let fits =
            |text: &str| text.chars().any(char::is_alphanumeric) && text.chars().count() <= LONGEST;
        let texts: Vec<_> = texts.filter(|(_, t)| fits(t) && !chrome(t)).collect();
        let first: Vec<_> = texts.iter().filter(|(n, _)| n.is(&["h1"])).collect();
        let alone = first.windows(2).all(|w| w[0].1 == w[1].1);
        let runs = |n: &usize| {
            let line = &self.page.lines[*n];
            line.letters() > 3 * RUNNING && weight(line) > 2 * RUNNING as isize
        };
        let text = (from..to).find(runs).unwrap_or(from);
        let heading = |(node, text_of): &(Node<'a>, String)| {
            let line = self.line_of(*node, text_of, to);
            let named = HEADINGS.iter().find(|(name, _)| node.is(&[name])).map(|(_, w)| *w);
            let beside = match line {
                Some(at) if at <= text && at + NEAR >= text => BESIDE,
                Some(at) if at < text => BEFORE,
                _ => 0,
            };
            let alone = if alone && node.is(&["h1"]) { ALONE } else { 0 };
            let weight = named.unwrap_or(NAMED) + beside + alone;
            Heading { node: *node, text: text_of.clone(), line, weight }
        };
        texts.iter().map(heading).collect()
    }

    /// The last line before `to` that stands in an element, or says its text.
    fn line_of(&self, node: Node<'_>, text: &str, to: usize) -> Option<usize> {
        let page = &self.page;
        let held = page.containers.iter().position(|c| c.key == node.key());
        let inside = |n: &usize| held.is_some_and(|c| page.stands_in(page.lines[*n].container, c));
        let last = (0..to).rev().find(inside);
        last.or_else(|| (0..to).rev().find(|n| page.lines[*n].text == text))
    }

    /// Whether all of an element is a link to another page.
    fn leads_elsewhere(&self, node: Node<'_>) -> bool {
        let letters = |n: Node<'_>| {
            n.descendants()
                .filter_map(|t| t.text())
                .flat_map(str::chars)
                .filter(|c| c.is_alphanumeric())
                .count()
        };
        let url = self.source.url;
        let own = |href: &str| {
            url.and_then(|url| url.join(href).ok())
                .is_some_and(|to| Some(to.path()) == url.map(Url::path))
        };
        let leads = |href: &str| inline::leads(href) && !own(href);
        let lead = |n: &Node<'_>| n.name() == Some("a") && n.attr("href").is_some_and(leads);
        let around = node.ancestors().take(2).any(|n| lead(&n));
        let links: usize = node.descendants().filter(lead).map(letters).sum();
        around || links > 0 && links >= letters(node)
    }
}

/// A title as it is compared: letters and digits in small letters.
fn bare(text: &str) -> String {
    let text = blank::alone(text);
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// How much a title that is declared says for a heading.
fn fit(heading: &str, title: &str, divides: &[String]) -> Option<u32> {
    let (own, whole) = (bare(heading), bare(title));
    let (letters, all) = (own.chars().count(), whole.chars().count());
    if own.is_empty() || whole.is_empty() {
        return None;
    }
    if own == whole {
        return Some(SAME);
    }
    let part = |text: &str| bare(text) == own;
    let divided = || {
        let cuts = || cuts(title, divides);
        cuts().any(|(a, b)| part(&title[..a]) || part(&title[b..]))
            || cuts().any(|(_, from)| cuts().any(|(to, _)| to > from && part(&title[from..to])))
    };
    let cut = title.trim_end_matches(['.', '…', ' ']);
    let is_cut = cut.len() < title.trim_end().len() && bare(cut).len() > 15;
    if divided() || is_cut && own.starts_with(&bare(cut)) {
        return Some(PART);
    }
    let most = letters.max(all);
    let held = whole.contains(&own) || own.contains(&whole);
    if held && letters.min(all) * 2 >= most && letters.min(all) > 3 {
        return Some(HELD);
    }
    (held && letters.min(all) > 8 || shares(heading, title)).then_some(SHARED)
}

/// Whether two titles have a third of the words of the shorter one.
fn shares(a: &str, b: &str) -> bool {
    let words = |t: &str| {
        t.split(|c: char| !c.is_alphanumeric())
            .filter(|w| w.chars().count() > 2)
            .map(str::to_lowercase)
            .collect::<BTreeSet<_>>()
    };
    let (a, b) = (words(a), words(b));
    let shared = a.intersection(&b).count();
    shared > 0 && shared * 3 >= a.len().min(b.len()).max(2)
}

/// Where a title may be divided: the bytes of each division.
fn cuts<'t>(title: &'t str, divides: &'t [String]) -> impl Iterator<Item = (usize, usize)> + 't {
    divides
        .iter()
        .flat_map(|mark| title.match_indices(mark.as_str()).map(|(at, m)| (at, at + m.len())))
}

/// A title without the parts at its ends that are the site's name.
fn own_part<'t>(title: &'t str, divides: &[String], is_site: &dyn Fn(&str) -> bool) -> &'t str {
    let mut own = title.trim();
    loop {
        let last = cuts(own, divides).find(|(_, to)| is_site(own[*to..].trim()));
        let first = cuts(own, divides).find(|(at, _)| is_site(own[..*at].trim()));
        own = match (last, first) {
            (Some((at, _)), _) => own[..at].trim(),
            (None, Some((_, to))) => own[to..].trim(),
            (None, None) if is_site(own) => return "",
            (None, None) => return own,
        };
    }
}

/// The longest part of a title.
fn longest<'t>(title: &'t str, divides: &[String]) -> &'t str {
    let mut parts = vec![title];
    for mark in divides {
        parts = parts.into_iter().flat_map(|p| p.split(mark.as_str())).collect();
    }
    parts.into_iter().map(str::trim).rev().max_by_key(|p| p.chars().count()).unwrap_or(title)
}
