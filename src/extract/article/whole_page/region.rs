//! The region of a page that its article's text fills, and what in it is none.

use std::borrow::Cow;

use super::laid::Whole;
use super::layout::Layout;
use crate::domain::Role;
use crate::extract::article::fields::attachments::is_document;
use crate::extract::article::reading::Reading;
use crate::extract::lines::density::{Density, prose, span};
use crate::extract::lines::line::{Kind, Line};

/// A place that the profile names must hold one part in this of the densest place's text.
const SHARE: isize = 3;
/// Elements of one selector that are looked at.
const MOST: usize = 50;
/// What stands around a region belongs to it if it adds one part in this of paragraphs.
const MORE: usize = 6;
/// Links from which a container that holds little else is navigation.
const LINKS: usize = 3;
/// Letters of a heading that is a sentence.
const SENTENCE: usize = 80;
/// Lines between a title and the text below it that may begin the text.
const OPENING: usize = 40;

/// Where an article's text stands.
pub(crate) struct Region {
    /// Its lines: from, to.
    pub from: usize,
    pub to: usize,
    /// Letters of running text in it.
    pub letters: usize,
    /// The lines of its heart: from, to.
    pub core: (usize, usize),
    /// The rule that found it.
    pub why: Cow<'static, str>,
    /// How the page's text lies.
    pub layout: Layout,
    /// For each line of the page why it is none of the text, if it is not.
    cut: Vec<Option<&'static str>>,
}

impl Whole<'_, '_> {
    /// The region of the article's text.
    pub fn region(&self, reading: &Reading<'_>) -> Option<Region> {
        let page = &self.page;
        let density = Density::of(page, &|line| self.brings(line));
        let (core, why) = self.core(&density, reading)?;
        let body = self.grown(&density, core);
        let letters = density.held[body].running.max(density.held[core].running).unsigned_abs();
        let (from, to) = span(page, body);
        let layout = Layout::of(self, &density, (from, to), body);
        let mut cut = self.cuts(&density, core, body);
        let heart = span(page, core);
        self.trim(&mut cut, (from, to), heart);
        let why =
            if body == core { why } else { format!("{why}, and what goes on with it").into() };
        Some(Region { from, to, letters, core: heart, why, layout, cut })
    }

    /// Cuts what stands round the heart at either end of a region and is no part of a text: labels,
    /// tools, names.
    fn trim(
        &self,
        cut: &mut [Option<&'static str>],
        (from, to): (usize, usize),
        heart: (usize, usize),
    ) {
        let lines = &self.page.lines;
        let goes_on = |line: &Line| {
            let shown = matches!(line.kind, Kind::Picture(..) | Kind::Table(_) | Kind::Embedded(_));
            shown || prose(line) > 0 || subtitle(line) || self.brings(line)
        };
        let over = from..heart.0.max(from);
        // One paragraph over the heart is the lead: what stands round it is none of the text.
        let led = over.clone().filter(|n| goes_on(&lines[*n])).count() <= 1;
        let mut begun = false;
        let over = over.filter(|n| {
            begun |= goes_on(&lines[*n]) && !led;
            !begun && !goes_on(&lines[*n])
        });
        let under = (heart.1.min(to)..to).rev().take_while(|n| !goes_on(&lines[*n]));
        for n in over.chain(under).collect::<Vec<_>>() {
            cut[n] = cut[n].or(Some("beside the text"));
        }
    }

    /// Whether a line links to a document.
    fn brings(&self, line: &Line) -> bool {
        line.inline.has_links()
            && line.inline.links().iter().any(|(to, _)| is_document(to, self.source.profile))
    }

    /// The container that holds the heart of the text, and the rule that found it.
    fn core(&self, density: &Density, reading: &Reading<'_>) -> Option<(usize, Cow<'static, str>)> {
        let page = &self.page;
        let running = |container: usize| density.held[container].running;
        let densest = density.densest(page);
        let most = densest.map_or(0, running);
        let named =
            self.source.areas.iter().filter(|a| a.role == Role::ViewData).map(|a| (a.node, true));
        let bodies = &self.rules.bodies;
        let selected = bodies.all(self.root).into_iter().map(|n| (n, false));
        for (node, is_block) in named.chain(selected).take(MOST) {
            let Some(container) = page.containers.iter().position(|h| h.key == node.key()) else {
                continue;
            };
            if running(container) > 0 && running(container).saturating_mul(SHARE) >= most {
                let why = match is_block {
                    true => "block of the body".into(),
                    false => reading.rule(|p| p.selector(bodies, "page.bodies", node)),
                };
                return Some((container, why));
            }
        }
        densest.filter(|_| most > 0).map(|c| (c, "place with the most running text".into()))
    }

    /// The outermost container round a heart that goes on with its text.
    fn grown(&self, density: &Density, core: usize) -> usize {
        let (mut body, mut at) = (core, core);
        // Not to the whole page: what stands beside its parts is for every page.
        while self.page.containers[at].parent != 0 {
            at = self.page.containers[at].parent;
            let (inner, outer) = (&density.held[body], &density.held[at]);
            let more = outer.told.saturating_sub(inner.told);
            let links = outer.linked.saturating_sub(inner.linked);
            if more > 0 && more * MORE >= inner.told && more >= links * 2 {
                body = at;
            }
        }
        body
    }

    /// For each line why it is none of the text, if it is not.
    fn cuts(&self, density: &Density, core: usize, body: usize) -> Vec<Option<&'static str>> {
        let page = &self.page;
        // What holds most of the paragraphs is the text, whatever it looks like.
        let (all, told) = (density.held[body].prose, density.held[body].told);
        let lists = !density.teaser[core] && told * 2 > all;
        let mut of: Vec<Option<&'static str>> = vec![None; page.containers.len()];
        for (n, container) in page.containers.iter().enumerate().skip(1) {
            let held = &density.held[n];
            let inside = page.stands_in(core, n);
            of[n] = if n <= body || inside {
                None
            } else if density.teaser[n] && lists {
                Some("list of other pages")
            } else if held.prose == 0 && held.links >= LINKS && held.linked * 2 > held.letters {
                Some("nothing but links")
            } else {
                of[container.parent]
            };
        }
        page.lines.iter().map(|line| of[line.container]).collect()
    }
}

impl Region {
    /// The lines of the text, where its title stands on line `heading`: those of the region below
    /// the title, and paragraphs and pictures between the two; without what nobody would read at
    /// either end.
    pub fn lines(&self, lines: &[Line], heading: Option<usize>) -> Vec<usize> {
        let start = heading.filter(|at| *at >= self.from).map_or(self.from, |at| at + 1);
        let over = heading.filter(|at| at + 1 < self.from && self.from - at <= OPENING);
        let opens = |n: &usize| {
            let kind = &lines[*n].kind;
            prose(&lines[*n]) > 0 || matches!(kind, Kind::Picture(..)) || subtitle(&lines[*n])
        };
        let opening = over.map_or(0..0, |at| at + 1..self.from).filter(opens);
        let inside = (start..self.to).filter(|n| self.cut[*n].is_none());
        let mut kept: Vec<usize> = opening.chain(inside).collect();
        while kept.pop_if(|n| is_end(&lines[*n])).is_some() {}
        let begin = kept.iter().position(|n| !is_trail(&lines[*n])).unwrap_or(0);
        kept.drain(..begin);
        kept
    }

    /// Why a line of the region is left out.
    pub fn left(&self) -> impl Iterator<Item = (usize, &'static str)> {
        (self.from..self.to).filter_map(|n| Some((n, self.cut[n]?)))
    }
}

/// Whether a line is a heading of a sentence: it belongs to the text below it.
fn subtitle(line: &Line) -> bool {
    matches!(line.kind, Kind::Heading(_)) && line.letters() >= SENTENCE && !line.inline.has_links()
}

/// Whether a line closes no text: a heading over nothing, links to other pages.
fn is_end(line: &Line) -> bool {
    let (linked, all) = line.inline.linked();
    // An address that is written out is a source.
    let written = line.text.contains("://");
    match line.kind {
        Kind::Heading(_) => true,
        Kind::Picture(..) | Kind::Table(_) | Kind::Item(..) => false,
        _ => linked * 10 > all * 9 && !written,
    }
}

/// Whether a line is a trail over the text: links alone.
fn is_trail(line: &Line) -> bool {
    let (linked, all) = line.inline.linked();
    line.is_text() && linked > 0 && linked * 10 > all * 9
}
