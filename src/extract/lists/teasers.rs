//! Repeated links of a block to teasers: which links are the items' titles, and what stands with
//! each.

use std::collections::{HashMap, HashSet};

use super::dated::{dated, looks_dated, machine_date};
use super::extent;
use crate::domain::Teaser;
use crate::extract::blocks::area::Area;
use crate::extract::html::dom::{Node, Step};
use crate::extract::html::visible::{self, Hidden};
use crate::extract::page::base::{Base, family};
use crate::extract::rules::dates::Forms;
use crate::extract::rules::list_words::Vocabulary;
use crate::text::blank;

/// Links that are looked at however few items a list may have.
const LEAST: usize = 1_000;
/// Letters that an untitled item says beside its link.
const TOLD: usize = 20;
/// Letters of a line that is an item's lead.
const LEAD: usize = 40;

/// Headings.
const HEADINGS: [&str; 6] = ["h1", "h2", "h3", "h4", "h5", "h6"];

/// What items are read with.
#[derive(Clone, Copy)]
pub struct Reader<'r> {
    /// Items of a list; one more is read, so that it is seen that there are more.
    pub most: usize,
    /// What addresses are relative to.
    pub base: &'r Base,
    /// What nobody sees.
    pub hidden: &'r Hidden,
    /// Words of the portal's lists.
    pub words: &'r Vocabulary,
    /// How dates are written; `None` without a profile.
    pub forms: Option<&'r Forms>,
}

/// One item with what speaks for its list.
#[derive(Debug)]
pub struct Item<'a> {
    /// What the list says of the article.
    pub teaser: Teaser,
    /// All that belongs to it.
    pub nodes: Vec<Node<'a>>,
    /// Letters of its text beside the title.
    pub beside: usize,
    /// Whether something like a date stands in it.
    pub dated: bool,
}

/// A link that may be an item's.
struct Anchor<'a> {
    node: Node<'a>,
    url: String,
    text: String,
    path: String,
}

/// Which address stands below an element: `Some` a single one, `None` several.
struct Below<'s>(HashMap<usize, Option<&'s str>>);

impl<'s> Below<'s> {
    fn of<'a: 's>(anchors: impl Iterator<Item = &'s Anchor<'a>>, top: Node<'a>) -> Self {
        let mut below = HashMap::new();
        for anchor in anchors {
            for node in std::iter::once(anchor.node)
                .chain(anchor.node.ancestors().take_while(|n| *n != top))
            {
                let one = below.entry(node.key()).or_insert(Some(anchor.url.as_str()));
                *one = one.filter(|url| *url == anchor.url);
            }
        }
        Self(below)
    }

    /// The largest element round a link that still holds one address.
    fn container<'a>(&self, link: Node<'a>, top: Node<'a>) -> Node<'a> {
        let single = |n: &Node<'a>| *n != top && self.0.get(&n.key()).is_some_and(Option::is_some);
        link.ancestors().take_while(single).last().unwrap_or(link)
    }
}

impl Reader<'_> {
    /// The items of a block in its order. A single link is an item only if `sure` that the block is
    /// a list.
    pub fn items<'a>(&self, area: &Area<'a>, sure: bool) -> Vec<Item<'a>> {
        let anchors = without_labels(self.anchors(area));
        let Some(main) = self.main_path(&anchors, sure) else { return Vec::new() };
        let titles = || anchors.iter().filter(|a| a.path == main);
        let (among_titles, among_all) =
            (Below::of(titles(), area.node), Below::of(anchors.iter(), area.node));
        let families: HashSet<String> = titles().map(|a| family(&a.url)).collect();
        let boxes: Vec<Node<'a>> =
            titles().map(|a| among_titles.container(a.node, area.node)).collect();
        let keys: HashSet<usize> = boxes.iter().map(Node::key).collect();
        let places: HashSet<_> =
            boxes.iter().map(|b| (b.name(), b.parent().map(|p| p.key()))).collect();
        let extents = extent::of(&boxes, self.hidden);
        let mut items = Vec::new();
        let mut seen: HashSet<&str> = HashSet::new();
        for anchor in &anchors {
            let mut node = among_titles.container(anchor.node, area.node);
            if anchor.path != main {
                // A first, pinned or untitled item in other markup: it stands where the items
                // stand, or its address is like theirs.
                node = among_all.container(anchor.node, area.node);
                let boxed = std::iter::once(anchor.node)
                    .chain(anchor.node.ancestors())
                    .any(|n| keys.contains(&n.key()));
                let placed = places.contains(&(node.name(), node.parent().map(|p| p.key())))
                    && node != anchor.node;
                let titled =
                    anchor.text.chars().count() >= 15 && families.contains(&family(&anchor.url));
                if boxed || !(placed || titled) {
                    continue;
                }
            }
            if items.len() <= self.most && seen.insert(&anchor.url) {
                let beside = extents.get(&node.key()).map_or(&[][..], Vec::as_slice);
                let item = self.item(anchor, node, beside, &anchors);
                // An untitled one in other markup must say something: a pager of pictures does not.
                if anchor.path == main
                    || !item.teaser.title.is_empty()
                    || item.dated
                    || item.beside >= TOLD
                {
                    items.push(item);
                }
            }
        }
        items
    }

    /// The links that may lead to articles.
    fn anchors<'a>(&self, area: &Area<'a>) -> Vec<Anchor<'a>> {
        let links = area
            .elements(self.hidden)
            .into_iter()
            .filter(|n| n.is(&["a"]))
            .take(LEAST.max(2 * self.most));
        let mut anchors = Vec::new();
        for node in links {
            let Some(url) = node.attr("href").and_then(|h| self.base.resolve(h)) else { continue };
            let url = url.split('#').next().unwrap_or_default().to_owned();
            let text = self.said(node);
            let number = !text.is_empty()
                && text.chars().count() <= 6
                && !text.chars().any(char::is_alphabetic);
            let turn = self.turns(node, &text);
            if url.is_empty() || number || turn || self.base.is_page(&url) {
                continue;
            }
            anchors.push(Anchor { node, url, text, path: path(node, area.node) });
        }
        // A bare picture that leads to this page with another query is a pager's.
        let told: HashSet<String> =
            anchors.iter().filter(|a| !a.text.is_empty()).map(|a| a.url.clone()).collect();
        let here = |url: &str| {
            self.base
                .page
                .as_ref()
                .is_some_and(|p| url.split('?').next() == p.as_str().split('?').next())
        };
        anchors.retain(|a| !a.text.is_empty() || told.contains(&a.url) || !here(&a.url));
        anchors
    }

    /// Whether a link turns the list, by its text, its title or its picture's.
    fn turns(&self, link: Node<'_>, text: &str) -> bool {
        let says = |t: &str| self.words.is_next(t) || self.words.is_previous(t);
        let given = || ["title", "aria-label"].iter().filter_map(|k| link.attr(k));
        let pictures =
            || link.descendants().filter(|n| n.is(&["img"])).filter_map(|n| n.attr("alt"));
        let rel = link
            .attr("rel")
            .is_some_and(|r| r.eq_ignore_ascii_case("next") || r.eq_ignore_ascii_case("prev"));
        says(text) || rel || text.is_empty() && given().chain(pictures()).any(says)
    }

    /// What a link says; of one that holds a whole item, its heading or first line.
    fn said(&self, link: Node<'_>) -> String {
        let lines = visible::text(link, self.hidden);
        if !lines.contains('\n') {
            return lines;
        }
        let heading = link
            .descendants()
            .find(|n| n.is(&HEADINGS))
            .map(|n| visible::line(n, self.hidden))
            .filter(|t| !t.is_empty());
        heading
            .or_else(|| {
                lines
                    .lines()
                    .find(|l| !looks_dated(l) && l.contains(char::is_alphabetic))
                    .map(str::to_owned)
            })
            .unwrap_or_default()
    }

    /// The place in the markup where most titles stand.
    fn main_path(&self, anchors: &[Anchor<'_>], sure: bool) -> Option<String> {
        let mut groups: HashMap<&str, HashMap<&str, usize>> = HashMap::new();
        for anchor in anchors {
            let more = self.words.is_more(&anchor.text);
            let letters = if more { 1 } else { anchor.text.chars().count().min(80) + 2 };
            let best = groups.entry(&anchor.path).or_default().entry(&anchor.url).or_default();
            *best = letters.max(*best);
        }
        let least = if sure { 1 } else { 2 };
        let weight = |urls: &HashMap<&str, usize>| urls.values().sum::<usize>();
        let fits = groups.iter().filter(|(_, urls)| {
            urls.len() >= least && (urls.len() > 1 || weight(urls) >= 12 || anchors.len() > 1)
        });
        // Equal weights are settled by the path itself, so that a page always reads the same.
        fits.max_by_key(|(path, urls)| (weight(urls), std::cmp::Reverse(**path)))
            .map(|(path, _)| (*path).to_owned())
    }

    fn item<'a>(
        &self,
        anchor: &Anchor<'a>,
        node: Node<'a>,
        beside: &[Node<'a>],
        anchors: &[Anchor<'a>],
    ) -> Item<'a> {
        let same: Vec<&Anchor<'a>> =
            anchors.iter().filter(|a| a.url == anchor.url && node.contains(a.node)).collect();
        let title = self.title(&same, node);
        let nodes: Vec<Node<'a>> = std::iter::once(node).chain(beside.iter().copied()).collect();
        let text = extent::text(&nodes, self.hidden).replacen(&title, " ", 1);
        let inner = || nodes.iter().flat_map(|n| std::iter::once(*n).chain(n.descendants()));
        let machine =
            inner().filter(|n| n.is(&["time"])).find_map(|n| machine_date(n.attr("datetime")?));
        let date = self.forms.and_then(|f| dated(f, &text)).or(machine);
        let dated = date.is_some() || looks_dated(&text);
        let image = inner().filter(|n| n.is(&["img"])).find_map(|n| self.image(n));
        let lead = lead(&text, &title);
        let beside = text.chars().filter(|c| c.is_alphanumeric()).count();
        Item {
            teaser: Teaser { url: anchor.url.clone(), title, date, lead, image },
            nodes,
            beside,
            dated,
        }
    }

    /// The longest text of the item's links that is no mere "read more"; else a heading in it, else
    /// a link's `title`.
    fn title(&self, same: &[&Anchor<'_>], node: Node<'_>) -> String {
        let texts = same.iter().filter(|a| !a.text.is_empty() && !self.words.is_more(&a.text));
        let best = texts.max_by_key(|a| (a.text.chars().count(), std::cmp::Reverse(a.node.key())));
        let attribute = same
            .iter()
            .filter_map(|a| a.node.attr("title"))
            .map(blank::settle)
            .find(|t| !t.is_empty() && !self.words.is_more(t));
        let heading = node
            .descendants()
            .find(|n| n.is(&HEADINGS))
            .map(|n| visible::line(n, self.hidden))
            .filter(|t| !t.is_empty());
        match (best.map(|a| a.text.as_str()), attribute) {
            (Some(text), Some(whole))
                if shortened(text).is_some_and(|start| whole.starts_with(start)) =>
            {
                whole
            }
            // "Read more of this article" under a heading that says what the article is.
            (Some(text), Some(whole))
                if heading.as_deref() == Some(whole.as_str()) && text != whole =>
            {
                whole
            }
            (Some(text), _) => text.to_owned(),
            (None, attribute) => heading.or(attribute).unwrap_or_default(),
        }
    }

    /// A picture's address, of a late-loading one where its real address stands.
    fn image(&self, node: Node<'_>) -> Option<String> {
        let tiny = |key| {
            node.attr(key)
                .and_then(|v| v.trim().trim_end_matches("px").parse::<u32>().ok())
                .is_some_and(|n| n <= 16)
        };
        if tiny("width") || tiny("height") {
            return None;
        }
        let late =
            self.words.lazy().iter().filter_map(|a| node.attr(a)).find(|v| !v.trim().is_empty());
        self.base
            .resolve(late.or_else(|| node.attr("src"))?)
            .filter(|src| !self.words.is_spacer(src))
    }
}

/// Running text beside an item's title: the longest line, if that is no byline or counter.
fn lead(text: &str, title: &str) -> Option<String> {
    let letters = |line: &str| line.chars().filter(|c| c.is_alphabetic()).count();
    let lines = text.lines().map(str::trim).filter(|line| *line != title);
    let (longest, line) = lines.map(|line| (letters(line), line)).rev().max_by_key(|(n, _)| *n)?;
    (longest >= LEAD).then(|| line.to_owned())
}

/// Links less those that stand in many items with one text, such as the section's name beside each
/// title.
fn without_labels(anchors: Vec<Anchor<'_>>) -> Vec<Anchor<'_>> {
    let mut count: HashMap<(&str, &str, &str), usize> = HashMap::new();
    for anchor in anchors.iter().filter(|a| !a.text.is_empty()) {
        *count.entry((&anchor.url, &anchor.text, &anchor.path)).or_default() += 1;
    }
    let labels: HashSet<String> =
        count.iter().filter(|(_, n)| **n >= 3).map(|((url, ..), _)| (*url).to_owned()).collect();
    anchors.into_iter().filter(|a| !labels.contains(&a.url)).collect()
}

/// The part of a cut title before its dots.
fn shortened(text: &str) -> Option<&str> {
    let start = text.strip_suffix("...").or_else(|| text.strip_suffix('…'))?.trim_end();
    (start.chars().count() >= 5).then_some(start)
}

/// Element names from the block down to a link.
fn path(node: Node<'_>, top: Node<'_>) -> String {
    let mut names: Vec<&str> =
        node.ancestors().take_while(|n| *n != top).filter_map(|n| n.name()).collect();
    names.reverse();
    names.join(">")
}

/// The visible text of the items' links, for what share of a block they are.
pub fn letters(node: Node<'_>, hidden: &Hidden) -> usize {
    let mut count = 0;
    node.walk(|n, step| {
        if step == Step::Enter && n != node && hidden.hides(n) {
            return false;
        }
        if step == Step::Enter {
            count += n.text().map_or(0, |t| t.chars().filter(|c| c.is_alphanumeric()).count());
        }
        true
    });
    count
}
