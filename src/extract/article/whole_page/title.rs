//! The title of a whole page: what its headings and its head agree on.

use std::collections::BTreeSet;

use url::Url;

use super::declared::{Declared, Said};
use super::laid::Whole;
use super::place::Place;
use crate::extract::article::evidence::{Evidence, Witness};
use crate::extract::article::reading::Reading;
use crate::extract::html::dom::Node;
use crate::extract::html::visible;
use crate::extract::lines::inline;
use crate::text::blank;

/// Lines before the body in which a heading stands beside it.
const NEAR: usize = 10;
/// Elements of a heading that are looked at.
const MOST_ELEMENTS: usize = 30;
/// Letters that a title has at most.
const LONGEST: usize = 500;

/// What notes call the element `title`.
const WHOLE_TITLE: &str = "title of the page";

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

/// A title and what speaks for it.
pub(crate) struct Title {
    pub text: String,
    pub by: TitleEvidence,
}

/// A heading: its text, its line, and what speaks for it by its place.
struct Heading<'a> {
    node: Node<'a>,
    text: String,
    line: Option<usize>,
    weight: u32,
    /// Whether it stands before the text.
    near: bool,
    /// Whether it stands in what is left out of a body.
    left: bool,
}

impl Heading<'_> {
    /// How much a title that is declared says for it. A page's `title` may be the site's, as the
    /// heading of a banner is.
    fn fit(&self, title: &Said<String>, divides: &[String]) -> Option<u32> {
        (!self.left || title.place != WHOLE_TITLE).then(|| fit(self, &title.value, divides))?
    }
}

impl<'a> Whole<'_, 'a> {
    /// The title with the most agreement.
    pub fn title(
        &self,
        place: &mut Place<'_>,
        declared: &Declared,
        reading: &mut Reading<'_>,
    ) -> Option<Title> {
        let host = self.source.url.and_then(Url::host_str);
        let is_site = |text: &str| declared.is_site(text, host);
        let headings = self.headings(place);
        let said = self.said(declared, &headings, &is_site);
        let mut evidence: Evidence<String> = Evidence::of("title");
        for heading in &headings {
            let fit = |d: &Said<String>| heading.fit(d, self.divides());
            let strange = !declared.titles.is_empty() && !said.iter().any(|d| fit(d).is_some());
            let weight = match (is_site(&heading.text), strange) {
                (true, _) => 1,
                (_, true) => heading.weight / 2,
                _ => heading.weight,
            };
            let rule =
                reading.rule(|p| p.selector(&self.rules.titles, "page.titles", heading.node));
            let key = bare(&heading.text);
            evidence.hear(key.clone(), &heading.text, Witness::seen(weight, rule));
            for d in &said {
                if let Some(weight) = fit(d) {
                    let witness = Witness::declared(weight, d.place.clone());
                    evidence.hear(key.clone(), &heading.text, witness);
                }
            }
        }
        self.hear_elements(&mut evidence, &said, &headings);
        self.hear_declared(&mut evidence, place, &said, &headings);
        let won = evidence.decide(1, reading)?;
        let own = headings.iter().find(|h| bare(&h.text) == won.value);
        let line = || place.page.lines.iter().position(|l| bare(&l.text) == won.value);
        // What stands beside a part of a heading is a kicker or a date.
        let around = || headings.iter().find(|h| bare(&h.text).contains(&won.value));
        let line = own.or_else(around).map_or_else(line, |h| h.line);
        let known = own.and_then(|h| said.iter().filter_map(|d| h.fit(d, self.divides())).max());
        let by = match (own, known) {
            (Some(_), None) => TitleEvidence::Heading,
            (Some(_), Some(SHARED)) => TitleEvidence::Part,
            (None, _) if declared.titles.is_empty() => TitleEvidence::Part,
            _ => TitleEvidence::Head,
        };
        place.head(line, own.is_none());
        Some(Title { text: won.text, by })
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
    ) -> Vec<Said<String>> {
        let own =
            self.head.title().map(|t| Said { value: t.to_owned(), place: WHOLE_TITLE.into() });
        let mut said: Vec<Said<String>> = declared.titles.iter().cloned().chain(own).collect();
        said.retain(|t| t.value.chars().count() <= LONGEST);
        for title in &mut said {
            title.value = own_part(&title.value, self.divides(), is_site).to_owned();
        }
        // Without a heading and without other words of the head the longest part is the title's.
        if let [title] = said.as_mut_slice()
            && headings.is_empty()
        {
            title.value = longest(&title.value, self.divides()).to_owned();
        }
        said.retain(|t| !t.value.is_empty());
        said
    }

    /// Hears parts of headings that the head says: what stands beside them is a kicker or a date.
    fn hear_elements(
        &self,
        evidence: &mut Evidence<String>,
        said: &[Said<String>],
        headings: &[Heading<'_>],
    ) {
        for heading in headings {
            let whole = bare(&heading.text);
            for node in heading.node.descendants().take(MOST_ELEMENTS) {
                let text = match node.text() {
                    Some(text) => blank::alone(text),
                    None => visible::line(node, self.source.hidden),
                };
                let key = bare(&text);
                if key.is_empty() || key == whole || key.len() * 4 < whole.len() {
                    continue;
                }
                let part = Heading { text: text.clone(), ..*heading };
                for d in said {
                    if let Some(weight @ (SAME | PART)) = part.fit(d, self.divides()) {
                        let witness = Witness::seen(heading.weight + 2, "element of a heading");
                        evidence.hear(key.clone(), &text, witness);
                        let witness = Witness::declared(weight, d.place.clone());
                        evidence.hear(key.clone(), &text, witness);
                    }
                }
            }
        }
    }

    /// Hears what the head says as candidates of their own, and lines that say the same.
    fn hear_declared(
        &self,
        evidence: &mut Evidence<String>,
        place: &Place<'_>,
        said: &[Said<String>],
        headings: &[Heading<'_>],
    ) {
        let before = &place.page.lines[..place.text.max(place.from)];
        let is_heading = |key: &str| headings.iter().any(|h| bare(&h.text) == key);
        for Said { value: text, place: source } in said {
            let key = bare(text);
            if !is_heading(&key) {
                let weight = if source == WHOLE_TITLE { WHOLE } else { DECLARED };
                evidence.hear(key, text, Witness::declared(weight, source.clone()));
            }
            for (text, weight) in [(text.as_str(), SAME), (longest(text, self.divides()), PART)] {
                let key = bare(text);
                let line = before.iter().any(|l| l.is_text() && bare(&l.text) == key);
                if line && !is_heading(&key) {
                    evidence.hear(key.clone(), text, Witness::seen(LINE, "line over the text"));
                    evidence.hear(key, text, Witness::declared(weight, source.clone()));
                }
            }
        }
    }

    /// What may be a title: elements of the profile's selectors, but no links elsewhere, no chrome
    /// of blocks, no heading over a list of other articles.
    fn headings(&self, place: &Place<'_>) -> Vec<Heading<'a>> {
        let profile = self.source.profile;
        let chrome = |t: &str| {
            profile.related.is(t) || self.source.areas.iter().any(|a| a.chrome && a.name == t)
        };
        let fits =
            |text: &str| text.chars().any(char::is_alphanumeric) && text.chars().count() <= LONGEST;
        let (seen, mut texts) = (self.seen(&self.rules.titles), self.named(&self.rules.titles));
        texts.retain(|(n, t)| fits(t) && !chrome(t) && !self.leads_elsewhere(*n));
        let first: Vec<_> = texts.iter().filter(|(n, _)| n.is(&["h1"])).collect();
        let alone = first.windows(2).all(|w| w[0].1 == w[1].1);
        let heading = |(node, text): (Node<'a>, String)| {
            let line = place.line_of(node, &text);
            let left = !seen.contains(&node);
            // A selector that names more than a heading is a place that the profile knows.
            let css = self.rules.titles.which(node).map_or("", |(_, css)| css);
            let named = HEADINGS.iter().find(|(name, _)| *name == css).map(|(_, w)| *w);
            let near = match line.filter(|_| !left) {
                Some(at) if at <= place.text && at + NEAR >= place.text => BESIDE,
                Some(at) if at < place.text => BEFORE,
                _ => 0,
            };
            let alone = if alone && !left && node.is(&["h1"]) { ALONE } else { 0 };
            Heading {
                node,
                text,
                line,
                weight: named.unwrap_or(NAMED) + near + alone,
                near: near > 0,
                left,
            }
        };
        texts.into_iter().map(heading).collect()
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
fn fit(heading: &Heading<'_>, title: &str, divides: &[String]) -> Option<u32> {
    let (own, whole) = (bare(&heading.text), bare(title));
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
    if divided() && own == bare(longest(title, divides)) || is_cut && own.starts_with(&bare(cut)) {
        return Some(PART);
    }
    if divided() && !heading.near {
        return None;
    }
    let most = letters.max(all);
    let held = whole.contains(&own) || own.contains(&whole);
    if held && letters.min(all) * 2 >= most && letters.min(all) > 3 {
        return Some(HELD);
    }
    let shared = held && letters.min(all) > 8 || shares(&heading.text, title);
    (heading.near && shared).then_some(SHARED)
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
